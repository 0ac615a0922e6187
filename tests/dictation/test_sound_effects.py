"""Short sounds at the start, the end and a failure; none but the start's can be in a recording."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import numpy as np
import pytest
from tests.dictation.conftest import FakePlayer, FakeSource

from saywrite.audio.levels import measure
from saywrite.dictation.observers import END, FAILURE, START, SoundEffects, preview, quieter, sound
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import Failed, FrontEndEvent, Level, Started, State, StateChanged
from saywrite.storage.settings.schema import Settings

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
STARTING = StateChanged("d1", State.STARTING)
OPENED = Started("d1", "local", "en", "microphone", 1.0, BEGAN)
FAILED = Failed("d1", "No microphone.", "Plug one in.", fatal=True)
NAMES = (START, END, FAILURE)


class Ear(FakePlayer):
    """Knows which sound it hears, and what happened before it."""

    def __init__(self, course: list[str]) -> None:
        super().__init__()
        self.course = course

    def play(self, pcm: bytes, report: object = None) -> None:
        self.course.append(next(name for name in NAMES if sound(name) == pcm))


class Sink:
    def __init__(self, course: list[str]) -> None:
        self.course = course

    def opened(self, device: str, at: float) -> None:
        self.course.append("opened")

    def sound(self, pcm: bytes, level: Level) -> None:
        self.course.append("sound")

    def gap(self, length: int, cause: str) -> None:
        self.course.append("gap")

    def source_changed(self, device: str, note: str) -> None:
        self.course.append("changed")

    def failed(self, error: AudioError, fatal: bool) -> None:
        self.course.append("failed")

    def ended(self) -> None:
        self.course.append("closed")


class Sequence:
    """A microphone with its sounds, and everything that happens, in order."""

    def __init__(self, **wishes: bool) -> None:
        self.happened: list[str] = []
        self.chimes = SoundEffects(Ear(self.happened), lambda: Settings(**wishes))
        self.microphone = FakeSource()
        self.source = self.chimes.wrap_source(self.microphone)
        self.told: list[FrontEndEvent] = []
        self.tell = self.chimes.wrap_emit(self.told.append)

    def begin(self) -> None:
        self.tell(STARTING)
        self.source.start(Sink(self.happened))
        self.microphone.open()
        self.tell(OPENED)


def test_no_sound_is_played_by_default() -> None:
    course = Sequence()
    course.begin()
    course.microphone.end()
    course.tell(FAILED)
    assert course.happened == ["opened", "closed"]


def test_end_sound_is_played_when_the_microphone_is_closed() -> None:
    course = Sequence(sounds=True)
    course.begin()
    course.microphone.say(0.1)
    course.source.stop(2.0)
    assert course.happened == ["opened", "sound"], "what is said shortly after the stop is still captured"
    course.microphone.say(0.1)
    course.microphone.end()
    assert course.happened == ["opened", "sound", "sound", "closed", END]


def test_start_sound_has_its_own_setting() -> None:
    course = Sequence(start_sound=True)
    course.begin()
    course.microphone.end()
    assert course.happened == ["opened", START, "closed"]


def test_failure_sound_replaces_the_end_sound_and_is_played_once() -> None:
    course = Sequence(sounds=True)
    course.begin()
    course.tell(FAILED)
    course.microphone.end()
    course.tell(FAILED)
    assert course.happened == ["opened", FAILURE, "closed"]
    course.tell(STARTING)
    course.tell(FAILED)
    assert course.happened[-1] == FAILURE, "the next dictation has its own"


def test_transcription_of_a_file_plays_no_sound() -> None:
    course = Sequence(sounds=True, start_sound=True)
    course.tell(Started("d1", "local", "en", "/tmp/speech.wav", 1.0, BEGAN))
    assert course.happened == []


def test_source_passes_every_other_call_on() -> None:
    course = Sequence(sounds=True)
    course.begin()
    course.source.allow(77)
    assert course.microphone.allowed == 77
    assert course.source.wake(1.0) is None
    course.source.receive("message")
    course.microphone.sink.gap(3, "unplugged")
    course.microphone.sink.source_changed("Headset", "")
    course.microphone.sink.failed(AudioError("Hm.", "Wait."), fatal=False)
    course.source.abort()
    assert course.happened == ["opened", "gap", "changed", "failed", "closed", END]
    assert course.told == [STARTING, OPENED]


def test_missing_sound_file_does_not_stop_a_dictation(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Sequence(sounds=True)

    def gone(_name: str) -> bytes:
        raise FileNotFoundError

    monkeypatch.setattr("saywrite.dictation.observers.sound", gone)
    course.begin()
    course.microphone.end()
    assert "closed" in course.happened
    assert "was not read" in caplog.text


# The sounds themselves


@pytest.mark.parametrize("name", NAMES)
def test_sound_is_short_and_quiet_and_fades_in_and_out(name: str) -> None:
    pcm = sound(name)
    samples = np.frombuffer(pcm, dtype="<i2").astype(float)
    assert 0.1 < len(samples) / 16_000 < 0.35
    assert abs(samples[0]) < 300
    assert abs(samples[-1]) < 300
    assert -13 < measure(pcm, 0.0).peak_dbfs < -11


@pytest.mark.parametrize(("percent", "peak_dbfs"), [(100, -12.0), (50, -18.0), (10, -32.0)])
def test_volume_is_a_share_of_the_amplitude(percent: int, peak_dbfs: float) -> None:
    for name in NAMES:
        assert measure(quieter(sound(name), percent), 0.0).peak_dbfs == pytest.approx(peak_dbfs, abs=0.5)


def test_sounds_are_played_at_the_volume_of_the_settings() -> None:
    player = FakePlayer()
    effects = SoundEffects(player, lambda: Settings(sounds=True, sound_volume=50))
    effects.closed()
    assert player.played == [quieter(sound(END), 50)]


def test_preview_has_the_three_sounds_with_silence_between_them() -> None:
    heard = preview(100)
    assert heard.startswith(sound(START) + bytes(2 * 6_400))
    assert heard.endswith(bytes(2 * 6_400) + sound(FAILURE))
    assert sound(END) in heard


def test_sounds_differ() -> None:
    def pitches(name: str) -> tuple[float, float]:
        """The strongest frequency of the first and the last third, in Hz."""
        samples = np.frombuffer(sound(name), dtype="<i2").astype(float)
        third = len(samples) // 3
        found = []
        for part in (samples[:third], samples[-third:]):
            spectrum = np.abs(np.fft.rfft(part, 16_000))
            found.append(float(spectrum.argmax()))
        return found[0], found[1]

    heard = {name: pitches(name) for name in NAMES}
    assert heard[START][0] < heard[START][1] - 100
    assert heard[END][0] > heard[END][1] + 100
    assert abs(heard[FAILURE][0] - heard[FAILURE][1]) < 30
    for one, other in combinations(NAMES, 2):
        assert max(abs(a - b) for a, b in zip(heard[one], heard[other], strict=True)) > 100
