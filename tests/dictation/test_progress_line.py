"""The progress bar of `saywrite transcribe`."""

from __future__ import annotations

import io

from saywrite.cli.terminal import ProgressLine


def test_it_shows_name_share_and_times() -> None:
    stream = io.StringIO()
    ProgressLine(stream, "a.wav", 30.0).show(15 * 16_000)
    assert stream.getvalue() == "\ra.wav " + "█" * 12 + "░" * 12 + "  50% 0:15 of 0:30"


def test_without_a_known_length_it_shows_the_time_alone() -> None:
    stream = io.StringIO()
    ProgressLine(stream, "a.mp3", None).show(16_000)
    assert stream.getvalue() == "\ra.mp3 0:01"


def test_clearing_leaves_an_empty_line_and_nothing_to_clear_twice() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, "a", None)
    line.show(0)
    line.clear()
    cleared = stream.getvalue()
    assert cleared.endswith("\r" + " " * len("a 0:00") + "\r")
    line.clear()
    assert stream.getvalue() == cleared
