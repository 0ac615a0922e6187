"""Numbers and times formatted for people."""

from __future__ import annotations

from datetime import datetime

import pytest

from saywrite.ui.toolkit import formatting as wording


@pytest.mark.parametrize(
    ("seconds", "display", "sentence"),
    [
        (0, "0:00", "0 s"),
        (0.42, "0:00", "0.4 s"),
        (9.96, "0:09", "10 s"),
        (31, "0:31", "31 s"),
        (59.7, "0:59", "1 min"),
        (120, "2:00", "2 min"),
        (151.4, "2:31", "2 min 31 s"),
        (3723, "1:02:03", "1 h 2 min"),
        (7200, "2:00:00", "2 h"),
    ],
)
def test_a_length_on_a_display_and_in_a_sentence(seconds: float, display: str, sentence: str) -> None:
    assert wording.clock(seconds) == display
    assert wording.length(seconds) == sentence


def test_the_running_time_keeps_its_width_in_the_first_hour() -> None:
    assert [wording.elapsed(s) for s in (0, 61, 754, 3723)] == ["00:00", "01:01", "12:34", "1:02:03"]


def test_one_is_singular_and_thousands_are_grouped() -> None:
    assert wording.count(1, "word") == "1 word"
    assert wording.count(0, "word") == "0 words"
    assert wording.count(1280, "word") == "1,280 words"


def test_a_moment_names_its_day_when_it_was_not_today() -> None:
    now = datetime(2026, 11, 22, 18, 0)
    assert wording.moment(datetime(2026, 11, 22, 10, 42), now) == "10:42"
    assert wording.moment(datetime(2026, 11, 3, 10, 42), now) == "Nov 3, 10:42"
    assert wording.moment(datetime(2025, 11, 3, 10, 42), now) == "Nov 3, 2025, 10:42"
