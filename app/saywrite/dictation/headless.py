"""The second front end: a dictation on the terminal. Proves that the application needs no window.

Everything here runs on the main thread: the dictation's loop calls `tell` between two messages.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FrameType
from typing import IO, Any

from saywrite.dictation.dictation import Dictation
from saywrite.dictation.event_json import describe
from saywrite.dictation.progress_line import ProgressLine
from saywrite.events import (
    ConnectionChanged,
    DevicesChanged,
    EngineChanged,
    EngineState,
    Failed,
    Finished,
    FrontEndEvent,
    Gap,
    Gauge,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    SourceChanged,
    Started,
    Structured,
    UnfinishedFound,
)


class Terminal:
    """Prints what a dictation tells. Finals to `out` as they come, everything else to `err`."""

    def __init__(
        self,
        out: IO[str],
        err: IO[str],
        *,
        as_events: bool,
        as_text: bool,
        progress: ProgressLine | None = None,
    ) -> None:
        self.started: Started | None = None
        self.finished: Finished | None = None
        self.failure: Failed | None = None
        self.segments: dict[int, Segment] = {}
        self.gaps: list[Gap] = []
        self.structured: list[Mapping[str, Any]] = []
        self.on_finished: Callable[[], None] = lambda: None
        self.on_started: Callable[[], None] = lambda: None
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
                print(json.dumps(line, ensure_ascii=False), file=self._out, flush=True)
        else:
            self._print(event)
        match event:
            case Started():
                self.on_started()
            case Finished() | Failed(dictation="", fatal=True):
                self.on_finished()

    def say(self, text: str) -> None:
        """One line of status."""
        if self._progress is not None:
            self._progress.clear()
        print(text, file=self._err, flush=True)

    def _complain(self, problem: str) -> None:
        """A problem and its remedy, once in a row: two parts may find the same."""
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
            case Finished():
                self.finished = event

    def _print(self, event: FrontEndEvent) -> None:
        match event:
            case SegmentAdded(segment=segment) if self._as_text:
                if self._progress is not None:
                    self._progress.clear()
                print(segment.text, file=self._out, flush=True)
            case SegmentTranslated(text=text) if self._as_text:
                if self._progress is not None:
                    self._progress.clear()
                print(f"\t{text}", file=self._out, flush=True)
            case Gauge(heard=heard) if self._progress is not None:
                self._progress.show(heard)
            case Failed(what=what, remedy=remedy):
                self._complain(f"{what} {remedy}")
            case ConnectionChanged(state="lost" | "refused", reason=reason, retry_in_s=float()):
                self._complain(f"{reason} It is tried again.")
            case ConnectionChanged(state="connected") if self._complaint:
                self._complaint = ""
                self.say("saywrite: connected.")
            case Gap(length=length, cause=cause):
                self.say(f"saywrite: {length / 16_000:.1f} s of sound is missing: {cause}")
            case SourceChanged(device=device, note=note):
                self.say(f"Microphone: {device}." + (f" {note}" if note else ""))
            case EngineChanged(state=EngineState.UNAVAILABLE, reason=reason, remedy=remedy):
                self._complain(f"{reason} {remedy}")
            case Finished() if self._progress is not None:
                self._progress.clear()
            case UnfinishedFound() | DevicesChanged():
                pass


class Interrupts:
    """SIGINT and SIGTERM: the first finishes the dictation properly, the second ends at once; what has no text
    then is offered at the next start.
    """

    def __init__(self, dictation: Dictation) -> None:
        self.count = 0
        self._dictation = dictation

    def install(self) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._interrupted)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        # Posting is safe here: SimpleQueue.put is reentrant (documented for exactly this).
        self.count += 1
        if self.count == 1:
            self._dictation.stop()
        else:
            self._dictation.quit()
