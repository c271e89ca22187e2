#!/usr/bin/env python3
"""compare_losses.py A B [TOLERANCE]: two loss curves side by side, and their largest relative difference.

Each is a run's metrics.jsonl or the peft.json of peft_parity.py. Exits 1 when the difference is above the tolerance (1e-3).
"""
import json
import sys


def losses(path):
    with open(path) as file:
        if path.endswith(".jsonl"):
            return [row["loss"] for row in map(json.loads, file) if row["type"] == "step"]
        return json.load(file)["losses"]


def compare(a, b, names=("first", "second")):
    """Prints both curves and gives the largest relative difference."""
    assert len(a) == len(b) > 0, f"expected as many steps in both, received {len(a)} and {len(b)}"
    worst = 0.0
    print(f"step  {names[0]:>12}  {names[1]:>12}  relative difference")
    for i, (x, y) in enumerate(zip(a, b), 1):
        difference = abs(x - y) / abs(x)
        worst = max(worst, difference)
        print(f"{i:4d}  {x:12.6f}  {y:12.6f}  {difference:.1e}")
    print(f"largest relative difference {worst:.1e}")
    return worst


if __name__ == "__main__":
    tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else 1e-3
    sys.exit(compare(losses(sys.argv[1]), losses(sys.argv[2])) > tolerance)
