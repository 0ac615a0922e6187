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
    """Collects levels and judges the newest `WINDOW_S` seconds. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._levels: deque[tuple[float, Level]] = deque()
        self._began: float | None = None

    def clear(self) -> None:
        """Forget all levels: another microphone is measured now."""
        self._levels.clear()
        self._began = None

    def add(self, level: Level, now: float) -> None:
        """Take a level that was measured at `now`."""
        if self._began is None:
            self._began = now
        self._levels.append((now, level))
        self._drop_old(now)

    def judge(self, now: float) -> Judgement:
        """Return the judgement at `now`: the loudest sound in the window decides."""
        self._drop_old(now)
        if not self._levels or self._began is None:
            return Judgement.WAITING
        peak = max(level.peak_dbfs for _at, level in self._levels)
        if any(level.clipped for _at, level in self._levels):
            return Judgement.LOUD
        if peak >= QUIET_DBFS:
            return Judgement.GOOD
        if now - self._began < LISTEN_S:
            return Judgement.WAITING
        return Judgement.SILENT if peak <= SILENT_DBFS else Judgement.QUIET

    def _drop_old(self, now: float) -> None:
        while self._levels and self._levels[0][0] < now - WINDOW_S:
            self._levels.popleft()
