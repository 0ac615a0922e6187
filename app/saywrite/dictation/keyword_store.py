"""The user's keywords at rest: `keywords.json` beside the settings, and files named on the command line."""

from __future__ import annotations

from pathlib import Path

from saywrite.errors import KeywordsError
from saywrite.settings.file import write_atomic
from saywrite.text.keyword_files import Import, read_csv, read_json, write_json
from saywrite.text.keywords import Keyword


def read_keyword_file(path: Path) -> tuple[tuple[Keyword, ...], tuple[str, ...]]:
    """Keywords of a .json or .csv file, and its bad rows in words. Raises KeywordsError when nothing can be read."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise KeywordsError(
            f"{path} cannot be read: {error.strerror}.", "Check the name and its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise KeywordsError(f"{path} is not a text file in UTF-8.", "Save it as UTF-8, then try again.") from error
    found: Import = read_csv(text) if path.suffix.lower() == ".csv" else read_json(text)
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
    write_atomic(path, write_json(keywords).encode("utf-8"))
