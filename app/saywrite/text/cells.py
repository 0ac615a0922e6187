"""Cells of CSV files that a spreadsheet must not take for formulas.

A cell that begins with = + - @, a tab or a line break gets an apostrophe in front (OWASP, "CSV Injection");
one that has apostrophes before such a character gets one more, so that `restored()` is the exact inverse.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def neutralized(cell: str) -> str:
    return "'" + cell if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
