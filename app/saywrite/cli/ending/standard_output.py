"""Standard output of the commands that write texts: whole texts, and one error when writing fails.

Main thread; `watch_reader` starts one more that waits for the end of a pipe's reader.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from saywrite.cli.ending.streams import discard, unwritable

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from saywrite.foundation.errors import OutputUnwritable

_PIPE_PIECE = 4_096
"""Bytes that a pipe takes without blocking when it says that it is ready (POSIX: at least 512, Linux: a page)."""

_LOOK_S = 1.0


class StandardOutput:
    """Writes whole texts at once. After a failure every further text is dropped; `failure` says why."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        """`stream`: standard output as it is now, where None."""
        self.failure: OutputUnwritable | None = None
        self.stopped: Callable[[], bool] = lambda: False
        """Called while the reader of a pipe reads nothing: whether to stop waiting."""
        self._stream = sys.stdout if stream is None else stream

    def write(self, text: str | bytes) -> None:
        """Raises OutputUnwritable the first time that it fails."""
        if self.failure is not None:
            return
        data = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
        try:
            self._write(data)
        except OSError as error:
            failure = unwritable(error)
            self._fail(failure)
            raise failure from error

    def watch_reader(self, gone: Callable[[], None]) -> None:
        """Call `gone` on a thread of its own when a pipe's reader goes away, before the next text is written.

        It posts a job for the main thread that calls `reader_gone`.
        """
        fd = None if self._stream is None else _descriptor(self._stream)
        if fd is not None and hasattr(select, "poll") and stat.S_ISFIFO(os.fstat(fd).st_mode):
            import threading

            threading.Thread(target=_await_end, args=(fd, gone), name="reader of stdout", daemon=True).start()

    def reader_gone(self) -> None:
        if self.failure is None:
            self._fail(unwritable(BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))))

    def _write(self, data: bytes) -> None:
        if self._stream is None:
            raise OSError(errno.EBADF, "it is closed")
        self._stream.flush()
        fd = _descriptor(self._stream)
        if fd is None:  # a console of Windows, or a test's stream
            self._stream.write(data.decode("utf-8"))
            self._stream.flush()
        else:
            write_all(fd, data, self.stopped)

    def _fail(self, error: OutputUnwritable) -> None:
        self.failure = error
        if self._stream is not None:
            discard(self._stream)


def write_all(fd: int, data: bytes, stopped: Callable[[], bool] = lambda: False) -> None:
    """Write all of it, also where another process has made the descriptor non-blocking. Raises OSError.

    `stopped`: asked while the reader of a pipe takes nothing; when it says True, the rest is not written.
    """
    left = memoryview(data)
    while left:
        if sys.platform == "win32":  # its select() takes sockets only
            left = left[os.write(fd, left) :]
            continue
        _, ready, _ = select.select([], [fd], [], _LOOK_S)
        if ready:
            with suppress(BlockingIOError):
                left = left[os.write(fd, left[:_PIPE_PIECE]) :]
        elif stopped():
            raise InterruptedError(errno.EINTR, "its reader takes nothing")


def _await_end(fd: int, gone: Callable[[], None]) -> None:
    poll = select.poll()
    poll.register(fd, 0)  # the end of the reader is always reported
    poll.poll()
    gone()


def _descriptor(stream: IO[str]) -> int | None:
    if sys.platform == "win32":
        return None
    try:
        return stream.fileno()
    except (OSError, ValueError):  # io.UnsupportedOperation is both
        return None
