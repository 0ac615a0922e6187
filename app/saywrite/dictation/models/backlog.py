"""Dictations that waited for a recognition model get their text by themselves, the oldest first.

A dictation that ends while the model is missing is marked in its recording (`IncompleteRecording.waits`); other
unfinished ones stay with the user. A new dictation goes first: the transcription that runs then is set aside and
continued afterwards. Dictation thread only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from saywrite.foundation.events import IncompleteRecording
from saywrite.speech.engine import Recognizer

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""Seconds between two looks for the model while dictations wait: another process may bring it."""


class Backlog:
    """`transcribe` begins to transcribe the dictation with this id."""

    def __init__(self, recognizer: Recognizer, transcribe: Callable[[str], None]) -> None:
        self._recognizer = recognizer
        self._transcribe = transcribe
        self._waiting: tuple[str, ...] = ()
        self._begun: set[str] = set()

    def find(self, unfinished: Iterable[IncompleteRecording]) -> None:
        """These are on disk, the oldest first."""
        self._waiting = tuple(item.dictation for item in unfinished if item.waits)

    def set_aside(self, dictation: str) -> None:
        """Its transcription was not finished and is to be continued. One that was and failed is not begun again."""
        self._begun.discard(dictation)

    def advance(self, now: float, idle: bool) -> float | None:
        """Begin with the next one, where nothing else runs and the model is there; when to be called again."""
        dictation = next((each for each in self._waiting if each not in self._begun), None)
        if dictation is None or not idle:
            return None
        if self._recognizer.waits:
            return now + LOOK_EVERY_S
        log.info("%s gets its text now", dictation)
        self._begun.add(dictation)
        self._transcribe(dictation)
        return None
