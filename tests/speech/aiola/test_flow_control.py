"""Flow control: bytes in flight, round-trip time, dead connections, and the rate of a replay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.aiola.delivery.flow_control import (
    BELIEVE_S,
    DEAD_AFTER_S,
    FIRST,
    LARGEST,
    MARK_EVERY,
    REPLAY,
    SMALLEST,
    SPOKEN,
    FlowControl,
    PongRecord,
    RateLimiter,
)


def flow_with_marks(*times: float) -> FlowControl:
    """Flow control with bytes and a mark at each of these times."""
    flow = FlowControl(0.0, 45.0)
    for number, at in enumerate(times, 1):
        flow.sent(MARK_EVERY)
        assert flow.wants_mark()
        flow.mark(number * 4096, at)
    return flow


def test_bytes_without_a_pong_are_in_flight() -> None:
    flow = flow_with_marks(1.0, 1.1, 1.2)
    assert (flow.in_flight, flow.room) == (3 * MARK_EVERY, FIRST - 3 * MARK_EVERY)
    assert flow.ponged(2, 1.3) == [(1, 4096), (2, 8192)], "a pong confirms all earlier marks"
    assert flow.in_flight == MARK_EVERY
    assert flow.ponged(2, 1.4) == [], "a pong counted twice"
    assert flow.ponged(99, 1.4) == []


def test_round_trip_time_is_the_best_so_far() -> None:
    flow = flow_with_marks(1.0, 1.1, 1.2)
    flow.ponged(1, 1.25)
    flow.ponged(2, 1.16)
    flow.ponged(3, 1.9)
    assert flow.rtt_s is not None
    assert abs(flow.rtt_s - 0.06) < 1e-9


def test_window_grows_on_a_fast_connection_and_shrinks_on_a_slow_one() -> None:
    flow, now = FlowControl(0.0, 45.0), 0.0
    for _ in range(40):
        flow.sent(MARK_EVERY)
        number = flow.mark(0, now)
        flow.ponged(number, now := now + 0.05)
    assert flow.window == LARGEST
    for _ in range(10):
        flow.sent(MARK_EVERY)
        number = flow.mark(0, now)
        flow.ponged(number, now := now + 2)
    assert flow.window == SMALLEST


def test_connection_is_dead_when_a_pong_is_due_and_nothing_comes() -> None:
    flow = flow_with_marks(10.0)
    assert flow.dead_at() == 10.0 + DEAD_AFTER_S
    flow.heard(11.0)
    assert flow.dead_at() == 11.0 + DEAD_AFTER_S, "a message was no sign of life"
    flow.ponged(1, 12.0)
    assert flow.dead_at() == 12.0 + 45.0, "without a pong due, the pings of the service count"


def test_other_messages_count_where_a_peer_sends_no_pongs() -> None:
    flow = flow_with_marks(10.0, 10.2)
    assert flow.heard(10.0 + BELIEVE_S / 2) == []
    assert flow.heard(10.1 + BELIEVE_S) == [(1, 4096), (2, 8192)]
    assert flow.in_flight == 0
    flow.sent(MARK_EVERY)
    flow.mark(12288, 20.0)
    assert flow.heard(20.1) == [(3, 12288)], "a message did not count as a pong"
    assert flow.dead_at() == 20.1 + 45.0


def test_peer_that_has_ponged_once_must_pong_again() -> None:
    flow = flow_with_marks(10.0, 10.2)
    flow.ponged(1, 10.3)
    assert flow.heard(30.0) == []


def test_after_a_connection_without_pongs_none_are_expected() -> None:
    record = PongRecord(answered=True)
    first = FlowControl(0.0, 45.0, record)
    first.mark(4096, 1.0)
    assert first.assume(40.0) == []
    assert first.assume_due() is None
    assert first.dead_at() == 1.0 + DEAD_AFTER_S, "the connection before it had pongs"
    second = FlowControl(10.0, 45.0, record)
    second.mark(4096, 11.0)
    assert second.dead_at() == 10.0 + 45.0
    assert second.assume(11.0 + BELIEVE_S / 2) == []
    assert second.assume_due() == 11.0 + BELIEVE_S
    assert second.assume(11.1 + BELIEVE_S) == [(1, 4096)]
    assert not second.answers_pings


def test_a_peer_without_pongs_is_assumed_to_receive_within_a_second() -> None:
    flow = FlowControl(0.0, 45.0, PongRecord())
    flow.mark(4096, 1.0)
    flow.assume(1.1 + BELIEVE_S)
    flow.sent(MARK_EVERY)
    flow.mark(8192, 10.0)
    assert flow.assume_due() == 11.0
    assert flow.assume(10.9) == []
    assert flow.assume(11.0) == [(2, 8192)]
    assert flow.in_flight == 0
    assert flow.assume_due() is None


def test_a_late_first_pong_makes_pongs_expected_again() -> None:
    record = PongRecord()
    flow = FlowControl(0.0, 45.0, record)
    flow.mark(4096, 1.0)
    flow.assume(1.1 + BELIEVE_S)
    flow.ponged(1, 5.0)
    assert flow.answers_pings
    assert record.answered
    flow.mark(8192, 6.0)
    assert flow.dead_at() == 6.0 + DEAD_AFTER_S


@given(st.lists(st.tuples(st.floats(0, 0.3), st.integers(1, 8_192)), max_size=60))
def test_rate_limiter_allows_its_rate_and_one_burst(steps: list[tuple[float, int]]) -> None:
    pace, now, passed = RateLimiter(REPLAY, 0.0), 0.0, 0
    for wait, size in steps:
        now += wait
        due = pace.due(size, now)
        if due is None:
            pace.spend(size)
            passed += size
        else:
            assert due > now
            assert pace.due(size, due + 1e-6) is None
            now = due
    assert passed <= now * REPLAY + REPLAY / 5 + 8_192


def test_rate_halves_on_request_but_not_below_speech() -> None:
    pace = RateLimiter(REPLAY, 0.0)
    for _ in range(10):
        pace.slower()
    pace.spend(REPLAY)
    due = pace.due(1, 0.0)
    assert due is not None
    assert due < REPLAY / SPOKEN
