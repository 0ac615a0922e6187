"""Standard output of the command line: UTF-8 in any locale, and a failed write is an error that is told.

Main thread. Loads nothing slow: commands for the running window use it too.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from saywrite.foundation.errors import OutputUnwritable

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

_PIPE_PIECE = 4_096
"""Bytes that a pipe takes without blocking when it says that it is ready (POSIX: at least 512, Linux: a page)."""

_LOOK_S = 1.0


def prepare_streams() -> None:
    """Make standard output and error take any text, and keep their numbers from other files.

    A stream that was closed by whoever started us leaves its descriptor (1 or 2) to the next file that is opened, and
    child processes would write into that file. Without a standard error, `print` would fall back to standard output.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - stays open to the end


def tell(text: str) -> None:
    """One line on standard error; where that cannot be written nobody is left to be told."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


def flush_output() -> None:
    """Write what `print` has left in the buffer. Raises OutputUnwritable; the rest is then discarded."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        discard(sys.stdout)
        raise unwritable(error) from error


def discard(stream: IO[str]) -> None:
    """Let what is still in the buffer go nowhere, so that the interpreter does not fail on it at its end."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
        stream.flush()


def unwritable(error: OSError) -> OutputUnwritable:
    if isinstance(error, BrokenPipeError):
        return OutputUnwritable("Standard output was closed by the program that read it.", closed=True)
    return OutputUnwritable(
        f"Standard output cannot be written: {error.strerror or type(error).__name__}.",
        "Free some space where it goes to, or use --output FILE.",
    )


class StandardOutput:
    """Writes whole texts at once. After a failure every further text is dropped; `failure` says why."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        """`stream`: standard output as it is now, where None."""
        self.failure: OutputUnwritable | None = None
        self.stopped: Callable[[], bool] = lambda: False
        """Asked while the reader of a pipe takes nothing: whether to wait no longer."""
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
    """Write all of it, also where somebody has made the descriptor non-blocking. Raises OSError.

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
