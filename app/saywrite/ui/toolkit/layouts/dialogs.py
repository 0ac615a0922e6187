"""What dialogs have in common: their buttons, the place on the screen, the question about changes. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QMessageBox, QVBoxLayout, QWidget

from saywrite.ui.toolkit.theme.tokens import M
from saywrite.ui.toolkit.translation import set_text, tr

USUAL_LINE = 16
"""The height of a line of text for which the sizes of windows are given; device-independent pixels."""

CLOSE, CANCEL = QDialogButtonBox.StandardButton.Close, QDialogButtonBox.StandardButton.Cancel


def dialog_buttons(dialog: QDialog, standard: QDialogButtonBox.StandardButton = CLOSE) -> QDialogButtonBox:
    """Make the row of buttons of a dialog; `standard` closes it.

    The icons of the style are left out: it has some for its own buttons only, in other shapes than those of Saywrite.
    """
    buttons = QDialogButtonBox(standard)
    buttons.button(standard).setIcon(QIcon())
    buttons.rejected.connect(dialog.reject)
    return buttons


def opening_size(window: QWidget, size: QSize) -> QSize:
    """Return the size in which a window opens: `size`, larger with larger text, within the screen."""
    scale = max(1.0, window.fontMetrics().height() / USUAL_LINE)
    return (size * scale).boundedTo(window.screen().availableGeometry().size() * 0.9)


def fill_dialog(dialog: QDialog, content: QWidget, size: QSize) -> None:
    """Place `content` above a Close button, in `size` or as much of it as the screen has, over the parent."""
    column = QVBoxLayout(dialog)
    column.setContentsMargins(M, M, M, M)
    column.setSpacing(M)
    column.addWidget(content, 1)
    column.addWidget(dialog_buttons(dialog))
    dialog.resize(opening_size(dialog, size))
    center_on_parent(dialog)


def center_on_parent(window: QWidget) -> None:
    """Move a window that was not placed yet; a Wayland compositor places it itself and ignores this."""
    widget = window.parentWidget()
    if widget is None or window.testAttribute(Qt.WidgetAttribute.WA_Moved):
        return
    parent = widget.window()
    room = parent.screen().availableGeometry()
    frame = window.frameGeometry()
    frame.moveCenter(parent.frameGeometry().center())
    frame.moveLeft(max(room.left(), min(frame.left(), room.right() - frame.width())))
    frame.moveTop(max(room.top(), min(frame.top(), room.bottom() - frame.height())))
    window.move(frame.topLeft())


def bring_to_front(window: QWidget) -> None:
    """Show a window in front of the others, even if it is minimized or hidden."""
    window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    window.activateWindow()


def is_quitting() -> bool:
    """Whether the program is about to quit."""
    app = QApplication.instance()
    return app is None or bool(app.property("quitting"))


def ask_about_changes(
    window: QWidget, what: str, keep: tuple[str, Callable[[], None]], discard: Callable[[], None]
) -> None:
    """Ask whether to keep changes, to discard them, or to go on editing.

    `what` says what was changed; `keep` has the words of a button and what it does. The function returns at once, and
    the answer calls one of the functions. A program that quits asks nobody, because a window that stays open would stop
    it: the changes are kept.
    """
    if is_quitting():
        keep[1]()
        return
    box = QMessageBox(QMessageBox.Icon.Question, window.windowTitle(), "", parent=window)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    set_text(box.setText, what)
    kept = box.addButton("", QMessageBox.ButtonRole.AcceptRole)
    discarded = box.addButton("", QMessageBox.ButtonRole.DestructiveRole)
    edited = box.addButton("", QMessageBox.ButtonRole.RejectRole)
    for button, words in ((kept, keep[0]), (discarded, tr("&Discard")), (edited, tr("&Keep editing"))):
        set_text(button.setText, words)
    kept.clicked.connect(lambda: keep[1]())
    discarded.clicked.connect(lambda: discard())
    box.setDefaultButton(kept)
    box.setEscapeButton(edited)
    box.open()
