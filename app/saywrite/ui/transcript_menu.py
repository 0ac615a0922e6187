"""The context menu of the transcript. GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from saywrite.ui.clipboard import copy_text

if TYPE_CHECKING:
    from saywrite.ui.transcript_view import TranscriptView

LONGEST_PHRASE = 80
"""Characters; a longer selection is a passage, not something misheard."""


def transcript_menu(view: TranscriptView) -> QMenu:
    """A menu for what is selected or under the cursor now; it deletes itself when it closes."""
    editor, log = view.pane.editor, view.document.log
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    selected = view.selected_text().strip()
    editable = not editor.isReadOnly()
    row = editor.current_row()

    def entry(text: str, shortcut: QKeySequence.StandardKey | str, enabled: bool) -> QAction:
        action = menu.addAction(text)
        action.setShortcut(QKeySequence(shortcut))
        action.setEnabled(enabled)
        return action

    entry("&Undo", QKeySequence.StandardKey.Undo, log.can_undo or view.can_undo_clear).triggered.connect(view.undo)
    entry("&Redo", QKeySequence.StandardKey.Redo, log.can_redo).triggered.connect(view.redo)
    menu.addSeparator()
    entry("Cu&t", QKeySequence.StandardKey.Cut, bool(selected) and editable).triggered.connect(editor.cut_selection)
    entry("&Copy", QKeySequence.StandardKey.Copy, bool(selected)).triggered.connect(view.copy)
    entry("&Paste", QKeySequence.StandardKey.Paste, editable and editor.canPaste()).triggered.connect(editor.paste)
    menu.addSeparator()
    hear = entry("&Hear", "Ctrl+Return", row is not None and row.end > row.start)
    hear.triggered.connect(editor.hear_asked)
    phrase = bool(selected) and len(selected) <= LONGEST_PHRASE and "\n" not in selected
    always = entry("Always &write as…", "", phrase)
    always.triggered.connect(lambda: view.always_write_as.emit(selected))
    if row is not None and row.translation:
        entry("Copy t&ranslation", "", True).triggered.connect(lambda: copy_text(row.translation))
    if row is not None:
        entry("Details of this &dictation…", "", True).triggered.connect(lambda: view.details_asked.emit(row.dictation))
    menu.addSeparator()
    entry("&Find…", QKeySequence.StandardKey.Find, bool(view.document.rows)).triggered.connect(view.find)
    everything = entry("Select &all", QKeySequence.StandardKey.SelectAll, bool(view.document.rows))
    everything.triggered.connect(editor.selectAll)
    return menu
