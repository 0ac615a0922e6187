"""How fast a dictation was, in words and in statistics. Pure.

Four steps, each with its own cause: the microphone (key to first sound), the recognizer while one speaks (first sound
to first words) and at the end (release to text), and the insertion (text to other program).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from saywrite.storage.history.timings import Latency, TimedDictation

STEPS = ("Key to first sound", "First sound to first words", "Release to text", "Text to inserted")


@dataclass(frozen=True, slots=True)
class TimingSpread:
    """How often a step was measured, its median and its 95th percentile in milliseconds."""

    times: int
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class TimingSummary:
    """One engine with one microphone: for each of `STEPS` its spread, None where it was never seen."""

    engine: str
    microphone: str
    steps: tuple[TimingSpread | None, ...]


def steps_of(latency: Latency) -> tuple[int | None, ...]:
    """Milliseconds of each of `STEPS`. Text that was there before the release was not waited for: 0."""
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
    """Statistics of each engine with each microphone, the ones with most dictations first."""
    groups: dict[tuple[str, str], list[tuple[int | None, ...]]] = {}
    for each in timed:
        groups.setdefault((each.engine, each.microphone), []).append(steps_of(each.latency))
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return tuple(TimingSummary(engine, microphone, _spreads(rows)) for (engine, microphone), rows in ordered)


def percentile(values: list[int], share: float) -> float:
    """The value below which `share` (0…1) of the values lie, between neighbors in proportion."""
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def latency_in_words(latency: Latency) -> str:
    """One line for each step that was seen."""
    times = zip(STEPS, steps_of(latency), strict=True)
    return "\n".join(f"{step}: {milliseconds(time)}" for step, time in times if time is not None)


def milliseconds(time: float) -> str:
    """43 ms, 1.25 s."""
    return f"{time:.0f} ms" if time < 1000 else f"{time / 1000:.2f} s"


def _between(start: int | None, end: int | None) -> int | None:
    return None if start is None or end is None else max(0, end - start)


def _spreads(rows: list[tuple[int | None, ...]]) -> tuple[TimingSpread | None, ...]:
    result: list[TimingSpread | None] = []
    for column in zip(*rows, strict=True):
        values = [value for value in column if value is not None]
        result.append(TimingSpread(len(values), median(values), percentile(values, 0.95)) if values else None)
    return tuple(result)
