"""Insertion on macOS, against a pasteboard and keys made by hand: nobody tells who reads, so nothing is claimed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from saywrite.desktop.insertion.base import FailureReason, InsertionResult, PasteMethod, Receipt, TargetWindow, Undo
from saywrite.desktop.insertion.macos.backend import BACKSPACE, Items, MacBackend
from saywrite.foundation.errors import InsertionUnavailable

NOTES = TargetWindow(42, "Notes")
BEFORE: Items = ({"public.png": b"an image", "public.html": b"<b>"}, {"public.utf8-plain-text": b"second item"})


ANSI = "asdfhgzxcv bqweryt"
DVORAK = "aoeudi;qjk x',.pfy"
"""The characters of the first virtual key codes."""


@dataclass
class HandMadeMac:
    allowed: bool = True
    held: bool = False
    board: Items | str = BEFORE
    count: int = 5
    keys: str = ANSI
    trouble: FailureReason = FailureReason.NONE
    now: float = 100.0
    last_input: float = 0.0
    pressed: list[tuple[int, bool]] = field(default_factory=list)
    typed: str = ""

    def trusted(self) -> bool:
        return self.allowed

    def front(self) -> TargetWindow | None:
        return NOTES

    def activate(self, window: int) -> bool:
        return window == NOTES.window

    def modifiers_down(self) -> bool:
        return self.held

    def key_of(self, character: str) -> int | None:
        return self.keys.find(character) if character in self.keys else None

    def seconds_since_input(self) -> float:
        return self.now - self.last_input

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def read_all(self) -> tuple[Items, FailureReason]:
        assert isinstance(self.board, tuple)
        return self.board, self.trouble

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


def way_to(desktop: HandMadeMac) -> MacBackend:
    return MacBackend(desktop, desktop.pause, lambda: desktop.now)


def wait(way: MacBackend, desktop: HandMadeMac, seconds: float) -> None:
    """As the worker does: sleep until the way wants to be called."""
    end = desktop.now + seconds
    while (due := way.wake(desktop.now)) is not None and due <= end:
        desktop.now = max(due, desktop.now)
    desktop.now = end


def test_the_text_is_pasted_and_the_pasteboard_comes_back_after_seconds() -> None:
    desktop = HandMadeMac()
    way = way_to(desktop)
    assert way.deliver("Words", NOTES, PasteMethod.CTRL_V) == InsertionResult(Receipt.UNKNOWN)
    assert (desktop.board, desktop.pressed, desktop.now) == ("Words", [(9, True)], 100.0)
    wait(way, desktop, 3)
    assert desktop.board == "Words"
    wait(way, desktop, 1)
    assert desktop.board == BEFORE


def test_keys_are_found_by_their_character_in_any_layout() -> None:
    desktop = HandMadeMac(keys=DVORAK + "v z")
    way = way_to(desktop)
    way.deliver("Words", NOTES, PasteMethod.CTRL_V)
    assert way.take_back(Undo.CTRL_Z, 1)
    assert desktop.pressed == [(18, True), (20, True)]


def test_layout_without_the_key_is_reported() -> None:
    desktop = HandMadeMac(keys="")
    way = way_to(desktop)
    assert way.deliver("Words", NOTES, PasteMethod.CTRL_V) == InsertionResult(
        Receipt.NOT_READ, True, FailureReason.KEYS_REFUSED
    )
    assert not way.take_back(Undo.CTRL_Z, 1)


def test_a_pasteboard_that_cannot_be_saved_is_left_alone_and_the_text_typed() -> None:
    desktop = HandMadeMac(trouble=FailureReason.CLIPBOARD_SLOW)
    way = way_to(desktop)
    assert way.deliver("Words", NOTES, PasteMethod.CTRL_V) == InsertionResult(
        Receipt.UNKNOWN, trouble=FailureReason.CLIPBOARD_SLOW
    )
    assert (desktop.typed, desktop.board) == ("Words", BEFORE)


def test_newer_contents_of_another_program_are_not_overwritten() -> None:
    desktop = HandMadeMac()
    way = way_to(desktop)
    way.deliver("Words", NOTES, PasteMethod.CTRL_V)
    desktop.put(({"public.utf8-plain-text": b"newer"},))
    wait(way, desktop, 10)
    assert desktop.board == ({"public.utf8-plain-text": b"newer"},)


def test_without_the_permission_the_text_is_on_the_clipboard_and_the_remedy_is_named() -> None:
    desktop = HandMadeMac(allowed=False)
    way = way_to(desktop)
    with pytest.raises(InsertionUnavailable, match="Accessibility"):
        way.deliver("Words", NOTES, PasteMethod.CTRL_V)
    assert (desktop.board, desktop.pressed) == ("Words", [])
    assert not way.take_back(Undo.CTRL_Z, 1)


def test_held_keys_are_waited_for_but_not_for_ever() -> None:
    desktop = HandMadeMac(held=True)
    way = way_to(desktop)
    assert way.deliver("Words", NOTES, PasteMethod.CTRL_V) == InsertionResult(
        Receipt.NOT_READ, True, FailureReason.KEYS_HELD
    )
    wait(way, desktop, 10)
    assert (desktop.board, desktop.pressed) == ("Words", [])


def test_typing_leaves_the_pasteboard_alone() -> None:
    desktop = HandMadeMac()
    way = way_to(desktop)
    assert way.deliver("Words", NOTES, PasteMethod.TYPE) == InsertionResult(Receipt.UNKNOWN)
    wait(way, desktop, 10)
    assert (desktop.typed, desktop.board) == ("Words", BEFORE)


def test_taking_back_presses_undo_or_backspaces() -> None:
    desktop = HandMadeMac()
    way = way_to(desktop)
    assert way.take_back(Undo.CTRL_Z, 1)
    assert way.take_back(Undo.BACKSPACE, 2)
    assert desktop.pressed == [(6, True), (BACKSPACE, False), (BACKSPACE, False)]
