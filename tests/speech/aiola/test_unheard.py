"""`UnheardStretches`: the places of texts in whose sound the local recognizer heard nothing."""

from __future__ import annotations

import pytest

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import Utterance
from saywrite.speech.aiola.delivery.timings import ConnectionLog, LatencyEstimator
from saywrite.speech.aiola.delivery.words.local_speech import LocalSpeech
from saywrite.speech.aiola.delivery.words.unheard import UnheardStretches
from saywrite.speech.engine import LocalWord

SECOND = SAMPLE_RATE
TEXT = "delta whiskey papa"
SHORT = Utterance(round(1.5 * SECOND), round(2.4 * SECOND), voiced=SECOND // 2)
REACH = 0, 4 * SECOND


def place(stretches: UnheardStretches, way: str) -> tuple[int, int]:
    if way == "candidate":
        return stretches.candidates(TEXT, REACH)[0]
    taken = stretches.take(TEXT, REACH[1])
    assert taken is not None
    return taken


def stretches_of(utterance: Utterance, *words: LocalWord) -> UnheardStretches:
    latency = LatencyEstimator()
    speech = LocalSpeech(latency)
    speech.add(words, REACH[1])
    found = UnheardStretches(speech, SECOND // 2, ConnectionLog(), latency)
    found.spoken = [utterance]
    found.add([utterance], has_text=False)
    return found


@pytest.mark.parametrize("way", ["candidate", "stretch"])
def test_a_text_of_a_second_does_not_lie_in_a_third_of_a_second(way: str) -> None:
    """Our detector missed its beginning; that would be sent again after a kill -9, and would come twice."""
    start, end = place(stretches_of(SHORT), way)
    assert end == SHORT.voice[1]
    assert end - start == pytest.approx(1.07 * SECOND, abs=SECOND // 10)


@pytest.mark.parametrize("way", ["candidate", "stretch"])
def test_its_place_does_not_reach_into_words_before_it(way: str) -> None:
    word = LocalWord("hello", round(1.1 * SECOND), round(1.5 * SECOND))
    assert place(stretches_of(SHORT, word), way)[0] == word.end


@pytest.mark.parametrize("way", ["candidate", "stretch"])
def test_a_text_that_fits_keeps_the_place_of_the_voice(way: str) -> None:
    utterance = Utterance(SECOND, round(2.6 * SECOND), voiced=SECOND)
    assert place(stretches_of(utterance), way) == utterance.voice
