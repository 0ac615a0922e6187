"""Distances, text sizes and colors of the window are tokens, not literals in widgets."""

from __future__ import annotations

import ast
import re
from pathlib import Path

UI = Path(__file__).resolve().parents[2] / "app/saywrite/ui"
TOKENS = "toolkit/theme/"
DISTANCES = {
    "setContentsMargins",
    "setSpacing",
    "setHorizontalSpacing",
    "setVerticalSpacing",
    "addSpacing",
    "FlowLayout",
}
TEXT_SIZES = {"setPointSize", "setPointSizeF", "setPixelSize"}
HEX = re.compile(r"#[0-9a-fA-F]{6}\b")


def literals(path: str, source: str) -> list[str]:
    """Every literal distance, text size and color in a module."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HEX.search(node.value):
            found.append(f"{path}:{node.lineno}: a color")
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        numbers = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, (int, float))]
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        parts = [part.value for value in values for part in ast.walk(value) if isinstance(part, ast.Constant)]
        if name in DISTANCES and any(parts):
            found.append(f"{path}:{node.lineno}: a distance")
        elif name in TEXT_SIZES:
            found.append(f"{path}:{node.lineno}: a text size")
        elif name in ("QColor", "fromRgb", "fromHsl") and numbers:
            found.append(f"{path}:{node.lineno}: a color")
    return found


def test_no_widget_has_literal_distances_sizes_or_colors() -> None:
    found = []
    for path in sorted(UI.rglob("*.py")):
        name = path.relative_to(UI).as_posix()
        if not name.startswith(TOKENS):
            found += literals(name, path.read_text(encoding="utf-8"))
    assert found == []


def test_each_kind_of_literal_is_found() -> None:
    source = (
        "column.setContentsMargins(0, XS, 7, 0)\nrow.setSpacing(6)\nfont.setPointSizeF(size)\n"
        'QColor("#ff0000")\nQColor(1, 2, 3)\nrow.setSpacing(0)\nrow.setSpacing(XS)\n'
        "row.setSpacing(10 if wide else XS)\nFlowLayout(row, spacing=6)\n"
    )
    assert literals("x", source) == [
        "x:1: a distance",
        "x:2: a distance",
        "x:3: a text size",
        "x:5: a color",
        "x:8: a distance",
        "x:9: a distance",
        "x:4: a color",
    ]
