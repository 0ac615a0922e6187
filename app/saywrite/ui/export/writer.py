"""Writes an export: the whole file or none, and never over a file without permission. Pool thread."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from saywrite.foundation.errors import SaywriteError
from saywrite.text.export import Document, render

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class ExportError(SaywriteError):
    """An export was not written; an existing file is unchanged."""


class ExportExists(ExportError):
    """The target exists already; nothing was written."""


def write_export(document: Document, format: str, target: Path, *, overwrite: bool) -> Path:
    """Render and write a document; returns `target`. Raises ExportError, with `target` unchanged."""
    content = render(document, format)
    try:
        _write(content, target, overwrite=overwrite)
    except FileExistsError as error:
        raise ExportExists(f"“{target.name}” exists already.", "Choose another name, or replace it.") from error
    except OSError as error:
        raise _explained(error, target) from error
    return target


def _write(content: bytes, target: Path, *, overwrite: bool) -> None:
    temporary = target.with_name(f".saywrite-{secrets.token_hex(8)}{target.suffix}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            temporary.replace(target)
        else:
            _publish(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, target: Path) -> None:
    """Rename the file unless the name is taken.

    A hard link does both in one step, where the file system supports it.
    """
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        temporary.replace(target)


def _explained(error: OSError, target: Path) -> ExportError:
    name, folder = target.name, target.parent
    if error.errno in _FULL:
        return ExportError(f"“{name}” was not exported: the disk is full.", "Free some space or choose another disk.")
    if error.errno in _FORBIDDEN:
        return ExportError(
            f"“{name}” was not exported: the folder {folder} cannot be written to.",
            "Choose another folder, for example Documents.",
        )
    if error.errno == errno.ENOENT:
        return ExportError(f"“{name}” was not exported: the folder {folder} is gone.", "Choose another folder.")
    if error.errno == errno.ENAMETOOLONG:
        return ExportError("The transcript was not exported: the name is too long.", "Choose a shorter name.")
    return ExportError(
        f"“{name}” was not exported: {error.strerror or 'the system refused'}.",
        "Try another folder; the text is still in the window.",
    )
