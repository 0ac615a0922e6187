"""The log: lengths, durations, ids and tracebacks, and no text, audio, keys or tokens.

It is a rotating file (1 MB, five older ones). A second file receives crashes of native code. Only the user can read
them. A thread of its own writes the log.
"""

from __future__ import annotations

import atexit
import faulthandler
import logging
import logging.handlers
import os
import queue
import sys
import threading
from contextlib import suppress
from io import FileIO, TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import TextIO

from saywrite import __version__
from saywrite.foundation.files import os_error_reason
from saywrite.foundation.paths import private_folder
from saywrite.foundation.program import installation

FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-7s %(threadName)-10s %(name)s: %(message)s"
TALKATIVE = ("urllib3", "engineio", "socketio", "websocket", "keyring", "numba", "asyncio")
"""Libraries whose debug output contains payloads, hosts or tokens."""

MOST_BYTES = 1_000_000

STOP_LIMIT_S = 1.0
"""Seconds that the end of the program waits for the last lines of the log."""

log = logging.getLogger(__name__)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Several processes may write to it and rotate it: the window and commands in a terminal.

    `report` says once that the file cannot be written; `logging` would print a traceback for each line.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=MOST_BYTES, backupCount=5, encoding="utf-8", delay=True)
        self._is_reported = False

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the name that `logging` calls
        if self.stream is not None and not _is_at(self.stream, self.baseFilename):
            self.stream.close()  # another process has rotated it; super() opens the new one
            self.stream = None
        return bool(super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: N802 - the name that `logging` calls
        try:
            super().doRollover()
            self.maxBytes = MOST_BYTES
        except PermissionError:  # on Windows, while another process has the file open
            self.maxBytes += MOST_BYTES

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        Path(self.baseFilename).chmod(0o600)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that `logging` calls
        error = sys.exception()
        if isinstance(error, OSError):
            self.report(error)
            stream, self.stream = self.stream, None  # the next line opens the file again
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        else:
            super().handleError(record)

    def report(self, error: OSError) -> None:
        if not self._is_reported:
            self._is_reported = True
            with suppress(OSError, ValueError):
                reason = os_error_reason(error)
                print(f"saywrite: there is no log: {reason}. Name another folder with --data.", file=sys.stderr)


def _is_at(stream: TextIOWrapper, path: str) -> bool:
    """Whether `path` is the name of this open file now."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), Path(path).stat())
    except OSError:
        return False


def start_log(path: Path, level: str, *, to_stderr: bool) -> None:
    """Log to `path`, and uncaught exceptions of all threads too.

    Where the file cannot be written, only standard error receives the log. `to_stderr`: it receives it in any case.
    """
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if to_stderr else level.upper())
    handlers: list[logging.Handler] = []
    file = _PrivateFile(path)
    try:
        private_folder(path.parent)
        handlers.append(_behind_a_queue(file))
    except OSError as error:
        file.report(error)
    if to_stderr:
        handlers.append(_formatted(logging.StreamHandler(_own_stderr())))
    for handler in handlers:
        root.addHandler(handler)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    if handlers:
        try:
            faulthandler.enable(_open_crash_file(path.parent / "crash.log"))
        except OSError as error:
            log.warning("crashes of native code are not recorded: %s", os_error_reason(error))


def _open_crash_file(path: Path) -> FileIO:
    """Open the file for crashes; its last line says which program writes what follows."""
    crashes = path.open("ab+", buffering=0)
    path.chmod(0o600)
    header = f"Saywrite {__version__}, {installation()}".encode()
    crashes.seek(0)
    if (crashes.read().splitlines() or [b""])[-1] != header:  # once, until there is a crash or another version
        crashes.write(header + b"\n")
    return crashes


def _own_stderr() -> TextIO:
    """Open standard error by another descriptor.

    PortAudio redirects descriptor 2 to nothing while it starts, which would lose the lines logged meanwhile.
    """
    try:
        return os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    except (AttributeError, OSError, ValueError):
        return sys.stderr


def _behind_a_queue(file: _PrivateFile) -> logging.Handler:
    """Write the log file on a thread of its own, so that a stalled disk does not block other threads."""
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    listener = logging.handlers.QueueListener(records, _formatted(file))
    listener.start()
    if listener._thread is not None:
        listener._thread.name = "log"
    atexit.register(_stop, listener)
    return logging.handlers.QueueHandler(records)


def _stop(listener: logging.handlers.QueueListener) -> None:
    thread, listener._thread = listener._thread, None
    if thread is not None:
        listener.enqueue_sentinel()
        thread.join(STOP_LIMIT_S)


def _formatted(handler: logging.Handler) -> logging.Handler:
    handler.setFormatter(logging.Formatter(FORMAT, "%Y-%m-%d %H:%M:%S"))
    return handler


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("uncaught", exc_info=(kind, error, trace))
    if sys.stderr is not None:
        print(
            "saywrite: something went wrong inside Saywrite; the log says what (Help > Copy diagnostics).",
            file=sys.stderr,
        )


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
