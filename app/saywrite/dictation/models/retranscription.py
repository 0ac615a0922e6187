"""Transcribes a recorded dictation again: with another recognizer, model, language or other keywords.

A child process of low priority does it, so that a live dictation has the running recognizer and most of the processor.
`run` blocks; it runs on a thread of its own. Only a complete text replaces the present one, which the history keeps.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from saywrite.dictation.models.transcribing_child import Retranscriber, TranscribedFile, TranscribingChild
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.events import Segment
from saywrite.foundation.messages import joined, message

if TYPE_CHECKING:  # the history and the recordings are imported when a recording is transcribed, not at the start
    from saywrite.storage.history.records.versions import Origin
    from saywrite.storage.history.store import HistoryStore


class RetranscriptionFailed(SaywriteError):
    """The dictation was not transcribed again; its text and its recording are unchanged."""


class Retranscription:
    """One attempt. `stop` may be called on any thread, before, during and after `run`."""

    def __init__(self, context: Retranscriber, dictation: str, origin: Origin) -> None:
        self.dictation = dictation
        self.origin = origin
        self._context = context
        self._child = TranscribingChild(context, transcription_options(origin))

    def run(self, history: HistoryStore, progress: Callable[[float], None], today: Callable[[], datetime]) -> None:
        """Transcribe, and replace the text in the history. Raises as `transcribe`, and HistoryError."""
        from saywrite.storage.history.records.versions import replace_text

        replace_text(history, self.dictation, self.transcribe(progress), self.origin, today())

    def transcribe(self, progress: Callable[[float], None] = lambda done_s: None) -> tuple[Segment, ...]:
        """Return the new text of the recording.

        `progress` receives the transcribed seconds, on this thread. Raises RetranscriptionStopped, and SaywriteError
        for a failure of the recording or the recognizer.
        """
        from saywrite.storage.recordings.library import export_wav, temporary_folder

        with temporary_folder("again") as folder:
            sound = folder / "dictation.wav"
            export_wav(self._context.paths.recordings / self.dictation, sound)
            with closing(self._child.run([sound], ["--again", self.dictation], progress)) as results:
                heard = next(results)
        self._child.check()
        if heard.segments is None:
            raise _failure(heard)
        return heard.segments

    def stop(self) -> None:
        """End the child process; `run` then raises RetranscriptionStopped."""
        self._child.stop()


def transcription_options(origin: Origin) -> list[str]:
    """The options of `saywrite transcribe` for a text of this origin, as events."""
    options = ["--engine", origin.engine, "--language", origin.language, "--events"]
    return options + (["--model", origin.model] if origin.engine == LOCAL and origin.model else [])


def _failure(heard: TranscribedFile) -> RetranscriptionFailed:
    """The error for a recording whose text was not completed."""
    what = joined(" ", message("The dictation was not transcribed again."), heard.problem)
    return RetranscriptionFailed(what, message("Its text is unchanged."))
