"""Tries a recognition model on the newest dictation whose recording is still there.

The recording is transcribed in a child process with that model: the running recognizer and its model stay as they
are. Runs on a thread of the model library; the recording and the history are only read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from saywrite.dictation.models.retranscription import transcription_options
from saywrite.dictation.models.transcribing_child import (
    Retranscriber,
    RetranscriptionStopped,
    TranscribingChild,
)
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.errors import JournalError, ModelError, SaywriteError
from saywrite.foundation.events import ModelTried
from saywrite.foundation.messages import message
from saywrite.foundation.paths import Paths
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.storage.history.records.versions import Origin
from saywrite.storage.history.store import HistoryStore, Summary
from saywrite.storage.recordings.library import export_wav, has_sound, temporary_folder
from saywrite.text.spacing import join

LOOKED_AT = 50
"""Number of dictations among which a recording is looked for, from the newest on."""

_NO_RECORDING = (
    message("There is no recorded dictation to try the model on."),
    message("Dictate something; recordings are kept for as long as Settings > Files and privacy says."),
)


@dataclass(frozen=True, slots=True)
class ModelTrial:
    """`command`: starts this program, without arguments of its own."""

    paths: Paths
    command: Sequence[str]

    def run(self, model: str, stop: StopTransfer) -> ModelTried:
        """Return the text that the model makes of the newest recorded dictation, and the text that it has.

        Raises SaywriteError and TransferStopped.
        """
        with temporary_folder("trial") as folder:
            sound = folder / "dictation.wav"
            summary, text_now = self._newest_recording(sound)
            began = time.monotonic()
            text = self._transcribe(sound, model, summary.language, stop)
            return ModelTried(model, summary.dictation, text_now, text, time.monotonic() - began)

    def _newest_recording(self, target: Path) -> tuple[Summary, str]:
        """Write the sound of the newest recorded dictation to `target`; return the dictation and its text.

        Raises ModelError when there is no recording; when none can be copied, the reason for the newest of them.
        """
        problem: JournalError | None = None
        if self.paths.history.exists():
            with closing(HistoryStore(self.paths.history)) as history:
                for summary in history.recent(LOOKED_AT):
                    folder = self.paths.recordings / summary.dictation
                    with suppress(OSError):
                        if not has_sound(folder):
                            continue
                        try:
                            export_wav(folder, target)
                        except JournalError as error:
                            problem = problem or error
                            continue
                        dictated = history.load(summary.dictation)
                        text = " ".join(segment.text for segment in dictated.segments) if dictated else ""
                        return summary, text
        raise problem or ModelError(*_NO_RECORDING)

    def _transcribe(self, sound: Path, model: str, language: str, stop: StopTransfer) -> str:
        """Return the text of a sound file. The user waits for it, so the child has the usual priority."""
        options = transcription_options(Origin(LOCAL, model, language))
        program = Retranscriber(self.paths, self.command, os.environ)
        child = TranscribingChild(program, options, low_priority=False)
        try:
            with stop.interrupting(child.stop), closing(child.run([sound])) as results:
                heard = next(results)
        except RetranscriptionStopped:
            stop.check()
            raise
        if heard.segments is None:
            raise _failed(heard.problem)
        return join((segment.text for segment in heard.segments), language).strip()


def _failed(reason: str) -> SaywriteError:
    return ModelError(
        message("The model could not be tried: {reason}", reason=reason), message("“saywrite doctor” tells more.")
    )
