"""A progress bar on the terminal, one line that is drawn over. Pure but for the stream it writes to."""

from __future__ import annotations

from typing import IO

from saywrite.events import seconds

WIDTH = 24


def clock(value_s: float) -> str:
    """0:07, 12:30, 1:02:03."""
    total = int(value_s)
    hours, rest = divmod(total, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


class ProgressLine:
    """`name ████████░░░░ 43 % 0:12 of 0:30`; without a known length the time alone."""

    def __init__(self, stream: IO[str], name: str, total_s: float | None) -> None:
        self._stream = stream
        self._name = name
        self._total_s = total_s
        self._shown = 0

    def show(self, heard: int) -> None:
        """`heard`: samples so far."""
        now_s = seconds(heard)
        line = f"{self._name} {clock(now_s)}"
        if self._total_s:
            part = min(now_s / self._total_s, 1.0)
            full = round(part * WIDTH)
            bar = "█" * full + "░" * (WIDTH - full)
            line = f"{self._name} {bar} {part:4.0%} {clock(now_s)} of {clock(self._total_s)}"
        self._stream.write("\r" + line.ljust(self._shown))
        self._stream.flush()
        self._shown = len(line)

    def clear(self) -> None:
        if self._shown:
            self._stream.write("\r" + " " * self._shown + "\r")
            self._stream.flush()
            self._shown = 0
