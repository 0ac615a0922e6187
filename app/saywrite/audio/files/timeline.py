"""Where the frames of a sound file belong in time, by their time stamps.

Pure; used on the thread of the file's reader. Containers store when each frame is heard. A recording that pauses, a
track that begins behind the picture, and frames that were lost all leave a jump there, which silence has to fill: the
times of subtitles count from the beginning of the file. Times are in seconds.
"""

from __future__ import annotations

_JUMP_S = 0.1  # shorter ones come from encoders, which add or cut a frame
_ROUNDING_S = 0.01  # containers round time stamps to milliseconds, or to frames of the picture

LONGEST_S = 12 * 3_600.0
"""A longer jump is a wrong time stamp."""


class Timeline:
    """Compares the time stamp of each frame with the end of the frame before it."""

    def __init__(self) -> None:
        self.restart(0.0, None)

    def restart(self, begin: float, end: float | None, longest: float = LONGEST_S) -> None:
        """Begin a new series of time stamps, from `begin` to `end`.

        Time stamps behind `end` are wrong; it is None where it is unknown. A jump of more than `longest` is no pause,
        but the clock of another recording.
        """
        self._begin = begin
        self._end = end
        self._longest = longest
        self._due: float | None = None
        self._behind = 0.0

    def silence_at_start(self, start: float) -> float:
        """The silence before a track that begins at `start`: others may have begun before it."""
        late = start - self._begin
        return late if _JUMP_S < late <= LONGEST_S and not self._is_behind_end(start) else 0.0

    def silence_before(self, start: float | None, length: float, following: float | None) -> float:
        """The silence between the frame before and this one, which begins at `start` by its time stamp.

        `following`: the time stamp of the next frame, which shows whether this one is wrong. Frames without a time
        stamp belong directly behind the one before. A jump back begins a new series: the files were joined.
        """
        due = self._due
        if start is None:
            self._due = None if due is None else due + length
            return 0.0
        self._due = start + length
        if due is None:
            return 0.0
        if following is not None and abs(following - due - length) < abs(following - start - length):
            self._due = due + length
            return 0.0
        jump = start - due
        self._behind += jump
        if jump < -_JUMP_S or jump > self._longest or self._is_behind_end(start):
            self._behind = 0.0
        if jump < _ROUNDING_S or self._behind <= _JUMP_S:  # where the recorder's clock is slow there is no jump
            return 0.0
        silence, self._behind = self._behind, 0.0
        return silence

    def _is_behind_end(self, start: float) -> bool:
        return self._end is not None and start > self._end + _JUMP_S
