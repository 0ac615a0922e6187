"""Recording a source of the sound server with all of its channels as they are.

PortAudio reaches the server through ALSA, which cannot name channels: it asks for "front left, front right", and the
server fills them by name. The inputs of an audio interface are called aux0, aux1 …, so the server finds nothing for
them and delivers exact silence (measured, PulseAudio 16.1). So such a source is opened with libpulse's simple
interface and the source's own channel map, and nothing is remixed.

`open_source()` is called on the audio thread. Each stream has a thread of its own, which reads blocks, calls back, and
frees the stream at the end; a server that hangs blocks that thread only.
"""

from __future__ import annotations

import ctypes
import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from saywrite.foundation.errors import AudioError
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

CLOSE_LIMIT_S = 0.2
"""A read ends within a block, 20 ms; with a server that hangs, never: it is not waited for."""

MOST_CHANNELS = 32
"""PA_CHANNELS_MAX (pulse/sample.h)."""

_RECORD, _S16LE = 2, 3  # PA_STREAM_RECORD, PA_SAMPLE_S16LE
_DEFAULT = 0xFFFF_FFFF  # (uint32_t) -1: the server decides

OnBlock = Callable[[bytes, float, bool], None]
"""Takes (samples, monotonic time of arrival, overflow) on the stream's thread. It must not block."""


class _SampleSpec(ctypes.Structure):
    _fields_ = (("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8))


class _ChannelMap(ctypes.Structure):
    _fields_ = (("channels", ctypes.c_uint8), ("map", ctypes.c_int * MOST_CHANNELS))


class _BufferAttributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize"))


class SourceStream:
    """An open stream of one source."""

    def __init__(self, handle: int, block: int, on_block: OnBlock, on_end: Callable[[], None]) -> None:
        self._handle = handle
        self._block = block
        self._on_block = on_block
        self._on_end = on_end
        # Set once by close(); the thread only reads it.
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="source", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the callbacks, drop what is buffered and give the source back."""
        self._closed = True
        self._thread.join(CLOSE_LIMIT_S)

    def _run(self) -> None:
        library = _load()
        buffer = ctypes.create_string_buffer(self._block)
        error = ctypes.c_int()
        try:
            while not self._closed:
                if library.pa_simple_read(self._handle, buffer, self._block, ctypes.byref(error)) < 0:
                    log.info("the sound server ended the stream (error %d)", error.value)
                    break
                if not self._closed:
                    self._on_block(buffer.raw, time.monotonic(), False)
        finally:
            library.pa_simple_free(self._handle)
        if not self._closed:
            self._on_end()


def open_source(
    name: str, rate: int, positions: tuple[int, ...], block: int, on_block: OnBlock, on_end: Callable[[], None]
) -> SourceStream:
    """Record the source `name` of the sound server with all of its channels. Raises AudioError.

    `rate`: frames a second. `positions`: libpulse's number for the place of each channel. `block`: frames of one block.
    The connection reads the environment (PULSE_SERVER, PULSE_PROP) when it is made.
    """
    channels = len(positions)
    size = 2 * channels * block
    spec = _SampleSpec(_S16LE, rate, channels)
    layout = _ChannelMap(channels, (ctypes.c_int * MOST_CHANNELS)(*positions))
    buffering = _BufferAttributes(_DEFAULT, _DEFAULT, _DEFAULT, _DEFAULT, size)
    error = ctypes.c_int()
    try:
        library = _load()
    except OSError as problem:
        raise AudioError(
            message("libpulse-simple is missing."), message("Install it (Debian, Ubuntu: libpulse0).")
        ) from problem
    handle = library.pa_simple_new(
        *(None, b"Saywrite", _RECORD, name.encode(), b"Dictation"),
        *(ctypes.byref(spec), ctypes.byref(layout), ctypes.byref(buffering), ctypes.byref(error)),
    )
    if not handle:
        raise AudioError(
            message("The sound server did not open the microphone (error {value}).", value=error.value),
            message("Choose another microphone."),
        )
    return SourceStream(handle, size, on_block, on_end)


@cache
def _load() -> Any:
    library = ctypes.CDLL("libpulse-simple.so.0")
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    library.pa_simple_new.restype = pointer
    library.pa_simple_new.argtypes = [text, text, number, text, text, pointer, pointer, pointer, pointer]
    library.pa_simple_read.restype = number
    library.pa_simple_read.argtypes = [pointer, pointer, ctypes.c_size_t, pointer]
    library.pa_simple_free.restype = None
    library.pa_simple_free.argtypes = [pointer]
    return library
