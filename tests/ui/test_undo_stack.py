"""The log of the user's edits: typing in one row is one step, everything else a separate step."""

from __future__ import annotations

from itertools import pairwise

import pytest

from saywrite.ui.transcript.paragraphs import undo_stack
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


def typed(log: EditLog, line: Row, *texts: str) -> None:
    for before, after in pairwise(texts):
        log.record(Edit(((line, before),), ((line, after),)))


def test_undo_brings_back_what_was_typed_and_deleted() -> None:
    log, first = EditLog(), row(1)
    typed(log, first, "", "a", "ab", "a", "")
    assert log.undo() == Edit(((first, "ab"),), ((first, ""),))
    assert log.undo() == Edit(((first, ""),), ((first, "ab"),))
    assert not log.can_undo


def test_typing_over_what_was_deleted_is_one_step() -> None:
    log, first = EditLog(), row(1)
    typed(log, first, "cat", "ca", "c", "co", "cow")
    assert log.undo() == Edit(((first, "cat"),), ((first, "cow"),))
    assert not log.can_undo


def test_letters_that_were_deleted_and_typed_again_are_no_step() -> None:
    log, first = EditLog(), row(1)
    typed(log, first, "", "c")
    log.fence()
    typed(log, first, "c", "", "c")
    typed(log, first, "c", "ca")
    assert log.undo() == Edit(((first, "c"),), ((first, "ca"),))
    assert log.undo() == Edit(((first, ""),), ((first, "c"),))
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


def test_steps_of_very_long_rows_are_dropped_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step keeps the whole text of its row: a thousand steps in a pasted book would take gigabytes."""
    monkeypatch.setattr(undo_stack, "MOST_CHARACTERS", 100)
    log, first = EditLog(), row(1)
    texts = ["x" * length for length in range(20, 30)]
    for before, after in pairwise(texts):
        log.record(Edit(((first, before),), ((first, after),)))
        log.fence()
    assert log.undo() == Edit(((first, texts[-2]),), ((first, texts[-1]),))
    assert log.redo() is not None
    steps = 0
    while log.undo() is not None:
        steps += 1
    assert steps == 1
    log.record(Edit(((first, "x" * 500),), ((first, ""),)))
    assert log.can_undo, "the newest step can be undone, however long it is"
