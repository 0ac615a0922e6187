"""Formats numbers and times for people. Pure.

A length is "2 min 31 s" in a sentence and "2:31" on a display.
"""

from __future__ import annotations

from datetime import datetime

from saywrite.foundation.events import Gap, seconds

MINUTE, HOUR = 60, 3600


def clock(length_s: float) -> str:
    """A length on a display: 0:07, 12:34, 1:02:03."""
    whole = max(0, int(length_s))
    if whole >= HOUR:
        return f"{whole // HOUR}:{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"
    return f"{whole // MINUTE}:{whole % MINUTE:02}"


def elapsed(length_s: float) -> str:
    """The time of a running dictation, with five characters in the first hour: 00:07, 12:34, 1:02:03."""
    text = clock(length_s)
    return text.rjust(5, "0")


def length(length_s: float) -> str:
    """A length in a sentence: 0.4 s, 31 s, 2 min 31 s, 1 h 2 min."""
    if length_s < 10:
        tenths = f"{max(0.0, length_s):.1f}".removesuffix(".0")
        return f"{tenths} s"
    whole = round(length_s)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s" if whole % MINUTE else f"{whole // MINUTE} min"
    minutes = round(whole / MINUTE)
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def missing(gap: Gap) -> str:
    """Describe a gap: "0.8 s of sound missing: the microphone was unplugged"."""
    words = f"{length(seconds(gap.length))} of sound missing"
    return f"{words}: {gap.cause}" if gap.cause else words


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: 1 word, 1,280 words."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moment(then: datetime, now: datetime) -> str:
    """A past time: "10:42" today, else "Nov 3, 10:42", with the year if it is not this one."""
    if then.date() == now.date():
        return f"{then:%H:%M}"
    day = f"{then:%b} {then.day}"
    return f"{day}, {then:%H:%M}" if then.year == now.year else f"{day}, {then.year}, {then:%H:%M}"
