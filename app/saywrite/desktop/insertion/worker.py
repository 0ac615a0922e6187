"""The insertion worker: one thread that owns the way into other programs and the order of what is inserted.

Everybody else posts to it; what became of a text comes back as an `events.InsertionEvent`. While nothing is to be
done it sleeps without waking; it answers other programs that paste what it still offers on the clipboard.

A text belongs in the history before it is given to `insert()`: then nothing that happens here can lose it.
"""

from __future__ import annotations

import logging
import re
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Protocol

from saywrite.desktop.insertion import base as wording
from saywrite.desktop.insertion import undo as place
from saywrite.desktop.insertion.base import (
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

_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]?")
"""Escape sequences (ECMA-48, 5.4), among them the end of a bracketed paste."""

_LINE_BREAK = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_BREAKS = re.compile(r"[ \t\n]*[\t\n][ \t\n]*")


def clean(text: str, *, one_line: bool) -> str:
    """`text` without control characters; with `one_line`, a space for every run of line breaks and tabs."""
    text = _CONTROL.sub("", _LINE_BREAK.sub("\n", _SEQUENCE.sub("", text)))
    return _BREAKS.sub(" ", text) if one_line else text


log = logging.getLogger(__name__)


class ContinueText(Protocol):
    """`text.spacing.carry_on`: the text as it continues `before`, without a capital that only we had added."""

    def __call__(self, before: str, text: str, language: str, added_capital: bool) -> str: ...


@dataclass(frozen=True, slots=True)
class Insertion:
    """A text to insert. `pressed_in`: what `Inserter.focus()` said when the key went down. `added_capital`: its first
    letter is a capital only because nothing stood before it in its dictation. `replace`: the user knows that what is on
    the clipboard will be lost.
    """

    dictation: str
    text: str
    language: str = ""
    pressed_in: TargetWindow | None = None
    added_capital: bool = False
    replace: bool = False


class TextBefore(Protocol):
    """`accessible_text.AccessibleText`: what stands before the cursor, as the program itself tells."""

    def look(self, target: TargetWindow | None) -> str | None:
        """The text before the cursor of `target`, None where it does not tell; a few dozen ms at most."""

    def close(self) -> None: ...


class Inserter:
    """All methods are safe on every thread and do not wait, except `close()`."""

    def __init__(
        self,
        open_backend: Callable[[], InsertionBackend],
        fit: ContinueText,
        tell: Callable[[InsertionEvent], None],
        clock: Callable[[], float] = time.monotonic,
        text_before: TextBefore | None = None,
    ) -> None:
        """`open_way` runs on the worker and may raise `InsertionUnavailable`; `tell` is called there."""
        self._open_way = open_backend
        self._fit = fit
        self._tell = tell
        self._clock = clock
        self._text_before = text_before
        self._choices = ProgramRules()
        self._backend: InsertionBackend | None = None
        self._last: place.LastInsertion | None = None
        self._earlier: place.LastInsertion | None = None
        self._failed: Insertion | None = None
        self._orders: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._ear, self._wakeup = socket.socketpair()
        self._wakeup.setblocking(False)
        self._thread = threading.Thread(target=self._work, name="insertion", daemon=True)

    def start(self) -> None:
        """Connect to the desktop now, so that the first text need not wait for it."""
        self._thread.start()
        self._order(lambda: _ignore(self._connect()))

    def choose(self, choices: ProgramRules) -> None:
        """The user's settings, from the next order on."""
        self._order(lambda: setattr(self, "_choices", choices))

    def focus(self) -> TargetWindow | None:
        """The window in front, to be remembered at the key press. A few ms at most."""
        backend = self._backend
        target = backend.focus() if backend is not None else None
        text_before = self._text_before
        if target is not None and not target.own and text_before is not None:
            # Found now, the text field is found at once when the text is there.
            self._order(lambda: _ignore(text_before.look(target)))
        return target

    def note_own_key(self, at: float, *, down: bool | None) -> None:
        """One of our hotkeys went down or came up at `at`, or (None) a dictation began or ended by whatever means: no
        sign of the user doing something in another program.
        """

        def note() -> None:
            if self._backend is not None and down is None:
                self._backend.activity.note_command(at)
            elif self._backend is not None and down is not None:
                self._backend.activity.note_own_key(at, down=down)

        self._order(note)

    def insert(self, insertion: Insertion) -> None:
        """Insert a text that is in the history. Texts go in in the order of these calls."""
        asked = self._clock()
        self._order(lambda: self._insert(insertion, asked))

    def again(self) -> None:
        """Insert the text that did not get there last, where the cursor is now."""
        asked = self._clock()
        self._order(lambda: self._again(asked))

    def take_back(self) -> None:
        """Take the last insertion back, if that is still safe."""
        self._order(self._take_back)

    def close(self, limit_s: float = 2.0) -> None:
        """End behind what was ordered; waits `limit_s` at most."""
        if not self._thread.is_alive():
            return
        self._order(None)
        self._thread.join(limit_s)

    def _order(self, order: Callable[[], None] | None) -> None:
        self._orders.put(order)
        try:
            self._wakeup.send(b"\0")
        except OSError:
            log.debug("the insertion worker has enough to do, or is gone")

    def _work(self) -> None:
        try:
            while self._serve_and_obey():
                pass
        finally:
            self._drop_way()
            if self._text_before is not None:
                self._text_before.close()
            self._ear.close()
            self._wakeup.close()

    def _serve_and_obey(self) -> bool:
        """One round: sleep until somebody wants something, and do it; False when it is the end."""
        backend = self._backend
        number = backend.fileno() if backend is not None else None
        watched: list[socket.socket | int] = [self._ear] if number is None else [self._ear, number]
        due: list[float | None] = [None]
        if backend is not None:
            self._do(lambda: due.append(backend.wake(self._clock())))
        left = None if due[-1] is None else max(0.0, due[-1] - self._clock())
        readable, _, _ = select.select(watched, [], [], left)
        if backend is not None and number in readable:
            self._do(backend.serve)
        if self._ear in readable:
            self._ear.recv(4096)
            while not self._orders.empty():
                order = self._orders.get()
                if order is None:
                    return False
                self._do(order)
            if self._backend is not None:
                self._do(self._backend.serve)  # what came during the orders does not ring again
        return True

    def _do(self, order: Callable[[], None]) -> None:
        try:
            order()
        except InsertionUnavailable as error:
            log.info("insertion: no way: %s", error.what)
            self._drop_way()
        except Exception:
            # The outermost edge of this thread: the text is in the history, the next one gets a fresh start.
            log.exception("the insertion worker stumbled")
            self._drop_way()

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
        """Insert; whether there is nothing left to try again. Tells what happened."""
        began, target = insertion.pressed_in, backend.focus()
        elsewhere = began is not None and target is not None and began.window != target.window
        if elsewhere and began is not None and self._choices.other_window == "back":
            if not backend.activate_window(began):
                return self._keep(backend, insertion, target, wording.gone(called(began.program)))
            target, elsewhere = began, False
        if elsewhere and began is not None and self._choices.other_window == "keep":
            return self._keep(backend, insertion, target, wording.moved(called(began.program)))
        if target is not None and target.own:
            return self._keep(backend, insertion, target, wording.OWN_WINDOW)
        means = means_for(target.program if target else "", self._choices)
        if means is PasteMethod.CLIPBOARD:
            return self._keep(backend, insertion, target, wording.ONLY_CLIPBOARD)
        seen = self._text_before.look(target) if self._text_before is not None and self._choices.continues else None
        known = place.before(self._last, target, backend.activity, asked) if self._choices.continues else ""
        front = known if seen is None else seen
        program = target.program if target else ""
        one_line = is_terminal(program) and self._choices.line_breaks == "space"
        text = clean(insertion.text, one_line=one_line)
        text = self._fit(front, text, insertion.language, insertion.added_capital)
        delivery = backend.deliver(text, target, means, replace=insertion.replace)
        took = self._clock() - asked
        log.info("%s: insertion %s, %.0f ms", insertion.dictation, delivery.receipt.name, took * 1000)
        if delivery.receipt is Receipt.NOT_READ:
            what, remedy = wording.not_inserted(delivery, called(program))
            self._failed = replace(insertion, replace=delivery.trouble in wording.UNSAVED)
            self._tell(NotInserted(insertion.dictation, called(program), what, remedy, delivery.on_clipboard))
            return False
        self._earlier = self._last
        now = self._clock()
        self._last = place.inserted(insertion.dictation, target, means, text, front, now) if target else None
        self._tell(_sent(insertion, delivery, called(program), elsewhere=elsewhere, took=took, now=now))
        return delivery.receipt is Receipt.READ

    def _keep(self, backend: InsertionBackend, insertion: Insertion, target: TargetWindow | None, why: str) -> bool:
        """Put the text on the clipboard only, and say why."""
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
            self._last = self._earlier  # whether that text arrived is not known: the user says it did not
        self._insert(replace(self._failed, pressed_in=None), asked)

    def _take_back(self) -> None:
        backend = self._connect()
        target = backend.focus()
        found = place.plan_undo(self._last, target, self._clock())
        if isinstance(found, str) or self._last is None:
            why = found if isinstance(found, str) else ""
            self._tell(UndoFailed(why, "Undo it in the program itself, or select it there and delete it."))
            return
        if not backend.take_back(*found):
            what = "A key such as Ctrl, Alt or Shift stayed down, so nothing was taken back."
            self._tell(UndoFailed(what, "Let go of all keys and try again."))
            return
        last, self._last = self._last, None
        self._tell(InsertionUndone(last.dictation, called(last.target.program)))

    def _connect(self) -> InsertionBackend:
        """The way, opened when it is not. Raises `InsertionUnavailable`."""
        if self._backend is None:
            self._backend = self._open_way()
            log.info("insertion: by way of %s", self._backend.name)
        return self._backend

    def _drop_way(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            try:
                backend.close()
            except (InsertionUnavailable, OSError):
                log.debug("the way was gone already")


def _ignore(_result: object) -> None:
    """For an order whose outcome is of use later."""


def _sent(
    insertion: Insertion, delivery: InsertionResult, program: str, *, elsewhere: bool, took: float, now: float
) -> Inserted | InsertionUncertain:
    """What is known of a text that was sent."""
    if delivery.receipt is Receipt.READ:
        return Inserted(insertion.dictation, program, elsewhere, took, now)
    what, remedy = wording.uncertain(delivery, program)
    unusual = delivery.trouble is not FailureReason.NONE
    return InsertionUncertain(insertion.dictation, program, what, remedy, unusual, elsewhere, took, now)
