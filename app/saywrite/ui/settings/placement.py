"""The place of a window on the screen. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def center_on_parent(window: QWidget) -> None:
    """Move a window that was not placed yet; a Wayland compositor places it itself and ignores this."""
    parent = window.parentWidget()
    if parent is None or window.testAttribute(Qt.WidgetAttribute.WA_Moved):
        return
    room = parent.screen().availableGeometry()
    frame = window.frameGeometry()
    frame.moveCenter(parent.frameGeometry().center())
    frame.moveLeft(max(room.left(), min(frame.left(), room.right() - frame.width())))
    frame.moveTop(max(room.top(), min(frame.top(), room.bottom() - frame.height())))
    window.move(frame.topLeft())
