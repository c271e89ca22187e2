#!/usr/bin/env python3
"""compare_losses.py PEFT_JSON METRICS_JSONL: PEFT's and Graft's loss of every step, and the largest relative difference."""
import json
import sys

peft = json.load(open(sys.argv[1]))["losses"]
rows = [json.loads(line) for line in open(sys.argv[2])]
graft = [r["loss"] for r in rows if r.get("event", "step") == "step"]
assert len(graft) == len(peft), f"expected {len(peft)} steps, received {len(graft)}"
worst = 0.0
print("step  PEFT      Graft     relative difference")
for i, (a, b) in enumerate(zip(peft, graft), 1):
    worst = max(worst, abs(a - b) / abs(a))
    print(f"{i:4d}  {a:.6f}  {b:.6f}  {abs(a - b) / abs(a):.1e}")
print(f"largest relative difference {worst:.1e}")
sys.exit(0 if worst <= 1e-3 else 1)
