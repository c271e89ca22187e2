"""What TensorBoard reads in an event file, as JSON: python read_events.py FILE > events.json (pip install tensorboard==2.21.0)."""

import json
import math
import sys

from tensorboard.backend.event_processing import event_file_loader

events = []
for e in event_file_loader.LegacyEventFileLoader(sys.argv[1]).Load():
    for v in e.summary.value:
        value = v.simple_value
        events.append({
            "tag": v.tag,
            "step": e.step,
            "value": None if math.isnan(value) else value,
            "wall_time": e.wall_time,
        })
json.dump(events, sys.stdout, indent=1, ensure_ascii=False)
print()
