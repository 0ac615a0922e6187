"""The transcript as the dictation sees it: a place for finals, partials, gaps and take-backs. GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from saywrite.events import Gap, SegmentAdded, SegmentsRemoved, Started
from saywrite.ui import wording
from saywrite.ui.edits_in_waiting import EditsInWaiting
from saywrite.ui.transcript_arrivals import Arrivals
from saywrite.ui.transcript_document import TranscriptDocument
from saywrite.ui.transcript_pane import TranscriptPane
from saywrite.ui.transcript_rows import Row


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
        self._pending: list[tuple[str, int, int]] = []
        self._heard = ""
        self._dictation = ""
        self.pane = TranscriptPane(self.document, self._time_of)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.pane, 1)
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
        self.clear_partial()

    def add(self, event: SegmentAdded) -> None:
        segment = event.segment
        self._pending = [
            (dictation, start, end)
            for dictation, start, end in self._pending
            if dictation != event.dictation or end <= segment.start or start >= segment.end
        ]
        self.pane.hold_still(partial(self._arrivals.add, event))
        self._show_heard()

    def remove(self, event: SegmentsRemoved) -> None:
        self.flush()
        self.pane.hold_still(lambda: self._arrivals.remove(event))

    def add_gap(self, gap: Gap) -> None:
        self.pane.hold_still(lambda: self._arrivals.add_gap(gap))

    def show_partial(self, text: str) -> None:
        """The words being heard right now, below the last row."""
        self._heard = text
        self._show_heard()

    def clear_partial(self) -> None:
        self.show_partial("")

    def mark_pending(self, dictation: str, start: int, end: int) -> None:
        """Speech between two sample offsets whose text is still to come; a final there settles it."""
        if (dictation, start, end) not in self._pending:
            self._pending.append((dictation, start, end))
            self._show_heard()

    def clear_pending(self, dictation: str) -> None:
        self._pending = [item for item in self._pending if item[0] != dictation]
        self._show_heard()

    def flush(self) -> None:
        """Tell edits that still wait for a pause: at stop, at quit, before an export."""
        self._waiting.flush()

    @property
    def word_count(self) -> int:
        return self.document.words

    def _show_heard(self) -> None:
        waiting = f"{wording.count(len(self._pending), 'utterance')} without text yet …" if self._pending else ""
        self.pane.show_partial(self._heard or waiting, self._arrivals.lines_to_come(self._dictation))

    def _time_of(self, row: Row) -> str:
        then = self._arrivals.clock(row)
        return f"{then:%H:%M:%S}" if then else ""

    def _end_step(self) -> None:
        self.document.log.fence()
