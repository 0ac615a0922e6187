"""Replaces files as a whole, syncs them, sets broken ones aside, explains OSError. Any thread.

The app has no other copy of these steps; tests/structure refuses a second one.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from saywrite.foundation.messages import message

if TYPE_CHECKING:  # not loaded: commands for the running window use this module and must start fast
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_FULL_DISK = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

# A file system that cannot sync a folder, or a folder that may be written but not opened for reading.
_NO_FOLDER_SYNC = (errno.EINVAL, getattr(errno, "ENOTSUP", errno.EINVAL), errno.EACCES, errno.EPERM)


def temporary_name() -> str:
    """A name for a file that is being written, hidden and taken by no other file."""
    return f".saywrite-{os.urandom(6).hex()}.tmp"


@contextmanager
def new_file(
    path: Path, *, private: bool = True, overwrite: bool = True, temporary: Path | None = None
) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a file that replaces `path` at the end of the block; yield it and its temporary path.

    A crash, a power cut, a full disk or an exception leaves the old file as it was. A symbolic link stays one: its
    target is replaced. `private`: for this user only (0600); otherwise the mode and owner of the file that is there, or
    the mode that the system gives to new files. `temporary`: a fixed name, for files that only one process writes; what
    a crash left there is overwritten. Raises OSError; FileExistsError without `overwrite` where `path` exists.
    """
    target = _without_links(path)
    if not overwrite and target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    part = temporary or target.with_name(temporary_name())
    flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_BINARY", 0) | (os.O_TRUNC if temporary else os.O_EXCL)
    # O_EXCL: never through a link, and never over a file that another process has put there.
    # A file that is there gives its mode at the end; until then others cannot read what it may hide from them.
    fd = os.open(part, flags, 0o600 if private or target.exists() else 0o666)
    try:
        with os.fdopen(fd, "w+b") as file:
            yield file, part
            sync_file(file)
        # Renamed only when the content is on the disk: after a crash the name has the old or the new content.
        if overwrite:
            if not private:
                _keep_mode_and_owner(part, target)
            part.replace(target)
        else:
            _publish(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    sync_folder(target.parent)  # last: the rename itself must survive a crash, too


def write_atomic(
    path: Path, data: bytes, *, private: bool = True, overwrite: bool = True, temporary: Path | None = None
) -> None:
    """Put `data` in place of `path` as a whole. Parameters and errors as of `new_file`."""
    with new_file(path, private=private, overwrite=overwrite, temporary=temporary) as (file, _):
        file.write(data)


def sync_file(file: BinaryIO) -> None:
    """Bring the content of a file that is open for writing to the disk. Raises OSError."""
    file.flush()
    os.fsync(file.fileno())


def sync_data(fd: int) -> None:
    """Bring the content of an open file to the disk, its times aside (fdatasync where there is one). Raises OSError."""
    getattr(os, "fdatasync", os.fsync)(fd)


def sync_folder(folder: Path) -> None:
    """Bring the names in `folder` to the disk: a file that is synced can still lack its name. Raises OSError.

    On Windows, where a folder cannot be opened, and on file systems that do not sync folders, it has no effect.
    """
    if sys.platform == "win32":
        return
    try:
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def set_aside(path: Path, label: str = "broken") -> Path:
    """Rename a damaged file to `<name>.<label>-<n>`, where no file is yet; the new path. Raises OSError."""
    number = 1
    while (aside := path.with_name(f"{path.name}.{label}-{number}")).exists():
        number += 1
    path.rename(aside)
    sync_folder(path.parent)
    return aside


def is_reachable(path: Path) -> bool:
    """Whether something is at `path` that this user can get to. Raises nothing, unlike `Path.exists`."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def is_folder(path: Path) -> bool:
    """Whether a folder is at `path` that this user can get to. Raises nothing, unlike `Path.is_dir`."""
    return is_reachable(path) and path.is_dir()


def is_missing(path: Path) -> bool:
    """Whether nothing is at `path`. False where the system does not tell: whoever opens it gets the reason."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def is_disk_full(error: Exception) -> bool:
    """Whether the system refused a write because the disk or the user's quota is used up."""
    return isinstance(error, OSError) and error.errno in _FULL_DISK


def os_error_reason(error: Exception) -> str:
    """The system's own words, for brackets or behind a colon: "Permission denied". Without any, the error's type."""
    return getattr(error, "strerror", None) or type(error).__name__


class OSErrorMessage(NamedTuple):
    """Why a write failed, as a clause without a period and as a sentence, and what the user can do."""

    reason: str
    sentence: str
    remedy: str


ANOTHER_FOLDER = message("choose another folder")


def os_error_message(error: OSError, place: Path | str, elsewhere: str = ANOTHER_FOLDER) -> OSErrorMessage:
    """Explain a write that the system refused. `place`: the folder; `elsewhere`: how the user can choose another one.

    The reason completes a sentence: "The export failed: the disk is full".
    """
    code, place = error.errno, str(place)
    if is_disk_full(error):
        return OSErrorMessage(
            message("the disk is full"),
            message("The disk is full."),
            message("Free some space on the disk that holds {place}.", place=place),
        )
    if code == errno.EROFS:
        return OSErrorMessage(
            message("{place} is on a read-only disk", place=place),
            message("{place} is on a read-only disk.", place=place),
            message("Make it writable, or {elsewhere}.", elsewhere=elsewhere),
        )
    if code in (errno.EACCES, errno.EPERM):
        return OSErrorMessage(
            message("Saywrite may not write to {place}", place=place),
            message("Saywrite may not write to {place}.", place=place),
            message("Give your user write permission for this folder, or {elsewhere}.", elsewhere=elsewhere),
        )
    return _other_refusal(error, place, elsewhere)


def _other_refusal(error: OSError, place: str, elsewhere: str) -> OSErrorMessage:
    if error.errno == errno.ENOENT:
        return OSErrorMessage(
            message("the folder {place} is gone", place=place),
            message("The folder {place} is gone.", place=place),
            message("Create the folder again, or {elsewhere}.", elsewhere=elsewhere),
        )
    if error.errno == errno.ENAMETOOLONG:
        return OSErrorMessage(
            message("the name is too long"), message("The name is too long."), message("Choose a shorter name.")
        )
    words = os_error_reason(error)
    return OSErrorMessage(
        message("{place} cannot be written ({error})", place=place, error=words),
        message("{place} cannot be written ({error}).", place=place, error=words),
        message("Check the disk, or {elsewhere}.", elsewhere=elsewhere),
    )


def _without_links(path: Path) -> Path:
    """The file behind symbolic links. Raises OSError for links that lead in a circle."""
    if not path.is_symlink():
        return path
    try:
        target = path.resolve()
    except RuntimeError:  # before Python 3.13
        target = path
    if target.is_symlink():  # Python 3.13 returns a circle as it is
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def _keep_mode_and_owner(part: Path, target: Path) -> None:
    try:
        status = target.stat()
    except FileNotFoundError:
        return
    # A folder may give its own group to new files.
    if sys.platform != "win32" and (status.st_uid, status.st_gid) != (os.geteuid(), part.stat().st_gid):
        os.chown(part, status.st_uid, status.st_gid)
    part.chmod(stat.S_IMODE(status.st_mode))


def _publish(part: Path, target: Path) -> None:
    """Give the file its name unless it is taken. A link does both in one step where the file system has links."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        part.replace(target)
    else:
        part.unlink()
