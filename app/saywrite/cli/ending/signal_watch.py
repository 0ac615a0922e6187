"""A thread that ends the process after a signal when the main thread is blocked in a library.

A sound server or a keyring that does not answer blocks the main thread in C code, and Python runs its signal handlers
between two bytecodes only.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterable


class SignalWatch(threading.Thread):
    """Sleeps until a signal has come: the C handler of the interpreter writes its number to a socket."""

    def __init__(self, limit_s: float, signals: Iterable[int], code: int) -> None:
        """End the process with `code` when `noticed` is not set `limit_s` seconds after one of `signals`."""
        super().__init__(name="signals", daemon=True)
        self.noticed = threading.Event()
        self._limit_s = limit_s
        self._signals = frozenset(int(each) for each in signals)
        self._code = code
        self._reader, self._writer = socket.socketpair()  # kept: the interpreter knows only the writer's number
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        while not self._signals & set(self._reader.recv(64)):
            pass
        if not self.noticed.wait(self._limit_s):
            os._exit(self._code)
