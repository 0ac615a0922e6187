"""The selected dictation: its recording, its texts, and where its text went. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from saywrite.audio.levels import Envelope
from saywrite.foundation.events import Traffic
from saywrite.foundation.formatting import size
from saywrite.storage.history.records.receipts import describe_receipt
from saywrite.storage.history.records.versions import Origin, TextVersion
from saywrite.storage.history.store import Dictated, HistoryStore
from saywrite.ui.history.access import HistoryTools, LoadedDictation, load_envelope
from saywrite.ui.history.again_bar import AgainBar, VersionBar
from saywrite.ui.history.player_bar import PlayerBar
from saywrite.ui.history.reader import Reader
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.translation import error_text, joined, set_text, tr, worded
from saywrite.ui.widgets.choosers import EngineChoices


class DictationView(QWidget):
    """Shows one dictation, or nothing."""

    can_edit_changed = Signal()
    """Whether the text can be edited may have changed: another text is shown, or it is transcribed again."""
    failed = Signal(str)
    """Sentences for the user."""
    ledger_requested = Signal()
    """The user asked where the speech of each month went."""

    def __init__(
        self,
        choices: EngineChoices,
        open_history: Callable[[], HistoryStore],
        now: Callable[[], datetime],
        tools: HistoryTools | None,
    ) -> None:
        """Without `tools`, it neither plays nor transcribes again."""
        super().__init__()
        self._tools = tools
        self.loaded: LoadedDictation | None = None
        self.text = Reader(choices.engine_label)
        self.receipts = NoteLabel()
        self.traffic = NoteLabel()
        self.by_month = worded(QPushButton(), tr("By &month…"))
        self.player = PlayerBar(tools.play if tools else _no_play, tools.stop if tools else _nothing)
        self.versions = VersionBar(choices, now)
        self.again = AgainBar(choices, open_history)
        if tools is not None:
            self.again.use(tools.retranscriber)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.player)
        column.addWidget(self.versions)
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.addWidget(self.traffic, 1)
        row.addWidget(self.by_month)
        column.addWidget(self.receipts)
        column.addLayout(row)
        column.addWidget(self.again)
        set_text(self.by_month.setToolTip, tr("Where my speech went, by month"))
        set_text(self.by_month.setAccessibleDescription, tr("Where my speech went, by month"))
        self.by_month.clicked.connect(self.ledger_requested)
        self.text.play_requested.connect(self.player.play_from)
        self.player.moved.connect(self.text.follow)
        self.versions.shown.connect(self._show_version)
        self.again.failed.connect(self.failed)
        self.again.running_changed.connect(self.can_edit_changed)

    @property
    def dictation(self) -> str:
        """The id of the shown dictation; "" without one."""
        return self.loaded.dictated.summary.dictation if self.loaded else ""

    @property
    def _recorded(self) -> tuple[str, int]:
        """The shown dictation and the samples of its recording, which are 0 until it has ended."""
        return self.dictation, self.loaded.dictated.summary.heard if self.loaded else 0

    @property
    def can_edit(self) -> bool:
        """Whether the shown text can be edited: it is the present one, is complete, and has no translations.

        Not while the dictation is transcribed again: the result would replace what the user corrects.
        """
        if self.loaded is None or self.again.transcribes(self.dictation) or not self.versions.shows_present:
            return False
        return bool(self.text.passage.words) and self.loaded.dictated.summary.finished

    @property
    def texts(self) -> dict[int, str]:
        """The texts of the shown dictation's segments by number."""
        return {each.number: each.text for each in self.loaded.dictated.segments} if self.loaded else {}

    def show_loaded(self, loaded: LoadedDictation | None) -> None:
        """Show a dictation. Its recording is loaded again unless only its text was changed."""
        before, self.loaded = self._recorded, loaded
        dictated = loaded.dictated if loaded else None
        self.text.show_dictated(dictated)
        receipts = joined("\n", *map(describe_receipt, loaded.receipts)) if loaded else ""
        set_text(self.receipts.setText, receipts)
        self.receipts.setVisible(bool(receipts))
        set_text(self.traffic.setText, describe_traffic(dictated.traffic) if dictated else "")
        self.traffic.setVisible(dictated is not None)
        self.by_month.setVisible(dictated is not None)
        summary = dictated.summary if dictated else None
        origin = Origin(summary.engine, summary.model, summary.language) if summary else Origin("", "", "")
        self.versions.show_versions(origin, loaded.versions if loaded else ())
        if self._recorded != before or not self.dictation:
            self._load_recording()
        else:
            self.again.show_dictation(loaded, has_recording=self.player.isVisibleTo(self))

    def _load_recording(self) -> None:
        """Load the peaks of the recording; until then there is no player."""
        dictation, tools = self.dictation, self._tools
        self.player.show_recording(dictation, None, 0)
        self.again.show_dictation(None, has_recording=False)
        if tools is None or not dictation:
            return

        def show(envelope: Envelope | None) -> None:
            if self.loaded is not None and self.dictation == dictation:
                length = len(envelope) * envelope.window if envelope else 0
                self.player.show_recording(dictation, envelope, max(length, self.loaded.dictated.summary.heard))
                self.again.show_dictation(self.loaded, has_recording=envelope is not None)

        run_task(
            lambda: load_envelope(tools.recordings, dictation),
            show,
            lambda error: self.failed.emit(error_text(error)),
            owner=self,
        )

    def _show_version(self, version: TextVersion | None) -> None:
        if self.loaded is None:
            return
        dictated = self.loaded.dictated
        if version is not None:
            dictated = Dictated(dictated.summary, version.segments, ())
        self.text.show_dictated(dictated)
        self.can_edit_changed.emit()


def describe_traffic(traffic: Iterable[Traffic]) -> str:
    """Say what left this computer: "2.1 MB sent to apis.aiola.ai, 4 kB received"."""
    parts = [
        tr(
            "{sent} sent to {host}, {received} received",
            sent=size(each.sent),
            host=each.host,
            received=size(each.received),
        )
        for each in traffic
    ]
    return joined("; ", *parts) or tr("Nothing left this computer")


def _no_play(_dictation: str, _start: int, _end: int) -> None:
    """Play nothing: there are no tools."""


def _nothing() -> None:
    """Stop nothing: there are no tools."""
