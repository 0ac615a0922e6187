"""Writes an export: the whole file or none, and never over a file without permission. Pool thread."""

from __future__ import annotations

from pathlib import Path

from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.files import os_error_message, write_atomic
from saywrite.text.export import Document, render


class ExportError(SaywriteError):
    """An export was not written; an existing file is unchanged."""


class ExportExists(ExportError):
    """The target exists already; nothing was written."""


def write_export(document: Document, format: str, target: Path, *, overwrite: bool) -> Path:
    """Render and write a document; returns `target`. Raises ExportError, with `target` unchanged."""
    content = render(document, format)
    try:
        write_atomic(target, content, private=False, overwrite=overwrite)
    except FileExistsError as error:
        raise ExportExists(f"“{target.name}” exists already.", "Choose another name, or replace it.") from error
    except OSError as error:
        reason, remedy = os_error_message(error, target.parent)
        raise ExportError(f"“{target.name}” was not exported: {reason}.", remedy) from error
    return target
