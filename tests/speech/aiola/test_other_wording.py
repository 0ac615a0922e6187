"""Words that the two recognizers write otherwise at the edge of a sentence: complete, once, and nothing extra."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.speech.aiola.word_simulation import (
    Along,
    Habits,
    Result,
    SimulatedDictation,
    SimulatedService,
    SpokenWord,
    speak,
)

from saywrite.speech.aiola.delivery.pending import CompletionState

BEFORE, BEHIND = "river stone window", "garden paper yellow"
SHAPES = {"start": f"{{}} {BEHIND}", "end": f"{BEFORE} {{}}", "middle": f"{BEFORE} {{}} {BEHIND}"}

SAME_SOUND = (
    ("twenty twenty six", "2026"),
    ("nineteen ninety nine", "1999"),
    ("one thousand two hundred thirty four", "1,234"),
    ("two hundred fifty", "250"),
    ("one hundred", "100"),
    ("fifty percent", "50%"),
    ("five five five one two three four", "555-1234"),
    ("fünfundzwanzig", "25"),
    ("ventotto", "28"),
    ("veintiuno", "21"),
    ("二十五", "25"),
)
"""What is said, and the short form of it, that the numbers alone explain."""

OTHER_WORDS = (
    ("twenty dollars", "$20"),
    ("three million", "3,000,000"),
    ("do not", "don't"),
    ("i am", "I'm"),
    ("half past nine", "9:30"),
    ("quatre vingt dix", "90"),
    ("k eight s", "Kubernetes"),
    ("lorem ipsum", "river"),
)
"""The same, where the service has to be asked once more whether it has a text for the words that are left over."""


class WritingService(SimulatedService):
    """Writes `short` for the words `spoken`."""

    spoken = short = ""

    def answers(self, now: float) -> list[str]:
        return [text.replace(self.spoken, self.short) for text in super().answers(now)]


def dictate(spoken: str, short: str, shape: str, *, joined: bool = False) -> Result:
    """Three sentences, the second of them with the words; the local recognizer writes them as they are said."""
    speech = speak("market doctor engine summer", 1.2, SHAPES[shape].format(spoken), 1.2, "bottle pencil thunder")
    service = type("Service", (WritingService,), {"spoken": spoken, "short": short})
    return SimulatedDictation(speech, Habits(), Along(0.5, joined=joined), make_service=service).run()


def texts_of(short: str, shape: str) -> list[str]:
    return ["market doctor engine summer", SHAPES[shape].format(short), "bottle pencil thunder"]


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("spoken", "short"), SAME_SOUND)
def test_a_number_is_the_same_in_figures_and_in_words(spoken: str, short: str, shape: str, joined: bool) -> None:
    result = dictate(spoken, short, shape, joined=joined)
    assert [text.text for text in result.texts] == texts_of(short, shape)
    assert result.verdict is CompletionState.COMPLETE
    assert result.connections == 1, "the service was asked again"


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("spoken", "short"), OTHER_WORDS)
def test_words_that_are_left_over_beside_another_wording_are_not_missing(
    spoken: str, short: str, shape: str, joined: bool
) -> None:
    result = dictate(spoken, short, shape, joined=joined)
    assert [text.text for text in result.texts] == texts_of(short, shape)
    assert result.verdict is CompletionState.COMPLETE
    assert result.connections <= 2


def leave_out_you(*sentence: str | float, take_local: bool = False) -> Result:
    """Three sentences, in the second of which the service writes no "you"."""

    class Service(SimulatedService):
        def answers(self, now: float) -> list[str]:
            return [" ".join(word for word in text.split() if word != "you") for text in super().answers(now)]

    speech = speak("market doctor engine summer", 1.2, *sentence, 1.2, "bottle pencil thunder")
    return SimulatedDictation(speech, Habits(), Along(0.5), make_service=Service, take_local=take_local).run()


@pytest.mark.parametrize("take_local", [False, True])
@pytest.mark.parametrize("sentence", ["river stone yellow you", "you yellow river stone", "river yellow you there"])
def test_a_word_that_is_left_over_beside_equal_words_is_not_missing_once_the_service_was_asked(
    sentence: str, take_local: bool
) -> None:
    """This computer heard more than was said: a service that cuts at a pause brings no text of its own for it."""
    result = leave_out_you(sentence, take_local=take_local)
    assert result.verdict is CompletionState.COMPLETE
    assert result.connections <= 2
    assert not any(text.local for text in result.texts)


@pytest.mark.parametrize(
    "sentence",
    [
        ("river stone yellow", 0.35, "you"),
        ("you", 0.35, "yellow river stone"),
        ("river stone garden paper window pencil yellow you",),
    ],
    ids=["behind a pause", "before a pause", "behind more than the service has taken at once"],
)
def test_a_word_is_missing_where_the_service_may_have_cut_between_it_and_equal_words(
    sentence: tuple[str | float, ...],
) -> None:
    result = leave_out_you(*sentence)
    assert result.verdict is CompletionState.INCOMPLETE
    assert len(result.outstanding) == 1
    assert result.connections == 2


def test_longer_sentences_than_the_service_has_taken_at_once_are_learned() -> None:
    sentence = "river stone garden paper window pencil yellow you"
    longer = "circus orange planet ribbon sailor tunnel walnut basket candle"
    result = leave_out_you(longer, 1.2, sentence)
    assert result.verdict is CompletionState.COMPLETE


def test_words_said_once_more_are_shown_although_a_repetition_seemed_to_begin_the_text() -> None:
    """A lost connection, local words that are late, and a sentence that begins as the one before ended."""
    speech = speak("river stone no no", 1.5, "no no window garden", 1.5, "paper yellow market")
    for lag_s in (3.0, 5.0, 7.0):
        result = SimulatedDictation(speech, Habits(), Along(lag_s), [(2.9, 0.5)]).run()
        assert not result.missing
        assert not result.twice


@pytest.mark.parametrize("joined", [False, True])
def test_a_question_begins_with_the_sentence_that_has_no_text(joined: bool) -> None:
    """Not with those before it, which the local words touch where each begins at the end of the one before."""
    begins: list[float] = []

    class Service(SimulatedService):
        def __init__(self, speech: Sequence[SpokenWord], habits: Habits, at: float, first: bool) -> None:
            super().__init__(speech, habits, at, first)
            begins.append(at)

    speech = speak("market doctor engine", 1.2, "river stone window", 1.2, "bottle pencil thunder")
    dropping = Habits(drops=frozenset(("river",)))
    result = SimulatedDictation(speech, dropping, Along(0.5, joined=joined), make_service=Service).run()
    assert result.verdict is CompletionState.COMPLETE
    assert not result.missing
    assert [text.text for text in result.texts].count("market doctor engine") == 1
    assert len(begins) == 2
    assert begins[1] > speech[2].start, "the first sentence was sent again"


@pytest.mark.parametrize("joined", [False, True])
def test_a_sentence_of_one_word_that_was_dropped_is_asked_for(joined: bool) -> None:
    """Within a sentence, the service may leave out a word without being asked."""
    speech = speak("market doctor engine", 1.2, "river", 1.2, "bottle pencil thunder")
    along = Along(0.5, joined=joined)
    result = SimulatedDictation(speech, Habits(drops=frozenset(("river",))), along).run()
    assert not result.missing
    assert result.connections == 2
