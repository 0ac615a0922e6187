"""Starts the child process of a recognizer, exchanges messages with it, and reports its end.

A frame on the pipe is one letter, a length and a body: `A` is sound (16 kHz mono s16le), `J` a JSON object; the length
is four bytes, little-endian. Both sides use the functions here; `WorkerProcess` is the parent's side.

Three threads serve one child and own nothing but their pipe: a writer (sending never blocks), a reader, and a collector
of the last lines on stderr. Each message is posted with the child's number, which distinguishes late messages of a
replaced child from those of the present one.
"""

from __future__ import annotations

import errno
import json
import logging
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO, Any

LEAVE_S = 2.0
"""Seconds a child has to end after a pipe between us was closed; then it is killed."""

MAX_BODY = 1 << 20
"""Bytes. Longer frames are garbage: sound travels in blocks of 100 ms (3,200 bytes), messages are short."""

_HEAD = struct.Struct("<cI")

log = logging.getLogger(__name__)


class GarbageError(Exception):
    """The other side sent something that is not a frame."""


@dataclass(frozen=True, slots=True)
class WorkerMessage:
    """A JSON object that the child with the number `worker` has sent."""

    worker: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WorkerExited:
    """The child has ended. `code` as in `subprocess`: negative is the signal that ended it."""

    worker: int
    code: int


class WorkerProcess:
    """One child. Its methods are called on one thread, return at once, and do not raise when the child has ended.

    `post` is called on the reader thread with `WorkerMessage`s and, at the end, exactly one `WorkerExited`.
    Raises OSError where the command or a thread cannot be started.
    """

    def __init__(self, number: int, command: Sequence[str], post: Callable[[object], None]) -> None:
        self.number = number
        self._post = post
        # Unbounded, but the flow window of the dictation keeps at most ten seconds of sound unsent.
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._last_lines: deque[str] = deque(maxlen=20)
        # Set once by the owner's thread; the reader thread reads it for a line in the log.
        self._is_unwanted = False
        self._child = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=_creation_flags(),
        )
        try:
            self._listener = self._start_thread("stderr", self._collect)
            self._start_thread("write", self._write)
            # The reader comes last: it joins the listener as soon as the child has ended, which may be at once.
            self._start_thread("read", self._read)
        except RuntimeError as error:  # the system has no thread left
            self.kill()
            raise OSError(errno.EAGAIN, str(error)) from error

    @property
    def pid(self) -> int:
        return self._child.pid

    def send(self, message: dict[str, Any]) -> None:
        self._outbox.put(message_frame(message))

    def send_sound(self, pcm: bytes) -> None:
        """16 kHz mono s16le, at most a second at a time."""
        self._outbox.put(audio_frame(pcm))

    def drop_unsent(self) -> None:
        """Forget what the child has not been sent yet."""
        with suppress(Empty):
            while True:
                self._outbox.get_nowait()

    def kill(self) -> None:
        """End the child now, by its handle."""
        self._is_unwanted = True
        with suppress(OSError):
            self._child.kill()
        self._outbox.put(None)

    def _start_thread(self, name: str, target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name=f"worker-{self.number}_{name}", daemon=True)
        thread.start()
        return thread

    def _write(self) -> None:
        pipe = self._child.stdin
        assert pipe is not None
        try:
            while (frame := self._outbox.get()) is not None:
                pipe.write(frame)
                pipe.flush()
        except OSError:
            log.info("worker %d does not listen any more", self.number)
        with suppress(OSError):
            pipe.close()
        self._wait_then_kill()

    def _read(self) -> None:
        pipe = self._child.stdout
        assert pipe is not None
        with pipe:
            try:
                while (frame := read_frame(pipe)) is not None:
                    if isinstance(frame, bytes):
                        raise GarbageError("sound from a worker")
                    self._post(WorkerMessage(self.number, frame))
            except GarbageError:
                log.exception("worker %d sends garbage", self.number)
                self.kill()
        code = self._wait_then_kill()
        self._listener.join(LEAVE_S)
        if code and not self._is_unwanted:
            log.warning("worker %d ended with %d: %s", self.number, code, " | ".join(self._last_lines) or "-")
        self._outbox.put(None)
        self._post(WorkerExited(self.number, code))

    def _wait_then_kill(self) -> int:
        try:
            return self._child.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            log.warning("worker %d does not leave", self.number)
            self._child.kill()
            return self._child.wait()

    def _collect(self) -> None:
        pipe = self._child.stderr
        assert pipe is not None
        with pipe:
            while line := pipe.readline(4096):
                self._last_lines.append(line.decode("utf-8", "replace").rstrip()[:300])


def audio_frame(pcm: bytes) -> bytes:
    return _HEAD.pack(b"A", len(pcm)) + pcm


def message_frame(message: dict[str, Any]) -> bytes:
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return _HEAD.pack(b"J", len(body)) + body


def read_frame(stream: IO[bytes]) -> bytes | dict[str, Any] | None:
    """The next sound or message; None at the end of the stream, also in the middle of a frame. Raises
    GarbageError.
    """
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    if kind not in (b"A", b"J") or length > MAX_BODY:
        raise GarbageError(f"not a frame: {head!r}")
    body = stream.read(length)
    if len(body) < length:
        return None
    return body if kind == b"A" else _message(body)


def _message(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise GarbageError("not a message") from error
    if not isinstance(message, dict):
        raise GarbageError("not a message")
    return message


def _creation_flags() -> int:
    """On Windows: no console window, out of reach of Ctrl-C."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0
