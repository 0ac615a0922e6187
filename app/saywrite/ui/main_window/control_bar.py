"""The upper part of the window: record button, time, level meter, choosers and engine state. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from saywrite.foundation.events import (
    DevicesChanged,
    Finished,
    FrontEndEvent,
    Level,
    ProgressChanged,
    SourceChanged,
    Started,
    State,
    StateChanged,
    seconds,
)
from saywrite.foundation.formatting import elapsed
from saywrite.storage.settings.schema import Settings
from saywrite.ui.main_window.engine_indicator import EngineIndicator
from saywrite.ui.toolkit.labels import ThemedLabel, plain_tooltip
from saywrite.ui.widgets.choosers import EngineChoices, EngineChooser, LanguageChooser, MicrophoneChooser
from saywrite.ui.widgets.level_meter import LevelMeter
from saywrite.ui.widgets.progress_gauge import ProgressView
from saywrite.ui.widgets.record_button import RecordButton

RECORD_SHORTCUT = "F9"
MARGIN, SPACING = 14, 12
RECORDING = frozenset({State.STARTING, State.LISTENING, State.RECONNECTING})


class ControlBar(QWidget):
    """Shows the state of the dictation; its controls only report what the user chooses."""

    record_pressed = Signal()
    """The user pressed the record button."""

    def __init__(self, take_level: Callable[[], Level | None], choices: EngineChoices) -> None:
        super().__init__()
        self._choices = choices
        self.button = RecordButton(RECORD_SHORTCUT)
        self.time = ThemedLabel(elapsed(0), "", size=1.35)
        self.meter = LevelMeter(take_level)
        self.microphone = MicrophoneChooser()
        self.language = LanguageChooser(choices)
        self.engine = EngineChooser(choices)
        self.indicator = EngineIndicator()
        self.gauge = ProgressView()
        self._narrow = False
        self._dictation = ""
        self.button.clicked.connect(self.record_pressed)
        self._arrange()
        self.show_state(State.IDLE)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show progress, source and devices; the window shows the state. Other events are ignored."""
        match event:
            case ProgressChanged() if event.dictation == self._dictation:
                self._show_gauge(event)
            case StateChanged(state=State.STARTING):
                self._show_gauge(None)
            case Started(dictation=dictation):
                self._dictation = dictation
                self._show_gauge(ProgressChanged(dictation, 0, 0, 0))
            case Finished(dictation=dictation, heard=heard, confirmed=confirmed) if dictation == self._dictation:
                self._show_gauge(ProgressChanged(dictation, heard, confirmed, confirmed))
            case SourceChanged(device=device):
                self._show_source(device)
            case DevicesChanged(devices=devices, problem=problem, remedy=remedy):
                self.microphone.set_devices(devices, f"{problem} {remedy}".strip())

    def show_state(self, state: State) -> None:
        """Show a state of the dictation."""
        self.button.show_state(state)
        self.meter.set_recording(state in RECORDING)
        self.time.set_tone("record_text" if state in (State.LISTENING, State.RECONNECTING) else "")

    def _show_gauge(self, gauge: ProgressChanged | None) -> None:
        """Show the progress; the time is that of the captured sound and stops when no sound arrives."""
        self.gauge.set_gauge(gauge)
        text = elapsed(seconds(gauge.heard)) if gauge else elapsed(0)
        if text != self.time.text():
            if len(text) != len(self.time.text()):
                self._fix_time(text)
            self.time.setText(text)
            self.time.setAccessibleDescription(text)

    def _show_source(self, device: str) -> None:
        """Show the device that the running dictation records from, which may not be the chosen one."""
        self.microphone.setToolTip(plain_tooltip(f"{self.microphone.accessibleName()}: recording from {device}"))

    def show_choice(self, settings: Settings, host: str = "") -> None:
        """Show the choices of the settings; `host` receives the sound of an engine over the network."""
        choice = self._choices.engine(settings.engine)
        self.engine.show_setting(settings.engine, settings.local_model, stay_offline=settings.stay_offline)
        self.language.show_setting(settings.language, settings.engine)
        self.microphone.show_setting(settings.microphone_host_api, settings.microphone_name)
        over_network = bool(choice and choice.needs_network)
        self.gauge.set_shows_sent(over_network)
        self.indicator.set_host(host if over_network else "")

    def _arrange(self) -> None:
        self.time.setAccessibleName("Recorded time")
        self.time.setAccessibleDescription(self.time.text())
        self._fix_time(self.time.text())
        self._first, self._middle, self._last = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        self._first.addWidget(self.button)
        self._first.addWidget(self.time)
        self._first.addWidget(self.meter, 1)
        self._last.addWidget(self.engine)
        self._last.addWidget(self.indicator)
        self._last.addStretch(1)
        self._last.addWidget(self.gauge, 0, Qt.AlignmentFlag.AlignVCenter)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(MARGIN, 12, MARGIN, 10)
        rows.setSpacing(8)
        for row in (self._first, self._middle, self._last):
            row.setSpacing(SPACING)
            rows.addLayout(row)
        self._place_choosers(narrow=False)

    def _fix_time(self, text: str) -> None:
        """Fix the size of the time for texts of this length: a change of its text then needs no new layout."""
        widest = "".join("0" if letter.isdigit() else letter for letter in text)
        metrics = self.time.fontMetrics()
        self.time.setFixedSize(metrics.horizontalAdvance(widest) + 4, metrics.height() + 2)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fix_time(self.time.text())

    def minimumSizeHint(self) -> QSize:
        """The minimum size of the narrow arrangement."""
        widths = (
            self._wide_width() - self.microphone.minimumSizeHint().width() - self.language.minimumSizeHint().width(),
            sum(widget.minimumSizeHint().width() for widget in (self.engine, self.indicator, self.gauge)),
        )
        return QSize(max(widths) + 2 * MARGIN, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        comfortable = self._wide_width() + 4 * SPACING + 2 * MARGIN + self.meter.minimumSizeHint().width()
        narrow = self.width() < comfortable
        if narrow != self._narrow:
            self._place_choosers(narrow=narrow)

    def _wide_width(self) -> int:
        widgets = (self.button, self.time, self.meter, self.microphone, self.language)
        return sum(max(widget.minimumSizeHint().width(), widget.minimumWidth()) for widget in widgets)

    def _place_choosers(self, *, narrow: bool) -> None:
        """Place microphone and language in the first row, or in a row of their own in a narrow window."""
        self._narrow = narrow
        old, new = (self._first, self._middle) if narrow else (self._middle, self._first)
        for widget, stretch in ((self.microphone, int(narrow)), (self.language, 0)):
            old.removeWidget(widget)
            new.addWidget(widget, stretch)
