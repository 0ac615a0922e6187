"""Durations, clock times, numbers and sizes as people read them. Pure.

A length is "2 min 31 s" in a sentence and "2:31" on a display. Sizes are decimal (1 MB = 1,000,000 bytes), as file
managers and download pages show them. Texts with words are `Message`s: the window shows them in its language. The
app has no other copy of these.
"""

from __future__ import annotations

from datetime import date, datetime

from saywrite.foundation.events import Gap, seconds
from saywrite.foundation.messages import message

MINUTE, HOUR = 60, 3600
"""In seconds."""

UNITS = ((1_000_000_000, message("GB")), (1_000_000, message("MB")), (1_000, message("kB")))


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
        return message("{seconds} s", seconds=_short(round(max(0.0, length_s), 1)))
    whole = round(length_s)
    if whole < MINUTE:
        return message("{seconds} s", seconds=whole)
    if whole < HOUR:
        minutes, rest = divmod(whole, MINUTE)
        if rest:
            return message("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
        return message("{minutes} min", minutes=minutes)
    hours, minutes = divmod(round(whole / MINUTE), 60)
    return (
        message("{hours} h {minutes} min", hours=hours, minutes=minutes)
        if minutes
        else message("{hours} h", hours=hours)
    )


def missing(gap: Gap) -> str:
    """Describe a gap: "0.8 s of sound missing: the microphone was unplugged"."""
    amount = length(seconds(gap.length))
    if gap.cause:
        return message("{length} of sound missing: {cause}", length=amount, cause=gap.cause)
    return message("{length} of sound missing", length=amount)


def day_of_month(day: date) -> int | str:
    """The day of the month as a number; the first one can be translated, because it is “1er” in French."""
    return message("1") if day.day == 1 else day.day


def full_date(day: date) -> str:
    """Format a date: "Sunday, November 22, 2026"."""
    return message("{day:%A}, {day:%B} {number}, {year}", day=day, number=day_of_month(day), year=str(day.year))


def moment(then: datetime, now: datetime) -> str:
    """Format a past time: "10:42", on other days "Nov 3, 10:42", in other years "Nov 3, 2025, 10:42"."""
    if then.date() == now.date():
        return f"{then:%H:%M}"
    if then.year == now.year:
        return message("{then:%b} {day}, {then:%H:%M}", then=then, day=day_of_month(then))
    return message("{then:%b} {day}, {year}, {then:%H:%M}", then=then, day=day_of_month(then), year=str(then.year))


def size(number: int) -> str:
    """Format a number of bytes: 75 MB, 1.6 GB, 0 kB."""
    scale, unit = _unit(number)
    return message("{number} {unit}", number=_in_unit(number, scale), unit=unit)


def megabytes(number: int) -> str:
    """Format a number of bytes for comparison with another one: 75 MB, 1,617 MB."""
    return message("{megabytes:,.0f} MB", megabytes=number / 1_000_000)


def amount(done: int, total: int) -> str:
    """Format progress in bytes: "62 of 145 MB", "980 MB of 1.6 GB"; "62 MB" when the total is unknown (0)."""
    if total <= 0:
        return size(done)
    scale, unit = _unit(total)
    if _unit(done)[1] == unit or done < UNITS[-1][0]:
        return message("{done} of {total}", done=_in_unit(done, scale), total=size(total))
    return message("{done} of {total}", done=size(done), total=size(total))


def _unit(number: int) -> tuple[int, str]:
    """The unit in which the rounded number is below a thousand: 999.6 MB are 1 GB."""
    return next(((scale, unit) for scale, unit in UNITS if number >= 0.9995 * scale), UNITS[-1])


def _in_unit(number: int, scale: int) -> int | float:
    """Round to a whole number from ten on, below it to one decimal unless that is zero."""
    value = number / scale
    return round(value) if value >= 9.95 else _short(round(value, 1))


def _short(tenths: float) -> int | float:
    """Return a number without a decimal that is zero."""
    return int(tenths) if tenths == int(tenths) else tenths
