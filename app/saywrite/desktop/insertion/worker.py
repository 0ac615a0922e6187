"""The insertion worker: the thread that owns the backend and the order of the inserted texts.

Other threads post to it; the outcome of each text is an `events.InsertionEvent`. The thread sleeps until there is a
job or another program asks for the text that it still offers on the clipboard.

The caller stores a text in the history before `insert()`, so that no failure here can lose it.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING

from saywrite.desktop.insertion import base as wording
from saywrite.desktop.insertion import undo
from saywrite.desktop.insertion.base import (
    LOOK_S,
    FailureReason,
    InsertionBackend,
    InsertionResult,
    PasteMethod,
    Receipt,
    TargetWindow,
)
from saywrite.desktop.insertion.programs import ProgramRules, called, is_terminal, means_for
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.events import (
    Inserted,
    InsertionEvent,
    InsertionUncertain,
    InsertionUndone,
    NotInserted,
    UndoFailed,
)
from saywrite.foundation.messages import message
from saywrite.foundation.selector_thread import wait_readable
from saywrite.text.spacing import continue_text

if TYPE_CHECKING:  # it is there on Linux only
    from saywrite.desktop.insertion.context.accessible_text import AccessibleText

_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]?")
"""Escape sequences (ECMA-48, 5.4), among them the end of a bracketed paste."""

_LINE_BREAK = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_BREAKS = re.compile(r"[ \t\n]*[\t\n][ \t\n]*")


def clean(text: str, *, one_line: bool) -> str:
    """`text` without control characters; with `one_line`, a space for every run of line breaks and tabs."""
    text = _CONTROL.sub("", _LINE_BREAK.sub("\n", _SEQUENCE.sub("", text)))
    return _BREAKS.sub(" ", text) if one_line else text


UNDO_LOOK_S = 0.35
"""Seconds in which the inserted text must be found before the cursor, when the undo was chosen elsewhere."""

UNDO_LOOK_OURS_S = 1.0
"""The same when it was chosen in our own window: the program has just got the focus and reports it late."""

PAUSE_S = 0.05

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Insertion:
    """A text to insert.

    `pressed_in`: the window that had the focus when the key went down. `added_capital`: the first letter is a capital
    only because it begins its dictation. `replace`: the user accepts that the contents of the clipboard are lost.
    `back_to`: the window that gets the focus again if a window of ours has it, because "Insert again" was chosen there.
    `is_part`: it is one of several texts of its dictation, and continues the one before.
    """

    dictation: str
    text: str
    language: str = ""
    pressed_in: TargetWindow | None = None
    added_capital: bool = False
    replace: bool = False
    back_to: TargetWindow | None = None
    is_part: bool = False


class Inserter:
    """Inserts texts on a thread of its own. Every method is safe on any thread; only `close()` waits."""

    def __init__(
        self,
        open_backend: Callable[[], InsertionBackend],
        tell: Callable[[InsertionEvent], None],
        clock: Callable[[], float] = time.monotonic,
        text_before: AccessibleText | None = None,
    ) -> None:
        """`open_backend` runs on the worker and may raise `InsertionUnavailable`; `tell` is called there."""
        self._open_backend = open_backend
        self._tell = tell
        self._clock = clock
        self._text_before = text_before
        self._choices = ProgramRules()
        self._backend: InsertionBackend | None = None
        self._last: undo.LastInsertion | None = None
        self._earlier: undo.LastInsertion | None = None
        self._failed: Insertion | None = None
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._thread = threading.Thread(target=self._work, name="insertion", daemon=True)

    def start(self) -> None:
        """Connect to the desktop now, so that the first text does not wait for it."""
        self._thread.start()
        self._submit(lambda: _ignore(self._connect()))

    def choose(self, choices: ProgramRules) -> None:
        """Use these settings from the next text on."""
        self._submit(lambda: setattr(self, "_choices", choices))

    def focus(self) -> TargetWindow | None:
        """The window that has the focus; for the moment of the key press. Takes a few ms."""
        backend = self._backend
        target = backend.focus() if backend is not None else None
        text_before = self._text_before
        if target is not None and not target.own and text_before is not None:
            # The search for the text field takes long; done now, the later one finds it at once.
            self._submit(lambda: _ignore(text_before.look(target)))
        return target

    def note_own_key(self, at: float, *, down: bool | None) -> None:
        """Record an event of a hotkey, so that it does not count as input into another program.

        `down`: None when a dictation began or ended by other means.
        """

        def note() -> None:
            if self._backend is not None and down is None:
                self._backend.activity.note_command(at)
            elif self._backend is not None and down is not None:
                self._backend.activity.note_own_key(at, down=down)

        self._submit(note)

    def insert(self, insertion: Insertion) -> None:
        """Insert a text that is in the history. Texts are inserted in the order of these calls."""
        asked = self._clock()
        self._submit(lambda: self._insert(insertion, asked))

    def again(self) -> None:
        """Insert the last text that failed, where the cursor is now; from our own window, where it failed."""
        asked = self._clock()
        self._submit(lambda: self._again(asked))

    def take_back(self) -> None:
        """Undo the last insertion, if that is still safe."""
        asked = self._clock()
        self._submit(lambda: self._take_back(asked))

    def close(self, limit_s: float = 2.0) -> None:
        """End after the submitted jobs; waits `limit_s` at most."""
        if not self._thread.is_alive():
            return
        self._submit(None)
        self._thread.join(limit_s)

    def _submit(self, job: Callable[[], None] | None) -> None:
        self._jobs.put(job)
        try:
            self._writer.send(b"\0")
        except OSError:
            log.debug("the insertion worker is awake already, or has ended")

    def _work(self) -> None:
        try:
            while self._run_round():
                pass
        finally:
            self._drop_backend()
            if self._text_before is not None:
                self._text_before.close()
            self._reader.close()
            self._writer.close()

    def _run_round(self) -> bool:
        """Sleep until there is something to do, and do it; False at the end."""
        due: list[float | None] = [None]
        if (awake := self._backend) is not None:
            self._do(lambda: due.append(awake.wake(self._clock())))
        backend = self._backend  # NB: only now: `wake` may have found its connection lost, and its descriptor closed
        number = backend.fileno() if backend is not None else None
        own = self._reader.fileno()
        left = None if due[-1] is None else max(0.0, due[-1] - self._clock())
        readable = wait_readable([own] if number is None else [own, number], left)
        if backend is not None and number in readable:
            self._do(backend.serve)
        if own in readable:
            self._reader.recv(4096)
            while not self._jobs.empty():
                job = self._jobs.get()
                if job is None:
                    return False
                self._do(job)
            if self._backend is not None:
                self._do(self._backend.serve)  # requests that came during the jobs do not wake it again
        return True

    def _do(self, job: Callable[[], None]) -> None:
        try:
            job()
        except InsertionUnavailable as error:
            log.info("insertion: unavailable: %s", error.what)
            self._drop_backend()
        except Exception:
            # The outermost edge of this thread: the text is in the history, the next one gets a new backend.
            log.exception("a job of the insertion worker failed")
            self._drop_backend()

    def _insert(self, insertion: Insertion, asked: float) -> None:
        try:
            self._failed = insertion
            backend = self._connect()
            self._failed = None if self._try(backend, insertion, asked) else self._failed
        except Exception as error:
            if self._failed is not None:
                what, remedy = wording.kept(wording.OUR_FAULT, on_clipboard=False)
                if isinstance(error, InsertionUnavailable):
                    what, remedy = error.what, error.remedy
                self._tell(NotInserted(insertion.dictation, "", what, remedy, on_clipboard=False))
            raise

    def _try(self, backend: InsertionBackend, insertion: Insertion, asked: float) -> bool:
        """Insert a text and report the outcome; whether "Insert again" has nothing left to do."""
        began, target = insertion.pressed_in, self._focus_for(backend, insertion.back_to)
        self._failed = replace(insertion, back_to=_foreign(target, began, insertion.back_to))
        elsewhere = began is not None and target is not None and began.window != target.window
        if elsewhere and began is not None and self._choices.other_window == "back":
            if not backend.activate_window(began):
                return self._keep(backend, insertion, target, wording.gone(called(began.program)))
            target, elsewhere = began, False
        if elsewhere and began is not None and self._choices.other_window == "keep":
            return self._keep(backend, insertion, target, wording.moved(called(began.program)))
        if target is not None and target.own and not self._choices.own_window:
            return self._keep(backend, insertion, target, wording.OWN_WINDOW)
        means = means_for(target.program if target else "", self._choices)
        if means is PasteMethod.CLIPBOARD:
            return self._keep(backend, insertion, target, wording.ONLY_CLIPBOARD)
        seen = self._text_before.look(target) if self._text_before is not None and self._choices.continues else None
        goes_on = insertion.is_part and self._last is not None and self._last.dictation == insertion.dictation
        known = ""
        if self._choices.continues or goes_on:
            known = undo.text_before_cursor(self._last, target, backend.activity, asked, same_dictation=goes_on)
        front = known if seen is None else seen
        program = target.program if target else ""
        one_line = is_terminal(program) and self._choices.line_breaks == "space"
        text = clean(insertion.text, one_line=one_line)
        text = continue_text(front, text, insertion.language, insertion.added_capital)
        delivery = backend.deliver(text, target, means, replace=insertion.replace)
        took = self._clock() - asked
        log.info("%s: insertion %s, %.0f ms", insertion.dictation, delivery.receipt.name, took * 1000)
        if delivery.receipt is Receipt.NOT_READ:
            what, remedy = wording.not_inserted(delivery, called(program))
            self._failed = replace(self._failed, replace=delivery.trouble in wording.UNSAVED)
            self._tell(NotInserted(insertion.dictation, called(program), what, remedy, delivery.on_clipboard))
            return False
        self._earlier = self._last
        now = self._clock()
        self._last = undo.inserted(insertion.dictation, target, means, text, front, now) if target else None
        self._tell(_sent(insertion, delivery, called(program), elsewhere=elsewhere, took=took, now=now))
        return delivery.receipt is Receipt.READ

    def _focus_for(self, backend: InsertionBackend, back_to: TargetWindow | None) -> TargetWindow | None:
        """The window with the focus, after `back_to` has got it from a window of ours if that is possible."""
        target = backend.focus()
        ours = target is not None and target.own and not self._choices.own_window
        return back_to if ours and back_to is not None and backend.activate_window(back_to) else target

    def _keep(self, backend: InsertionBackend, insertion: Insertion, target: TargetWindow | None, why: str) -> bool:
        """Put the text on the clipboard only, and report why."""
        delivery = backend.deliver(clean(insertion.text, one_line=False), target, PasteMethod.CLIPBOARD)
        what, remedy = wording.kept(why, delivery.on_clipboard)
        if why == wording.ONLY_CLIPBOARD and delivery.on_clipboard:
            remedy = wording.PASTE
        program = called(target.program) if target else ""
        self._tell(NotInserted(insertion.dictation, program, what, remedy, delivery.on_clipboard))
        return False

    def _again(self, asked: float) -> None:
        if self._failed is None:
            return
        if self._last is not None and self._last.dictation == self._failed.dictation:
            self._last = self._earlier  # its outcome was unknown: the user says that it did not arrive
        self._insert(replace(self._failed, pressed_in=None), asked)

    def _take_back(self, asked: float) -> None:
        backend, last = self._connect(), self._last
        target = backend.focus()
        ours = target is not None and target.own and last is not None and not last.target.own
        found = undo.plan_undo(last, last.target if ours and last is not None else target, self._clock())
        if last is None or isinstance(found, str):
            self._refuse_undo(found if isinstance(found, str) else "")
            return
        if why := self._obstacle(backend, last, asked, ours=ours):
            self._refuse_undo(why)
            return
        if not backend.take_back(*found):
            what = message("A key such as Ctrl, Alt or Shift stayed down, so nothing was undone.")
            self._tell(UndoFailed(what, message("Let go of all keys and try again.")))
            return
        self._last = None
        self._tell(InsertionUndone(last.dictation, called(last.target.program)))

    def _refuse_undo(self, why: str) -> None:
        self._tell(UndoFailed(why, message("Undo it in the program itself, or select it there and delete it.")))

    def _obstacle(self, backend: InsertionBackend, last: undo.LastInsertion, asked: float, *, ours: bool) -> str:
        """Why the last insertion cannot be undone in its window, "" when it can; gives that window the focus.

        `ours`: a window of this program has the focus, because the undo was chosen there.
        """
        if ours and not backend.activate_window(last.target):
            program = called(last.target.program)
            return message("{program} could not be brought to the front, so nothing was undone.", program=program)
        seen = self._find_before_cursor(last, UNDO_LOOK_OURS_S if ours else UNDO_LOOK_S)
        backend.serve()  # the user's input that arrived meanwhile
        return undo.find_obstacle(last, seen, backend.activity, asked, ours=ours)

    def _find_before_cursor(self, last: undo.LastInsertion, limit_s: float) -> str | None:
        """The text before the cursor: as soon as it ends with the inserted one, or after `limit_s`.

        None where it is not reported. A window that has just got the focus needs a moment to report it.
        """
        if self._text_before is None or is_terminal(last.target.program):
            return None
        deadline = time.monotonic() + limit_s
        while True:
            seen = self._text_before.look(last.target, max(LOOK_S, deadline - time.monotonic()))
            found = seen is not None and undo.is_before_cursor(last.text, seen)
            if found or time.monotonic() + PAUSE_S >= deadline:
                return seen
            time.sleep(PAUSE_S)

    def _connect(self) -> InsertionBackend:
        """The backend, opened at its first use. Raises `InsertionUnavailable`."""
        if self._backend is None:
            self._backend = self._open_backend()
            log.info("insertion: by way of %s", self._backend.name)
        return self._backend

    def _drop_backend(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            try:
                backend.close()
            except (InsertionUnavailable, OSError):
                log.debug("the backend was gone already")
            except Exception:
                log.exception("the backend could not be closed")  # the next text gets a new one all the same


def _ignore(_result: object) -> None:
    """Drop the result of a job that only prepares a later one."""


def _foreign(*windows: TargetWindow | None) -> TargetWindow | None:
    """The first window that belongs to another program."""
    return next((window for window in windows if window is not None and not window.own), None)


def _sent(
    insertion: Insertion, delivery: InsertionResult, program: str, *, elsewhere: bool, took: float, now: float
) -> Inserted | InsertionUncertain:
    """The event for a text that was sent."""
    if delivery.receipt is Receipt.READ:
        return Inserted(insertion.dictation, program, elsewhere, took, now)
    what, remedy = wording.uncertain(delivery, program)
    unusual = delivery.trouble is not FailureReason.NONE
    return InsertionUncertain(insertion.dictation, program, what, remedy, unusual, elsewhere, took, now)
