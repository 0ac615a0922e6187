"""Signals of the command line: the first one ends any command, whatever it is doing.

`end_on_signals` is for commands that only query something; `Interrupts` is for dictations, which it finishes properly.
Handlers run on the main thread between two bytecodes; `signal_watch` ends a command whose main thread is blocked in a
library. Every command for the running window loads this module, so it imports little: `_signal` is the C half of
`signal`, without the enumerations that take 4 ms to load.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # it has no stub

TYPE_CHECKING = False  # the name that type checkers know, without loading `typing`
if TYPE_CHECKING:
    from types import FrameType

    from saywrite.cli.ending.signal_watch import SignalWatch
    from saywrite.dictation.api import Dictation

INTERRUPTED = 130  # 128 + SIGINT, as shells report it

HELD_S = 1.0
"""Seconds that a main thread which is blocked in a library has to run its signal handler."""

DICTATION_HELD_S = 5.0
"""The same while a recording is open: on a loaded computer too the recording is closed properly."""

OFFLINE_S = 2.0
"""Seconds after the first signal in which a service that cannot be reached may still answer."""

FILE_FINISH_S = 4.0
"""Seconds after the first signal for the text of what was read: a file can be transcribed again."""

SPEECH_FINISH_S = 60.0
"""The same for speech from a microphone; the window offers to transcribe what has no text by then."""

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Interrupted(BaseException):
    """A signal ended the command. A BaseException like KeyboardInterrupt, so that no `except Exception` catches it."""


def ending_signals() -> tuple[int, ...]:
    """The signals that ask a program to end, without SIGHUP where `nohup` ignores it."""
    numbers = {name: int(getattr(_signal, name)) for name in _NAMES if hasattr(_signal, name)}
    ignored = "SIGHUP" in numbers and _signal.getsignal(numbers["SIGHUP"]) == _signal.SIG_IGN
    return tuple(number for name, number in numbers.items() if name != "SIGHUP" or not ignored)


def end_on_signals() -> None:
    """From here on the first signal raises Interrupted on the main thread."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    for each in ending_signals():
        _signal.signal(each, interrupt)


def end_even_when_held() -> None:
    """End the process `HELD_S` seconds after a signal, unless the command has ended by then."""
    from saywrite.cli.ending.signal_watch import SignalWatch

    SignalWatch(HELD_S, ending_signals(), INTERRUPTED).start()


class Interrupts:
    """Finishes the dictation properly at the first signal and ends it at once at the second.

    The next start of the window offers to transcribe what has no text by then.
    """

    def __init__(self, dictation: Dictation, finish_s: float) -> None:
        """`finish_s`: seconds that text which is still to come has after the first signal."""
        from saywrite.foundation.end_limits import EndLimits

        self.count = 0
        self._dictation = dictation
        self._limits = EndLimits(finish_s, OFFLINE_S)
        self._watch: SignalWatch | None = None

    def install(self) -> None:
        from saywrite.cli.ending.signal_watch import SignalWatch

        self._watch = SignalWatch(DICTATION_HELD_S, ending_signals(), INTERRUPTED)
        self._watch.start()
        for each in ending_signals():
            _signal.signal(each, self._interrupted)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        # Posting is safe here: SimpleQueue.put is reentrant (documented for exactly this).
        self.count += 1
        if self._watch is not None:
            self._watch.noticed.set()
        if self.count == 1:
            self._dictation.stop(self._limits)
        else:
            self._dictation.quit()
