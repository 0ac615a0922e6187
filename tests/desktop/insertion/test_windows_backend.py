"""Insertion on Windows, against a clipboard that behaves as Microsoft documents it: a promise is fetched once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from saywrite.desktop.insertion.base import FailureReason, InsertionResult, PasteMethod, Receipt, TargetWindow, Undo
from saywrite.desktop.insertion.windows.backend import BACKSPACE, CTRL, INSERT, SHIFT, V, WindowsBackend, Z

NOTEPAD = TargetWindow(7, "notepad.exe")
BEFORE = {8: b"an image", 13: b"text"}


@dataclass
class HandMadeWindows:
    """`reads`: what the program in front does with Ctrl+V; `history`: a clipboard history fetches at once. Time passes
    only while somebody waits for messages.
    """

    reads: bool = True
    history: bool = False
    held: bool = False
    runs_elevated: bool = False
    somebody_copies: bool = False
    trouble: FailureReason = FailureReason.NONE
    now: float = 100.0
    last_input: float = 0.0
    board: Mapping[int, bytes] | str = field(default_factory=lambda: dict(BEFORE))
    typed: str = ""
    pressed: list[tuple[int, ...]] = field(default_factory=list)
    kept: int = 0
    _asked: Callable[[], None] | None = None
    _ours: bool = False

    def front(self) -> TargetWindow | None:
        return NOTEPAD

    def activate(self, window: int) -> bool:
        return window == NOTEPAD.window

    def elevated(self, window: int) -> bool:
        return self.runs_elevated

    def down(self, key: int) -> bool:
        return self.held and key == CTRL

    def read_all(self) -> tuple[Mapping[int, bytes], FailureReason]:
        assert isinstance(self.board, dict)
        return dict(self.board), self.trouble

    def seconds_since_input(self) -> float:
        return self.now - self.last_input

    def promise_text(self, text: str, asked: Callable[[], None]) -> bool:
        self.board, self._asked, self._ours = text, asked, True
        return True

    def put(self, contents: Mapping[int, bytes]) -> bool:
        self.board, self._asked = dict(contents), None
        return True

    def ours(self) -> bool:
        return self._ours

    def keep_text(self) -> None:
        self.kept += 1

    def pump(self, limit_s: float) -> None:
        self.now += limit_s
        if self.history or (self.reads and self.pressed):
            self._fetch()
        if self.somebody_copies and self.pressed:
            self.board, self._ours = {13: b"newer"}, False

    def press(self, keys: tuple[int, ...]) -> bool:
        self.pressed.append(keys)
        self.last_input = self.now
        return True

    def type(self, text: str) -> bool:
        self.typed += text
        return True

    def _fetch(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked()


def deliver(desktop: HandMadeWindows, means: PasteMethod = PasteMethod.CTRL_V) -> InsertionResult:
    way = WindowsBackend(desktop, lambda: desktop.now)
    delivery = way.deliver("Words", NOTEPAD, means)
    wait(way, desktop, 10)
    return delivery


def wait(way: WindowsBackend, desktop: HandMadeWindows, seconds: float) -> None:
    """As the worker does: sleep until the way wants to be called."""
    end = desktop.now + seconds
    while (due := way.wake(desktop.now)) is not None and due <= end:
        desktop.now = max(due, desktop.now)
    desktop.now = end


def test_a_read_is_seen_and_the_clipboard_comes_back_with_all_its_formats() -> None:
    desktop = HandMadeWindows()
    assert deliver(desktop) == InsertionResult(Receipt.READ)
    assert desktop.pressed == [(CTRL, V)]
    assert desktop.board == BEFORE


def test_the_clipboard_stays_for_seconds_in_which_a_busy_program_reads_again() -> None:
    desktop = HandMadeWindows()
    way = WindowsBackend(desktop, lambda: desktop.now)
    way.deliver("Words", NOTEPAD, PasteMethod.CTRL_V)
    wait(way, desktop, 3)
    assert desktop.board == "Words"
    wait(way, desktop, 1)
    assert desktop.board == BEFORE


def test_a_key_of_the_user_brings_the_clipboard_back_sooner() -> None:
    desktop = HandMadeWindows()
    way = WindowsBackend(desktop, lambda: desktop.now)
    way.deliver("Words", NOTEPAD, PasteMethod.CTRL_V)
    desktop.last_input = desktop.now + 0.4
    wait(way, desktop, 1.5)
    assert desktop.board == "Words"
    wait(way, desktop, 1)
    assert desktop.board == BEFORE
    assert way.activity.acted


def test_our_own_keys_are_not_mistaken_for_the_users() -> None:
    desktop = HandMadeWindows()
    way = WindowsBackend(desktop, lambda: desktop.now)
    way.deliver("Words", NOTEPAD, PasteMethod.CTRL_V)
    wait(way, desktop, 600)
    assert not way.activity.acted
    desktop.last_input = desktop.now
    wait(way, desktop, 10)
    assert way.activity.acted
    assert way.wake(desktop.now) is None  # nothing more is looked for


@pytest.mark.parametrize("trouble", [FailureReason.CLIPBOARD_SLOW, FailureReason.CLIPBOARD_BIG])
def test_a_clipboard_that_cannot_be_saved_is_left_alone_and_the_text_typed(trouble: FailureReason) -> None:
    desktop = HandMadeWindows(trouble=trouble)
    assert deliver(desktop) == InsertionResult(Receipt.UNKNOWN, trouble=trouble)
    assert (desktop.typed, desktop.board) == ("Words", BEFORE)


def test_what_is_not_read_stays_on_the_clipboard_permanently() -> None:
    desktop = HandMadeWindows(reads=False)
    assert deliver(desktop) == InsertionResult(Receipt.NOT_READ, on_clipboard=True)
    assert (desktop.board, desktop.kept) == ("Words", 1)


def test_after_a_clipboard_history_has_fetched_it_the_outcome_is_unknown() -> None:
    desktop = HandMadeWindows(history=True)
    assert deliver(desktop) == InsertionResult(Receipt.UNKNOWN)
    assert desktop.board == BEFORE


def test_newer_contents_of_another_program_are_not_overwritten() -> None:
    desktop = HandMadeWindows(reads=False, somebody_copies=True)
    assert deliver(desktop).receipt is Receipt.UNKNOWN
    assert desktop.board == {13: b"newer"}


def test_held_keys_and_programs_with_more_rights_get_no_keys() -> None:
    held, elevated = HandMadeWindows(held=True), HandMadeWindows(runs_elevated=True)
    assert deliver(held) == InsertionResult(Receipt.NOT_READ, True, FailureReason.KEYS_HELD)
    assert deliver(elevated) == InsertionResult(Receipt.NOT_READ, True, FailureReason.KEYS_REFUSED)
    assert deliver(elevated, PasteMethod.TYPE) == InsertionResult(Receipt.NOT_READ, True, FailureReason.KEYS_REFUSED)
    assert held.pressed == elevated.pressed == []
    assert (held.board, elevated.board, elevated.typed) == ("Words", "Words", "")


def test_typing_leaves_the_clipboard_alone() -> None:
    desktop = HandMadeWindows()
    assert deliver(desktop, PasteMethod.TYPE) == InsertionResult(Receipt.UNKNOWN)
    assert (desktop.typed, desktop.board) == ("Words", BEFORE)


def test_every_chord_has_its_keys() -> None:
    desktop = HandMadeWindows()
    deliver(desktop, PasteMethod.SHIFT_INSERT)
    way = WindowsBackend(desktop, lambda: desktop.now)
    assert way.take_back(Undo.CTRL_Z, 1)
    assert way.take_back(Undo.BACKSPACE, 2)
    assert desktop.pressed == [(SHIFT, INSERT), (CTRL, Z), (BACKSPACE,), (BACKSPACE,)]
