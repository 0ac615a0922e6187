"""Files are replaced as a whole and survive a power cut; the system's errors become a reason and a remedy."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.closed_folder import closed
from tests.disk_calls import DiskCalls

from saywrite.foundation import files
from saywrite.foundation.files import (
    is_disk_full,
    is_folder,
    is_missing,
    is_reachable,
    new_file,
    os_error_message,
    os_error_reason,
    set_aside,
    sync_folder,
    write_atomic,
)


def test_write_replaces_the_whole_file_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "keywords.json"
    write_atomic(target, b"old")

    def fail(fd: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="Input/output error"):
            write_atomic(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
    write_atomic(target, b"new")
    assert target.read_bytes() == b"new"


def test_content_is_synced_before_the_rename_and_the_name_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    disk = DiskCalls(monkeypatch)
    write_atomic(target, b"new")
    file, folder = target.stat().st_ino, tmp_path.stat().st_ino
    assert disk.index("sync", file) < disk.index("replace", file) < disk.index("sync", folder)


def test_all_content_has_left_the_program_when_it_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still in a buffer of the program is not brought to the disk, and lost in a power cut."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_size))
    write_atomic(tmp_path / "a", b"new")
    assert synced[0] == 3


def test_exception_in_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")

    def interrupted_write() -> None:
        with new_file(target) as (file, part):
            file.write(b"half of")
            assert part.exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_write()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_unfinished_file_can_be_read_by_its_path(tmp_path: Path) -> None:
    with new_file(tmp_path / "a") as (file, part):
        file.write(b"content")
        file.flush()
        assert part.read_bytes() == b"content"
        assert not (tmp_path / "a").exists()
    assert not part.exists()


def test_fixed_temporary_name_overwrites_what_a_crash_left(tmp_path: Path) -> None:
    part = tmp_path / "a.tmp"
    part.write_bytes(b"much longer than the new content")
    write_atomic(tmp_path / "a", b"new", temporary=part)
    assert (tmp_path / "a").read_bytes() == b"new"
    assert not part.exists()


def test_private_file_is_for_its_user_and_another_keeps_its_mode(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomic(tmp_path / "private", b"x")
        write_atomic(tmp_path / "export", b"x", private=False)
        (tmp_path / "export-2").touch()
        (tmp_path / "export-2").chmod(0o664)
        write_atomic(tmp_path / "export-2", b"x", private=False)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("private", "export", "export-2")]
    assert modes == [0o600, 0o644, 0o664]


def test_a_file_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    """The recordings and the settings of an earlier version, or of a copy."""
    recording = tmp_path / "audio.pcm"
    recording.touch()
    recording.chmod(0o644)
    with new_file(recording) as (file, part):
        file.write(b"x")
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600


def test_what_replaces_a_file_is_never_readable_by_more_users(tmp_path: Path) -> None:
    exported = tmp_path / "export.txt"
    exported.touch()
    exported.chmod(0o600)
    before = os.umask(0o022)
    try:
        with new_file(exported, private=False) as (file, part):
            file.write(b"x")
            assert stat.S_IMODE(part.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_a_link_in_place_of_the_temporary_file_is_not_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "temporary_name", lambda: "guessed.tmp")
    (tmp_path / "secret").write_bytes(b"theirs")
    (tmp_path / "guessed.tmp").symlink_to(tmp_path / "secret")
    with pytest.raises(FileExistsError):
        write_atomic(tmp_path / "a", b"x")
    assert (tmp_path / "secret").read_bytes() == b"theirs"


def test_a_name_that_is_taken_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """An export of hours of sound, for example."""
    (tmp_path / "taken").touch()
    begun = []
    with pytest.raises(FileExistsError), new_file(tmp_path / "taken", overwrite=False):
        begun.append(True)
    assert not begun


@pytest.mark.parametrize("links", [True, False])
def test_existing_file_is_kept_without_overwrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """`links`: whether the file system has hard links. The file may also come into being during the block."""
    if not links:
        monkeypatch.setattr(os, "link", lambda *_, **__: (_ for _ in ()).throw(OSError(errno.EPERM, "no links")))
    write_atomic(tmp_path / "new", b"1", overwrite=False)
    with pytest.raises(FileExistsError):
        write_atomic(tmp_path / "new", b"2", overwrite=False)

    def overtaken_write() -> None:
        with new_file(tmp_path / "late", overwrite=False) as (file, _):
            file.write(b"2")
            (tmp_path / "late").write_bytes(b"1")

    with pytest.raises(FileExistsError):
        overtaken_write()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"new": b"1", "late": b"1"}


def test_symbolic_link_stays_one_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "file")
    write_atomic(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "file").read_bytes() == b"x"


def test_circle_of_links_is_refused(tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    with pytest.raises(OSError, match="symbolic links"):
        write_atomic(circle, b"x")
    assert circle.is_symlink()


def test_folder_that_cannot_be_synced_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(fd: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)
    sync_folder(tmp_path)


def test_folder_whose_disk_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error"):
        sync_folder(tmp_path)


def test_syncing_a_folder_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each confirmed sentence syncs one: a long dictation would end with "Too many open files"."""
    really_close, closed_ones = os.close, list[int]()
    really_open, opened = os.open, list[int]()

    def open_it(path: Path, flags: int) -> int:
        opened.append(really_open(path, flags))
        return opened[-1]

    def close_it(fd: int) -> None:
        closed_ones.append(fd)
        really_close(fd)

    monkeypatch.setattr(os, "open", open_it)
    monkeypatch.setattr(os, "close", close_it)
    sync_folder(tmp_path)
    assert opened == closed_ones
    assert len(opened) == (sys.platform != "win32")


def test_the_new_name_of_a_file_that_was_set_aside_survives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").touch()
    disk = DiskCalls(monkeypatch)
    aside = set_aside(tmp_path / "a").stat().st_ino
    assert disk.index("replace", aside) < disk.index("sync", tmp_path.stat().st_ino)


def test_what_is_at_a_path_is_told_without_an_error(tmp_path: Path) -> None:
    file, folder, circle = tmp_path / "file", tmp_path / "folder", tmp_path / "circle"
    file.touch()
    folder.mkdir()
    circle.symlink_to(circle)
    unreachable, absent = [circle, tmp_path / ("x" * 300)], [tmp_path / "no", file / "below a file"]
    assert [is_folder(path) for path in (folder, file, *absent, *unreachable)] == [True, *5 * [False]]
    assert [is_reachable(path) for path in (folder, file, *absent, *unreachable)] == [True, True, *4 * [False]]
    assert [is_missing(path) for path in (folder, file, *absent, *unreachable)] == [
        False,
        False,
        True,
        True,
        *2 * [False],
    ]


def test_a_folder_that_may_not_be_entered_is_neither_reachable_nor_missing(tmp_path: Path) -> None:
    inside = tmp_path / "closed" / "inside"
    inside.mkdir(parents=True)
    with closed(tmp_path / "closed"):
        assert (is_folder(inside), is_reachable(inside), is_missing(inside)) == (False, False, False)


@pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with owners of files")
def test_a_file_that_root_replaces_keeps_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sudo saywrite export` over a user's file, for example; a file of one's own is not given to anybody."""
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda path, user, group: given.append((user, group)))
    exported = tmp_path / "export.txt"
    write_atomic(exported, b"1", private=False)
    write_atomic(exported, b"2", private=False)
    assert not given
    there = exported.stat()
    monkeypatch.setattr(os, "geteuid", lambda: there.st_uid + 1)
    write_atomic(exported, b"3", private=False)
    assert given == [(there.st_uid, there.st_gid)]


@pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with groups of files")
def test_a_file_in_a_folder_of_a_group_is_not_given_to_that_group(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("giving a folder to another group needs root")
    exported = tmp_path / "export.txt"
    write_atomic(exported, b"1", private=False)
    group = exported.stat().st_gid
    os.chown(tmp_path, -1, group + 1)
    tmp_path.chmod(0o2770)  # new files get the group of the folder
    write_atomic(tmp_path / "new", b"1", private=False)
    assert (tmp_path / "new").stat().st_gid == group + 1
    write_atomic(exported, b"2", private=False)
    assert exported.stat().st_gid == group


def test_file_set_aside_replaces_no_other_one(tmp_path: Path) -> None:
    for content in (b"1", b"2"):
        (tmp_path / "a").write_bytes(content)
        set_aside(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"3")
    assert set_aside(tmp_path / "a", "damaged") == tmp_path / "a.damaged-1"
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"a.broken-1": b"1", "a.broken-2": b"2", "a.damaged-1": b"3"}


@pytest.mark.parametrize(
    ("code", "reason", "remedy"),
    [
        (errno.ENOSPC, "the disk is full", "Free some space on the disk that holds /data."),
        (errno.EDQUOT, "the disk is full", "Free some space on the disk that holds /data."),
        (errno.EROFS, "/data is on a read-only disk", "Make it writable, or use --data."),
        (
            errno.EACCES,
            "Saywrite may not write to /data",
            "Give your user write permission for this folder, or use --data.",
        ),
        (errno.ENOENT, "the folder /data is gone", "Create the folder again, or use --data."),
        (errno.ENAMETOOLONG, "the name is too long", "Choose a shorter name."),
        (errno.EIO, "/data cannot be written (Input/output error)", "Check the disk, or use --data."),
    ],
)
def test_refused_write_has_a_reason_and_a_remedy(code: int, reason: str, remedy: str) -> None:
    error = OSError(code, os.strerror(code))
    explained = os_error_message(error, "/data", "use --data")
    assert (explained.reason, explained.remedy) == (reason, remedy)
    assert explained.sentence.lower() == f"{reason}.".lower()
    assert is_disk_full(error) == (reason == "the disk is full")


@given(code=st.integers(0, 200))
def test_every_error_number_gives_two_sentences(code: int) -> None:
    message = os_error_message(OSError(code, os.strerror(code)), "/data")
    assert message.sentence.endswith(".")
    assert message.sentence.startswith(("The ", "/data", "Saywrite "))
    assert message.remedy[0].isupper()
    assert message.remedy.endswith(".")


def test_error_without_words_is_named_by_its_type() -> None:
    assert os_error_reason(PermissionError(errno.EACCES, "Permission denied")) == "Permission denied"
    assert os_error_reason(TimeoutError()) == "TimeoutError"
    assert os_error_reason(ValueError("secret")) == "ValueError"


def test_an_error_of_another_kind_is_no_full_disk() -> None:
    assert not is_disk_full(ValueError("no room"))
