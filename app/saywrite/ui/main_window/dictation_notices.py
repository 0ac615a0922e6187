"""Notices about the running dictation: failures, missing sound, another microphone. GUI thread.

Each notice has a key for its matter. When a later event shows that the matter is over, the notice is withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from PySide6.QtCore import QObject, Slot

from saywrite.audio.levels import Envelope, decibels
from saywrite.foundation.events import (
    DevicesChanged,
    DiskRecovered,
    Failed,
    Finished,
    FrontEndEvent,
    Gap,
    Partial,
    PendingUtterances,
    RecordClosed,
    SegmentAdded,
    SourceChanged,
    Started,
    State,
    StateChanged,
    seconds,
)
from saywrite.foundation.formatting import clock, length
from saywrite.ui.main_window.engine_notices import ACCOUNT_KEY, NETWORK_KEY
from saywrite.ui.toolkit.translation import tr, tr_count
from saywrite.ui.widgets.notices import NoticeActions, Notices, Severity

DEVICES_KEY, MICROPHONE_KEY, SOURCE_KEY, QUIET_KEY = "devices", "microphone", "source", "quiet"
QUIET_DBFS = -60.0
"""A file without text whose loudest sample is below this is called very quiet, as a microphone is."""
WITH_AN_END = (MICROPHONE_KEY, ACCOUNT_KEY, NETWORK_KEY)
"""Matters (`Failed.about`) that a later event ends; their notices are withdrawn then."""


def disk_key(dictation: str) -> str:
    """The key of the notice about the disk: one for each dictation, as two may wait for the disk at once."""
    return f"disk {dictation}"


class DictationNotices(QObject):
    """Shows what went wrong in a dictation, as long as it matters."""

    def __init__(
        self,
        notices: Notices,
        actions_for: Callable[[str], NoticeActions],
        envelope: Callable[[], Envelope],
        parent: QObject,
    ) -> None:
        """`actions_for` returns the buttons of a notice about a matter (`Failed.about`).

        `envelope` returns the peaks of the newest dictation.
        """
        super().__init__(parent)
        self._notices = notices
        self._actions_for = actions_for
        self._envelope = envelope
        self._dictation = ""
        self._source = ""
        self._gaps: dict[tuple[str, str], tuple[int, int]] = {}

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show or withdraw notices after an event; events of other kinds are ignored."""
        if self._shows_working_microphone(event):
            self.end_microphone_problem()
        match event:
            case StateChanged(state=State.STARTING):
                self._notices.withdraw_passing()
                self._gaps.clear()
            case Started(dictation=dictation, source=source):
                self._dictation, self._source = dictation, source
            case Finished(dictation=dictation) if dictation == self._dictation:
                self._notices.withdraw(SOURCE_KEY)
                self._explain_missing_text(event)
            case Failed():
                self._show_failure(event)
            case Gap():
                self._show_gap(event)
            case SourceChanged():
                self._show_source(event)
            case DevicesChanged():
                self._show_devices(event)
            case DiskRecovered(dictation=dictation) | RecordClosed(dictation=dictation, saved=True):
                self._notices.withdraw(disk_key(dictation))

    @Slot()
    def end_microphone_problem(self) -> None:
        """Withdraw the notice about the microphone: it delivers sound, or is not in use any more."""
        self._notices.withdraw(MICROPHONE_KEY)

    def _shows_working_microphone(self, event: FrontEndEvent) -> bool:
        match event:
            case Started() | Partial() | SourceChanged():
                return True
            case Gap():  # its length is known only when there is sound again
                return True
            case SegmentAdded(dictation=dictation) | Finished(dictation=dictation):
                return dictation == self._dictation
            case PendingUtterances(dictation=dictation, utterances=utterances):
                return dictation == self._dictation and bool(utterances)
        return False

    def _show_failure(self, event: Failed) -> None:
        severity = Severity.ERROR if event.fatal else Severity.WARNING
        key = ""
        if event.about == "disk":
            key = disk_key(event.dictation)
        elif event.about in WITH_AN_END and not (event.fatal and event.about == MICROPHONE_KEY):
            key = event.about
        self._notices.notify(
            severity,
            event.what,
            event.remedy,
            key=key,
            actions=self._actions_for(event.about),
            passing=not self._is_about_file(event),
        )

    def _is_about_file(self, event: Failed) -> bool:
        """Whether a file failed: its notice stays until it is read, as the next file starts at once."""
        of_file = event.dictation == self._dictation and self._source not in ("", "microphone")
        return event.about == "file" or (event.fatal and of_file)

    def _explain_missing_text(self, event: Finished) -> None:
        """Tell that a transcribed file is very quiet, if it has no text for this reason."""
        if self._source == "microphone" or event.cancelled or event.pending or event.text.strip():
            return
        envelope = self._envelope()
        if not event.heard or abs(len(envelope) - event.heard // envelope.window) > 1:
            return  # these are the peaks of another dictation
        if decibels(int(envelope.slice(0, len(envelope)).max(initial=0))) < QUIET_DBFS:
            name = PurePath(self._source.replace("\\", "/")).name
            what = tr("“{name}” is very quiet: no speech was found in it.", name=name)
            self._notices.notify(Severity.INFO, what, tr("Raise its level, then transcribe it again."), key=QUIET_KEY)

    def _show_gap(self, event: Gap) -> None:
        """Show one notice for each cause in a dictation, with the number of gaps and their sum."""
        key = (event.dictation, event.cause)
        times, samples = self._gaps.get(key, (0, 0))
        self._gaps[key] = times, samples = times + 1, samples + event.length
        where = (
            tr("at {at}", at=clock(seconds(event.at)))
            if times == 1
            else tr_count("in {n} place", "in {n} places", times)
        )
        self._notices.notify(
            Severity.WARNING,
            tr(
                "{length} of sound is missing {where}: {cause}",
                length=length(seconds(samples)),
                where=where,
                cause=event.cause,
            ),
            tr("The dictation goes on; the place is marked in the transcript."),
            key=f"gap {key}",
            counted=False,
        )

    def _show_source(self, event: SourceChanged) -> None:
        if event.note:
            names_device = event.device in event.note
            what, remedy = (
                (event.note, "")
                if names_device
                else (tr("Now recording from {device}.", device=event.device), event.note)
            )
            self._notices.notify(Severity.INFO, what, remedy, key=SOURCE_KEY, counted=False)
        else:
            self._notices.withdraw(SOURCE_KEY)

    def _show_devices(self, event: DevicesChanged) -> None:
        if event.problem:
            self._notices.notify(
                Severity.WARNING, event.problem, event.remedy, key=DEVICES_KEY, passing=False, counted=False
            )
        else:
            self._notices.withdraw(DEVICES_KEY)
