"""Whisper recognizes the phrases of the hands-free mode as a synthetic voice says them, and takes no other for one."""

from __future__ import annotations

import numpy as np
import pytest
from tests.speech.local.test_whisper import spoken

from saywrite.dictation.push_to_talk.hands_free.phrases import is_start, phrases_of, split_stop
from saywrite.speech.local.decoder.whisper import WhisperDecoder

VOICES = {"en": "en-US", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "it": "it-IT"}
"""Languages for which SVOX Pico has a voice."""

OTHERS = ["Start listing.", "I started listening to her.", "Stop it.", "The weather is nice today.", "Smart listener."]


def heard(decoder: WhisperDecoder, text: str, language: str, gain: float = 1.0) -> str:
    """The text of an utterance with 0.3 s of a quiet room before and behind it."""
    chance = np.random.default_rng(1)
    room = np.zeros(4_800)
    sound = np.concatenate([room, gain * spoken(text, VOICES[language]), room])
    sound += chance.normal(0, 20 / 32_768, len(sound))
    return decoder.decode((np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes(), language=language).text


@pytest.mark.parametrize("language", sorted(VOICES))
def test_phrases_that_are_shown_are_recognized(language: str, decoder: WhisperDecoder) -> None:
    phrases = phrases_of(language)
    assert is_start(heard(decoder, phrases.start[0], language), language)
    assert split_stop(heard(decoder, phrases.stop[0], language), language).said


def test_phrase_is_recognized_softly(decoder: WhisperDecoder) -> None:
    assert is_start(heard(decoder, "start listening", "en", gain=0.1), "en")


@pytest.mark.parametrize("text", OTHERS)
def test_other_sentences_are_no_phrase(text: str, decoder: WhisperDecoder) -> None:
    words = heard(decoder, text, "en")
    assert words
    assert not is_start(words, "en")
    assert not split_stop(words, "en").said
