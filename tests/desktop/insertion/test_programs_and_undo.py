"""What is known of programs, and how a text continues the last one or is taken back: decisions on values alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.desktop.insertion import undo
from saywrite.desktop.insertion.base import PasteMethod, TargetWindow, Undo
from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.programs import ProgramRules, called, means_for, parse, undo_for
from saywrite.text.spacing import continue_text


@pytest.mark.parametrize(
    ("program", "means"),
    [
        ("Firefox", PasteMethod.CTRL_V),
        ("XTerm", PasteMethod.SHIFT_INSERT),
        ("org.gnome.Terminal", PasteMethod.SHIFT_INSERT),
        ("foot", PasteMethod.CTRL_SHIFT_V),
        ("Emacs", PasteMethod.SHIFT_INSERT),
        ("", PasteMethod.SHIFT_INSERT),
    ],
)
def test_every_program_gets_the_keys_that_paste_in_it(program: str, means: PasteMethod) -> None:
    assert means_for(program, ProgramRules()) is means


def test_the_users_word_for_a_program_counts_more_than_the_one_for_all() -> None:
    choices = ProgramRules(means=PasteMethod.TYPE, programs={"xterm": PasteMethod.CLIPBOARD})
    assert means_for("XTerm", choices) is PasteMethod.CLIPBOARD
    assert means_for("Firefox", choices) is PasteMethod.TYPE


def test_the_exceptions_are_read_and_what_makes_no_sense_is_named() -> None:
    found, bad = parse("XTerm = type; emacs=Shift + Insert,, code = fly, = type, nothing")
    assert found == {"xterm": PasteMethod.TYPE, "emacs": PasteMethod.SHIFT_INSERT}
    assert bad == ("code = fly", "= type", "nothing")
    assert parse("") == ({}, ())


@given(st.text())
def test_whatever_is_written_there_is_read_or_named(text: str) -> None:
    found, bad = parse(text)
    parts = [part for part in text.replace(";", ",").split(",") if part.strip()]
    assert len(found) + len(bad) <= len(parts)
    assert bool(found or bad) == bool(parts)


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("firefox", "Firefox"),
        ("org.kde.kate", "Kate"),
        ("notepad.exe", "Notepad"),
        ("code", "Visual Studio Code"),
        ("", "the window in front"),
    ],
)
def test_programs_are_called_what_people_call_them(program: str, name: str) -> None:
    assert called(program) == name


HERE = TargetWindow(1, "Kate")
THERE = TargetWindow(2, "Kate")


def test_a_text_continues_what_was_put_there_and_only_there_until_the_user_acts() -> None:
    last, activity = undo.inserted("d1", HERE, PasteMethod.CTRL_V, "We met", "", 100.0), UserActivity(known=True)
    activity.begin(100.0)
    assert undo.text_before_cursor(last, HERE, activity, 9_000.0) == "We met"
    assert undo.text_before_cursor(last, THERE, activity, 101.0) == ""
    assert undo.text_before_cursor(last, None, activity, 101.0) == ""
    assert undo.text_before_cursor(None, HERE, activity, 101.0) == ""
    activity.note_input(102.0)
    assert undo.text_before_cursor(last, HERE, activity, 103.0) == ""
    assert undo.inserted("d2", HERE, PasteMethod.CTRL_V, " again", "We met", 110.0).before == "We met again"


@pytest.mark.parametrize(
    ("before", "text", "added_capital", "result"),
    [
        ("", "Hello", True, "Hello"),
        ("", " as it is ", False, " as it is "),
        ("We met", "Yesterday.", True, " yesterday."),
        ("Wir trafen", "Anna", False, " Anna"),
        ("We met.", "yesterday", False, " Yesterday"),
        ("and (", "Yes", False, "Yes"),
        ("One", ", two", False, ", two"),
    ],
)
def test_a_text_carries_on_in_another_program(before: str, text: str, added_capital: bool, result: str) -> None:
    assert continue_text(before, text, "en", added_capital) == result


def test_a_paste_is_one_step_of_undo_and_typed_letters_are_many() -> None:
    assert undo_for("Kate", PasteMethod.CTRL_V) is Undo.CTRL_Z
    assert undo_for("Kate", PasteMethod.TYPE) is Undo.BACKSPACE
    assert undo_for("XTerm", PasteMethod.SHIFT_INSERT) is Undo.BACKSPACE


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("größer", 6),
        ("漢字", 2),
        ("two\nlines", None),
        ("e\u0301", None),
        ("👩\u200d👧", None),
        ("🇩🇪", None),
        ("👍🏽", None),
        ("x" * 5_001, None),
    ],
)
def test_backspaces_are_counted_only_where_all_programs_agree(text: str, steps: int | None) -> None:
    assert undo.steps_back(text) == steps


def test_taking_back_is_refused_when_it_is_not_safe() -> None:
    kate = undo.inserted("d1", HERE, PasteMethod.CTRL_V, "Words", "", 100.0)
    shell = undo.inserted("d1", TargetWindow(3, "XTerm"), PasteMethod.SHIFT_INSERT, "ls\n", "", 100.0)
    assert undo.plan_undo(kate, HERE, 110.0) == (Undo.CTRL_Z, 1)
    assert undo.plan_undo(None, HERE, 110.0) == "There is nothing to undo."
    assert undo.plan_undo(kate, THERE, 110.0) == "Another window has the focus now."
    assert undo.plan_undo(kate, HERE, 221.0) == "The last insertion was too long ago."
    assert undo.plan_undo(shell, shell.target, 110.0) == "This text cannot safely be undone in a terminal."


@pytest.mark.parametrize(
    ("text", "seen", "expected"),
    [
        ("Words.", "Before. Words.", True),
        (" Words.", "Before.\u00a0Words.", True),
        ("One\ntwo", "One\r\ntwo", True),
        ("x" * 400, "x" * 300, True),
        ("Words.", "Words. more", False),
        ("Words.", "Words. ", False),
        ("Many words.", "words.", False),
        ("Words.", "", False),
    ],
)
def test_an_inserted_text_is_undone_only_where_it_is_before_the_cursor(text: str, seen: str, expected: bool) -> None:
    assert undo.is_before_cursor(text, seen) is expected


CHANGED = "The text in Kate was changed since then, or the cursor was moved, so nothing was undone."
UNKNOWN = "Kate does not report whether you have typed there since, so nothing was undone."


@pytest.mark.parametrize(
    ("seen", "ours", "known", "input_at", "asked", "why"),
    [
        ("Before. Words", True, True, 105.0, 110.0, ""),
        ("Before. Words", False, False, None, 110.0, ""),
        ("Words abc", True, True, 105.0, 110.0, CHANGED),
        ("Words abc", False, True, None, 110.0, CHANGED),
        ("", True, True, None, 110.0, CHANGED),
        (None, True, True, None, 110.0, UNKNOWN),
        (None, True, False, None, 110.0, UNKNOWN),
        (None, False, True, None, 110.0, ""),
        (None, False, True, 105.0, 110.0, UNKNOWN),
        (None, False, True, 109.5, 110.0, UNKNOWN),
        (None, False, True, 109.8, 110.0, ""),
        (None, False, True, None, 160.0, ""),
        (None, False, True, None, 160.1, UNKNOWN),
        (None, False, False, None, 110.0, UNKNOWN),
    ],
)
def test_an_undo_is_refused_unless_the_user_certainly_wrote_nothing_since(
    seen: str | None, ours: bool, known: bool, input_at: float | None, asked: float, why: str
) -> None:
    last = undo.inserted("d1", HERE, PasteMethod.CTRL_V, "Words", "", 100.0)
    activity = UserActivity(known=known)
    activity.begin(100.0)
    if input_at is not None:
        activity.note_input(input_at)
    assert undo.find_obstacle(last, seen, activity, asked, ours=ours) == why


@pytest.mark.parametrize("seen", [None, "$ ls", "$ ls\n$ "])
def test_what_a_terminal_reports_does_not_permit_an_undo_from_our_window(seen: str | None) -> None:
    last = undo.inserted("d1", TargetWindow(3, "XTerm"), PasteMethod.SHIFT_INSERT, "ls", "", 100.0)
    activity = UserActivity(known=True)
    activity.begin(100.0)
    assert undo.find_obstacle(last, seen, activity, 101.0, ours=False) == ""
    assert undo.find_obstacle(last, seen, activity, 101.0, ours=True).startswith("XTerm does not report whether")
