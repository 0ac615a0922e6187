"""The audio path proven sample for sample: a known sound through the virtual microphone and the whole path.

`SAYWRITE_BITEXACT_SECONDS` sets the length (default 20; the benchmark takes 600).
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.system.lab.dictation import DictationThread, find_microphone
from tests.system.lab.sound import SoundLab, inside, sound_lab
from tests.system.lab.waves import noise, write

from saywrite.audio.backend.audio_thread import AudioThread
from saywrite.audio.backend.pulse_server import SoundServer
from saywrite.audio.microphone.microphone import Microphone
from saywrite.audio.resampling import Converter


def seconds() -> float:
    """From the environment this process was started with: `conftest.py` takes all SAYWRITE_ variables out."""
    given = re.search(rb"(?:^|\0)SAYWRITE_BITEXACT_SECONDS=([\d.]+)", Path("/proc/self/environ").read_bytes())
    return float(given[1]) if given else 20


SECONDS = seconds()
pytestmark = pytest.mark.timeout(SECONDS * 2 + 120)


@pytest.fixture(scope="module")
def lab() -> Iterator[SoundLab]:
    with sound_lab(["mic16:16000:1", "mic48:48000:2"]) as running:
        yield running


@contextmanager
def dictating(lab: SoundLab, name: str) -> Iterator[DictationThread]:
    """A dictation thread that owns the microphone of this name."""
    audio, server = AudioThread(), SoundServer()
    with inside(lab):
        with DictationThread(lambda post: Microphone(post, find_microphone(name), audio, server)) as dictation:
            yield dictation
        server.close(wait=5)
        audio.close(wait=5)


@pytest.fixture
def record(lab: SoundLab) -> Callable[..., DictationThread]:
    """Records `wav` while it is spoken into a microphone, while something else happens."""

    def record(name: str, wav: Path, meanwhile: Callable[[], None] = lambda: None) -> DictationThread:
        with dictating(lab, name) as dictation:
            dictation.start()
            dictation.wait_for_sound(0.5)
            player = lab.play(name, wav, wait=False)
            meanwhile()
            assert player.wait(SECONDS * 2 + 60) == 0
            dictation.wait_for_sound(0.5)
            dictation.stop()
            dictation.wait("ended")
        assert dictation.gaps_s == 0
        assert [error for error in dictation.errors() if "silence" not in error] == []
        return dictation

    return record


def assert_whole(heard: bytes, said: bytes) -> None:
    """`said` is in `heard` in one piece: nothing lost, repeated, altered or out of order."""
    at = bytes(heard).find(said)
    if at >= 0 and at % 2 == 0:
        return
    start = bytes(heard).find(said[:3200])
    pairs = enumerate(zip(bytes(heard)[start:], said, strict=False))
    broken = next((i for i, (got, wanted) in pairs if got != wanted), 0) if start >= 0 else 0
    pytest.fail(f"the sound broke after {broken // 2} of {len(said) // 2} samples")


def hold_the_gil(seconds: float) -> None:
    """What a stalled GUI does at its worst: no other thread of this process runs."""
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))


def test_every_sample_arrives_once_and_in_order(record, tmp_path):
    said = noise(SECONDS)
    heard = record("mic16", write(tmp_path / "noise.wav", said, 16_000))
    assert_whole(heard.pcm, said.tobytes())


def test_every_sample_arrives_though_another_thread_holds_the_interpreter_for_a_second(record, tmp_path):
    said = noise(5)

    def stall_twice() -> None:
        for _ in range(2):
            threading.Event().wait(0.7)
            hold_the_gil(1.0)

    heard = record("mic16", write(tmp_path / "noise.wav", said, 16_000), stall_twice)
    assert_whole(heard.pcm, said.tobytes())


def test_every_sample_arrives_though_the_dictation_thread_stalls_for_two_seconds(lab, tmp_path):
    """A disk that hangs: the blocks wait in the inbox, and nothing is taken for a fault of the microphone."""
    said = noise(5)
    wav = write(tmp_path / "noise.wav", said, 16_000)
    with dictating(lab, "mic16") as dictation:
        dictation.start()
        dictation.wait_for_sound(0.3)
        player = lab.play("mic16", wav, wait=False)
        dictation.wait_for_sound(0.5)
        dictation.inbox.put(lambda: threading.Event().wait(2))
        assert player.wait(60) == 0
        dictation.wait_for_sound(0.5)
        dictation.stop()
        dictation.wait("ended")
    assert_whole(dictation.pcm, said.tobytes())
    assert dictation.gaps_s == 0
    assert dictation.errors() == []


def test_every_sample_arrives_though_the_interpreter_is_held_until_the_stop(lab, tmp_path):
    """The last blocks wait in the sound library's buffer, which closing the stream drops."""
    said = noise(5)
    wav = write(tmp_path / "noise.wav", said, 16_000)
    with dictating(lab, "mic16") as dictation:
        dictation.start()
        dictation.wait_for_sound(0.3)
        player = lab.play("mic16", wav, wait=False)
        dictation.wait_for_sound(1.5)
        dictation.inbox.put(lambda: hold_the_gil(0.8))
        dictation.stop()
        dictation.wait("ended")
        assert player.wait(60) == 0
    assert dictation.gaps_s == 0
    assert dictation.sound_s > 1.8 + 0.8
    begins = bytes(dictation.pcm).find(said[:3200].tobytes())
    assert begins >= 0
    assert_whole(dictation.pcm, said.tobytes()[: len(dictation.pcm) - begins])


def test_48_kHz_stereo_arrives_whole_through_the_resampler(record, tmp_path):
    """The resampler decimates by three: the recording is the sound resampled from one of three first samples on,
    with an error of rounding only. A single lost or repeated sample would shift all that follows. The channels are
    equal: of different ones, the mix depends on the place of the hops in which it is chosen.
    """
    said = np.repeat(noise(min(SECONDS, 10), 48_000, 1), 2, axis=1)
    heard = record("mic48", write(tmp_path / "noise.wav", said, 48_000))
    got = np.frombuffer(bytes(heard.pcm), "<i2").astype(np.int32)
    errors = [worst_error(got, expected(said, shift)) for shift in range(3)]
    assert min(errors) <= 2, errors


def expected(said: np.ndarray, shift: int) -> np.ndarray:
    """`said` behind 0.1 s and `shift` samples of silence, as the converter gives it."""
    silence = np.zeros((4800 + shift, 2), np.int16)
    converter = Converter(48_000, 2)
    pcm = converter.convert(np.vstack([silence, said, silence]).tobytes()) + converter.flush()
    return np.frombuffer(pcm, "<i2").astype(np.int32)[1600 : -1600 - 16]


def worst_error(got: np.ndarray, wanted: np.ndarray) -> int:
    """The largest difference over the whole sound, where its first half second fits best."""
    first = wanted[:8000].astype(np.float64)
    size = 1 << int(np.ceil(np.log2(len(got) + len(first))))
    match = np.fft.irfft(np.fft.rfft(got, size) * np.conj(np.fft.rfft(first, size)), size)
    at = int(np.argmax(match[: len(got) - len(wanted) + 1]))
    return int(np.abs(got[at : at + len(wanted)] - wanted).max())
