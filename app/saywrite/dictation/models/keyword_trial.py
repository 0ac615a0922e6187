"""Tries keywords on the newest dictations of the history, on their texts or their recordings.

`run` blocks; it runs on a thread of its own and only reads the history. A recording is recognized again by the
recognizer on this computer, in a child process of low priority: see `retranscription`.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from saywrite.dictation.models.retranscription import Retranscriber, Retranscription, RetranscriptionStopped
from saywrite.foundation.catalog import ENGINES, LOCAL
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.files import write_atomic
from saywrite.storage.history.records.versions import Origin
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import has_sound
from saywrite.text.keyword_sets.keyword_files import write_json
from saywrite.text.keyword_sets.trial import PastDictation, TriedKeywords, try_keywords
from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.transcript import carries_out_commands

NEWEST = 50
"""Dictations on which keywords are tried."""

_PUNCTUATES = {engine.name: engine.punctuation for engine in ENGINES}
"""Whether a recognizer sets punctuation itself."""


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """What to try. `spoken_punctuation`, `model`: of the settings. `recordings`: recognize these again, too."""

    present: tuple[Keyword, ...]
    tried: tuple[Keyword, ...]
    spoken_punctuation: str
    model: str
    recordings: bool = False


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """The result. `heard_again`: recordings that were recognized again; `failed`: why the last of the others was not.

    `missing`: dictations without a recording, counted only when recordings were wanted.
    """

    tried: TriedKeywords
    heard_again: int = 0
    missing: int = 0
    failed: str = ""


class KeywordTrialRun:
    """One trial. `stop` may be called on any thread, before, during and after `run`."""

    def __init__(self, request: TrialRequest, retranscriber: Retranscriber | None = None) -> None:
        """Without a `retranscriber`, only texts can be tried."""
        self._request = request
        self._retranscriber = retranscriber
        self._lock = threading.Lock()
        self._stopped = False  # used under _lock, as is the next one
        self._current: Retranscription | None = None

    def run(self, history: HistoryStore, progress: Callable[[int, int], None]) -> TrialOutcome:
        """Compare the texts of the newest dictations.

        `progress` receives the recordings done and their number, on this thread. Raises RetranscriptionStopped and
        HistoryError. A recording that cannot be recognized keeps its text, and the outcome says why.
        """
        request = self._request
        past = past_dictations(history, request.spoken_punctuation)
        heard_again, missing, failed = 0, 0, ""
        if request.recordings and self._retranscriber is not None:
            recordings = self._retranscriber.paths.recordings
            wanted = [number for number, each in enumerate(past) if has_sound(recordings / each.dictation)]
            missing = len(past) - len(wanted)
            with tempfile.TemporaryDirectory(prefix="saywrite-keywords-") as folder:
                keywords = Path(folder) / "keywords.json"
                write_atomic(keywords, write_json(request.tried).encode(), private=True)
                for done, number in enumerate(wanted):
                    progress(done, len(wanted))
                    try:
                        past[number] = self._hear_again(self._retranscriber, past[number], keywords)
                        heard_again += 1
                    except SaywriteError as error:
                        failed = str(error)
        self._check()
        tried = try_keywords(past, Keywords(request.present), Keywords(request.tried))
        return TrialOutcome(tried, heard_again, missing, failed)

    def stop(self) -> None:
        """End the trial; `run` then raises RetranscriptionStopped."""
        with self._lock:
            self._stopped = True
            if self._current is not None:
                self._current.stop()

    def _hear_again(self, retranscriber: Retranscriber, past: PastDictation, keywords: Path) -> PastDictation:
        origin = Origin(LOCAL, self._request.model, past.language)
        attempt = Retranscription(retranscriber, past.dictation, origin, keywords)
        with self._lock:
            self._current = attempt
        self._check()
        segments = attempt.transcribe(lambda seconds: None)
        commands = carries_out_commands(self._request.spoken_punctuation, _PUNCTUATES[LOCAL])
        return replace(past, heard_again=tuple(segment.raw for segment in segments), commands=commands)

    def _check(self) -> None:
        with self._lock:
            if self._stopped:
                raise RetranscriptionStopped


def past_dictations(history: HistoryStore, spoken_punctuation: str) -> list[PastDictation]:
    """Read the newest dictations that have a text, the newest first. Raises HistoryError."""
    found = []
    for summary in history.recent(NEWEST):
        dictated = history.load(summary.dictation)
        raw = tuple(segment.raw for segment in dictated.segments if segment.text) if dictated is not None else ()
        if not raw:
            continue
        commands = carries_out_commands(spoken_punctuation, _PUNCTUATES.get(summary.engine, True))
        found.append(PastDictation(summary.dictation, summary.began, summary.language, commands, raw))
    return found
