"""Carries out the Edit menu in the field that has the focus, or in the transcript. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from saywrite.ui.main_window.window import MainWindow

Standard = QKeySequence.StandardKey


class EditCommands(QObject):
    """Connects undo, redo, cut, copy, paste and select all."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        actions = window.actions_
        actions.undo.triggered.connect(lambda: self._edit(Standard.Undo))
        actions.redo.triggered.connect(lambda: self._edit(Standard.Redo))
        actions.cut.triggered.connect(lambda: self._edit(Standard.Cut))
        actions.copy_selection.triggered.connect(lambda: self._edit(Standard.Copy))
        actions.paste.triggered.connect(lambda: self._edit(Standard.Paste))
        actions.select_all.triggered.connect(lambda: self._edit(Standard.SelectAll))

    def _edit(self, command: QKeySequence.StandardKey) -> None:
        transcript = self._window.transcript
        field = focused_field(self._window)
        if field is None and command is Standard.Undo:
            transcript.undo()
        elif field is None and command is Standard.Redo:
            transcript.redo()
        else:
            press(field or transcript.pane.editor, command)


def focused_field(window: QWidget) -> QWidget | None:
    """Return the text field of the window that has the focus, None when something else has it."""
    focused = window.focusWidget()
    return focused if isinstance(focused, QLineEdit | QPlainTextEdit | QTextEdit) else None


def press(field: QWidget, command: QKeySequence.StandardKey) -> None:
    """Give a field the key press of a command, which every field understands; no shortcut sees it."""
    keys = QKeySequence(command)
    if keys.isEmpty():
        return
    pressed = keys[0]  # type: ignore[index]  # PySide6 has it, its stubs have not
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(field, QKeyEvent(kind, pressed.key(), pressed.keyboardModifiers()))
