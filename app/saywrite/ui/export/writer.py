"""Writes an export: the whole file or none, and never over a file without permission. Pool thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saywrite.foundation.catalog import EXPORT_FORMATS
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.files import ANOTHER_FOLDER, os_error_message, write_atomic
from saywrite.foundation.messages import message
from saywrite.text.export import Document, render
from saywrite.ui.toolkit.translation import joined, tr
from saywrite.ui.transcript.export_document import has_times

NEED_TIMES = frozenset(name for name, kind in EXPORT_FORMATS.items() if kind.needs_times)
NO_TIMES = message("Subtitles need the times of the words, and this text has none.")
WITHOUT_TIMES = message("Choose text, Markdown, JSON or CSV.")


class ExportError(SaywriteError):
    """An export was not written; an existing file is unchanged."""


class ExportExists(ExportError):
    """The target exists already; nothing was written."""


def write_export(
    document: Document, format: str, target: Path, *, overwrite: bool, elsewhere: str = ANOTHER_FOLDER
) -> Path:
    """Render and write a document as `write_content` does; returns `target`. Raises ExportError.

    Also where a text has no times and the format needs them: the file would have invented ones.
    """
    if format in NEED_TIMES and not has_times(document):
        raise ExportError(joined(" ", tr("“{name}” was not exported.", name=target.name), NO_TIMES), WITHOUT_TIMES)
    return write_content(render(document, format), target, overwrite=overwrite, elsewhere=elsewhere)


def write_content(content: bytes, target: Path, *, overwrite: bool, elsewhere: str = ANOTHER_FOLDER) -> Path:
    """Write the content of a file; returns `target`. Raises ExportError, with `target` unchanged.

    `elsewhere`: what the user can do where the folder cannot be written, as of `os_error_message`.
    """
    try:
        write_atomic(target, content, private=False, overwrite=overwrite)
    except FileExistsError as error:
        raise ExportExists(
            tr("“{name}” exists already.", name=target.name), tr("Choose another name, or replace it.")
        ) from error
    except OSError as error:
        refused = os_error_message(error, target.parent, elsewhere)
        raise ExportError(
            tr("“{name}” was not exported: {reason}.", name=target.name, reason=refused.reason), refused.remedy
        ) from error
    return target


def write_new(document: Document, format: str, target: Path, elsewhere: str = ANOTHER_FOLDER) -> Path:
    """Write a document as a new file, and return that. `elsewhere`: as of `write_content`. Raises ExportError.

    A taken name gets a number: "Dictation 2026-11-22 10.42 (2).txt".
    """
    path, number = target, 1
    while True:
        try:
            return write_export(document, format, path, overwrite=False, elsewhere=elsewhere)
        except ExportExists:
            number += 1
            path = target.with_name(f"{target.stem} ({number}){target.suffix}")


def write_into(documents: Sequence[Document], format: str, folder: Path) -> int:
    """Write each document as a new file named after its title; returns their number.

    Raises ExportError at the first that cannot be written, which says how many are; those before it stay.
    """
    for written, document in enumerate(documents):
        try:
            write_new(document, format, folder / f"{document.title}{EXPORT_FORMATS[format].suffix}")
        except ExportError as error:
            raise _incomplete(error, written, len(documents)) from error
    return len(documents)


def _incomplete(error: ExportError, written: int, wanted: int) -> ExportError:
    count = tr(
        "Exported: {written:,} of {wanted:,}. This dictation and those below it in the list were not exported.",
        written=written,
        wanted=wanted,
    )
    return ExportError(joined(" ", error.what, count), error.remedy)
