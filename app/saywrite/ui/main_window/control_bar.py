"""The upper part of the window: the record unit, the microphone, and recognizer with language. GUI thread.

One row in a wide window; in a narrow one the choosers have a row of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QRectF, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from saywrite.audio.levels import LatestLevel
from saywrite.foundation.events import (
    DevicesChanged,
    Finished,
    FrontEndEvent,
    ProgressChanged,
    SourceChanged,
    Started,
    State,
    StateChanged,
    Traffic,
    seconds,
)
from saywrite.foundation.formatting import elapsed
from saywrite.storage.settings.schema import Settings
from saywrite.ui.main_window.engine_indicator import EngineIndicator
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.theme import theme_colors
from saywrite.ui.toolkit.theme.tokens import LARGE, TARGET, XL, XS, L, M, S
from saywrite.ui.toolkit.translation import follow_language, joined, set_text, tr
from saywrite.ui.widgets.choosers import EngineChoices, MicrophoneChooser
from saywrite.ui.widgets.engine_button import EngineButton
from saywrite.ui.widgets.level_meter import LevelMeter
from saywrite.ui.widgets.progress_gauge import ProgressView
from saywrite.ui.widgets.record_button import RecordButton

RECORD_SHORTCUT = "F9"
RECORDING = frozenset({State.STARTING, State.LISTENING, State.RECONNECTING})


class ControlBar(QWidget):
    """Shows the state of the dictation; its controls only report what the user chooses."""

    record_pressed = Signal()
    """The user pressed the record button."""
    cancel_file_pressed = Signal()
    """The user pressed the record button while a file was transcribed: it says "Cancel" then."""

    def __init__(self, latest: Callable[[], LatestLevel], choices: EngineChoices) -> None:
        """`latest` returns the level of the newest dictation."""
        super().__init__()
        self._choices = choices
        self.button = RecordButton(RECORD_SHORTCUT)
        self.time = ThemedLabel(elapsed(0), "", size=LARGE)
        self.meter = LevelMeter(
            lambda: latest().take(), wake_outside=lambda low, high, wake: latest().wake_outside(low, high, wake)
        )
        self.unit = RecordUnit(self.button, self.meter, self.time)
        self.microphone = MicrophoneChooser()
        self.microphone.setMinimumHeight(TARGET)
        self.engine_button = EngineButton(choices)
        self.engine, self.model = self.engine_button.engine, self.engine_button.model
        self.language = self.engine_button.language
        self.indicator = EngineIndicator()
        self.gauge = ProgressView()
        """The progress, which the window places in the status bar."""
        self._narrow = False
        self._dictation = ""
        self._reached_host = False
        self._sent = 0
        self._file = ""
        self._state = State.IDLE
        self.button.clicked.connect(self._press)
        self._arrange()
        follow_language(self._fit_choosers)
        self.show_state(State.IDLE)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show progress, source and devices; the window shows the state. Other events are ignored."""
        match event:
            case ProgressChanged() if event.dictation == self._dictation:
                self._show_gauge(event)
            case Traffic() if event.dictation == self._dictation:
                self._reached_host = True
            case StateChanged(state=State.STARTING):
                self._show_gauge(None)
            case Started(dictation=dictation):
                self._dictation, self._reached_host = dictation, False
                self._show_gauge(ProgressChanged(dictation, 0, 0, 0))
            case Finished(dictation=dictation, heard=heard, confirmed=confirmed) if dictation == self._dictation:
                self._show_gauge(ProgressChanged(dictation, heard, self._sent, confirmed))
            case SourceChanged(device=device):
                self.microphone.show_source(device)
            case DevicesChanged(devices=devices, problem=problem, remedy=remedy):
                self.microphone.set_devices(devices, joined(" ", problem, remedy))

    def show_state(self, state: State) -> None:
        """Show a state of the dictation."""
        self._state = state
        self._show_button()
        self.meter.set_recording(state in RECORDING)
        if state not in RECORDING:
            self.microphone.show_source("")
        self.time.set_tone("record_text" if state in (State.LISTENING, State.RECONNECTING) else "")

    def show_running_file(self, name: str) -> None:
        """Offer to cancel the file of this name, which is transcribed; "" when none is."""
        self._file = name
        self._show_button()

    def _show_button(self) -> None:
        """Show the state; a file that is transcribed while nobody dictates can be cancelled."""
        if self._cancels_file:
            self.button.show_file(self._file)
        else:
            self.button.show_state(self._state)

    @property
    def _cancels_file(self) -> bool:
        return bool(self._file) and self._state is State.FINISHING

    def _press(self) -> None:
        if self._cancels_file:
            self.cancel_file_pressed.emit()
        else:
            self.record_pressed.emit()

    def _show_gauge(self, gauge: ProgressChanged | None) -> None:
        """Show the progress; the time is that of the captured sound and stops when no sound arrives."""
        if gauge is not None:
            self._sent = gauge.sent
            # A recognizer takes sound before a byte of it reaches a host.
            gauge = gauge if self._reached_host else replace(gauge, sent=0)
        self.gauge.set_gauge(gauge)
        text = elapsed(seconds(gauge.heard)) if gauge else elapsed(0)
        if text != self.time.text():
            if len(text) != len(self.time.text()):
                self._fix_time(text)
            set_text(self.time.setText, text)
            set_text(self.time.setAccessibleDescription, text)

    def show_choice(self, settings: Settings, host: Callable[[], str]) -> None:
        """Show the choices of the settings; `host` returns the host to which sound is sent."""
        choice = self._choices.engine(settings.engine)
        self.engine_button.show_settings(settings)
        self.microphone.show_setting(settings.microphone_host_api, settings.microphone_name)
        over_network = bool(choice and choice.needs_network)
        self.gauge.set_shows_sent(over_network)
        self.indicator.set_host(host() if over_network else "")

    def _arrange(self) -> None:
        set_text(self.time.setAccessibleName, tr("Recorded time"))
        set_text(self.time.setAccessibleDescription, self.time.text())
        self._fix_time(self.time.text())
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        self._first.addWidget(self.unit, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(L, M, L, M)
        rows.setSpacing(S)
        for row in (self._first, self._second):
            row.setSpacing(S)
            rows.addLayout(row)
        self._place_choosers(narrow=False)

    def _fix_time(self, text: str) -> None:
        """Fix the size of the time for texts of this length: a change of its text then needs no new layout."""
        widest = "".join("0" if letter.isdigit() else letter for letter in text)
        metrics = self.time.fontMetrics()
        self.time.setFixedSize(metrics.horizontalAdvance(widest) + XS, metrics.height() + XS)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fix_time(self.time.text())

    def minimumSizeHint(self) -> QSize:
        """The minimum size of the narrow arrangement."""
        width = max(self.unit.minimumSizeHint().width(), self._choosers_width())
        return QSize(width + 2 * L, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_choosers()

    def _fit_choosers(self) -> None:
        """Give the choosers a row of their own where there is no room beside the record unit."""
        whole = self.button.sizeHint().width() - self.button.minimumSizeHint().width()
        comfortable = self.unit.minimumSizeHint().width() + whole + XL * 3 + self._choosers_width() + 2 * L
        narrow = self.width() < comfortable
        if narrow != self._narrow:
            self._place_choosers(narrow=narrow)

    def _choosers_width(self) -> int:
        widgets = (self.microphone, self.indicator, self.engine_button)
        return sum(widget.minimumSizeHint().width() + S for widget in widgets)

    def _place_choosers(self, *, narrow: bool) -> None:
        """Place the choosers beside the record unit, or in a row of their own in a narrow window."""
        self._narrow = narrow
        old, new = (self._first, self._second) if narrow else (self._second, self._first)
        for widget, stretch in ((self.microphone, int(narrow)), (self.indicator, 0), (self.engine_button, 0)):
            old.removeWidget(widget)
            new.addWidget(widget, stretch)


class RecordUnit(QWidget):
    """Record button, level and recorded time in one frame with round ends."""

    def __init__(self, button: QWidget, meter: QWidget, time: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(M)
        row.addWidget(button)
        row.addWidget(meter, 1)
        row.addWidget(time)
        row.addSpacing(L)  # a margin would not change sides in a right-to-left window

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme_colors(self.palette()).hairline)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
