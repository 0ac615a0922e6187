"""PortAudio's errors in words, and what surrounds an open."""

from __future__ import annotations

import builtins
import errno
import os
import sys

import pytest

from saywrite.audio.backend import portaudio
from saywrite.audio.backend.portaudio import FormatRefused, PortAudio, denied_remedy, silence_remedy, translate
from saywrite.foundation.errors import AudioError, MicrophoneBusy, MicrophoneDenied, NoMicrophone, PortAudioMissing


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("Device unavailable", -9985), MicrophoneBusy),
        (("Unanticipated host error", -9999, (0, -errno.EBUSY, "Device or resource busy")), MicrophoneBusy),
        (("Unanticipated host error", -9999, (0, -2004287478, "")), MicrophoneBusy),
        (("Unanticipated host error", -9999, (0, -errno.EACCES, "Permission denied")), MicrophoneDenied),
        (("Unanticipated host error", -9999, (0, 0, "Operation not permitted")), MicrophoneDenied),
        (("Invalid sample rate", -9997), FormatRefused),
        (("Invalid number of channels", -9998), FormatRefused),
        (("Invalid device", -9996), NoMicrophone),
        (("Error querying device -1",), NoMicrophone),
        (("Unanticipated host error", -9999, (0, -errno.EIO, "Input/output error")), NoMicrophone),
        (("Unanticipated host error", -9999, (0, -errno.ENODEV, "No such device")), NoMicrophone),
        (("Internal PortAudio error", -9986), AudioError),
        ((), AudioError),
    ],
)
def test_each_error_has_its_class_its_sentence_and_its_remedy(arguments, kind):
    error = translate(arguments)
    assert type(error) is kind
    assert error.what.endswith(".")
    assert error.remedy.endswith(".")


def test_an_unknown_error_names_what_portaudio_said():
    assert "Internal PortAudio error" in translate(("Internal PortAudio error", -9986)).what


@pytest.mark.parametrize(
    ("platform", "word"), [("linux", "libportaudio2"), ("darwin", "brew"), ("win32", "sounddevice")]
)
def test_a_missing_library_is_named_with_its_package(monkeypatch, platform, word):
    real = builtins.__import__

    def without(name, *rest):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr(portaudio, "PLATFORM", platform)
    with pytest.raises(PortAudioMissing, match=word):
        PortAudio().devices()


def test_a_library_that_does_not_start_is_an_error_for_the_user(monkeypatch):
    real = builtins.__import__

    def failing(name, *rest):
        if name == "sounddevice":
            raise type("PortAudioError", (Exception,), {})("Error initializing PortAudio", -9999)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", failing)
    with pytest.raises(AudioError, match="Error initializing PortAudio"):
        PortAudio().devices()


def test_a_library_that_did_not_start_again_is_started_by_the_next_call(monkeypatch):
    backend = PortAudio()
    backend.devices()
    sounddevice = sys.modules["sounddevice"]

    def fail() -> None:
        raise sounddevice.PortAudioError("Error initializing PortAudio", -9992)

    with monkeypatch.context() as broken:
        broken.setattr(sounddevice, "_initialize", fail)
        with pytest.raises(AudioError, match="Error initializing PortAudio"):
            backend.refresh()
    before = PortAudio().devices()
    assert backend.refresh()
    assert backend.devices() == before


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_a_refusal_names_this_system_s_own_place_for_it(monkeypatch, platform):
    monkeypatch.setattr(portaudio, "PLATFORM", platform)
    word = {"linux": "audio", "darwin": "System Settings", "win32": "desktop apps"}[platform]
    assert word in denied_remedy()
    assert "mute switch" in silence_remedy()


def test_the_environment_of_an_open_is_put_back_even_when_two_overlap(monkeypatch):
    """A hung open, given up, puts it back late: behind the next one's own."""
    monkeypatch.setenv("PULSE_SOURCE", "mine")
    monkeypatch.delenv("PULSE_PROP", raising=False)
    backend = PortAudio()
    hung = backend._environment_names({"PULSE_SOURCE": "a", "PULSE_PROP": "x"})
    hung.__enter__()
    with backend._environment_names({"PULSE_SOURCE": "b"}):
        assert os.environ["PULSE_SOURCE"] == "b"
    hung.__exit__(None, None, None)
    assert os.environ["PULSE_SOURCE"] == "mine"
    assert "PULSE_PROP" not in os.environ
