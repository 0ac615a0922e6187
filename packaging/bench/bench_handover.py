"""Outages in mid-sentence while this computer listens along: how soon words go on, and what becomes of them."""

from __future__ import annotations

import sys

from rig import ROOT
from table import Row, amount

sys.path.insert(0, str(ROOT))  # the tests' package

from tests.system.lab.handover import dictate_through_outage

OUTAGES_S = amount((2.0, 10.0, 60.0), (2.0, 10.0), (2.0,))


def measure() -> list[Row]:
    rows: list[Row] = []
    for outage_s in OUTAGES_S:
        found = dictate_through_outage(outage_s)
        name = f"outage of {outage_s:g} s in mid-sentence"
        wrong = len(found.count.twice) + len(found.count.disordered)
        rows += [
            Row(f"{name}: next word of this computer", found.words_after_s, "s", 1.0),
            Row(f"{name}: words lost", len(found.count.lost) + round(found.pending_s), "words", 0),
            Row(f"{name}: words twice or out of order", wrong, "words", 0),
            Row(f"{name}: words of this computer left in the end", len(found.left), "words", 0),
        ]
    return rows
