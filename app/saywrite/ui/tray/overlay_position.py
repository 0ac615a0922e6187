"""The position of the overlay as a share of its screen, valid for every resolution. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize

MARGIN = 12
"""The minimum distance from the edges of the usable area of a screen, device-independent pixels."""


@dataclass(frozen=True, slots=True)
class OverlayPosition:
    """The center of the overlay as a share (0…1) of the usable area of the screen with this name."""

    screen: str = ""
    x: float = 0.5
    y: float = 0.93


@dataclass(frozen=True, slots=True)
class ScreenArea:
    """The usable area of a screen, without its panels."""

    screen: str
    rect: QRect


def corner(position: OverlayPosition, size: QSize, areas: Sequence[ScreenArea]) -> QPoint:
    """The upper left corner of an overlay of this size, so that all of it is visible.

    Without its screen it is placed on the first one.
    """
    area = next((each for each in areas if each.screen == position.screen), areas[0]).rect
    room = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    left = area.left() + round(position.x * area.width()) - size.width() // 2
    top = area.top() + round(position.y * area.height()) - size.height() // 2
    return QPoint(
        max(room.left(), min(left, room.left() + room.width() - size.width())),
        max(room.top(), min(top, room.top() + room.height() - size.height())),
    )


def position_of(middle: QPoint, areas: Sequence[ScreenArea]) -> OverlayPosition:
    """The position of an overlay with its center at `middle`."""
    area = next((each for each in areas if each.rect.contains(middle)), areas[0])
    rect = area.rect
    return OverlayPosition(
        area.screen,
        min(1.0, max(0.0, (middle.x() - rect.left()) / max(1, rect.width()))),
        min(1.0, max(0.0, (middle.y() - rect.top()) / max(1, rect.height()))),
    )


def packed(position: OverlayPosition) -> dict[str, Any]:
    """A position as JSON values."""
    return {"screen": position.screen, "x": position.x, "y": position.y}


def unpacked(state: object) -> OverlayPosition:
    """The position from `packed()`; the default for anything else."""
    match state:
        case {"screen": str(screen), "x": float() | int() as x, "y": float() | int() as y} if (
            0 <= x <= 1 and 0 <= y <= 1
        ):
            return OverlayPosition(screen, float(x), float(y))
    return OverlayPosition()
