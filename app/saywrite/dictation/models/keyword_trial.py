"""Tries keywords on the newest dictations of the history, on their texts or their recordings.

`run` blocks; it runs on a thread of its own and only reads the history. The recordings are recognized again by the
recognizer on this computer, all in one child process of low priority: see `transcribing_child`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from saywrite.dictation.models.retranscription import transcription_options
from saywrite.dictation.models.transcribing_child import (
    Retranscriber,
    RetranscriptionStopped,
    TranscribingChild,
)
from saywrite.foundation.catalog import ENGINES, LOCAL
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.files import write_atomic
from saywrite.foundation.messages import joined
from saywrite.storage.history.records.versions import Origin
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import export_wav, has_sound, kept_file, temporary_folder
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

    `missing`: dictations without a recording, counted only when recordings were wanted. `left_out`: recordings that
    were not recognized because the user stopped the trial.
    """

    tried: TriedKeywords
    heard_again: int = 0
    missing: int = 0
    failed: str = ""
    left_out: int = 0


class KeywordTrialRun:
    """One trial. `stop` may be called on any thread, before, during and after `run`."""

    def __init__(self, request: TrialRequest, retranscriber: Retranscriber | None = None) -> None:
        """Without a `retranscriber`, only texts can be tried."""
        self._request = request
        self._retranscriber = retranscriber
        self._lock = threading.Lock()
        self._stopped = False  # used under _lock, as is the next one
        self._child: TranscribingChild | None = None

    def run(self, history: HistoryStore, progress: Callable[[int, int], None]) -> TrialOutcome:
        """Compare the texts of the newest dictations.

        `progress` receives the recordings done and their number, on this thread. A recording that cannot be recognized
        keeps its text, and the outcome says why. A stop leaves out the recordings that were not recognized yet; when
        there is no result at all, RetranscriptionStopped is raised. Raises HistoryError.
        """
        request = self._request
        past = past_dictations(history, request.spoken_punctuation)
        outcome = TrialOutcome(TriedKeywords((), {}))
        if request.recordings and self._retranscriber is not None:
            recordings = self._retranscriber.paths.recordings
            wanted = [number for number, each in enumerate(past) if _is_wanted(recordings / each.dictation)]
            outcome = replace(outcome, missing=len(past) - len(wanted))
            outcome = self._hear_again(self._retranscriber, past, wanted, outcome, progress)
        if not outcome.heard_again:
            self._check()
        return replace(outcome, tried=try_keywords(past, Keywords(request.present), Keywords(request.tried)))

    def stop(self) -> None:
        """End the trial; `run` then returns what there is, or raises RetranscriptionStopped."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self._child.stop()

    def _hear_again(
        self,
        retranscriber: Retranscriber,
        past: list[PastDictation],
        wanted: Sequence[int],
        outcome: TrialOutcome,
        progress: Callable[[int, int], None],
    ) -> TrialOutcome:
        """Recognize the recordings of the dictations `wanted`, and put what was heard into `past`."""
        commands = carries_out_commands(self._request.spoken_punctuation, _PUNCTUATES[LOCAL])
        done = 0
        with temporary_folder("keywords") as folder:
            sounds, numbers, failed = _sound_files(retranscriber.paths.recordings, past, wanted, folder)
            outcome = replace(outcome, failed=failed)
            if not numbers:
                return outcome
            languages = [past[number].language for number in numbers]
            child = self._start(retranscriber, languages, folder)
            with suppress(RetranscriptionStopped), closing(child.run(sounds)) as results:
                progress(0, len(numbers))
                for number, heard in zip(numbers, results, strict=True):
                    done += 1
                    if heard.segments is None:
                        outcome = replace(outcome, failed=heard.problem)
                    else:
                        raw = tuple(segment.raw for segment in heard.segments)
                        past[number] = replace(past[number], heard_again=raw, commands=commands)
                        outcome = replace(outcome, heard_again=outcome.heard_again + 1)
                    if done < len(numbers):
                        progress(done, len(numbers))
        return replace(outcome, left_out=len(numbers) - done)

    def _start(self, retranscriber: Retranscriber, languages: Sequence[str], folder: Path) -> TranscribingChild:
        keywords = folder / "keywords.json"
        write_atomic(keywords, write_json(self._request.tried).encode())
        options = transcription_options(Origin(LOCAL, self._request.model, languages[0]))
        of_files = ["--languages", ",".join(languages), "--keywords", str(keywords)]
        child = TranscribingChild(retranscriber, [*options, *of_files])
        with self._lock:
            self._child = child
        self._check()
        return child

    def _check(self) -> None:
        with self._lock:
            if self._stopped:
                raise RetranscriptionStopped


def _is_wanted(recording: Path) -> bool:
    """Whether there is sound; also for a folder that may not be entered, of which `_sound_files` says so."""
    try:
        return has_sound(recording)
    except OSError:
        return True


def _sound_files(
    recordings: Path, past: Sequence[PastDictation], wanted: Sequence[int], folder: Path
) -> tuple[list[Path], list[int], str]:
    """The sound files of recordings, and the numbers of their dictations.

    The third value says why the last unreadable recording cannot be read, "" when all can be read. A recording that is
    not encoded yet is copied into `folder`.
    """
    sounds, numbers, failed = [], [], ""
    for number in wanted:
        recording = recordings / past[number].dictation
        sound = kept_file(recording)
        if sound is None:
            sound = folder / f"{number}.wav"
            try:
                export_wav(recording, sound)
            except SaywriteError as error:
                failed = joined(" ", error.what, error.remedy)
                continue
        sounds.append(sound)
        numbers.append(number)
    return sounds, numbers, failed


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
