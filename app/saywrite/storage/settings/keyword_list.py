"""The user's keywords: `keywords.json` beside the settings, and files named on the command line.

A keyword file that cannot be read as a whole is set aside under another name before anything is written over it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from saywrite.foundation.errors import KeywordsError
from saywrite.foundation.files import os_error_reason, set_aside, write_atomic
from saywrite.foundation.messages import joined, message
from saywrite.storage.settings.file import unwritable, write_private
from saywrite.text.keyword_sets.keyword_files import read, write_csv, write_json
from saywrite.text.keywords import Keyword


def read_keyword_file(path: Path) -> tuple[tuple[Keyword, ...], tuple[str, ...]]:
    """Read a .json or .csv file: its keywords, and a sentence about each bad row. Raises KeywordsError."""
    try:
        found = read(path.name, path.read_bytes())
    except OSError as error:
        what = message("{path} cannot be read: {reason}.", path=path, reason=os_error_reason(error))
        raise KeywordsError(what, message("Check the name and its permissions.")) from error
    except KeywordsError as error:
        raise KeywordsError(joined(": ", str(path), error.what), error.remedy) from error
    return found.keywords, tuple(
        message("{path}, line {line}: {what}", path=path, line=str(bad.line), what=bad.what) for bad in found.problems
    )


def load_keywords(path: Path, *, repair: bool = True) -> tuple[tuple[Keyword, ...], tuple[str, ...]]:
    """Read the user's keywords, none when there is no file, and sentences about what could not be read.

    `repair`: set a file without a readable keyword aside. One with some bad rows stays until the keywords are saved.
    """
    try:
        found = read(path.name, path.read_bytes())
    except FileNotFoundError:
        return (), ()
    except OSError as error:
        problem = message(
            "{path} cannot be read: {reason}. There are no keywords.",
            path=path,
            reason=os_error_reason(error),
        )
        return (), (joined(" ", problem, message("Make the file readable for your user and start Saywrite again.")),)
    except KeywordsError as error:
        return (), (_broken(path, error, repair),)
    problems = [
        message("{path}, line {line}: {what}", path=path, line=str(bad.line), what=bad.what) for bad in found.problems
    ]
    if problems:
        problems.append(message("Correct the file before you edit keywords: saving keeps it under another name."))
    return found.keywords, tuple(problems)


def save_keywords(path: Path, keywords: tuple[Keyword, ...], *, private: bool = True) -> None:
    """Replace the file as a whole, as CSV if its name ends in .csv, otherwise as JSON. Raises SettingsError.

    A file that has other content than keywords is set aside first; one that cannot be read is not replaced. Not
    `private`: the file was named on the command line, and it and its folder keep their permissions.
    """
    write = write_csv if path.suffix.lower() == ".csv" else write_json
    data = write(keywords).encode("utf-8")
    try:
        if not _is_readable(path):
            set_aside(path)
        if not private:
            write_atomic(path, data, private=False)
    except OSError as error:
        raise unwritable(path, error) from error
    if private:
        write_private(path, data)


def _is_readable(path: Path) -> bool:
    """Whether every entry is a keyword, so that nothing is lost when the file is replaced. Raises OSError."""
    try:
        found = read(path.name, path.read_bytes())
    except FileNotFoundError:
        return True
    except KeywordsError:
        return False
    return not found.problems


def _broken(path: Path, error: KeywordsError, repair: bool) -> str:
    with suppress(OSError):
        if repair:
            return message(
                "{path}: {what} It was kept as {name} beside it, and there are no keywords. Repair that file, "
                "then import it in the keyword list.",
                path=path,
                what=error.what,
                name=set_aside(path).name,
            )
    return message(
        "{path}: {what} It was left as it is, and there are no keywords. Repair or move it.",
        path=path,
        what=error.what,
    )
