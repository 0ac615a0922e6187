"""What a screen reader reads of a dictation, and when."""

from __future__ import annotations

import pytest

from saywrite.ui.transcript.live.announcer import TextAnnouncer


def dictating(mode: str) -> tuple[TextAnnouncer, list[str]]:
    """The announcer in a dictation, and what it reads."""
    read: list[str] = []
    announcer = TextAnnouncer(read.append)
    announcer.mode = mode
    announcer.begin("d1")
    return announcer, read


def dictate(mode: str) -> list[str]:
    """All that is read of a dictation of two sentences, the second of which is corrected; "." is its end."""
    announcer, read = dictating(mode)
    announcer.take_partial("It")
    announcer.take_final("d1", 2, "It rain.")
    announcer.take_final("d1", 1, "Good morning.")
    announcer.take_final("d1", 2, "It rains.")
    announcer.take_final("d0", 7, "Of an earlier dictation.")
    announcer.end("d0")
    read.append(".")
    announcer.end("d1")
    return read


@pytest.mark.parametrize(
    ("mode", "read"),
    [
        ("off", ["."]),
        ("end", [".", "Good morning. It rains."]),
        ("finals", ["It rain.", "Good morning.", "It rains.", "Of an earlier dictation.", "."]),
        ("all", ["It", "It rain.", "Good morning.", "It rains.", "Of an earlier dictation.", "."]),
    ],
)
def test_each_mode_reads_its_part(mode: str, read: list[str]) -> None:
    assert dictate(mode) == read


def test_a_withdrawn_final_is_not_read() -> None:
    announcer, read = dictating("end")
    announcer.take_final("d1", 1, "Um.")
    announcer.take_final("d1", 2, "Good morning.")
    announcer.remove("d0", (2,))
    announcer.remove("d1", (1,))
    announcer.end("d1")
    assert read == ["Good morning."]


def test_finals_that_come_after_the_end_are_read_then() -> None:
    """They are of sound that had no text when the dictation ended; nobody heard them."""
    announcer, read = dictating("end")
    announcer.take_final("d1", 1, "Good morning.")
    announcer.end("d1")
    announcer.take_final("d1", 2, "It rains.")
    announcer.begin("d2")
    announcer.take_final("d1", 3, "The microphone is open again.")
    assert read == ["Good morning.", "It rains."]
