"""`saywrite listen` and `saywrite transcribe`: dictations on the terminal, one after the other, and their output."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Protocol

from saywrite.audio.files import probe
from saywrite.dictation.dictation import Dictation
from saywrite.dictation.headless import Interrupts, Terminal
from saywrite.dictation.progress_line import ProgressLine
from saywrite.dictation.take import MICROPHONE
from saywrite.errors import AudioFileError, SettingsError
from saywrite.events import Finished, FrontEndEvent, Started, seconds
from saywrite.settings.file import write_atomic
from saywrite.text.export import Document, Line, render

DONE, FAILED, INTERRUPTED = 0, 1, 130


class Build(Protocol):
    """Gives a dictation that tells `tell`; the composition root's."""

    def __call__(self, tell: Callable[[FrontEndEvent], None]) -> Dictation: ...


@dataclass(frozen=True, slots=True)
class Output:
    """Where the text goes: to `file` (a folder when there are several inputs) or to standard output."""

    format: str = "txt"
    file: Path | None = None
    events: bool = False

    @property
    def live(self) -> bool:
        """Finals are printed as they come."""
        return self.format == "txt" and self.file is None and not self.events


def listen(build: Build, output: Output, seconds_limit: float | None) -> int:
    """Dictate until Ctrl-C or for `seconds_limit` seconds; the exit code."""
    terminal = Terminal(sys.stdout, sys.stderr, as_events=output.events, as_text=output.live)
    dictation = build(terminal.tell)
    interrupts = Interrupts(dictation)
    interrupts.install()
    terminal.on_started = lambda: _started(terminal, dictation, output, seconds_limit)
    terminal.on_finished = dictation.quit
    dictation.start()
    dictation.run()
    code = _deliver(terminal, output, None)
    return INTERRUPTED if interrupts.count > 1 else code


def transcribe(build: Build, output: Output, files: Sequence[Path], sends_whole: Callable[[Path], bool]) -> int:
    """Each file by itself: one that fails is named with its reason and the others go on. The exit code.
    `sends_whole`: whether a file goes to a service as it is, so that it need not be one that we can decode.
    """
    batch = _Batch(output, files, sends_whole)
    dictation = build(lambda event: batch.terminal.tell(event))
    interrupts = Interrupts(dictation)
    interrupts.install()
    batch.begin(dictation, interrupts)
    dictation.run()
    return INTERRUPTED if interrupts.count else batch.code


class _Batch:
    """Files one after the other through one dictation, so that the engine is loaded once."""

    def __init__(self, output: Output, files: Sequence[Path], sends_whole: Callable[[Path], bool]) -> None:
        self._sends_whole = sends_whole
        self.code = DONE
        self.terminal = self._new_terminal(output, None)
        self._output = output
        self._files = list(files)
        self._several = len(files) > 1

    def begin(self, dictation: Dictation, interrupts: Interrupts) -> None:
        self._dictation = dictation
        self._interrupts = interrupts
        self._next()

    def _next(self) -> None:
        """Start the next file that is one; with none left, end."""
        while self._files and not self._interrupts.count:
            path = self._files.pop(0)
            length_s: float | None = None
            try:
                length_s = probe(path).seconds
            except AudioFileError as error:
                if not (self._sends_whole(path) and path.is_file()):
                    self.terminal.say(f"saywrite: {error}")
                    self.code = FAILED
                    continue
            if self._several and not self._output.events:
                self.terminal.say(f"{path}:")
            self.terminal = self._new_terminal(self._output, _progress(path, length_s, self._output))
            self.terminal.on_finished = partial(self._done, path)
            self._dictation.transcribe_file(path)
            return
        self._dictation.quit()

    def _done(self, path: Path) -> None:
        self.code = max(self.code, _deliver(self.terminal, self._output, path if self._several else None))
        self._next()

    @staticmethod
    def _new_terminal(output: Output, progress: ProgressLine | None) -> Terminal:
        return Terminal(sys.stdout, sys.stderr, as_events=output.events, as_text=output.live, progress=progress)


def _progress(path: Path, length_s: float | None, output: Output) -> ProgressLine | None:
    if not sys.stderr.isatty() or output.events:
        return None
    return ProgressLine(sys.stderr, path.name, length_s)


def _started(terminal: Terminal, dictation: Dictation, output: Output, limit: float | None) -> None:
    if not output.events:
        terminal.say("Listening. Ctrl-C ends the dictation." if limit is None else f"Listening for {limit:g} s.")
    if limit is not None:
        timer = threading.Timer(limit, dictation.stop)
        timer.daemon = True
        timer.start()


def _deliver(terminal: Terminal, output: Output, named_after: Path | None) -> int:
    """Write what is not written live; say when there was nothing to write."""
    if terminal.failure is not None or terminal.finished is None:
        return FAILED
    if terminal.finished.pending and not output.events:
        terminal.say(_pending(terminal.finished, terminal.started))
    elif not terminal.segments and not output.events:
        terminal.say("No speech was heard.")
    code = FAILED if terminal.finished.pending else DONE
    if output.live or (output.events and output.file is None):
        return code
    content = render(document(terminal), output.format)
    if output.file is None:
        _print(content, sys.stdout)
        return code
    target = output.file
    try:
        if named_after is not None:
            target.mkdir(parents=True, exist_ok=True)
            target = target / f"{named_after.stem}.{output.format}"
        write_atomic(target, content)
    except (OSError, SettingsError) as error:
        terminal.say(f"saywrite: {target} cannot be written: {error}. Choose another --output.")
        return FAILED
    return code


def _pending(finished: Finished, started: Started | None) -> str:
    what = f"saywrite: {seconds(finished.pending):.0f} s of the sound have no text yet."
    if started is not None and started.source == MICROPHONE:
        return f"{what} The recording is kept: open Saywrite to transcribe the rest."
    return f"{what} Run it again to transcribe them."


def _print(content: bytes, out: IO[str]) -> None:
    out.flush()
    buffer = getattr(out, "buffer", None)
    if buffer is None:
        out.write(content.decode("utf-8"))
    else:
        buffer.write(content)
        buffer.flush()


def document(terminal: Terminal) -> Document:
    """What was heard as an exportable document."""
    started, finished = terminal.started, terminal.finished
    began = started.began if started else datetime.now().astimezone()
    return Document(
        title=Path(started.source).name if started else "",
        began=began,
        engine=started.engine if started else "",
        language=started.language if started else "",
        source=started.source if started else "",
        duration_s=seconds(finished.heard) if finished else 0.0,
        lines=_lines(terminal, began),
        structured=tuple(terminal.structured),
    )


def _lines(terminal: Terminal, began: datetime) -> tuple[Line, ...]:
    """Segments and gaps in the order of their place in the sound."""
    lines = [
        Line(
            start_s=seconds(segment.start),
            end_s=seconds(segment.end),
            time=began + timedelta(seconds=seconds(segment.start)),
            text=segment.text,
            raw=segment.raw,
            translation=segment.translation,
            engine=segment.engine,
        )
        for segment in terminal.segments.values()
    ]
    for gap in terminal.gaps:
        at = seconds(gap.at)
        lines.append(Line(at, at, began + timedelta(seconds=at), "", gap=gap.cause))
    return tuple(sorted(lines, key=lambda line: line.start_s))
