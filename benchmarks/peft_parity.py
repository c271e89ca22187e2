#!/usr/bin/env python3
"""PEFT's side of the 20-step comparison: the same adapter tensors, the same id batches, the same AdamW.

    peft_parity.py --model DIR --data alpaca.json --out DIR [--steps 20] [--rows 2] [--lr 1e-3]

Writes into --out:
    initial/      a PEFT adapter folder (LoRA r 8, alpha 16, on q_proj and v_proj) with non-zero A and B
    rows.jsonl    the training rows in order, one a line: {"ids": [...], "weights": [...]}, weight 1 on the response
    peft.json     PEFT's loss before each step, and what it ran with
    final/        the adapter after the last step
    initial.logits.json, final.logits.json   the last row's final-position logits, for a check of loading

Needs torch, transformers and peft; Graft itself never does. Graft's side, which reads the same folder, is the test
PeftParityTest of the module `training`.
"""
import argparse
import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

PROMPT = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Response:\n"
)
PROMPT_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--model", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--steps", type=int, default=20)
    p.add_argument("--rows", type=int, default=2)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args()

    import peft
    import torch
    import transformers
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(a.threads)
    os.makedirs(a.out, exist_ok=True)
    tok = AutoTokenizer.from_pretrained(a.model)
    rows = []
    for r in json.load(open(a.data, encoding="utf-8")):
        text = (PROMPT_INPUT if r.get("input") else PROMPT).format(**r)
        prompt = tok(text, add_special_tokens=False).input_ids
        answer = tok(r["output"], add_special_tokens=False).input_ids + [tok.eos_token_id]
        if len(prompt) + len(answer) <= 256:
            rows.append({"ids": prompt + answer, "weights": [0] * len(prompt) + [1] * len(answer)})
        if len(rows) == a.steps * a.rows:
            break
    with open(f"{a.out}/rows.jsonl", "w", encoding="utf-8") as f:
        f.writelines(json.dumps(r) + "\n" for r in rows)

    model = AutoModelForCausalLM.from_pretrained(a.model, dtype=torch.float32, attn_implementation="eager")
    model = get_peft_model(
        model,
        LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
    )
    g = torch.Generator().manual_seed(13)
    with torch.no_grad():
        for name, param in model.named_parameters():
            if "lora_B" in name:
                param.copy_(0.02 * torch.randn(param.shape, generator=g))
    model.save_pretrained(f"{a.out}/initial")

    def last_logits(name):
        model.eval()
        with torch.no_grad():
            z = model(input_ids=torch.tensor([rows[-1]["ids"]])).logits[0, -1]
        json.dump({"ids": rows[-1]["ids"], "logits": z.tolist()}, open(f"{a.out}/{name}.logits.json", "w"))
        model.train()

    last_logits("initial")
    params = [q for q in model.parameters() if q.requires_grad]
    opt = torch.optim.AdamW(params, lr=a.lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    losses = []
    for step in range(a.steps):
        batch = rows[step * a.rows : (step + 1) * a.rows]
        total = sum(sum(r["weights"][1:]) for r in batch)
        opt.zero_grad()
        loss = 0.0
        for r in batch:
            ids = torch.tensor([r["ids"]])
            z = model(input_ids=ids, use_cache=False).logits[0, :-1]
            nll = torch.nn.functional.cross_entropy(z, ids[0, 1:], reduction="none")
            part = (nll * torch.tensor(r["weights"][1:], dtype=torch.float32)).sum() / total
            part.backward()
            loss += part.item()
        opt.step()
        losses.append(loss)
        print(f"step {step + 1:2d}  loss {loss:.6f}", flush=True)
    last_logits("final")
    model.save_pretrained(f"{a.out}/final")
    json.dump(
        {
            "losses": losses,
            "rows_per_step": a.rows,
            "lr": a.lr,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
        open(f"{a.out}/peft.json", "w"),
        indent=1,
    )


if __name__ == "__main__":
    main()
