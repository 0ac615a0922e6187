"""Judges from its levels whether a microphone hears the user: silence, very quiet, good or too loud. Pure."""

from __future__ import annotations

from collections import deque
from enum import StrEnum

from saywrite.foundation.events import Level

SILENT_DBFS = -75.0
"""A peak up to this level is no sound in a room: even a quiet room is louder in a microphone that works."""

QUIET_DBFS = -36.0
"""A peak of speech below this level is too quiet for good recognition."""

WINDOW_S = 3.0
"""The judgement covers so many seconds: longer than a pause between two sentences."""

SILENCE_S = 20.0
"""After so many seconds without a sound the user has not only stopped speaking: the microphone is judged anew."""

LISTEN_S = 1.0
"""Silence and quiet are judged after so many seconds; some microphones deliver zeros when they are opened."""


class Judgement(StrEnum):
    """What the levels say about the microphone."""

    WAITING = "waiting"
    """There is too little sound to judge."""
    SILENT = "silent"
    QUIET = "quiet"
    GOOD = "good"
    LOUD = "loud"


class LevelJudge:
    """Collects levels and judges the newest `WINDOW_S` seconds. Times are monotonic seconds.

    Speech that was good or too loud stays so while its user pauses: until there was silence for `SILENCE_S`.
    """

    def __init__(self) -> None:
        self._levels: deque[tuple[float, Level]] = deque()
        self._began: float | None = None
        self._speech: Judgement | None = None
        """What the last speech was: good or too loud."""
        self._sound_at = 0.0
        """When there was sound last, however quiet."""

    def clear(self) -> None:
        """Forget all levels: another microphone is measured now."""
        self._levels.clear()
        self._began = self._speech = None

    def add(self, level: Level, now: float) -> None:
        """Take a level that was measured at `now`."""
        if self._began is None:
            self._began = now
        self._levels.append((now, level))
        self._drop_old(now)
        if any(each.clipped for _at, each in self._levels):
            self._speech = Judgement.LOUD
        elif level.peak_dbfs >= QUIET_DBFS:
            self._speech = Judgement.GOOD
        elif now - self._sound_at > SILENCE_S:
            self._speech = None
        if level.peak_dbfs > SILENT_DBFS:
            self._sound_at = now

    def judge(self, now: float) -> Judgement:
        """Return the judgement at `now`: the speech so far decides, or else the loudest sound in the window."""
        self._drop_old(now)
        if not self._levels or self._began is None:
            return Judgement.WAITING
        if self._speech is not None:
            return self._speech
        if now - self._began < LISTEN_S:
            return Judgement.WAITING
        peak = max(level.peak_dbfs for _at, level in self._levels)
        return Judgement.SILENT if peak <= SILENT_DBFS else Judgement.QUIET

    def _drop_old(self, now: float) -> None:
        while self._levels and self._levels[0][0] < now - WINDOW_S:
            self._levels.popleft()
