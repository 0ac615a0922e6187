"""A child process that transcribes recordings, one after the other: `saywrite transcribe --events`. Any thread.

Its recognizer loads its model once for all of them, and the running program keeps its own recognizer. The child reports
each file by its events. A problem crosses the pipe as a template with its values, so that the window shows it in its
own language.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from saywrite.foundation.events import SAMPLE_RATE, Segment
from saywrite.foundation.messages import decoded, joined, message
from saywrite.foundation.paths import Paths

log = logging.getLogger(__name__)

NICENESS = 10
"""Of a child of low priority: with another process at 0 it gets about a tenth of a busy processor."""

INCOMPLETE = message("The recognizer ended before the text was complete.")
COMPLAINT = "saywrite: "
"""What a line on standard error begins with that is a sentence for people."""


class RetranscriptionStopped(Exception):
    """The user stopped the transcription."""


@dataclass(frozen=True, slots=True)
class Retranscriber:
    """How this program starts itself. `command`: without arguments; `environ`: of the child process."""

    paths: Paths
    command: Sequence[str]
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TranscribedFile:
    """What the child made of one recording. Without a complete text `segments` is None, and `problem` says why."""

    segments: tuple[Segment, ...] | None
    problem: str = ""


class TranscribingChild:
    """One child process. `stop` may be called on any thread, before, during and after `run`."""

    def __init__(self, program: Retranscriber, options: Sequence[str], *, low_priority: bool = True) -> None:
        """`options`: of `saywrite transcribe`, besides the files and the folders."""
        self._program = program
        self._options = tuple(options)
        self._low_priority = low_priority
        self._lock = threading.Lock()
        self._stopped = False  # used under _lock, as is the next one
        self._child: subprocess.Popen[str] | None = None

    def run(
        self,
        sounds: Sequence[Path],
        before: Sequence[str] = (),
        progress: Callable[[float], None] = lambda done_s: None,
    ) -> Generator[TranscribedFile]:
        """Transcribe sound files; yields the result of each, in their order, as soon as it is there.

        `before`: options that stand before the files. `progress` receives the transcribed seconds of the present file,
        on this thread. Raises RetranscriptionStopped. A caller that takes no more results must close the iterator.
        """
        with self._start([*before, *map(str, sounds), *self._options]) as child:
            assert child.stdout is not None
            assert child.stderr is not None
            complaints: list[str] = []
            reader = threading.Thread(
                target=lambda: complaints.extend(child.stderr or ()), name="transcription errors", daemon=True
            )
            reader.start()
            done = 0
            try:
                for heard in read_files(child.stdout, progress):
                    self.check()
                    done += 1
                    yield heard
            finally:
                child.kill()  # only where reading failed does it still run
                reader.join()  # or it would read from a pipe that is closed
        self.check()
        for _missing in sounds[done:]:
            yield TranscribedFile(None, _last_complaint(complaints))

    def stop(self) -> None:
        """End the child process; `run` then raises RetranscriptionStopped."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self._child.kill()

    def check(self) -> None:
        """Raise RetranscriptionStopped after a stop."""
        with self._lock:
            if self._stopped:
                raise RetranscriptionStopped

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[str]:
        paths = self._program.paths
        folders = ["--config", str(paths.config), "--data", str(paths.data)]
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        flags |= getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) if self._low_priority else 0
        with self._lock:
            if self._stopped:
                raise RetranscriptionStopped
            self._child = subprocess.Popen(
                [*self._program.command, *folders, "transcribe", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=dict(self._program.environ),
                creationflags=flags,
            )
        if self._low_priority and sys.platform != "win32":
            os.setpriority(os.PRIO_PROCESS, self._child.pid, NICENESS)
        return self._child


class _FileEvents:
    """Collects the events of one file."""

    def __init__(self) -> None:
        self.ended = False
        self._segments: dict[int, Segment] = {}
        self._complete = False
        self._problem = ""

    def take(self, event: Mapping[str, Any], progress: Callable[[float], None]) -> None:
        match event.get("event"):
            case "final":
                self._segments[event["segment"]] = _segment(event)
            case "removed":
                for number in event["segments"]:
                    self._segments.pop(number, None)
            case "translation" if event["segment"] in self._segments:
                number = event["segment"]
                self._segments[number] = replace(self._segments[number], translation=event["text"])
            case "progress":
                progress(event["confirmed_s"])
            case "error" if event["fatal"]:
                self.ended = True
                self._problem = _problem(event)
            case "finished":
                self.ended = True
                self._complete = event["pending_s"] <= 0

    def result(self) -> TranscribedFile:
        """The segments in order; without a complete text the problem."""
        if self._complete and not self._problem:
            return TranscribedFile(tuple(self._segments[number] for number in sorted(self._segments)))
        return TranscribedFile(None, self._problem or INCOMPLETE)


def read_files(lines: Iterable[str], progress: Callable[[float], None]) -> Iterator[TranscribedFile]:
    """Read `--events` lines; yields the result of each file in order, of the last only if it ended."""
    file = _FileEvents()
    begun = False
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if not isinstance(event, dict):
            continue
        if event.get("event") == "file":
            if begun:
                yield file.result()
            file, begun = _FileEvents(), True
        else:
            file.take(event, progress)
    if file.ended:
        yield file.result()


def _segment(event: Mapping[str, Any]) -> Segment:
    start, end = (round(event[name] * SAMPLE_RATE) for name in ("start", "end"))
    return Segment(event["segment"], event["text"], event["raw"], start, end, engine=event.get("engine", ""))


def _problem(event: Mapping[str, Any]) -> str:
    """The sentences of an `error` event: its templates where the child sent them, else its English words."""
    told = event.get("message")
    parts = told if isinstance(told, dict) else event
    return joined(" ", decoded(parts.get("what")), decoded(parts.get("remedy"))) or INCOMPLETE


def _last_complaint(lines: Sequence[str]) -> str:
    """The last sentence on standard error. Other lines are of a crash: they go to the log."""
    found = [line.strip() for line in lines if line.strip()]
    sentences = [line.removeprefix(COMPLAINT) for line in found if line.startswith(COMPLAINT)]
    if found and not sentences:
        log.warning("a transcription ended with: %s", found[-1][:300])
    return sentences[-1] if sentences else INCOMPLETE
