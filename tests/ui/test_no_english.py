"""No window shows an English text in another language, whether it was opened in this language or before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pseudo_language import english_texts, untranslated
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from window_fakes import HEADSET, TEXTS, WEBCAM, FakeDictation, model, script

from saywrite.dictation.models.transcribing_child import Retranscriber
from saywrite.foundation import events
from saywrite.foundation.catalog import LANGUAGES
from saywrite.foundation.events import FileState, ModelState, QueuedFile
from saywrite.foundation.messages import message
from saywrite.foundation.paths import default_paths
from saywrite.storage.history.records.receipts import Outcome, TextReceipt, keep_receipt
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.history.timings import Latency
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording
from saywrite.storage.settings.keyring import SessionSecrets
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.models.row import ModelRow
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.toolkit import translation
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.widgets.choosers import catalog_choices

AT = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
WORDS = "is the k eight s cluster up"
OF_THE_USER = (
    WORDS,
    *TEXTS,
    "and then we have to",
    "k eight s",
    "Kubernetes",
    "monday.wav",
    "/talks",
    "Terminal",
    "unplugged",
)
OF_THE_CALENDAR = ("Sonntag", "Freitag", "Samstag", "November", "Nov.")
"""In German, the language of the locale."""
OF_THE_SYSTEM = (HEADSET.label, WEBCAM.label, *(language.native for language in LANGUAGES))
LITERAL = (
    "whisper-small",
    "PortAudio",
    "ALSA",
    "PulseAudio",
    "PipeWire",
    "xterm",
    "emacs",
    "Markdown",
    "SubRip",
    "WebVTT",
    "JSON",
    "CSV",
    "MIT",
    "MB",
    "kB",
)
"""Names of formats, programs and units."""
KNOWN = re.compile(
    "|".join(re.escape(each) for each in (*OF_THE_USER, *OF_THE_CALENDAR, *OF_THE_SYSTEM, *LITERAL)), re.I
)


@pytest.fixture
def front(make_front: Callable[..., FrontEnd], tmp_path: Path, dictation: FakeDictation) -> Iterator[FrontEnd]:
    """A front end over a history with a recording, that has models, an account and keywords."""
    paths = default_paths(tmp_path / "config", tmp_path / "data")
    store = HistoryStore(paths.history)
    for number in range(3):
        header = Header(f"h{number}", AT.replace(day=20 + number), "en", "local", "microphone")
        store.begin(header)
        store.add_segment(header.dictation, events.Segment(1, WORDS.capitalize(), WORDS, 0, 160_000))
        store.finish(header.dictation, 160_000, 160_000)
        with Journal.create(paths.recordings, header) as journal:
            journal.append(b"\1\0" * 160_000)
            journal.end(complete=True)
        finish_recording(paths.recordings / header.dictation, keep=True)
        store.keep_latency(header.dictation, HEADSET.label, Latency(36, 640, 2000, 2400, 2480))
        for program in ("Terminal", ""):
            keep_receipt(store, header.dictation, TextReceipt(program, Outcome.INSERTED, AT))
    store.close()
    made = make_front(
        choices=catalog_choices(),
        keywords=(Keyword("k eight s", "Kubernetes"),),
        open_history=lambda: HistoryStore(paths.history),
        account=AccountAccess(lambda: SessionSecrets(""), lambda _settings, _secret: iter(()), str),
        retranscriber=Retranscriber(paths, ("false",), {}),
    )
    made.show()
    yield made
    assert wait_for_tasks(5000)


def main_window(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    script(dictation)
    dictation.tell(events.Gap("d1", 16_000, 16_000, "unplugged"))
    dictation.tell(events.PendingUtterances("d1", ((0, 16_000), (20_000, 40_000))))
    dictation.tell(events.Failed("d1", translation.message("The microphone is gone."), ""))
    return front.window


def tray(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    return front.tray.menu


def opened(name: str, opener: str) -> Callable[[FrontEnd, FakeDictation], QWidget]:
    def show(front: FrontEnd, dictation: FakeDictation) -> QWidget:
        dictation.tell(events.DevicesChanged((HEADSET, WEBCAM)))
        before = set(QApplication.topLevelWidgets())
        getattr(front.dialogs, opener)()
        assert wait_for_tasks(5000)
        QApplication.processEvents()
        names = [each for each in QApplication.topLevelWidgets() if type(each).__name__ == name]
        new = [each for each in names if each not in before or each.isVisible()]
        return new[-1]

    return show


def history(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    window = opened("HistoryWindow", "show_history")(front, dictation)
    window.list.setCurrentRow(0)  # type: ignore[attr-defined]
    assert wait_for_tasks(5000)
    QApplication.processEvents()
    assert wait_for_tasks(5000)
    return window


def files(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    states = (FileState.WAITING, FileState.READING, FileState.TRANSCRIBING, FileState.DONE)
    queue = tuple(
        QueuedFile(
            number,
            "/talks/monday.wav",
            engine="local",
            language="en",
            state=state,
            dictation="d1",
            length=130 * 16_000,
            confirmed=40 * 16_000,
            left_s=65.2,
            what=message("The microphone is gone."),
        )
        for number, state in enumerate(states)
    )
    front.window.actions_.files.trigger()
    dictation.tell(events.FilesChanged(queue))
    return next(
        each for each in QApplication.topLevelWidgets() if type(each).__name__ == "FilesWindow" and each.isVisible()
    )


def models(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    """The page of the models, with one in each state."""
    judgement = message("Good everyday dictation on any computer.")
    known = tuple(model(state=state, id=f"m{state}", label="Whisper", judgement=judgement) for state in ModelState)
    dictation.tell(events.ModelsChanged(known))
    dictation.tell(events.ModelProgress(f"m{ModelState.DOWNLOADING}", 62_000_000, 145_000_000))
    dictation.tell(events.ModelFailed(f"m{ModelState.ABSENT}", message("The microphone is gone."), ""))
    window = opened("SettingsDialog", "show_settings")(front, dictation)
    assert len(window.findChildren(ModelRow)) == len(known)
    return window


def trial(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    models(front, dictation)
    dictation.tell(events.ModelTried(f"m{ModelState.READY}", "d1", WORDS, WORDS + " up", 2.7))
    QApplication.processEvents()
    return next(each for each in QApplication.topLevelWidgets() if type(each).__name__ == "ModelTrialDialog")


def refused_key(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    """The page of the keys, where the chosen key is used by the system."""
    front.preferences.update(hotkey="F1", second_hotkey="F1")
    return opened("SettingsDialog", "show_settings")(front, dictation)


def unfinished(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    items = (
        events.IncompleteRecording("d1", AT, 160_000, 0),
        events.IncompleteRecording("d2", AT, 160_000, 0, problem=message("The microphone is gone.")),
    )
    dictation.tell(events.IncompleteRecordingsFound(items))
    return front.window


def one_unfinished(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    dictation.tell(events.IncompleteRecordingsFound((events.IncompleteRecording("d1", AT, 160_000, 0),)))
    return front.window


def details(front: FrontEnd, dictation: FakeDictation) -> QWidget:
    window = history(front, dictation)
    window.details.click()  # type: ignore[attr-defined]
    QApplication.processEvents()
    return next(each for each in QApplication.topLevelWidgets() if type(each).__name__ == "DetailsWindow")


WINDOWS: dict[str, Callable[[FrontEnd, FakeDictation], QWidget]] = {
    "main window": main_window,
    "tray": tray,
    "settings": opened("SettingsDialog", "show_settings"),
    "first run": opened("FirstRunWindow", "show_first_run"),
    "history": history,
    "keyword lab": opened("KeywordLabWindow", "show_keyword_lab"),
    "speed": opened("LatencyWindow", "show_speed"),
    "ledger": opened("LedgerWindow", "show_ledger"),
    "shortcuts": opened("ShortcutsWindow", "show_shortcuts"),
    "files": files,
    "models": models,
    "trial of a model": trial,
    "refused key": refused_key,
    "unfinished dictation": one_unfinished,
    "unfinished dictations": unfinished,
    "details": details,
}


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_opened_in_another_language_has_no_english_text(
    front: FrontEnd, dictation: FakeDictation, marked: None, painted: list[str], name: str
) -> None:
    front.preferences.replace(Settings(program_language="de"))
    window = WINDOWS[name](front, dictation)
    painted.clear()
    window.grab()
    found = english_texts(window, KNOWN) + untranslated(painted, KNOWN)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", WINDOWS)
def test_an_open_window_follows_a_change_of_the_language(
    front: FrontEnd, dictation: FakeDictation, marked: None, painted: list[str], name: str
) -> None:
    window = WINDOWS[name](front, dictation)
    front.preferences.replace(Settings(program_language="de"))
    QApplication.processEvents()
    assert wait_for_tasks(5000)
    painted.clear()
    window.grab()
    found = english_texts(window, KNOWN) + untranslated(painted, KNOWN)
    assert not found, "\n".join(found)


def test_an_english_text_would_be_found(qapp: QApplication, marked: None) -> None:
    translation.set_language("de")
    root = QWidget()
    QLabel("Not translated", root)
    button = QPushButton(translation.tr("Start") + " now", root)
    button.setToolTip("English")
    assert english_texts(root) == ["  now", "English", "Not translated"]
