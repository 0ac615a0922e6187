"""Signals of the command line: the first one ends any command, whatever it is doing.

`end_on_signals` is for commands that only look or ask; `Interrupts` for dictations, which are finished properly.
Handlers run on the main thread between two bytecodes; the watch is a thread of its own for a main thread that is held
in a library (a sound server or a keyring that does not answer).
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from types import FrameType
from typing import TYPE_CHECKING

from saywrite.dictation.end_limits import EndLimits

if TYPE_CHECKING:
    from saywrite.dictation.dictation import Dictation

INTERRUPTED = 130

HELD_S = 1.0
"""Seconds a main thread that is held in a library has to run its signal handler."""

DICTATION_HELD_S = 5.0
"""The same where a recording is open: a loaded computer must not cost its orderly end."""

OFFLINE_S = 2.0
"""Seconds after the first signal in which a service that cannot be reached may still answer."""

FILE_FINISH_S = 4.0
"""Seconds after the first signal for the text of what was read: a file can be transcribed again."""

SPEECH_FINISH_S = 60.0
"""The same for what was spoken; what has no text then is offered by the window."""

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Interrupted(BaseException):
    """A signal ended the command. Like KeyboardInterrupt it is no Exception, so that nothing on its way takes it."""


def ending_signals() -> tuple[signal.Signals, ...]:
    """Those that ask a program to end; SIGHUP not where `nohup` has switched it off."""
    there = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    return tuple(each for each in there if each.name != "SIGHUP" or signal.getsignal(each) is not signal.SIG_IGN)


def end_on_signals() -> None:
    """From here on the first signal raises Interrupted on the main thread."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    for each in ending_signals():
        signal.signal(each, interrupt)


def end_even_when_held(limit_s: float = HELD_S) -> None:
    """End the process `limit_s` seconds after a signal, where the command has not ended by itself."""
    _SignalWatch(limit_s, threading.Event()).start()


class Interrupts:
    """The first signal finishes the dictation properly, the second ends it at once; what has no text then is offered
    at the next start.
    """

    def __init__(self, dictation: Dictation, finish_s: float) -> None:
        """`finish_s`: seconds that the first one leaves for text that is still to come."""
        self.count = 0
        self._dictation = dictation
        self._limits = EndLimits(finish_s, OFFLINE_S)
        self._noticed = threading.Event()

    def install(self) -> None:
        _SignalWatch(DICTATION_HELD_S, self._noticed).start()
        for each in ending_signals():
            signal.signal(each, self._interrupted)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        # Posting is safe here: SimpleQueue.put is reentrant (documented for exactly this).
        self.count += 1
        self._noticed.set()
        if self.count == 1:
            self._dictation.stop(self._limits)
        else:
            self._dictation.quit()


class _SignalWatch(threading.Thread):
    """Sleeps until a signal has come in; the interpreter writes its number from the C handler, held or not."""

    def __init__(self, limit_s: float, noticed: threading.Event) -> None:
        """`noticed`: set by whoever ends the process in another way."""
        super().__init__(name="signals", daemon=True)
        self._limit_s = limit_s
        self._noticed = noticed
        self._reader, writer = socket.socketpair()
        writer.setblocking(False)
        self._writer = writer  # kept: the interpreter knows only its number
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        asked = {int(each) for each in ending_signals()}
        while not asked & set(self._reader.recv(64)):
            pass
        if not self._noticed.wait(self._limit_s):
            os._exit(INTERRUPTED)
