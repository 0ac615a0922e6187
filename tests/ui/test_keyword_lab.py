"""The keyword lab: keywords are edited in a copy, tried on the history, and saved with “Apply” only."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMessageBox, QPushButton, QWidget
from window_fakes import FakeDictation

from saywrite.dictation.models.transcribing_child import Retranscriber
from saywrite.foundation.events import Segment
from saywrite.foundation.paths import default_paths
from saywrite.storage.history.records.corrections import corrections, find_forgotten, keep_original
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.keywords.lab.comparison_view import Shown
from saywrite.ui.keywords.lab.rules_model import HITS
from saywrite.ui.keywords.lab.window import KeywordLabWindow
from saywrite.ui.keywords.model import WRITTEN
from saywrite.ui.keywords.table import PADDING
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.preferences import Preferences

AT = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
KUBERNETES, MAY, UNUSED = Keyword("k eight s", "Kubernetes"), Keyword("may", "May"), Keyword("sayrite", "Saywrite")
POSTGRES = Keyword("post gress", "Postgres")
TEXTS = ("is the k eight s cluster up", "you may restart post gress", "nothing else")


class Lab:
    """A history with dictations, and a lab over it. `history` is for the test's own thread.

    The lab's threads wait until the history is `readable`.
    """

    def __init__(self, folder: Path, qtbot: Any) -> None:
        self.paths = default_paths(folder / "config", folder / "data")
        self.history = HistoryStore(self.paths.history)
        self.preferences = Preferences(Settings(), lambda _settings: None)
        self.applied: list[tuple[Keyword, ...]] = []
        self.readable = threading.Event()
        self.readable.set()
        self._qtbot = qtbot

    def dictate(self, number: int, text: str, *, recorded: bool = False) -> str:
        header = Header(f"d{number}", AT + timedelta(hours=number), "en", "local", "microphone")
        self.history.begin(header)
        self.history.add_segment(header.dictation, Segment(1, text.capitalize(), text, 0, 16_000))
        self.history.finish(header.dictation, 16_000, 16_000)
        if recorded:
            with Journal.create(self.paths.recordings, header) as journal:
                journal.append(b"\1\0" * 16_000)
                journal.end(complete=True)
            finish_recording(self.paths.recordings / header.dictation, keep=True)
        return header.dictation

    def correct(self, dictation: str, text: str) -> None:
        keep_original(self.history, dictation, 1)
        self.history.edit_segment(dictation, 1, text)

    def open(self, *keywords: Keyword, program: str = "") -> KeywordLabWindow:
        """Open the lab; `program` is the Python source of a program in place of `saywrite`."""
        retranscriber = None
        if program:
            script = self.paths.data / "program.py"
            script.write_text("import json, sys\n" + program)
            retranscriber = Retranscriber(self.paths, (sys.executable, str(script)), os.environ)
        lab = KeywordLabWindow(keywords, self._open_history, self.preferences, retranscriber)
        lab.applied.connect(self.applied.append)
        self._qtbot.addWidget(lab)
        with self._qtbot.waitExposed(lab):
            lab.show()
        assert wait_for_tasks(5_000)
        return lab

    def _open_history(self) -> HistoryStore:
        assert self.readable.wait(20), "the history is read on the thread that would make it readable"
        return HistoryStore(self.paths.history)

    def try_keywords(self, lab: KeywordLabWindow) -> None:
        before = lab.trial.outcome
        lab.trial.try_button.click()
        self._qtbot.waitUntil(lambda: lab.trial.outcome is not before and not lab.runner.running, timeout=20_000)


@pytest.fixture
def bench(tmp_path: Path, qtbot: Any) -> Iterator[Lab]:
    made = Lab(tmp_path, qtbot)
    for number, text in enumerate(TEXTS):
        made.dictate(number, text)
    yield made
    assert wait_for_tasks(5_000)
    made.history.close()


def cell(lab: KeywordLabWindow, row: int, column: int) -> Any:
    return lab.panel.shown.index(row, column)


def write(lab: KeywordLabWindow, row: int, written: str) -> None:
    lab.panel.shown.setData(cell(lab, row, WRITTEN), written)


def marked(lab: KeywordLabWindow) -> list[str]:
    """The underlined words of the comparison, in the order of the page."""
    found = []
    block = lab.trial.view.document().begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if fragment.charFormat().fontUnderline():
                found.append(fragment.text())
            iterator += 1
        block = block.next()
    return found


def test_a_changed_keyword_shows_the_texts_before_and_after_with_marks(bench: Lab) -> None:
    lab = bench.open(KUBERNETES)
    write(lab, 0, "K8s")
    bench.try_keywords(lab)
    page = lab.trial.view.toPlainText()
    assert "Before: Is the Kubernetes cluster up" in page
    assert "After: Is the K8s cluster up" in page
    assert "nothing else" not in page.casefold(), "only changed texts are shown"
    assert marked(lab) == ["Kubernetes", "K8s"]
    assert lab.trial.summary.text() == "1 of 3 dictations changes. 1 hit."
    assert cell(lab, 0, HITS).data() == "1"


def test_the_heading_of_the_hits_is_not_cut(bench: Lab) -> None:
    header = bench.open().panel.table.horizontalHeader()
    assert header.model().headerData(HITS, Qt.Orientation.Horizontal) == "Hits"
    room = header.sectionSize(HITS) - header._margin() - PADDING
    assert room >= header.fontMetrics().horizontalAdvance("Hits")


def test_nothing_is_saved_before_apply(bench: Lab) -> None:
    lab = bench.open(KUBERNETES)
    write(lab, 0, "K8s")
    bench.try_keywords(lab)
    lab.buttons.button(QDialogButtonBox.StandardButton.Cancel).click()
    assert bench.applied == []
    lab = bench.open(KUBERNETES)
    write(lab, 0, "K8s")
    lab.apply.click()
    assert bench.applied == [(Keyword("k eight s", "K8s"),)]
    assert not lab.isVisible()


def test_an_unfinished_row_survives(bench: Lab) -> None:
    lab = bench.open(KUBERNETES, Keyword("half", ""))
    lab.apply.click()
    assert bench.applied == [(KUBERNETES, Keyword("half", ""))]


def test_keywords_to_check_have_a_mark_and_the_selected_one_its_reason(bench: Lab) -> None:
    lab = bench.open(KUBERNETES, MAY, UNUSED)
    bench.try_keywords(lab)
    assert lab.trial.summary.text() == "0 of 3 dictations change. 2 hits. 2 keywords to check."
    lab.panel.table.selectRow(0)
    assert not lab.advice.isVisible()
    lab.panel.table.selectRow(1)
    assert lab.advice.text() == "“may” is ordinary speech: it would be replaced everywhere."
    lab.panel.table.selectRow(2)
    assert lab.advice.text() == "“sayrite” is in none of these dictations."
    write(lab, 2, "Say write")
    assert not lab.advice.isVisible(), "a changed keyword was not tried"
    assert cell(lab, 2, HITS).data() == "–"


def test_the_list_shows_hits_of_all_keywords_or_of_the_selected_one(bench: Lab) -> None:
    lab = bench.open(KUBERNETES, MAY)
    bench.try_keywords(lab)
    assert "change nothing" in lab.trial.view.placeholderText()
    lab.trial.shown.setCurrentIndex(lab.trial.shown.findData(Shown.HITS.value))
    assert marked(lab) == ["May", "Kubernetes"], "the newest dictation is the first"
    assert "Unchanged: You May restart" in lab.trial.view.toPlainText()
    lab.trial.shown.setCurrentIndex(lab.trial.shown.findData(Shown.SELECTED.value))
    lab.panel.table.selectRow(0)
    assert marked(lab) == ["Kubernetes"]
    lab.panel.table.selectRow(1)
    assert marked(lab) == ["May"]


def test_a_change_after_the_trial_is_pointed_out(bench: Lab) -> None:
    lab = bench.open(KUBERNETES)
    bench.try_keywords(lab)
    assert not lab.trial.details.isVisible()
    write(lab, 0, "K8s")
    assert lab.trial.details.isVisible()
    assert "try them again" in lab.trial.details.text()
    bench.try_keywords(lab)
    assert not lab.trial.details.isVisible()


def test_a_change_during_the_trial_is_pointed_out(bench: Lab, qtbot: Any) -> None:
    """Recognizing fifty recordings takes minutes."""
    lab = bench.open(KUBERNETES)
    bench.readable.clear()
    lab.trial.try_button.click()
    write(lab, 0, "K8s")
    bench.readable.set()
    qtbot.waitUntil(lambda: lab.trial.outcome is not None, timeout=20_000)
    assert "try them again" in lab.trial.details.text()


def test_without_dictations_the_lab_says_so(tmp_path: Path, qtbot: Any) -> None:
    empty = Lab(tmp_path, qtbot)
    lab = empty.open(KUBERNETES)
    empty.try_keywords(lab)
    assert lab.trial.summary.text() == "There are no dictations yet to try the keywords on."
    empty.history.close()


def test_a_history_that_cannot_be_opened_is_reported(bench: Lab, qtbot: Any, caplog: pytest.LogCaptureFixture) -> None:
    lab = bench.open(KUBERNETES)
    bench.history.close()
    bench.paths.history.write_bytes(b"no database" * 100)
    lab.trial.try_button.click()
    qtbot.waitUntil(lambda: "history" in lab.trial.summary.text(), timeout=10_000)
    assert lab.trial.try_button.isVisible()
    assert "SQLITE_NOTADB" in caplog.text


AGAIN = """
print(json.dumps({"event": "final", "text": "x", "raw": "k eight s again", "start": 0, "end": 1, "segment": 1}))
print(json.dumps({"event": "finished", "pending_s": 0}))
"""


def test_recordings_are_recognized_again_only_if_the_user_ticks_it(bench: Lab) -> None:
    bench.dictate(9, "kate is up", recorded=True)
    lab = bench.open(KUBERNETES, program=AGAIN)
    bench.try_keywords(lab)
    assert lab.trial.outcome is not None
    assert lab.trial.outcome.heard_again == 0
    lab.trial.recordings.setChecked(True)
    bench.try_keywords(lab)
    assert "Before: Kate is up" in lab.trial.view.toPlainText()
    assert "After: Kubernetes again" in lab.trial.view.toPlainText()
    assert lab.trial.details.text() == (
        "1 recording was recognized again. 3 dictations have no recording: their texts were used."
    )


def test_recognizing_recordings_shows_progress_and_can_be_stopped(bench: Lab, qtbot: Any) -> None:
    bench.dictate(9, "kate is up", recorded=True)
    lab = bench.open(KUBERNETES, program="import threading; threading.Event().wait()")
    lab.trial.recordings.setChecked(True)
    lab.trial.try_button.click()
    qtbot.waitUntil(lambda: lab.trial.summary.text() == "Recognizing recording 1 of 1", timeout=10_000)
    assert (lab.trial.progress.value(), lab.trial.progress.maximum()) == (0, 1)
    lab.trial.stop.click()
    qtbot.waitUntil(lambda: lab.trial.summary.text() == "The trial was stopped.", timeout=10_000)
    assert lab.trial.try_button.isVisible()
    assert not lab.trial.stop.isVisible()


def test_closing_the_lab_stops_its_trial(bench: Lab, qtbot: Any) -> None:
    bench.dictate(9, "kate is up", recorded=True)
    lab = bench.open(KUBERNETES, program="import threading; threading.Event().wait()")
    lab.trial.recordings.setChecked(True)
    lab.trial.try_button.click()
    qtbot.waitUntil(lambda: "Recognizing" in lab.trial.summary.text(), timeout=10_000)
    lab.reject()
    qtbot.waitUntil(lambda: not lab.runner.running, timeout=10_000)


@pytest.mark.parametrize(
    ("answer", "open_after", "applied"), [("Apply", False, 1), ("Discard", False, 0), ("Keep editing", True, 0)]
)
def test_escape_with_changes_asks_what_becomes_of_them(
    bench: Lab, qtbot: Any, answer: str, open_after: bool, applied: int
) -> None:
    lab = bench.open(KUBERNETES)
    lab.panel.add(POSTGRES)
    qtbot.keyClick(lab, Qt.Key.Key_Escape)
    assert lab.isVisible()
    [box] = lab.findChildren(QMessageBox)
    [button] = [each for each in box.buttons() if each.text().replace("&", "") == answer]
    button.click()
    assert lab.isVisible() is open_after
    assert len(bench.applied) == applied


def test_a_program_that_quits_applies_the_changes(bench: Lab, qapp: QApplication) -> None:
    lab = bench.open(KUBERNETES)
    lab.panel.add(POSTGRES)
    qapp.setProperty("quitting", True)
    closed = lab.close()
    qapp.setProperty("quitting", None)
    assert closed, "a window that stays open would stop the program from quitting"
    assert bench.applied == [(KUBERNETES, POSTGRES)]


def test_escape_without_changes_closes_the_lab(bench: Lab, qtbot: Any) -> None:
    lab = bench.open(KUBERNETES)
    qtbot.keyClick(lab, Qt.Key.Key_Escape)
    assert not lab.isVisible()


# Suggestions


def test_a_correction_is_suggested_and_added_with_undo(bench: Lab, qtbot: Any) -> None:
    bench.correct("d1", "You may restart Postgres")
    lab = bench.open(KUBERNETES)
    page = lab.suggestions
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=5_000)
    assert page.list.item(0).text() == "“post gress” → “Postgres” (corrected once)"
    assert lab.tabs.tabText(1) == "Su&ggestions (1)"
    page.add.click()
    assert page.message.text() == "“post gress” was added to the list; press Apply to use it."
    assert lab.panel.keywords() == (KUBERNETES, POSTGRES)
    assert page.list.count() == 0
    page.undo.click()
    assert lab.panel.keywords() == (KUBERNETES,)
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=5_000)
    assert bench.applied == []


def test_a_forgotten_suggestion_stays_away_until_it_is_undone(bench: Lab, qtbot: Any) -> None:
    bench.correct("d1", "You may restart Postgres")
    lab = bench.open()
    page = lab.suggestions
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=5_000)
    page.forget.click()
    qtbot.waitUntil(lambda: find_forgotten(bench.history)(POSTGRES), timeout=5_000)
    assert bench.open().suggestions.list.count() == 0
    page.undo.click()
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=5_000)


def test_remembered_corrections_are_deleted_by_a_button(bench: Lab, qtbot: Any) -> None:
    bench.correct("d1", "You may restart Postgres")
    page = bench.open().suggestions
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=5_000)
    assert page.clear.isEnabled()
    page.clear.click()
    qtbot.waitUntil(lambda: page.message.text() == "1 correction deleted; its text stays.", timeout=5_000)
    assert corrections(bench.history) == ()
    loaded = bench.history.load("d1")
    assert loaded is not None
    assert loaded.segments[0].text == "You may restart Postgres"
    qtbot.waitUntil(lambda: page.list.count() == 0, timeout=5_000)
    assert not page.clear.isEnabled(), "there is nothing left to delete"
    page.undo.click()
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=5_000)
    assert page.clear.isEnabled()


@pytest.mark.parametrize(
    ("button", "refused"), [("clear", "INSERT ON originals"), ("forget", "DELETE ON forgotten_suggestions")]
)
def test_an_undo_that_the_history_refuses_is_offered_again(bench: Lab, qtbot: Any, button: str, refused: str) -> None:
    bench.correct("d1", "You may restart Postgres")
    page = bench.open().suggestions
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=5_000)
    trigger = f"CREATE TRIGGER refuse BEFORE {refused} BEGIN SELECT RAISE(FAIL, 'refused'); END"
    bench.history.in_transaction(lambda connection: connection.execute(trigger))
    getattr(page, button).click()
    qtbot.waitUntil(lambda: page.list.count() == 0 and page.undo.isVisibleTo(page), timeout=5_000)
    assert wait_for_tasks(5_000)
    page.undo.click()
    qtbot.waitUntil(lambda: "not in the history" in page.message.text(), timeout=5_000)
    assert page.undo.isVisibleTo(page)
    bench.history.in_transaction(lambda connection: connection.execute("DROP TRIGGER refuse"))
    page.undo.click()
    qtbot.waitUntil(lambda: page.list.count() == 1, timeout=5_000)


def test_the_switch_is_off_at_first_and_changes_the_setting(bench: Lab) -> None:
    page = bench.open().suggestions
    assert not Settings().suggest_keywords
    assert not page.switch.isChecked()
    assert "If this is on" in page.note.text()
    page.switch.click()
    assert bench.preferences.settings.suggest_keywords
    assert "is suggested here" in page.note.text()


# The window


def focusable(lab: QWidget) -> list[QWidget]:
    return [
        each for each in lab.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible()
    ]


@pytest.mark.parametrize("tab", [0, 1])
def test_everything_has_a_name_and_can_be_reached_by_keyboard(bench: Lab, tab: int) -> None:
    lab = bench.open(KUBERNETES)
    lab.tabs.setCurrentIndex(tab)
    nameless = [
        type(each).__name__
        for each in focusable(lab)
        if not QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name)
        and type(each).__name__ not in ("QTabBar", "QSplitterHandle", "QTabWidget")
    ]
    assert nameless == []
    for button in lab.findChildren(QPushButton):
        if button.isVisible() and button.isEnabled():
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_nothing_is_cut_off_at_640_by_420(bench: Lab) -> None:
    lab = bench.open(KUBERNETES, MAY)
    for tab in (0, 1):
        lab.tabs.setCurrentIndex(tab)
        lab.resize(640, 420)
        assert (lab.width(), lab.height()) == (640, 420), "its least size is larger"
        for each in focusable(lab):
            place = each.rect().translated(each.mapTo(lab, each.rect().topLeft()))
            assert lab.rect().contains(place), f"{type(each).__name__} is cut off"


def test_apply_is_placed_by_the_platform(bench: Lab) -> None:
    lab = bench.open()
    assert lab.buttons.buttonRole(lab.apply) is QDialogButtonBox.ButtonRole.AcceptRole


def test_the_enter_key_tries_and_does_not_apply(bench: Lab, qtbot: Any) -> None:
    lab = bench.open(KUBERNETES)
    qtbot.keyClick(lab, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: lab.trial.outcome is not None, timeout=10_000)
    assert bench.applied == []
    assert lab.isVisible()


def test_ten_thousand_dictations_do_not_block_the_window(bench: Lab, qtbot: Any) -> None:
    def fill(connection: Any) -> None:
        connection.executemany(
            "INSERT INTO dictations (id, began, at, language, engine, source, finished) VALUES (?,?,?,?,?,?,1)",
            ((f"x{n}", AT.isoformat(), n, "en", "local", "microphone") for n in range(10_000)),
        )
        connection.executemany(
            "INSERT INTO segments (dictation, number, start, end, text, raw) VALUES (?,1,0,1,?,?)",
            ((f"x{n}", "Post gress", "post gress") for n in range(10_000)),
        )

    bench.history.in_transaction(fill)
    lab = bench.open(KUBERNETES)
    bench.readable.clear()
    lab.trial.try_button.click()  # returns at once: it does not wait for the history
    bench.readable.set()
    qtbot.waitUntil(lambda: lab.trial.outcome is not None, timeout=20_000)
    assert lab.trial.outcome is not None
    assert len(lab.trial.outcome.tried.texts) == 50


# In the program


@pytest.fixture
def front_with_history(make_front: Callable[..., FrontEnd], tmp_path: Path) -> FrontEnd:
    path = tmp_path / "history.sqlite3"
    HistoryStore(path).close()
    return make_front(open_history=lambda: HistoryStore(path), keywords=(KUBERNETES,))


def opened_lab(front: FrontEnd) -> KeywordLabWindow:
    (found,) = front.window.findChildren(KeywordLabWindow)
    return found


def test_apply_gives_the_keywords_to_the_dictation_and_can_be_undone(
    front_with_history: FrontEnd, dictation: FakeDictation
) -> None:
    front = front_with_history
    front.window.keywords.lab_button.click()
    lab = opened_lab(front)
    write(lab, 0, "K8s")
    assert dictation.arguments("set_keywords") == []
    lab.apply.click()
    assert dictation.arguments("set_keywords")[-1] == ((Keyword("k eight s", "K8s"),),)
    front.window.keywords.report.undo.click()
    assert dictation.arguments("set_keywords")[-1] == ((KUBERNETES,),)


def test_an_apply_without_a_change_saves_nothing(front_with_history: FrontEnd, dictation: FakeDictation) -> None:
    front_with_history.window.actions_.keyword_lab.trigger()
    opened_lab(front_with_history).apply.click()
    assert dictation.arguments("set_keywords") == []


def test_the_settings_open_the_lab(front_with_history: FrontEnd) -> None:
    front = front_with_history
    front.dialogs.show_settings()
    settings = front.dialogs._settings
    assert settings is not None
    settings.show_page("Keywords")
    (button,) = [each for each in settings.findChildren(QPushButton) if "last dictations" in each.text()]
    button.click()
    assert opened_lab(front).isVisible()
