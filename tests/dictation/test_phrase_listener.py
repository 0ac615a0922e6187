"""Which sound the recognizer gets for the phrase: short whole utterances between pauses, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dictation.conftest import FakeRecognizer
from tests.sounds import speech

from saywrite.dictation.push_to_talk.hands_free.phrase_listener import LONGEST_S, PhraseListener
from saywrite.foundation.events import SAMPLE_RATE, Final, RecognizerFinished, Rewind

WEATHER = speech("weather").tobytes()
"""Speech from 0.42 s to 2.34 s, in 3.2 s."""
LONG = speech("two_cities").tobytes()
PAUSE = bytes(2 * SAMPLE_RATE)


class Ear:
    """A listener, and what it lets the recognizer hear. `said`: the texts, and how long ago each ended."""

    def __init__(self) -> None:
        self.recognizer = FakeRecognizer(lambda _message: None)
        self.said: list[tuple[str, int]] = []
        self.delivered: list[object] = []
        self.listener = PhraseListener(
            self.recognizer, self.delivered.extend, lambda text, since: self.said.append((text, since))
        )

    def hear(self, sound: bytes, block: int = 640) -> None:
        """The sound comes in blocks; each utterance is recognized when it has ended."""
        for at in range(0, len(sound), block):
            self.listener.hear(sound[at : at + block])
            self.listener.decode("en")

    def answer(self, text: str) -> None:
        self.listener.take(Final("hands-free", text, 0, 100))
        self.listener.take(RecognizerFinished("hands-free"))


def test_short_utterance_is_heard_whole_and_told_with_its_age() -> None:
    ear = Ear()
    ear.hear(WEATHER)
    assert ear.recognizer.calls == ["start", "finish"]
    assert ear.recognizer.fed == pytest.approx(2.12 * SAMPLE_RATE, abs=0.05 * SAMPLE_RATE)
    ear.hear(PAUSE)
    ear.answer("Nice weather.")
    since = len(WEATHER + PAUSE) / 2 / SAMPLE_RATE - 2.54
    assert ear.said == [("Nice weather.", pytest.approx(since * SAMPLE_RATE, abs=0.05 * SAMPLE_RATE))]


@settings(max_examples=20)
@given(st.integers(1, 4_000).map(lambda half: 2 * half))
def test_blocks_of_the_microphone_do_not_matter(block: int) -> None:
    ear = Ear()
    ear.hear(WEATHER + PAUSE, block)
    assert ear.recognizer.fed == pytest.approx(2.12 * SAMPLE_RATE, abs=0.05 * SAMPLE_RATE)


def test_long_utterance_silence_and_a_click_are_not_recognized() -> None:
    ear = Ear()
    click = PAUSE[:-400] + b"\xff\x5f\x00\xa0" * 100
    ear.hear(PAUSE * 5 + LONG + click + PAUSE)
    assert ear.recognizer.calls == []
    assert len(ear.listener._kept) <= 2 * LONGEST_S * SAMPLE_RATE
    ear.hear(WEATHER)
    assert ear.recognizer.calls == ["start", "finish"]


def test_no_more_sound_is_in_memory_than_the_longest_utterance() -> None:
    ear, most = Ear(), 0
    for sound in (LONG, PAUSE, WEATHER, LONG):
        for at in range(0, len(sound), 640):
            ear.listener.hear(sound[at : at + 640])
            most = max(most, len(ear.listener._kept))
    assert most <= 2 * (LONGEST_S + 0.2) * SAMPLE_RATE


def test_rest_of_a_long_speech_that_was_cut_is_no_utterance() -> None:
    ear = Ear()
    middle = WEATHER[2 * SAMPLE_RATE : 4 * SAMPLE_RATE]
    ear.hear(PAUSE + middle * 26 + PAUSE)  # the detector cuts at 24.7 s; the rest has 2.5 s
    assert ear.recognizer.calls == []


def test_single_syllable_is_not_recognized() -> None:
    ear = Ear()
    syllable = WEATHER[2 * SAMPLE_RATE : 2 * SAMPLE_RATE + 2 * 250 * SAMPLE_RATE // 1_000]
    ear.hear(PAUSE + syllable + PAUSE)  # an utterance with 0.3 s of voice
    assert ear.recognizer.calls == []


def test_newer_utterance_waits_until_the_recognizer_is_free() -> None:
    ear = Ear()
    ear.hear(WEATHER + WEATHER)
    assert ear.recognizer.calls == ["start", "finish"]
    assert ear.listener.has_utterance
    ear.answer("One.")
    ear.listener.decode("en")
    ear.answer("Two.")
    assert [text for text, _since in ear.said] == ["One.", "Two."]


def test_recognizer_is_released_at_once() -> None:
    ear = Ear()
    ear.hear(WEATHER)
    ear.listener.release()
    assert ear.recognizer.calls == ["start", "finish", "abort"]
    ear.answer("Start listening")
    assert ear.said == []


def test_lost_process_of_the_recognizer_ends_the_attempt() -> None:
    ear = Ear()
    ear.hear(WEATHER)
    assert ear.listener.take(Rewind("hands-free", 0))
    assert ear.recognizer.calls[-1] == "abort"
    ear.hear(WEATHER)
    assert ear.recognizer.calls[-2:] == ["start", "finish"]


def test_events_of_dictations_are_left_to_them() -> None:
    ear = Ear()
    ear.hear(WEATHER)
    assert not ear.listener.take(Final("d1", "Start listening", 0, 100))
    assert not ear.listener.take("another message")
    assert ear.listener.take(RecognizerFinished("hands-free"))
    assert ear.said == []  # nothing was heard


def test_voice_is_noticed_also_within_a_long_speech() -> None:
    ear = Ear()
    ear.hear(PAUSE)
    assert not ear.listener.take_voice()
    ear.hear(LONG[: 2 * 3 * SAMPLE_RATE])
    assert ear.listener.take_voice()
    assert not ear.listener.take_voice()
    ear.hear(LONG[2 * 3 * SAMPLE_RATE : 2 * 5 * SAMPLE_RATE])
    assert ear.listener.take_voice()
