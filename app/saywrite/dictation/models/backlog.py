"""Transcribes the dictations that waited for a recognition model, the oldest first. Dictation thread only.

A dictation that ends while the model is missing is marked in its recording (`IncompleteRecording.waits`); about other
unfinished ones the user decides. A new dictation of the user has precedence: a transcription that runs is set aside and
continued afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from saywrite.foundation.events import IncompleteRecording
from saywrite.speech.engine import Recognizer

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""Seconds between two checks for the model while dictations wait: another process may install it."""


class Backlog:
    """The dictations that wait. `transcribe` begins to transcribe the one with an id."""

    def __init__(self, recognizer: Recognizer, transcribe: Callable[[str], None]) -> None:
        self._recognizer = recognizer
        self._transcribe = transcribe
        self._waiting: tuple[str, ...] = ()
        self._begun: set[str] = set()
        self._is_off = False

    def switch_off(self) -> None:
        """Begin nothing from now on."""
        self._is_off = True

    def find(self, unfinished: Iterable[IncompleteRecording]) -> None:
        """Take the unfinished dictations on disk, the oldest first."""
        self._waiting = tuple(item.dictation for item in unfinished if item.waits)

    def set_aside(self, dictation: str) -> None:
        """Continue this dictation later. One whose transcription failed is not begun again."""
        self._begun.discard(dictation)

    def advance(self, now: float, idle: bool) -> float | None:
        """Begin the next one if nothing else runs and the model is there; return when to be called again."""
        dictation = next((each for each in self._waiting if each not in self._begun), None)
        if dictation is None or not idle or self._is_off:
            return None
        if self._recognizer.waits:
            return now + LOOK_EVERY_S
        log.info("%s gets its text now", dictation)
        self._begun.add(dictation)
        self._transcribe(dictation)
        return None
