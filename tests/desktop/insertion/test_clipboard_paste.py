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


class Setup:
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
    setup = Setup(Board(reads_after=reads))
    began = setup.board.now
    assert setup.deliver() == InsertionResult(Receipt.READ)
    setup.wait(began + 10 - setup.board.now)
    assert setup.board.contents == "old"
    assert [text for _, text in setup.board.read] == ["Words"] * len(reads)


def test_a_key_of_the_user_brings_the_clipboard_back_sooner_but_not_to_a_program_that_is_still_busy() -> None:
    setup = Setup(Board(reads_after=(0.0, 1.5)))
    setup.deliver()
    setup.activity.note_input(setup.board.now + 0.2)
    setup.wait(1.6)
    assert setup.board.contents == "Words"
    setup.wait(2.3)
    assert setup.board.contents == "old"
    assert [text for _, text in setup.board.read] == ["Words"] * 2


def test_two_texts_in_a_row_leave_the_old_clipboard_in_place() -> None:
    setup = Setup(Board())
    setup.deliver()
    setup.wait(1)
    setup.deliver()
    setup.wait(10)
    assert setup.board.contents == "old"


def test_newer_contents_of_another_program_stay() -> None:
    setup = Setup(Board())
    setup.deliver()
    setup.board.contents, setup.board.ours = "newer", False
    setup.wait(10)
    assert setup.board.contents == "newer"


def test_unread_text_stays_for_pasting_by_hand() -> None:
    setup = Setup(Board(reads_after=()))
    assert setup.deliver() == InsertionResult(Receipt.NOT_READ, on_clipboard=True)
    setup.wait(60)
    assert setup.board.contents == "Words"


def test_a_clipboard_taken_by_another_program_before_a_read_is_reported() -> None:
    class Thief(Board):
        def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
            self.contents, self.ours = "stolen", False
            return True

    setup = Setup(Thief(reads_after=()))
    assert setup.deliver() == InsertionResult(Receipt.UNKNOWN, trouble=FailureReason.CLIPBOARD_LOST)
    setup.wait(10)
    assert setup.board.contents == "stolen"


@pytest.mark.parametrize("trouble", [FailureReason.CLIPBOARD_SLOW, FailureReason.CLIPBOARD_BIG])
def test_a_clipboard_that_cannot_be_saved_is_never_replaced_unasked(trouble: FailureReason) -> None:
    setup = Setup(Board(trouble=trouble))
    assert setup.deliver() == InsertionResult(Receipt.UNKNOWN, trouble=trouble)
    assert (setup.board.typed, setup.board.contents) == ("Words", "old")
    setup.board.can_type = False
    assert setup.deliver() == InsertionResult(Receipt.NOT_READ, trouble=trouble)
    assert setup.board.contents == "old"
    assert setup.deliver(replace=True) == InsertionResult(Receipt.READ)
    setup.wait(60)
    assert setup.board.contents == "Words"


@pytest.mark.parametrize("held", [FailureReason.KEYS_HELD, FailureReason.KEYBOARD_TAKEN])
@pytest.mark.parametrize("means", [PasteMethod.CTRL_V, PasteMethod.TYPE])
def test_keys_that_would_not_arrive_as_they_are_are_not_pressed(held: FailureReason, means: PasteMethod) -> None:
    setup = Setup(Board(held=held))
    assert setup.deliver(means) == InsertionResult(Receipt.NOT_READ, on_clipboard=True, trouble=held)
    assert (setup.board.pressed_at, setup.board.typed) == (None, "")


def test_clipboard_is_restored_at_once_at_the_end() -> None:
    setup = Setup(Board())
    setup.deliver()
    setup.paste.restore_now()
    assert setup.board.contents == "old"
