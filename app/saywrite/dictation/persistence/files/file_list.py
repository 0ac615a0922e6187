"""The list of queued files on disk, and the sound files in folders. Any thread.

The list is replaced as a whole at each change, so that a crash leaves the state before or after it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from saywrite.foundation.events import FileState, QueuedFile, SaveBeside
from saywrite.foundation.files import is_folder, is_reachable, os_error_reason, set_aside, write_atomic
from saywrite.foundation.messages import decoded, encoded
from saywrite.foundation.paths import private_folder

log = logging.getLogger(__name__)

SCHEMA = 1
_SUFFIXES = "wav flac ogg oga opus mp3 m4a aac wma amr 3gp aiff aif caf au mp4 mov webm mkv raw pcm"
SOUND_SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())
"""What is taken from a folder. A file that the user names is taken whatever it is called."""

_STORED = tuple(each.name for each in fields(QueuedFile) if each.name != "left_s")


@dataclass(frozen=True, slots=True)
class FileList:
    """What is on disk: the files, and what becomes of their texts."""

    files: tuple[QueuedFile, ...] = ()
    save_beside: SaveBeside = field(default_factory=SaveBeside)


def expand(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Replace each folder by the sound files in it and below it, sorted by name; each file once.

    A file that may not be read stays in the list: reading it says why.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if is_folder(path):
            inside = (each for each in path.rglob("*") if each.suffix.lower() in SOUND_SUFFIXES and is_reachable(each))
            found |= dict.fromkeys(sorted(each for each in inside if each.is_file()))
        else:
            found[path] = None
    return tuple(found)


def encode(listed: FileList) -> bytes:
    """The content of the list on disk, JSON in UTF-8."""
    rows = [{name: getattr(file, name) for name in _STORED} | _sentences(file) for file in listed.files]
    content = {"schema": SCHEMA, "save_beside": asdict(listed.save_beside), "files": rows}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogateescape")


def decode(data: bytes) -> FileList:
    """Read the list. Raises ValueError when it is damaged or of a newer version."""
    try:
        content = json.loads(data.decode("utf-8", "surrogateescape"))
        if content["schema"] != SCHEMA:
            raise KeyError(SCHEMA)
        files = tuple(_file(row) for row in content["files"])
        return FileList(files, _save_beside(content.get("save_beside", {})))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("the list of files is damaged, or of another version") from error


def _sentences(file: QueuedFile) -> dict[str, object]:
    """Why it failed, with the templates: it may be read in another language after a restart."""
    return {"what": encoded(file.what), "remedy": encoded(file.remedy)}


def _save_beside(stored: dict[str, object]) -> SaveBeside:
    """The choice of the user. Raises TypeError."""
    on, pattern = stored.get("on", False), stored.get("pattern", "")
    if not isinstance(on, bool) or not isinstance(pattern, str):
        raise TypeError("save_beside")
    return SaveBeside(on, pattern)


def _file(row: dict[str, object]) -> QueuedFile:
    """A row of the list. Raises KeyError, TypeError and ValueError."""
    values = {name: row[name] for name in _STORED if name in row}
    values |= {name: decoded(row[name]) for name in ("what", "remedy") if isinstance(row.get(name), dict)}
    kinds = {"number": int, "length": int, "confirmed": int}
    for name, value in values.items():
        if not isinstance(value, kinds.get(name, str)):
            raise TypeError(name)
    made = QueuedFile(**values)  # type: ignore[arg-type]  # each value was compared with its type above
    made = replace(made, state=FileState(made.state))
    # Lists without the field keep the pattern of texts that were saved.
    return replace(made, save_as="") if made.state is FileState.DONE and "saved_as" not in row else made


def load(path: Path) -> FileList:
    """Read the list of an earlier run. A damaged one is set aside and logged; the list is then empty."""
    try:
        return decode(path.read_bytes())
    except FileNotFoundError:
        return FileList()
    except (OSError, ValueError) as error:
        log.warning("the queue of files was not read: %s", type(error).__name__)
        with suppress(OSError):
            set_aside(path)
        return FileList()


def save(path: Path, listed: FileList) -> None:
    """Replace the list on disk. A failure is logged: the queue works on, but a restart does not know it."""
    try:
        private_folder(path.parent)
        write_atomic(path, encode(listed))
    except OSError as error:
        log.warning("the queue of files was not saved: %s", os_error_reason(error))
