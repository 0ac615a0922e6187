"""A person at the window for hours: three utterances a minute, with corrections, undo and looks into other windows.

`bench --heavy-use [--minutes N]`. Its name does not begin with bench_, because it takes 100 minutes: other runs leave
it out. Memory, threads, files and times of each utterance go to a file in `artifacts/`, pictures of the screen, too.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path
from statistics import median

from rig import ROOT
from table import Row, minutes

sys.path.insert(0, str(ROOT))  # the tests' package

from tests.system.lab.heavy_use import Moment, Used, use

A_MINUTE = 3
OVER_TIME = ROOT / "artifacts" / "heavy-use.csv"


def measure() -> list[Row]:
    length = minutes(100, 3)
    OVER_TIME.parent.mkdir(exist_ok=True)
    OVER_TIME.write_text(",".join(field.name for field in fields(Moment)) + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="saywrite-heavy-use-") as folder:
        used = use(Path(folder), round(A_MINUTE * length), length, shots=OVER_TIME.parent, report=_note)
    return rows_of(used)


def rows_of(used: Used) -> list[Row]:
    """What became of the words, and the last quarter of the utterances beside the first."""
    moments = used.moments
    how = f"heavy use, {len(moments)} utterances in {moments[-1].at_s / 60:.0f} min: "
    half, quarter = moments[len(moments) // 2], max(1, len(moments) // 4)
    last, first = moments[-1], moments[0]
    wrong = len(used.heard.lost) + len(used.heard.disordered)
    return [
        Row(f"{how}words the recognizer got wrong of {used.words:,}", wrong, "words"),
        Row(f"{how}the window, the program and the history differ", int(not used.same), "", 0),
        Row(f"{how}insertions, of which {used.undone} were undone", used.inserted, ""),
        Row(f"{how}corrections, of which {used.taken_back} were undone", used.corrected, ""),
        Row(f"{how}growth of memory in the second half", last.memory_mb - half.memory_mb, "MB", 5),
        Row(f"{how}growth of the recognizer's memory in the second half", last.worker_mb - half.worker_mb, "MB", 5),
        Row(f"{how}threads left behind", max(0, last.threads - first.threads), "", 0),
        Row(f"{how}files and sockets left behind", max(0, last.files - first.files), "", 0),
        *_times(f"{how}key → microphone", [each.listening_s for each in moments], quarter),
        *_times(f"{how}release → text in the program", [each.text_s for each in moments if each.text_s], quarter),
        Row(f"{how}warnings and errors in the log", len(used.troubles), "", 0),
    ]


def _times(what: str, times_s: Sequence[float], quarter: int) -> list[Row]:
    first, last = median(times_s[:quarter]), median(times_s[-quarter:])
    return [
        Row(f"{what}, first quarter", 1000 * first, "ms"),
        Row(f"{what}, last quarter", 1000 * last, "ms", 1200 * first),
    ]


def _note(moment: Moment) -> None:
    with OVER_TIME.open("a", encoding="utf-8") as file:
        file.write(",".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in astuple(moment)) + "\n")
