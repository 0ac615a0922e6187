"""Durations, clock times, numbers and sizes as people read them. Pure.

A length is "2 min 31 s" in a sentence and "2:31" on a display. Sizes are decimal (1 MB = 1,000,000 bytes), as file
managers and download pages show them. The app has no other copy of these.
"""

from __future__ import annotations

from datetime import datetime

from saywrite.foundation.events import Gap, seconds

MINUTE, HOUR = 60, 3600
"""In seconds."""

UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def clock(length_s: float) -> str:
    """Format a length for a display: 0:07, 12:34, 1:02:03."""
    whole = max(0, int(length_s))
    if whole >= HOUR:
        return f"{whole // HOUR}:{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"
    return f"{whole // MINUTE}:{whole % MINUTE:02}"


def elapsed(length_s: float) -> str:
    """Format a running time, equally wide in the first hour: 00:07, 12:34, 1:02:03."""
    return clock(length_s).rjust(5, "0")


def long_clock(length_s: float) -> str:
    """Format a length with its hours, rounded to seconds: 0:02:31."""
    whole = round(length_s)
    return f"{whole // HOUR}:{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"


def length(length_s: float) -> str:
    """Format a length for a sentence: 0.4 s, 31 s, 2 min 31 s, 1 h 2 min."""
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
    """Format a number with its noun: 1 word, 1,280 words."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moment(then: datetime, now: datetime) -> str:
    """Format a past time: "10:42", on other days "Nov 3, 10:42", in other years "Nov 3, 2025, 10:42"."""
    if then.date() == now.date():
        return f"{then:%H:%M}"
    day = f"{then:%b} {then.day}"
    return f"{day}, {then:%H:%M}" if then.year == now.year else f"{day}, {then.year}, {then:%H:%M}"


def size(number: int) -> str:
    """Format a number of bytes: 75 MB, 1.6 GB, 0 kB."""
    scale, unit = _unit(number)
    return f"{_in_unit(number, scale)} {unit}"


def megabytes(number: int) -> str:
    """Format a number of bytes for comparison with another one: 75 MB, 1,617 MB."""
    return f"{number / 1_000_000:,.0f} MB"


def amount(done: int, total: int) -> str:
    """Format progress in bytes: "62 of 145 MB", "980 MB of 1.6 GB"; "62 MB" when the total is unknown (0)."""
    if total <= 0:
        return size(done)
    scale, unit = _unit(total)
    if _unit(done)[1] == unit or done < UNITS[-1][0]:
        return f"{_in_unit(done, scale)} of {size(total)}"
    return f"{size(done)} of {size(total)}"


def _unit(number: int) -> tuple[int, str]:
    return next(((scale, unit) for scale, unit in UNITS if number >= scale), UNITS[-1])


def _in_unit(number: int, scale: int) -> str:
    """Round to a whole number from ten on, below it to one decimal unless that is zero."""
    value = number / scale
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")
