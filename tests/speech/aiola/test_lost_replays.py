"""Sound that a service leaves out although it is sent again: no word is lost silently, whatever is said once more."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from tests.speech.aiola.word_simulation import (
    WORDS,
    Along,
    Habits,
    Result,
    SimulatedDictation,
    SimulatedService,
    SpokenWord,
    dictate,
    speak,
)

from saywrite.speech.aiola.delivery.pending import CompletionState

LONG, OTHER = "river stone window garden paper yellow", "market doctor engine summer bottle"


class DeafService(SimulatedService):
    """Leaves out sentences that begin with one of these words in sound that is sent again."""

    leaves_out: frozenset[str] = frozenset()
    _replayed_to: float | None = None

    def take(self, to: float, silence: float, now: float) -> None:
        self._replayed_to = now if self._replayed_to is None else self._replayed_to
        super().take(to, silence, now)

    def _cut(self, now: float) -> None:
        first = self._open[0]
        if not self._first and first.start < (self._replayed_to or 0.0) and first.text in self.leaves_out:
            self._open = []
        else:
            super()._cut(now)


def dictate_to_deaf(
    speech: Sequence[SpokenWord],
    drops: Sequence[tuple[float, float]],
    *leaves_out: str,
    lag_s: float,
    delays: tuple[float, ...] = (0.9,),
) -> Result:
    service = type("Service", (DeafService,), {"leaves_out": frozenset(leaves_out)})
    return SimulatedDictation(speech, Habits(delays=delays), Along(lag_s), drops, make_service=service).run()


def check(result: Result) -> None:
    assert not (result.verdict is CompletionState.COMPLETE and result.missing), result
    assert result.lost_silently == 0, result
    assert result.twice == 0, result


@pytest.mark.parametrize("lag_s", [1.0, 4.0, 5.1, 6.2])
def test_a_sentence_that_is_never_answered_is_not_covered_by_a_later_one(lag_s: float) -> None:
    """The text of the last sentence was taken for that of the words that the service was asked for."""
    speech = speak(
        *("river stone", 1.93, "window garden paper yellow market doctor", 1.15),
        *("engine summer bottle pencil thunder island", 1.12, "carpet hammer velvet circus orange", 1.43),
        *("planet ribbon sailor tunnel", 1.98, "river stone", 0.68, "walnut basket candle dragon falcon"),
    )
    check(dictate_to_deaf(speech, [(13.64, 1.43)], "planet", lag_s=lag_s, delays=(0.3, 2.5)))


@pytest.mark.parametrize("lag_s", [1.0, 4.0, 5.1, 6.2])
def test_a_sentence_that_is_said_once_more_comes_once_more(lag_s: float) -> None:
    """Its text was taken for the repetition of the first one, and came again when the service was asked."""
    again = "carpet hammer velvet circus orange planet"
    speech = speak(
        *("river stone window garden paper yellow", 1.28, "market doctor", 1.17),
        *("engine summer bottle pencil thunder island", 0.98, again, 0.67, "ribbon sailor", 1.2),
        *("tunnel walnut", 1.15, again),
    )
    check(dictate_to_deaf(speech, [(10.89, 0.72)], "ribbon", lag_s=lag_s))


@pytest.mark.parametrize("lag_s", [1.0, 3.0, 5.0, 6.5, 7.4])
@pytest.mark.parametrize("first_lost_s", [1.5, 2.4])
def test_a_sentence_whose_place_was_guessed_for_another_one_is_not_lost(lag_s: float, first_lost_s: float) -> None:
    """Its words were said once more, and another text was shown in its place."""
    speech = speak("river stone window", 1.0, LONG.replace("river", "velvet"), 1.2, OTHER, 2.0, "river stone window")
    drops = [(first_lost_s, 1.3), (first_lost_s + 1.5, 0.7), (first_lost_s + 6.6, 0.6)]
    check(dictate_to_deaf(speech, drops, "river", lag_s=lag_s, delays=(0.3, 1.6, 2.5, 2.5)))


@pytest.mark.parametrize("seed", range(40))
def test_replays_that_are_left_out_at_random_lose_no_word_while_the_local_words_lag(seed: int) -> None:
    chance = random.Random(seed)
    ahead = list(WORDS)
    said = [" ".join(ahead.pop(0) for _ in range(chance.randint(2, 6))) for _ in range(chance.randint(3, 6))]
    at = chance.randrange(len(said) - 1)
    said.insert(chance.randint(at + 1, len(said)), said[at])
    speech = speak(*(part for each in said for part in (each, chance.uniform(0.6, 2.0))))
    drops = [(chance.uniform(0.7, speech[-1].end), chance.uniform(0.1, 1.5)) for _ in range(chance.randint(1, 3))]
    left_out = {each.split()[0] for each in said if chance.random() < 0.5}
    lag_s, delays = chance.uniform(2.0, 8.0), chance.choice([(0.3, 0.9), (0.3, 1.6, 2.5)])
    result = dictate_to_deaf(speech, drops, *left_out, lag_s=lag_s, delays=delays)
    assert not (result.verdict is CompletionState.COMPLETE and result.missing), result


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("lag_s", [2.0, 3.0, 4.0, 5.0, 6.0])
@pytest.mark.parametrize("dropped", ["river", "market", "pencil", "island"])
def test_a_dropped_answer_is_not_hidden_by_local_words_that_lag(dropped: str, lag_s: float, always: bool) -> None:
    speech = speak("river stone", 0.9, OTHER, 0.8, "pencil thunder", 0.9, "island carpet hammer velvet circus")
    habits = Habits(delays=(0.3, 0.9), drops=frozenset({dropped}), drops_always=always)
    check(dictate(speech, habits, Along(lag_s)))


def test_the_rest_of_an_utterance_that_the_service_has_joined_to_earlier_speech_is_not_passed_over() -> None:
    """It cuts by its own rules: the words behind the cut lie beside equal ones in an utterance without a pause."""
    speech = speak(
        *("*", 0.9, "river stone window garden paper yellow market", 0.33, "*", 1.05),
        *("doctor engine summer bottle pencil thunder island carpet", 0.96, "*", 1.51),
        *("hammer velvet circus orange planet", 1.95, "ribbon sailor tunnel", 0.5, "walnut basket candle dragon"),
    )
    habits = Habits(1.2, longest_s=2.0, delays=(0.3, 10.0, 0.3), merges=2, blank=True, in_order=False)
    check(dictate(speech, habits, Along(1.9), [(15.43, 0.69), (18.7, 2.16)]))


@pytest.mark.parametrize("dropped", ["river", "window", "market", "summer", "pencil"])
@pytest.mark.parametrize("cough", [False, True])
@pytest.mark.parametrize("delays", [(0.3,), (0.5, 0.3, 0.9)])
def test_a_short_sentence_that_is_never_answered_is_missing_without_local_words(
    dropped: str, cough: bool, delays: tuple[float, ...]
) -> None:
    """Each later text was taken for that of the sentence before, and as many came again as were asked for."""
    noise = ("*", 1.4) if cough else ()
    speech = speak(
        *("river stone", 1.7, *noise, "window garden paper yellow", 1.1, "market doctor engine", 1.6),
        *(*noise, "summer bottle", 1.3, "pencil thunder", 1.5, "island carpet hammer velvet"),
    )
    result = dictate(speech, Habits(delays=delays, drops=frozenset({dropped}), drops_always=True))
    assert result.verdict is CompletionState.INCOMPLETE
    assert dictate(speech, Habits(delays=delays)).verdict is CompletionState.COMPLETE


def test_a_word_whose_place_was_guessed_behind_the_end_is_known_when_it_comes_again() -> None:
    speech = speak("river stone window garden paper yellow market", 1.1, "doctor engine summer")
    habits = Habits(0.8, delays=(1.6, 0.3, 1.6, 1.0), splits=True)
    for lag_s in (5.5, 5.76, 6.0):
        check(dictate(speech, habits, Along(lag_s)))
