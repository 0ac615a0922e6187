"""The layout of a dialog with one content, and the place of a window on the screen. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from saywrite.ui.toolkit.theme.tokens import M


def fill_dialog(dialog: QDialog, content: QWidget, size: QSize) -> None:
    """Place `content` above a Close button, in `size` or as much of it as the screen has, over the parent."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(M, M, M, M)
    column.setSpacing(M)
    column.addWidget(content, 1)
    column.addWidget(buttons)
    dialog.resize(size.boundedTo(dialog.screen().availableGeometry().size() * 0.9))
    center_on_parent(dialog)


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
