"""Reads and writes keyword files, and finds them among dropped files. Pool thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from saywrite.foundation.errors import KeywordsError
from saywrite.foundation.files import os_error_message, os_error_reason, write_atomic
from saywrite.text.keyword_sets.keyword_files import Import, read, write_csv, write_json
from saywrite.text.keywords import Keyword
from saywrite.ui.toolkit.clipboard import local_files
from saywrite.ui.toolkit.translation import joined, tr

LARGEST = 20_000_000
"""Bytes; a larger file is certainly not a list of keywords."""


@dataclass(frozen=True, slots=True)
class LoadedKeywords:
    """The content of a keyword file with its name."""

    name: str
    content: Import


def load(path: Path) -> LoadedKeywords:
    """Read a keyword file. Raises KeywordsError."""
    try:
        if path.stat().st_size > LARGEST:
            raise KeywordsError(
                tr("“{name}” is too large for a list of keywords.", name=path.name), tr("Choose a CSV or JSON file.")
            )
        data = path.read_bytes()
    except OSError as error:
        reason = os_error_reason(error)
        raise KeywordsError(
            tr("“{name}” could not be read: {reason}.", name=path.name, reason=reason),
            tr("Choose another file."),
        ) from error
    try:
        return LoadedKeywords(path.name, read(path.name, data))
    except KeywordsError as error:
        raise KeywordsError(joined(": ", path.name, error.what), error.remedy) from error


def load_each(paths: Sequence[Path]) -> list[LoadedKeywords | KeywordsError]:
    """Read keyword files; in place of one that cannot be read its error."""

    def load_one(path: Path) -> LoadedKeywords | KeywordsError:
        try:
            return load(path)
        except KeywordsError as error:
            return error

    return [load_one(path) for path in paths]


def save(path: Path, keywords: Sequence[Keyword]) -> None:
    """Write a whole file or none. Raises KeywordsError.

    The dialog has asked the user before a file is replaced.
    """
    if path.suffix.lower() == ".json":
        content = write_json(keywords).encode()
    else:
        content = write_csv(keywords).encode("utf-8-sig")
    try:
        write_atomic(path, content, private=False)
    except OSError as error:
        refused = os_error_message(error, path.parent)
        raise KeywordsError(
            tr("“{name}” was not written: {reason}.", name=path.name, reason=refused.reason), refused.remedy
        ) from error


def dropped(data: QMimeData) -> list[Path]:
    """The keyword files among dragged files."""
    return [path for path in local_files(data) if path.suffix.lower() in (".csv", ".json")]
