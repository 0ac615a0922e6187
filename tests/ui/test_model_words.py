"""Texts about models: sizes, progress, states, remaining time; differences of two texts. Pure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.closed_folder import closed
from window_fakes import NAMES, model

from saywrite.foundation.events import EngineState, ModelFailed, ModelState
from saywrite.text.keyword_sets.word_differences import compare
from saywrite.ui.main_window.engine_indicator import model_indication
from saywrite.ui.models import messages as model_words
from saywrite.ui.models.download_rate import DownloadRate
from saywrite.ui.models.source_field import source_problem
from saywrite.ui.models.state import KnownModel


@pytest.mark.parametrize(
    ("left_s", "words"),
    [
        (None, ""),
        (0.0, "5 s left"),
        (16.2, "20 s left"),
        (55.0, "55 s left"),
        (55.1, "1 min left"),
        (150.0, "3 min left"),
        (3_541.0, "1 h left"),
        (4_200.0, "1 h 10 min left"),
    ],
)
def test_the_time_left_is_rounded_up(left_s: float | None, words: str) -> None:
    assert model_words.time_left(left_s) == words


def test_progress_of_a_download_is_one_line() -> None:
    assert model_words.progress(62_000_000, 145_217_532, 16.0) == "62 of 145 MB · 20 s left"
    assert model_words.progress(62_000_000, 145_217_532, None) == "62 of 145 MB"


def test_the_facts_of_a_model_name_sizes_memory_and_license() -> None:
    assert model_words.describe_sizes(model()) == "145 MB to download · 75 MB on disk · 300 MB of memory · MIT license"
    assert model_words.languages(("en", "de", "it"), NAMES.__getitem__) == "English, German and Italian"


@given(st.integers(0, 10**13), st.integers(1, 10**13))
def test_hundred_percent_only_when_complete(done: int, total: int) -> None:
    shown = model_words.percent(done, total)
    assert 0 <= shown <= 100
    assert (shown == 100) == (done >= total)


# The time a download will take


def test_the_rate_is_that_of_the_last_fifteen_seconds() -> None:
    rate = DownloadRate()
    for second in range(61):
        rate.observe(second * 1_000_000 if second <= 40 else 40_000_000 + (second - 40) * 4_000_000, float(second))
    assert rate.seconds_left(200_000_000) == pytest.approx(20.0)  # 80 MB to go at 4 MB a second


def test_no_estimate_in_the_first_second_or_without_data() -> None:
    rate = DownloadRate()
    assert rate.seconds_left(100) is None
    rate.observe(10, 0.0)
    rate.observe(20, 0.9)
    assert rate.seconds_left(100) is None
    stalled = DownloadRate()
    stalled.observe(10, 0.0)
    stalled.observe(10, 30.0)
    assert stalled.seconds_left(100) is None


def test_restarted_download_is_measured_again() -> None:
    rate = DownloadRate()
    rate.observe(0, 0.0)
    rate.observe(90, 10.0)
    rate.observe(5, 11.0)
    assert rate.seconds_left(100) is None


@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(0.001, 60)), max_size=40), st.integers(0, 10**9))
def test_the_time_left_is_never_negative(steps: list[tuple[int, float]], total: int) -> None:
    rate, now = DownloadRate(), 0.0
    for done, pause in steps:
        now += pause
        rate.observe(done, now)
        left = rate.seconds_left(total)
        assert left is None or left >= 0


# The indicator


@pytest.mark.parametrize(
    ("state", "recording", "word", "mark"),
    [
        (ModelState.DOWNLOADING, False, "downloading 43 %", EngineState.LOADING),
        (ModelState.DOWNLOADING, True, "recording, text follows", EngineState.LOADING),
        (ModelState.CONVERTING, False, "preparing…", EngineState.LOADING),
        (ModelState.PAUSED, False, "paused at 43 %", EngineState.UNLOADED),
        (ModelState.ABSENT, False, "no model yet", EngineState.UNLOADED),
        (ModelState.ABSENT, True, "recording, text follows", EngineState.LOADING),
        (ModelState.DAMAGED, False, "model damaged", EngineState.UNAVAILABLE),
    ],
)
def test_indicator_shows_the_state_of_the_model(
    state: ModelState, recording: bool, word: str, mark: EngineState
) -> None:
    known = KnownModel(model(state=state), done=43, total=100)
    words = model_indication(known, recording=recording)
    assert (words.word, words.state) == (word, mark)


def test_indicator_shows_why_there_is_no_model() -> None:
    failure = ModelFailed("whisper-base", "There is no network.", "Connect this computer.")
    words = model_indication(KnownModel(model(state=ModelState.PAUSED), failure=failure), recording=False)
    assert (words.word, words.state) == ("no model", EngineState.UNAVAILABLE)
    assert words.reason == "Whisper base: There is no network. Connect this computer."


def test_screen_reader_is_not_given_every_percent() -> None:
    spoken = {
        model_indication(KnownModel(model(state=ModelState.DOWNLOADING), done=done, total=100), recording=False).spoken
        for done in range(100)
    }
    assert spoken == {"downloading"}


# Where models come from


@pytest.mark.parametrize(
    "text", ["", "https://models.example.com", "https://models.example.com:8443/whisper", "http://127.0.0.1:8000/x"]
)
def test_valid_address_is_accepted(text: str) -> None:
    assert source_problem(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "http://models.example.com",
        "ftp://models.example.com",
        "https://",
        "https://[",
        "models",
        "/no/such/folder",
        "~no-such-user/x",
    ],
)
def test_invalid_source_is_refused_with_a_remedy(text: str) -> None:
    assert re.search(r"Write|Choose", source_problem(text))


def test_a_folder_that_may_not_be_entered_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with closed(tmp_path):
        assert "Choose" in source_problem(str(tmp_path / "models"))
    assert "Choose" in source_problem(str(tmp_path / ("m" * 300)))


def test_folder_is_accepted(tmp_path: object) -> None:
    assert source_problem(str(tmp_path)) == ""


# Differences


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[start:end] for start, end in spans]


def test_the_words_that_differ_are_found_on_both_sides() -> None:
    now, tried = "Please ask Ines wether it is ready", "Please ask Ines whether it is ready today"
    found = compare(now, tried)
    assert marked(now, found.now) == ["wether"]
    assert marked(tried, found.tried) == ["whether", "today"]
    assert (found.words, found.total) == (2, 8)


def test_chinese_and_japanese_are_compared_by_characters() -> None:
    now, tried = "今天天气很好。", "今天天氣很好。"
    found = compare(now, tried)
    assert marked(now, found.now) == ["气"]
    assert marked(tried, found.tried) == ["氣"]
    assert found.words == 1


texts = st.text(alphabet="ab ，好は\n", max_size=60)


@given(texts, texts)
def test_outside_of_the_marks_both_texts_have_the_same_words(now: str, tried: str) -> None:
    found = compare(now, tried)
    rest = []
    for text, spans in ((now, found.now), (tried, found.tried)):
        for start, end in reversed(spans):
            text = f"{text[:start]} {text[end:]}"
        rest.append("".join(text.split()))
    assert rest[0] == rest[1]
    assert found.words <= found.total
    assert (found.words == 0) == (not found.now and not found.tried)


def test_the_same_text_has_no_differences() -> None:
    found = compare("Speak, and it is written.", "Speak, and it is written.")
    assert (found.now, found.tried, found.words) == ((), (), 0)
