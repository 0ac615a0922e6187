"""Transcribes a recorded dictation again: with another recognizer, model, language or other keywords.

`saywrite transcribe` does it in a child process of low priority, so that a live dictation has the running recognizer
and most of the processor. `run` blocks; it runs on a thread of its own. Only a complete text replaces the present one,
which the history keeps.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.events import SAMPLE_RATE, Segment
from saywrite.foundation.messages import joined, message
from saywrite.foundation.paths import Paths
from saywrite.storage.history.records.versions import Origin, replace_text
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import export_wav

NICENESS = 10
"""Of the child process: with another process at 0 it gets about a tenth of a busy processor."""


class RetranscriptionFailed(SaywriteError):
    """The dictation was not transcribed again; its text and its recording are unchanged."""


class RetranscriptionStopped(Exception):
    """The user stopped it; the text is unchanged."""


@dataclass(frozen=True, slots=True)
class Retranscriber:
    """How this program starts itself. `command`: without arguments; `environ`: of the child process."""

    paths: Paths
    command: Sequence[str]
    environ: Mapping[str, str]


class Retranscription:
    """One attempt. `stop` may be called on any thread, before, during and after `run`."""

    def __init__(self, context: Retranscriber, dictation: str, origin: Origin, keywords: Path | None = None) -> None:
        """`keywords`: a keyword file in place of the user's own."""
        self.dictation = dictation
        self.origin = origin
        self._context = context
        self._keywords = keywords
        self._lock = threading.Lock()
        self._stopped = False  # used under _lock, as is the next one
        self._child: subprocess.Popen[str] | None = None

    def run(self, history: HistoryStore, progress: Callable[[float], None], today: Callable[[], datetime]) -> None:
        """Transcribe, and replace the text in the history. Raises as `transcribe`, and HistoryError."""
        replace_text(history, self.dictation, self.transcribe(progress), self.origin, today())

    def transcribe(self, progress: Callable[[float], None] = lambda done_s: None) -> tuple[Segment, ...]:
        """Return the new text of the recording.

        `progress` receives the transcribed seconds, on this thread. Raises RetranscriptionStopped, and SaywriteError
        for a failure of the recording or the recognizer.
        """
        with tempfile.TemporaryDirectory(prefix="saywrite-again-") as folder:
            sound = Path(folder) / "dictation.wav"
            export_wav(self._context.paths.recordings / self.dictation, sound)
            with self._start(sound) as child:
                assert child.stdout is not None
                assert child.stderr is not None
                complaints: list[str] = []
                reader = threading.Thread(target=lambda: complaints.extend(child.stderr or ()), daemon=True)
                reader.start()
                try:
                    segments = read_events(child.stdout, progress)
                finally:
                    child.kill()  # only where reading failed does it still run
                reader.join()
            self._check()
        if segments is None:
            raise _failure(complaints)
        return segments

    def stop(self) -> None:
        """End the child process; `run` then raises RetranscriptionStopped."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self._child.kill()

    def _start(self, sound: Path) -> subprocess.Popen[str]:
        paths, origin = self._context.paths, self.origin
        folders = ["--config", str(paths.config), "--data", str(paths.data)]
        options = ["--engine", origin.engine, "--language", origin.language, "--events"]
        options += ["--model", origin.model] if origin.engine == LOCAL and origin.model else []
        options += ["--keywords", str(self._keywords)] if self._keywords is not None else []
        with self._lock:
            if self._stopped:
                raise RetranscriptionStopped
            self._child = subprocess.Popen(
                [*self._context.command, *folders, "transcribe", "--again", self.dictation, str(sound), *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=dict(self._context.environ),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
                | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
            )
        if sys.platform != "win32":
            os.setpriority(os.PRIO_PROCESS, self._child.pid, NICENESS)
        return self._child

    def _check(self) -> None:
        with self._lock:
            if self._stopped:
                raise RetranscriptionStopped


def read_events(lines: Iterable[str], progress: Callable[[float], None]) -> tuple[Segment, ...] | None:
    """Collect the segments of the `--events` lines of one file; None unless all of its sound got its text."""
    segments: dict[int, Segment] = {}
    complete = False
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        match event.get("event"):
            case "final":
                segments[event["segment"]] = _segment(event)
            case "removed":
                for number in event["segments"]:
                    segments.pop(number, None)
            case "translation" if event["segment"] in segments:
                number = event["segment"]
                segments[number] = replace(segments[number], translation=event["text"])
            case "progress":
                progress(event["confirmed_s"])
            case "error" if event["fatal"]:
                return None
            case "finished":
                complete = event["pending_s"] <= 0
    return tuple(segments[number] for number in sorted(segments)) if complete else None


def _segment(event: Mapping[str, Any]) -> Segment:
    start, end = (round(event[name] * SAMPLE_RATE) for name in ("start", "end"))
    return Segment(event["segment"], event["text"], event["raw"], start, end, engine=event.get("engine", ""))


def _failure(complaints: Iterable[str]) -> RetranscriptionFailed:
    lines = [line.strip().removeprefix("saywrite: ") for line in complaints if line.strip()]
    reason = lines[-1] if lines else message("The recognizer ended before the text was complete.")
    return RetranscriptionFailed(
        joined(" ", message("The dictation was not transcribed again."), reason), message("Its text is unchanged.")
    )
