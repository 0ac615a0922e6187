"""Carries out the Edit menu in the field that has the focus, or in the transcript. GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from saywrite.ui.main_window.window import MainWindow

TextField = QLineEdit | QPlainTextEdit | QTextEdit


class EditCommands(QObject):
    """Connects undo, redo, cut, copy, paste and select all."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        actions = window.actions_
        for action, command in (
            (actions.undo, "undo"),
            (actions.redo, "redo"),
            (actions.cut, "cut"),
            (actions.copy_selection, "copy"),
            (actions.paste, "paste"),
            (actions.select_all, "selectAll"),
        ):
            action.triggered.connect(partial(self._edit, command))

    def _edit(self, command: str, _checked: bool = False) -> None:
        """Call a method of the field; the transcript has its own undo, and text that is protected."""
        transcript = self._window.transcript
        editor = transcript.pane.editor
        field = focused_field(self._window) or editor
        if field is editor:
            own = {"undo": transcript.undo, "redo": transcript.redo, "cut": editor.cut_selection}
            own.get(command, getattr(editor, command))()
        else:
            getattr(field, command)()


def focused_field(window: QWidget) -> TextField | None:
    """Return the text field of the window that has the focus, None when something else has it."""
    focused = window.focusWidget()
    return focused if isinstance(focused, QLineEdit | QPlainTextEdit | QTextEdit) else None
