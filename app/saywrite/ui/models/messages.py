"""Texts about recognition models: progress, facts, states. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from saywrite.foundation.events import ModelInfo, ModelState
from saywrite.foundation.formatting import HOUR, MINUTE, amount, size
from saywrite.foundation.messages import message
from saywrite.ui.toolkit.translation import joined, tr

ROUNDED_TO_S = 5
"""A remaining time below a minute is rounded up to a multiple of this, so that the text does not change each second."""

ALREADY_SPEAK = message("You can already speak: your words are recorded, and written as soon as the model is here.")


def percent(done: int, total: int) -> int:
    """The percentage, 0 to 100, rounded down."""
    return min(100, done * 100 // total) if total > 0 else 0


def time_left(left_s: float | None) -> str:
    """A remaining time: 20 s left, 3 min left, 1 h 10 min left; "" for None."""
    if left_s is None:
        return ""
    whole = max(ROUNDED_TO_S, math.ceil(left_s / ROUNDED_TO_S) * ROUNDED_TO_S)
    if whole < MINUTE:
        return tr("{seconds} s left", seconds=whole)
    minutes = math.ceil(left_s / MINUTE)
    if minutes * MINUTE < HOUR:
        return tr("{minutes} min left", minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    return (
        tr("{hours} h {minutes} min left", hours=hours, minutes=minutes)
        if minutes
        else tr("{hours} h left", hours=hours)
    )


def progress(done: int, total: int, left_s: float | None) -> str:
    """The progress of a download: "62 of 145 MB · 20 s left"."""
    return joined(" · ", amount(done, total), time_left(left_s))


def describe_sizes(info: ModelInfo) -> str:
    """The sizes of a model, and its license."""
    return tr(
        "{download_bytes} to download · {disk_bytes} on disk · {memory_bytes} of memory · {license} license",
        download_bytes=size(info.download_bytes),
        disk_bytes=size(info.disk_bytes),
        memory_bytes=size(info.memory_bytes),
        license=info.license,
    )


def languages(codes: Sequence[str], name_of: Callable[[str], str]) -> str:
    """The names of languages as a list: "English, German and French"."""
    names = [name_of(code) for code in codes]
    if len(names) < 2:
        return joined("", *names)
    return tr("{names} and {last}", names=joined(", ", *names[:-1]), last=names[-1])


def describe_state(info: ModelInfo, done: int, total: int) -> str:
    """The state as the list of models shows it."""
    return {
        ModelState.ABSENT: tr("Not on this computer"),
        ModelState.PAUSED: tr("Paused at {done}", done=amount(done, total)),
        ModelState.DOWNLOADING: tr("Downloading"),
        ModelState.CONVERTING: tr("Being prepared for this computer"),
        ModelState.READY: tr("Ready"),
        ModelState.DAMAGED: tr("Damaged: its files are incomplete or were changed"),
    }[info.state]
