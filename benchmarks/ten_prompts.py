#!/usr/bin/env python3
"""ten_prompts.py MODEL ADAPTER: ten fixed prompts, answered greedily by the model alone and with the adapter, as a Markdown table."""
import json
import subprocess
import sys

PROMPTS = [
    ("Name three rivers in Europe.", ""),
    ("Give two tips for sleeping well.", ""),
    ("Rewrite this sentence in the past tense.", "She walks to school every day."),
    ('What is the opposite of "ancient"?', ""),
    ("Classify the animal as a mammal or a bird.", "Penguin"),
    ("Write one sentence about the sea.", ""),
    ("Sort these numbers from small to large.", "9, 4, 7, 1"),
    ("Explain in one sentence what a thermometer does.", ""),
    ("Suggest a title for a story about a lost dog.", ""),
    ('Translate "good morning" into French.', ""),
]


def answer(model, adapter, instruction, text):
    command = ["./graft", "generate", "--json", "--model", model, "--instruction", instruction, "--max-tokens", "128"]
    command += ["--adapter", adapter] if adapter else []
    command += ["--input", text] if text else []
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def cell(a):
    text = " ".join(a["text"].split()).replace("|", "\\|")
    return (text if len(text) <= 160 else text[:160] + "…") + f" ({len(a['ids'])} tokens, {a['finish']})"


ended = {"base": 0, "adapter": 0}
print("| prompt | base | with the adapter |\n| --- | --- | --- |", flush=True)
for instruction, text in PROMPTS:
    base = answer(sys.argv[1], None, instruction, text)
    tuned = answer(sys.argv[1], sys.argv[2], instruction, text)
    ended["base"] += base["finish"] == "stop"
    ended["adapter"] += tuned["finish"] == "stop"
    print(f"| {instruction} {'*' + text + '*' if text else ''} | {cell(base)} | {cell(tuned)} |", flush=True)
print(f"\nEnded with the end of turn within 128 tokens: base {ended['base']} of 10, adapter {ended['adapter']} of 10.")
