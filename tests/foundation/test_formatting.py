"""Numbers and times formatted for people."""

from __future__ import annotations

from datetime import datetime

import pytest

from saywrite.foundation import formatting as wording
from saywrite.foundation.events import Gap


@pytest.mark.parametrize(
    ("seconds", "display", "sentence"),
    [
        (0, "0:00", "0 s"),
        (0.42, "0:00", "0.4 s"),
        (9.96, "0:09", "10 s"),
        (7.9, "0:07", "7.9 s"),
        (31, "0:31", "31 s"),
        (59, "0:59", "59 s"),
        (59.7, "0:59", "1 min"),
        (120, "2:00", "2 min"),
        (151.4, "2:31", "2 min 31 s"),
        (750, "12:30", "12 min 30 s"),
        (3723, "1:02:03", "1 h 2 min"),
        (7200, "2:00:00", "2 h"),
    ],
)
def test_a_length_on_a_display_and_in_a_sentence(seconds: float, display: str, sentence: str) -> None:
    assert wording.clock(seconds) == display
    assert wording.length(seconds) == sentence


def test_the_running_time_keeps_its_width_in_the_first_hour() -> None:
    assert [wording.elapsed(s) for s in (0, 61, 754, 3723)] == ["00:00", "01:01", "12:34", "1:02:03"]


def test_a_gap_names_its_length_and_its_cause_where_one_is_known() -> None:
    assert wording.missing(Gap("d", 0, 12_800, "the microphone was unplugged")) == (
        "0.8 s of sound missing: the microphone was unplugged"
    )
    assert wording.missing(Gap("d", 0, 12_800, "")) == "0.8 s of sound missing"


def test_a_moment_names_its_day_when_it_was_not_today() -> None:
    now = datetime(2026, 11, 22, 18, 0)
    assert wording.moment(datetime(2026, 11, 22, 10, 42), now) == "10:42"
    assert wording.moment(datetime(2026, 11, 3, 10, 42), now) == "Nov 3, 10:42"
    assert wording.moment(datetime(2025, 11, 3, 10, 42), now) == "Nov 3, 2025, 10:42"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 kB"),
        (900, "0.9 kB"),
        (2_309, "2.3 kB"),
        (75_104_236, "75 MB"),
        (145_217_532, "145 MB"),
        (1_000_000, "1 MB"),
        (9_960_000, "10 MB"),
        (12_340_000, "12 MB"),
        (999_499_999, "999 MB"),
        (999_600_000, "1 GB"),
        (999_600, "1 MB"),
        (1_617_884_929, "1.6 GB"),
        (2_000_000_000, "2 GB"),
    ],
)
def test_sizes_are_decimal_and_short(number: int, words: str) -> None:
    assert wording.size(number) == words


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (62_000_000, 145_217_532, "62 of 145 MB"),
        (0, 145_217_532, "0 of 145 MB"),
        (980_000_000, 1_617_884_929, "980 MB of 1.6 GB"),
        (1_100_000_000, 1_617_884_929, "1.1 of 1.6 GB"),
        (62_000_000, 0, "62 MB"),
    ],
)
def test_progress_names_the_unit_once_where_it_is_the_same(done: int, total: int, words: str) -> None:
    assert wording.amount(done, total) == words


def test_sizes_to_compare_have_one_unit() -> None:
    assert wording.megabytes(1_617_884_929) == "1,618 MB"
    assert wording.megabytes(900) == "0 MB"


def test_long_clock_always_has_hours() -> None:
    assert [wording.long_clock(value) for value in (0, 59.6, 151, 3723)] == ["0:00:00", "0:01:00", "0:02:31", "1:02:03"]
