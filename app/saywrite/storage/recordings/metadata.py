"""The sidecar of a recording, `dictation.json`: its metadata, replaced as a whole at each change. Any thread.

Sound with a missing or damaged sidecar can still be read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE, Gap
from saywrite.foundation.files import set_aside, write_atomic

log = logging.getLogger(__name__)

AUDIO = "audio.pcm"
SIDECAR = "dictation.json"

PART_SUFFIX = ".tmp"
"""Ends the name of a file in the folder that is still being written."""

SCHEMA = 1
"""Version of the layout of the sidecar."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is known when a dictation begins. `began` has a time zone. `source`: a device or a file."""

    dictation: str
    began: datetime
    language: str
    engine: str
    source: str
    keywords: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The content of a sidecar.

    `confirmed`: samples that have their text. `complete`: all of them have. `waits`: the rest is transcribed when a
    recognition model is installed. `newer`: a newer version wrote it. `segments`: the number of segments of the text,
    None when they were not counted. `missing`: the stretches without text as (start, end) in samples, in order; where
    there are none, everything behind `confirmed`. Older versions, which do not know them, do the latter.
    """

    header: Header
    confirmed: int = 0
    gaps: tuple[Gap, ...] = ()
    ended: bool = False
    complete: bool = False
    newer: bool = False
    segments: int | None = None
    waits: bool = False
    missing: tuple[tuple[int, int], ...] = ()

    def encode(self) -> bytes:
        """Return the content of the file, JSON in UTF-8."""
        header = self.header
        content = {
            "schema": SCHEMA,
            "dictation": header.dictation,
            "began": header.began.isoformat(),
            "rate": SAMPLE_RATE,
            "language": header.language,
            "engine": header.engine,
            "source": header.source,
            "confirmed": self.confirmed,
            "ended": self.ended,
            "complete": self.complete,
            **({} if self.segments is None else {"segments": self.segments}),
            **({"waits_for_model": True} if self.waits else {}),
            **({"missing": [list(span) for span in self.missing]} if self.missing else {}),
            "gaps": [{"at": gap.at, "length": gap.length, "cause": gap.cause} for gap in self.gaps],
            "keywords": dict(header.keywords),
        }
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def parse_metadata(data: bytes, dictation: str) -> Metadata:
    """Read the sidecar of `dictation`. Raises ValueError when it is damaged or another kind of file."""
    try:
        content = json.loads(data.decode("utf-8"))
        began = datetime.fromisoformat(_field(content, "began", str))
        gaps = tuple(
            Gap(dictation, _field(gap, "at", int), _field(gap, "length", int), _field(gap, "cause", str))
            for gap in _field(content, "gaps", list)
        )
        keywords = {str(spoken): str(written) for spoken, written in _field(content, "keywords", dict).items()}
        header = Header(
            dictation,
            began if began.tzinfo else began.astimezone(),
            _field(content, "language", str),
            _field(content, "engine", str),
            _field(content, "source", str),
            keywords,
        )
        if _field(content, "rate", int) != SAMPLE_RATE or _field(content, "confirmed", int) < 0:
            raise ValueError("not a sidecar of this program")
        return Metadata(
            header,
            _field(content, "confirmed", int),
            gaps,
            _field(content, "ended", bool),
            _field(content, "complete", bool),
            newer=_field(content, "schema", int) > SCHEMA,
            segments=_field(content, "segments", int) if "segments" in content else None,
            waits=content.get("waits_for_model") is True,
            missing=_spans(content.get("missing", [])),
        )
    except (KeyError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise ValueError(f"not a sidecar: {error!r}") from error


def _spans(content: Any) -> tuple[tuple[int, int], ...]:
    spans = tuple((int(start), int(end)) for start, end in content)
    at = 0
    for start, end in spans:
        if not at <= start < end:
            raise ValueError("stretches without text overlap")
        at = end
    return spans


def _field(content: Any, name: str, kind: type[Any]) -> Any:
    value = content[name]
    if type(value) is not kind:
        raise TypeError(f"{name} is a {type(value).__name__}")
    return value


def load_metadata(folder: Path) -> tuple[Metadata, bool]:
    """Read the sidecar; return it and whether it was readable. Otherwise `began` is the time of the sound."""
    try:
        return parse_metadata((folder / SIDECAR).read_bytes(), folder.name), True
    except (OSError, ValueError) as error:
        log.warning("the sidecar of %s cannot be read: %s", folder.name, type(error).__name__)
    return Metadata(Header(folder.name, _began_by_file(folder / AUDIO), "", "", "")), False


def _began_by_file(path: Path) -> datetime:
    """Return when the first sample was written: the time of the last change minus the length."""
    try:
        stat = path.stat()
        return datetime.fromtimestamp(stat.st_mtime - stat.st_size / (BYTES_PER_SAMPLE * SAMPLE_RATE)).astimezone()
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(86_400).astimezone()


def set_metadata_aside(folder: Path) -> None:
    """Rename a damaged sidecar so that saving does not overwrite it; a missing one is no error. Raises OSError."""
    with suppress(FileNotFoundError):
        set_aside(folder / SIDECAR)


def save_metadata(folder: Path, metadata: Metadata) -> None:
    """Replace the sidecar in `folder` as a whole. Only the process that holds the folder's lock may. Raises OSError."""
    path = folder / SIDECAR
    write_atomic(path, metadata.encode(), temporary=path.with_name(path.name + PART_SUFFIX))
