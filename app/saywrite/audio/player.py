"""Plays a piece of a recording on the default output.

The methods are safe on every thread and only queue the work for the audio thread, which converts the sound to
the output's own rate and opens the stream; PortAudio's callback takes slices of it. Problems are posted as
`Failed`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from saywrite.audio.backend.audio_thread import AudioThread
from saywrite.audio.backend.portaudio import Backend, FormatRefused, PortAudioStream, RawDevice, StreamSpec
from saywrite.foundation.errors import AlsaMisconfigured, AudioError, MicrophoneBusy, NoMicrophone, PortAudioMissing
from saywrite.foundation.events import SAMPLE_RATE, Failed
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

LATENCY_S = 0.2
"""Seconds of buffering: the sound begins so much later, but does not stutter on a busy computer."""

OTHER_RATES = (48_000, 44_100, SAMPLE_RATE)

REMEDY_OUTPUT = message("Plug in a speaker or headphones, or choose an output in the sound settings.")


class Player:
    """Plays one sound at a time: a new one replaces the one before.

    It also plays during a recording, because the user has asked for it; with speakers the microphone then records
    it. `post` receives `events.Failed` (of no dictation) when the sound cannot be played.
    """

    def __init__(
        self, post: Callable[[object], None], audio: AudioThread, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock`: monotonic seconds."""
        self._post = post
        self._audio = audio
        self._clock = clock
        self._lock = threading.Lock()  # between callers of play() and stop() and the audio thread
        self._current: _Playback | None = None

    def play(self, pcm: bytes, report: Callable[[float | None], None] = lambda at: None) -> None:
        """Play 16 kHz mono s16le from its beginning.

        `report` is called on an audio thread: with the time at which the first sample is heard, and with None at the
        end of the sound, when another one replaces it, and when it cannot be played.
        """
        self._replace(_Playback(pcm, self._post, self._audio, report, self._clock))

    def stop(self) -> None:
        self._replace(None)

    def _replace(self, playback: _Playback | None) -> None:
        with self._lock:
            before, self._current = self._current, playback
        if before is not None:
            before.stop()
        if playback is not None:
            playback.start()


class _Playback:
    """One sound from its start to its end."""

    def __init__(
        self,
        pcm: bytes,
        post: Callable[[object], None],
        audio: AudioThread,
        report: Callable[[float | None], None],
        clock: Callable[[], float],
    ) -> None:
        self._pcm = pcm
        self._post = post
        self._audio = audio
        self._report = report
        self._clock = clock
        self._heard = False  # used by PortAudio's callback
        self._ended = False  # used on the audio thread only
        self._stopped = threading.Event()
        self._sound = memoryview(b"")  # used by PortAudio's callback, once the stream is open
        self._stream: PortAudioStream | None = None  # used on the audio thread only

    def start(self) -> None:
        self._audio.submit(self._open)

    def stop(self) -> None:
        self._stopped.set()
        self._audio.submit(self._close)

    def _open(self, backend: Backend) -> None:
        if self._stopped.is_set():
            return
        try:
            self._stream = self._open_stream(backend)
        except AudioError as error:
            self._post(_in_words(error))
            self._close(backend)
        except Exception as error:
            log.exception("playing failed")
            problem = message("The sound could not be played ({name}).", name=type(error).__name__)
            self._post(Failed("", problem, REMEDY_OUTPUT))
            self._close(backend)
        if self._stopped.is_set():  # it was stopped on another thread, because this one hung
            self._close(backend)

    def _open_stream(self, backend: Backend) -> PortAudioStream:
        raw = _output(backend)
        refused: AudioError | None = None
        for rate in dict.fromkeys((raw.rate, *OTHER_RATES)):
            for channels in dict.fromkeys((min(2, raw.outputs), 1)):
                self._sound = memoryview(convert(self._pcm, rate, channels))
                spec = StreamSpec(raw.index, rate, channels, rate // 20, LATENCY_S)
                try:
                    return backend.open_output(spec, self._fill, self._on_end)
                except FormatRefused as error:
                    refused = refused or error
        assert refused is not None
        raise refused

    def _fill(self, wanted: int) -> bytes:
        if not self._heard:
            self._heard = True
            self._report(self._clock() + LATENCY_S)
        sound = bytes(self._sound[:wanted])
        self._sound = self._sound[wanted:]
        return sound

    def _on_end(self) -> None:
        # After stop() its own job closes the stream; another job could start an audio thread that has been ended.
        if not self._stopped.is_set():
            self._audio.submit(self._close)

    def _close(self, backend: Backend) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
        if not self._ended:
            self._ended = True
            self._report(None)


def convert(pcm: bytes, rate: int, channels: int) -> bytes:
    """16 kHz mono s16le as `channels` equal channels at `rate`."""
    import numpy as np
    import soxr

    samples = np.frombuffer(pcm, dtype="<i2")
    if rate != SAMPLE_RATE:
        samples = soxr.resample(samples, SAMPLE_RATE, rate)
    return np.repeat(samples, channels).astype("<i2").tobytes()


def _output(backend: Backend) -> RawDevice:
    """The default output; PortAudio learns of a new one when nothing else is open."""
    for again in (True, False):
        outputs = [device for device in backend.devices() if device.outputs > 0]
        default = next((device for device in outputs if device.default_output), None)
        if default is not None:
            return default
        if not (again and backend.refresh()):
            break
    if outputs:
        return outputs[0]
    raise NoMicrophone(message("There is no audio output."), REMEDY_OUTPUT)


def _in_words(error: AudioError) -> Failed:
    """PortAudio's errors speak of microphones."""
    if isinstance(error, MicrophoneBusy):
        return Failed(
            "", message("Another program is using the audio output."), message("Close that program, then try again.")
        )
    if isinstance(error, NoMicrophone):
        return Failed("", message("There is no audio output."), REMEDY_OUTPUT)
    if isinstance(error, (AlsaMisconfigured, PortAudioMissing)):
        return Failed("", error.what, error.remedy)
    return Failed("", message("The sound could not be played."), REMEDY_OUTPUT)
