"""What typing may do to the transcript: rows stay rows, headings and notes stay as they are. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCursor

from saywrite.ui.transcript_document import TranscriptDocument
from saywrite.ui.transcript_rows import Row

Keys = QKeySequence.StandardKey
_BACKWARD = (Keys.Backspace, Keys.DeleteStartOfWord)
_FORWARD = (Keys.Delete, Keys.DeleteEndOfWord, Keys.DeleteEndOfLine, Keys.DeleteCompleteLine)
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier


def changes_text(event: QKeyEvent) -> bool:
    """Whether the key would change the text of an editor."""
    if any(event.matches(key) for key in (Keys.Cut, Keys.Paste, *_BACKWARD, *_FORWARD)):
        return True
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    commands = event.modifiers() & _COMMANDS
    # Ctrl+Alt is AltGr on Windows: it types.
    typed = not commands or event.modifiers() & both == both
    return typed and bool(event.text()) and event.text().isprintable()


def is_protected(document: TranscriptDocument, cursor: QTextCursor) -> bool:
    """The cursor is in a heading or note, or the selection touches one."""
    parts = document.parts(cursor.selectionStart(), cursor.selectionEnd())
    return any(not row.editable for row, _, _ in parts)


def joins_fixed(document: TranscriptDocument, cursor: QTextCursor, event: QKeyEvent) -> bool:
    """Whether Backspace or Delete would join a row with a heading or note."""
    if cursor.hasSelection():
        return False
    rows, index = document.rows, cursor.blockNumber()
    if cursor.atBlockStart() and any(event.matches(key) for key in _BACKWARD):
        return index > 0 and not rows[index - 1].editable
    if cursor.atBlockEnd() and any(event.matches(key) for key in _FORWARD):
        return index + 1 < len(rows) and not rows[index + 1].editable
    return False


def type_around(document: TranscriptDocument, cursor: QTextCursor, text: str) -> QTextCursor:
    """Replace the selected text of rows by `text` and leave the headings and notes among them alone; returns where
    the cursor belongs. Without a row in the selection nothing is changed."""
    parts = list(document.parts(cursor.selectionStart(), cursor.selectionEnd()))
    edits: list[tuple[Row, str]] = []
    place: tuple[Row, int] | None = None
    for row, first, last in parts:
        if not row.editable:
            continue
        typed = text if place is None else ""
        place = place or (row, first + len(text))
        edits.append((row, row.text[:first] + typed + row.text[last:]))
    if place is None:
        return cursor
    document.edit(edits)
    index = document.index(place[0])
    return cursor if index is None else document.cursor(index, place[1])
