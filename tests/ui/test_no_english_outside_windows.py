"""What is painted, announced or shown beside the tray icon is in the language of the program, and follows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pseudo_language import untranslated
from PySide6.QtWidgets import QPushButton, QWidget
from test_tray import Resident
from window_fakes import BEGAN, CHOICES

from saywrite.dictation.models.keyword_trial import TrialOutcome
from saywrite.foundation import events
from saywrite.foundation.events import Failed, HandsFreeChanged, HandsFreeState, State, StateChanged
from saywrite.foundation.messages import message
from saywrite.foundation.paths import default_paths
from saywrite.storage.history.ledger import Ledger, LedgerEntry
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.history.timings import Latency, TimedDictation
from saywrite.storage.recordings.journal import Header
from saywrite.storage.settings.schema import Settings
from saywrite.text.keyword_sets.keyword_files import Import, Problem
from saywrite.text.keyword_sets.trial import TriedKeywords
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.reports.ledger_window import LedgerWindow
from saywrite.ui.history.reports.timing_window import LatencyWindow
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.keywords.files import LoadedKeywords
from saywrite.ui.keywords.lab.window import KeywordLabWindow
from saywrite.ui.keywords.message_bar import KeywordsReport
from saywrite.ui.main_window.empty_state import describe_engine
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.settings.hotkey_recorder import KeyRecorder
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.translation import set_language, set_text
from saywrite.ui.tray.overlay import Overlay
from saywrite.ui.tray.overlay_controller import OverlayController
from saywrite.ui.waveform.picture import tick_text
from saywrite.ui.widgets.choosers import EngineChoice, EngineChoices

GERMAN = Settings(program_language="de", overlay="on")
NO_MICROPHONE = Failed("", message("No microphone was found."), message("Connect one."), fatal=True)
BLOCKED = HandsFreeChanged(
    HandsFreeState.BLOCKED, what=message("No microphone was found."), remedy=message("Connect one.")
)
"""Below `ui` a text is made once, in English, and keeps its template."""


# The overlay


def listen(front: FrontEnd) -> None:
    front.receive(StateChanged("d1", State.LISTENING))


def finish(front: FrontEnd) -> None:
    front.receive(StateChanged("d1", State.FINISHING))


def cancel(front: FrontEnd) -> None:
    front.receive(events.Cancelled("d1", revocable=True))


def insert(front: FrontEnd) -> None:
    front.receive(events.Inserted("d1", "42", elsewhere=False, took_s=0.2, at=0.0))


def wait(front: FrontEnd) -> None:
    front.receive(HandsFreeChanged(HandsFreeState.WAITING, phrase="42"))


def fail(front: FrontEnd) -> None:
    front.receive(NO_MICROPHONE)


PRESENTED = (listen, finish, cancel, insert, wait, fail)


def english_of(overlay: Overlay, painted: list[str]) -> list[str]:
    """The English texts that the overlay paints and gives to screen readers."""
    painted.clear()
    overlay.grab()
    assert painted
    return untranslated([*painted, overlay.accessibleName(), overlay.accessibleDescription()])


def shown_overlay(controller: OverlayController) -> Overlay:
    assert controller.overlay is not None
    assert controller.overlay.isVisible()
    return controller.overlay


@pytest.mark.parametrize("present", PRESENTED)
def test_the_overlay_has_no_english_text(
    front: FrontEnd, marked: None, painted: list[str], present: Callable[[FrontEnd], None]
) -> None:
    front.preferences.replace(GERMAN)
    present(front)
    assert not english_of(shown_overlay(front.overlay), painted)


@pytest.mark.parametrize("present", PRESENTED)
def test_the_overlay_follows_the_language(
    front: FrontEnd, marked: None, painted: list[str], present: Callable[[FrontEnd], None]
) -> None:
    front.preferences.update(overlay="on")
    present(front)
    overlay = shown_overlay(front.overlay)
    front.preferences.replace(GERMAN)
    assert not english_of(overlay, painted)


def test_dictated_words_that_are_also_a_text_of_the_program_stay(front: FrontEnd, marked: None) -> None:
    front.preferences.replace(GERMAN)
    front.receive(StateChanged("d1", State.STARTING))
    front.receive(events.Started("d1", "local", "en", "microphone", 0.0, BEGAN))
    front.receive(events.Partial("d1", "Start"))
    overlay = shown_overlay(front.overlay)
    assert (overlay.words, overlay.accessibleDescription()) == ("Start", "Start")


# The tray icon


def stay_in_tray(front: FrontEnd) -> None:
    front.window.show()
    front.window.close()


def block(front: FrontEnd) -> None:
    front.receive(BLOCKED)


def refuse_text(front: FrontEnd) -> None:
    front.receive(
        events.NotInserted("d1", "42", message("The screen is locked."), message("Insert it."), on_clipboard=False)
    )


@pytest.mark.parametrize("tell", [stay_in_tray, block, fail, cancel, refuse_text])
def test_a_message_beside_the_icon_has_no_english_text(
    front: FrontEnd, qtbot: Any, marked: None, tell: Callable[[FrontEnd], None]
) -> None:
    resident = Resident(front, qtbot)
    resident.host(True)
    front.preferences.replace(GERMAN)
    tell(front)
    assert len(resident.icon.messages) == 1
    assert not untranslated([*resident.icon.messages[0], resident.icon.toolTip()])


# Announcements


def record_key(front: FrontEnd) -> None:
    front.dialogs.show_settings()
    recorder = front.window.findChildren(KeyRecorder)[0]
    recorder.record()
    recorder.button.releaseKeyboard()


def search_in_vain(front: FrontEnd) -> None:
    front.dialogs.show_settings()
    front.window.findChildren(SettingsDialog)[0].search.setText("qqqq")


def discard_unfinished(front: FrontEnd) -> None:
    item = events.IncompleteRecording("d1", datetime.now(), 160_000, 0, message("No microphone was found."))
    front.receive(events.IncompleteRecordingsFound((item,)))
    next(each for each in front.window.unfinished.findChildren(QPushButton) if each.text().endswith("…⟧")).click()


@pytest.mark.parametrize("act", [finish, fail, insert, record_key, search_in_vain, discard_unfinished])
def test_an_announcement_has_no_english_text(
    front: FrontEnd, marked: None, spoken: list[str], act: Callable[[FrontEnd], None]
) -> None:
    front.preferences.replace(GERMAN)
    front.show()
    act(front)
    assert spoken
    assert not untranslated(spoken)


def test_a_text_of_the_user_is_announced_as_it_is(marked: None, spoken: list[str]) -> None:
    set_language("de")
    announce(QWidget(), "Start")
    announce(QWidget(), message("Start"))
    assert spoken == ["Start", "⟦Start⟧"]


# Parts of windows


def test_the_empty_list_of_keywords_has_no_english_text(front: FrontEnd, marked: None, painted: list[str]) -> None:
    table = front.window.keywords.table
    for language in ("en", "de"):
        set_language(language)
        painted.clear()
        table.grab()
        assert len(painted) >= 2
    assert not untranslated(painted)


def test_a_deleted_dictation_without_its_text_is_explained(
    make_front: Callable[..., FrontEnd], tmp_path: Path, marked: None, qtbot: Any
) -> None:
    path = default_paths(tmp_path / "config", tmp_path / "data").history
    store = HistoryStore(path)
    store.begin(Header("d1", datetime(2026, 11, 22, tzinfo=UTC), "en", "local", "microphone"))
    store.finish("d1", 160_000, 0)
    store.close()
    front = make_front(open_history=lambda: HistoryStore(path))
    front.dialogs.show_history()
    window = front.window.findChild(HistoryWindow)
    qtbot.waitUntil(lambda: window.view.loaded is not None)
    window.delete.click()
    qtbot.waitUntil(lambda: window.undo.isVisible())
    assert window.note.text().endswith("stays among the unfinished ones.")
    set_language("de")
    assert not untranslated([window.note.text()])


def test_the_outcome_of_a_trial_follows_the_language(front: FrontEnd, marked: None) -> None:
    front.dialogs.show_keyword_lab()
    assert wait_for_tasks(5000)
    window = front.window.findChild(KeywordLabWindow)
    page = window.trial
    outcome = TrialOutcome(TriedKeywords((), {}), heard_again=2, missing=1, left_out=0, failed="")
    page.show_outcome(outcome)
    empty = page.view.placeholderText()
    set_language("de")
    texts = [page.summary.text(), page.details.text(), page.view.placeholderText()]
    assert all([*texts, empty])
    assert not untranslated(texts)


def test_the_note_of_a_recognizer_is_translated_beside_its_name(marked: None) -> None:
    choice = EngineChoice("42", "42", ("en",), message("Knows English."), needs_network=True)
    set_language("de")
    assert not untranslated([describe_engine(EngineChoices((choice,), {"en": "English"}), "42", "")])


def test_a_tooltip_with_a_foreign_name_follows_the_language(marked: None) -> None:
    widget = QWidget()
    set_text(widget.setToolTip, plain_tooltip(message("{name} is muted.", name="<42>")))
    assert widget.toolTip() == "<qt>&lt;42&gt; is muted.</qt>"
    set_language("de")
    assert widget.toolTip() == "<qt>&lt;42&gt;⟦ is muted.⟧</qt>"


def test_the_problems_of_an_imported_file_follow_the_language(qtbot: Any, marked: None) -> None:
    bar = KeywordsReport()
    qtbot.addWidget(bar)
    problems = (Problem(3, message("The written form is empty.")),) * 2
    bar.show_imports([(LoadedKeywords("42", Import((), problems)), 1, 1)])
    set_language("de")
    assert not untranslated([bar.words.text(), bar.details.toPlainText()])


def test_a_large_number_is_written_as_in_the_language(qtbot: Any, in_language: Callable[[str], None]) -> None:
    in_language("de")
    entry = LedgerEntry("2026-11", "local", "", 12_345, 0, 0, 0)
    ledger = LedgerWindow(lambda: HistoryStore(Path()), CHOICES)
    qtbot.addWidget(ledger)
    ledger.show_ledger(Ledger((entry,), (entry,)))
    assert ledger.table.item(0, 3).text() == "12.345"
    timed = TimedDictation("d1", "local", "42", Latency(first_audio=1234))
    speed = LatencyWindow(lambda: HistoryStore(Path()), CHOICES)
    qtbot.addWidget(speed)
    speed.show_timed((timed,) * 1234)
    assert [speed.table.item(0, column).text() for column in (1, 2)] == ["1.234", "1,23 s, 1,23 s"]
    assert tick_text(7.5, 0.5) == "0:07,5"
