"""The outline of check boxes and radio buttons, also of those in menus, in a color that stands out. GUI thread.

The Fusion style draws it in the window's color made darker: in a dark palette a box that is not checked is a dark
square on a dark ground, with a contrast of 1.2. There is no role for the outline, but a class of widgets may have a
palette of its own, and these classes paint nothing else in the color of a window.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from saywrite.ui.toolkit.theme.contrast import GRAPHIC_CONTRAST, blend, readable

CLASSES: tuple[Any, ...] = ("QCheckBox", "QRadioButton", "QMenu")  # PySide takes strings, its stub wants bytes
DARKER_PERCENT = 140
"""How much darker than its window Fusion draws an outline (`QColor.darker`)."""
SPARE = 1.4
"""Fusion makes the outline of a box 10 % lighter, and mixes that of a circle with its ground."""
_GROUPS = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive)


def outline_indicators(palette: QPalette) -> None:
    """Give the classes a palette in which the outline stands out from `palette`. Only the Fusion style needs it."""
    if not isinstance(QApplication.instance(), QApplication) or QApplication.style().name() != "fusion":
        return
    wanted = _window_for_outline(palette)
    for name in CLASSES:
        if QApplication.palette(name).color(QPalette.ColorGroup.Active, QPalette.ColorRole.Window) != wanted:
            own = QPalette()
            for group in _GROUPS:
                own.setColor(group, QPalette.ColorRole.Window, wanted)
            QApplication.setPalette(own, name)


def _window_for_outline(palette: QPalette) -> QColor:
    """The color of a window that Fusion darkens to an outline with enough contrast."""
    window, base = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.Base)
    text = palette.color(QPalette.ColorRole.WindowText)
    ground = min(window, base, key=lambda color: abs(color.lightness() - text.lightness()))
    outline = readable(blend(window, text, 0.3), ground, GRAPHIC_CONTRAST * SPARE)
    return outline.lighter(DARKER_PERCENT)
