"""The text of a dictation, with found and spoken words marked; it can be edited. GUI thread."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPalette, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from saywrite.foundation.events import Segment
from saywrite.storage.history.search import split_terms
from saywrite.storage.history.store import Dictated
from saywrite.text.folding import pattern
from saywrite.text.word_times import Passage, PlacedWord, changed_segments, make_passage
from saywrite.ui.history.dictation_list import hit_color
from saywrite.ui.toolkit.document_text import clean, index_at_utf16, utf16_length
from saywrite.ui.toolkit.theme import blend
from saywrite.ui.toolkit.theme.tokens import M
from saywrite.ui.toolkit.translation import set_text, tr

NOTHING = Passage("", (), (), ())

LINES = 3
"""The lowest height of the text, in lines."""
MOST_MARKS = 1_000
"""Found words that are marked in one text."""


class Reader(QPlainTextEdit):
    """Shows a passage; `editing` makes it editable."""

    word_clicked = Signal(object)
    """The `PlacedWord` that the user wants to hear."""

    def __init__(self) -> None:
        super().__init__()
        self.passage = NOTHING
        self._hits: list[tuple[int, int]] = []
        self._spoken: PlacedWord | None = None
        set_text(self.setAccessibleName, tr("Text of the dictation"))
        self.document().setDocumentMargin(M)
        self.set_editing(False)

    def sizeHint(self) -> QSize:
        """Three lines; it takes all the room that there is."""
        return QSize(200, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Three lines."""
        lines = LINES * self.fontMetrics().lineSpacing() + 2 * (M + self.frameWidth())
        return QSize(super().minimumSizeHint().width(), lines)

    @property
    def editing(self) -> bool:
        """Whether the user edits the text."""
        return not self.isReadOnly()

    def show_dictated(self, dictated: Dictated | None) -> None:
        """Show the text of a dictation, without marks. With translations, each is below its segment."""
        self.set_editing(False)
        self._hits, self._spoken = [], None
        segments = tuple(replace(each, text=clean(each.text)) for each in dictated.segments) if dictated else ()
        self.passage = make_passage(segments, dictated.summary.language if dictated else "")
        if any(segment.translation for segment in segments):
            self.passage = replace(NOTHING, text=_two_languages(segments))
        self.setPlainText(self.passage.text)
        self._mark()

    def mark_hits(self, query: str, number: int | None = None) -> None:
        """Mark the words of a query, and scroll to the first one, or to the first one in a segment."""
        found: list[tuple[int, int]] = []
        for term in split_terms(query):
            looked_for = pattern(term)
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

    def hits(self) -> list[str]:
        """The marked words."""
        return [self.passage.text[first:last] for first, last in self._hits]

    def follow(self, sample: int | None) -> None:
        """Mark the word that is spoken at a sample, and keep it in view; None ends that."""
        word = self.passage.word_heard_at(sample) if sample is not None else None
        if sample is not None and word is None:
            return  # between two words
        if word != self._spoken:
            self._spoken = word
            self._mark()
            if word is not None and not self._is_visible(word.first):
                self._scroll_to(word.first)

    def set_editing(self, editing: bool) -> None:
        """Begin or end to edit. At the end the text is as it was shown; `changes` must be read before."""
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextEditorInteraction if editing else flags)
        self.setReadOnly(not editing)
        if not editing and self.toPlainText() != self.passage.text:
            self.setPlainText(self.passage.text)
        self._mark()

    def changes(self) -> dict[int, str]:
        """The new text of every segment that the user changed, by its number."""
        return changed_segments(self.passage, clean(self.toPlainText()))

    def word_at_cursor(self) -> PlacedWord | None:
        """The word at the text cursor."""
        return self.passage.word_at(index_at_utf16(self.passage.text, self.textCursor().position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not self.editing:
            if (word := self.word_at_cursor()) is not None:
                self.word_clicked.emit(word)
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.editing or event.button() != Qt.MouseButton.LeftButton or self.textCursor().hasSelection():
            return
        position = self.cursorForPosition(event.position().toPoint()).position()
        if (word := self.passage.word_at(index_at_utf16(self.passage.text, position))) is not None:
            self.word_clicked.emit(word)

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


def _two_languages(segments: tuple[Segment, ...]) -> str:
    lines = (line for s in segments for line in (s.text.strip(), s.translation and f"\t{clean(s.translation)}"))
    return "\n".join(line for line in lines if line)
