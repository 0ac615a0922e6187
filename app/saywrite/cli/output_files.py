"""The targets of `--output`: chosen and checked before the work, written as a whole afterwards. Main thread.

An input is never written over, under whatever name, and two inputs never share a file. A device, a pipe or
`/dev/stdout` is written into; everything else is a file that is replaced as a whole, and only by a complete text.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from saywrite.cli.ending.standard_output import write_all
from saywrite.foundation.errors import OutputUnwritable
from saywrite.foundation.files import os_error_reason, sync_file, temporary_name, write_atomic
from saywrite.foundation.paths import display_path

ANOTHER = "Choose another --output."

NAME_BYTES = 255
"""Bytes that a file's name may have on all common file systems."""

_PAUSE_S = 0.05
_DESCRIPTOR = re.compile(r"(/dev|/proc/(?:self|thread-self|\d+))/fd/(\d{1,9})")
_NOT_REPLACEABLE = (errno.EACCES, errno.EPERM, errno.EBUSY)
"""Why a file that may be written cannot be replaced: its folder may not be written, or it is mounted by itself."""


def choose_targets(
    output: Path, inputs: Sequence[Path], format: str, name: str, protected: Iterable[Path] = ()
) -> tuple[Path, ...]:
    """One target for each input; without inputs one, called `name` where `output` is a folder.

    `protected`: files that the command reads besides its inputs. Raises OutputUnwritable when a target is one of
    these, or cannot be written.
    """
    read = _identities((*inputs, *protected))
    if len(inputs) > 1 and _is_file(output):
        raise OutputUnwritable(
            f"{display_path(output)} is a file, and there are {len(inputs)} inputs.", "Name a folder with --output."
        )
    if _is_stream(output) or (len(inputs) < 2 and not stat.S_ISDIR(_mode(output))):
        targets = (output,) * max(len(inputs), 1)
    elif not inputs:
        targets = (output / f"{name}.{format}",)
    else:
        targets = tuple(output / each for each in unique_names([path.stem for path in inputs], format))
    for target in dict.fromkeys(targets):
        _check(target, read)
    return targets


def check_standard_output(inputs: Iterable[Path]) -> None:
    """Raises OutputUnwritable where it goes into an input (`saywrite transcribe a.raw >> a.raw`)."""
    with suppress(OSError):
        status = os.fstat(1)
        if stat.S_ISREG(status.st_mode) and (status.st_dev, status.st_ino) in _identities(inputs):
            raise OutputUnwritable("Standard output goes into one of the inputs.", "Use --output FILE.")


def unique_names(stems: Iterable[str], format: str) -> list[str]:
    """A file name for each stem; distinct on file systems that ignore case and composition, too."""
    names: list[str] = []
    taken: set[str] = set()
    for stem in stems:
        name, number = _fitting(stem, f".{format}"), 1
        while _folded(name) in taken:
            number += 1
            name = _fitting(stem, f"-{number}.{format}")
        taken.add(_folded(name))
        names.append(name)
    return names


def keep_earlier_text(target: Path) -> None:
    """Refuse to replace a file that has a text by one that is not complete. Raises OutputUnwritable."""
    status = _status(target) if _is_file(target) else None
    if status is not None and status.st_size:
        raise OutputUnwritable(f"{display_path(target)} keeps its earlier text, because this one is not complete.")


def write_target(target: Path, content: bytes, stopped: Callable[[], bool] = lambda: False) -> None:
    """Write into a stream, or put `content` in place of the file. Raises OutputUnwritable.

    `stopped`: asked while a pipe has no reader; when it says True, nothing is written.
    """
    try:
        number = _descriptor(target)
        if number is not None:
            write_all(number, content, stopped)
        elif _is_stream(target):
            _write_stream(target, content, stopped)
        else:
            _write_file(target, content)
    except OSError as error:
        raise _unwritable(target, error) from error


def _identities(paths: Iterable[Path]) -> set[tuple[int, int]]:
    """What identifies a file under all its names, links and hard links."""
    found = set()
    for path in paths:
        with suppress(OSError):
            status = path.stat()
            found.add((status.st_dev, status.st_ino))
    return found


def _check(target: Path, read: set[tuple[int, int]]) -> None:
    """Raises OutputUnwritable when writing there would fail or destroy what is read."""
    try:
        number = _descriptor(target)
        status = os.fstat(number) if number is not None else _status(target)
        if status is not None and stat.S_ISREG(status.st_mode) and (status.st_dev, status.st_ino) in read:
            raise OutputUnwritable(f"{display_path(target)} is one of the inputs; it was not written over.", ANOTHER)
        if number is not None:
            return
        if status is None:
            _check_folder(target)
        elif stat.S_ISREG(status.st_mode):
            os.close(os.open(target, os.O_WRONLY))
        elif stat.S_ISDIR(status.st_mode) or stat.S_ISBLK(status.st_mode) or stat.S_ISSOCK(status.st_mode):
            kind = {stat.S_IFDIR: "a folder", stat.S_IFBLK: "a disk"}.get(stat.S_IFMT(status.st_mode), "a socket")
            raise OutputUnwritable(f"{display_path(target)} is {kind}; text is not written there.", ANOTHER)
        elif not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _unwritable(target, error) from error


def _check_folder(target: Path) -> None:
    """Create and remove a file with a name of this length where the target or its folder will be."""
    there = Path(os.path.realpath(target)).parent  # a link that leads to no file yet: that file is made
    name = target.name
    while not there.exists():
        name, there = there.name, there.parent
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    with suppress(FileNotFoundError):
        (there / name).lstat()  # raises for a name that is too long
    probe = there / temporary_name()
    os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    probe.unlink()


def _write_file(target: Path, content: bytes) -> None:
    real = Path(os.path.realpath(target))
    real.parent.mkdir(parents=True, exist_ok=True)
    status = _status(real)
    if status is not None and status.st_nlink > 1:
        _write_in_place(real, content)  # a replaced file would leave its other names with the old text
        return
    try:
        write_atomic(real, content, private=False)
    except OSError as error:
        if status is None or error.errno not in _NOT_REPLACEABLE:
            raise
        _write_in_place(real, content)


def _write_in_place(target: Path, content: bytes) -> None:
    with target.open("r+b") as file:
        file.write(content)
        file.truncate()
        sync_file(file)


def _write_stream(target: Path, content: bytes, stopped: Callable[[], bool]) -> None:
    """A pipe is opened once it has a reader, as the shell does; a signal ends the wait."""
    flags = os.O_WRONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_NONBLOCK", 0)
    while True:
        try:
            fd = os.open(target, flags)
            break
        except OSError as error:
            if not (target.is_fifo() and error.errno == errno.ENXIO):  # no process reads yet
                raise
        if stopped():
            raise OutputUnwritable(f"Nobody has read from {display_path(target)}.", "Start its reader first.")
        time.sleep(_PAUSE_S)
    try:
        write_all(fd, content, stopped)
    finally:
        os.close(fd)


def _status(path: Path) -> os.stat_result | None:
    """Of what a name leads to; None where nothing is. Raises OSError."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(_mode(path)) and _descriptor(path) is None


def _is_stream(path: Path) -> bool:
    """Whether the target is written into and not replaced, such as a pipe or a device."""
    mode = _mode(path)
    return _descriptor(path) is not None or not (mode == 0 or stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _mode(path: Path) -> int:
    """Of what the name leads to; 0 where nothing is, or where it cannot be asked."""
    with suppress(OSError):
        return path.stat().st_mode
    return 0


def _descriptor(path: Path) -> int | None:
    """The number in names like /dev/stdout and /dev/fd/3. A link to such a name is followed, the name is not.

    Written by its number, an open file keeps its position and its other users; its name may not even exist.
    """
    if sys.platform == "win32":
        return None
    name = path.absolute()
    for _ in range(40):  # as many links as the kernel follows
        match = _DESCRIPTOR.fullmatch(os.path.normpath(name))
        if match and match[1].rpartition("/")[2] in ("dev", "self", "thread-self", str(os.getpid())):
            return int(match[2])
        try:
            name = name.parent / name.readlink()
        except OSError:
            return None
    return None


def _fitting(stem: str, ending: str) -> str:
    """The stem, cut where the name would be too long, and the ending."""
    room = NAME_BYTES - len(ending)
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + ending


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _unwritable(target: Path, error: OSError) -> OutputUnwritable:
    return OutputUnwritable(f"{display_path(target)} cannot be written: {os_error_reason(error)}.", ANOTHER)
