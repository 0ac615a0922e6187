"""Folders that the test may not enter. On Linux root may not either: it gives up the right to for that time."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_VERSION_3 = 0x2008_0522
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """Nothing in `folder` can be reached on this thread during the block."""
    if sys.platform == "win32":
        pytest.skip("Only on systems with modes")
    mode = folder.stat().st_mode
    folder.chmod(0)
    before = _effective_rights()
    if before is not None:
        _set_effective_rights(before & ~(1 << _DAC_OVERRIDE | 1 << _DAC_READ_SEARCH))
    try:
        if os.access(folder, os.X_OK, effective_ids=True):
            pytest.skip("nothing keeps this user out of a folder")
        yield
    finally:
        if before is not None:
            _set_effective_rights(before)
        folder.chmod(mode)


def _effective_rights() -> int | None:
    return _call("capget")[0] if sys.platform == "linux" else None


def _set_effective_rights(rights: int) -> None:
    sets = _call("capget")
    sets[0] = rights
    _call("capset", sets)


def _call(name: str, sets: ctypes.Array[ctypes.c_uint32] | None = None) -> ctypes.Array[ctypes.c_uint32]:
    """`capget` or `capset` of this thread: effective, permitted, inheritable, and the same for later rights."""
    sets = (ctypes.c_uint32 * 6)() if sets is None else sets
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    if getattr(ctypes.CDLL(None, use_errno=True), name)(header, sets):
        raise OSError(ctypes.get_errno(), name)
    return sets
