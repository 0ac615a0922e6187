"""Writing an export: whole or not at all, and never over a file unasked. Runs on a pool thread."""

from __future__ import annotations

from pathlib import Path

from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.files import os_error_message, write_atomic
from saywrite.text.export import Document, render


class ExportError(SaywriteError):
    pass


class ExportExists(ExportError):
    """The target came into being between question and answer; nothing was written."""


def write_export(document: Document, format: str, target: Path, *, overwrite: bool) -> Path:
    """Render and write. Raises ExportError; then `target` is as it was."""
    content = render(document, format)
    try:
        write_atomic(target, content, private=False, overwrite=overwrite)
    except FileExistsError as error:
        raise ExportExists(f"“{target.name}” exists already.", "Choose another name, or replace it.") from error
    except OSError as error:
        reason, remedy = os_error_message(error, target.parent)
        raise ExportError(f"“{target.name}” was not exported: {reason}.", remedy) from error
    return target
