"""Saves the text of a transcribed file beside it, by a pattern for the name. `save_beside` runs on a pool thread."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from saywrite.foundation.catalog import EXPORT_FORMATS, TXT
from saywrite.foundation.events import QueuedFile
from saywrite.foundation.messages import message
from saywrite.storage.history.store import HistoryStore
from saywrite.text.export import Document
from saywrite.ui.export.writer import write_new
from saywrite.ui.toolkit.translation import tr

DEFAULT_PATTERN = "{name}.txt"
_SUFFIXES = ", ".join(kind.suffix for kind in EXPORT_FORMATS.values())
PATTERN_HELP = message(
    "{{name}} is the name of the sound file, {{date}} is today, {{language}} the language. "
    "The ending chooses the format: {suffixes}.",
    suffixes=_SUFFIXES,
)
FROM_HISTORY = message("export the text from the history")
_FIELDS = ("name", "date", "language")
_FIELD = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def check_pattern(pattern: str) -> str:
    """Say what is wrong with a pattern, and what to write instead; "" for a good one."""
    if unknown := [field for field in _FIELD.findall(pattern) if field not in _FIELDS]:
        return tr("{unknown} is not known. Use {{name}}, {{date}} or {{language}}.", unknown=f"{{{unknown[0]}}}")
    if "{name}" not in pattern:
        return tr("Without {name} all texts would have the same name.")
    if _FORBIDDEN.search(_FIELD.sub("", pattern)):
        return tr('A name cannot contain \\ / : * ? " < > or |.')
    if format_of(pattern) is None:
        return tr("End with one of {suffixes}.", suffixes=_SUFFIXES)
    return ""


def format_of(pattern: str) -> str | None:
    """The format that the ending of a pattern names; None for an unknown ending."""
    suffix = Path(pattern).suffix.lower()
    return next((name for name, kind in EXPORT_FORMATS.items() if kind.suffix == suffix), None)


def target_of(file: QueuedFile, today: date) -> Path:
    """The file beside a sound file that its text is saved in."""
    source = Path(file.path)
    values = {"name": source.stem, "date": f"{today:%Y-%m-%d}", "language": file.language}
    return source.with_name(_FIELD.sub(lambda found: values[found[1]], file.save_as))


def save_beside(
    file: QueuedFile, history: HistoryStore, document_of: Callable[[HistoryStore, str], Document | None], today: date
) -> Path | None:
    """Write the text of a file beside it; return the new file, None when there is no text.

    A taken name gets a number. Raises HistoryError and ExportError.
    """
    document = document_of(history, file.dictation)
    if document is None:
        return None
    return write_new(document, format_of(file.save_as) or TXT, target_of(file, today), FROM_HISTORY)
