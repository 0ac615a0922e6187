"""Tone words: what is spoken is heard, word for word, and nothing else is."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import sounds
from tests.aiola_server.http_api import decoded
from tests.aiola_server.segmenter import Segmenter, SpeechSegment, VadConfig
from tests.aiola_server.tones import PITCH, VOCABULARY, hear, silence, speech, utterances, write_wav

ROOT = Path(__file__).resolve().parents[2]

sentences = st.lists(st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=7), min_size=1, max_size=6)


def in_pieces(segmenter: Segmenter, pcm: bytes, size: int) -> list[SpeechSegment]:
    return [found for at in range(0, len(pcm), size) for found in segmenter.feed(pcm[at : at + size])]


def test_the_pitches_are_far_apart_and_within_the_range_of_speech() -> None:
    pitches = sorted(PITCH.values())
    assert len(pitches) >= 24
    assert pitches[0] >= 200
    assert pitches[-1] <= 3000
    assert min(b - a for a, b in pairwise(pitches)) >= 100


@given(sentences, st.integers(0, 1000))
def test_every_word_is_heard_in_its_place(spoken: list[list[str]], seed: int) -> None:
    assert hear(speech(spoken, seed=seed)) == [word for words in spoken for word in words]


@given(sentences, st.integers(400, 9000))
def test_every_utterance_is_one_segment_however_the_sound_is_cut(spoken: list[list[str]], size: int) -> None:
    segments = in_pieces(Segmenter(VadConfig()), speech(spoken), size)
    assert [hear(segment.pcm) for segment in segments] == spoken


@given(sentences)
def test_segments_have_their_place_in_the_stream(spoken: list[list[str]]) -> None:
    pcm = speech(spoken)
    for segment in in_pieces(Segmenter(VadConfig()), pcm, 4096):
        assert hear(pcm[segment.start * 2 : segment.end * 2]) == hear(segment.pcm)
        assert segment.closed - segment.end == pytest.approx(8_000, abs=160), "half a second of silence closes it"


@given(st.integers(7, 60), st.integers(2, 4))
def test_an_utterance_that_gets_too_long_is_cut_between_words(length: int, most_s: int) -> None:
    words = [VOCABULARY[number % len(VOCABULARY)] for number in range(length)]
    segmenter = Segmenter(VadConfig(max_segment_ms=most_s * 1000))
    segments = in_pieces(segmenter, speech([words]), 4096)
    assert [word for segment in segments for word in hear(segment.pcm)] == words
    assert max(segment.end - segment.start for segment in segments) <= most_s * 16_000


def test_the_wishes_of_the_client_decide() -> None:
    pcm = speech([["alpha"], ["bravo", "charlie"]])
    assert len(in_pieces(Segmenter(VadConfig()), pcm, 4096)) == 1, "one word is shorter than min_speech_ms"
    assert len(in_pieces(Segmenter(VadConfig(min_speech_ms=100)), pcm, 4096)) == 2
    assert len(in_pieces(Segmenter(VadConfig(min_silence_ms=1500)), pcm, 4096)) == 0
    assert len(in_pieces(Segmenter(VadConfig(min_silence_ms=60)), pcm, 4096)) == 0, "each word is one too short"
    with pytest.raises(ValueError, match="unknown"):
        VadConfig.of({"min_pause": 3})


def test_the_end_of_a_file_closes_what_is_open() -> None:
    pcm = speech([["alpha", "bravo"]], pause_s=0.1)
    segmenter = Segmenter(VadConfig())
    assert segmenter.feed(pcm) == []
    assert [hear(segment.pcm) for segment in segmenter.flush()] == [["alpha", "bravo"]]


def test_neither_silence_nor_noise_nor_a_voice_is_a_tone_word() -> None:
    noise = (np.random.default_rng(5).normal(0, 0.1, 32_000) * 32767).clip(-32767, 32767).astype("<i2").tobytes()
    sound = sounds.speech("weather")
    assert hear(silence(2)) == hear(noise) == []
    assert len(hear(sound.tobytes())) <= 1
    between = [(PITCH["alpha"] + PITCH["bravo"]) / 2]
    tone = np.sin(2 * np.pi * np.outer(between, np.arange(3200) / 16_000)) * 9000
    assert hear(silence(0.2) + tone.astype("<i2").tobytes() + silence(0.2)) == []


def test_half_a_word_is_heard_and_less_is_not() -> None:
    whole = speech([["kilo", "kilo"]], lead_s=0)
    assert hear(whole[: 16_000 * 2 * 130 // 1000]) == ["kilo"]
    assert hear(whole[: 16_000 * 2 * 80 // 1000]) == []


@pytest.mark.parametrize("format", ["wav", "flac", "ogg", "mp3"])
def test_the_words_survive_every_format_of_file(format: str) -> None:
    spoken = utterances(4, seed=2)
    samples = np.frombuffer(speech(spoken), "<i2")
    stereo = np.column_stack([np.repeat(samples, 3)] * 2)
    pcm, about = decoded(sounds.encode(stereo, 48_000, format))
    assert hear(pcm) == [word for words in spoken for word in words]
    assert about["sample_rate"] == 48_000
    assert about["num_channels"] == 2


def test_made_up_utterances_are_repeatable_and_repeat_no_word_nearby(tmp_path: Path) -> None:
    made = utterances(200, seed=9)
    words = [word for each in made for word in each]
    assert made == utterances(200, seed=9) != utterances(200, seed=10)
    assert all(2 <= len(each) <= 5 for each in made)
    assert not [n for n in range(3, len(words)) if words[n] in words[n - 3 : n]]
    pcm = speech(made[:2])
    assert sounds.read_samples(write_wav(tmp_path / "w.wav", pcm))[0].tobytes() == pcm
