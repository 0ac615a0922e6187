"""Two hours of dictation with a fault every 30 s, without and with the local recognizer; a line stalled for minutes."""

from __future__ import annotations

import sys

from rig import ROOT
from table import Row, amount

sys.path.insert(0, str(ROOT))  # the tests' package

from tests.system.lab.aiola_endurance import Endured, endure, stall

SPEECH_S = amount(7_200, 600, 30)
SPEED = 8
STALLED_S = amount(600, 120, 10)
ALONG_S = amount(7_200, 300, 30)
ALONG_SPEED = 1
"""The local recognizer decodes every word: two cores are not enough for eight times the speed of speech."""


def measure() -> list[Row]:
    before, stalled = stall(STALLED_S, speed=SPEED)
    return [
        *_endured(endure(SPEECH_S, speed=SPEED, fault_every_s=30), ""),
        *_endured(endure(ALONG_S, speed=ALONG_SPEED, fault_every_s=30, listens_along=True), "listening along, "),
        Row(f"line stalled for {STALLED_S} s of speech: growth of memory", stalled[-1] - before.memory_mb, "MB", 10),
        Row("the same in its second half", stalled[-1] - stalled[4], "MB", 1),
    ]


def _endured(result: Endured, how: str) -> list[Row]:
    hours = f"{how}{result.speech_s / 3600:.2g} h of dictation, {result.faults} faults"
    lost = len(result.count.lost) + round(result.pending_s)
    wrong = len(result.count.twice) + len(result.count.disordered)
    half = len(result.memory_mb) // 2
    growth = result.memory_mb[-1] - result.memory_mb[half] if result.memory_mb else 0.0  # a look is too short
    return [
        Row(f"{hours}: words lost of {result.words:,}", lost, "words", 0),
        Row(f"{hours}: words twice or out of order", wrong, "words", 0),
        Row(f"{hours}: growth of memory in the second half", growth, "MB", 5),
        Row(f"{hours}: threads left behind", result.ended.threads - result.begun.threads, "", 0),
        Row(f"{hours}: files and sockets left behind", result.ended.files - result.begun.files, "", 0),
    ]
