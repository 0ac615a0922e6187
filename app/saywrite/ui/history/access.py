"""What the history window needs of the program: the store, the recordings and the recognizers. GUI thread.

The functions that read files run on pool threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from saywrite.audio.levels import Envelope
from saywrite.dictation.models.transcribing_child import Retranscriber
from saywrite.foundation.errors import JournalError
from saywrite.storage.history.records.receipts import TextReceipt, receipts_of
from saywrite.storage.history.records.versions import TextVersion, versions_of
from saywrite.storage.history.store import Dictated, HistoryStore
from saywrite.storage.recordings.library import open_recording
from saywrite.ui.widgets.choosers import EngineChoices

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

NO_CHOICES = EngineChoices((), {})


@dataclass(frozen=True, slots=True)
class HistoryTools:
    """How the window plays and transcribes again. `play` and `stop` post to the dictation and return at once."""

    recordings: Path
    play: Callable[[str, int, int], None]
    stop: Callable[[], None]
    retranscriber: Retranscriber


def make_tools(dictation: Dictation, retranscriber: Retranscriber) -> HistoryTools:
    """The tools of a running program."""
    return HistoryTools(retranscriber.paths.recordings, dictation.play, dictation.stop_playing, retranscriber)


@dataclass(frozen=True, slots=True)
class LoadedDictation:
    """A dictation with all that is kept beside its text."""

    dictated: Dictated
    versions: tuple[TextVersion, ...]
    receipts: tuple[TextReceipt, ...]


def load_dictation(history: HistoryStore, dictation: str) -> LoadedDictation | None:
    """Read a dictation; None when it is missing. Raises HistoryError."""
    dictated = history.load(dictation)
    if dictated is None:
        return None
    return LoadedDictation(dictated, versions_of(history, dictation), receipts_of(history, dictation))


def load_envelope(recordings: Path, dictation: str) -> Envelope | None:
    """Read the peaks of a kept recording; None when there is none, or it cannot be read. An hour takes 2 s."""
    try:
        with open_recording(recordings / dictation) as recording:
            return Envelope.of(recording.blocks())
    except JournalError:
        return None


class OpenOnce:
    """The history, opened at the first query."""

    # It needs no lock: every call is an `in_order` job, and these run one after the other.

    def __init__(self, open_history: Callable[[], HistoryStore]) -> None:
        self._open_history = open_history
        self._history: HistoryStore | None = None

    def get(self) -> HistoryStore:
        """The open history. Raises HistoryError."""
        if self._history is None:
            self._history = self._open_history()
        return self._history

    def close(self) -> None:
        """Close the history; the next `get` opens it again."""
        history, self._history = self._history, None
        if history is not None:
            history.close()
