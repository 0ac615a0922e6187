"""One stream of sound, from its opening to its end.

`open()` and `close()` are called on the dictation thread and only queue the work for the audio thread; what
happens is posted as `FromSource` messages that carry the capture's number. Nothing here waits. A stream that opens
after it was given up is closed at once.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

from saywrite.audio.backend.audio_thread import AudioThread
from saywrite.audio.backend.devices import find, find_carrier, find_default, key, real_inputs
from saywrite.audio.backend.portaudio import (
    REMEDY_NONE,
    REMEDY_UNKNOWN,
    Backend,
    FormatRefused,
    PortAudioStream,
    RawDevice,
    StreamSpec,
)
from saywrite.audio.backend.pulse_server import TAG_PROPERTY, ServerSource
from saywrite.audio.backend.pulse_stream import OnBlock
from saywrite.audio.source import FromSource, Post
from saywrite.foundation.errors import AudioError, NoMicrophone
from saywrite.foundation.events import Device
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

BLOCKS_PER_SECOND = 50
"""Blocks of 20 ms; with 25 ms the first sound is in the journal 20 ms later (measured). A block size of 0
(PortAudio's choice) gives 130 irregular callbacks a second.
"""

OTHER_RATES = (48_000, 44_100, 32_000, 16_000)
"""Tried in turn where a device refuses its own default rate."""

MOST_CHANNELS = 32
"""A device is opened with all its channels up to this number; `channels.py` finds those with the voice."""

LATENCY_S = 0.1
"""Seconds of buffers where no sound server is between: avoiding gaps matters more than a delay of 5 ms."""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """What a stream delivers, interleaved s16le, and from where. `fallback`: not the device asked for."""

    label: str
    rate: int
    channels: int
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """A block of sound. `at`: monotonic time of its arrival. `overflow`: PortAudio lost sound before it."""

    capture: int
    format: StreamFormat
    pcm: bytes
    at: float
    overflow: bool


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """The stream is open; its blocks follow."""

    capture: int


@dataclass(frozen=True, slots=True)
class OpenFailed:
    """The stream could not be opened."""

    capture: int
    error: AudioError


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """The stream ended without a stop: unplugged, or the sound server ended."""

    capture: int


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """The stream was closed as it was asked for; no block follows."""

    capture: int


class InputStream:
    """Records `source` of the sound server, or without one `device`, or without that the default input."""

    def __init__(self, post: Post, audio: AudioThread, source: ServerSource | None, device: Device | None) -> None:
        self.number = next(_numbers)
        self.tag = f"{os.getpid()}-{self.number}"
        self.source = source
        self._device = device
        self._post = post
        self._audio = audio
        self._worker: object = None
        self._lock = threading.Lock()  # between the audio threads, a hung one and its successor
        self._wanted = True
        self._stream: PortAudioStream | None = None

    def open(self) -> None:
        self._worker = self._audio.submit(self._open)

    def close(self) -> None:
        """Give the device back; `StreamClosed` follows the last block, unless the sound system hangs."""
        with self._lock:
            self._wanted = False
        self._worker = self._audio.submit(self._close)

    @property
    def job_began(self) -> float:
        """When the audio thread began with the job it runs: see `AudioThread.job_began()`."""
        return self._audio.job_began(self._worker)

    def give_up(self) -> None:
        """The sound system did not answer in time: once it does, its thread closes the stream."""
        with self._lock:
            self._wanted = False

    def _open(self, backend: Backend) -> None:
        try:
            stream = self._open_stream(backend)
        except AudioError as error:
            self._tell(OpenFailed(self.number, error))
            return
        except Exception as error:
            log.exception("opening the microphone failed")
            problem = AudioError(
                message("The microphone could not be opened ({name}).", name=type(error).__name__), REMEDY_UNKNOWN
            )
            self._tell(OpenFailed(self.number, problem))
            return
        if stream is None:
            return
        with self._lock:
            keep = self._wanted
            if keep:
                self._stream = stream
        if keep:
            self._tell(StreamOpened(self.number))
        else:
            stream.close()

    def _close(self, backend: Backend) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
        self._tell(StreamClosed(self.number))

    def _open_stream(self, backend: Backend) -> PortAudioStream | None:
        if self.source is not None and self.source.layout:
            try:
                return self._open_source(backend, self.source)
            except AudioError as error:
                log.warning("not all channels of the source can be opened: %s", error.what)
        raw, fallback = self._find(backend)
        refused: AudioError | None = None
        for rate, channels in _formats(raw, self.source):
            if not self._wanted:  # it only turns False, and _open() checks it again under the lock
                return None
            label = self.source.label if self.source else key(raw)
            form = StreamFormat(label, rate, channels, fallback)
            try:
                return self._open_as(backend, raw, form)
            except FormatRefused as error:
                refused = refused or error
        raise refused or NoMicrophone(message("There is no microphone."), REMEDY_NONE)

    def _open_source(self, backend: Backend, source: ServerSource) -> PortAudioStream:
        form = StreamFormat(source.label, source.rate, len(source.layout))
        props = f"{TAG_PROPERTY}={self.tag} application.icon_name=audio-input-microphone"
        block = form.rate // BLOCKS_PER_SECOND
        spec = StreamSpec(-1, form.rate, form.channels, block, environment={"PULSE_PROP": props})
        return backend.open_source(source.name, source.layout, spec, *self._callbacks(form))

    def _callbacks(self, form: StreamFormat) -> tuple[OnBlock, Callable[[], None]]:
        post, number = self._post, self.number

        def on_block(pcm: bytes, at: float, overflow: bool) -> None:
            post(FromSource(AudioBlock(number, form, pcm, at, overflow)))

        def on_end() -> None:
            post(FromSource(StreamEnded(number)))

        return on_block, on_end

    def _open_as(self, backend: Backend, raw: RawDevice, form: StreamFormat) -> PortAudioStream:
        spec = StreamSpec(
            raw.index,
            form.rate,
            form.channels,
            form.rate // BLOCKS_PER_SECOND,
            "high" if self.source else LATENCY_S,
            self._environment(raw),
            convert=raw.host_api == "Windows WASAPI" and form.rate != raw.rate,
        )
        return backend.open_input(spec, *self._callbacks(form))

    def _find(self, backend: Backend) -> tuple[RawDevice, bool]:
        """The PortAudio device to open, and whether it is a fallback. Refreshes the list and looks again."""
        for again in (True, False):
            devices = backend.devices()
            if self.source is not None:
                raw = find_carrier(devices)
            elif self._device is not None:
                raw = find(devices, self._device)
            else:
                raw = find_default(devices)
            if raw is not None:
                return raw, False
            if not (again and backend.refresh()):
                break
        if self.source is not None:
            raise NoMicrophone(
                message("The sound library cannot reach the sound server."),
                message("Install its bridge (Debian, Ubuntu: libasound2-plugins; Fedora: alsa-plugins-pulseaudio)."),
            )
        raw = find_default(devices)
        if raw is None:
            raise NoMicrophone(message("There is no microphone."), REMEDY_NONE)
        return raw, True

    def _environment(self, raw: RawDevice) -> dict[str, str]:
        """The variables that name the source and our stream to the libraries that open it."""
        if self.source is None:
            return {}
        if raw.name == "pipewire":
            props = f'{{ {TAG_PROPERTY} = "{self.tag}" }}'
            return {"PIPEWIRE_NODE": self.source.name, "PIPEWIRE_PROPS": props}
        props = f"{TAG_PROPERTY}={self.tag} application.icon_name=audio-input-microphone"
        return {"PULSE_SOURCE": self.source.name, "PULSE_PROP": props}

    def _tell(self, message: object) -> None:
        self._post(FromSource(message))


def _formats(raw: RawDevice, source: ServerSource | None) -> list[tuple[int, int]]:
    """(rate, channels) to try, the device's own first."""
    rates = list(dict.fromkeys((source.rate if source else raw.rate, *OTHER_RATES)))
    if source is not None and source.layout:
        numbers = [1]  # the server gives the mean of all channels; of two it would leave some out
    else:
        # A pseudo device of ALSA claims any number of channels.
        most = source.channels if source else raw.inputs if real_inputs([raw]) else min(2, raw.inputs)
        numbers = list(dict.fromkeys((min(MOST_CHANNELS, max(1, most)), *((2,) if most > 2 else ()), 1)))
    formats = [(rate, channels) for channels in numbers for rate in rates]
    return formats if len(numbers) > 1 or raw.inputs < 2 else [*formats, (rates[0], 2)]
