"""`DeliveryTracker` with local words: whatever the service does, no word is lost silently, none comes twice."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech.aiola.word_simulation import (
    WORDS,
    Along,
    Habits,
    Result,
    SimulatedDictation,
    SpokenWord,
    dictate,
    samples,
    sentences,
    sentences_of,
    speak,
)

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import CompletionState
from saywrite.speech.aiola.delivery.timings import LatencyEstimator
from saywrite.speech.aiola.delivery.tracker import DeliveryTracker
from saywrite.speech.aiola.delivery.words.local_speech import LocalSpeech
from saywrite.speech.engine import LocalWord, LocalWords, VoiceSettings

EXAMPLES = 40


@st.composite
def speeches(draw: st.DrawFn, *, coughs: bool = True, distinct: bool = True) -> tuple[SpokenWord, ...]:
    """Two to seven sentences with pauses from a breath to seconds. `distinct`: no word is said twice."""
    parts: list[str | float] = []
    ahead = list(WORDS)
    for _ in range(draw(st.integers(2, 7))):
        if coughs and draw(st.integers(0, 4)) == 0:
            parts += ["*", draw(st.floats(0.7, 2.0))]
        count = draw(st.integers(2, 7))
        if distinct:
            said, ahead = ahead[:count], ahead[count:]
        else:
            said = draw(st.lists(st.sampled_from(["no", "yes", "stop"]), min_size=count, max_size=count))
        parts += [" ".join(said), draw(st.floats(0.3, 2.5))]
    return speak(*parts[:-1])


lags = st.floats(0.3, 2.9)

FOREIGN = (
    "lorem",
    "ipsum",
    "dolor",
    "amet",
    "elit",
    "magna",
    "aliqua",
    "veniam",
    "nostrud",
    "ullamco",
    "fugiat",
    "culpa",
)
"""Words that nobody says here: the local recognizer hears them where it is wrong."""


@st.composite
def wrong_hearings(
    draw: st.DrawFn, speech: tuple[SpokenWord, ...], rate: tuple[float, float] = (0.1, 0.4), *, misses: bool = True
) -> Along:
    """A local recognizer that hears a share of the words wrong.

    `misses`: and whole sentences not at all. Otherwise each sentence has words that it hears right: a sentence that it
    hears wrong as a whole may be that of any text.
    """
    share = round(100 * draw(st.floats(*rate)))
    said = [word for word in speech if word.text]
    wording = dict[str, str]()
    most = round(len(said) * rate[1])
    clear = set[str]() if misses else {word.text for sentence in sentences_of(said) for word in sentence[::2]}
    for word in said:
        if len(wording) < most and word.text not in clear and draw(st.integers(0, 99)) < share:
            other = draw(st.sampled_from([*FOREIGN, "", word.text[:-1] + "x", f"um {word.text}"]))
            wording[word.text] = other
    if misses:
        for sentence in sentences_of(said):
            if draw(st.integers(0, 5)) == 0:
                wording |= {word.text: "" for word in sentence}
    imagined = []
    for before, after in pairwise(speech):
        if after.start - before.end > 0.9 and draw(st.integers(0, 4)) == 0:
            imagined.append(SpokenWord(draw(st.sampled_from(FOREIGN)), before.end + 0.3, before.end + 0.6))
    return Along(draw(lags), wording, tuple(imagined))


USUAL_S = (0.3, 0.5, 1.0, 1.6)
ANY_S = (*USUAL_S, 2.5, 6.0, 10.0)


def delays(*choices: float) -> st.SearchStrategy[tuple[float, ...]]:
    return st.lists(st.sampled_from(choices), min_size=1, max_size=4).map(tuple)


habits = st.builds(
    Habits,
    silence_s=st.sampled_from([0.2, 0.35, 0.5, 0.8, 1.2]),
    longest_s=st.sampled_from([2.0, 30.0]),
    delays=delays(*ANY_S),
    merges=st.integers(1, 5),
    splits=st.booleans(),
    blank=st.booleans(),
    in_order=st.booleans(),
)
usual_habits = st.builds(replace, habits, delays=delays(*USUAL_S))
regular_habits = st.builds(Habits, delays=delays(0.3, 0.9), blank=st.booleans())
"""A service that answers each segment at silence, and soon.

A segment in which this computer heard no word is waited for as long as the service usually takes: nothing but its
answer shows that it was speech.
"""
losses = st.lists(st.tuples(st.floats(0.5, 25), st.floats(0.05, 3)), max_size=4).map(tuple)


def in_transcript(result: Result) -> list[str]:
    """The words as the transcript has them: sorted by the starts of their texts."""
    return [word for text in sorted(result.texts, key=lambda each: each.start) for word in text.text.split()]


def check(result: Result) -> None:
    assert result.lost_silently == 0, result
    assert result.twice == 0, result
    assert all(text.start < text.end for text in result.texts)


@settings(max_examples=EXAMPLES)
@given(speeches(), usual_habits, lags)
def test_whatever_the_service_does_all_words_come_once_and_at_their_place(
    speech: tuple[SpokenWord, ...], habits: Habits, lag_s: float
) -> None:
    result = dictate(speech, habits, Along(lag_s))
    check(result)
    assert not result.missing
    assert result.verdict is CompletionState.COMPLETE
    assert result.late_s <= 1
    assert result.worst_place_s <= 0.5


@settings(max_examples=EXAMPLES)
@given(speeches(distinct=False), usual_habits.map(lambda each: replace(each, in_order=True)), lags)
def test_words_that_are_said_again_come_as_often_where_the_service_keeps_their_order(
    speech: tuple[SpokenWord, ...], habits: Habits, lag_s: float
) -> None:
    result = dictate(speech, habits, Along(lag_s))
    check(result)
    assert not result.missing or result.verdict is CompletionState.INCOMPLETE


@settings(max_examples=EXAMPLES)
@given(speeches(), habits, lags, losses)
def test_lost_connections_lose_and_repeat_no_word(
    speech: tuple[SpokenWord, ...], habits: Habits, lag_s: float, drops: tuple[tuple[float, float], ...]
) -> None:
    result = dictate(speech, habits, Along(lag_s), drops)
    check(result)


@settings(max_examples=EXAMPLES)
@given(speeches(), habits, lags, st.frozensets(st.sampled_from(WORDS[:25]), max_size=4), st.booleans(), st.booleans())
def test_answers_that_do_not_come_are_asked_for_and_else_stay_outstanding(
    speech: tuple[SpokenWord, ...],
    habits: Habits,
    lag_s: float,
    dropped: frozenset[str],
    always: bool,
    take_local: bool,
) -> None:
    habits = Habits(habits.silence_s, delays=habits.delays[:1], drops=dropped, drops_always=always)
    result = dictate(speech, habits, Along(lag_s), take_local=take_local)
    check(result)


@settings(max_examples=EXAMPLES)
@given(speeches(), habits, lags, st.data())
def test_local_words_may_differ_in_wording(
    speech: tuple[SpokenWord, ...], habits: Habits, lag_s: float, data: st.DataObject
) -> None:
    said = [word for word in speech if word.text]
    wording = dict[str, str]()
    for at in data.draw(st.sets(st.integers(0, len(said) - 1), max_size=len(said) // 6)):
        word = said[at].text
        # Only the service can tell that a sentence was speech in which this computer heard nothing at all.
        sentence = next(each for each in sentences_of(said) if said[at] in each)
        may_miss = any(each is not said[at] and wording.get(each.text) != "" for each in sentence)
        other = ["something", word[:-1] + "x", "um " + word, *([""] if may_miss else [])]
        wording[word] = data.draw(st.sampled_from(other))
    result = dictate(speech, habits, Along(lag_s, wording))
    check(result)


@settings(max_examples=EXAMPLES)
@given(speeches(), regular_habits, losses, st.data())
def test_local_words_that_disagree_repeat_and_lose_no_word(
    speech: tuple[SpokenWord, ...], habits: Habits, drops: tuple[tuple[float, float], ...], data: st.DataObject
) -> None:
    check(dictate(speech, habits, data.draw(wrong_hearings(speech)), drops))


@settings(max_examples=EXAMPLES)
@given(speeches(), regular_habits, losses, st.data())
def test_local_words_that_have_nothing_in_common_with_the_texts_repeat_and_lose_no_word(
    speech: tuple[SpokenWord, ...], habits: Habits, drops: tuple[tuple[float, float], ...], data: st.DataObject
) -> None:
    check(dictate(speech, habits, data.draw(wrong_hearings(speech, (0.9, 1.0))), drops))


@settings(max_examples=EXAMPLES)
@given(speeches(), usual_habits, st.frozensets(st.sampled_from(WORDS[:25]), max_size=4), st.booleans(), st.data())
def test_answers_that_do_not_come_are_not_hidden_by_wrong_local_words(
    speech: tuple[SpokenWord, ...], habits: Habits, dropped: frozenset[str], always: bool, data: st.DataObject
) -> None:
    habits = Habits(habits.silence_s, delays=habits.delays[:1], drops=dropped, drops_always=always)
    check(dictate(speech, habits, data.draw(wrong_hearings(speech, misses=False))))


@settings(max_examples=EXAMPLES)
@given(speeches(), regular_habits, st.floats(3.0, 14.0), losses)
def test_a_local_recognizer_that_lags_repeats_and_loses_no_word(
    speech: tuple[SpokenWord, ...], habits: Habits, lag_s: float, drops: tuple[tuple[float, float], ...]
) -> None:
    check(dictate(speech, habits, Along(lag_s), drops))


@settings(max_examples=EXAMPLES)
@given(speeches(), regular_habits, st.floats(14.0, 40.0), losses)
def test_a_local_recognizer_whose_words_come_too_late_loses_no_word(
    speech: tuple[SpokenWord, ...], habits: Habits, lag_s: float, drops: tuple[tuple[float, float], ...]
) -> None:
    assert dictate(speech, habits, Along(lag_s), drops).lost_silently == 0


@settings(max_examples=3 * EXAMPLES)
@given(speeches(), habits, st.floats(2.0, 6.0), st.integers(2, 5))
def test_texts_of_several_segments_come_once_while_the_local_words_lag(
    speech: tuple[SpokenWord, ...], habits: Habits, lag_s: float, merges: int
) -> None:
    check(dictate(speech, replace(habits, merges=merges, splits=False, blank=False), Along(lag_s)))


def test_text_that_is_shown_before_its_last_local_word_begins_where_the_known_words_agree() -> None:
    """It was placed behind its first word, which was asked for again, and came twice."""
    speech = speak(
        *("*", 1.0, "river stone", 0.5, "*", 0.75, "window garden paper yellow market doctor engine", 0.703),
        *("summer bottle", 1.0, "*", 0.703, "pencil thunder island carpet", 1.0, "*", 1.0, "hammer velvet"),
    )
    result = dictate(speech, Habits(0.2, longest_s=2.0, merges=2), Along(2.5))
    check(result)
    assert result.connections == 1


THREE = speak(
    *("river stone window garden paper", 0.83, "yellow market doctor engine summer bottle", 2.2),
    "pencil thunder island carpet hammer velvet circus",
)


@pytest.mark.parametrize("delay_s", [0.3, 1.0, 1.5, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("along", [Along(0.5), Along(6.0)], ids=["words", "late words"])
def test_finer_texts_are_placed_within_half_a_second(along: Along, delay_s: float) -> None:
    """The place of a text was a second off where its words were not known yet."""
    result = dictate(sentences(4, 0.4), Habits(0.25, delays=(delay_s,)), along)
    assert result.worst_place_s <= 0.51


@given(
    st.integers(2, 5),
    st.sampled_from([0.3, 0.35, 0.4, 0.45]),
    st.integers(4, 6),
    st.floats(0.3, 10.0).map(lambda s: round(s, 1)),
)
def test_finer_cuts_lose_nothing_without_local_words_however_late_the_answers(
    count: int, pause: float, length: int, delay: float
) -> None:
    result = dictate(sentences(count, pause, length), Habits(0.25, delays=(delay,)))
    assert (result.lost_silently, result.twice) == (0, 0)


@settings(max_examples=3 * EXAMPLES)
@given(
    speeches(),
    st.sampled_from(
        [
            Habits(longest_s=2.0),
            Habits(splits=True),
            Habits(delays=(1.6, 0.3), in_order=False),
        ]
    ),
)
def test_no_dictation_is_complete_before_its_last_text_without_local_words(
    speech: tuple[SpokenWord, ...], habits: Habits
) -> None:
    """Each utterance had a text, and the last words were still to come, or an early text doubled a sentence."""
    result = dictate(speech, habits)
    assert result.twice == 0
    assert not (result.verdict is CompletionState.COMPLETE and result.missing), result


@pytest.mark.parametrize(
    ("speech", "habits"),
    [
        (speak("river stone", 1.98, "window garden paper yellow market doctor engine"), Habits(longest_s=2.0)),
        (speak("*", 0.81, "river stone window", 1.92, "garden paper yellow market"), Habits(splits=True)),
        (speak("river stone window garden"), Habits(splits=True)),
    ],
)
def test_words_behind_a_text_that_came_early_or_in_parts_are_waited_for(
    speech: tuple[SpokenWord, ...], habits: Habits
) -> None:
    result = dictate(speech, habits)
    assert result.verdict is CompletionState.COMPLETE
    assert not result.missing


OWED = (
    pytest.param(
        speak("*", 0.8, "river stone", 1.2, "window garden paper yellow market doctor")
        + speak("engine summer bottle pencil", 1.9, "thunder island carpet hammer velvet circus", start=8.4),
        Habits(delays=(0.6, 7.0)),
        id="one answer is quick, and one late",
    ),
    pytest.param(
        speak("*", 1.2, "river stone window", 1.2, "garden paper yellow market doctor", 1.9)
        + speak("engine summer bottle pencil", 1.9, "thunder island carpet", 0.6, "hammer velvet circus", start=8.3),
        Habits(delays=(2.2, 6.5)),
        id="one answer is slow, and one late",
    ),
    pytest.param(
        speak("river stone window garden paper", 1.7, "yellow market doctor engine summer bottle")
        + speak("thunder island carpet", 1.6, "hammer velvet circus orange planet ribbon", start=8.2),
        Habits(delays=(0.6, 0.4, 0.8), drops=frozenset({"yellow"}), drops_always=True),
        id="a sentence that is never answered",
    ),
)


@pytest.mark.parametrize(("speech", "habits"), OWED)
def test_no_dictation_is_complete_while_a_text_is_owed_for_sound_behind_the_repeated_one(
    speech: tuple[SpokenWord, ...], habits: Habits
) -> None:
    """A text that came after the patience was taken for that of the next utterance, and so was each one since.

    Only the utterances that had been there when the service was asked again were counted.
    """
    result = dictate(speech, habits)
    assert result.twice == 0
    assert not (result.verdict is CompletionState.COMPLETE and result.missing), result


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("length", [1, 4, 9])
def test_a_service_with_one_text_for_each_utterance_is_not_waited_for(count: int, length: int) -> None:
    result = dictate(sentences(count, length=length), Habits())
    assert result.verdict is CompletionState.COMPLETE
    assert result.late_s == 0


@pytest.mark.parametrize("delay_s", [2.5, 3.5, 5.0, 6.0, 8.0])
def test_a_slow_service_is_not_asked_again_while_its_answers_are_under_way(delay_s: float) -> None:
    latency = LatencyEstimator()
    for _ in range(3):
        result = dictate(sentences(8), Habits(delays=(delay_s,)), latency=latency)
        assert result.connections == 1
        assert result.verdict is CompletionState.COMPLETE
        assert not result.missing


@pytest.mark.parametrize("delay_s", [7.5, 9.0, 11.0])
def test_a_slow_service_is_waited_for_after_a_dictation_that_it_did_not_answer(delay_s: float) -> None:
    latency = LatencyEstimator()
    first, second, third = (dictate(sentences(1), Habits(delays=(delay_s,)), latency=latency) for _ in range(3))
    assert first.verdict is CompletionState.INCOMPLETE
    for result in (second, third):
        assert result.verdict is CompletionState.COMPLETE
        assert not result.missing
        assert result.late_s == 0


def test_a_service_that_never_answers_is_waited_for_twelve_seconds_at_most() -> None:
    latency = LatencyEstimator()
    ends = [dictate(sentences(1), Habits(delays=(99.0,)), latency=latency).ended_after_s for _ in range(3)]
    assert ends[0] < 7.1
    assert max(ends) < 13.1


def test_texts_that_come_again_in_another_order_come_once() -> None:
    speech = speak("river stone window garden", 0.53, "paper yellow market doctor engine", 1.35, "summer bottle")
    result = dictate(speech, Habits(delays=(1.6, 0.3), in_order=False), drops=((6.4, 0.3),))
    assert result.twice == 0
    assert not result.missing


@pytest.mark.parametrize("lag_s", [6.5, 8.2, 9.5, 13.5])
@pytest.mark.parametrize("lost_at_s", [3.8, 4.4, 5.6, 6.2, 7.0, 9.0])
@pytest.mark.parametrize("lost_for_s", [0.3, 1.4])
def test_a_text_that_waits_for_late_local_words_when_its_connection_is_lost_comes_once(
    lag_s: float, lost_at_s: float, lost_for_s: float
) -> None:
    result = dictate(THREE, Habits(delays=(0.9,)), Along(lag_s), ((lost_at_s, lost_for_s),))
    check(result)
    assert not result.missing


@pytest.mark.parametrize(("lag_s", "lost_for_s"), [(8.8, 2.4), (9.0, 2.6), (9.4, 2.4), (10.0, 2.6)])
def test_a_slow_text_that_comes_while_the_local_words_lag_is_placed_on_those_that_are_known(
    lag_s: float, lost_for_s: float
) -> None:
    speech = speak(
        *("river stone", 1.52, "window garden paper yellow market doctor engine", 0.71, "summer bottle pencil thunder"),
        *(1.26, "island carpet hammer velvet circus orange planet", 0.79, "ribbon sailor tunnel walnut", 1.87),
        "basket candle dragon",
    )
    drops = ((3.93, 0.3), (8.5, lost_for_s), (9.0, 0.9))
    check(dictate(speech, Habits(delays=(4.0,), blank=True), Along(lag_s), drops))


@pytest.mark.parametrize("delay_s", [4.0, 5.0])
@pytest.mark.parametrize("lag_s", [8.5, 9.5, 11.0])
@pytest.mark.parametrize(("pause_s", "silence_s"), [(0.4, 0.25), (0.9, 0.5)])
def test_slow_texts_keep_their_order_while_the_local_words_lag(
    delay_s: float, lag_s: float, pause_s: float, silence_s: float
) -> None:
    speech = sentences(5, pause_s)
    result = dictate(speech, Habits(silence_s, delays=(delay_s,)), Along(lag_s))
    check(result)
    assert in_transcript(result) == [word.text for word in speech]


@pytest.mark.parametrize("delay_s", [0.9, 1.5])
@pytest.mark.parametrize("lag_s", [5.0, 6.8, 8.0])
@pytest.mark.parametrize("lost_at_s", [7.3, 7.6])
@pytest.mark.parametrize("lost_for_s", [0.3, 1.0, 2.1])
def test_the_rest_of_an_utterance_is_not_lost_with_a_connection_while_the_local_words_lag(
    delay_s: float, lag_s: float, lost_at_s: float, lost_for_s: float
) -> None:
    """The texts of its first parts are no reason to leave the rest out of what is sent again."""
    speech = sentences(3, pause=0.45, length=6)
    check(dictate(speech, Habits(0.25, delays=(delay_s,)), Along(lag_s), ((lost_at_s, lost_for_s),)))


def test_a_text_does_not_take_the_place_of_a_cough_before_a_text_that_is_shown() -> None:
    speech = speak(
        *("*", 1.5, "river stone window garden paper", 1.5, "*", 1.0, "yellow market doctor engine", 1.9),
        *("summer bottle pencil thunder island carpet hammer", 2.1, "velvet circus"),
    )
    result = dictate(speech, Habits(delays=(0.3,)), Along(10.0))
    assert in_transcript(result) == [word.text for word in speech if word.text]


def test_texts_that_waited_for_late_local_words_are_shown_before_the_next_one() -> None:
    speech = speak(
        *("river stone", 0.87, "window garden paper yellow market", 1.19, "doctor engine summer bottle pencil", 1.09),
        *("thunder island carpet hammer velvet circus", 0.6, "orange planet"),
    )
    result = dictate(speech, Habits(delays=(0.9,)), Along(8.4))
    assert result.words == [word.text for word in speech]


@pytest.mark.parametrize("lag_s", [1.5, 4.0, 9.0])
def test_minutes_with_a_fault_every_half_minute_repeat_and_lose_no_word(lag_s: float) -> None:
    chance = random.Random(1)
    said = [" ".join(chance.choices(WORDS, k=chance.randint(6, 14))) for _ in range(12)]  # each comes several times
    speech = speak(*(part for _ in range(40) for part in (chance.choice(said), chance.choice([0.7, 0.9, 1.2]))))
    faults = [(at + chance.uniform(0, 10), chance.choice([0.2, 0.5, 2.0])) for at in range(30, 150, 30)]
    heard = {word: f"{word[:-1]}x" for word in WORDS[::20]}
    result = dictate(speech, Habits(delays=(0.3, 0.5, 0.9)), Along(lag_s, heard), faults)
    check(result)
    assert not result.missing


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_sentences_that_this_computer_does_not_hear_are_not_lost_with_a_connection(seed: int, share: float) -> None:
    """Also short ones, in which the words of the sentences before are said again."""
    chance = random.Random(seed)
    ahead = list(WORDS)
    parts: list[str | float] = []
    for _ in range(5):
        length = chance.randint(2, 5)
        new, ahead = ahead[: (length + 1) // 2], ahead[(length + 1) // 2 :]
        said = " ".join(str(part) for part in parts if isinstance(part, str)).split()
        again = chance.sample(sorted(set(said)), min(length // 2, len(set(said))))
        parts += [" ".join([*new, *again]), chance.uniform(0.8, 2.5)]
    speech = speak(*parts[:-1])
    unheard = tuple(word for said in sentences_of(speech) if chance.random() < share for word in said)
    drops = [(chance.uniform(1, 14), chance.uniform(0.1, 2.5)) for _ in range(2)]
    result = dictate(speech, Habits(delays=(0.3, 0.9)), Along(0.8, unheard=unheard), drops)
    check(result)
    assert result.verdict is CompletionState.COMPLETE


def test_a_late_text_of_a_short_sentence_that_this_computer_does_not_hear_is_waited_for_after_a_fault() -> None:
    speech = speak("quebec zulu whiskey", 2.0, "yankee quebec zulu", 2.0, "whiskey yankee zulu")
    result = dictate(speech, Habits(delays=(2.5,)), Along(unheard=speech), ((8.0, 0.1),))
    check(result)
    assert result.verdict is CompletionState.COMPLETE


def test_a_text_that_comes_before_its_last_local_word_seems_to_be_closed_is_a_quick_answer() -> None:
    latency = LatencyEstimator()
    tracker = DeliveryTracker(VoiceSettings(), latency)
    tracker.note_local_words(LocalWords((), 0))
    tracker.connected(0.0)
    tracker.listen(samples(2.4), samples(1.8), [])
    tracker.received(samples(2.4), 2.4)
    tracker.transcript("river stone", 2.4)
    words = LocalWord("river", samples(0.6), samples(0.9)), LocalWord("stone", samples(1.0), samples(2.2))
    tracker.note_local_words(LocalWords(words, samples(2.4)))
    assert [text.text for text in tracker.take_placed()] == ["river stone"]
    assert latency.known
    assert latency.longest == 0.0


@pytest.mark.parametrize("lag_s", [1.75, 1.87, 1.95, 2.0, 2.05])
def test_a_cough_takes_no_text_of_words_before_it_that_are_not_known_yet(lag_s: float) -> None:
    speech = speak("river stone window", 0.3, "garden", 0.77, "*", 0.7, "paper", 0.3, "yellow", 0.3, "market")
    habits = Habits(0.2, 2.0, delays=(1.6,), splits=True, in_order=False)
    result = dictate(speech, habits, Along(lag_s))
    check(result)
    assert not result.missing
    assert result.worst_place_s <= 0.5


def test_a_late_text_takes_no_words_that_its_connection_has_answered_before_a_later_one_repeated_them() -> None:
    speech = LocalSpeech()
    first, again = (
        [LocalWord(word, samples(at + number), samples(at + number + 0.5)) for number, word in enumerate(WORDS[:3])]
        for at in (0.0, 5.0)
    )
    speech.add(first, samples(4.0))
    for connection in (0, 1):
        place = speech.place(WORDS[:3], (0, samples(4.0)), connection, 0)
        assert place is not None
        speech.answer(WORDS[:3], place, samples(4.0), frozenset({connection}))
    assert speech.place(WORDS[:3], (0, samples(9.0)), 0, 0) is None
    speech.add(again, samples(9.0))
    late = speech.place(WORDS[:3], (0, samples(9.0)), 0, 0)
    assert late is not None
    assert late.between[0].start == again[0].start


def test_a_text_that_was_shown_before_its_local_words_is_not_asked_for() -> None:
    result = dictate(sentences(8), Habits(), Along(4.0))
    assert result.connections == 1
    assert result.verdict is CompletionState.COMPLETE
    assert not result.missing


def test_a_hesitation_is_not_asked_for() -> None:
    result = dictate(sentences(4), Habits(), Along(wording={WORDS[4]: f"um {WORDS[4]}"}))
    assert result.connections == 1
    assert result.verdict is CompletionState.COMPLETE


def test_a_cough_costs_nothing() -> None:
    for speech in (sentences(5, coughs=(2,)), sentences(5, coughs=(0, 2, 4)), speak("river stone window", 1.5, "*")):
        result = dictate(speech, Habits(), Along())
        assert not result.missing
        assert result.connections == 1
        assert result.ended_after_s <= 0.5
        assert result.worst_place_s <= 0.5


@pytest.mark.parametrize("delay_s", [0.6, 1.0, 1.3, 1.6, 2.5])
@pytest.mark.parametrize("tail_s", [0.1, 0.7])
def test_a_service_that_cuts_more_finely_is_waited_for(delay_s: float, tail_s: float) -> None:
    result = dictate(sentences(2, 0.4), Habits(0.25, delays=(delay_s,)), Along(), tail_s=tail_s)
    assert not result.missing
    assert result.late_s <= 0.1


def test_words_that_the_service_never_answers_stay_outstanding_after_one_question() -> None:
    speech = sentences(6)
    result = dictate(speech, Habits(drops=frozenset({WORDS[8]}), drops_always=True), Along())
    assert result.verdict is CompletionState.INCOMPLETE
    assert result.lost_silently == 0
    assert sum(result.missing.values()) == 4
    assert result.connections == 2


def test_such_words_are_taken_from_this_computer_if_that_is_wanted() -> None:
    speech = sentences(6)
    result = dictate(speech, Habits(drops=frozenset({WORDS[8]}), drops_always=True), Along(), take_local=True)
    assert result.verdict is CompletionState.COMPLETE
    assert [text.text for text in result.texts if text.local] == [" ".join(WORDS[8:12])]


def test_an_imagined_word_delays_the_end_by_one_question() -> None:
    speech = sentences(3)
    imagined = SpokenWord("thanks", speech[-1].end + 0.8, speech[-1].end + 1.1)
    result = dictate(speech, Habits(), Along(imagined=(imagined,)), tail_s=2.0)
    assert not result.missing
    assert result.twice == 0
    assert result.connections == 2
    assert result.verdict is CompletionState.INCOMPLETE
    assert result.ended_after_s < 10


def test_texts_lie_in_order_where_the_service_keeps_it() -> None:
    result = dictate(sentences(7), Habits(delays=(0.3, 1.0)), Along(1.0))
    assert all(before.end <= after.start for before, after in pairwise(result.texts))


@pytest.mark.parametrize("ends_at_s", [3.0, 9.0])
def test_a_local_recognizer_that_fails_leaves_the_decision_to_the_utterances(ends_at_s: float) -> None:
    result = dictate(sentences(10), Habits(), Along(ends_at_s=ends_at_s))
    check(result)
    assert not result.missing
    assert result.ended_after_s < 8  # a question to the service and its answer


def test_words_of_a_long_dictation_are_forgotten_after_the_local_recognizer_has_ended() -> None:
    """Each step walks through all that are known: minutes of them cost seconds of processor time."""
    speech = speak(*(part for n in range(60) for part in (f"one{n} two{n} three{n} four{n}", 0.9)))
    simulated = SimulatedDictation(speech, Habits(), Along(ends_at_s=10.0, says_end=True))
    result = simulated.run()
    assert not result.missing
    assert not result.twice
    assert len(simulated._tracker._words.speech.units) < len(speech) // 2


def test_no_text_waits_for_a_local_recognizer_that_has_ended() -> None:
    alone, along = dictate(sentences(8), Habits()), dictate(sentences(8), Habits(), Along(1.0))
    ended = dictate(sentences(8), Habits(), Along(1.0, ends_at_s=7.0, says_end=True))
    check(ended)
    assert not ended.missing
    assert ended.held_s <= along.held_s
    assert ended.ended_after_s <= alone.ended_after_s + 0.1


@pytest.mark.parametrize(
    ("text", "is_placed"),
    [
        ("please send the dossier to the whole team", True),
        ("please send the report to the whole group", False),  # its end may agree with words that follow
        ("please mail every dossier to our whole team", False),
    ],
)
def test_another_word_within_a_text_makes_it_wait_for_no_more_local_words(text: str, is_placed: bool) -> None:
    """The next sentence has begun, so that the local recognizer settles nothing until it is over."""
    tracker = DeliveryTracker(VoiceSettings())
    spoken = speak("please send the report to the whole team")
    end = spoken[-1].end
    tracker.connected(0.0)
    tracker.listen(samples(end + 1.5), samples(end + 1.0), [])
    tracker.sent(samples(end + 1.5), end + 1.5)
    tracker.received(samples(end + 1.5), end + 1.5)
    words = tuple(LocalWord(word.text, samples(word.start), samples(word.end)) for word in spoken)
    tracker.note_local_words(LocalWords(words, samples(end + 0.2)))
    tracker.transcript(text, end + 1.5)
    assert [placed.text for placed in tracker.take_placed()] == [text] * is_placed


def test_words_of_a_text_that_came_before_the_local_words_are_not_asked_for() -> None:
    result = dictate(sentences(6), Habits(), Along(2.9))
    assert result.connections == 1
    assert result.verdict is CompletionState.COMPLETE
    assert all(text.end <= result.speech[-1].end * SAMPLE_RATE + SAMPLE_RATE for text in result.texts)
