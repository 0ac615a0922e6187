"""A notice is withdrawn when a later event or action shows that its matter is over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from window_fakes import BEGAN, FakeDictation, model

from saywrite.foundation import events
from saywrite.foundation.events import SAMPLE_RATE, EngineState, ModelState
from saywrite.foundation.program import Release
from saywrite.storage.history.store import HistoryStore
from saywrite.text.keywords import Keyword
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.details import DetailsWindow
from saywrite.ui.toolkit.background import wait_for_tasks

LATEST = "d1"
FILE = "/home/ann/Interview 3.wav"
WAIT_MS = 20_000
"""A pool thread answers at once, but not on a machine on which many tests run."""


def shown(front: FrontEnd) -> list[str]:
    return front.window.notices.texts()


def start(dictation: FakeDictation, source: str = "microphone") -> None:
    dictation.tell(events.Started(LATEST, "local", "en", source, 1.0, BEGAN))


def finish(dictation: FakeDictation, heard: int, text: str = "") -> None:
    dictation.tell(events.Finished(LATEST, heard, heard, 0, heard / SAMPLE_RATE, text))


class FailingOnce:
    """A function that saves: it fails at the first call only."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, _saved: object) -> None:
        self.calls += 1
        if self.calls == 1:
            raise OSError("the disk is full")


def test_settings_that_could_not_be_saved_are_saved_later(qtbot: Any, make_front: Callable[..., FrontEnd]) -> None:
    front = make_front(save_settings=FailingOnce())
    front.preferences.update(announce="all")
    qtbot.waitUntil(lambda: shown(front) == ["the disk is full"], timeout=WAIT_MS)
    front.preferences.update(announce="finals")
    qtbot.waitUntil(lambda: shown(front) == [], timeout=WAIT_MS)


def test_keywords_that_could_not_be_saved_are_saved_later(qtbot: Any, make_front: Callable[..., FrontEnd]) -> None:
    front = make_front(save_keywords=FailingOnce())
    front.window.keywords.add(Keyword("k eight s", "Kubernetes"))
    qtbot.waitUntil(lambda: shown(front) == ["the disk is full"], timeout=WAIT_MS)
    front.window.keywords.add(Keyword("post gress", "Postgres"))
    qtbot.waitUntil(lambda: shown(front) == [], timeout=WAIT_MS)


def test_another_microphone_is_no_longer_in_use(front: FrontEnd, dictation: FakeDictation) -> None:
    start(dictation)
    dictation.tell(events.SourceChanged(LATEST, "Built-in Audio", "The headset was unplugged."))
    assert shown(front) == ["Now recording from Built-in Audio. The headset was unplugged."]
    dictation.tell(events.SourceChanged(LATEST, "Headset"))
    assert shown(front) == []
    dictation.tell(events.SourceChanged(LATEST, "Built-in Audio", "The headset was unplugged."))
    finish(dictation, 16_000, "Words.")
    assert shown(front) == []


def test_another_language_is_chosen_after_an_unknown_one(front: FrontEnd) -> None:
    front.preferences.update(engine="aiola")
    front.window.control_bar.language.unknown_chosen.emit("it")
    assert len(shown(front)) == 1
    front.preferences.update(language="de")
    assert shown(front) == []


def test_an_uncertain_insertion_is_undone(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.InsertionUncertain(LATEST, "Kate", "Kate is busy.", "Look.", True, False, 0.1, 1.0))
    assert shown(front) == ["Kate is busy. Look."]
    dictation.tell(events.InsertionUndone(LATEST, "Kate"))
    assert shown(front) == []


@pytest.mark.parametrize("end", ["another key is saved", "another engine is chosen"])
def test_a_refused_account_is_not_used_any_more(front: FrontEnd, dictation: FakeDictation, end: str) -> None:
    front.preferences.update(engine="aiola")
    dictation.tell(events.Failed(LATEST, "The key was refused.", "Enter another one.", about="account"))
    assert shown(front) == ["The key was refused. Enter another one."]
    if end == "another key is saved":
        front.dialogs.account_changed.emit()
    else:
        front.preferences.update(engine="local")
    assert shown(front) == []


def test_details_are_shown_after_a_dictation_was_not_found(
    qtbot: Any, make_front: Callable[..., FrontEnd], tmp_path: Path
) -> None:
    store = HistoryStore(tmp_path / "history.sqlite3")
    began = BEGAN.astimezone()
    store.begin(SimpleNamespace(dictation="h1", began=began, language="en", engine="local", source="microphone"))
    front = make_front(open_history=lambda: HistoryStore(tmp_path / "history.sqlite3"))
    front.details.ask("gone")
    qtbot.waitUntil(lambda: len(shown(front)) == 1, timeout=WAIT_MS)
    front.details.ask("h1")
    qtbot.waitUntil(lambda: shown(front) == [], timeout=WAIT_MS)
    front.window.findChild(DetailsWindow).close()
    store.close()


def test_diagnostics_are_copied_after_a_failure(
    qtbot: Any, make_front: Callable[..., FrontEnd], caplog: pytest.LogCaptureFixture
) -> None:
    save = FailingOnce()

    def diagnostics() -> str:
        save(None)
        return "all is well"

    front = make_front(diagnostics=diagnostics)
    number = front.window.status.text()
    front.dialogs.copy_diagnostics()
    qtbot.waitUntil(lambda: len(shown(front)) == 1, timeout=WAIT_MS)
    assert front.window.status.text() == number
    assert shown(front)[0].endswith("The log has more.")
    assert "OSError: the disk is full" in caplog.text
    front.dialogs.copy_diagnostics()
    qtbot.waitUntil(lambda: shown(front) == [], timeout=WAIT_MS)


def test_a_failed_model_is_downloaded_later(front: FrontEnd, dictation: FakeDictation) -> None:
    missing = events.EngineChanged("local", EngineState.UNAVAILABLE, "No model.", "Download it.", awaits_model=True)
    dictation.tell(missing)
    dictation.tell(events.ModelsChanged((model(state=ModelState.ABSENT),)))
    dictation.tell(events.ModelFailed("whisper-base", "There is no network.", "Connect."))
    assert front.window.model_bar.texts()[0] == "There is no network."
    dictation.tell(events.ModelsChanged((model(state=ModelState.READY),)))
    dictation.tell(events.EngineChanged("local", EngineState.READY))
    assert front.window.model_bar.isHidden()
    assert shown(front) == []


def test_a_message_about_removed_keywords_does_not_survive_a_new_list(front: FrontEnd) -> None:
    panel = front.window.keywords
    panel.set_keywords((Keyword("k eight s", "Kubernetes"),))
    panel.table.selectAll()
    panel.remove_selected()
    assert not panel.report.isHidden()
    panel.set_keywords((Keyword("post gress", "Postgres"),))
    assert panel.report.isHidden()


# A file without text because it is very quiet


def sound(amplitude: int, seconds: int = 4) -> bytes:
    noise = np.random.default_rng(1).integers(-amplitude, amplitude + 1, seconds * SAMPLE_RATE)
    return noise.astype("<i2").tobytes()


def transcribe(dictation: FakeDictation, pcm: bytes, text: str = "", source: str = FILE) -> None:
    start(dictation, source)
    dictation.envelope.append(pcm)
    finish(dictation, len(pcm) // 2, text)


def test_a_very_quiet_file_without_text_is_explained(front: FrontEnd, dictation: FakeDictation) -> None:
    transcribe(dictation, sound(20))
    assert shown(front) == [
        "“Interview 3.wav” is very quiet: no speech was found in it. Raise its level, then transcribe it again."
    ]


@pytest.mark.parametrize(
    ("amplitude", "text", "source"),
    [(200, "", FILE), (20, "Words.", FILE), (20, "", "microphone")],
    ids=["louder file", "file with text", "microphone"],
)
def test_other_dictations_are_not_called_quiet_files(
    front: FrontEnd, dictation: FakeDictation, amplitude: int, text: str, source: str
) -> None:
    transcribe(dictation, sound(amplitude), text, source)
    assert shown(front) == []


def test_the_peaks_of_another_dictation_say_nothing_about_a_file(front: FrontEnd, dictation: FakeDictation) -> None:
    start(dictation, FILE)
    dictation.envelope.append(sound(20, seconds=1))
    finish(dictation, 4 * SAMPLE_RATE)
    assert shown(front) == []


def test_newer_version_is_shown_and_its_page_is_opened_by_a_click(
    qtbot: Any, make_front: Callable[..., FrontEnd], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    asked: list[bool] = []
    monkeypatch.setattr("saywrite.ui.app.dialogs.open_page", opened.append)

    def find_update() -> Release:
        asked.append(True)
        return Release("9.0.0", "https://example.org/9")

    front = make_front(find_update=find_update)
    assert not asked
    front.window.actions_.updates.trigger()
    qtbot.waitUntil(lambda: len(shown(front)) == 1, timeout=WAIT_MS)
    assert opened == []
    (button,) = [each for each in front.window.notices.findChildren(QPushButton) if each.text() == "Open the page"]
    button.click()
    assert opened == ["https://example.org/9"]


def test_failed_check_for_updates_ends_with_one_that_works(qtbot: Any, make_front: Callable[..., FrontEnd]) -> None:
    save = FailingOnce()

    def find_update() -> None:
        save(None)

    front = make_front(find_update=find_update)
    front.window.actions_.updates.trigger()
    qtbot.waitUntil(lambda: len(shown(front)) == 1, timeout=WAIT_MS)
    front.window.actions_.updates.trigger()
    qtbot.waitUntil(lambda: shown(front) == [], timeout=WAIT_MS)


@pytest.mark.parametrize(
    ("action", "asked", "answer", "shown_last"),
    [
        ("updates", "find_update", None, "This is the newest version"),
        ("diagnostics", "diagnostics", "all is well", "Diagnostics copied: no text, audio or key is in them"),
    ],
)
def test_the_program_ends_without_what_waits_for_the_network_or_a_library(
    qtbot: Any, make_front: Callable[..., FrontEnd], action: str, asked: str, answer: str | None, shown_last: str
) -> None:
    began, answered = threading.Event(), threading.Event()

    def wait() -> str | None:
        began.set()
        answered.wait()
        return answer

    front = make_front(**{asked: wait})
    getattr(front.window.actions_, action).trigger()
    assert began.wait(WAIT_MS / 1000)
    try:
        assert wait_for_tasks(1000), "the end of the program waits for it"
    finally:
        answered.set()
    qtbot.waitUntil(lambda: front.window.status.text() == shown_last, timeout=WAIT_MS)
