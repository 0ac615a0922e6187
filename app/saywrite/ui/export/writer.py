"""Writing an export: whole or not at all, and never over a file unasked. Runs on a pool thread."""

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
    pass


class ExportExists(ExportError):
    """The target came into being between question and answer; nothing was written."""


def write_export(document: Document, format: str, target: Path, *, overwrite: bool) -> Path:
    """Render and write. Raises ExportError; then `target` is as it was."""
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
    """Give the file its name unless it is taken; a link does both in one step where the file system knows links."""
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
