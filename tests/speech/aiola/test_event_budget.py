"""`EventBudget`: what a service may send."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.aiola.net.command_queue import EVENTS_BURST, EVENTS_RATE, EventBudget


def test_two_megabytes_may_come_at_once_and_no_more() -> None:
    budget = EventBudget()
    assert budget.spend(2_097_152 - 64, 10.0)
    assert not budget.spend(1, 10.0)


def test_thirty_two_kilobytes_a_second_may_come_all_the_time() -> None:
    budget = EventBudget()
    assert all(budget.spend(32_768 - 64, float(second)) for second in range(3_600))


def test_tiny_messages_are_bounded_too() -> None:
    budget = EventBudget()
    assert sum(budget.spend(0, 0.0) for _ in range(100_000)) == 32_768


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 3_000_000)), max_size=50))
def test_never_more_passes_than_the_rate_and_one_burst(steps: list[tuple[float, int]]) -> None:
    budget, now, passed = EventBudget(), 0.0, 0
    for wait, size in steps:
        now += wait
        passed += size if budget.spend(size, now) else 0
    assert passed <= EVENTS_BURST + now * EVENTS_RATE
