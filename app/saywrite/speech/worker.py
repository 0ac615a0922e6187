"""A recogniser in a child process, seen from within the child.

The parent's side is `process.py`, the pipe between them `framing.py`. The child has one thread. It reads

    {"op": "start", "session": 3, "at": 0, "voice": {…}}    then sound, then {"op": "finish"} or {"op":
    "abort"}

and writes

    {"kind": "ready", "load_s": 0.5, "rss_kb": 132000}      once, or {"kind": "unavailable", "reason": …}
    {"kind": "partial", "session", "text"}                  the words of the open utterance
    {"kind": "final", "session", "text", "start", "end"}    sample offsets
    {"kind": "progress", "session", "sent", "confirmed"}    after every block: also its sign of life
    {"kind": "finished", "session", "rss_kb"}

The end of its input ends the child. What a decoder and a segmenter are is given from outside: the engine
brings the decoder, the composition root the segmenter (the parts of Saywrite do not import each other).
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from saywrite.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.speech.framing import GarbageError, message_frame, read_frame
from saywrite.speech.segmenter import Boundary, MakeSegmenter, Segmenter

PARTIAL_EVERY = SAMPLE_RATE * 3 // 10
"""Samples of speech between two looks at the words so far."""

MIN_VOICE = SAMPLE_RATE * 15 // 100
"""Utterances with less voice than this (0.15 s: a click, a door) give no text."""

log = logging.getLogger(__name__)


class Decoder(Protocol):
    """Turns the sound of one utterance into words."""

    def reset(self) -> None: ...
    def begin(self) -> None: ...
    def process(self, pcm: bytes) -> None: ...
    def partial(self) -> str: ...
    def end(self) -> str: ...


Send = Callable[[dict[str, Any]], None]


class Session:
    """One dictation, or the rest of one after a restart: sound in, texts of utterances out."""

    def __init__(self, number: int, start: int, decoder: Decoder, segmenter: Segmenter, send: Send) -> None:
        self.number = number
        self._decoder = decoder
        self._segmenter = segmenter
        self._send = send
        self._kept = bytearray()
        self._kept_from = start
        self._end = start
        self._decoded: int | None = None
        self._opened = 0
        self._looked_at = 0
        self._partial = ""

    def feed(self, pcm: bytes) -> None:
        self._kept += pcm
        self._end += len(pcm) // BYTES_PER_SAMPLE
        self._follow(self._segmenter.process(pcm))
        if self._decoded is not None:
            self._decode(self._end)
            self._look()
        self._forget(self._segmenter.settled)
        self._report(self._segmenter.settled)

    def finish(self) -> None:
        self._follow(self._segmenter.flush())
        self._report(self._end)
        self._send({"kind": "finished", "session": self.number, "rss_kb": memory_kb()})

    def abort(self) -> None:
        if self._decoded is not None:
            self._decoded = None
            self._decoder.end()

    def _follow(self, boundaries: Sequence[Boundary]) -> None:
        for boundary in boundaries:
            if boundary.starts:
                self._open(boundary.at)
            else:
                self._close(boundary.at, boundary.voiced)

    def _open(self, at: int) -> None:
        self._decoder.begin()
        self._opened = self._decoded = self._looked_at = at
        self._partial = ""

    def _close(self, at: int, voiced: int) -> None:
        self._decode(at)
        self._decoded = None
        text = self._decoder.end()
        if text and voiced >= MIN_VOICE:
            self._send({"kind": "final", "session": self.number, "text": text, "start": self._opened, "end": at})
        elif self._partial:
            self._send({"kind": "partial", "session": self.number, "text": ""})
        self._report(at)

    def _decode(self, to: int) -> None:
        """Give the decoder the sound up to `to`; at an end it may have had some of the silence behind it
        already.
        """
        if self._decoded is None or to <= self._decoded:
            return
        first, last = ((offset - self._kept_from) * BYTES_PER_SAMPLE for offset in (self._decoded, to))
        self._decoder.process(bytes(self._kept[first:last]))
        self._decoded = to

    def _look(self) -> None:
        if self._end - self._looked_at < PARTIAL_EVERY:
            return
        self._looked_at = self._end
        text = self._decoder.partial()
        if text and text != self._partial:
            self._partial = text
            self._send({"kind": "partial", "session": self.number, "text": text})

    def _forget(self, before: int) -> None:
        if before > self._kept_from:
            del self._kept[: (before - self._kept_from) * BYTES_PER_SAMPLE]
            self._kept_from = before

    def _report(self, confirmed: int) -> None:
        self._send(
            {
                "kind": "progress",
                "session": self.number,
                "sent": self._end,
                "confirmed": min(confirmed, self._end),
            }
        )


def serve(
    stdin: IO[bytes], stdout: IO[bytes], make_decoder: Callable[[], Decoder], make_segmenter: MakeSegmenter
) -> int:
    """The child's whole life; returns its exit code. Errors of the decoder end it: the parent starts
    another.
    """

    def send(message: dict[str, Any]) -> None:
        stdout.write(message_frame(message))
        stdout.flush()

    began = time.monotonic()
    try:
        decoder = make_decoder()
    except (ImportError, OSError, RuntimeError) as error:
        send({"kind": "unavailable", "reason": f"{type(error).__name__}: {error}"})
        return 1
    send({"kind": "ready", "load_s": round(time.monotonic() - began, 3), "rss_kb": memory_kb()})
    session: Session | None = None
    while (frame := read_frame(stdin)) is not None:
        if isinstance(frame, bytes):
            if session is not None:
                session.feed(frame)
            continue
        if session is not None and frame.get("op") == "finish":
            session.finish()
        elif session is not None:
            session.abort()
        session = _begin(frame, decoder, make_segmenter, send) if frame.get("op") == "start" else None
    return 0


def _begin(frame: Mapping[str, Any], decoder: Decoder, make_segmenter: MakeSegmenter, send: Send) -> Session:
    start = int(frame["at"])
    segmenter = make_segmenter(**frame["voice"], start=start)
    decoder.reset()
    return Session(int(frame["session"]), start, decoder, segmenter, send)


def run(make_decoder: Callable[[], Decoder], make_segmenter: MakeSegmenter) -> int:
    """`serve()` on this process's own pipes, as a good child: quiet, polite to others, deaf to Ctrl-C."""
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # native libraries print: not into our messages
    for name in ("SIGINT", "SIGTERM"):
        # Both reach the whole process group; the parent finishes the dictation first, with our help. It then
        # closes the pipe, which ends us.
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(5)
    try:
        return serve(sys.stdin.buffer, stdout, make_decoder, make_segmenter)
    except BrokenPipeError:
        return 0
    except GarbageError:
        log.error("the parent sent garbage")
        return 2


def memory_kb() -> int:
    """Resident memory of this process in kB; its peak where the system tells no more, 0 if nothing."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    with suppress(ImportError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak
    return 0
