"""What typing under X11 decides without a server: which characters go together, and when a program is done."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.desktop.insertion.x11.text_typing import batches, is_at_work


@given(st.text("abcdeé漢字\n"), st.integers(1, 4))
def test_stretches_hold_no_more_new_characters_than_there_are_free_key_codes(text, room):
    stretches = list(batches(text, room, "ab\n"))
    assert "".join(stretches) == text
    assert all(len(set(stretch) - set("ab\n")) <= room for stretch in stretches)


def put_thread(processes: Path, thread: int, state: str) -> None:
    folder = processes / "77/task" / str(thread)
    folder.mkdir(parents=True)
    (folder / "stat").write_text(f"{thread} (x) S (y)) {state} 1 77 77 0 -1")


@pytest.mark.parametrize(("states", "works"), [("S", False), ("SS", False), ("SR", True), ("T", True), ("D", True)])
def test_a_program_is_at_work_while_one_of_its_threads_does_not_sleep(tmp_path, states, works):
    for number, state in enumerate(states):
        put_thread(tmp_path, 77 + number, state)
    assert is_at_work(tmp_path, 77) is works


def test_a_program_of_which_nothing_is_known_is_not_waited_for(tmp_path):
    assert not is_at_work(tmp_path, 77)
    put_thread(tmp_path, 77, "")
    (tmp_path / "77/task/77/stat").write_text("")
    assert not is_at_work(tmp_path, 77)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="this system has no /proc")
def test_this_program_is_at_work():
    assert is_at_work(Path("/proc"), os.getpid())
