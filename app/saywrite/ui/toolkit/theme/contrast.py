"""Contrast of colors as WCAG 2.2 defines it, and colors that are moved until they are readable. Pure."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

TEXT_CONTRAST = 4.5
"""Least contrast of text with its ground (WCAG 2.2, 1.4.3, level AA)."""

GRAPHIC_CONTRAST = 3.0
"""Least contrast of shapes that carry meaning (WCAG 2.2, 1.4.11)."""


def luminance(color: QColor) -> float:
    """Relative luminance, 0…1 (WCAG 2.2)."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def contrast(one: QColor, other: QColor) -> float:
    """Contrast of two opaque colors, 1…21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def blend(one: QColor, other: QColor, share: float) -> QColor:
    """Mix `share` (0…1) of `other` into `one`."""
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )


def readable(color: QColor, ground: QColor, ratio: float = TEXT_CONTRAST) -> QColor:
    """`color`, moved toward black or white until its contrast with `ground` is `ratio`. Both opaque."""
    return QColor(_readable(color.rgb(), ground.rgb(), ratio))  # a copy: colors can be changed


@lru_cache(maxsize=256)
def _readable(color_rgb: int, ground_rgb: int, ratio: float) -> QColor:
    color, ground = QColor.fromRgb(color_rgb), QColor.fromRgb(ground_rgb)
    goal = max(QColor("black"), QColor("white"), key=lambda end: contrast(end, ground))
    for step in range(21):
        moved = blend(color, goal, step / 20)
        if contrast(moved, ground) >= ratio:
            return moved
    return goal
