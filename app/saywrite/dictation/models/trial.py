"""Tries a recognition model on the newest dictation whose recording is still there.

The recording goes through `saywrite transcribe` in a child process with that model: the running recognizer and its
model stay as they are. Runs on a thread of the model library; the recording and the history are only read.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.errors import JournalError, ModelError, SaywriteError
from saywrite.foundation.events import ModelTried
from saywrite.foundation.messages import message
from saywrite.foundation.paths import Paths
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.storage.history.store import HistoryStore, Summary
from saywrite.storage.recordings.library import export_wav

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
        with tempfile.TemporaryDirectory(prefix="saywrite-trial-") as folder:
            sound, text = Path(folder) / "dictation.wav", Path(folder) / "text.txt"
            summary, text_now = self._newest_recording(sound)
            began = time.monotonic()
            self._transcribe(sound, text, model, summary.language, stop)
            took_s = time.monotonic() - began
            return ModelTried(model, summary.dictation, text_now, text.read_text("utf-8").strip(), took_s)

    def _newest_recording(self, target: Path) -> tuple[Summary, str]:
        """Write the sound of the newest recorded dictation to `target`; return the dictation and its text."""
        if self.paths.history.exists():
            history = HistoryStore(self.paths.history)
            try:
                for summary in history.recent(LOOKED_AT):
                    with suppress(JournalError, OSError):
                        export_wav(self.paths.recordings / summary.dictation, target)
                        dictated = history.load(summary.dictation)
                        text = dictated.text or " ".join(s.text for s in dictated.segments) if dictated else ""
                        return summary, text
            finally:
                history.close()
        raise ModelError(*_NO_RECORDING)

    def _transcribe(self, sound: Path, text: Path, model: str, language: str, stop: StopTransfer) -> None:
        folders = ["--config", str(self.paths.config), "--data", str(self.paths.data)]
        options = ["--engine", LOCAL, "--model", model, "--language", language, "--output", str(text)]
        command = [*self.command, *folders, "transcribe", str(sound), *options]
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ) as child:
            try:
                with stop.interrupting(child.kill):
                    _out, complaints = child.communicate()
            except BaseException:
                child.kill()  # leaving the block waits for the child
                raise
        stop.check()
        if child.returncode or not text.exists():
            lines = [line.removeprefix("saywrite: ") for line in complaints.splitlines() if line.strip()]
            raise _failed(lines[-1] if lines else message("it ended with {code}.", code=str(child.returncode)))


def _failed(reason: str) -> SaywriteError:
    return ModelError(
        message("The model could not be tried: {reason}", reason=reason), message("“saywrite doctor” tells more.")
    )
