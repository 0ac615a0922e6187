"""The insertion worker: order, the user's choices, receipts, and what is reported when something goes wrong."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from saywrite.desktop.insertion.base import (
    LOOK_S,
    FailureReason,
    InsertionResult,
    PasteMethod,
    Receipt,
    TargetWindow,
    Undo,
)
from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.worker import Inserter, Insertion
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.events import (
    Inserted,
    InsertionEvent,
    InsertionUncertain,
    InsertionUndone,
    NotInserted,
    UndoFailed,
)

KATE = TargetWindow(1, "Kate")
FIREFOX = TargetWindow(2, "Firefox")
OURS = TargetWindow(9, "saywrite", own=True)
LIMIT_S = 20.0


@dataclass
class Screen:
    """A way into programs that exist only here."""

    front: TargetWindow | None = KATE
    answer: InsertionResult = field(default_factory=lambda: InsertionResult(Receipt.READ))
    can_go_back: bool = True
    keys_work: bool = True
    error: Exception | None = None
    calls: list[tuple[object, ...]] = field(default_factory=list)
    name: str = "made up"
    activity: UserActivity = field(default_factory=lambda: UserActivity(known=True))

    def focus(self) -> TargetWindow | None:
        return self.front

    def fileno(self) -> int | None:
        return None

    def serve(self) -> None:
        pass

    def wake(self, now: float) -> float | None:
        return None

    def deliver(
        self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool = False
    ) -> InsertionResult:
        self.calls.append(("deliver", text, target, means, *(["replace"] if replace else [])))
        if self.error is not None:
            raise self.error
        if means is PasteMethod.CLIPBOARD:
            return InsertionResult(Receipt.NOT_READ, on_clipboard=True)
        return self.answer

    def activate_window(self, target: TargetWindow) -> bool:
        if self.can_go_back:
            self.front = target
        return self.can_go_back

    def take_back(self, undo: Undo, steps: int) -> bool:
        self.calls.append(("take back", undo, steps))
        return self.keys_work

    def close(self) -> None:
        self.calls.append(("close",))

    @property
    def texts(self) -> list[object]:
        return [call[1] for call in self.calls if call[0] == "deliver"]


@dataclass
class TextBefore:
    """A program that tells what stands before its cursor."""

    text: str | None = None
    needs_s: float = 0.0

    def look(self, target: TargetWindow | None, limit_s: float = LOOK_S) -> str | None:
        return self.text if self.needs_s <= limit_s else None

    def close(self) -> None:
        pass


class Setup:
    """An inserter before a `Screen`."""

    def __init__(self, text_before: TextBefore | None = None) -> None:
        self.screen = Screen()
        self.opened = 0
        self.missing = False
        self.now = 100.0
        self.events: queue.SimpleQueue[InsertionEvent] = queue.SimpleQueue()
        self.inserter = Inserter(self._open, self.events.put, lambda: self.now, text_before)
        self.inserter.start()

    def _open(self) -> Screen:
        self.opened += 1
        if self.missing:
            raise InsertionUnavailable("No desktop.", "Start one.")
        return self.screen

    def insert(
        self, text: str = "Words", pressed_in: TargetWindow | None = None, added_capital: bool = False
    ) -> InsertionEvent:
        self.inserter.insert(Insertion("d1", text, "en", pressed_in, added_capital))
        return self.next()

    def next(self) -> InsertionEvent:
        return self.events.get(timeout=LIMIT_S)


@pytest.fixture
def setup() -> Iterator[Setup]:
    made = Setup()
    yield made
    made.inserter.close(LIMIT_S)


def test_a_text_that_was_read_is_inserted(setup: Setup) -> None:
    assert setup.insert() == Inserted("d1", "Kate", elsewhere=False, took_s=0.0, at=100.0)
    assert setup.screen.calls[:1] == [("deliver", "Words", KATE, PasteMethod.CTRL_V)]


@dataclass
class LostConnection(Screen):
    """A way into programs whose server ends after the first text, which is noticed while there is nothing to do."""

    error_at_close: Exception | None = None
    ends: tuple[socket.socket, socket.socket] = field(default_factory=socket.socketpair)
    closed: threading.Event = field(default_factory=threading.Event)

    def fileno(self) -> int:
        return self.ends[0].fileno()

    def wake(self, now: float) -> float | None:
        if self.texts:
            raise InsertionUnavailable("The connection was lost.", "Try again.")
        return None

    def close(self) -> None:
        super().close()
        for end in self.ends:
            end.close()
        self.closed.set()
        if self.error_at_close is not None:
            raise self.error_at_close


@pytest.mark.parametrize("error_at_close", [None, OSError("gone"), ValueError("a broken answer")])
def test_a_connection_lost_between_two_texts_costs_no_later_text(
    setup: Setup, error_at_close: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    setup.inserter.close(LIMIT_S)
    setup.screen = lost = LostConnection(error_at_close=error_at_close)
    setup.inserter = Inserter(setup._open, setup.events.put, lambda: setup.now)
    setup.inserter.start()
    assert isinstance(setup.insert("First."), Inserted)
    assert lost.closed.wait(LIMIT_S)
    setup.screen = Screen()
    assert isinstance(setup.insert("Second."), Inserted)
    assert setup.screen.texts == [" Second."]
    reported = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert reported == (["the backend could not be closed"] if isinstance(error_at_close, ValueError) else [])


def test_texts_go_in_in_the_order_they_were_given(setup: Setup) -> None:
    for number in range(50):
        setup.inserter.insert(Insertion("d1", f"{number}."))
    for _ in range(50):
        assert isinstance(setup.next(), Inserted)
    setup.inserter.close(LIMIT_S)
    assert [str(text).strip() for text in setup.screen.texts] == [f"{number}." for number in range(50)]
    assert [call[0] for call in setup.screen.calls] == ["deliver"] * 50 + ["close"]


def test_a_text_continues_the_one_before_it_in_the_same_window_however_long_ago(setup: Setup) -> None:
    setup.insert("We met")
    setup.now += 3_600
    setup.insert("Yesterday", added_capital=True)
    setup.screen.front = FIREFOX
    setup.insert("Yesterday", added_capital=True)
    assert setup.screen.texts == ["We met", " yesterday", "Yesterday"]


def test_after_a_key_or_click_of_the_user_a_text_starts_afresh(setup: Setup) -> None:
    setup.insert("We met")
    setup.screen.activity.begin(setup.now)
    setup.screen.activity.note_input(setup.now + 1)
    setup.insert("Yesterday", added_capital=True)
    assert setup.screen.texts == ["We met", "Yesterday"]


def test_parts_of_a_dictation_are_joined_also_where_texts_are_not(setup: Setup) -> None:
    setup.inserter.choose(ProgramRules(continues=False))
    setup.screen.activity.known = False
    for text in ("We met.", "It rained.", "We left."):
        setup.now += 40
        setup.inserter.insert(Insertion("d1", text, "en", is_part=True))
        setup.next()
    setup.inserter.insert(Insertion("d2", "Later.", "en", is_part=True))
    setup.next()
    setup.screen.activity.begin(setup.now)
    setup.screen.activity.note_input(setup.now + 1)
    setup.now += 2
    setup.inserter.insert(Insertion("d2", "On a new line.", "en", is_part=True))
    setup.next()
    assert setup.screen.texts == ["We met.", " It rained.", " We left.", "Later.", "On a new line."]


def test_our_own_hotkey_is_no_key_of_the_user(setup: Setup) -> None:
    setup.insert("We met")
    setup.screen.activity.begin(setup.now)
    for at in (109.7, 109.8, 110.0, 112.0, 112.2):  # Ctrl, Alt, Space down and up again
        setup.screen.activity.note_input(at)
    setup.inserter.note_own_key(110.0, down=True)
    setup.inserter.note_own_key(112.0, down=False)
    setup.insert("Yesterday", added_capital=True)
    assert setup.screen.texts == ["We met", " yesterday"]


def test_where_the_desktop_reports_no_keys_a_text_continues_for_half_a_minute(setup: Setup) -> None:
    setup.screen.activity.known = False
    setup.insert("We met")
    setup.now += 29
    setup.insert("Yesterday", added_capital=True)
    setup.now += 31
    setup.insert("Later", added_capital=True)
    assert setup.screen.texts == ["We met", " yesterday", "Later"]


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("We met", " yesterday"),
        ("We met ", "yesterday"),
        ("We met.", " Yesterday"),
        ("Hello,\n", "Yesterday"),
        ("", "Yesterday"),
        ("We met (", "yesterday"),
    ],
)
def test_what_the_program_reports_decides_about_space_and_capital(before: str, text: str) -> None:
    setup = Setup(TextBefore(before))
    setup.insert("Something else")
    setup.insert("Yesterday", added_capital=True)
    setup.inserter.close(LIMIT_S)
    assert setup.screen.texts[-1] == text


@pytest.mark.parametrize(
    ("program", "choice", "text"),
    [
        ("XTerm", "space", "ls rm -rf / echo"),
        ("XTerm", "as is", "ls\nrm -rf /\n\techo"),
        ("Kate", "space", "ls\nrm -rf /\n\techo"),
    ],
)
def test_line_breaks_into_a_terminal_are_the_users_choice(program: str, choice: str, text: str, setup: Setup) -> None:
    setup.inserter.choose(ProgramRules(line_breaks=choice))
    setup.screen.front = TargetWindow(1, program)
    setup.insert("ls\r\nrm -rf /\n\techo")
    assert setup.screen.texts == [text]


@pytest.mark.parametrize(
    "text",
    ["a\x1b[201~b", "a\x9b201~b", "a\x1b\x1b[201~[201~b", "a\x1b]0;x\x07b", "a\x00b", "a\x7f\x08b", "a\x1bOPb", "\x1b"],
)
@pytest.mark.parametrize("program", ["XTerm", "Kate"])
def test_control_sequences_never_pass(program: str, text: str, setup: Setup) -> None:
    setup.screen.front = TargetWindow(1, program)
    setup.insert(text)
    assert not [char for char in str(setup.screen.texts[0]) if ord(char) < 32 or 0x7F <= ord(char) < 0xA0]


def test_nothing_continues_a_text_that_did_not_get_there(setup: Setup) -> None:
    setup.screen.answer = InsertionResult(Receipt.NOT_READ, on_clipboard=True)
    setup.insert("We met")
    setup.screen.answer = InsertionResult(Receipt.READ)
    setup.insert("Yesterday", added_capital=True)
    assert setup.screen.texts == ["We met", "Yesterday"]


@pytest.mark.parametrize(
    ("delivery", "what", "remedy"),
    [
        (InsertionResult(Receipt.NOT_READ, True), "Kate did not read the text.", "The text is on the clipboard"),
        (
            InsertionResult(Receipt.NOT_READ, True, FailureReason.KEYS_HELD),
            "A key such as Ctrl",
            "The text is on the clipboard",
        ),
        (
            InsertionResult(Receipt.NOT_READ, False, FailureReason.CLIPBOARD_REFUSED),
            "The clipboard could",
            "Choose “Insert again”.",
        ),
        (
            InsertionResult(Receipt.NOT_READ, True, FailureReason.KEYS_REFUSED),
            "The keys to insert",
            "The text is on the clipboard",
        ),
        (
            InsertionResult(Receipt.NOT_READ, True, FailureReason.KEYBOARD_TAKEN),
            "A menu, a dialog",
            "The text is on the clipboard",
        ),
    ],
)
def test_what_was_not_read_is_said_with_its_remedy_and_can_go_in_again(
    delivery: InsertionResult, what: str, remedy: str, setup: Setup
) -> None:
    setup.screen.answer = delivery
    event = setup.insert(pressed_in=KATE)
    assert isinstance(event, NotInserted)
    assert event.what.startswith(what)
    assert event.remedy.startswith(remedy)
    assert event.on_clipboard == delivery.on_clipboard
    setup.screen.answer, setup.screen.front = InsertionResult(Receipt.READ), FIREFOX
    setup.inserter.again()
    assert setup.next() == Inserted("d1", "Firefox", elsewhere=False, took_s=0.0, at=100.0)
    setup.inserter.again()  # it is in: nothing is left to insert
    setup.inserter.close(LIMIT_S)
    assert setup.screen.texts == ["Words", "Words"]


@pytest.mark.parametrize(
    ("trouble", "unusual", "what"),
    [
        (FailureReason.NONE, False, "The text was sent to Kate, which does not tell whether it took it."),
        (
            FailureReason.CLIPBOARD_LOST,
            True,
            "Another program took the clipboard before it was certain that Kate had read the text.",
        ),
        (
            FailureReason.CLIPBOARD_BIG,
            True,
            "What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the text "
            "typed into Kate.",
        ),
    ],
)
def test_text_with_an_unknown_outcome_is_not_reported_as_inserted_and_can_be_inserted_again(
    trouble: FailureReason, unusual: bool, what: str, setup: Setup
) -> None:
    setup.insert("We met")
    setup.screen.answer = InsertionResult(Receipt.UNKNOWN, trouble=trouble)
    event = setup.insert("yesterday")
    assert event == InsertionUncertain(
        "d1", "Kate", what, "If it is not there, choose “Insert again”.", unusual, elsewhere=False, took_s=0.0, at=100.0
    )
    setup.inserter.again()
    setup.next()
    assert setup.screen.texts == ["We met", " yesterday", " yesterday"]


def test_clipboard_that_cannot_be_saved_is_replaced_only_at_the_users_command(setup: Setup) -> None:
    setup.screen.answer = InsertionResult(Receipt.NOT_READ, trouble=FailureReason.CLIPBOARD_SLOW)
    event = setup.insert()
    assert isinstance(event, NotInserted)
    assert event.remedy.startswith("Choose “Insert again” to replace it with the text.")
    setup.inserter.again()
    setup.next()
    assert [call[4:] for call in setup.screen.calls] == [(), ("replace",)]


def test_text_is_inserted_into_the_window_with_the_focus_and_the_event_says_so(setup: Setup) -> None:
    setup.screen.front = FIREFOX
    event = setup.insert(pressed_in=KATE)
    assert isinstance(event, Inserted)
    assert (event.program, event.elsewhere) == ("Firefox", True)


def test_or_back_to_where_the_user_began(setup: Setup) -> None:
    setup.inserter.choose(ProgramRules(other_window="back"))
    setup.screen.front = FIREFOX
    event = setup.insert(pressed_in=KATE)
    assert isinstance(event, Inserted)
    assert (event.program, event.elsewhere) == ("Kate", False)
    setup.screen.front, setup.screen.can_go_back = FIREFOX, False
    event = setup.insert(pressed_in=KATE)
    assert isinstance(event, NotInserted)
    assert event.what == "The window you began in (Kate) could not be brought back, so the text was not inserted."
    assert event.on_clipboard


def test_or_nowhere(setup: Setup) -> None:
    setup.inserter.choose(ProgramRules(other_window="keep"))
    setup.screen.front = FIREFOX
    event = setup.insert(pressed_in=KATE)
    assert isinstance(event, NotInserted)
    assert "The focus is not in the window in which you began (Kate)" in event.what
    assert setup.screen.calls[0] == ("deliver", "Words", FIREFOX, PasteMethod.CLIPBOARD)


def test_saywrites_own_window_gets_nothing(setup: Setup) -> None:
    setup.screen.front = OURS
    event = setup.insert()
    assert isinstance(event, NotInserted)
    assert event.what == "Saywrite itself had the focus, so the text was not inserted anywhere."


@pytest.mark.parametrize("front", [KATE, OURS], ids=["kate was deaf", "our window came in front"])
def test_insert_again_chosen_in_our_window_goes_into_the_program_that_missed_the_text(
    front: TargetWindow, setup: Setup
) -> None:
    setup.screen.front, setup.screen.answer = front, InsertionResult(Receipt.NOT_READ, on_clipboard=True)
    assert isinstance(setup.insert(pressed_in=KATE), NotInserted)
    setup.screen.front, setup.screen.can_go_back = OURS, False
    setup.inserter.again()
    event = setup.next()
    assert isinstance(event, NotInserted)
    assert event.what == "Saywrite itself had the focus, so the text was not inserted anywhere."
    setup.screen.can_go_back, setup.screen.answer = True, InsertionResult(Receipt.READ)
    setup.inserter.again()
    assert setup.next() == Inserted("d1", "Kate", elsewhere=False, took_s=0.0, at=100.0)
    assert setup.screen.calls[-1] == ("deliver", "Words", KATE, PasteMethod.CTRL_V)


def test_insert_again_chosen_in_our_window_leaves_the_focus_when_no_program_missed_the_text(setup: Setup) -> None:
    setup.screen.front = OURS
    setup.insert()
    setup.inserter.again()
    event = setup.next()
    assert isinstance(event, NotInserted)
    assert event.what == "Saywrite itself had the focus, so the text was not inserted anywhere."
    assert setup.screen.front == OURS


def test_with_clipboard_only_nothing_but_the_copy_is_reported(setup: Setup) -> None:
    setup.inserter.choose(ProgramRules(means=PasteMethod.CLIPBOARD))
    event = setup.insert()
    assert event == NotInserted(
        "d1", "Kate", "The text is on the clipboard, as you chose.", "Paste it where you want it.", on_clipboard=True
    )


def test_the_last_insertion_is_taken_back_once(setup: Setup) -> None:
    setup.insert()
    setup.inserter.take_back()
    assert setup.next() == InsertionUndone("d1", "Kate")
    setup.inserter.take_back()
    event = setup.next()
    assert isinstance(event, UndoFailed)
    assert event.what == "There is nothing to undo."
    assert setup.screen.calls.count(("take back", Undo.CTRL_Z, 1)) == 1


def test_an_undo_that_is_chosen_in_our_window_happens_in_the_program_of_the_text() -> None:
    program = TextBefore("", needs_s=0.8)
    setup = Setup(program)
    setup.insert()
    program.text = "Words"
    kate = setup.screen.front
    setup.screen.front = OURS
    setup.inserter.take_back()
    assert setup.next() == InsertionUndone("d1", "Kate")
    assert setup.screen.front == kate
    assert setup.screen.calls[-1] == ("take back", Undo.CTRL_Z, 1)
    setup.inserter.close(LIMIT_S)


@pytest.mark.parametrize("program", [None, TextBefore(None), TextBefore("Words", needs_s=5.0)])
def test_an_undo_from_our_window_is_refused_where_the_program_does_not_report_its_text(
    program: TextBefore | None,
) -> None:
    setup = Setup(program)
    setup.insert()
    setup.screen.front = OURS
    setup.inserter.take_back()
    event = setup.next()
    assert isinstance(event, UndoFailed)
    assert event.what == "Kate does not report whether you have typed there since, so nothing was undone."
    assert event.remedy == "Undo it in the program itself, or select it there and delete it."
    assert not [call for call in setup.screen.calls if call[0] == "take back"]
    setup.inserter.close(LIMIT_S)


def test_after_a_key_of_the_user_nothing_is_undone_where_the_program_does_not_report_its_text(setup: Setup) -> None:
    setup.insert()
    setup.screen.activity.begin(setup.now)
    setup.screen.activity.note_input(setup.now + 1)
    setup.now += 5
    setup.inserter.take_back()
    assert isinstance(setup.next(), UndoFailed)
    assert not [call for call in setup.screen.calls if call[0] == "take back"]


def test_a_program_that_does_not_come_to_the_front_is_named_and_gets_no_keys() -> None:
    program = TextBefore("")
    setup = Setup(program)
    setup.insert()
    setup.screen.front, setup.screen.can_go_back = OURS, False
    setup.inserter.take_back()
    event = setup.next()
    assert isinstance(event, UndoFailed)
    assert event.what == "Kate could not be brought to the front, so nothing was undone."
    assert event.remedy
    assert not [call for call in setup.screen.calls if call[0] == "take back"]
    setup.screen.can_go_back = True
    program.text = "Words"
    setup.inserter.take_back()
    assert isinstance(setup.next(), InsertionUndone)
    setup.inserter.close(LIMIT_S)


def test_our_window_keeps_the_focus_when_there_is_nothing_to_undo_or_too_late(setup: Setup) -> None:
    setup.screen.front, kate = OURS, setup.screen.front
    setup.inserter.take_back()
    assert isinstance(setup.next(), UndoFailed)
    setup.screen.front = kate
    setup.insert()
    setup.screen.front = OURS
    setup.now += 121
    setup.inserter.take_back()
    event = setup.next()
    assert isinstance(event, UndoFailed)
    assert event.what == "The last insertion was too long ago."
    assert setup.screen.front == OURS


def test_text_that_was_changed_since_is_not_undone() -> None:
    program = TextBefore("")
    setup = Setup(program)
    setup.insert()
    program.text = "Words. And more that the user typed"
    setup.inserter.take_back()
    event = setup.next()
    assert isinstance(event, UndoFailed)
    assert event.what == ("The text in Kate was changed since then, or the cursor was moved, so nothing was undone.")
    assert not [call for call in setup.screen.calls if call[0] == "take back"]
    program.text = f"Before. {setup.screen.texts[0]}"
    setup.inserter.take_back()
    assert isinstance(setup.next(), InsertionUndone)
    setup.inserter.close(LIMIT_S)


def test_undo_that_failed_because_of_a_key_can_be_tried_again(setup: Setup) -> None:
    setup.insert()
    setup.screen.keys_work = False
    setup.inserter.take_back()
    assert isinstance(setup.next(), UndoFailed)
    setup.screen.keys_work = True
    setup.inserter.take_back()
    assert isinstance(setup.next(), InsertionUndone)


def test_without_a_desktop_that_is_said_and_a_later_one_is_found(setup: Setup) -> None:
    setup.inserter.close(LIMIT_S)
    other = Setup()
    other.missing = True
    other.screen.error = InsertionUnavailable("The desktop went away.", "Log in again.")
    first = other.insert()
    assert isinstance(first, NotInserted)
    other.missing, other.screen.error = False, None
    other.inserter.again()
    assert isinstance(other.next(), Inserted)
    other.inserter.close(LIMIT_S)


def test_a_fault_of_ours_is_reported_logged_and_overcome(setup: Setup, caplog: pytest.LogCaptureFixture) -> None:
    setup.screen.error = ValueError("secret words")
    event = setup.insert()
    assert isinstance(event, NotInserted)
    assert event.what == "Something went wrong while the text was being inserted."
    setup.screen.error = None
    setup.inserter.again()
    assert isinstance(setup.next(), Inserted)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "a job of the insertion worker failed"
    ]
    assert setup.opened == 2


def test_nobody_hears_from_a_worker_that_was_closed(setup: Setup) -> None:
    setup.inserter.close(LIMIT_S)
    setup.inserter.insert(Insertion("d1", "Words"))
    setup.inserter.take_back()
    assert setup.inserter.focus() is None
    assert setup.events.empty()
