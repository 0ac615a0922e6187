"""The log of received sound, the estimate of the service's latency, and the waits between attempts."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.aiola.connection import FIRST_S, LONGEST_S, delays
from saywrite.speech.aiola.delivery.timings import KEPT_S, LEAST_PATIENCE_S, AckLog, LatencyEstimator


def test_log_maps_times_to_offsets_and_back() -> None:
    log = AckLog(100, 1.0)
    log.note(200, 2.0)
    log.note(300, 3.0)
    assert [log.offset_at(at) for at in (0.5, 1.5, 2.0, 9.0)] == [100, 100, 200, 300]
    assert [log.time_of(offset) for offset in (50, 150, 200, 201, 301)] == [1.0, 2.0, 2.0, 3.0, None]
    assert log.latest == 300


def test_older_entry_does_not_lower_the_log() -> None:
    log = AckLog(100, 1.0)
    log.note(300, 2.0)
    log.note(200, 3.0)
    assert log.offset_at(3.0) == 300


@given(st.lists(st.floats(0.01, 5), max_size=400))
def test_log_stays_small_and_keeps_the_last_minute(waits: list[float]) -> None:
    log, now, kept = AckLog(0, 0.0), 0.0, []
    for number, wait in enumerate(waits, 1):
        now += wait
        log.note(number, now)
        kept.append((number, now))
    for number, at in kept:
        if at >= now - KEPT_S / 2:
            assert log.time_of(number) == at
    assert len(log._times) <= 2 * sum(at >= now - KEPT_S for _n, at in kept) + 4


def test_patience_grows_with_the_longest_answer() -> None:
    delays = LatencyEstimator()
    assert not delays.known
    assert delays.patience >= LEAST_PATIENCE_S
    delays.observe([10.0], 10.3)
    assert (delays.least, delays.longest) == (0.3000000000000007, 0.3000000000000007)
    delays.observe([20.0], 24.0)
    assert delays.patience == 8.5


def test_answer_of_a_later_utterance_does_not_change_the_estimate() -> None:
    delays = LatencyEstimator()
    delays.observe([10.0], 10.3)
    delays.observe([20.0, 30.0], 30.3)
    assert delays.longest < 1
    delays.observe([40.0, 41.0], 50.0)
    assert delays.longest == 10.0


def test_delay_is_estimated_from_the_length_of_texts_until_it_is_known() -> None:
    delays = LatencyEstimator()
    delays.estimate(10.0, 16.0)
    assert delays.patience == 7.0
    delays.estimate(20.0, 25.0)
    delays.estimate(None, 26.0)
    delays.estimate(30.0, 39.0)
    assert delays.patience == 6.0
    delays.observe([40.0], 40.3)
    assert delays.patience == LEAST_PATIENCE_S


def test_equal_sentences_do_not_make_a_slow_service_seem_quick() -> None:
    closed = [10.0, 12.3, 14.6, 16.9, 19.2, 21.5]
    slow, shifted = LatencyEstimator(), LatencyEstimator()
    for first in range(3):
        slow.observe(closed[first : first + 3], closed[first] + 6.0, shifted=False)
        shifted.observe(closed[first : first + 3], closed[first] + 6.0, shifted=True)
    assert slow.patience == pytest.approx(7.0)
    assert shifted.longest < 1.5


def test_patience_is_longer_after_an_end_without_any_answer_until_the_delay_is_known() -> None:
    delays = LatencyEstimator()
    delays.note_unanswered()
    assert delays.patience == 6.0
    delays.note_unanswered()
    assert delays.patience == 6.0
    delays.observe([40.0], 40.3)
    assert delays.patience == LEAST_PATIENCE_S


def test_length_of_a_text_says_nothing_about_a_very_long_delay() -> None:
    delays = LatencyEstimator()
    delays.estimate(10.0, 70.0)
    assert delays.patience == 11.0


def test_attempts_become_rarer_and_differ_between_clients() -> None:
    first, second = (list(islice(delays(Random(seed)), 12)) for seed in (1, 2))
    assert first != second
    for waits in (first, second):
        assert 0.8 * FIRST_S <= waits[0] <= 1.2 * FIRST_S
        assert all(0.8 * LONGEST_S <= wait <= 1.2 * LONGEST_S for wait in waits[6:])
