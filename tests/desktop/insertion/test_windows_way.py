"""Insertion on Windows, against a clipboard that behaves as Microsoft documents it: a promise is fetched once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from saywrite.desktop.insertion import windows
from saywrite.desktop.insertion.way import Delivery, Means, Target, Trouble, Undo
from saywrite.desktop.insertion.windows import BACKSPACE, CTRL, INSERT, SHIFT, V, Windows, Z
from saywrite.events import Receipt

NOTEPAD = Target(7, "notepad.exe")
BEFORE = {8: b"an image", 13: b"text"}


@dataclass
class HandMadeWindows:
    """`reads`: what the program in front does with Ctrl+V; `history`: a clipboard history fetches at once."""

    reads: bool = True
    history: bool = False
    held: bool = False
    runs_elevated: bool = False
    somebody_copies: bool = False
    board: Mapping[int, bytes] | str = field(default_factory=lambda: dict(BEFORE))
    typed: str = ""
    pressed: list[tuple[int, ...]] = field(default_factory=list)
    kept: int = 0
    _asked: Callable[[], None] | None = None
    _ours: bool = False

    def front(self) -> Target | None:
        return NOTEPAD

    def activate(self, window: int) -> bool:
        return window == NOTEPAD.window

    def elevated(self, window: int) -> bool:
        return self.runs_elevated

    def down(self, key: int) -> bool:
        return self.held and key == CTRL

    def read_all(self) -> Mapping[int, bytes]:
        assert isinstance(self.board, dict)
        return dict(self.board)

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
        if self.history or (self.reads and self.pressed):
            self._fetch()
        if self.somebody_copies and self.pressed:
            self.board, self._ours = {13: b"newer"}, False

    def press(self, keys: tuple[int, ...]) -> bool:
        self.pressed.append(keys)
        return True

    def type(self, text: str) -> bool:
        self.typed += text
        return True

    def _fetch(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same decisions in a tenth of the time."""
    for name, value in {"PATIENCE_S": 0.1, "KEYS_UP_S": 0.1, "QUIET_S": 0.02, "LOOK_S": 0.001}.items():
        monkeypatch.setattr(windows, name, value)


def deliver(desktop: HandMadeWindows, means: Means = Means.CTRL_V) -> Delivery:
    way = Windows(desktop)
    delivery = way.deliver("Words", NOTEPAD, means)
    way.settle()
    return delivery


def test_a_read_is_seen_and_the_clipboard_comes_back_with_all_its_formats() -> None:
    desktop = HandMadeWindows()
    assert deliver(desktop) == Delivery(Receipt.READ)
    assert desktop.pressed == [(CTRL, V)]
    assert desktop.board == BEFORE


def test_what_is_not_read_stays_on_the_clipboard_for_good() -> None:
    desktop = HandMadeWindows(reads=False)
    assert deliver(desktop) == Delivery(Receipt.NOT_READ, on_clipboard=True)
    assert (desktop.board, desktop.kept) == ("Words", 1)


def test_after_a_clipboard_history_has_fetched_it_nobody_can_tell() -> None:
    desktop = HandMadeWindows(history=True)
    assert deliver(desktop) == Delivery(Receipt.UNKNOWN)
    assert desktop.board == BEFORE


def test_what_somebody_copies_meanwhile_is_not_overwritten() -> None:
    desktop = HandMadeWindows(reads=False, somebody_copies=True)
    assert deliver(desktop).receipt is Receipt.UNKNOWN
    assert desktop.board == {13: b"newer"}


def test_held_keys_and_programs_with_more_rights_get_no_keys() -> None:
    held, elevated = HandMadeWindows(held=True), HandMadeWindows(runs_elevated=True)
    assert deliver(held) == Delivery(Receipt.NOT_READ, True, Trouble.KEYS_HELD)
    assert deliver(elevated) == Delivery(Receipt.NOT_READ, True, Trouble.KEYS_REFUSED)
    assert deliver(elevated, Means.TYPE) == Delivery(Receipt.NOT_READ, True, Trouble.KEYS_REFUSED)
    assert held.pressed == elevated.pressed == []
    assert (held.board, elevated.board, elevated.typed) == ("Words", "Words", "")


def test_typing_leaves_the_clipboard_alone() -> None:
    desktop = HandMadeWindows()
    assert deliver(desktop, Means.TYPE) == Delivery(Receipt.UNKNOWN)
    assert (desktop.typed, desktop.board) == ("Words", BEFORE)


def test_every_chord_has_its_keys() -> None:
    desktop = HandMadeWindows()
    deliver(desktop, Means.SHIFT_INSERT)
    way = Windows(desktop)
    assert way.take_back(Undo.CTRL_Z, 1)
    assert way.take_back(Undo.BACKSPACE, 2)
    assert desktop.pressed == [(SHIFT, INSERT), (CTRL, Z), (BACKSPACE,), (BACKSPACE,)]
