"""What the dictation tells becomes visible here: the one slot of the one signal. GUI thread.

Partials are coalesced: only the newest one is shown, once per turn of the timer. Everything else is shown as it comes,
in its order. What the user wants takes the other way, through `commands`.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from saywrite.foundation.events import (
    ConnectionChanged,
    DevicesChanged,
    DiskRecovered,
    EngineChanged,
    Failed,
    Finished,
    FrontEndEvent,
    Gap,
    IncompleteRecordingsFound,
    ModelFailed,
    ModelProgress,
    ModelsChanged,
    ModelTried,
    ModelVerified,
    Partial,
    PendingUtterances,
    ProgressChanged,
    RecordClosed,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    SourceChanged,
    Started,
    State,
    StateChanged,
    Structured,
    Traffic,
    seconds,
)
from saywrite.foundation.formatting import clock, length
from saywrite.storage.settings.schema import Settings
from saywrite.ui.main_window.engine_notices import ACCOUNT_KEY, NETWORK_KEY, EngineStatus
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.models.state import ModelsState
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

PARTIAL_EVERY_MS = 40
ANNOUNCED = {
    State.LISTENING: "Recording",
    State.FINISHING: "Finishing",
    State.RECONNECTING: "Reconnecting, recording goes on",
}
DEVICES_KEY, MICROPHONE_KEY = "devices", "microphone"
LASTING = (MICROPHONE_KEY, ACCOUNT_KEY, NETWORK_KEY)
"""Matters (`Failed.about`) that a later event tells to be over; their notices go then."""


def disk_key(dictation: str) -> str:
    """The key of the notice about the disk: one for each dictation, as two may wait for the disk at once."""
    return f"disk {dictation}"


class EventPresenter(QObject):
    """Shows events."""

    state_shown = Signal(object)
    """The `State` the window shows now."""

    def __init__(self, window: MainWindow, choices: EngineChoices, models: ModelsState) -> None:
        super().__init__(window)
        self._window = window
        self._choices = choices
        self.engine = EngineStatus(window, choices, models)
        self._models = models
        self._announce = "off"
        self._dictation = ""
        self._partial: Partial | None = None
        self._gaps: dict[tuple[str, str], tuple[int, int]] = {}
        self._partial_timer = QTimer(self, singleShot=True, interval=PARTIAL_EVERY_MS)
        self._partial_timer.timeout.connect(self._show_partial)
        window.transcript.changed.connect(self._show_text_state)
        window.control_bar.meter.sound_returned.connect(lambda: window.notices.withdraw(MICROPHONE_KEY))

    def apply(self, settings: Settings) -> None:
        """The settings' engine and model, and what is read out: "off", "finals" or "all"."""
        self._announce = settings.announce
        self.engine.choose(settings)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show one event."""
        match event:
            case Partial():
                self._take_partial(event)
            case SegmentAdded():
                self._add_segment(event)
            case ProgressChanged():
                self._show_gauge(event)
            case StateChanged():
                self._show_state(event)
            case Started():
                self._begin(event)
            case Finished():
                self._finish(event)
            case Failed():
                self._show_failure(event)
            case Gap():
                self._show_gap(event)
            case SegmentsRemoved():
                self._window.transcript.remove(event)
            case SourceChanged():
                self._show_source(event)
            case EngineChanged():
                self.engine.show_engine(event)
            case ConnectionChanged():
                self.engine.show_connection(event)
            case IncompleteRecordingsFound():
                self._window.unfinished.set_items(event.items)
            case DevicesChanged():
                self._show_devices(event)
            case SegmentTranslated():
                self._window.transcript.translate(event)
            case PendingUtterances():
                self._show_outstanding(event)
            case Structured():
                self._window.transcript.keep_structured(event)
            case ModelsChanged() | ModelProgress() | ModelFailed() | ModelVerified() | ModelTried():
                self._models.receive(event)
            case DiskRecovered(dictation=dictation) | RecordClosed(dictation=dictation, saved=True):
                self._window.notices.withdraw(disk_key(dictation))
            case Traffic():
                pass  # `details` has it

    def _begin(self, event: Started) -> None:
        self._dictation = event.dictation
        self._window.notices.withdraw(MICROPHONE_KEY)
        self._drop_partial()
        self._window.transcript.begin(event, self._choices.engine_label(event.engine))
        self._window.control_bar.show_gauge(ProgressChanged(event.dictation, 0, 0, 0))

    def _show_state(self, event: StateChanged) -> None:
        if event.state is State.STARTING:
            self._window.notices.withdraw_passing()
            self._window.control_bar.show_gauge(None)
            self._gaps.clear()
        if event.state in (State.IDLE, State.FAILED):
            self._drop_partial()
        self._window.show_state(event.state)
        self.engine.show_state(event.state)
        announce(self._window, ANNOUNCED.get(event.state, ""))
        self.state_shown.emit(event.state)

    def _finish(self, event: Finished) -> None:
        if event.dictation == self._dictation:
            self._window.notices.withdraw(MICROPHONE_KEY)  # nothing listens any more
            if not event.pending:
                self._window.transcript.show_outstanding(PendingUtterances(event.dictation, ()))
            self._drop_partial()
            self._window.control_bar.show_gauge(
                ProgressChanged(event.dictation, event.heard, event.confirmed, event.confirmed)
            )

    def _show_outstanding(self, event: PendingUtterances) -> None:
        if event.dictation == self._dictation:
            if event.utterances:
                self._window.notices.withdraw(MICROPHONE_KEY)
            self._window.transcript.show_outstanding(event)
            self._show_text_state()

    def _take_partial(self, event: Partial) -> None:
        self._window.notices.withdraw(MICROPHONE_KEY)  # words are heard: whatever it was is over
        if event.dictation != self._dictation:
            return
        self._partial = event
        if not self._partial_timer.isActive():
            self._partial_timer.start()

    def _show_partial(self) -> None:
        if self._partial is not None:
            partial, self._partial = self._partial, None
            self._window.transcript.show_partial(partial.text, partial.agreed)
            if partial.text:
                self._window.show_has_text(True)
            if self._announce == "all":
                announce(self._window.transcript, partial.text)

    def _drop_partial(self) -> None:
        self._partial = None
        self._partial_timer.stop()
        self._window.transcript.clear_partial()
        self._show_text_state()

    @Slot()
    def _show_text_state(self) -> None:
        """Number of words, what can be done with them, or the empty state."""
        transcript = self._window.transcript
        has_text = bool(transcript.document.rows)
        self._window.status.set_words(transcript.word_count)
        self._window.actions_.show_has_text(has_text)
        self._window.actions_.show_has_translations(transcript.translations.column.active)
        self._window.show_has_text(has_text or self._partial is not None or transcript.is_waiting)

    def _add_segment(self, event: SegmentAdded) -> None:
        if event.dictation == self._dictation:
            self._window.notices.withdraw(MICROPHONE_KEY)
            self._drop_partial()
        self._window.transcript.add(event)
        if self._announce != "off":
            announce(self._window.transcript, event.segment.text)

    def _show_gauge(self, event: ProgressChanged) -> None:
        if event.dictation == self._dictation:
            self._window.control_bar.show_gauge(event)

    def _show_failure(self, event: Failed) -> None:
        kind = Severity.ERROR if event.fatal else Severity.WARNING
        waits = event.about in LASTING and not (event.fatal and event.about == MICROPHONE_KEY)
        key = disk_key(event.dictation) if event.about == "disk" else event.about if waits else ""
        self._window.notices.tell(kind, event.what, event.remedy, key=key, actions=self.engine.ways_out(event.about))

    def _show_gap(self, event: Gap) -> None:
        """One notice for each cause in a dictation, with how often and how much in all."""
        self._window.notices.withdraw(MICROPHONE_KEY)  # what is missing is known once sound came again
        self._window.transcript.add_gap(event)
        key = (event.dictation, event.cause)
        times, samples = self._gaps.get(key, (0, 0))
        self._gaps[key] = times, samples = times + 1, samples + event.length
        amount = length(seconds(samples))
        where = f"at {clock(seconds(event.at))}" if times == 1 else f"in {times} places"
        self._window.notices.tell(
            Severity.WARNING,
            f"{amount} of sound is missing {where}: {event.cause}",
            "The dictation goes on; the place is marked in the transcript.",
            key=f"gap {key}",
            counted=False,
        )

    def _show_source(self, event: SourceChanged) -> None:
        self._window.notices.withdraw(MICROPHONE_KEY)
        self._window.control_bar.show_source(event.device)
        if event.note:
            self._window.notices.tell(
                Severity.INFO, f"Now recording from {event.device}.", event.note, key="source", counted=False
            )

    def _show_devices(self, event: DevicesChanged) -> None:
        self._window.control_bar.microphone.set_devices(event.devices, f"{event.problem} {event.remedy}".strip())
        if event.problem:
            self._window.notices.tell(
                Severity.WARNING, event.problem, event.remedy, key=DEVICES_KEY, passing=False, counted=False
            )
        else:
            self._window.notices.withdraw(DEVICES_KEY)
