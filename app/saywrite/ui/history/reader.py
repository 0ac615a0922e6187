"""The text of a dictation in paragraphs with their times; found and spoken words are marked. GUI thread.

A block of the Qt document that has a time has the index of its `Beginning` as user state. It keeps this state while the
user edits.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from saywrite.storage.history.search import split_terms
from saywrite.storage.history.store import Dictated
from saywrite.storage.settings.schema import Settings
from saywrite.text.folding import pattern
from saywrite.text.word_times import Passage, PlacedWord, changed_segments
from saywrite.ui.history.dictation_list import hit_color
from saywrite.ui.history.prose import Prose, make_prose, time_of
from saywrite.ui.toolkit.clipboard import plain_text
from saywrite.ui.toolkit.document_text import clean, index_at_utf16, utf16_length
from saywrite.ui.toolkit.page_layout import PageLayout, line_gap, widest_line
from saywrite.ui.toolkit.theme import blend
from saywrite.ui.toolkit.theme.tokens import LARGE, M, S, sized
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.transcript.event_writer import note_of_engine
from saywrite.ui.transcript.margins import PlacedRow, TimeGutter
from saywrite.ui.transcript.rows import Row

LINES = 3
"""The lowest height of the text, in lines."""
NARROW = 360
"""A narrower text has no times beside it; device-independent pixels."""
MOST_MARKS = 1_000
"""Found words that are marked in one text."""


class Reader(QPlainTextEdit):
    """Shows a passage; `editing` makes it editable."""

    play_requested = Signal(int)
    """The sample from which the user wants to hear: that of a word or of a time."""

    def __init__(self, engine_label: Callable[[str], str] = str) -> None:
        """`engine_label` gives the name of a recognizer for people."""
        super().__init__()
        self.pause_s: float = Settings().paragraph_pause_s
        """The pause in seconds that begins a paragraph; 0: each segment does."""
        self._engine_label = engine_label
        self._dictated: Dictated | None = None
        self._prose = Prose()
        self._hits: list[tuple[int, int]] = []
        self._spoken: PlacedWord | None = None
        self.setFont(sized(self.font(), LARGE))
        document = QTextDocument(self)
        self._page = PageLayout(document)
        self._page.space_above = self._space_above
        document.setDocumentLayout(self._page)
        document.setDefaultFont(self.font())
        document.setDocumentMargin(M)
        self.setDocument(document)
        self.setBackgroundRole(QPalette.ColorRole.Base)  # also beside the column of the text
        self.setAutoFillBackground(True)
        self.setTabChangesFocus(True)
        self.times = TimeGutter(self, self._rows_with_times, self._time_of, self._note_of)
        self.times.play_requested.connect(lambda row: self.play_requested.emit(row.start))
        set_text(self.setAccessibleName, tr("Text of the dictation"))
        set_text(
            self.times.setAccessibleDescription,
            tr("When each paragraph begins. Enter in the text plays from the word at the cursor."),
        )
        self.set_editing(False)

    def sizeHint(self) -> QSize:
        """Three lines; it takes all the room that there is."""
        return QSize(200, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Three lines."""
        line = self.fontMetrics().lineSpacing() + round(line_gap(self.font()))
        return QSize(super().minimumSizeHint().width(), LINES * line + 2 * (M + self.frameWidth()))

    @property
    def passage(self) -> Passage:
        """The shown text with its words."""
        return self._prose.passage

    @property
    def editing(self) -> bool:
        """Whether the user edits the text."""
        return not self.isReadOnly()

    def show_dictated(self, dictated: Dictated | None) -> None:
        """Show the text of a dictation, without marks. With translations, each is below its segment."""
        self.set_editing(False)
        self._hits, self._spoken = [], None
        self._dictated = dictated
        self._prose = make_prose(dictated, self.pause_s) if dictated else Prose()
        self._write()
        self._mark()

    def set_pause(self, pause_s: float) -> None:
        """Begin paragraphs after a pause of this length in seconds.

        While the user edits, the text stays as it is.
        """
        if pause_s != self.pause_s:
            self.pause_s = pause_s
            if not self.editing:
                self.show_dictated(self._dictated)

    def selected_prose(self) -> str:
        """The selected text, or else the whole one, with an empty line between paragraphs."""
        cursor = self.textCursor()
        if self.editing:
            return clean(cursor.selectedText()) or self._text()
        if not cursor.hasSelection():
            return self._prose.copied()
        ends = (cursor.selectionStart(), cursor.selectionEnd())
        return self._prose.copied(*(index_at_utf16(self.passage.text, end) for end in ends))

    def mark_hits(self, query: str, number: int | None = None) -> None:
        """Mark the words of a query, and scroll to the first one, or to the first one in a segment."""
        found: list[tuple[int, int]] = []
        for term in split_terms(query):
            looked_for = pattern(term, marks=True)
            if looked_for is not None:
                found += looked_for.places(self.passage.text)
        self._hits = sorted(found)[:MOST_MARKS]
        bounds = self.passage.bounds_of(number) if number is not None else None
        first = next((hit for hit in self._hits if bounds is None or hit[0] >= bounds[0]), None)
        if first is None and bounds is not None:
            first = bounds
        self._mark()
        if first is not None:
            self._scroll_to(first[0])

    def follow(self, sample: int | None) -> None:
        """Mark the word that is spoken at a sample, and keep it in view; None ends that.

        The text cursor stays. While the user edits, the text is neither marked nor scrolled.
        """
        word = self.passage.word_heard_at(sample) if sample is not None else None
        if sample is not None and word is None:
            return  # between two words
        if word != self._spoken:
            self._spoken = word
            self._mark()
            if word is not None and not self.editing and not self._is_visible(word.first):
                cursor, bar = self.textCursor(), self.verticalScrollBar()
                self._scroll_to(word.first)
                place = bar.value()
                self.setTextCursor(cursor)
                bar.setValue(place)  # `setTextCursor` has scrolled to the cursor

    def set_editing(self, editing: bool) -> None:
        """Begin or end to edit. At the end the text is as it was shown; `changes` must be read before."""
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextEditorInteraction if editing else flags)
        self.setReadOnly(not editing)
        if not editing and self._text() != self.passage.text:
            self._write()
        self._mark()

    def changes(self) -> dict[int, str]:
        """The new text of every segment that the user changed, by its number."""
        return changed_segments(self.passage, self._text())

    def _text(self) -> str:
        """The text of the Qt document. `toPlainText()` has spaces in place of no-break spaces."""
        return clean(self.document().toRawText())

    def word_at_cursor(self) -> PlacedWord | None:
        """The word at the text cursor."""
        return self.passage.word_at(index_at_utf16(self.passage.text, self.textCursor().position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not self.editing:
            if (word := self.word_at_cursor()) is not None:
                self.play_requested.emit(word.start)
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.editing or event.button() != Qt.MouseButton.LeftButton or self.textCursor().hasSelection():
            return
        position = self.cursorForPosition(event.position().toPoint()).position()
        if (word := self.passage.word_at(index_at_utf16(self.passage.text, position))) is not None:
            self.play_requested.emit(word.start)

    def createMimeDataFromSelection(self) -> QMimeData:
        return plain_text(self.selected_prose())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._page.width = float(self.viewport().width())
        super().resizeEvent(event)
        self._place_times()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        # A change of the margins may have kept the size of the viewport, which then has no event of its own.
        if event.type() == QEvent.Type.Resize:
            self._place_times()
        return handled

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.document().setDefaultFont(self.font())
        elif event.type() == QEvent.Type.PaletteChange:
            self._mark()

    # Paragraphs and their times

    def _write(self) -> None:
        """Write the shown text into the Qt document, and give each block with a time its beginning."""
        self.setPlainText(self.passage.text)
        document = self.document()
        block = document.firstBlock()
        at, before = 0, 0
        for number, beginning in enumerate(self._prose.beginnings):
            at += utf16_length(self.passage.text[before : beginning.character])
            before = beginning.character
            block = document.findBlock(at)
            block.setUserState(number)
        document.markContentsDirty(0, document.characterCount())
        self._place_times()

    def _space_above(self, number: int) -> float:
        state = self.document().findBlockByNumber(number).userState()
        return float(S) if 0 <= state < len(self._prose.beginnings) and self._prose.beginnings[state].spaced else 0.0

    def _place_times(self) -> None:
        """Place the times beside the text, which is in the middle of a wide window."""
        self.times.setVisible(bool(self._prose.beginnings) and self.width() >= NARROW)
        gutter = self.times.sizeHint().width() if not self.times.isHidden() else 0
        free = self.width() - gutter - widest_line(self.fontMetrics()) - 2 * M
        beside = max(0, free - self.verticalScrollBar().sizeHint().width()) // 2
        margins = self.viewportMargins()
        if (margins.left(), margins.right()) != (gutter + beside, beside):
            self.setViewportMargins(gutter + beside, 0, beside, 0)
        frame = self.contentsRect()
        self.times.setGeometry(self.viewport().geometry().left() - gutter, frame.top(), gutter, frame.height())

    def _rows_with_times(self) -> list[PlacedRow]:
        """The visible rows that begin a paragraph: their top, and the baseline of their first line below it."""
        ascent, bottom = QFontMetricsF(self.font()).ascent(), self.viewport().height()
        block, found = self.firstVisibleBlock(), list[PlacedRow]()
        while block.isValid() and (top := self._top(block)) <= bottom:
            if 0 <= block.userState() < len(self._prose.beginnings) and block.layout().lineCount():
                row = self._prose.beginnings[block.userState()].row
                found.append((row, top, block.layout().lineAt(0).y() + ascent))
            block = block.next()
        return found

    def _top(self, block: QTextBlock) -> float:
        return self.blockBoundingGeometry(block).translated(self.contentOffset()).top()

    def _time_of(self, row: Row) -> str:
        return time_of(self._dictated.summary, row) if self._dictated is not None else ""

    def _note_of(self, row: Row) -> str:
        if not row.engine or self._dictated is None:
            return ""
        return note_of_engine(row.engine, self._engine_label(self._dictated.summary.engine), self._engine_label)

    # Marks

    def _mark(self) -> None:
        palette = self.palette()
        base, accent = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Highlight)
        marks = [] if self.editing else [self._selection(*hit, hit_color(palette)) for hit in self._hits]
        if self._spoken is not None and not self.editing:
            marks.append(self._selection(self._spoken.first, self._spoken.last, blend(base, accent, 0.5)))
        self.setExtraSelections(marks)

    def _selection(self, first: int, last: int, ground: QColor) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.cursor = self._cursor(first)
        end = utf16_length(self.passage.text[:last])
        selection.cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        selection.format.setBackground(ground)
        return selection

    def _cursor(self, character: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(utf16_length(self.passage.text[:character]))
        return cursor

    def _is_visible(self, character: int) -> bool:
        return self.viewport().rect().contains(self.cursorRect(self._cursor(character)))

    def _scroll_to(self, character: int) -> None:
        self.setTextCursor(self._cursor(character))
        self.centerCursor()
