#!/usr/bin/env python3
"""check_export.py MODEL ADAPTER MERGED...: loads Graft's adapter folder with peft and every merged folder with transformers, and prints
max|d|/max|logit| between them on a fixed text (random ids where MODEL has no tokenizer that transformers reads), in fp32. Needs torch, transformers and peft."""
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import torch
from peft import PeftModel
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(2)
TEXT = "### Instruction:\nName three rivers in Europe.\n\n### Response:\nThe Danube, the Rhine and the Elbe."
try:
    ids = AutoTokenizer.from_pretrained(sys.argv[1])(TEXT, return_tensors="pt").input_ids
except (OSError, ValueError) as e:
    print(f"random ids, since there is no tokenizer: {str(e).splitlines()[0]}")
    ids = torch.randint(3, AutoConfig.from_pretrained(sys.argv[1]).vocab_size, (1, 48), generator=torch.Generator().manual_seed(0))


def logits(model):
    with torch.no_grad():
        return model.eval()(input_ids=ids).logits


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


base = logits(load(sys.argv[1]))
adapted = logits(PeftModel.from_pretrained(load(sys.argv[1]), sys.argv[2]))
print(f"adapter against base: {((adapted - base).abs().max() / base.abs().max()).item():.1e} (it does something)")
for folder in sys.argv[3:]:
    d = (logits(load(folder)) - adapted).abs().max() / adapted.abs().max()
    print(f"{os.path.basename(folder.rstrip('/'))} against adapter: {d.item():.1e}")
