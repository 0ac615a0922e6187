"""Levels of blocks, the slot between two threads, a meter's ballistics, the envelope of a recording."""

import math
import sys
import threading
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.audio.levels import (
    ENVELOPE_RATE,
    FALL_DB_PER_S,
    FLOOR_DBFS,
    Envelope,
    LatestLevel,
    Meter,
    measure,
    measure_swing,
)
from saywrite.foundation.events import Level

PCM = st.lists(st.integers(-32_768, 32_767), max_size=5_000).map(lambda values: array("h", values).tobytes())


def pcm(*samples: int) -> bytes:
    return array("h", samples).tobytes()


def level(peak: float, *, rms: float = -60.0, clipped: bool = False, at: float = 0.0) -> Level:
    return Level(peak, rms, clipped, at)


def test_silence_and_no_sound_are_at_the_floor() -> None:
    assert measure(bytes(640), 3.0) == Level(FLOOR_DBFS, FLOOR_DBFS, False, 3.0)
    assert measure(b"", 3.0) == Level(FLOOR_DBFS, FLOOR_DBFS, False, 3.0)


def test_a_sine_at_full_scale_peaks_at_zero_and_has_an_rms_of_minus_three() -> None:
    sine = np.rint(32_767 * np.sin(np.arange(16_000) * 2 * math.pi * 440 / 16_000)).astype("<i2")
    measured = measure(sine.tobytes(), 0.0)
    assert measured.peak_dbfs == pytest.approx(0.0, abs=0.01)
    assert measured.rms_dbfs == pytest.approx(-3.01, abs=0.01)


def test_the_most_negative_sample_is_exactly_full_scale() -> None:
    assert measure(pcm(0, -32_768, 0), 0.0).peak_dbfs == 0.0


@pytest.mark.parametrize(
    ("samples", "clipped"),
    [
        ((32_440, 32_440, 32_440), True),
        ((0, 32_767, -32_768, 32_767, 0), True),
        ((32_767, 32_767, 0, 32_767, 32_767), False),
        ((32_439, 32_767, 32_767), False),
        ((32_767, 32_767), False),
    ],
)
def test_three_samples_in_a_row_at_full_scale_are_clipping(samples: tuple[int, ...], clipped: bool) -> None:
    assert measure(pcm(*samples), 0.0).clipped is clipped


@given(PCM)
def test_a_level_is_within_its_scale_for_any_sound(sound: bytes) -> None:
    measured = measure(sound, 1.0)
    assert FLOOR_DBFS <= measured.rms_dbfs <= measured.peak_dbfs + 1e-9
    assert measured.peak_dbfs <= 0.0


def test_the_slot_gives_each_level_once() -> None:
    slot = LatestLevel()
    assert slot.take() is None
    slot.put(level(-20.0))
    assert slot.take() == level(-20.0)
    assert slot.take() is None


def test_a_short_peak_between_two_polls_is_kept_with_the_newest_rms_and_time() -> None:
    slot = LatestLevel()
    slot.put(level(-3.0, rms=-10.0, clipped=True, at=1.0))
    slot.put(level(-40.0, rms=-50.0, at=1.02))
    assert slot.take() == Level(-3.0, -50.0, True, 1.02)
    slot.put(level(-40.0))
    assert slot.take() == level(-40.0)


@pytest.mark.parametrize("clipped", [(True, False), (False, True)])
def test_clipping_between_two_polls_is_kept(clipped: tuple[bool, bool]) -> None:
    slot = LatestLevel()
    for at, each in enumerate(clipped):
        slot.put(Level(-1.0, -10.0, each, float(at)))
    taken = slot.take()
    assert taken is not None
    assert taken.clipped


def test_a_reader_is_woken_once_by_the_first_peak_outside_of_its_bounds() -> None:
    slot, woken = LatestLevel(), []
    slot.put(level(-3.0))  # nobody asked
    slot.take()
    slot.wake_outside(-60.0, -20.0, lambda: woken.append(True))
    for peak in (-60.0, -40.0, -20.0):
        slot.put(level(peak))
    assert not woken
    slot.put(level(-19.0))
    assert woken == [True]
    slot.put(level(-3.0))
    assert woken == [True]
    slot.wake_outside(-60.0, -20.0, lambda: woken.append(False))
    slot.put(level(-61.0))
    assert woken == [True, False]


def test_no_peak_is_lost_while_two_threads_meet() -> None:
    """Every tenth block carries a louder peak than all before; the reader must see each or a later one."""
    slot = LatestLevel()
    done = threading.Event()
    blocks = 20_000

    def write() -> None:
        for number in range(blocks):
            slot.put(level(float(number) if number % 10 == 0 else -1.0, at=float(number)))
        done.set()

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        writer = threading.Thread(target=write)
        writer.start()
        seen = []
        while not (done.is_set() and not seen_more(slot, seen)):
            seen_more(slot, seen)
        writer.join()
    finally:
        sys.setswitchinterval(before)
    # Between two takes at least every louder peak up to the newest one must have been reported.
    highest = -1.0
    for taken in seen:
        highest = max(highest, taken.peak_dbfs)
        assert highest >= taken.at - taken.at % 10
    assert seen[-1].at == blocks - 1


def seen_more(slot: LatestLevel, seen: list[Level]) -> bool:
    taken = slot.take()
    if taken is not None:
        seen.append(taken)
    return taken is not None


def test_the_meter_rises_at_once_and_falls_twenty_decibels_in_1_7_seconds() -> None:
    meter = Meter()
    assert meter.update(level(-6.0, rms=-12.0), 10.0).bar_dbfs == -6.0
    later = meter.update(None, 11.7)
    assert later.bar_dbfs == pytest.approx(-26.0)
    assert later.rms_dbfs == pytest.approx(-32.0)
    assert meter.update(level(-10.0), 11.71).bar_dbfs == -10.0


def test_the_fall_does_not_depend_on_how_often_the_meter_is_polled() -> None:
    coarse, fine = Meter(), Meter()
    coarse.update(level(0.0), 0.0)
    fine.update(level(0.0), 0.0)
    for step in range(1, 301):
        fine.update(None, step / 100)
    assert fine.reading.bar_dbfs == pytest.approx(coarse.update(None, 3.0).bar_dbfs)
    assert fine.reading.hold_dbfs == pytest.approx(coarse.reading.hold_dbfs)


def test_the_peak_stays_for_a_second_and_a_half_then_falls() -> None:
    meter = Meter()
    meter.update(level(-6.0), 0.0)
    assert meter.update(level(-50.0), 1.5).hold_dbfs == -6.0
    assert meter.update(None, 2.5).hold_dbfs == pytest.approx(-6.0 - FALL_DB_PER_S)
    assert meter.update(level(-3.0), 2.6).hold_dbfs == -3.0
    assert meter.update(None, 4.0).hold_dbfs == -3.0


def test_of_a_closed_microphone_nothing_is_shown_after_a_quarter_of_a_second() -> None:
    """A bar that falls for five seconds looks like a microphone that is still open."""
    meter = Meter()
    meter.update(level(0.0, rms=-9.0, clipped=True), 10.0)
    half = meter.fall_closed(10.125)
    assert half.bar_dbfs == half.hold_dbfs == half.rms_dbfs == pytest.approx(-30.0)
    over = meter.fall_closed(10.25)
    assert over.bar_dbfs == over.hold_dbfs == over.rms_dbfs == pytest.approx(-60.0)
    assert over.clip, "what was too loud is still to be seen"
    assert meter.fall_closed(10.5).bar_dbfs == FLOOR_DBFS
    assert meter.at_rest


def test_the_clip_lamp_stays_lit_until_it_is_reset() -> None:
    meter = Meter()
    meter.update(level(0.0, clipped=True), 0.0)
    assert meter.update(level(-40.0), 60.0).clip
    meter.reset_clip()
    assert not meter.update(level(-40.0), 61.0).clip


def test_the_meter_comes_to_rest_and_not_before() -> None:
    meter = Meter()
    assert meter.at_rest
    meter.update(level(-6.0), 0.0)
    meter.update(None, 5.0)
    assert not meter.at_rest
    assert meter.update(None, 10.5).bar_dbfs == FLOOR_DBFS
    assert not meter.at_rest  # the held peak falls a second and a half later
    meter.update(None, 30.0)
    assert meter.at_rest


@given(st.lists(st.tuples(st.none() | st.floats(-120, 0), st.floats(0, 5)), max_size=50))
def test_a_reading_stays_on_the_scale_and_the_hold_is_never_below_the_bar(
    updates: list[tuple[float | None, float]],
) -> None:
    meter, now = Meter(), 0.0
    for peak, pause in updates:
        now += pause
        reading = meter.update(None if peak is None else level(peak), now)
        assert FLOOR_DBFS <= reading.bar_dbfs <= 0
        assert reading.hold_dbfs >= reading.bar_dbfs - 1e-6


def test_clock_that_is_set_back_does_not_raise_the_bar() -> None:
    meter = Meter()
    meter.update(level(-6.0), 10.0)
    assert meter.update(None, 9.0).bar_dbfs == -6.0


def test_the_envelope_has_twenty_peaks_a_second() -> None:
    second = array("h", [0] * 16_000)
    second[0], second[799], second[800], second[15_999] = 5, -7, 9, -32_768
    envelope = Envelope.of([second.tobytes()])
    assert len(envelope) == ENVELOPE_RATE
    assert envelope.slice(0, 3).tolist() == [7, 9, 0]
    assert envelope.slice(19, 99).tolist() == [32_767]


@given(PCM, st.lists(st.integers(1, 2_000), max_size=20))
def test_the_envelope_does_not_depend_on_the_cutting_into_blocks(sound: bytes, cuts: list[int]) -> None:
    whole, pieces = Envelope.of([sound]), Envelope()
    at = 0
    for cut in cuts:
        pieces.append(sound[at : at + 2 * cut])
        at += 2 * cut
    pieces.append(sound[at:])
    assert pieces.slice(0, len(pieces)).tolist() == whole.slice(0, len(whole)).tolist()
    assert len(whole) == len(sound) // 2 // 800


def test_each_value_of_the_envelope_is_the_peak_of_its_twentieth_of_a_second() -> None:
    sound = np.random.default_rng(3).integers(-3_000, 3_000, 6_400).astype("<i2")
    sound[[100, 1_000, 5_500]] = -32_768, 20_000, -25_000
    envelope, at = Envelope(), 0
    for size in (1, 320, 2_600, 79, 3_400):  # within a value, to its end, and over several
        envelope.append(sound[at : at + size].tobytes())
        at += size
    peaks = np.minimum(np.abs(sound.astype(int)).reshape(-1, Envelope.window).max(axis=1), 32_767)
    assert at == len(sound)
    assert envelope.slice(0, 8).tolist() == peaks.tolist()
    assert len(envelope) == 8


def test_a_reader_sees_a_complete_prefix_while_the_recording_grows() -> None:
    envelope, done = Envelope(), threading.Event()

    def write() -> None:
        for value in range(5_000):
            envelope.append(pcm(*([value] * 800)))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        seen = envelope.slice(0, len(envelope))
        assert np.array_equal(seen, np.arange(len(seen)))
    writer.join()
    assert len(envelope) == 5_000


def test_swing_leaves_out_an_offset() -> None:
    tone = np.rint(328 * np.sin(np.arange(1_600) * 0.3))
    for offset in (0, 9_830, -9_830):
        assert measure_swing((tone + offset).astype("<i2").tobytes()) == pytest.approx(-40, abs=0.1)
    assert measure_swing(np.full(1_600, 9_830, "<i2").tobytes()) == FLOOR_DBFS
    assert measure_swing(b"") == FLOOR_DBFS
