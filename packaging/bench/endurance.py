"""Two hours of dictation at the speed of speech, with a fault every 30 s, while this computer listens along.

`bench --endurance [--minutes N]`. Its name does not begin with bench_, because it takes two hours: other runs leave it
out. Memory, threads and files at each fault go to standard error, and to a file in `artifacts/` that is complete also
when the run is ended early.
"""

from __future__ import annotations

import sys

from rig import ROOT
from table import Row, minutes

sys.path.insert(0, str(ROOT))  # the tests' package

from tests.system.lab.aiola_endurance import Endured, Held, endure

OVER_TIME = ROOT / "artifacts" / "endurance.csv"


def measure() -> list[Row]:
    length = minutes(120, 5)
    OVER_TIME.parent.mkdir(exist_ok=True)
    OVER_TIME.write_text("speech_s,memory_mb,worker_mb,threads,files\n", encoding="utf-8")
    # The recognizer decodes every word: two cores are not enough for more than the speed of speech.
    return rows_of(
        endure(60 * length, speed=1, fault_every_s=30, listens_along=True, report=_note), "listening along, "
    )


def rows_of(result: Endured, how: str) -> list[Row]:
    """What became of the words, and what is held after the second half that was not held before. `how`: a prefix."""
    hours = f"{how}{result.speech_s / 3600:.2g} h of dictation, {result.faults} faults"
    lost = len(result.count.lost) + round(result.pending_s)
    wrong = len(result.count.twice) + len(result.count.disordered)
    print(f"endurance: {result.pending_s:.0f} s without text at the end", file=sys.stderr)
    half = len(result.over_time) // 2
    growth = worker = 0.0
    if result.over_time:  # a look is too short
        last, middle = result.over_time[-1], result.over_time[half]
        growth, worker = last.memory_mb - middle.memory_mb, last.worker_mb - middle.worker_mb
    return [
        Row(f"{hours}: words lost of {result.words:,}", lost, "words", 0),
        Row(f"{hours}: words twice or out of order", wrong, "words", 0),
        Row(f"{hours}: growth of memory in the second half", growth, "MB", 5),
        Row(f"{hours}: growth of the recognizer's memory in the second half", worker, "MB", 5),
        Row(f"{hours}: threads left behind", result.ended.threads - result.begun.threads, "", 0),
        Row(f"{hours}: files and sockets left behind", result.ended.files - result.begun.files, "", 0),
    ]


def _note(held: Held) -> None:
    line = f"{held.at_s:.0f},{held.memory_mb:.1f},{held.worker_mb:.1f},{held.threads},{held.files}"
    with OVER_TIME.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    print(f"endurance: {line}", file=sys.stderr, flush=True)
