"""`DeliveryTracker`: every word comes once and in order, or is reported as outstanding."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.speech.aiola.simulation import Boundary, Outcome, Spoken, dictate

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import CompletionState
from saywrite.speech.aiola.delivery.tracker import DeliveryTracker
from saywrite.speech.aiola.delivery.utterances import RECHECK
from saywrite.speech.engine import VoiceSettings

WORDS = [
    *("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima"),
    *("mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey"),
]


@st.composite
def speeches(
    draw: st.DrawFn, pauses: tuple[float, float] = (0.95, 3.0), coughs: bool = False, distinct: bool = False
) -> list[Spoken]:
    """Two to twelve utterances of three to six words, far enough apart that everybody cuts them alike. `distinct`: no
    word is said twice.
    """
    at, speech = 0.6, []
    for _ in range(draw(st.integers(2, 12))):
        cough = coughs and draw(st.integers(0, 4)) == 0
        words = () if cough else tuple(draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=6)))
        if distinct:
            words = tuple(f"{word}{len(speech)}{n}" for n, word in enumerate(words))
        spoken = Spoken(at, words)
        speech.append(spoken)
        at = spoken.end + draw(st.floats(*pauses))
    return speech


drops = st.lists(st.tuples(st.floats(0.5, 40), st.floats(0.05, 8)), max_size=10)
any_delays = st.lists(st.floats(0.05, 2.5), min_size=1, max_size=6)


@st.composite
def steady_delays(draw: st.DrawFn) -> list[float]:
    """Answers that take about as long as usual. (Where they vary wildly, a word may come twice; none is lost.)"""
    usual = draw(st.floats(0.05, 2.0))
    return [usual * draw(st.floats(0.85, 1.15)) for _ in range(5)]


def said(speech: list[Spoken]) -> list[str]:
    return [word for spoken in speech for word in spoken.words]


def missing(speech: list[Spoken], outcome: Outcome) -> list[str]:
    """The words said that did not come, at least as often as they were said."""
    left = said(speech)
    for word in outcome.words:
        if word in left:
            left.remove(word)
    return left


def in_order(outcome: Outcome) -> bool:
    return all(text.start < text.end for text in outcome.texts) and all(
        before.end <= after.start for before, after in pairwise(outcome.texts)
    )


def check_every_word_comes_once(speech: list[Spoken], delays: list[float]) -> None:
    outcome = dictate(speech, delays=delays)
    assert outcome.words == said(speech)
    assert outcome.verdict is CompletionState.COMPLETE
    assert outcome.confirmed == outcome.heard
    assert in_order(outcome)


SEVEN = [
    Spoken(start, tuple(f"w{start}{number}" for number in range(count)))
    for start, count in ((0.6, 3), (3.4, 3), (5.2, 3), (7.0, 3), (8.8, 5), (11.2, 6), (13.9, 6))
]


@given(speeches(distinct=True), any_delays)
@example(SEVEN, [2.0, 0.5])  # four texts went to the utterance before theirs, and the last but one seemed to have none
def test_every_word_comes_once_on_a_working_connection(speech: list[Spoken], delays: list[float]) -> None:
    check_every_word_comes_once(speech, delays)


@given(speeches(), steady_delays())
def test_sentences_that_are_said_again_come_as_often_from_a_steady_service(
    speech: list[Spoken], delays: list[float]
) -> None:
    """Where the delays differ, nothing tells a late text from the repetition of an earlier one."""
    check_every_word_comes_once(speech, delays)


@given(speeches(), drops, steady_delays(), st.sampled_from([1.0, 4.0, 10.0, 50.0]))
def test_every_word_comes_once_over_any_number_of_losses(
    speech: list[Spoken], drops: list[tuple[float, float]], delays: list[float], speed: float
) -> None:
    outcome = dictate(speech, drops=drops, delays=delays, speed=max(speed, 1.5))
    assert outcome.words == said(speech)
    assert outcome.verdict is CompletionState.COMPLETE
    assert in_order(outcome)


@given(speeches(), drops, steady_delays(), st.floats(0.1, 6.0))
def test_connection_that_dies_unnoticed_loses_no_word(
    speech: list[Spoken], drops: list[tuple[float, float]], delays: list[float], dead_s: float
) -> None:
    outcome = dictate(speech, drops=drops, delays=delays, dead_s=dead_s)
    assert not missing(speech, outcome)
    assert outcome.verdict is CompletionState.COMPLETE


@given(speeches(), drops, any_delays)
def test_no_word_is_lost_with_uneven_answers(
    speech: list[Spoken], drops: list[tuple[float, float]], delays: list[float]
) -> None:
    assert not missing(speech, dictate(speech, drops=drops, delays=delays))


SPEAKS_ON = [
    Spoken(start, tuple(f"alpha{number}{word}" for word in range(count)))
    for number, (start, count) in enumerate([(0.6, 0), (2.0, 3), (5.05, 5), (9.2, 6), (11.9, 0), (13.3, 3)])
]


@given(speeches(coughs=True, distinct=True))
@example(SPEAKS_ON)  # the texts of the repeated sound had come, and one of what was said since was still to come
def test_utterance_without_an_answer_is_dropped(speech: list[Spoken]) -> None:
    outcome = dictate(speech)
    assert outcome.words == said(speech)
    assert in_order(outcome)
    if said(speech) and speech[-1].end < RECHECK / SAMPLE_RATE - 1:
        assert outcome.verdict is CompletionState.COMPLETE


@given(speeches(coughs=True, distinct=True), drops)
def test_cough_loses_no_word_on_any_connection(speech: list[Spoken], drops: list[tuple[float, float]]) -> None:
    assert not missing(speech, dictate(speech, drops=drops))


@given(speeches(pauses=(0.52, 1.2), distinct=True), drops, st.floats(0.0, 0.3))
def test_finer_segments_of_the_service_lose_no_word(
    speech: list[Spoken], drops: list[tuple[float, float]], late_s: float
) -> None:
    outcome = dictate(speech, drops=drops, detector_late_s=late_s)
    assert not missing(speech, outcome)


@given(speeches(pauses=(0.2, 1.2), distinct=True), drops)
def test_coarser_segments_of_the_service_lose_no_word(speech: list[Spoken], drops: list[tuple[float, float]]) -> None:
    outcome = dictate(speech, drops=drops, detector_late_s=0.0, detector_merges_s=0.15)
    assert not missing(speech, outcome)


@given(speeches(), st.integers(0, 3))
def test_silent_service_leaves_the_rest_outstanding(speech: list[Spoken], mute_from: int) -> None:
    """What is not confirmed holds every word that did not come."""
    outcome = dictate(speech, mute=range(mute_from, 50), drops=[(5.0, 0.1), (9.0, 0.1), (13.0, 0.1)])
    came = outcome.words
    assert came == said(speech)[: len(came)]
    first_missing = next(
        (start for spoken in speech for start, _end, _word in spoken.said()[: None if spoken.words else 0]), 0.0
    )
    left = said(speech)[len(came) :]
    if left:
        assert outcome.verdict is CompletionState.INCOMPLETE
        count, first_missing = 0, 0.0
        for spoken in speech:
            for start, _end, _word in spoken.said():
                if count == len(came):
                    first_missing = start
                count += 1
        assert outcome.confirmed <= first_missing * SAMPLE_RATE


def test_cough_at_the_end_is_sent_once_more_and_then_dropped() -> None:
    speech = [Spoken(0.6, ("alpha", "bravo", "charlie")), Spoken(4.0, ())]
    outcome = dictate(speech)
    assert outcome.words == ["alpha", "bravo", "charlie"]
    assert outcome.verdict is CompletionState.COMPLETE
    assert outcome.reconnects == 1


def test_dictation_ends_as_soon_as_the_service_has_answered() -> None:
    speech = [Spoken(0.6, ("alpha", "bravo", "charlie"))]
    outcome = dictate(speech, tail_s=0.0)
    assert outcome.words == ["alpha", "bravo", "charlie"]
    assert outcome.finished_after_s < 0.3 + 0.1


@pytest.mark.parametrize("spoken", [True, False])
def test_silence_is_confirmed_after_the_service_had_time_to_answer(spoken: bool) -> None:
    session = DeliveryTracker(VoiceSettings())
    session.connected(0.0)
    second = SAMPLE_RATE
    boundaries = [Boundary(True, 2 * second)] if spoken else []
    session.listen(10 * second, 9 * second, boundaries)
    session.received(10 * second, 1.0)
    session.review(1.1)
    assert session.confirmed <= 2 * second
    session.review(20.0)
    assert session.confirmed <= 2 * second, "without a sign of life, time alone says nothing"
    session.received(10 * second, 20.0)
    session.review(20.0)
    if spoken:
        assert session.confirmed < 2 * second
    else:
        assert session.confirmed > 8 * second


def test_transcript_of_a_lost_connection_is_ignored() -> None:
    session = DeliveryTracker(VoiceSettings())
    session.connected(0.0)
    session.lost()
    session.transcript("alpha", 1.0)
    assert session.take_placed() == []


def test_text_of_words_that_our_detector_missed_begins_before_the_voice_that_it_found() -> None:
    """Else the program sends the same words again when it was killed and goes on behind the pause."""
    session = DeliveryTracker(VoiceSettings())
    session.connected(0.0)
    second = SAMPLE_RATE
    session.listen(3 * second, 2 * second, [Boundary(True, round(1.6 * second))])
    session.received(3 * second, 3.0)
    session.transcript("delta whiskey papa", 3.0)
    (placed,) = session.take_placed()
    assert placed.end - placed.start > 0.8 * second
    assert placed.start < 1.6 * second
