"""Two hours of dictation, compressed in time, with a fault every 30 s; a line stalled for minutes."""

from __future__ import annotations

import sys

from rig import ROOT
from table import Row, amount

sys.path.insert(0, str(ROOT))  # the tests' package

from endurance import rows_of
from tests.system.lab.aiola_endurance import endure, stall

SPEECH_S = amount(7_200, 600, 30)
SPEED = 8
STALLED_S = amount(600, 120, 10)


def measure() -> list[Row]:
    before, stalled = stall(STALLED_S, speed=SPEED)
    return [
        *rows_of(endure(SPEECH_S, speed=SPEED, fault_every_s=30), ""),
        Row(f"line stalled for {STALLED_S} s of speech: growth of memory", stalled[-1] - before.memory_mb, "MB", 10),
        Row("the same in its second half", stalled[-1] - stalled[4], "MB", 1),
    ]
