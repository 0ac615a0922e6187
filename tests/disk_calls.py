"""Records which files and folders a test's code brings to the disk, renames and removes, in order.

The real calls are made; this only counts them. A file is known by its inode, so it keeps its identity when it is
renamed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest


class DiskCall(NamedTuple):
    """`action`: "sync", "replace" or "remove"; `inode`: of the file or folder."""

    action: str
    inode: int


class DiskCalls:
    """The calls from its construction to the end of the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[DiskCall] = []
        for name in ("fsync", "fdatasync"):
            if hasattr(os, name):
                self._record(monkeypatch, name, "sync", lambda fd: os.fstat(fd).st_ino)
        for name, action in (("replace", "replace"), ("rename", "replace"), ("unlink", "remove")):
            self._record(monkeypatch, name, action, lambda path: os.lstat(path).st_ino)

    def of(self, path: Path) -> list[str]:
        """What was done with the file that is at `path` now, or with that folder."""
        inode = path.stat().st_ino
        return [call.action for call in self.calls if call.inode == inode]

    def index(self, action: str, inode: int) -> int:
        """The place of the first such call in the order of all; fails the test when there is none."""
        assert DiskCall(action, inode) in self.calls, f"no {action} of {inode} in {self.calls}"
        return self.calls.index(DiskCall(action, inode))

    def _record(self, monkeypatch: pytest.MonkeyPatch, name: str, action: str, inode: Callable[[Any], int]) -> None:
        real = getattr(os, name)

        def call(first: Any, *rest: Any, **options: Any) -> Any:
            try:
                found = inode(first)
            except OSError:
                return real(first, *rest, **options)
            result = real(first, *rest, **options)
            self.calls.append(DiskCall(action, found))
            return result

        monkeypatch.setattr(os, name, call)
