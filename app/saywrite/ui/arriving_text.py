"""The transcript as the dictation sees it: a place for finals, partials, gaps and take-backs. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from saywrite.events import Gap, Outstanding, SegmentAdded, SegmentsRemoved, SegmentTranslated, Started, Structured
from saywrite.ui.edits_in_waiting import EditsInWaiting
from saywrite.ui.transcript_arrivals import Arrivals
from saywrite.ui.transcript_document import TranscriptDocument
from saywrite.ui.transcript_pane import TranscriptPane
from saywrite.ui.transcript_rows import Row, clean
from saywrite.ui.translations import Translations
from saywrite.ui.waiting_words import waiting_lines


class ArrivingText(QWidget):
    segment_edited = Signal(str, int, str)
    """dictation, number, the whole new text; half a second after the last key, or at `flush()`."""
    changed = Signal()
    """Any change of text: `word_count` and what can be undone may differ."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = TranscriptDocument(self)
        self._arrivals = Arrivals(self.document)
        self._waiting = EditsInWaiting(self)
        self._outstanding: tuple[tuple[int, int], ...] = ()
        self._heard = ""
        self._agreed = 0
        self.engine_label: Callable[[str], str] = str
        """An engine's name for people."""
        self._dictation = ""
        self.pane = TranscriptPane(self.document, self._time_of, self._note_of)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.pane, 1)
        self.translations = Translations(self.pane, self)
        self._column.addWidget(self.translations.strip)
        self.setFocusProxy(self.pane.editor)
        self.document.changed.connect(self.changed)
        self.document.edited.connect(self._waiting.put)
        self._waiting.told.connect(self.segment_edited)
        self._waiting.paused.connect(self._end_step)
        self.pane.editor.left.connect(self._waiting.flush)

    def begin(self, started: Started, engine: str = "") -> None:
        """A dictation started; `engine` is its name for people."""
        self._arrivals.begin(started, engine)
        self._dictation = started.dictation
        self._outstanding = ()
        self.clear_partial()

    def add(self, event: SegmentAdded) -> None:
        segment = event.segment
        if event.dictation == self._dictation:
            self._outstanding = tuple(
                (start, end) for start, end in self._outstanding if end <= segment.start or start >= segment.end
            )
        self.pane.hold_still(partial(self._arrivals.add, event))
        if segment.translation:
            self.translations.refresh()
        self._show_heard()

    def remove(self, event: SegmentsRemoved) -> None:
        self.flush()
        self.pane.hold_still(lambda: self._arrivals.remove(event))

    def add_gap(self, gap: Gap) -> None:
        self.pane.hold_still(lambda: self._arrivals.add_gap(gap))

    def show_partial(self, text: str, agreed: int = 0) -> None:
        """The words being heard right now, below the last row; the first `agreed` characters will hardly change."""
        self._heard = clean(text)
        self._agreed = len(clean(text[:agreed]))
        self._show_heard()

    def clear_partial(self) -> None:
        self.show_partial("")

    def show_outstanding(self, event: Outstanding) -> None:
        """Speech whose text is still to come, below the last row; a final there takes its line away."""
        if event.dictation == self._dictation:
            self._outstanding = event.utterances
            self._show_heard()

    @property
    def is_waiting(self) -> bool:
        """Speech is shown whose text is still to come."""
        return bool(self._outstanding)

    def translate(self, event: SegmentTranslated) -> None:
        if self._arrivals.translate(event):
            self.translations.refresh()

    def flush(self) -> None:
        """Tell edits that still wait for a pause: at stop, at quit, before an export."""
        self._waiting.flush()

    @property
    def word_count(self) -> int:
        return self.document.words

    def keep_structured(self, event: Structured) -> None:
        """For exports."""
        self._arrivals.keep_structured(event)

    def _show_heard(self) -> None:
        # The words being heard are those of the last utterance: it needs no line of its own beside them.
        waiting = waiting_lines(self._outstanding[:-1] if self._heard else self._outstanding)
        text = "\n".join([*waiting, self._heard] if self._heard else waiting)
        start = len(text) - len(self._heard)
        agreed = (start, start + self._agreed) if self._agreed else (0, 0)
        self.pane.show_partial(text, self._arrivals.heading_to_come(self._dictation), agreed)

    def _time_of(self, row: Row) -> str:
        then = self._arrivals.clock(row)
        return f"{then:%H:%M:%S}" if then else ""

    def _note_of(self, row: Row) -> str:
        known = self._arrivals.told(row.dictation) if row.engine else None
        if known is None:
            return ""
        if row.engine == "local":
            return f"Recognized on this computer while {known.engine} was away"
        return f"Recognized by {self.engine_label(row.engine)} while {known.engine} was away"

    def _end_step(self) -> None:
        self.document.log.fence()
