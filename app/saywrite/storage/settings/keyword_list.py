"""The user's keywords at rest: `keywords.json` beside the settings, and files named on the command line."""

from __future__ import annotations

from pathlib import Path

from saywrite.foundation.errors import KeywordsError
from saywrite.foundation.files import os_error_reason
from saywrite.storage.settings.file import write_private
from saywrite.text.keyword_files import read, write_json
from saywrite.text.keywords import Keyword


def read_keyword_file(path: Path) -> tuple[tuple[Keyword, ...], tuple[str, ...]]:
    """Keywords of a .json or .csv file, and its bad rows in words. Raises KeywordsError when nothing can be read."""
    try:
        found = read(path.name, path.read_bytes())
    except OSError as error:
        raise KeywordsError(
            f"{path} cannot be read: {os_error_reason(error)}.", "Check the name and its permissions."
        ) from error
    return found.keywords, tuple(f"{path}, line {bad.line}: {bad.what}" for bad in found.problems)


def load_keywords(path: Path) -> tuple[tuple[Keyword, ...], tuple[str, ...]]:
    """The user's keywords; none when there is no file. A broken file is told and left as it is."""
    if not path.exists():
        return (), ()
    try:
        return read_keyword_file(path)
    except KeywordsError as error:
        return (), (str(error),)


def save_keywords(path: Path, keywords: tuple[Keyword, ...]) -> None:
    """Replace the file as a whole. Raises SettingsError."""
    write_private(path, write_json(keywords).encode("utf-8"))
