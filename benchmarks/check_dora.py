#!/usr/bin/env python3
"""check_dora.py MODEL ADAPTER: the same DoRA folders in Graft and in peft, both ways, in fp32.

Scores random ids with `./graft score` and with peft: under ADAPTER, which Graft trained, and under a folder that peft makes here with
random tensors on all linear layers and the embedding, rsLoRA's scale, a rank of its own for k_proj and down_proj left out. Prints
max|d|/max|log-probability| for both, and against the base model, and fails where the former exceed 1e-4. Then ADAPTER goes
through peft and back: every tensor has to keep its name and value. Needs torch, transformers, peft and safetensors."""
import json
import os
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

torch.set_num_threads(2)
torch.manual_seed(0)
GRAFT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "graft")
MODEL, ADAPTER = sys.argv[1:3]
TOLERANCE = 1e-4


def base():
    return AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)


ROWS = torch.randint(3, base().config.vocab_size, (4, 48)).tolist()


def by_peft(model):
    with torch.no_grad():
        ids = torch.tensor(ROWS)
        logits = model.eval()(input_ids=ids).logits[:, :-1]
        return torch.log_softmax(logits.double(), -1).gather(-1, ids[:, 1:, None])[..., 0]


def by_graft(adapter, folder):
    file = os.path.join(folder, "ids.json")
    with open(file, "w") as f:
        json.dump(ROWS, f)
    command = [GRAFT, "score", "--model", MODEL, "--adapter", adapter, "--ids", file, "--json"]
    out = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return torch.tensor([r["logprobs"][1:] for r in out["rows"]], dtype=torch.double)


def largest(a, b):
    return ((a - b).abs().max() / b.abs().max()).item()


def compare(name, adapter, folder):
    peft = by_peft(PeftModel.from_pretrained(base(), adapter))
    off = largest(by_graft(adapter, folder), peft)
    print(f"{name}: log-probabilities differ by {off:.1e}; from the base model's by {largest(plain, peft):.1e}")
    assert off <= TOLERANCE, f"expected at most {TOLERANCE}"
    assert largest(plain, peft) > 100 * TOLERANCE, "expected an adapter that does something"


plain = by_peft(base())
with tempfile.TemporaryDirectory() as folder:
    compare("Graft's folder", ADAPTER, folder)
    model = get_peft_model(
        base(),
        LoraConfig(
            task_type="CAUSAL_LM",
            r=4,
            lora_alpha=6,
            use_dora=True,
            use_rslora=True,
            rank_pattern={"k_proj": 2},
            target_modules=["embed_tokens", "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            exclude_modules=["down_proj"],
        ),
    )
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "lora_magnitude" in name:
                p.mul_(1 + 0.1 * torch.rand_like(p))
            elif "lora_" in name:
                p.copy_(0.03 * torch.randn_like(p))
    made = os.path.join(folder, "made")
    model.save_pretrained(made)
    compare("peft's folder", made, folder)

    again = os.path.join(folder, "again")
    PeftModel.from_pretrained(base(), ADAPTER).save_pretrained(again)
    ours, theirs = (load_file(os.path.join(f, "adapter_model.safetensors")) for f in (ADAPTER, again))
    assert ours.keys() == theirs.keys(), sorted(ours.keys() ^ theirs.keys())
    assert all(torch.equal(ours[k], theirs[k]) for k in ours)
    print(f"through peft and back: {len(ours)} tensors with the same names and values")
