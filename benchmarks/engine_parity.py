#!/usr/bin/env python3
"""One recipe on two engines: trains on each, then compares the losses of all steps.

    engine_parity.py RECIPE OUT [--engines djl-pytorch tensorflow] [--steps 50] [--tolerance 1e-3] [--set KEY=VALUE ...]

For example with a downloaded model and data:
    benchmarks/engine_parity.py examples/smollm2/alpaca.yaml OUT --set base_model=MODEL \\
        --set 'datasets=[{path: ALPACA.json, type: alpaca}]'

OUT/ENGINE is each engine's run. Exits 1 when any loss differs by more than the tolerance, relative.
"""
import argparse
import subprocess
import sys
from pathlib import Path

from compare_losses import compare, losses

p = argparse.ArgumentParser()
p.add_argument("recipe")
p.add_argument("out")
p.add_argument("--engines", nargs=2, default=["djl-pytorch", "tensorflow"])
p.add_argument("--steps", type=int, default=50)
p.add_argument("--tolerance", type=float, default=1e-3)
p.add_argument("--set", action="append", default=[])
a = p.parse_args()

graft = Path(__file__).resolve().parent.parent / "graft"
curves = []
for engine in a.engines:
    run = Path(a.out) / engine
    command = [graft, "train", a.recipe, "--engine", engine, "--restart"]
    for override in [f"max_steps={a.steps}", "logging_steps=1", *a.set, f"output_dir={run}"]:
        command += ["--set", override]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
        sys.exit(f"the run on {engine} failed")
    curves.append(losses(str(run / "metrics.jsonl")))
    assert len(curves[-1]) == a.steps, f"expected {a.steps} steps, received {len(curves[-1])}"
sys.exit(compare(*curves, a.engines) > a.tolerance)
