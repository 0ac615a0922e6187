"""Which devices are microphones, and how a remembered one is found again."""

from __future__ import annotations

import threading

import pytest

from saywrite.audio.backend import devices, pulse_server
from saywrite.audio.backend.devices import (
    find,
    find_carrier,
    find_default,
    from_portaudio,
    from_server,
    list_devices,
    real_inputs,
)
from saywrite.audio.backend.portaudio import RawDevice
from saywrite.audio.backend.pulse_server import ServerSnapshot, ServerSource
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import Device


def alsa(index: int, name: str, **more) -> RawDevice:
    return RawDevice(index, name, "ALSA", more.pop("inputs", 2), 0, 44_100, **more)


PSEUDO = (
    "sysdefault front surround40 surround71 iec958 spdif dmix dsnoop lavrate samplerate speexrate jack oss "
    "pulse upmix vdownmix pipewire default null a52 usb_stream"
)
LAPTOP = [
    alsa(0, "HDA Intel PCH: ALC257 Analog (hw:0,0)"),
    alsa(1, "HDA Intel PCH: HDMI 0 (hw:0,3)", inputs=0),
    alsa(2, "USB Headset: Audio (hw:1,0)"),
    *(alsa(10 + number, name) for number, name in enumerate(PSEUDO.split())),
]


def test_alsa_s_pseudo_devices_are_no_microphones():
    assert [raw.name for raw in real_inputs(LAPTOP)] == [LAPTOP[0].name, LAPTOP[2].name]


@pytest.mark.parametrize("name", ["Front Camera: USB Audio (hw:1,0)", "Pulse USB Mic: USB Audio (hw:10,1)"])
def test_a_card_with_the_name_of_a_pseudo_device_is_a_microphone(name):
    assert [raw.name for raw in real_inputs([alsa(0, name), *LAPTOP[3:]])] == [name]


def test_a_microphone_is_remembered_without_the_number_of_its_card():
    headset = from_portaudio(LAPTOP)[1]
    assert (headset.host_api, headset.key, headset.label) == ("ALSA", "USB Headset: Audio", "USB Headset: Audio")
    replugged = [alsa(0, "USB Headset: Audio (hw:0,0)"), alsa(1, "HDA Intel PCH: ALC257 Analog (hw:1,0)")]
    found = find(replugged, headset)
    assert found is not None
    assert found.index == 0


def test_a_device_of_another_host_api_with_the_same_name_is_not_the_remembered_one():
    assert find([RawDevice(0, "Mic", "JACK", 1, 0, 48_000)], Device("ALSA", "Mic", "Mic")) is None


def test_on_windows_each_microphone_is_listed_once_by_wasapi():
    listed = [
        RawDevice(0, "Microsoft Sound Mapper - Input", "MME", 2, 0, 44_100, default_input=True),
        RawDevice(1, "Microphone (Realtek High Definiti", "MME", 2, 0, 44_100),
        RawDevice(2, "Primary Sound Capture Driver", "Windows DirectSound", 2, 0, 44_100),
        RawDevice(3, "Microphone (Realtek High Definition Audio)", "Windows DirectSound", 2, 0, 44_100),
        RawDevice(4, "Microphone (Realtek High Definition Audio)", "Windows WASAPI", 2, 0, 48_000),
        RawDevice(5, "Microphone (Realtek HD Audio Mic input)", "Windows WDM-KS", 2, 0, 48_000),
    ]
    assert [raw.index for raw in real_inputs(listed)] == [4]
    assert [raw.index for raw in real_inputs(listed[:4])] == [3]
    assert [raw.index for raw in real_inputs(listed[:2])] == [1]


def test_the_default_may_be_a_pseudo_device_and_any_input_stands_in_for_it():
    default = alsa(9, "default", default_input=True)
    assert find_default([*LAPTOP, default]) == default
    assert find_default(LAPTOP) == LAPTOP[0]
    assert find_default([LAPTOP[1]]) is None


def test_the_sound_server_is_reached_through_pulse_then_pipewire_then_the_default():
    pulse, pipewire, default = alsa(1, "pulse"), alsa(2, "pipewire"), alsa(3, "default")
    assert find_carrier([default, pipewire, pulse]) == pulse
    assert find_carrier([default, pipewire]) == pipewire
    assert find_carrier([default]) == default
    assert find_carrier([alsa(0, "hw")]) is None


def test_the_server_s_sources_are_the_microphones_and_its_default_is_marked():
    snapshot = ServerSnapshot(
        True,
        (
            ServerSource(1, "usb", "Headset", False, 1, 16_000),
            ServerSource(2, "usb.monitor", "Monitor of Headset", True, 2, 48_000),
            ServerSource(3, "pci", "Built-in Audio", False, 2, 48_000),
        ),
        "pci",
    )
    assert from_server(snapshot) == (
        Device("PulseAudio", "usb", "Headset", 1, 16_000, False),
        Device("PulseAudio", "pci", "Built-in Audio", 2, 48_000, True),
    )


def test_a_server_that_goes_away_while_it_is_read_is_no_server(monkeypatch):
    class Dying:
        closed = False

        def snapshot(self) -> ServerSnapshot:
            raise RuntimeError("disconnected")

        def close(self) -> None:
            self.closed = True

    connection = Dying()
    monkeypatch.setattr(pulse_server, "_connect", lambda: connection)
    assert pulse_server.look_once() == pulse_server.ABSENT
    assert connection.closed


def test_a_list_that_hangs_is_an_error_with_a_remedy(monkeypatch):
    hang = threading.Event()

    def look() -> ServerSnapshot:
        hang.wait()
        return ServerSnapshot(True)

    monkeypatch.setattr(devices, "look_once", look)
    monkeypatch.setattr(devices, "LIST_LIMIT_S", 0.05)
    with pytest.raises(AudioError, match="does not answer"):
        list_devices()
    hang.set()
