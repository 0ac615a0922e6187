"""Signals of the command line: the first one ends any command, whatever it is doing.

`end_on_signals` is for commands that only look or ask; `Interrupts` for dictations, which are finished properly.
Handlers run on the main thread between two bytecodes; `signal_watch` is for a main thread that is held in a library.
Loads nothing slow: commands for the running window use it too.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from saywrite.foundation.end_limits import EndLimits

if TYPE_CHECKING:
    from types import FrameType

    from saywrite.cli.ending.signal_watch import SignalWatch
    from saywrite.dictation.api import Dictation

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
    from saywrite.cli.ending.signal_watch import SignalWatch

    SignalWatch(limit_s, ending_signals(), INTERRUPTED).start()


class Interrupts:
    """The first signal finishes the dictation properly, the second ends it at once; what has no text then is offered
    at the next start.
    """

    def __init__(self, dictation: Dictation, finish_s: float) -> None:
        """`finish_s`: seconds that the first one leaves for text that is still to come."""
        self.count = 0
        self._dictation = dictation
        self._limits = EndLimits(finish_s, OFFLINE_S)
        self._watch: SignalWatch | None = None

    def install(self) -> None:
        from saywrite.cli.ending.signal_watch import SignalWatch

        self._watch = SignalWatch(DICTATION_HELD_S, ending_signals(), INTERRUPTED)
        self._watch.start()
        for each in ending_signals():
            signal.signal(each, self._interrupted)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        # Posting is safe here: SimpleQueue.put is reentrant (documented for exactly this).
        self.count += 1
        if self._watch is not None:
            self._watch.noticed.set()
        if self.count == 1:
            self._dictation.stop(self._limits)
        else:
            self._dictation.quit()
