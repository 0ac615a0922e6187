"""The panel with the waveform: the last half minute during a recording, then all of it. GUI thread.

A strip shows the recording. When the user reaches for it (a click, the wheel, the keyboard; after the recording also by
moving the mouse over it), a pool thread imports pyqtgraph, which takes a third of a second and 40 MB, and a plot takes
the strip's place.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
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
from saywrite.ui.toolkit.screen_reader import place_tab_stops
from saywrite.ui.widgets.frame_clock import frame_clock

if TYPE_CHECKING:
    from saywrite.audio.levels import Envelope
    from saywrite.ui.waveform.plot import WaveformPlot
    from saywrite.ui.waveform.strip import WaveformStrip
    from saywrite.ui.widgets.waveform_data import WaveformData

log = logging.getLogger(__name__)

INTERVAL_MS = 125
"""The plot shows eight pictures per second during a recording: each costs as much as ten of the strip."""
HEIGHT = 92
_RECORDING = frozenset({State.LISTENING, State.RECONNECTING, State.FINISHING})


class WaveformPanel(QWidget):
    """Loads strip and plot, and gives them the events and peaks of the dictation."""

    position_clicked = Signal(int)
    """The user clicked this sample of the recording."""
    play_requested = Signal(str, int, int)
    """Dictation, start and end in samples."""
    loaded = Signal()
    """The strip was created."""

    def __init__(self, envelope: Callable[[], Envelope]) -> None:
        """`envelope` returns the peaks of the newest dictation."""
        super().__init__()
        self._envelope = envelope
        self._early: list[FrontEndEvent] = []
        self._load_started = self._plot_load_started = self._recording = False
        self._in_view = self._explored = False
        self._clicked_s: float | None = None
        self.data: WaveformData | None = None
        self.strip: WaveformStrip | None = None
        self.plot: WaveformPlot | None = None
        self._frames = frame_clock()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._poll)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(HEIGHT // 2)

    @property
    def is_polling(self) -> bool:
        """Whether a timer runs."""
        return self._timer.isActive() or self._frames.is_started(self._advance)

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show an event of the dictation; events of other kinds are ignored."""
        if not isinstance(
            event, Started | StateChanged | SegmentAdded | SegmentsRemoved | Gap | PendingUtterances | Finished
        ):
            return
        if self.strip is None:
            if isinstance(event, Started):
                self._early.clear()
            self._early.append(event)
        else:
            self._take(event)

    @Slot()
    def wake(self) -> None:
        """Show new sound: there is some that can be seen.

        The strip sleeps again where the peak of that sound has not come yet, so this is called while there is sound.
        """
        if not self.is_polling:
            self._set_timers(awake=True)

    @Slot()
    def open_plot(self, clicked_s: float | None = None) -> None:
        """Put the plot in the place of the strip; `clicked_s`: the time that the user clicked."""
        self._explored = True
        self._clicked_s = clicked_s
        if self.plot is not None:
            self._show_plot()
        elif not self._plot_load_started:
            self._plot_load_started = True
            self._load("saywrite.ui.waveform.plot", self._build_plot)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._in_view = True
        if not self._load_started:
            self._load_started = True
            QTimer.singleShot(0, lambda: self._load("saywrite.ui.waveform.strip", self._build))
        self._poll()
        self._set_timers(awake=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._in_view = False  # also where the window was minimized, while isVisible() stays true
        self._set_timers()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Base))

    def _load(self, module: str, build: Callable[[ModuleType], None]) -> None:
        def failed(error: Exception) -> None:
            log.warning("the waveform cannot be shown: %s", type(error).__name__, exc_info=error)

        run_task(lambda: importlib.import_module(module), build, failed, owner=self)

    def _build(self, strips: ModuleType) -> None:
        from saywrite.ui.widgets.waveform_data import WaveformData

        self.data = WaveformData()
        self.strip = strips.WaveformStrip(self.data)
        self.strip.reached.connect(self.open_plot)
        self._column.addWidget(self.strip)
        place_tab_stops(self, self.strip)
        self.setFocusProxy(self.strip)
        early, self._early = self._early, []
        for event in early:
            self._take(event)
        self._poll()
        self.loaded.emit()

    def _build_plot(self, plots: ModuleType) -> None:
        plot = self.plot = plots.WaveformPlot(self.data)
        plot.position_clicked.connect(self.position_clicked)
        plot.utterance_chosen.connect(self._play)
        plot.followed.connect(self._follow)
        plot.hide()
        self._column.addWidget(plot)
        if self.strip is not None:  # it was built before the plot
            place_tab_stops(self, self.strip, plot)
        plot.set_live(self._recording)
        self._show_plot()

    def _show_plot(self) -> None:
        """Show the plot after the recording, and during it once the user has reached for it; else the strip."""
        strip, plot = self.strip, self.plot
        if strip is None or plot is None:
            return
        wanted = self._explored or not self._recording
        shown, other = (plot, strip) if wanted else (strip, plot)
        had_focus = other.hasFocus()
        if wanted and plot.isHidden():
            plot.show_marks()
        other.hide()
        shown.show()
        self.setFocusProxy(shown)
        if had_focus:
            shown.setFocus(Qt.FocusReason.OtherFocusReason)
        if wanted and self._clicked_s is not None:
            plot.click_at(self._clicked_s)
            self._clicked_s = None
        self._set_timers(awake=True)

    @Slot()
    def _follow(self) -> None:
        """The user wants to see the newest sound again."""
        self._explored = False
        self._show_plot()

    def _take(self, event: FrontEndEvent) -> None:
        from saywrite.ui.widgets.waveform_data import WaveformSpan

        data = self.data
        if data is None:
            return
        if isinstance(event, Started):
            data.begin(event.dictation)
            self._choose_nothing()
            self._show_marks()
        elif isinstance(event, Finished):
            if event.dictation == data.dictation and not event.pending:
                data.pending = []
                self._show_marks()
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
                self._choose_nothing()
            elif isinstance(event, PendingUtterances):
                data.pending = [WaveformSpan(start, end) for start, end in event.utterances]
            else:
                data.add_gap(event)
            self._show_marks()

    def _choose_nothing(self) -> None:
        if self.plot is not None:
            self.plot.choose(None)

    def _show_marks(self) -> None:
        """Show utterances and gaps after they have changed."""
        if self.strip is not None:
            self.strip.show_marks()
        if self.plot is not None:
            self.plot.show_marks()
        self._set_timers(awake=True)

    def _set_recording(self, recording: bool) -> None:
        if recording == self._recording or self.strip is None:
            return
        self._recording = recording
        if recording:
            self._explored = self.plot is not None and self.plot.hasFocus()
            self._clicked_s = None  # of the former recording, while the plot is being loaded
        self._poll()
        self.strip.set_live(recording)
        if self.plot is not None:
            self.plot.set_live(recording)
            self._show_plot()
        self._set_timers(awake=True)

    def _set_timers(self, *, awake: bool = False) -> None:
        """Run what shows a running recording: the timer of the plot, or the frames of a strip that is `awake`."""
        runs = self._recording and self._in_view
        plot_runs = runs and self.plot is not None and not self.plot.isHidden()
        if not plot_runs:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        if not runs or plot_runs:
            self._frames.stop(self._advance)
        elif awake:
            self._frames.start(self._advance)

    @Slot()
    def _advance(self) -> None:
        """Scroll the strip; let it sleep where nothing in view moves."""
        if self.data is not None and self.strip is not None:
            self.data.pull(self._envelope())
            if not self.strip.advance():
                self._frames.stop(self._advance)

    @Slot()
    def _poll(self) -> None:
        """Show the newest sound at once."""
        if self.data is None or self.strip is None or not self.data.pull(self._envelope()):
            return
        if self._recording:
            self.strip.advance()
        else:
            self.strip.show_marks()
        if self.plot is not None:
            self.plot.refresh()

    def _play(self, start: int, end: int) -> None:
        if self.data is not None:
            self.play_requested.emit(self.data.dictation, start, end)
