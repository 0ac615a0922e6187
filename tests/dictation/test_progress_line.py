"""The progress bar of `saywrite transcribe`."""

from __future__ import annotations

import io
import os
import termios

import pytest

from saywrite.cli.terminal import ProgressLine


def test_it_shows_name_share_and_times() -> None:
    stream = io.StringIO()
    ProgressLine(stream, "a.wav", 30.0).show(15 * 16_000)
    assert stream.getvalue() == "\ra.wav " + "█" * 12 + "░" * 12 + "  50% 0:15 of 0:30"


def test_without_a_known_length_it_shows_the_time_alone() -> None:
    stream = io.StringIO()
    ProgressLine(stream, "a.mp3", None).show(16_000)
    assert stream.getvalue() == "\ra.mp3 0:01"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a" * 200 + ".wav", "a" * 33 + "…"),
        ("録音" * 50, "録音" * 8 + "…"),
        ("a" * 34, "a" * 34),
    ],
)
def test_a_long_name_is_cut_so_that_the_line_does_not_wrap(name: str, shown: str) -> None:
    stream = io.StringIO()
    ProgressLine(stream, name, 30.0 * 60).show(15 * 60 * 16_000)
    line = stream.getvalue().removeprefix("\r")
    assert line == f"{shown} " + "█" * 12 + "░" * 12 + "  50% 15:00 of 30:00"
    assert sum(2 if char in "録音" else 1 for char in line) <= 79


def test_the_width_of_the_terminal_counts() -> None:
    reader, writer = os.openpty()
    termios.tcsetwinsize(writer, (24, 60))
    with os.fdopen(writer, "w", encoding="utf-8") as terminal:
        ProgressLine(terminal, "a" * 99, None).show(16_000)
        shown = os.read(reader, 1024).decode()
    os.close(reader)
    assert shown == "\r" + "a" * 53 + "… 0:01"


def test_what_is_left_of_a_longer_line_is_overwritten() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, "録", None)
    line.show(60 * 60 * 16_000)
    line.show(0)
    assert stream.getvalue() == "\r録 1:00:00" + "\r録 0:00" + "   "


def test_clearing_leaves_an_empty_line_and_nothing_to_clear_twice() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, "a", None)
    line.show(0)
    line.clear()
    cleared = stream.getvalue()
    assert cleared.endswith("\r" + " " * len("a 0:00") + "\r")
    line.clear()
    assert stream.getvalue() == cleared
