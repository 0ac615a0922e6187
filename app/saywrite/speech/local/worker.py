"""The main loop of the recognizer's child process: reads sound, writes the texts of utterances.

`child_process.py` is the parent's side of the pipe. One thread reads frames into a queue and the main thread
processes them, so that the worker knows whether more input waits; a third one reports that a long decoding still runs.
Frames that come in:

    {"op": "start", "session": 3, "at": 0, "voice": {…}, "language": "en", "keywords": […], "partials": true,
     "long_window": false, "word_times": false}             then sound, then {"op": "finish"}
    {"op": "abort", "session": 3}                           instead of the rest of it
    {"op": "set_keywords", "keywords": […]}                 written forms, newest first; from the next utterance on
    {"op": "set_partials", "partials": false}               at once

Frames that go out:

    {"kind": "ready", "load_s": 0.5, "rss_kb": 182000}      once, or {"kind": "unavailable", "reason": …}
    {"kind": "partial", "session", "text", "agreed"}        the words of the open utterance; how many characters agree
    {"kind": "final", "session", "text", "start", "end"}    sample offsets
                                                            with "word_times", both have "words": [[text, start, end]]
    {"kind": "progress", "session", "sent", "confirmed"}    after every block, and before and while a final is decoded
    {"kind": "finished", "session", "rss_kb"}               or {"kind": "aborted", "session"}, also where it is over

The end of its input ends the child. The engine brings the decoder, the composition root the segmenter (the parts of
Saywrite do not import each other).
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, Any

from saywrite.speech.engine import MakeSegmenter
from saywrite.speech.local.child_process import GarbageError, message_frame, read_frame
from saywrite.speech.local.heartbeat import Heartbeat
from saywrite.speech.local.problems import OUT_OF_MEMORY, lacks_memory
from saywrite.speech.local.utterances import Send, Utterances

if TYPE_CHECKING:
    from saywrite.speech.local.decoder.whisper import WhisperDecoder

log = logging.getLogger(__name__)

LONG_MS = 8_000
"""Beside a service, utterances longer than this end at shorter pauses: a dictation that ends waits for their words."""

Frame = bytes | dict[str, Any] | None


class FrameQueue:
    """The frames of the pipe in order, which a thread reads ahead.

    The flow control of the dictation limits them to ten seconds of sound.
    """

    def __init__(self, stdin: IO[bytes]) -> None:
        self._stdin = stdin
        self._frames: SimpleQueue[Frame | GarbageError] = SimpleQueue()
        threading.Thread(target=self._read, name="frames", daemon=True).start()

    @property
    def has_more(self) -> bool:
        """Whether frames wait that have not been taken."""
        return not self._frames.empty()

    def get(self) -> Frame:
        """The next frame; waits for it. None at the end of the input. Raises GarbageError."""
        frame = self._frames.get()
        if isinstance(frame, GarbageError):
            raise frame
        return frame

    def _read(self) -> None:
        try:
            while (frame := read_frame(self._stdin)) is not None:
                if isinstance(frame, dict) and frame.get("op") == "abort":
                    self._drop_waiting()
                self._frames.put(frame)
        except GarbageError as error:
            self._frames.put(error)
        except (OSError, ValueError):  # the pipe was closed under us
            self._frames.put(None)
        else:
            self._frames.put(None)

    def _drop_waiting(self) -> None:
        """Drop the sound of a dictation that was aborted, so that the next one does not wait for its decoding."""
        waiting: list[Frame | GarbageError] = []
        with suppress(Empty):
            while True:
                waiting.append(self._frames.get_nowait())
        starts = [at for at, frame in enumerate(waiting) if isinstance(frame, dict) and frame.get("op") == "start"]
        for frame in waiting[: starts[-1] if starts else 0]:
            self._frames.put(frame)


def serve(
    stdin: IO[bytes], stdout: IO[bytes], make_decoder: Callable[[], WhisperDecoder], make_segmenter: MakeSegmenter
) -> int:
    """Serve frames until the input ends; return the exit code. An error of the decoder ends the child."""
    send = _sender(stdout)
    began = time.monotonic()
    try:
        decoder = make_decoder()
    except (ImportError, OSError, RuntimeError, ValueError, MemoryError) as error:
        send({"kind": "unavailable", "reason": _reason(error)})
        return 1
    send({"kind": "ready", "load_s": round(time.monotonic() - began, 3), "rss_kb": memory_kb()})
    try:
        _serve_dictations(FrameQueue(stdin), decoder, make_segmenter, send)
    except (MemoryError, RuntimeError) as error:
        if lacks_memory(_reason(error)):
            return OUT_OF_MEMORY
        raise
    return 0


def _serve_dictations(frames: FrameQueue, decoder: WhisperDecoder, make_segmenter: MakeSegmenter, send: Send) -> None:
    heartbeat = Heartbeat(send)
    session: Utterances | None = None
    while (frame := frames.get()) is not None:
        if isinstance(frame, bytes):
            if session is not None:
                session.feed(frame, more_waits=frames.has_more)
            continue
        op = frame.get("op")
        if op == "start":
            session = _begin(frame, decoder, make_segmenter, send, heartbeat)
        elif session is not None:
            session = _control(session, op, frame, send)
        if op == "abort":
            send({"kind": "aborted", "session": frame.get("session")})


def _control(session: Utterances, op: object, frame: Mapping[str, Any], send: Send) -> Utterances | None:
    """Apply a message to the present dictation; return the dictation, or None when it has ended."""
    if op == "set_keywords":
        session.keywords = _texts(frame["keywords"])
    elif op == "set_partials":
        session.set_partials(bool(frame["partials"]))
    else:
        if op == "finish":
            session.finish()
            send({"kind": "finished", "session": session.number, "rss_kb": memory_kb()})
            session.report_language()
        return None
    return session


def _sender(stdout: IO[bytes]) -> Send:
    """Return a function that writes messages whole, also while the heartbeat's thread writes."""
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with lock:
            stdout.write(message_frame(message))
            stdout.flush()

    return send


def _begin(
    frame: Mapping[str, Any], decoder: WhisperDecoder, make_segmenter: MakeSegmenter, send: Send, heartbeat: Heartbeat
) -> Utterances:
    start = int(frame["at"])
    word_times = bool(frame.get("word_times"))
    voice = {**frame["voice"], "long_ms": LONG_MS} if word_times else frame["voice"]
    session = Utterances(int(frame["session"]), start, decoder, make_segmenter(**voice, start=start), send)
    session.language = str(frame["language"])
    session.keywords = _texts(frame["keywords"])
    session.long_window = bool(frame["long_window"])
    session.word_times = word_times
    session.set_partials(bool(frame["partials"]))
    session.while_decoding = heartbeat.beating
    return session


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def run(make_decoder: Callable[[], WhisperDecoder], make_segmenter: MakeSegmenter) -> int:
    """Run `serve()` on this process's standard input and output, ignoring Ctrl-C.

    The priority stays normal: a user waits for every final, and a lower one costs seconds beside busy programs.
    """
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # native libraries print to standard output, which would corrupt our messages
    for name in ("SIGINT", "SIGTERM"):
        # Both reach the whole process group; the parent finishes the dictation first, with our help. It then
        # closes the pipe, which ends us.
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        return serve(sys.stdin.buffer, stdout, make_decoder, make_segmenter)
    except BrokenPipeError:
        return 0
    except GarbageError:
        log.error("the parent sent garbage")
        return 2


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def memory_kb() -> int:
    """Resident memory of this process in kB; its peak where only that is known, 0 where nothing is."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    with suppress(ImportError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak
    return 0
