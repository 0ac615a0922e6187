"""The log of the user's edits: typing in one row is one step, everything else a separate step."""

from __future__ import annotations

from saywrite.ui.transcript.paragraphs.undo_stack import Edit, EditLog
from saywrite.ui.transcript.rows import Row, RowKind


def row(number: int, text: str = "") -> Row:
    return Row(RowKind.SEGMENT, "d1", number, 0, 0, text)


def test_typing_in_one_row_is_one_step() -> None:
    log, first = EditLog(), row(1)
    log.record(Edit(((first, ""),), ((first, "a"),)))
    log.record(Edit(((first, "a"),), ((first, "ab"),)))
    assert log.undo() == Edit(((first, ""),), ((first, "ab"),))
    assert not log.can_undo


def test_removal_of_rows_behind_typing_is_a_step_of_its_own() -> None:
    log, first = EditLog(), row(1)
    log.record(Edit(((first, ""),), ((first, "a"),)))
    log.record(Edit(((first, "a"),), ()))
    assert log.undo() == Edit(((first, "a"),), ())
    assert log.undo() == Edit(((first, ""),), ((first, "a"),))


def test_row_that_comes_back_behind_a_removal_is_a_step_of_its_own() -> None:
    log, first = EditLog(), row(1)
    log.record(Edit(((first, "a"),), ()))
    log.record(Edit((), ((first, "a"),)))
    assert log.undo() == Edit((), ((first, "a"),))


def test_typing_in_two_rows_is_two_steps() -> None:
    log, first, second = EditLog(), row(1), row(2)
    log.record(Edit(((first, ""),), ((first, "a"),)))
    log.record(Edit(((second, ""),), ((second, "b"),)))
    assert log.undo() == Edit(((second, ""),), ((second, "b"),))
    assert log.can_undo
