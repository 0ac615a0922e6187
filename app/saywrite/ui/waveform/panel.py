"""The panel with the waveform: the last half minute during a recording, then all of it. GUI thread.

pyqtgraph takes a third of a second to import. A pool thread imports it when the panel is first shown; until then, or
if that fails, the panel is empty.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from saywrite.foundation.events import (
    Finished,
    FrontEndEvent,
    Gap,
    PendingUtterances,
    SegmentAdded,
    SegmentsRemoved,
    Started,
    State,
    StateChanged,
)
from saywrite.ui.toolkit.background import run_task

if TYPE_CHECKING:
    from saywrite.audio.levels import Envelope
    from saywrite.ui.waveform.plot import WaveformPlot
    from saywrite.ui.widgets.waveform_data import WaveformData

log = logging.getLogger(__name__)

INTERVAL_MS = 125
"""Eight pictures a second are enough for bars of a tenth of a second and more."""
HEIGHT = 92
_RECORDING = frozenset({State.LISTENING, State.RECONNECTING, State.FINISHING})


class WaveformPanel(QWidget):
    """Loads the plot, and gives it the events and peaks of the dictation."""

    position_clicked = Signal(int)
    """The user clicked this sample of the recording."""
    play_requested = Signal(str, int, int)
    """Dictation, start and end in samples."""
    loaded = Signal()
    """The plot was created."""

    def __init__(self, envelope: Callable[[], Envelope], parent: QWidget | None = None) -> None:
        """`envelope` returns the peaks of the newest dictation."""
        super().__init__(parent)
        self._envelope = envelope
        self._early: list[FrontEndEvent] = []
        self._load_started = self._recording = False
        self.data: WaveformData | None = None
        self.plot: WaveformPlot | None = None
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._poll)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(HEIGHT // 2)

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show an event of the dictation; events of other kinds are ignored."""
        if not isinstance(
            event, Started | StateChanged | SegmentAdded | SegmentsRemoved | Gap | PendingUtterances | Finished
        ):
            return
        if self.plot is None:
            if isinstance(event, Started):
                self._early.clear()
            self._early.append(event)
        else:
            self._take(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._load_started:
            self._load_started = True
            QTimer.singleShot(0, self._load)
        self._poll()
        self._set_timer()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))

    def _load(self) -> None:
        def failed(error: Exception) -> None:
            log.warning("the waveform cannot be shown: %s", type(error).__name__, exc_info=error)

        run_task(lambda: importlib.import_module("saywrite.ui.waveform.plot"), self._build, failed, owner=self)

    def _build(self, plots: ModuleType) -> None:
        from saywrite.ui.widgets.waveform_data import WaveformData

        self.data = WaveformData()
        self.plot = plots.WaveformPlot(self.data)
        self.plot.position_clicked.connect(self.position_clicked)
        self.plot.utterance_chosen.connect(self._play)
        self._column.addWidget(self.plot)
        self.setFocusProxy(self.plot)
        early, self._early = self._early, []
        for event in early:
            self._take(event)
        self._poll()
        self.loaded.emit()

    def _take(self, event: FrontEndEvent) -> None:
        from saywrite.ui.widgets.waveform_data import WaveformSpan

        data, plot = self.data, self.plot
        if data is None or plot is None:
            return
        if isinstance(event, Started):
            data.begin(event.dictation)
            plot.choose(None)
            plot.refresh()
            plot.item.grow()
        elif isinstance(event, Finished):
            if event.dictation == data.dictation and not event.pending:
                data.pending = []
                plot.show_marks()
        elif isinstance(event, StateChanged):
            self._set_recording(event.state in _RECORDING)
        elif (
            isinstance(event, SegmentAdded | SegmentsRemoved | Gap | PendingUtterances)
            and event.dictation == data.dictation
        ):
            if isinstance(event, SegmentAdded):
                if event.segment.end > event.segment.start:
                    data.add_utterance(WaveformSpan(event.segment.start, event.segment.end, event.segment.number))
            elif isinstance(event, SegmentsRemoved):
                data.remove_utterances(event.numbers)
                plot.choose(None)
            elif isinstance(event, PendingUtterances):
                data.pending = [WaveformSpan(start, end) for start, end in event.utterances]
            else:
                data.add_gap(event)
            plot.show_marks()

    def _set_recording(self, recording: bool) -> None:
        if recording != self._recording and self.plot is not None:
            self._recording = recording
            self._poll()
            self.plot.set_live(recording)
            self._set_timer()

    def _set_timer(self) -> None:
        if self._recording and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _poll(self) -> None:
        if self.data is not None and self.plot is not None and self.data.pull(self._envelope()):
            self.plot.refresh()

    def _play(self, start: int, end: int) -> None:
        if self.data is not None:
            self.play_requested.emit(self.data.dictation, start, end)
