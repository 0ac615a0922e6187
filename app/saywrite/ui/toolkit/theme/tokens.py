"""The measures of the visual language: spacing, text sizes, radii, times, and the colors of pictures. Pure.

Widgets take every distance, text size, radius and fixed color from here; tests/structure forbids literals elsewhere.
Lengths are device-independent pixels.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont

XS, S, M, L, XL = 4, 8, 12, 16, 24
"""The spacing scale: inside a control, between controls, between groups, at the edge of a window, around a page."""
SPACES = (XS, S, M, L, XL)

TARGET = 32
"""The smallest height of a main control, so that an unsteady hand hits it; a button with only an icon is as wide."""

SMALL, BODY, LARGE = 0.9, 1.0, 1.25
"""The three text sizes, as factors of the system's font."""
TEXT_SIZES = (SMALL, BODY, LARGE)

RADIUS_SMALL, RADIUS = 4, 8
"""Corners of marks such as keys, and of cards such as notices. Buttons that are pills use half of their height."""

LINE_HEIGHT = 1.4
"""The distance of lines on a page to read, in heights of the font."""
MEASURE = 80
"""The longest line of a page to read, in characters."""
FADE_MS = 120
"""The time in which a part appears or disappears; 0 with reduced motion."""

OVERLAY_GROUND, OVERLAY_EDGE = QColor(28, 28, 30, 244), QColor(255, 255, 255, 60)
OVERLAY_TEXT, OVERLAY_UNCERTAIN, OVERLAY_LEVEL = QColor("#f6f6f6"), QColor("#b4b4ba"), QColor("#ff6b74")
OVERLAY_GOOD = QColor("#7ed99a")
"""The overlay lies on other programs, whose colors are unknown, and is dark everywhere."""

PICTURE_LIGHT, PICTURE_DARK, PICTURE_RED, PICTURE_AMBER = map(QColor, ("#f6f6f6", "#1c1c1e", "#d6202f", "#ffb224"))
"""The tray icon lies on a panel whose color is unknown: it is light with a dark edge or the reverse."""


def sized(font: QFont, size: float, *, strong: bool = False) -> QFont:
    """A copy of `font` in one of `TEXT_SIZES`, relative to it; `strong` is for titles and buttons."""
    copy = QFont(font)
    if font.pointSizeF() > 0:
        copy.setPointSizeF(font.pointSizeF() * size)
    else:
        copy.setPixelSize(max(1, round(font.pixelSize() * size)))
    if strong:
        copy.setWeight(QFont.Weight.DemiBold)
    return copy
