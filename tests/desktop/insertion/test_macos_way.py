"""Insertion on macOS, against a pasteboard and keys made by hand: nobody tells who reads, so nothing is claimed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from saywrite.desktop.insertion.macos import BACKSPACE, READ_S, Items, MacOS, V, Z
from saywrite.desktop.insertion.way import Delivery, Means, Target, Trouble, Undo
from saywrite.errors import InsertionUnavailable
from saywrite.events import Receipt

NOTES = Target(42, "Notes")
BEFORE: Items = ({"public.png": b"an image", "public.html": b"<b>"}, {"public.utf8-plain-text": b"second item"})


@dataclass
class HandMadeMac:
    allowed: bool = True
    held: bool = False
    board: Items | str = BEFORE
    count: int = 5
    pressed: list[tuple[int, bool]] = field(default_factory=list)
    typed: str = ""

    def trusted(self) -> bool:
        return self.allowed

    def front(self) -> Target | None:
        return NOTES

    def activate(self, window: int) -> bool:
        return window == NOTES.window

    def modifiers_down(self) -> bool:
        return self.held

    def read_all(self) -> Items:
        assert isinstance(self.board, tuple)
        return self.board

    def put(self, items: Items) -> int:
        self.board, self.count = items, self.count + 1
        return self.count

    def put_text(self, text: str) -> int:
        self.board, self.count = text, self.count + 1
        return self.count

    def change_count(self) -> int:
        return self.count

    def press(self, key: int, command: bool) -> None:
        self.pressed.append((key, command))

    def type(self, text: str) -> None:
        self.typed += text


def test_the_text_is_pasted_and_the_pasteboard_comes_back_after_a_pause() -> None:
    desktop = HandMadeMac()
    pauses: list[float] = []
    way = MacOS(desktop, pauses.append)
    assert way.deliver("Words", NOTES, Means.CTRL_V) == Delivery(Receipt.UNKNOWN)
    assert (desktop.board, desktop.pressed, pauses) == ("Words", [(V, True)], [])
    way.settle()
    assert (desktop.board, pauses) == (BEFORE, [READ_S])


def test_what_somebody_copies_meanwhile_is_not_overwritten() -> None:
    desktop = HandMadeMac()
    way = MacOS(desktop, lambda _s: None)
    way.deliver("Words", NOTES, Means.CTRL_V)
    desktop.put(({"public.utf8-plain-text": b"newer"},))
    way.settle()
    assert desktop.board == ({"public.utf8-plain-text": b"newer"},)


def test_without_the_permission_the_text_is_on_the_clipboard_and_the_remedy_is_named() -> None:
    desktop = HandMadeMac(allowed=False)
    way = MacOS(desktop, lambda _s: None)
    with pytest.raises(InsertionUnavailable, match="Accessibility"):
        way.deliver("Words", NOTES, Means.CTRL_V)
    assert (desktop.board, desktop.pressed) == ("Words", [])
    assert not way.take_back(Undo.CTRL_Z, 1)


def test_held_keys_are_waited_for_but_not_for_ever() -> None:
    desktop = HandMadeMac(held=True)
    way = MacOS(desktop, lambda _s: None)
    assert way.deliver("Words", NOTES, Means.CTRL_V) == Delivery(Receipt.NOT_READ, True, Trouble.KEYS_HELD)
    way.settle()
    assert (desktop.board, desktop.pressed) == ("Words", [])


def test_typing_leaves_the_pasteboard_alone() -> None:
    desktop = HandMadeMac()
    way = MacOS(desktop, lambda _s: None)
    assert way.deliver("Words", NOTES, Means.TYPE) == Delivery(Receipt.UNKNOWN)
    way.settle()
    assert (desktop.typed, desktop.board) == ("Words", BEFORE)


def test_taking_back_presses_undo_or_backspaces() -> None:
    desktop = HandMadeMac()
    way = MacOS(desktop, lambda _s: None)
    assert way.take_back(Undo.CTRL_Z, 1)
    assert way.take_back(Undo.BACKSPACE, 2)
    assert desktop.pressed == [(Z, True), (BACKSPACE, False), (BACKSPACE, False)]
