#!/usr/bin/env python3
"""The peers' side of benchmarks/run: torch with transformers, peft and trl on the CPU.

    peers.py gemm fp32|bf16
    peers.py step SHAPE fp32|bf16 TARGETS STEPS ADAPTER     SHAPE: smollm2-LAYERS or wide-vocabulary; ADAPTER: lora:r=8,
                                                           dora:r=8 or full
    peers.py epoch fp32|bf16 MODEL DATA
    peers.py generate MODEL TOKENS ROUNDS ROWS

Each prints a line of JSON as the Java children do, and is run in a process of its own.
"""
import json
import os
import sys
import tempfile
import time

from peft_parity import PROMPT, PROMPT_INPUT

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

LENGTH = 512


class Meter:
    def __init__(self):
        self.seconds, self.cpu = [], []

    def time(self, body, keep=True):
        start, busy = time.perf_counter(), time.process_time()
        out = body()
        if keep:
            self.cpu.append(time.process_time() - busy)
            self.seconds.append(time.perf_counter() - start)
        return out

    def print(self, label, tokens, gflop, **more):
        peak = [int(l.split()[1]) >> 10 for l in open("/proc/self/status") if l.startswith("VmHWM")]
        line = {"label": label, "seconds": self.seconds, "cpu": self.cpu, "tokens": tokens, "gflop": gflop,
                "peak_mb": peak[0] if peak else 0, **more}
        print(json.dumps(line, separators=(",", ":")), flush=True)


def gemm(dtype):
    import torch

    n = 2048
    kind = torch.bfloat16 if dtype == "bf16" else torch.float32
    a, b = torch.randn(n, n).to(kind), torch.randn(n, n).to(kind)
    meter = Meter()
    for i in range(12):
        meter.time(lambda: a @ b, keep=i > 1)
    best = min(range(len(meter.seconds)), key=lambda i: meter.seconds[i])
    meter.seconds, meter.cpu = [meter.seconds[best]], [meter.cpu[best]]
    meter.print(f"products of {n}", n, 2 * n**3 / 1e9)


def random_llama(shape):
    from transformers import LlamaConfig, LlamaForCausalLM

    if shape.startswith("smollm2-"):
        sizes = dict(vocab_size=49152, hidden_size=576, intermediate_size=1536, num_attention_heads=9,
                     num_key_value_heads=3, head_dim=64, num_hidden_layers=int(shape[len("smollm2-"):]))
    else:
        sizes = dict(vocab_size=262144, hidden_size=640, intermediate_size=2048, num_attention_heads=4,
                     num_key_value_heads=1, head_dim=256, num_hidden_layers=18)
    return LlamaForCausalLM(LlamaConfig(tie_word_embeddings=True, attn_implementation="sdpa", **sizes))


def gflop(c, tokens, targets, full):
    layer = 2 * c.hidden_size * c.num_attention_heads * c.head_dim \
        + 2 * c.hidden_size * c.num_key_value_heads * c.head_dim + 3 * c.hidden_size * c.intermediate_size
    attention = 3 * c.num_hidden_layers * 2 * tokens * tokens * c.num_attention_heads * c.head_dim
    head = c.hidden_size * c.vocab_size * targets
    return ((6 if full else 4) * (c.num_hidden_layers * layer * tokens + head) + attention) / 1e9


def step(shape, dtype, targets, steps, adapter):
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    model = random_llama(shape)
    config = model.config
    if dtype == "bf16":
        model = model.to(torch.bfloat16)
    if adapter != "full":
        model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0,
                                                 target_modules=["q_proj", "v_proj"],
                                                 use_dora=adapter.startswith("dora"), task_type="CAUSAL_LM"))
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4, weight_decay=0.0)
    ids = torch.randint(3, config.vocab_size, (1, LENGTH), generator=torch.Generator().manual_seed(1))
    labels = ids.clone()
    labels[:, :LENGTH - int(targets)] = -100

    def once():
        loss = model(input_ids=ids, labels=labels, use_cache=False).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    meter = Meter()
    for i in range(int(steps) + 1):
        loss = meter.time(once, keep=i > 0)
    meter.print(adapter, LENGTH, gflop(config, LENGTH, int(targets), adapter == "full"), loss=loss)


def epoch(dtype, folder, data):
    import psutil
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    rows = [{"prompt": (PROMPT_INPUT if r.get("input") else PROMPT).format(**r), "completion": r["output"]}
            for r in json.load(open(data, encoding="utf-8"))]
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.bfloat16 if dtype == "bf16" else torch.float32, attn_implementation="sdpa")
    config = SFTConfig(
        output_dir=tempfile.mkdtemp(), per_device_train_batch_size=4, num_train_epochs=1, learning_rate=2e-4,
        logging_steps=10, report_to=[], save_strategy="no", max_length=512, completion_only_loss=True, packing=False,
        use_cpu=True, seed=0, bf16=False, fp16=False, gradient_checkpointing=False, disable_tqdm=True)
    first = []

    class FirstStep(TrainerCallback):
        def on_step_end(self, *_, **__):
            if not first:
                first.append(time.time() - psutil.Process().create_time())

    trainer = SFTTrainer(
        callbacks=[FirstStep()],
        model=model, args=config, train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(folder),
        peft_config=LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    tokens = sum(len(r["input_ids"]) for r in trainer.train_dataset)
    meter = Meter()
    result = meter.time(trainer.train)
    meter.print("padded, 4 rows", tokens, 0, mean_loss=result.training_loss, first_step_s=first[0])


def generate(folder, tokens, rounds, rows):
    import torch
    from transformers import AutoModelForCausalLM

    tokens, rows = int(tokens), int(rows)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa").eval()
    lengths = [16 + 7 * row % 33 for row in range(rows)]
    ids = torch.zeros(rows, max(lengths), dtype=torch.long)
    mask = torch.zeros_like(ids)
    generator = torch.Generator().manual_seed(1)
    for row, n in enumerate(lengths):
        ids[row, -n:] = torch.randint(3, model.config.vocab_size, (n,), generator=generator)
        mask[row, -n:] = 1
    meter = Meter()
    with torch.no_grad():
        for i in range(int(rounds) + 1):
            meter.time(lambda: model.generate(input_ids=ids, attention_mask=mask, do_sample=False, pad_token_id=0,
                                              eos_token_id=None, max_new_tokens=tokens, min_new_tokens=tokens),
                       keep=i > 0)
    meter.print(f"{rows} rows", rows * tokens, 0)


if __name__ == "__main__":
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    {"gemm": gemm, "step": step, "epoch": epoch, "generate": generate}[sys.argv[1]](*sys.argv[2:])
