"""Lists the microphones, and finds a remembered one again.

A device is remembered by its host API and its name there, never by index. With a sound server on Linux the
microphones are the server's sources; elsewhere they are PortAudio's devices of one host API, without the
pseudo devices of ALSA's configuration and without the doubles of the older Windows APIs.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue

from saywrite.audio.backend.audio_thread import AudioThread
from saywrite.audio.backend.portaudio import PLATFORM, REMEDY_NONE, Backend, PortAudio, RawDevice
from saywrite.audio.backend.pulse_server import (
    HOST_API,
    ChangePending,
    ServerSnapshot,
    ServerSource,
    SoundServer,
    look_once,
)
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import Device, DevicesChanged
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

LIST_LIMIT_S = 5.0
"""Seconds after which the sound system counts as hung; the first list takes 0.4 s."""

_WINDOWS_PREFERENCE = ("Windows WASAPI", "Windows DirectSound", "MME")
_PSEUDO = re.compile(
    r"(default|sysdefault|pulse|pipewire|jack|oss|null|dmix|dsnoop|dsp|lavrate|samplerate|speexrate|speex|upmix|vdownmix"
    r"|front|rear|center_lfe|side|surround\d+|iec958|spdif|hdmi|modem|phoneline|a52|usb_stream|arcam_av)\b",
    re.IGNORECASE,
)
_WINDOWS_PSEUDO = re.compile(r"(Microsoft Sound Mapper|Primary Sound Capture Driver)\b.*", re.IGNORECASE)
_ADDRESS = re.compile(r" \(hw:\d+,\d+\)$")


def from_server(snapshot: ServerSnapshot) -> tuple[Device, ...]:
    """The server's microphones, without the monitors of speakers."""
    return tuple(
        Device(HOST_API, s.name, s.label, s.channels, s.rate, s.name == snapshot.default) for s in snapshot.microphones
    )


def from_portaudio(devices: Iterable[RawDevice]) -> tuple[Device, ...]:
    """PortAudio's real inputs, each once. The default of the system is marked where it is a real device."""
    return tuple(
        Device(raw.host_api, key(raw), _ADDRESS.sub("", raw.name), raw.inputs, raw.rate, raw.default_input)
        for raw in real_inputs(devices)
    )


def real_inputs(devices: Iterable[RawDevice]) -> list[RawDevice]:
    inputs = [raw for raw in devices if raw.inputs > 0 and not _WINDOWS_PSEUDO.fullmatch(raw.name)]
    apis = {raw.host_api for raw in inputs}
    best = next((api for api in _WINDOWS_PREFERENCE if api in apis), None)
    if best is not None:
        return [raw for raw in inputs if raw.host_api == best]
    return [raw for raw in inputs if raw.host_api != "ALSA" or _ADDRESS.search(raw.name) or not _PSEUDO.match(raw.name)]


def key(raw: RawDevice) -> str:
    """The device's name without ALSA's card number, which changes with the order of plugging."""
    return _ADDRESS.sub("", raw.name)


def find(devices: Iterable[RawDevice], wanted: Device) -> RawDevice | None:
    """The remembered device among those that are connected now; None if it is not."""
    return next(
        (raw for raw in real_inputs(devices) if (raw.host_api, key(raw)) == (wanted.host_api, wanted.key)),
        None,
    )


def find_default(devices: Iterable[RawDevice]) -> RawDevice | None:
    """The system's default input (which may be a pseudo device), else the first real one."""
    devices = tuple(devices)
    default = next((raw for raw in devices if raw.default_input and raw.inputs > 0), None)
    return default or next(iter(real_inputs(devices)), None)


def find_carrier(devices: Iterable[RawDevice]) -> RawDevice | None:
    """The ALSA device that leads to the sound server, which then picks the source we name."""
    named = {raw.name: raw for raw in devices if raw.inputs > 0 and raw.host_api == "ALSA"}
    return named.get("pulse") or named.get("pipewire") or named.get("default")


def as_source(device: Device) -> ServerSource:
    """A remembered source of the server, until the server has listed its sources."""
    return ServerSource(-1, device.key, device.label, False, device.channels, device.rate)


def list_devices() -> tuple[Device, ...]:
    """The microphones that are connected now. Blocks for `LIST_LIMIT_S` at most; raises AudioError."""
    answers: SimpleQueue[tuple[Device, ...] | AudioError] = SimpleQueue()

    def look() -> None:
        try:
            snapshot = look_once()
            answers.put(from_server(snapshot) if snapshot.present else from_portaudio(PortAudio().devices()))
        except AudioError as error:
            answers.put(error)

    threading.Thread(target=look, name="list of devices", daemon=True).start()
    try:
        answer = answers.get(timeout=LIST_LIMIT_S)
    except Empty:
        raise not_answering() from None
    if isinstance(answer, AudioError):
        raise answer
    return answer


def not_answering() -> AudioError:
    if PLATFORM.startswith("linux"):
        return AudioError(message("The sound server does not answer."), message("Restart it, or log out and in again."))
    return AudioError(
        message("The sound system does not answer."), message("Unplug the microphone and plug it in again, or restart.")
    )


class Microphones:
    """Posts `DevicesChanged` on `refresh()`, and when the sound server's microphones change.

    Without a server only `refresh()` finds a new device, and only while nothing records or plays, because
    PortAudio would end every stream.
    """

    def __init__(self, post: Callable[[object], None], audio: AudioThread, server: SoundServer) -> None:
        self._post = post
        self._audio = audio
        self._server = server
        # No lock: written as one reference by the server's thread and by refresh(); at worst a list is posted twice.
        self._known: tuple[Device, ...] | None = None
        server.subscribe(self, self._on_server)

    def refresh(self) -> None:
        """List the devices again and post the result."""
        self._known = None
        self._server.subscribe(self, self._on_server)
        self._server.look()

    def close(self) -> None:
        self._server.unsubscribe(self)

    def _on_server(self, change: ServerSnapshot | ChangePending) -> None:
        if isinstance(change, ChangePending):
            return
        if not change.present:
            self._known = None
            self._audio.submit(self._list)
            return
        devices = from_server(change)
        if devices != self._known:
            self._known = devices
            self._post(_known(devices))

    def _list(self, backend: Backend) -> None:
        try:
            backend.refresh()
            self._post(_known(from_portaudio(backend.devices())))
        except AudioError as error:
            self._post(DevicesChanged((), error.what, error.remedy))


def _known(devices: tuple[Device, ...]) -> DevicesChanged:
    if devices:
        return DevicesChanged(devices)
    return DevicesChanged((), message("There is no microphone."), REMEDY_NONE)
