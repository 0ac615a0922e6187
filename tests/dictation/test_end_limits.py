"""How long the end of a dictation may take on the command line."""

from __future__ import annotations

from saywrite.dictation.end_limits import NO_SERVICE_S, EndLimits


def test_without_limits_there_is_no_end() -> None:
    assert EndLimits().due(stopped_at=1.0, offline_since=1.0, waits=True) is None


def test_a_service_that_cannot_be_reached_is_given_up_after_a_minute() -> None:
    assert NO_SERVICE_S == 60
    limits = EndLimits(offline_s=NO_SERVICE_S)
    assert limits.due(None, offline_since=100.0, waits=True) == 160.0
    assert limits.due(None, offline_since=None, waits=True) is None


def test_while_somebody_speaks_nothing_is_given_up() -> None:
    assert EndLimits(offline_s=60).due(None, offline_since=100.0, waits=False) is None


def test_after_the_wish_to_stop_the_earlier_limit_holds() -> None:
    limits = EndLimits(finish_s=4.0, offline_s=2.0)
    assert limits.due(stopped_at=50.0, offline_since=10.0, waits=True) == 52.0
    assert limits.due(stopped_at=50.0, offline_since=None, waits=True) == 54.0
    assert limits.due(stopped_at=50.0, offline_since=53.0, waits=True) == 54.0
