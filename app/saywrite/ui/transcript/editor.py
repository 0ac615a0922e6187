"""The text editor of the transcript, which knows its rows. GUI thread.

It prevents keys from splitting rows or changing headings, copies prose instead of Qt's paragraphs, and tells which
rows are visible. Only the user moves its cursor and its view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit

from saywrite.ui.toolkit.clipboard import plain_text
from saywrite.ui.toolkit.document_text import as_paragraph, clean, utf16_length
from saywrite.ui.toolkit.page_layout import line_gap, widest_line
from saywrite.ui.toolkit.theme import page_colors
from saywrite.ui.toolkit.theme.tokens import LARGE, S, sized
from saywrite.ui.transcript.document import TranscriptDocument
from saywrite.ui.transcript.rows import Row, RowKind, join_parts

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
    # Ctrl+Alt is AltGr on Windows, which types characters.
    typed = not commands or event.modifiers() & both == both
    return typed and bool(event.text()) and event.text().isprintable()


def is_protected(document: TranscriptDocument, cursor: QTextCursor) -> bool:
    """Whether the cursor is in a heading or note, or the selection includes one."""
    parts = document.parts(cursor.selectionStart(), cursor.selectionEnd())
    return any(not row.editable for row, _, _ in parts)


def joins_fixed(document: TranscriptDocument, cursor: QTextCursor, event: QKeyEvent) -> bool:
    """Whether Backspace or Delete would join a row with a heading or note."""
    if cursor.hasSelection():
        return False
    position = cursor.position()
    if cursor.atBlockStart() and any(event.matches(key) for key in _BACKWARD):
        neighbor = document.row_at(position - 1) if position else None
    elif cursor.atBlockEnd() and any(event.matches(key) for key in _FORWARD):
        neighbor = document.row_at(position + 1) if not cursor.atEnd() else None
    else:
        return False
    return neighbor is not None and not neighbor.editable


def type_around(document: TranscriptDocument, cursor: QTextCursor, text: str) -> QTextCursor:
    """Replace the selection by `text`, except for the headings and notes in it; returns the new cursor.

    Without an editable row in the selection nothing is changed.
    """
    parts = list(document.parts(cursor.selectionStart(), cursor.selectionEnd()))
    edits: list[tuple[Row, str]] = []
    place: tuple[Row, int] | None = None
    for row, first, last in parts:
        if not row.editable:
            continue
        typed = text if place is None else ""
        place = place or (row, first + len(text))
        if typed or first < last:
            edits.append((row, row.text[:first] + typed + row.text[last:]))
    if place is None:
        return cursor
    document.edit(edits)
    index = document.index(place[0])
    return cursor if index is None else document.cursor(index, place[1])


_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
MIN_RULE = 24
"""The minimum length of the line behind a heading; a shorter one looks like a dash. Device-independent pixels."""
MARGIN = S
"""Space around the text, device-independent pixels."""
MOST_CHARACTERS = 500_000
"""Of a row after a paste, as in a book of 300 pages; Qt lays out a longer paragraph for seconds after each key."""


class TranscriptEditor(QPlainTextEdit):
    """Edits rows; read-only while there is no row that can be edited."""

    play_requested = Signal()
    """Ctrl+Enter: play the row with the cursor."""
    undo_requested = Signal()
    redo_requested = Signal()
    menu_requested = Signal(object)
    """The user asked for a context menu at a global position (QPoint)."""
    used = Signal()
    """The user pressed a key or a mouse button."""
    focus_lost = Signal()
    """Another widget has the keyboard focus now; not emitted for a popup."""
    resized = Signal()
    """The editor has another size."""
    paste_refused = Signal(int)
    """A text was not pasted, because a row would have more characters than this."""

    def __init__(self, document: TranscriptDocument) -> None:
        super().__init__()
        self.transcript = document
        self.setFont(sized(self.font(), LARGE))
        document.doc.setDefaultFont(self.font())
        document.doc.setDocumentMargin(MARGIN)
        self.setDocument(document.doc)
        self._drag_from: QPoint | None = None
        self._double_click = QPoint(), -1_000_000
        """The place of the newest double click, and its time in milliseconds as events count them."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setCursorWidth(2)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        document.changed.connect(self._update_read_only)
        self._update_read_only()

    @property
    def measure(self) -> int:
        """The width of the longest line of `MEASURE` characters with its margins, in pixels."""
        return widest_line(self.fontMetrics()) + 2 * MARGIN

    def visible_paragraphs(self) -> Iterator[tuple[int, QRectF]]:
        """The visible paragraphs: number and rectangle in the viewport."""
        block = self.firstVisibleBlock()
        bottom = self.viewport().height()
        place = self.blockBoundingGeometry(block).translated(self.contentOffset())
        count = len(self.transcript.paragraphs)
        while block.isValid() and place.top() <= bottom and block.blockNumber() < count:
            yield block.blockNumber(), place
            block = block.next()
            place = QRectF(place.left(), place.bottom(), place.width(), self.blockBoundingRect(block).height())

    def visible_rows(self, wanted: Callable[[Row], object] = lambda _row: True) -> Iterator[tuple[int, QRectF]]:
        """The visible rows that are `wanted`: index and the rectangle of their lines in the viewport.

        Two rows may share a line.
        """
        paragraphs, gap = self.transcript.paragraphs, line_gap(self.font())
        for number, place in self.visible_paragraphs():
            rows = paragraphs.span(number)
            if len(rows) == 1:
                if wanted(paragraphs.rows[rows.start]):
                    yield rows.start, place
                continue
            layout, text = self.document().findBlockByNumber(number).layout(), paragraphs.text(number)
            for index, start, end in paragraphs.places(number):
                if not wanted(paragraphs.rows[index]):
                    continue
                first = layout.lineForTextPosition(utf16_length(text[:start]))
                last = layout.lineForTextPosition(utf16_length(text[:end]))
                top = place.top() + (first.y() - gap if index > rows.start else 0.0)
                bottom = place.bottom() if index == rows.stop - 1 else place.top() + last.y() + last.height()
                if bottom >= 0 and top <= self.viewport().height():
                    yield index, QRectF(place.left(), top, place.width(), bottom - top)

    def first_line(self, index: int) -> float:
        """The distance from the top of a visible row to its first line with words."""
        paragraphs, text = self.transcript.paragraphs, self.transcript.rows[index].text
        number, start = paragraphs.number(index), paragraphs.offset(index)
        paragraph, layout = paragraphs.text(number), self.transcript.block(index).layout()
        words = start + len(text) - len(text.lstrip("\n"))
        line = layout.lineForTextPosition(utf16_length(paragraph[:words]))
        if not line.isValid():
            return 0.0
        if index == paragraphs.span(number).start:
            return line.y()
        return line.y() - layout.lineForTextPosition(utf16_length(paragraph[:start])).y() + line_gap(self.font())

    def end_of_text(self) -> float | None:
        """The bottom of the last row in the viewport; None when it is not visible."""
        last = len(self.transcript.paragraphs) - 1
        if last < 0:
            return self.contentOffset().y() + MARGIN
        return next((place.bottom() for number, place in self.visible_paragraphs() if number == last), None)

    def last_line(self) -> tuple[str, float]:
        """The text of the last line, and its height with the space above it; ("", 0) without a line."""
        block = self.document().lastBlock()
        self.blockBoundingRect(block)  # lays it out where a change of several paragraphs has cleared its layout
        layout = block.layout()
        if not layout.lineCount():
            return "", 0.0
        line = layout.lineAt(layout.lineCount() - 1)
        start = block.position() + line.textStart()
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(start + line.textLength(), QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText(), line.height() + line_gap(self.font())

    def selected_prose(self) -> str:
        """The selected text of the rows as prose; "" without a selection."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            return ""
        parts = self.transcript.parts(cursor.selectionStart(), cursor.selectionEnd())
        return join_parts(parts, self.transcript.languages, paragraphs=self.transcript.in_paragraphs)

    def current_row(self) -> Row | None:
        """The row with the cursor."""
        return self.transcript.row_at(self.textCursor().position())

    def type_text(self, text: str) -> None:
        """Replace the selection by `text` as typing does, without splitting a row."""
        if self.isReadOnly():
            return
        cursor = self.textCursor()
        if is_protected(self.transcript, cursor):
            cursor = type_around(self.transcript, cursor, text)
        else:
            cursor.insertText(as_paragraph(text))
        self.setTextCursor(cursor)

    def cut_selection(self) -> None:
        """Copy the selection, then remove it."""
        self.copy()
        self.type_text("")

    # Keys, mouse and input methods

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.used.emit()
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_requested.emit()
        elif event.key() in _ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.play_requested.emit()
        elif event.key() in _ENTER:
            self.type_text("\n")
        elif not self._handle_protected(event):
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.used.emit()
        if event.commitString() and is_protected(self.transcript, self.textCursor()):
            self.type_text(event.commitString())
            event.accept()
        else:
            super().inputMethodEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.used.emit()
        point = event.position().toPoint()
        # With Shift Qt extends or shortens the selection; a third click selects the paragraph.
        selects = event.modifiers() == Qt.KeyboardModifier.ShiftModifier or self._is_third_click(event)
        if event.button() == Qt.MouseButton.LeftButton and not selects and self._is_selected(point):
            self._drag_from = point  # Qt would move the text out of the transcript, headings too
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._double_click = event.position().toPoint(), event.timestamp()
        super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            super().mouseMoveEvent(event)
        elif (event.position().toPoint() - self._drag_from).manhattanLength() >= QApplication.startDragDistance():
            self._drag_from = None
            self.drag_selection()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            super().mouseReleaseEvent(event)
        else:
            self._drag_from = None
            self.setTextCursor(self.cursorForPosition(event.position().toPoint()))

    def drag_selection(self) -> None:
        """Drag a copy of the selected text, into another program for example."""
        drag = QDrag(self)
        drag.setMimeData(self.createMimeDataFromSelection())
        drag.exec(Qt.DropAction.CopyAction)

    def _is_third_click(self, event: QMouseEvent) -> bool:
        """Whether a press follows a double click, by the rules of Qt."""
        point, at = self._double_click
        distance = (event.position().toPoint() - point).manhattanLength()
        soon = 0 <= event.timestamp() - at < QApplication.doubleClickInterval()
        return soon and distance < QApplication.startDragDistance()

    def _is_selected(self, point: QPoint) -> bool:
        """Whether the text at a point of the viewport is selected."""
        cursor, place = self.textCursor(), self.cursorForPosition(point)
        return cursor.hasSelection() and cursor.selectionStart() <= place.position() < cursor.selectionEnd()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.menu_requested.emit(self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))
            return
        if not self.textCursor().hasSelection():
            self.setTextCursor(self.cursorForPosition(event.pos()))
        self.menu_requested.emit(event.globalPos())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.focus_lost.emit()

    def createMimeDataFromSelection(self) -> QMimeData:
        return plain_text(self.selected_prose())

    def insertFromMimeData(self, source: QMimeData) -> None:
        text, row = clean(source.text()), self.current_row()
        if len(text) + (len(row.text) if row is not None else 0) > MOST_CHARACTERS:
            self.paste_refused.emit(MOST_CHARACTERS)
        elif source.hasText():
            self.type_text(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.transcript.page.width = float(self.viewport().width())
        super().resizeEvent(event)
        self.resized.emit()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        # A change of the margins may have kept the size of the viewport, which then has no event of its own.
        if event.type() == QEvent.Type.Resize:
            self.resized.emit()
        return handled

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.transcript.doc.setDefaultFont(self.font())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        headings = list(self.visible_rows(lambda row: row.kind is RowKind.HEADING))
        if not headings:
            return
        painter = QPainter(self.viewport())
        painter.setPen(page_colors(self.palette()).rule)
        for index, place in headings:
            self._paint_rule(painter, index, place)

    # Details

    def _paint_rule(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Draw a hairline from the end of a heading to the edge."""
        layout = self.transcript.block(index).layout()
        line = layout.lineAt(layout.lineCount() - 1)
        if not line.isValid():
            return
        y = int(place.top() + line.y() + line.height() / 2)
        start = int(place.left() + line.naturalTextRect().right()) + MARGIN * 2
        end = self.viewport().width() - MARGIN
        if end - start > MIN_RULE:
            painter.drawLine(start, y, end, y)

    def _update_read_only(self) -> None:
        """Typed text belongs to a segment: without a segment the editor is read-only."""
        nothing = not any(row.editable for row in self.transcript.rows)
        if nothing != self.isReadOnly():
            self.setReadOnly(nothing)

    def _handle_protected(self, event: QKeyEvent) -> bool:
        """Handle a key that would change a heading or note; False when the key is harmless."""
        if event.matches(QKeySequence.StandardKey.Paste) or not changes_text(event):
            return False
        if is_protected(self.transcript, self.textCursor()):
            if event.matches(QKeySequence.StandardKey.Cut):
                self.copy()
            self.type_text(event.text() if event.text().isprintable() else "")
            return True
        return joins_fixed(self.transcript, self.textCursor(), event)
