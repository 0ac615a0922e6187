"""The second front end: a dictation on the terminal, without a window.

Everything here runs on the main thread: the dictation's loop calls `tell` between two messages.
"""

from __future__ import annotations

import json
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

WIDTH = 24


class ProgressLine:
    """`name ████████░░░░ 43 % 0:12 of 0:30`; without a known length the time alone."""

    def __init__(self, stream: IO[str], name: str, total_s: float | None) -> None:
        self._stream = stream
        self._name = name
        self._total_s = total_s
        self._shown = 0

    def show(self, heard: int) -> None:
        """`heard`: samples so far."""
        now_s = seconds(heard)
        line = f"{self._name} {clock(now_s)}"
        if self._total_s:
            part = min(now_s / self._total_s, 1.0)
            full = round(part * WIDTH)
            bar = "█" * full + "░" * (WIDTH - full)
            line = f"{self._name} {bar} {part:4.0%} {clock(now_s)} of {clock(self._total_s)}"
        self._stream.write("\r" + line.ljust(self._shown))
        self._stream.flush()
        self._shown = len(line)

    def clear(self) -> None:
        if self._shown:
            self._stream.write("\r" + " " * self._shown + "\r")
            self._stream.flush()
            self._shown = 0


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
