"""PortAudio behind a small interface, with errors that name a remedy.

Every call into PortAudio is made on the thread of `AudioThread` and may hang for as long as the sound system does. The
first call imports sounddevice and raises `PortAudioMissing` where the PortAudio library is missing.
"""

from __future__ import annotations

import atexit
import errno
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from saywrite.audio.backend.alsa import check_configuration
from saywrite.audio.backend.pulse_stream import OnBlock, open_source
from saywrite.foundation.errors import AudioError, MicrophoneBusy, MicrophoneDenied, NoMicrophone, PortAudioMissing
from saywrite.foundation.messages import joined, message

PLATFORM: str = sys.platform


class FormatRefused(AudioError):
    """The device does not take this sample rate or number of channels."""


@dataclass(frozen=True, slots=True)
class RawDevice:
    """A device as PortAudio lists it. `index` is valid until the next `refresh()` only."""

    index: int
    name: str
    host_api: str
    inputs: int
    outputs: int
    rate: int
    default_input: bool = False
    default_output: bool = False


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """How to open a device for 16-bit samples.

    `rate`: frames a second. `block`: frames of one block. `latency`: of the buffers, in seconds or as a word of
    PortAudio. `environment`: variables that are set while the stream is opened, when sound servers read them.
    `convert`: WASAPI may convert the sample rate.
    """

    index: int
    rate: int
    channels: int
    block: int
    latency: float | str = "high"
    environment: Mapping[str, str] = field(default_factory=dict)
    convert: bool = False


Fill = Callable[[int], bytes]
"""(bytes wanted) → the next sound to play; fewer bytes end the playback. Called on PortAudio's thread."""


class PortAudioStream(Protocol):
    """An open stream of a device or of a source."""

    def close(self) -> None:
        """Drop what is buffered, end the callbacks, give the device back. May hang with the sound system."""


class Backend(Protocol):
    """The sound system. Every call is made on the audio thread and may hang."""

    def devices(self) -> tuple[RawDevice, ...]: ...

    def refresh(self) -> bool:
        """Look for new devices. That would end every stream: with one open, nothing is done (False)."""

    def open_input(self, spec: StreamSpec, on_block: OnBlock, on_end: Callable[[], None]) -> PortAudioStream: ...

    def open_output(self, spec: StreamSpec, fill: Fill, on_end: Callable[[], None]) -> PortAudioStream: ...

    def open_source(
        self, name: str, positions: tuple[int, ...], spec: StreamSpec, on_block: OnBlock, on_end: Callable[[], None]
    ) -> PortAudioStream:
        """Open a source of the sound server with all its channels, past PortAudio (`pulse_stream`)."""


class PortAudio:
    """`Backend` with sounddevice and libpulse. Raises only AudioError and its subclasses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = 0  # open streams and calls in progress, hung ones too, which forbid a refresh
        self._environment: dict[str, str | None] = {}

    def devices(self) -> tuple[RawDevice, ...]:
        """List all devices; the default ones are those of WASAPI where there is WASAPI."""
        with self._call() as sd:
            apis = sd.query_hostapis()
            first_in, first_out = _defaults(sd, apis)
            return tuple(
                RawDevice(
                    index,
                    device["name"],
                    apis[device["hostapi"]]["name"],
                    device["max_input_channels"],
                    device["max_output_channels"],
                    int(device["default_samplerate"]) or 48_000,
                    index == first_in,
                    index == first_out,
                )
                for index, device in enumerate(sd.query_devices())
            )

    def refresh(self) -> bool:
        """Start PortAudio again, unless a stream is open."""
        with self._call() as sd:
            if alone := self._busy == 1:
                check_configuration()
                sd._terminate()
                sd._initialize()
            return alone

    def open_input(self, spec: StreamSpec, on_block: OnBlock, on_end: Callable[[], None]) -> PortAudioStream:
        def callback(data: Any, frames: int, timing: Any, status: Any) -> None:
            on_block(bytes(data), time.monotonic(), bool(status) and status.input_overflow)

        with self._call() as sd, self._environment_names(spec.environment):
            stream = sd.RawInputStream(**_arguments(sd, spec), callback=callback, finished_callback=on_end)
            return self._start(stream)

    def open_output(self, spec: StreamSpec, fill: Fill, on_end: Callable[[], None]) -> PortAudioStream:
        """Play what `fill` returns, until it returns fewer bytes than it was asked for."""

        def callback(data: Any, frames: int, timing: Any, status: Any) -> None:
            sound = fill(len(data))
            data[: len(sound)] = sound
            if len(sound) < len(data):
                data[len(sound) :] = bytes(len(data) - len(sound))
                raise sd.CallbackStop

        with self._call() as sd, self._environment_names(spec.environment):
            stream = sd.RawOutputStream(**_arguments(sd, spec), callback=callback, finished_callback=on_end)
            return self._start(stream)

    def open_source(
        self, name: str, positions: tuple[int, ...], spec: StreamSpec, on_block: OnBlock, on_end: Callable[[], None]
    ) -> PortAudioStream:
        with self._environment_names(spec.environment):
            return open_source(name, spec.rate, positions, spec.block, on_block, on_end)

    def _start(self, stream: Any) -> PortAudioStream:
        try:
            stream.start()
        except BaseException:
            stream.close()
            raise
        return _OpenStream(self, stream)

    @contextmanager
    def _call(self) -> Iterator[Any]:
        """One call into PortAudio: counted while it lasts, its errors translated."""
        self.count(1)
        try:
            sd = _load()
            try:
                if not sd._initialized and self._busy == 1:  # the last refresh() failed; one that hangs is left alone
                    sd._initialize()
                yield sd
            except sd.PortAudioError as error:
                raise translate(error.args) from error
            except ValueError as error:  # sounddevice's own checks: no such device or channel
                raise NoMicrophone(message("The microphone was not found."), REMEDY_NONE) from error
        finally:
            self.count(-1)

    def count(self, change: int) -> None:
        with self._lock:
            self._busy += change

    @contextmanager
    def _environment_names(self, environment: Mapping[str, str]) -> Iterator[None]:
        """Set the environment variables of an open, and afterwards restore the values of the program's start.

        An open that hung and was given up may restore them late, after the next one has set its own.
        """
        for name, value in environment.items():
            self._environment.setdefault(name, os.environ.get(name))
            os.environ[name] = value
        try:
            yield
        finally:
            for name in environment:
                before = self._environment[name]
                if before is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = before


class _OpenStream:
    def __init__(self, portaudio: PortAudio, stream: Any) -> None:
        self._portaudio = portaudio
        self._stream = stream
        portaudio.count(1)

    def close(self) -> None:
        # abort, never stop: stop waits for a stalled device for ever (measured on PulseAudio and macOS).
        self._stream.abort()
        self._stream.close()
        self._portaudio.count(-1)


def _load() -> Any:
    if "sounddevice" not in sys.modules:
        check_configuration()
    try:
        import sounddevice
    except OSError as error:
        raise PortAudioMissing(message("The sound library PortAudio is missing."), _library_remedy()) from error
    except Exception as error:  # PortAudioError, which does not remain: the import has failed
        raise translate(error.args) from error
    # sounddevice would end PortAudio at exit, which with a frozen sound server never returns.
    atexit.unregister(sounddevice._exit_handler)
    return sounddevice


def _library_remedy() -> str:
    if PLATFORM.startswith("linux"):
        return message("Install it (Debian, Ubuntu: libportaudio2; Fedora, Arch: portaudio) and start Saywrite again.")
    if PLATFORM == "darwin":
        return message("Install it with “brew install portaudio” and start Saywrite again.")
    return message("Install Saywrite again: its package “sounddevice” brings the library along.")


def _defaults(sd: Any, apis: Any) -> tuple[int, int]:
    """Indexes of the default input and output (−1: none), of WASAPI where there is one."""
    for api in apis:
        if api["name"] == "Windows WASAPI" and api["default_input_device"] >= 0:
            return api["default_input_device"], api["default_output_device"]
    return sd.default.device[0], sd.default.device[1]


def _arguments(sd: Any, spec: StreamSpec) -> dict[str, Any]:
    return {
        "device": spec.index,
        "samplerate": spec.rate,
        "channels": spec.channels,
        "dtype": "int16",
        "blocksize": spec.block,
        "latency": spec.latency,
        "extra_settings": sd.WasapiSettings(auto_convert=True) if spec.convert else None,
    }


REMEDY_NONE = message("Plug in a microphone or switch it on, then try again.")
REMEDY_BUSY = message("Close the program that is using it, or choose another microphone.")
REMEDY_UNKNOWN = message("Choose another microphone, or unplug it and plug it in again.")


def denied_remedy() -> str:
    """Where this system lets programs use the microphone."""
    if PLATFORM == "darwin":
        return message("Allow it in System Settings → Privacy & Security → Microphone, then start Saywrite again.")
    if PLATFORM == "win32":
        return message(
            "In Settings → Privacy & security → Microphone, switch on “Let desktop apps access your microphone”."
        )
    return message("Add yourself to the group “audio” (sudo usermod -aG audio $USER) and log in again.")


def silence_remedy() -> str:
    """Where this system makes a microphone deliver zeros: its mute, and its privacy switch if any."""
    if PLATFORM == "darwin" or PLATFORM == "win32":
        return joined(" ", message("Check its mute switch."), denied_remedy())
    return message("Check its mute switch and its input level in the sound settings.")


_BUSY = {errno.EBUSY, -errno.EBUSY, -2004287478}  # AUDCLNT_E_DEVICE_IN_USE
_DENIED = {errno.EACCES, -errno.EACCES, errno.EPERM, -errno.EPERM, -2147024891}  # E_ACCESSDENIED
_GONE = {
    *(sign * code for sign in (1, -1) for code in (errno.ENODEV, errno.ENOENT, errno.EIO, errno.ECONNREFUSED)),
    -2004287484,  # AUDCLNT_E_DEVICE_INVALIDATED
}
_TEXTS = (("busy", _BUSY), ("denied", _DENIED), ("not permitted", _DENIED), ("no such", _GONE))


def translate(arguments: tuple[Any, ...]) -> AudioError:
    """Translate the `args` of sounddevice's PortAudioError into an error for the user.

    They are (text, PaErrorCode, (host API, its own error code, its text)), the latter two where known.
    PaErrorCode: portaudio.h; the host's code is an errno with ALSA and an HRESULT with WASAPI.
    """
    text = str(arguments[0]) if arguments else ""
    code = arguments[1] if len(arguments) > 1 else 0
    host = arguments[2] if len(arguments) > 2 else (0, 0, "")
    details = f"{text} {host[2]}".lower()
    kinds = [kind for word, kind in _TEXTS if word in details]
    if code == -9985 or host[1] in _BUSY or _BUSY in kinds:
        return MicrophoneBusy(message("Another program is using the microphone."), REMEDY_BUSY)
    if host[1] in _DENIED or _DENIED in kinds:
        return MicrophoneDenied(message("The system does not let Saywrite use the microphone."), denied_remedy())
    if code in (-9997, -9998, -9994):
        return FormatRefused(
            message("The microphone offers no sample rate that Saywrite can use."),
            message("Set it to 48,000 Hz in the system's sound settings, or choose another microphone."),
        )
    if code == -9996 or host[1] in _GONE or _GONE in kinds or "querying device -1" in details:
        return NoMicrophone(message("There is no microphone."), REMEDY_NONE)
    return AudioError(
        message("The microphone could not be opened ({value}).", value=text or "no reason given"), REMEDY_UNKNOWN
    )
