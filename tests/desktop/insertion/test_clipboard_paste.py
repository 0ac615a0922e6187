"""The sequence that every desktop's insertion follows: when the clipboard goes back, and what is claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from saywrite.desktop.insertion.base import FailureReason, InsertionResult, PasteMethod, Receipt, TargetWindow
from saywrite.desktop.insertion.clipboard_paste import ClipboardPaste
from saywrite.desktop.insertion.context.user_activity import UserActivity

KATE = TargetWindow(1, "Kate")


@dataclass
class Board:
    """A clipboard and a program in front of it. `reads_after`: seconds after the keys at which it reads."""

    reads_after: tuple[float, ...] = (0.0,)
    trouble: FailureReason = FailureReason.NONE
    held: FailureReason = FailureReason.NONE
    can_type: bool = True
    contents: str = "old"
    ours: bool = False
    now: float = 100.0
    pressed_at: float | None = None
    read: list[tuple[float, str]] = field(default_factory=list)
    typed: str = ""

    def save(self, means: PasteMethod, kept: str | None) -> tuple[str, FailureReason]:
        return (self.contents if kept is None else kept), self.trouble

    def offer(self, text: str, means: PasteMethod, before: str | None) -> bool:
        self.contents, self.ours, self.pressed_at = text, True, None
        self.read.clear()
        return True

    def keep(self) -> None:
        pass

    def is_ours(self) -> bool:
        return self.ours

    def wait_until_free(self) -> FailureReason:
        return self.held

    def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
        self.pressed_at = self.now
        return True

    def type(self, text: str, target: TargetWindow | None) -> bool:
        self.typed += text if self.can_type else ""
        return self.can_type

    def sees_reads(self) -> bool:
        return True

    def last_read(self) -> float:
        if self.pressed_at is not None:
            done = len(self.read)
            for after in self.reads_after[done:]:
                if self.pressed_at + after <= self.now:
                    self.read.append((self.pressed_at + after, self.contents))
        return self.read[-1][0] if self.read else 0.0

    def is_unclear(self) -> bool:
        return False

    def is_busy(self) -> bool:
        return False

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        end = self.now + limit_s
        while not done():
            if self.now >= end:
                return False
            self.now += 0.01
        return True

    def watch_user(self) -> None:
        pass

    def restore(self, saved: str) -> None:
        self.last_read()
        self.contents, self.pressed_at = saved, None


class Desk:
    def __init__(self, board: Board) -> None:
        self.board = board
        self.activity = UserActivity(known=True)
        self.paste: ClipboardPaste[str] = ClipboardPaste(board, self.activity, lambda: board.now)

    def deliver(self, means: PasteMethod = PasteMethod.CTRL_V, *, replace: bool = False) -> InsertionResult:
        return self.paste.deliver("Words", KATE, means, replace=replace)

    def wait(self, seconds: float) -> None:
        """As the worker does."""
        end = self.board.now + seconds
        while (due := self.paste.wake(self.board.now)) is not None and due <= end:
            assert due > self.board.now, "it would never sleep"
            self.board.now = due
        self.board.now = end


@pytest.mark.parametrize(
    "reads",
    [(0.0,), (0.0, 1.5), (0.8, 2.3), (4.9,), (0.0, 1.0, 2.0, 3.0, 4.0), (3.0, 4.5)],
)
def test_a_busy_program_reads_the_text_each_time_and_the_old_clipboard_is_back_within_ten_seconds(
    reads: tuple[float, ...],
) -> None:
    desk = Desk(Board(reads_after=reads))
    began = desk.board.now
    assert desk.deliver() == InsertionResult(Receipt.READ)
    desk.wait(began + 10 - desk.board.now)
    assert desk.board.contents == "old"
    assert [text for _, text in desk.board.read] == ["Words"] * len(reads)


def test_a_key_of_the_user_brings_the_clipboard_back_sooner_but_not_to_a_program_that_is_still_busy() -> None:
    desk = Desk(Board(reads_after=(0.0, 1.5)))
    desk.deliver()
    desk.activity.note_input(desk.board.now + 0.2)
    desk.wait(1.6)
    assert desk.board.contents == "Words"
    desk.wait(2.3)
    assert desk.board.contents == "old"
    assert [text for _, text in desk.board.read] == ["Words"] * 2


def test_two_texts_in_a_row_leave_the_old_clipboard_in_place() -> None:
    desk = Desk(Board())
    desk.deliver()
    desk.wait(1)
    desk.deliver()
    desk.wait(10)
    assert desk.board.contents == "old"


def test_what_somebody_copies_meanwhile_stays() -> None:
    desk = Desk(Board())
    desk.deliver()
    desk.board.contents, desk.board.ours = "newer", False
    desk.wait(10)
    assert desk.board.contents == "newer"


def test_a_text_that_nobody_reads_stays_for_pasting_by_hand() -> None:
    desk = Desk(Board(reads_after=()))
    assert desk.deliver() == InsertionResult(Receipt.NOT_READ, on_clipboard=True)
    desk.wait(60)
    assert desk.board.contents == "Words"


def test_a_clipboard_taken_by_another_program_before_a_read_is_told() -> None:
    class Thief(Board):
        def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
            self.contents, self.ours = "stolen", False
            return True

    desk = Desk(Thief(reads_after=()))
    assert desk.deliver() == InsertionResult(Receipt.UNKNOWN, trouble=FailureReason.CLIPBOARD_LOST)
    desk.wait(10)
    assert desk.board.contents == "stolen"


@pytest.mark.parametrize("trouble", [FailureReason.CLIPBOARD_SLOW, FailureReason.CLIPBOARD_BIG])
def test_a_clipboard_that_cannot_be_saved_is_never_replaced_unasked(trouble: FailureReason) -> None:
    desk = Desk(Board(trouble=trouble))
    assert desk.deliver() == InsertionResult(Receipt.UNKNOWN, trouble=trouble)
    assert (desk.board.typed, desk.board.contents) == ("Words", "old")
    desk.board.can_type = False
    assert desk.deliver() == InsertionResult(Receipt.NOT_READ, trouble=trouble)
    assert desk.board.contents == "old"
    assert desk.deliver(replace=True) == InsertionResult(Receipt.READ)
    desk.wait(60)
    assert desk.board.contents == "Words"


@pytest.mark.parametrize("held", [FailureReason.KEYS_HELD, FailureReason.KEYBOARD_TAKEN])
@pytest.mark.parametrize("means", [PasteMethod.CTRL_V, PasteMethod.TYPE])
def test_keys_that_would_not_arrive_as_they_are_are_not_pressed(held: FailureReason, means: PasteMethod) -> None:
    desk = Desk(Board(held=held))
    assert desk.deliver(means) == InsertionResult(Receipt.NOT_READ, on_clipboard=True, trouble=held)
    assert (desk.board.pressed_at, desk.board.typed) == (None, "")


def test_at_the_end_the_clipboard_goes_back_at_once() -> None:
    desk = Desk(Board())
    desk.deliver()
    desk.paste.restore_now()
    assert desk.board.contents == "old"
