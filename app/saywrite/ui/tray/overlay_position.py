"""Where the overlay stands: remembered as a share of a screen, so that it fits every resolution. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize

MARGIN = 12
"""Least distance from the edges of a screen's usable area, device-independent pixels."""


@dataclass(frozen=True, slots=True)
class OverlayPosition:
    """The middle of the overlay as a share (0…1) of the usable area of the screen with this name."""

    screen: str = ""
    x: float = 0.5
    y: float = 0.93


@dataclass(frozen=True, slots=True)
class ScreenArea:
    """The usable area of a screen, without its panels."""

    screen: str
    rect: QRect


def corner(spot: OverlayPosition, size: QSize, areas: Sequence[ScreenArea]) -> QPoint:
    """The upper left corner for an overlay of this size: on its screen, else on the first; all of it to be seen."""
    area = next((each for each in areas if each.screen == spot.screen), areas[0]).rect
    room = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    left = area.left() + round(spot.x * area.width()) - size.width() // 2
    top = area.top() + round(spot.y * area.height()) - size.height() // 2
    return QPoint(
        max(room.left(), min(left, room.left() + room.width() - size.width())),
        max(room.top(), min(top, room.top() + room.height() - size.height())),
    )


def spot_of(middle: QPoint, areas: Sequence[ScreenArea]) -> OverlayPosition:
    """What to remember of an overlay that was moved to here."""
    area = next((each for each in areas if each.rect.contains(middle)), areas[0])
    rect = area.rect
    return OverlayPosition(
        area.screen,
        min(1.0, max(0.0, (middle.x() - rect.left()) / max(1, rect.width()))),
        min(1.0, max(0.0, (middle.y() - rect.top()) / max(1, rect.height()))),
    )


def packed(spot: OverlayPosition) -> dict[str, Any]:
    return {"screen": spot.screen, "x": spot.x, "y": spot.y}


def unpacked(state: object) -> OverlayPosition:
    """What `packed` made; the default for anything else."""
    match state:
        case {"screen": str(screen), "x": float() | int() as x, "y": float() | int() as y} if (
            0 <= x <= 1 and 0 <= y <= 1
        ):
            return OverlayPosition(screen, float(x), float(y))
    return OverlayPosition()
