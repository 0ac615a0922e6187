"""`saywrite listen` and `saywrite transcribe`: dictations on the terminal and their output. Main thread."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from saywrite.audio.files.file_source import probe
from saywrite.cli.ending.exit_codes import DONE, FAILED
from saywrite.cli.ending.interrupts import FILE_FINISH_S, INTERRUPTED, SPEECH_FINISH_S, Interrupts
from saywrite.cli.ending.standard_output import StandardOutput
from saywrite.cli.json_events import describe_problem, stamped
from saywrite.cli.output_files import check_standard_output, choose_targets, keep_earlier_text, write_target
from saywrite.cli.terminal import ProgressLine, Terminal
from saywrite.dictation.api import Dictation
from saywrite.dictation.session import MICROPHONE
from saywrite.foundation.catalog import TXT
from saywrite.foundation.end_limits import EndLimits
from saywrite.foundation.errors import AudioFileError, OutputUnwritable, SaywriteError
from saywrite.foundation.events import Finished, FrontEndEvent, Started, seconds
from saywrite.foundation.paths import display_path
from saywrite.text.export import Document, TranscriptLine, render

LOST_LIMITS = EndLimits(finish_s=3.0, offline_s=1.0)
"""Limits for the end of a dictation whose output cannot be written: the command ends within 5 s."""

DISK_ANSWERS_S = 2.0
"""Seconds after the end of a dictation in which the disk reports what it has stored."""


BuildDictation = Callable[[Callable[[FrontEndEvent], None]], Dictation]
"""Builds a dictation that passes its events to the function."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where the text is written: to `file` (a folder when there are several inputs) or to standard output."""

    format: str = TXT
    file: Path | None = None
    events: bool = False
    read: tuple[Path, ...] = ()
    """Files that the command reads besides its inputs; the output never replaces one of them."""

    def targets(self, inputs: Sequence[Path], name: str) -> tuple[Path | None, ...]:
        """One for each input, None for standard output. Raises OutputUnwritable."""
        if self.file is None:
            return (None,) * max(len(inputs), 1)
        return choose_targets(self.file, inputs, self.format, name, self.read)

    @property
    def live(self) -> bool:
        """Finals are printed as they come."""
        return self.format == TXT and self.file is None and not self.events


def listen(build: BuildDictation, output: Output, seconds_limit: float | None) -> int:
    """Dictate until Ctrl-C or for `seconds_limit` seconds; the exit code. Raises OutputUnwritable before it begins."""
    target = output.targets((), f"dictation-{datetime.now():%Y%m%d-%H%M%S}")[0]
    out = StandardOutput()
    terminal = Terminal(out, sys.stderr, as_events=output.events, as_text=output.live)
    dictation = build(terminal.tell)
    interrupts = Interrupts(dictation, SPEECH_FINISH_S)
    interrupts.install()
    out.stopped = lambda: interrupts.count > 0
    out.watch_reader(lambda: dictation.after_this(partial(_reader_gone, out, dictation)))
    terminal.on_started = lambda: _started(terminal, dictation, output, seconds_limit)
    terminal.on_finished = lambda: _quit_with_the_record(terminal, dictation)
    terminal.on_record_closed = dictation.quit
    terminal.on_output_lost = lambda: dictation.stop(LOST_LIMITS)
    dictation.start()
    dictation.run()
    code = _deliver(terminal, out, output, target, interrupts)
    code = max(code, _tell_record(terminal), _tell_lost(terminal, out, "What was said is in the history."))
    return INTERRUPTED if interrupts.count > 1 else code


def transcribe(
    build: BuildDictation,
    output: Output,
    files: Sequence[Path],
    sends_whole: Callable[[Path], bool],
    languages: Sequence[str] = (),
) -> int:
    """Each file by itself: one that fails is named with its reason and the others go on. The exit code.

    `sends_whole`: whether a file goes to a service as it is, so that it need not be one that we can decode.
    `languages`: that of each file, or nothing: the language of the settings. Raises OutputUnwritable before it begins.
    """
    check_standard_output(files)
    batch = _Batch(output, files, output.targets(files, ""), sends_whole, languages or [""] * len(files))
    dictation = build(lambda event: batch.terminal.tell(event))
    interrupts = Interrupts(dictation, FILE_FINISH_S)
    interrupts.install()
    batch.begin(dictation, interrupts)
    dictation.run()
    code = max(batch.code, _tell_lost(batch.terminal, batch.out))
    return INTERRUPTED if interrupts.count else code


class _Batch:
    """Files one after the other through one dictation, so that the engine is loaded once."""

    def __init__(
        self,
        output: Output,
        files: Sequence[Path],
        targets: Sequence[Path | None],
        sends_whole: Callable[[Path], bool],
        languages: Sequence[str],
    ) -> None:
        self._sends_whole = sends_whole
        self.code = DONE
        self.out = StandardOutput()
        self._output = output
        self._files = list(zip(files, targets, languages, strict=True))
        self._several = len(files) > 1
        self.terminal = self._new_terminal(None)

    def begin(self, dictation: Dictation, interrupts: Interrupts) -> None:
        self._dictation = dictation
        self._interrupts = interrupts
        self.out.stopped = lambda: interrupts.count > 0
        self.out.watch_reader(lambda: dictation.after_this(self._reader_gone))
        self._next()

    def _next(self) -> None:
        """Start the next file that can be opened; end after the last one."""
        while self._files and not self._interrupts.count and self.out.failure is None:
            path, target, language = self._files.pop(0)
            length_s: float | None = None
            if self._several and self._output.events:
                self.terminal.begin_file(path)
            try:
                length_s = probe(path).seconds
            except AudioFileError as error:
                if not (self._sends_whole(path) and _is_file(path)):
                    self.terminal.report(error)
                    self.code = FAILED
                    continue
            if self._several and not self._output.events:
                self.terminal.begin_file(path)
            self.terminal = self._new_terminal(_progress(path, length_s, self._output))
            self.terminal.on_finished = partial(self._done, target)
            self.terminal.on_output_lost = self._dictation.quit
            self._dictation.transcribe_file(path, language)
            return
        self._dictation.quit()

    def _done(self, target: Path | None) -> None:
        terminal = self.terminal
        self.code = max(self.code, _deliver(terminal, self.out, self._output, target, self._interrupts))
        if terminal.failure is not None and terminal.failure.about == "network" and self._files:
            terminal.say(f"saywrite: {len(self._files)} more files were not tried.")
            self._files.clear()
        self._next()

    def _reader_gone(self) -> None:
        self.out.reader_gone()
        self._dictation.quit()

    def _new_terminal(self, progress: ProgressLine | None) -> Terminal:
        return Terminal(
            self.out, sys.stderr, as_events=self._output.events, as_text=self._output.live, progress=progress
        )


@contextmanager
def errors_as_events(events: bool) -> Iterator[None]:
    """Report an error that ends the command as an event, too, where the output is events."""
    try:
        yield
    except SaywriteError as error:
        if events:
            fields = describe_problem(error.what, error.remedy, fatal=True)
            print(json.dumps(stamped(fields, time.monotonic()), ensure_ascii=False), flush=True)
        raise


def _is_file(path: Path) -> bool:
    with suppress(OSError):  # a name that is too long
        return path.is_file()
    return False


def _progress(path: Path, length_s: float | None, output: Output) -> ProgressLine | None:
    if not sys.stderr.isatty() or output.events:
        return None
    return ProgressLine(sys.stderr, display_path(path.name), length_s)


def _reader_gone(out: StandardOutput, dictation: Dictation) -> None:
    out.reader_gone()
    dictation.stop(LOST_LIMITS)


def _started(terminal: Terminal, dictation: Dictation, output: Output, limit: float | None) -> None:
    if not output.events:
        terminal.say("Listening. Ctrl-C ends the dictation." if limit is None else f"Listening for {limit:g} s.")
    if limit is not None:
        _after(limit, dictation.stop)


def _quit_with_the_record(terminal: Terminal, dictation: Dictation) -> None:
    """End once the disk has taken everything, or does not answer."""
    if terminal.finished is None:
        dictation.quit()  # it has not begun: there is nothing to keep
    else:
        _after(DISK_ANSWERS_S, dictation.quit)


def _after(delay_s: float, call: Callable[[], None]) -> None:
    timer = threading.Timer(min(delay_s, threading.TIMEOUT_MAX), call)
    timer.daemon = True
    timer.start()


def _tell_record(terminal: Terminal) -> int:
    """Report what part of a dictation is not on disk; the exit code."""
    finished, record = terminal.finished, terminal.record
    if finished is None or not finished.heard or (record is not None and record.saved):
        return DONE
    if record is None:
        terminal.say("saywrite: The disk had not answered at the end. What is kept is offered when Saywrite is opened.")
    elif not record.kept:
        terminal.say("saywrite: Nothing of this dictation is kept. Name a folder that can be written to with --data.")
    else:
        terminal.say("saywrite: Not all of this dictation is kept. What is, is offered when Saywrite is opened.")
    return FAILED


def _tell_lost(terminal: Terminal, out: StandardOutput, kept: str = "") -> int:
    if out.failure is None:
        return DONE
    terminal.say(f"saywrite: {out.failure.what} {kept or out.failure.remedy}".rstrip())
    return FAILED


def _deliver(
    terminal: Terminal, out: StandardOutput, output: Output, target: Path | None, interrupts: Interrupts
) -> int:
    """Write what was not written during the dictation, or report that there is no text; the exit code."""
    if terminal.finished is None:
        return FAILED
    is_file = not _is_dictated(terminal.started)
    cut = interrupts.count > 0 and is_file
    code = _tell_outcome(terminal, out, output, unread=cut and not terminal.segments)
    if output.live or (output.events and target is None):
        return code
    if not terminal.segments and (cut or code != DONE):
        return code
    content = render(document(terminal), output.format)
    if target is not None:
        try:
            if is_file and (cut or code != DONE):
                keep_earlier_text(target)
            write_target(target, content, lambda: interrupts.count > 0)
            return code
        except OutputUnwritable as error:
            code = FAILED
            instead = "The text is in the events." if output.events else "The text goes to standard output instead."
            terminal.say(f"saywrite: {error.what} {instead}")
    if not output.events:
        with suppress(OutputUnwritable):  # `out.failure` is reported at the end
            out.write(content)
    return code


def _tell_outcome(terminal: Terminal, out: StandardOutput, output: Output, *, unread: bool) -> int:
    """Report what is missing; the exit code. A damaged file counts as failed even if its beginning has text.

    `unread`: it was interrupted before its first text.
    """
    finished = terminal.finished
    if finished is not None and terminal.failure is None and not output.events and out.failure is None:
        if finished.pending:
            terminal.say(_pending(finished, terminal.started))
        elif not terminal.segments and not unread:
            terminal.say("No speech was heard.")
    missing = finished is None or finished.pending or terminal.failure is not None or terminal.source_failed
    return FAILED if missing else DONE


def _pending(finished: Finished, started: Started | None) -> str:
    what = f"saywrite: {seconds(finished.pending):.0f} s of the sound have no text yet."
    if _is_dictated(started):
        return f"{what} The recording is kept: open Saywrite to transcribe the rest."
    return f"{what} Run it again to transcribe them."


def _is_dictated(started: Started | None) -> bool:
    return started is not None and started.source == MICROPHONE


def document(terminal: Terminal) -> Document:
    """The recognized text as a document for export."""
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


def _lines(terminal: Terminal, began: datetime) -> tuple[TranscriptLine, ...]:
    """Segments and gaps in the order of their place in the sound."""
    lines = [
        TranscriptLine(
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
        lines.append(TranscriptLine(at, at, began + timedelta(seconds=at), "", gap=gap.cause))
    return tuple(sorted(lines, key=lambda line: line.start_s))
