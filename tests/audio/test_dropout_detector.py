"""Late sound is told from lost sound."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.audio.microphone.dropout_detector import LATE_S, Dropout, DropoutDetector

RATE = 16_000
BLOCK = 320
BLOCK_S = BLOCK / RATE


def block(number: int) -> bytes:
    return number.to_bytes(4, "little") * (BLOCK // 2)


def run(arrivals: list[tuple[float, bool]]) -> tuple[list[bytes | Dropout], DropoutDetector]:
    """Blocks at these times (with their overflow flags) → everything that came out, the flush included."""
    timeline = DropoutDetector(RATE, 1)
    out: list[bytes | Dropout] = []
    for number, (at, overflow) in enumerate(arrivals):
        out += timeline.add(block(number), at, overflow)
    return out + timeline.flush(), timeline


def steady(count: int, start: float = 0.0) -> list[tuple[float, bool]]:
    return [(start + (n + 1) * BLOCK_S, False) for n in range(count)]


def lost(out: list[bytes | Dropout]) -> list[Dropout]:
    return [item for item in out if isinstance(item, Dropout)]


def blocks(out: list[bytes | Dropout]) -> list[bytes]:
    return [item for item in out if not isinstance(item, Dropout)]


def test_steady_sound_passes_at_once():
    timeline = DropoutDetector(RATE, 1)
    for number, (at, _) in enumerate(steady(100)):
        assert timeline.add(block(number), at, False) == [block(number)]
    assert abs(timeline.end - 2.0) < 0.001


def test_blocks_that_come_late_in_a_burst_are_no_gap():
    """The interpreter was held for a second: everything is there, later."""
    late = [(max(at, 2.0) if at > 1.0 else at, flag) for at, flag in steady(200)]
    out, timeline = run(late)
    assert lost(out) == []
    assert blocks(out) == [block(n) for n in range(200)]
    assert abs(timeline.end - 4.0) < 0.01


@pytest.mark.parametrize("late", [1, 2, 5, 20])
def test_a_program_that_stops_again_before_it_has_caught_up_has_lost_nothing(late):
    """Blocks that waited for a second come, a few only; the others wait for another half second (measured)."""
    arrivals = [(2.0 if 1.0 < at <= 1.0 + late * BLOCK_S else at, flag) for at, flag in steady(200)]
    arrivals = [(max(at, 2.5) if at > 1.0 and at != 2.0 else at, flag) for at, flag in arrivals]
    out, timeline = run(arrivals)
    assert lost(out) == []
    assert blocks(out) == [block(n) for n in range(200)]
    assert abs(timeline.end - 4.0) < 0.01


@pytest.mark.parametrize("stops", [1, 2])
def test_a_program_that_catches_up_slowly_has_lost_nothing(stops):
    """Each block takes 17 of its 20 ms: the lag falls by 3 ms at a time."""
    arrivals: list[tuple[float, bool]] = []
    free_at = 0.0
    for at, flag in steady(400):
        for stop in range(stops):
            if 1.0 + stop / 10 < free_at <= 1.3 + stop / 10:
                free_at = 1.3 + stop / 10
        free_at = max(at, free_at + 0.017)
        arrivals.append((free_at, flag))
    out, timeline = run(arrivals)
    assert lost(out) == []
    assert blocks(out) == [block(n) for n in range(400)]
    assert abs(timeline.end - 8.0) < 0.01


def test_sound_that_is_missing_is_measured_and_put_where_it_is_missing():
    """A stream moved by the sound server: half a second never came."""
    out, timeline = run(steady(50) + steady(100, start=1.5))
    (gap,) = lost(out)
    assert abs(gap.seconds - 0.5) < 0.01
    assert out.index(gap) == 50
    assert abs(timeline.end - 3.5) < 0.01


def test_two_losses_are_two_gaps():
    out, _ = run(steady(50) + steady(50, start=1.3) + steady(50, start=3.3))
    assert [round(gap.seconds, 1) for gap in lost(out)] == [0.3, 1.0]


def test_an_overflow_counts_one_block_at_least():
    arrivals = steady(100)
    arrivals[50] = (arrivals[50][0], True)
    out, _ = run(arrivals)
    assert lost(out) == [Dropout(BLOCK_S, True)]
    assert out.index(lost(out)[0]) == 50


def test_an_overflow_with_a_measurable_loss_counts_what_is_missing():
    arrivals = steady(50) + steady(50, start=1.2)
    arrivals[50] = (arrivals[50][0], True)
    (gap,) = lost(run(arrivals)[0])
    assert gap.overflow
    assert abs(gap.seconds - 0.2) < 0.01


def test_small_losses_add_up_until_they_are_reported():
    arrivals = [(at, flag) for part in range(6) for at, flag in steady(25, start=part * 0.54)]
    assert abs(sum(gap.seconds for gap in lost(run(arrivals)[0])) - 0.2) < LATE_S + 0.01


def test_a_crystal_that_is_slower_than_our_clock_is_no_gap():
    drifting = [(at * 1.0002, flag) for at, flag in steady(50 * 60 * 10)]
    assert lost(run(drifting)[0]) == []


def test_the_end_of_a_recording_in_a_hole_still_measures_it():
    (gap,) = lost(run(steady(50) + steady(3, start=1.5))[0])
    assert abs(gap.seconds - 0.5) < 0.01


@given(
    st.integers(0, 2**32),
    st.floats(0, 0.05),
    st.lists(st.tuples(st.floats(0.5, 4), st.floats(0, 1.5)), max_size=4),
    st.floats(0.1, 3),
)
def test_whatever_the_scheduler_does_no_block_is_lost_repeated_or_reordered(seed, jitter, stalls, hole):
    """Random delays (order kept), stalls of the program and one hole in the sound: each block comes out once, and
    the gap is the hole.
    """
    chance = random.Random(seed)
    captured = steady(150) + steady(150, start=3 + hole)
    arrivals, before = [], 0.0
    for at, flag in captured:
        arrival = max(before, at + chance.random() * jitter)
        for start, length in sorted(stalls):
            if start < arrival < start + length:
                arrival = start + length
        before = arrival
        arrivals.append((before, flag))
    out, timeline = run(arrivals)
    assert blocks(out) == [block(n) for n in range(300)]
    assert abs(sum(gap.seconds for gap in lost(out)) - hole) < LATE_S + 0.02
    assert abs(timeline.end - (6 + hole)) < LATE_S + 0.02
