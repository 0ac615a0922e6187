"""The lock on a file, beside queries of whether it is locked."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from saywrite.desktop.remote_control.instance_record import InstanceFile
from saywrite.foundation.file_lock import FileLock, is_locked, lock_descriptor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Only with flock")


def test_lock_is_taken_although_a_query_holds_it_for_an_instant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`is_locked` locks the file to find out; a recording that starts then must not be refused."""
    path = tmp_path / "lock"
    query = os.open(path, os.O_CREAT | os.O_RDWR)
    lock_descriptor(query, shared=True)
    monkeypatch.setattr(time, "sleep", lambda _seconds: os.close(query))
    FileLock(path).release()


def test_lock_that_stays_held_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    held = FileLock(tmp_path / "lock")
    with pytest.raises(BlockingIOError):
        FileLock(tmp_path / "lock")
    assert is_locked(tmp_path / "lock")
    held.release()
    assert not is_locked(tmp_path / "lock")
    assert len(pauses) == 1


def test_program_starts_although_a_command_looks_whether_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = InstanceFile(tmp_path)
    monkeypatch.setattr(time, "sleep", lambda _seconds: looking.release())
    InstanceFile(tmp_path).release()
