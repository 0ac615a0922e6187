"""Times of an X server on our clock."""

import pytest

from saywrite.desktop.insertion.x11.connection import X11Connection


@pytest.mark.parametrize("late_s", [0.0, 0.0004, 0.0009, 0.3, 9.9])
def test_two_events_of_one_millisecond_have_one_time_whenever_they_are_looked_at(late_s: float) -> None:
    at = 5_000_000_000  # ms: behind the 32 bits of the server's clock
    assert X11Connection.monotonic(at & 0xFFFF_FFFF, at / 1000 + late_s) == at / 1000


def test_the_time_of_another_computers_clock_is_about_now() -> None:
    assert X11Connection.monotonic(1_000, 5_000.0) == 5_000.0
