"""What a child process reports is shown in the language of the window: its templates cross the pipe, not its words."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from tests.sounds import speech

from saywrite.dictation.models.keyword_trial import KeywordTrialRun, TrialRequest
from saywrite.dictation.models.retranscription import Retranscription, RetranscriptionFailed
from saywrite.dictation.models.transcribing_child import Retranscriber
from saywrite.dictation.models.trial import ModelTrial
from saywrite.foundation.errors import ModelError
from saywrite.foundation.events import Segment
from saywrite.foundation.messages import Message
from saywrite.foundation.paths import Paths, default_paths
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.storage.history.records.versions import Origin
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording
from saywrite.text.keywords import Keyword
from saywrite.ui.keywords.lab.trial_page import describe_details
from saywrite.ui.toolkit.translation import error_text, set_language, tr

pytestmark = pytest.mark.system

BEGAN = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
PROGRAM = (sys.executable, "-m", "saywrite")
SERVICE = [name for name in os.environ if name.startswith("AIOLA_")]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = default_paths(tmp_path / "config", tmp_path / "data")
    history = HistoryStore(made.history)
    for number in (1, 2):
        header = Header(f"d{number}", BEGAN, "en", "local", "microphone")
        history.begin(header)
        history.add_segment(header.dictation, Segment(1, "The feather is ice.", "the feather is ice", 0, 16_000))
        history.finish(header.dictation, 16_000, 16_000)
        with Journal.create(made.recordings, header) as journal:
            journal.append(speech("weather"))
            journal.end(complete=True)
        finish_recording(made.recordings / header.dictation, keep=True)
    history.close()
    return made


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    set_language("de")
    yield
    set_language("en")


def program(paths: Paths, **variables: str) -> Retranscriber:
    environ = {name: value for name, value in os.environ.items() if name not in SERVICE}
    # No keyring: the child must not find a key of the person who runs the tests.
    variables = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", **variables}
    return Retranscriber(paths, PROGRAM, environ | variables)


def english(text: str) -> list[str]:
    """The sentences of a text that German does not have, or whose template was lost on the way."""
    if not isinstance(text, Message):
        return [text]
    only_fields = not re.search(r"\w", re.sub(r"\{\w+\}", "", text.source))
    found = [] if only_fields or str(tr(text)) != str(text) else [text.source]
    for value in text.params.values():
        if isinstance(value, Message) or (only_fields and isinstance(value, str)):
            found += english(value)
    return found


def transcribe_again(paths: Paths, origin: Origin, **variables: str) -> RetranscriptionFailed:
    with pytest.raises(RetranscriptionFailed) as caught:
        Retranscription(program(paths, **variables), "d1", origin).transcribe()
    return caught.value


@pytest.mark.parametrize(
    ("origin", "settings", "variables", "told"),
    [
        (Origin("local", "whisper-small", "de"), "", {}, "Das Erkennungsmodell ist noch nicht auf diesem Computer."),
        (Origin("aiola", "", "de"), "", {}, "API-Schlüssel"),
        (Origin("aiola", "", "de"), "stay_offline = true\n", {"AIOLA_API_KEY": "k"}, "verlassen"),
        (Origin("aiola", "", "de"), "", {"AIOLA_API_KEY": "k", "AIOLA_AUTH_BASE_URL": "http://x.example"}, "https"),
    ],
)
def test_transcribing_again_fails_in_german(
    paths: Paths, german: None, origin: Origin, settings: str, variables: dict[str, str], told: str
) -> None:
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    paths.settings.write_text(settings)
    error = transcribe_again(paths, origin, **variables)
    words = str(error_text(error))
    assert english(error_text(error)) == [], words
    assert words.startswith("Das Diktat wurde nicht erneut transkribiert."), words
    assert told in words
    assert words.endswith("Sein Text ist unverändert."), words


def test_a_damaged_recording_of_the_keyword_lab_is_reported_in_german(paths: Paths, german: None) -> None:
    """One recording is damaged; the other one is recognized by the same child process."""
    (paths.recordings / "d1" / "audio.flac").write_bytes(b"no sound")
    request = TrialRequest((), (Keyword("weather", "Wetterlage"),), "auto", "whisper-base", recordings=True)
    history = HistoryStore(paths.history)
    outcome = KeywordTrialRun(request, program(paths)).run(history, lambda _done, _number: None)
    history.close()
    assert outcome.heard_again == 1
    assert english(outcome.failed) == [], outcome.failed
    assert "audio.flac" in outcome.failed
    assert "Eine Aufnahme wurde nicht erkannt" in describe_details(outcome)
    assert sum("Wetterlage" in text.after for text in outcome.tried.texts) == 1


def test_the_trial_of_a_model_fails_in_german(paths: Paths, german: None) -> None:
    with pytest.raises(ModelError) as caught:
        ModelTrial(paths, PROGRAM).run("whisper-small", StopTransfer())
    assert english(caught.value.what) == [], caught.value.what
    assert "Das Erkennungsmodell ist noch nicht auf diesem Computer." in str(tr(caught.value.what))
