"""Interfaces with many inputs on a real sound server: the voice is heard on whichever input it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.sounds import speech
from tests.system.lab.dictation import DictationThread, find_microphone
from tests.system.lab.sound import SoundLab, inside, sound_lab
from tests.system.lab.waves import write

from saywrite.audio.microphone.microphone import Microphone

pytestmark = pytest.mark.system

VOICE = speech("weather")
VOICE_DB = 20 * np.log10(np.sqrt(np.mean(np.square(VOICE.astype(float)))) / 32_768)


@pytest.fixture(scope="module")
def lab() -> Iterator[SoundLab]:
    with sound_lab(["desk:16000:1", "interface:48000:8", "pair:48000:2"]) as running:
        yield running


@pytest.fixture(autouse=True)
def _inside(lab: SoundLab) -> Iterator[None]:
    with inside(lab):
        yield


def spoken(path: Path, channels: int, factors: dict[int, float]) -> Path:
    """The voice, at 48 kHz, on the channels of `factors`, each with its own factor."""
    frames = np.zeros((3 * len(VOICE), channels))
    for channel, factor in factors.items():
        frames[:, channel] = np.repeat(VOICE, 3) * factor
    return write(path, frames.astype(np.int16), 48_000)


def level_db(pcm: bytes, length: int) -> float:
    """The level as if the sound were `length` samples long: of the voice, however much silence is around it."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    return float(20 * np.log10(np.sqrt(np.sum(np.square(samples)) / length) / 32_768 + 1e-9))


@pytest.mark.parametrize(
    ("name", "channels", "factors"),
    [
        ("interface", 8, {0: 1}),
        ("interface", 8, {2: 1}),
        ("interface", 8, {7: 1}),
        ("interface", 8, {0: 1, 1: -1}),
        ("pair", 2, {0: 1, 1: -1}),
        ("pair", 2, {1: 1}),
    ],
)
def test_voice_keeps_its_level_on_any_input(lab, audio, sound_server, tmp_path, name, channels, factors):
    wav = spoken(tmp_path / "voice.wav", channels, factors)
    with DictationThread(lambda post: Microphone(post, find_microphone(name), audio, sound_server)) as dictation:
        dictation.start()
        assert dictation.wait("opened").value == name.capitalize()
        lab.play(name, wav)
        dictation.wait_for_sound(0.3)
        dictation.stop()
        dictation.wait("ended")
        assert dictation.all("failed") == []
        assert level_db(bytes(dictation.pcm), len(VOICE)) == pytest.approx(VOICE_DB, abs=3)


def test_stream_moved_to_an_interface_is_opened_again_with_its_channels(lab, audio, sound_server, tmp_path):
    """The server fills channels by name: a stereo stream that it moves to numbered inputs would hear silence."""
    wav = spoken(tmp_path / "voice.wav", 8, {2: 1})
    mono = write(tmp_path / "mono.wav", VOICE, 16_000)
    with DictationThread(lambda post: Microphone(post, None, audio, sound_server)) as dictation:
        dictation.start()
        assert dictation.wait("opened").value == "Desk"
        lab.default("interface")
        assert dictation.wait("changed").value == "Interface"
        dictation.wait_for_sound(1.0)
        begin = len(dictation.pcm)
        lab.play("interface", wav)
        dictation.wait_for_sound(0.3)
        assert level_db(bytes(dictation.pcm[begin:]), len(VOICE)) == pytest.approx(VOICE_DB, abs=3)
        lab.default("desk")
        dictation.wait_for_sound(1.0)
        begin = len(dictation.pcm)
        lab.play("desk", mono)
        dictation.wait_for_sound(0.3)
        assert level_db(bytes(dictation.pcm[begin:]), len(VOICE)) == pytest.approx(VOICE_DB, abs=3)
        dictation.stop()
        dictation.wait("ended")


def test_source_is_given_back_when_the_dictation_ends(lab, audio, sound_server):
    with DictationThread(lambda post: Microphone(post, find_microphone("interface"), audio, sound_server)) as dictation:
        dictation.start()
        dictation.wait_for_sound(0.3)
        assert "saywrite.capture" in lab.pactl("list", "source-outputs")
        dictation.stop()
        dictation.wait("ended")
    audio.close(wait=5)
    assert "saywrite.capture" not in lab.pactl("list", "source-outputs")
