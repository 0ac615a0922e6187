"""The second front end: a dictation on the terminal, without a window.

Everything here runs on the main thread: the dictation's loop calls `tell` between two messages.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from saywrite.cli.ending.standard_output import StandardOutput
from saywrite.cli.json_events import describe, describe_problem, stamped
from saywrite.foundation.catalog import language
from saywrite.foundation.errors import OutputUnwritable, SaywriteError
from saywrite.foundation.events import (
    ConnectionChanged,
    DevicesChanged,
    EngineChanged,
    EngineState,
    Failed,
    Finished,
    FrontEndEvent,
    Gap,
    IncompleteRecordingsFound,
    LanguageHeard,
    ProgressChanged,
    RecordClosed,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    SourceChanged,
    Started,
    Structured,
    seconds,
)
from saywrite.foundation.formatting import clock
from saywrite.foundation.formatting import length as format_length
from saywrite.foundation.paths import display_path
from saywrite.text.characters import is_wide

WIDTH = 24


class ProgressLine:
    """`name ████████░░░░ 43 % 0:12 of 0:30`; without a known length the time alone.

    A name that is too long for the terminal is cut: of a line that wraps only the last row would be overwritten.
    """

    def __init__(self, stream: IO[str], name: str, total_s: float | None) -> None:
        self._stream = stream
        self._name = name
        self._total_s = total_s
        self._shown = 0

    def show(self, heard: int) -> None:
        """`heard`: samples so far."""
        now_s = seconds(heard)
        rest = f" {clock(now_s)}"
        if self._total_s:
            part = min(now_s / self._total_s, 1.0)
            full = round(part * WIDTH)
            bar = "█" * full + "░" * (WIDTH - full)
            rest = f" {bar} {part:4.0%} {clock(now_s)} of {clock(self._total_s)}"
        line = _cut(self._name, _columns(self._stream) - 1 - len(rest)) + rest
        width = _width(line)
        self._stream.write("\r" + line + " " * (self._shown - width))
        self._stream.flush()
        self._shown = width

    def clear(self) -> None:
        if self._shown:
            self._stream.write("\r" + " " * self._shown + "\r")
            self._stream.flush()
            self._shown = 0


def _columns(stream: IO[str]) -> int:
    """The columns of the terminal as it is now; 80 where it does not say."""
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def _width(text: str) -> int:
    """Columns that a text fills."""
    return sum(1 + is_wide(char) for char in text)


def _cut(name: str, columns: int) -> str:
    """The name, with an ellipsis in the place of its end where it is wider than `columns`."""
    if _width(name) <= columns:
        return name
    while name and _width(name) >= columns:
        name = name[:-1]
    return name + "…"


class Terminal:
    """Prints the events of a dictation. Finals go to `out` as they come, everything else to `err`.

    `tell` never raises for an output that fails: the dictation's loop calls it, and must end its sessions.
    """

    def __init__(
        self,
        out: StandardOutput,
        err: IO[str],
        *,
        as_events: bool,
        as_text: bool,
        progress: ProgressLine | None = None,
    ) -> None:
        self.started: Started | None = None
        self.finished: Finished | None = None
        self.failure: Failed | None = None
        self.source_failed = False
        """Whether the source ended early; the part before that has its text."""
        self.record: RecordClosed | None = None
        self.segments: dict[int, Segment] = {}
        self.gaps: list[Gap] = []
        self.structured: list[Mapping[str, Any]] = []
        self.on_finished: Callable[[], None] = lambda: None
        self.on_record_closed: Callable[[], None] = lambda: None
        self.on_started: Callable[[], None] = lambda: None
        self.on_output_lost: Callable[[], None] = lambda: None
        self._out = out
        self._err = err
        self._as_events = as_events
        self._as_text = as_text
        self._progress = progress
        self._complaint = ""

    def tell(self, event: FrontEndEvent) -> None:
        """Take one event of the dictation."""
        self._remember(event)
        if self._as_events:
            line = describe(event, time.monotonic())
            if line is not None:
                self._write(json.dumps(line, ensure_ascii=False))
        else:
            self._print(event)
        match event:
            case Started():
                self.on_started()
            case Finished() | Failed(dictation="", fatal=True):
                self.on_finished()
            case RecordClosed():
                self.on_record_closed()

    def begin_file(self, path: Path) -> None:
        """Report which of several files comes next; as text its name is a line of status."""
        if self._as_events:
            self._write_event({"event": "file", "file": display_path(path)})
        else:
            self.say(f"{display_path(path)}:")

    def report(self, error: SaywriteError) -> None:
        """Report an error before there is a dictation."""
        if self._as_events:
            self._write_event(describe_problem(error.what, error.remedy, fatal=True))
        self.say(f"saywrite: {error}")

    def say(self, text: str) -> None:
        """Print a line of status, dropped where standard error cannot be written."""
        self._clear_progress()
        with suppress(OSError, ValueError):
            print(text, file=self._err, flush=True)

    def _write_event(self, fields: dict[str, Any]) -> None:
        self._write(json.dumps(stamped(fields, time.monotonic()), ensure_ascii=False))

    def _write(self, line: str) -> None:
        """Print a line of the result."""
        self._clear_progress()
        try:
            self._out.write(line + "\n")
        except OutputUnwritable:
            self.on_output_lost()  # `StandardOutput.failure` says why

    def _clear_progress(self) -> None:
        with suppress(OSError, ValueError):
            if self._progress is not None:
                self._progress.clear()

    def _show_progress(self, heard: int) -> None:
        with suppress(OSError, ValueError):
            if self._progress is not None:
                self._progress.show(heard)

    def _complain(self, problem: str) -> None:
        """Print a problem and its remedy, unless it is the same as the one before: two parts may report it."""
        if problem.strip() != self._complaint:
            self._complaint = problem.strip()
            self.say(f"saywrite: {self._complaint}")

    def _remember(self, event: FrontEndEvent) -> None:
        match event:
            case Started():
                self.started = event
            case SegmentAdded(segment=segment):
                self.segments[segment.number] = segment
            case SegmentsRemoved(numbers=numbers):
                for number in numbers:
                    self.segments.pop(number, None)
            case SegmentTranslated(number=number, text=text):
                self.segments[number] = replace(self.segments[number], translation=text)
            case Structured(results=results):
                self.structured.append(results)
            case Gap():
                self.gaps.append(event)
            case Failed(fatal=True):
                self.failure = event
            case Failed(about="file"):
                self.source_failed = True
            case Finished():
                self.finished = event
            case RecordClosed():
                self.record = event

    def _print(self, event: FrontEndEvent) -> None:
        match event:
            case SegmentAdded(segment=segment) if self._as_text:
                self._write(segment.text)
            case SegmentTranslated(text=text) if self._as_text:
                self._write(f"\t{text}")
            case ProgressChanged(heard=heard):
                self._show_progress(heard)
            case Failed(what=what, remedy=remedy):
                self._complain(f"{what} {remedy}")
            case ConnectionChanged(state="lost" | "refused", reason=reason, retry_in_s=float()):
                self._complain(f"{reason} It is tried again.")
            case ConnectionChanged(state="connected") if self._complaint:
                self._complaint = ""
                self.say("saywrite: connected.")
            case Gap(length=length, cause=cause):
                self.say(f"saywrite: {format_length(seconds(length))} of sound is missing: {cause}")
            case SourceChanged(device=device, note=note):
                self.say(f"Microphone: {device}." + (f" {note}" if note else ""))
            case EngineChanged(state=EngineState.UNAVAILABLE, reason=reason, remedy=remedy):
                self._complain(f"{reason} {remedy}")
            case LanguageHeard(language=code):
                self.say(f"saywrite: This sounds like {language(code).name}. If it is, add --language {code}.")
            case Finished():
                self._clear_progress()
            case IncompleteRecordingsFound() | DevicesChanged():
                pass
