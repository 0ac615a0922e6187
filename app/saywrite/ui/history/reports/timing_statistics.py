"""Statistics of the latency of dictations, and their words. Pure.

There are four steps, each with its own cause: the microphone (key to first sound), the recognizer during speech (first
sound to first words) and at the end (release to text), and the insertion (text to the other program).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from saywrite.foundation.messages import message
from saywrite.storage.history.timings import Latency, TimedDictation
from saywrite.ui.toolkit.translation import joined, tr

STEPS = (
    message("Key to first sound"),
    message("First sound to first words"),
    message("Release to text"),
    message("Text to inserted"),
)


@dataclass(frozen=True, slots=True)
class TimingSpread:
    """The median and the 95th percentile of the measurements of a step, in milliseconds."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class TimingSummary:
    """One engine with one microphone: the spread of each of `STEPS`, None without a measurement."""

    engine: str
    microphone: str
    steps: tuple[TimingSpread | None, ...]


def steps_of(latency: Latency) -> tuple[int | None, ...]:
    """The milliseconds of each of `STEPS`; 0 for a text that was complete before the release."""
    text = None
    if latency.final is not None and latency.released is not None:
        text = max(latency.final, latency.released)
    return (
        latency.first_audio,
        _between(latency.first_audio, latency.first_partial),
        _between(latency.released, text),
        _between(text, latency.inserted),
    )


def speeds(timed: Iterable[TimedDictation]) -> tuple[TimingSummary, ...]:
    """The statistics of each engine with each microphone, sorted by the number of dictations."""
    groups: dict[tuple[str, str], list[tuple[int | None, ...]]] = {}
    for each in timed:
        groups.setdefault((each.engine, each.microphone), []).append(steps_of(each.latency))
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return tuple(TimingSummary(engine, microphone, _spreads(rows)) for (engine, microphone), rows in ordered)


def percentile(values: list[int], share: float) -> float:
    """The value below which `share` (0…1) of the values are, interpolated linearly."""
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def describe_latency(latency: Latency) -> str:
    """One line for each step that was measured."""
    times = zip(STEPS, steps_of(latency), strict=True)
    return joined("\n", *(joined(": ", step, milliseconds(time)) for step, time in times if time is not None))


def milliseconds(time: float) -> str:
    """A time for people: 43 ms, 1.25 s."""
    return tr("{time:.0f} ms", time=time) if time < 1000 else tr("{seconds:.2f} s", seconds=time / 1000)


def _between(start: int | None, end: int | None) -> int | None:
    return None if start is None or end is None else max(0, end - start)


def _spreads(rows: list[tuple[int | None, ...]]) -> tuple[TimingSpread | None, ...]:
    from statistics import median  # not at the start of the window: it loads fractions and decimal

    result: list[TimingSpread | None] = []
    for column in zip(*rows, strict=True):
        values = [value for value in column if value is not None]
        result.append(TimingSpread(median(values), percentile(values, 0.95)) if values else None)
    return tuple(result)
