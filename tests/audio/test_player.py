"""A piece of a recording on the default output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from saywrite.audio.backend.portaudio import FormatRefused, RawDevice
from saywrite.audio.player import Player, convert
from saywrite.foundation.errors import AlsaMisconfigured, AudioError, MicrophoneBusy, NoMicrophone, PortAudioMissing
from saywrite.foundation.events import Failed

SPEAKER = RawDevice(3, "Speaker", "Core Audio", 0, 2, 48_000, default_output=True)
MONO = RawDevice(4, "Phone", "Core Audio", 0, 1, 44_100)
SOUND = (np.sin(np.arange(16_000) / 20) * 8000).astype("<i2").tobytes()


class FakeStream:
    def __init__(self, spec, fill, on_end) -> None:
        self.spec = spec
        self.fill = fill
        self.on_end = on_end
        self.open = True

    def close(self) -> None:
        self.open = False

    def play(self) -> bytes:
        """All sound to its end, in blocks, as PortAudio takes it."""
        sound = b""
        while block := self.fill(4096):
            sound += block
            if len(block) < 4096:
                break
        self.on_end()
        return sound


class FakePortAudio:
    def __init__(self, *devices: RawDevice, errors: tuple[AudioError, ...] = ()) -> None:
        self.listed = devices
        self.errors = list(errors)
        self.streams: list[FakeStream] = []
        self.refreshes = True

    def devices(self) -> tuple[RawDevice, ...]:
        return self.listed

    def refresh(self) -> bool:
        return self.refreshes

    def open_output(self, spec, fill, on_end) -> FakeStream:
        if self.errors:
            raise self.errors.pop(0)
        self.streams.append(FakeStream(spec, fill, on_end))
        return self.streams[-1]


class HandAudio:
    def __init__(self, backend: FakePortAudio) -> None:
        self.backend = backend
        self.jobs: list[Callable] = []

    def submit(self, job: Callable) -> None:
        self.jobs.append(job)

    def work(self) -> None:
        while self.jobs:
            self.jobs.pop(0)(self.backend)


def player(*devices: RawDevice, errors: tuple[AudioError, ...] = ()) -> tuple[Player, HandAudio, list]:
    told: list[object] = []
    audio = HandAudio(FakePortAudio(*devices, errors=errors))
    return Player(told.append, audio), audio, told


def test_it_is_played_at_the_output_s_own_rate_on_all_its_channels_and_closed_behind():
    play, audio, told = player(SPEAKER)
    play.play(SOUND)
    audio.work()
    (stream,) = audio.backend.streams
    assert (stream.spec.index, stream.spec.rate, stream.spec.channels) == (3, 48_000, 2)
    sound = np.frombuffer(stream.play(), "<i2").reshape(-1, 2)
    assert len(sound) == 48_000
    assert np.array_equal(sound[:, 0], sound[:, 1])
    audio.work()
    assert not stream.open
    assert told == []


def test_a_new_sound_replaces_the_one_before_and_stop_ends_it():
    play, audio, _ = player(SPEAKER)
    play.play(SOUND)
    audio.work()
    play.play(SOUND)
    audio.work()
    assert [stream.open for stream in audio.backend.streams] == [False, True]
    play.stop()
    audio.work()
    assert [stream.open for stream in audio.backend.streams] == [False, False]


def test_a_stop_before_it_was_opened_opens_nothing():
    play, audio, told = player(SPEAKER)
    play.play(SOUND)
    play.stop()
    audio.work()
    assert audio.backend.streams == []
    assert told == []


def test_other_rates_and_one_channel_are_tried_where_the_own_ones_are_refused():
    play, audio, told = player(SPEAKER, errors=(FormatRefused("no"),) * 3)
    play.play(SOUND)
    audio.work()
    spec = audio.backend.streams[0].spec
    assert (spec.rate, spec.channels) == (44_100, 1)
    assert told == []


@pytest.mark.parametrize("refreshes", [True, False], ids=["alone", "beside a recording"])
def test_without_a_default_any_output_serves(refreshes):
    play, audio, _ = player(MONO)
    audio.backend.refreshes = refreshes
    play.play(SOUND)
    audio.work()
    assert audio.backend.streams[0].spec.index == 4


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MicrophoneBusy("busy", "close it"), "Another program is using the audio output."),
        (NoMicrophone("gone", "plug"), "There is no audio output."),
        (FormatRefused("rate", "Choose another microphone."), "The sound could not be played."),
        (PortAudioMissing("The sound library PortAudio is missing.", "Install it."), "PortAudio is missing"),
        (AlsaMisconfigured("ALSA is misconfigured.", "Correct it."), "ALSA is misconfigured"),
    ],
)
def test_problem_of_playback_is_reported_with_a_remedy_and_without_microphones(error, words):
    play, audio, told = player(SPEAKER, errors=(error,) * 10)
    play.play(SOUND)
    audio.work()
    (failed,) = told
    assert isinstance(failed, Failed)
    assert words in failed.what
    assert failed.remedy
    assert "icrophone" not in failed.what + failed.remedy
    assert not failed.fatal


def test_no_output_at_all_is_reported():
    play, audio, told = player()
    play.play(SOUND)
    audio.work()
    assert [failed.what for failed in told] == ["There is no audio output."]


def test_a_conversion_to_the_same_format_changes_nothing():
    assert convert(SOUND, 16_000, 1) == SOUND


def test_the_beginning_and_the_end_of_the_sound_are_reported():
    audio = HandAudio(FakePortAudio(SPEAKER))
    reports: list[float | None] = []
    play = Player([].append, audio, clock=lambda: 10.0)
    play.play(SOUND, reports.append)
    audio.work()
    assert reports == [], "nothing is heard before the device takes sound"
    audio.backend.streams[0].play()
    assert reports == [10.2], "the device holds 0.2 s of sound"
    audio.work()
    assert reports == [10.2, None]


def test_a_sound_that_is_replaced_or_cannot_be_played_reports_its_end():
    audio = HandAudio(FakePortAudio(SPEAKER))
    reports: list[float | None] = []
    play = Player([].append, audio)
    play.play(SOUND, reports.append)
    audio.work()
    play.play(SOUND)
    audio.work()
    assert reports == [None]
    audio.backend.errors = [MicrophoneBusy("busy")]
    play.play(SOUND, reports.append)
    audio.work()
    assert reports == [None, None]
