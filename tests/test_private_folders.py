"""Folders of Saywrite's own are closed to others in every part that it creates."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from saywrite.foundation.paths import display_path, private_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o022, 0o000, 0o077])
def test_every_folder_that_is_made_is_private(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        private_folder(tmp_path / "share" / "saywrite" / "recordings")
    finally:
        os.umask(before)
    for part in ("share", "share/saywrite", "share/saywrite/recordings"):
        assert mode(tmp_path / part) == 0o700, part


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    private_folder(tmp_path / "open" / "new")
    private_folder(tmp_path / "open")
    assert (mode(tmp_path / "open"), mode(tmp_path / "open" / "new")) == (0o755, 0o700)


def test_a_file_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OSError, match="file"):
            private_folder(path)


def test_a_name_that_is_not_utf8_can_be_stored_and_shown() -> None:
    shown = display_path(Path(os.fsdecode(b"/tmp/b\xe9 \xc3\xa9.flac")))
    assert shown == "/tmp/b\ufffd é.flac"
    assert shown.encode("utf-8")
