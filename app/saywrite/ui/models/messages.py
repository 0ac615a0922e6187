"""Texts about recognition models: sizes, progress, facts, states. Pure.

Sizes are decimal (1 MB = 1,000,000 bytes), as on download pages and in file managers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from saywrite.foundation.events import ModelInfo, ModelState
from saywrite.ui.toolkit.formatting import HOUR, MINUTE

UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))
ROUNDED_TO_S = 5
"""A remaining time below a minute is rounded up to a multiple of this, so that the text does not change each second."""

ALREADY_SPEAK = "You can already speak: your words are recorded, and written as soon as the model is here."


def size(number: int) -> str:
    """A number of bytes: 75 MB, 1.6 GB, 0 kB."""
    scale, unit = _unit(number)
    return f"{_in_unit(number, scale)} {unit}"


def amount(done: int, total: int) -> str:
    """Done and total: 62 of 145 MB, 980 MB of 1.6 GB; "62 MB" without a total."""
    if total <= 0:
        return size(done)
    scale, unit = _unit(total)
    if _unit(done)[1] == unit or done < UNITS[-1][0]:
        return f"{_in_unit(done, scale)} of {size(total)}"
    return f"{size(done)} of {size(total)}"


def percent(done: int, total: int) -> int:
    """The percentage, 0 to 100, rounded down."""
    return min(100, done * 100 // total) if total > 0 else 0


def time_left(left_s: float | None) -> str:
    """A remaining time: 20 s left, 3 min left, 1 h 10 min left; "" for None."""
    if left_s is None:
        return ""
    whole = max(ROUNDED_TO_S, math.ceil(left_s / ROUNDED_TO_S) * ROUNDED_TO_S)
    if whole < MINUTE:
        return f"{whole} s left"
    minutes = math.ceil(left_s / MINUTE)
    if minutes * MINUTE < HOUR:
        return f"{minutes} min left"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min left" if minutes else f"{hours} h left"


def progress(done: int, total: int, left_s: float | None) -> str:
    """The progress of a download: "62 of 145 MB · 20 s left"."""
    return " · ".join(part for part in (amount(done, total), time_left(left_s)) if part)


def facts(info: ModelInfo) -> str:
    """The sizes of a model, and its license."""
    return (
        f"{size(info.download_bytes)} to download · {size(info.disk_bytes)} on disk · "
        f"{size(info.memory_bytes)} of memory · {info.license} license"
    )


def languages(codes: Sequence[str], name_of: Callable[[str], str]) -> str:
    """The names of languages as a list: "English, German and French"."""
    names = [name_of(code) for code in codes]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def describe_state(info: ModelInfo, done: int, total: int) -> str:
    """The state as the list of models shows it."""
    return {
        ModelState.ABSENT: "Not on this computer",
        ModelState.PAUSED: f"Paused at {amount(done, total)}",
        ModelState.DOWNLOADING: "Downloading",
        ModelState.CONVERTING: "Being prepared for this computer",
        ModelState.READY: "Ready",
        ModelState.DAMAGED: "Damaged: its files are incomplete or were changed",
    }[info.state]


def _unit(number: int) -> tuple[int, str]:
    return next(((scale, unit) for scale, unit in UNITS if number >= scale), UNITS[-1])


def _in_unit(number: int, scale: int) -> str:
    """A number in a unit: whole from ten on, below that with one decimal unless it is zero."""
    value = number / scale
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")
