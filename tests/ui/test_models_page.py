"""The page of models follows the events, and every button posts one command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from test_window_reach import unnamed
from window_fakes import CHOICES, FakeDictation, model

from saywrite.foundation.events import (
    FrontEndEvent,
    ModelFailed,
    ModelInfo,
    ModelProgress,
    ModelsChanged,
    ModelState,
    ModelTried,
    ModelVerified,
)
from saywrite.storage.settings.schema import Settings
from saywrite.ui.models.page import ModelsPage
from saywrite.ui.models.row import ModelRow
from saywrite.ui.models.state import ModelsState
from saywrite.ui.models.trial import ModelTrialDialog
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.preferences import Preferences

BASE, SMALL, TURBO = "whisper-base", "whisper-small", "whisper-large-v3-turbo"


class Bench:
    """The settings window on its page of models, over a hand-made dictation and a clock that is set by hand."""

    def __init__(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.dictation = FakeDictation()
        self.now = 0.0
        self.state = ModelsState(self.dictation, lambda: self.now)
        self.dialog = SettingsDialog(preferences, CHOICES, models=self.state)
        self.dialog.show_page("Recognition")

    @property
    def page(self) -> ModelsPage:
        return self.dialog.models_page

    def tell(self, *events: FrontEndEvent) -> None:
        for event in events:
            self.state.receive(event)

    def row(self, name: str) -> ModelRow:
        return self.page.rows[name]

    def buttons(self, name: str) -> list[str]:
        row = self.row(name)
        return [button.text() for button in row.buttons.values() if button.isVisibleTo(self.dialog)]

    def press(self, name: str, button: str) -> None:
        self.row(name).buttons[button].click()


def catalog(**states: ModelState) -> ModelsChanged:
    """`base`, `small`, `turbo`: their states; ready, absent and absent by default."""
    return ModelsChanged(
        (
            model(BASE, states.get("base", ModelState.READY), removable=False),
            model(SMALL, states.get("small", ModelState.ABSENT)),
            model(TURBO, states.get("turbo", ModelState.ABSENT)),
        )
    )


@pytest.fixture
def bench(qtbot: Any) -> Any:
    made = Bench(Preferences(Settings(), lambda _settings: None))
    qtbot.addWidget(made.dialog)
    with qtbot.waitExposed(made.dialog):
        made.dialog.show()
    made.tell(catalog())
    yield made
    assert wait_for_tasks(5000)


def test_the_page_asks_for_the_models_when_it_is_shown(bench: Bench) -> None:
    assert "list_models" in bench.dictation.names()


def test_page_says_that_it_is_looking_for_models(qtbot: Any) -> None:
    made = Bench(Preferences(Settings(), lambda _settings: None))
    qtbot.addWidget(made.dialog)
    assert made.page.looking.isVisibleTo(made.page)
    made.tell(catalog())
    assert not made.page.looking.isVisibleTo(made.page)


def tab_order(bench: Bench) -> list[QWidget]:
    """What Tab reaches in the dialog, from its beginning to its end."""
    found, widget = [], bench.dialog.nextInFocusChain()
    while widget is not bench.dialog:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(bench.dialog) and widget.isEnabled():
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


@pytest.mark.parametrize("early", [True, False], ids=["known before the window", "known later"])
def test_tab_has_the_models_before_the_options_below_them(qtbot: Any, early: bool) -> None:
    preferences = Preferences(Settings(), lambda _settings: None)
    made = Bench(preferences)
    if early:
        made.tell(catalog())
        made.dialog = SettingsDialog(preferences, CHOICES, models=made.state)
        made.dialog.show_page("Recognition")
    qtbot.addWidget(made.dialog)
    with qtbot.waitExposed(made.dialog):
        made.dialog.show()
    made.tell(catalog())
    qtbot.waitUntil(lambda: made.row(BASE).radio.isVisible())
    order = tab_order(made)
    places = [
        order.index(widget)
        for widget in (
            made.dialog.list,
            made.row(BASE).radio,
            made.row(TURBO).buttons["download"],
            made.page.source.line,
        )
    ]
    assert places == sorted(places)


def test_each_model_is_listed_with_its_costs_languages_and_judgement(bench: Bench) -> None:
    assert list(bench.page.rows) == [BASE, SMALL, TURBO]
    row = bench.row(TURBO)
    assert row.radio.text() == "Whisper large v3 turbo"
    assert row.facts.text() == "1.6 GB to download · 815 MB on disk · 1.9 GB of memory · MIT license"
    assert row.languages.text() == "English, German, French, Spanish, Portuguese, Chinese, Japanese and Italian"
    assert row.judgement.text().startswith("The best text.")


@pytest.mark.parametrize(
    ("state", "words", "buttons"),
    [
        (ModelState.ABSENT, "Not on this computer", ["Download"]),
        (ModelState.DOWNLOADING, "Downloading", ["Pause", "Cancel"]),
        (ModelState.PAUSED, "Paused at 0 of 484 MB", ["Resume", "Cancel"]),
        (ModelState.CONVERTING, "Being prepared for this computer", []),
        (ModelState.READY, "Ready", ["Try on my last dictation", "Verify", "Remove…"]),
        (
            ModelState.DAMAGED,
            "Damaged: its files are incomplete or were changed",
            ["Download again", "Remove…"],
        ),
    ],
)
def test_each_state_is_shown_with_its_buttons(bench: Bench, state: ModelState, words: str, buttons: list[str]) -> None:
    bench.tell(catalog(small=state))
    assert bench.row(SMALL).state.text() == words
    assert bench.buttons(SMALL) == buttons


@pytest.mark.parametrize(
    ("state", "button", "posted"),
    [
        (ModelState.ABSENT, "download", "download_model"),
        (ModelState.PAUSED, "resume", "download_model"),
        (ModelState.DAMAGED, "repair", "download_model"),
        (ModelState.DOWNLOADING, "pause", "pause_download"),
        (ModelState.DOWNLOADING, "cancel", "cancel_download"),
        (ModelState.PAUSED, "cancel", "cancel_download"),
        (ModelState.READY, "check", "verify_model"),
        (ModelState.READY, "try", "try_model"),
    ],
)
def test_each_button_posts_its_command_for_its_model(bench: Bench, state: ModelState, button: str, posted: str) -> None:
    bench.tell(catalog(small=state))
    bench.press(SMALL, button)
    assert bench.dictation.arguments(posted) == [(SMALL,)]


def test_a_download_shows_bytes_and_the_time_left(bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.DOWNLOADING))
    bench.tell(ModelProgress(SMALL, 0, 145_217_532))
    bench.now = 10.0
    bench.tell(ModelProgress(SMALL, 62_000_000, 145_217_532))
    row = bench.row(SMALL)
    assert row.progress.text() == "62 of 145 MB · 15 s left"
    assert (row.bar.value(), row.bar.maximum()) == (42, 100)
    assert row.bar.accessibleDescription() == "62 of 145 MB · 15 s left"


def test_an_absent_model_cannot_be_chosen_and_a_ready_one_can(bench: Bench) -> None:
    assert not bench.row(SMALL).radio.isEnabled()
    bench.tell(catalog(small=ModelState.READY))
    bench.row(SMALL).radio.click()
    assert bench.preferences.settings.local_model == SMALL
    assert bench.row(SMALL).state.text() == "In use"
    assert bench.row(BASE).state.text() == "Ready"
    assert not bench.row(BASE).radio.isChecked()


def test_model_is_removed_only_after_confirmation(bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.READY))
    row = bench.row(SMALL)
    bench.press(SMALL, "remove")
    assert row.question.isVisibleTo(row)
    assert "245 MB" in row.question.note.text()
    assert bench.buttons(SMALL) == []
    row.question.keep.click()
    assert "remove_model" not in bench.dictation.names()
    bench.press(SMALL, "remove")
    row.question.remove.click()
    assert bench.dictation.arguments("remove_model") == [(SMALL,)]
    assert not row.question.isVisibleTo(row)


def test_escape_answers_the_question_with_no_and_leaves_the_window_open(qtbot: Any, bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.READY))
    bench.press(SMALL, "remove")
    row = bench.row(SMALL)
    qtbot.keyClick(row.question.keep, Qt.Key.Key_Escape)
    assert not row.question.isVisibleTo(row)
    assert bench.dialog.isVisible()


def test_the_question_warns_that_the_model_is_in_use(bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.READY))
    bench.row(SMALL).radio.click()
    bench.press(SMALL, "remove")
    assert "It is in use" in bench.row(SMALL).question.note.text()


def test_texts_of_several_sentences_follow_the_language(bench: Bench, in_language: Callable[[str], None]) -> None:
    bench.tell(catalog(small=ModelState.READY), ModelVerified(SMALL))
    bench.row(SMALL).radio.click()
    bench.press(SMALL, "remove")
    english = bench.row(SMALL).state.text(), bench.row(SMALL).question.note.text()
    in_language("de")
    assert bench.row(SMALL).state.text() not in english
    assert bench.row(SMALL).question.note.text() not in english
    in_language("en")
    assert (bench.row(SMALL).state.text(), bench.row(SMALL).question.note.text()) == english


def test_a_model_of_the_installation_cannot_be_removed(bench: Bench) -> None:
    assert bench.buttons(BASE) == ["Try on my last dictation", "Verify"]


def test_failure_is_shown_at_its_model_until_the_next_attempt(bench: Bench) -> None:
    bench.tell(ModelFailed(SMALL, "The disk is full.", "Free 500 MB, then download again."))
    failure = bench.row(SMALL).failure
    assert failure.isVisibleTo(bench.dialog)
    assert failure.text() == "The disk is full. Free 500 MB, then download again."
    assert not bench.row(TURBO).failure.isVisibleTo(bench.dialog)
    bench.press(SMALL, "download")
    assert not failure.isVisibleTo(bench.dialog)


def test_a_failure_survives_the_new_state_that_comes_with_it(bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.DOWNLOADING), ModelFailed(SMALL, "No network.", "Connect."))
    bench.tell(catalog(small=ModelState.PAUSED))
    assert bench.row(SMALL).failure.text() == "No network. Connect."
    bench.tell(catalog(small=ModelState.DOWNLOADING))
    assert bench.row(SMALL).failure.isVisibleTo(bench.dialog)  # tried again by itself: nothing has arrived yet
    bench.tell(ModelProgress(SMALL, 1, 100))
    assert not bench.row(SMALL).failure.isVisibleTo(bench.dialog)


def test_verified_is_shown_only_after_the_event(bench: Bench) -> None:
    bench.press(BASE, "check")
    row = bench.row(BASE)
    assert row.progress.text() == "Comparing the files with their checksums…"
    bench.tell(catalog(small=ModelState.DOWNLOADING))  # the state of another model tells nothing about this one
    assert "verified" not in row.state.text()
    assert row.progress.isVisibleTo(bench.dialog)
    bench.tell(ModelVerified(BASE))
    assert row.state.text() == "In use, files verified"
    assert not row.progress.isVisibleTo(bench.dialog)


def test_damaged_model_is_not_called_verified(bench: Bench) -> None:
    bench.tell(ModelVerified(BASE), catalog(base=ModelState.DAMAGED))
    assert bench.row(BASE).state.text().startswith("Damaged")


# Trying a model


def trial(bench: Bench) -> ModelTrialDialog:
    (dialog,) = bench.dialog.findChildren(ModelTrialDialog)
    return dialog


def test_a_trial_shows_both_texts_with_their_differences(bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.READY))
    bench.press(SMALL, "try")
    assert bench.row(SMALL).progress.text() == "Recognizing your last dictation…"
    bench.tell(ModelTried(SMALL, "d1", "ask Ines wether", "Ask Ines whether", 2.74))
    dialog = trial(bench)
    assert dialog.now.view.toPlainText() == "ask Ines wether"
    assert dialog.tried.view.toPlainText() == "Ask Ines whether"
    assert dialog.now.marks == ("ask", "wether")
    assert dialog.tried.marks == ("Ask", "whether")
    assert dialog.summary.text().startswith("Differences: 2 of 3 words.")
    assert not bench.row(SMALL).progress.isVisibleTo(bench.dialog)
    assert unnamed(dialog) == []


def test_the_tried_model_can_be_used_from_there(bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.READY), ModelTried(SMALL, "d1", "a", "b", 1.0))
    trial(bench).use.click()
    assert bench.preferences.settings.local_model == SMALL


def test_the_model_in_use_cannot_be_chosen_again(bench: Bench) -> None:
    bench.tell(ModelTried(BASE, "d1", "a", "a", 1.0))
    assert not trial(bench).use.isEnabled()
    assert trial(bench).summary.text() == "Both texts are the same."


def test_failed_trial_shows_its_reason_at_the_model(bench: Bench) -> None:
    bench.press(BASE, "try")
    bench.tell(ModelFailed(BASE, "There is no dictation to try it on.", "Dictate something first."))
    row = bench.row(BASE)
    assert row.failure.text() == "There is no dictation to try it on. Dictate something first."
    assert row.buttons["try"].isEnabled()


def test_trial_that_ends_with_a_closed_window_opens_nothing(bench: Bench) -> None:
    bench.dialog.close()
    bench.tell(ModelTried(BASE, "d1", "a", "b", 1.0))
    assert bench.dialog.findChildren(ModelTrialDialog) == []


# Where models come from, and the switch


def test_folder_is_saved_when_the_line_loses_the_focus(qtbot: Any, bench: Bench, tmp_path: Path) -> None:
    line = bench.page.source.line
    line.setText(f"  {tmp_path} ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert bench.preferences.settings.model_source == str(tmp_path)
    assert bench.dialog.isVisible()


def test_invalid_address_is_not_saved_and_can_be_corrected(qtbot: Any, bench: Bench) -> None:
    line = bench.page.source.line
    line.setText("http://models.example.com")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert bench.preferences.settings.model_source == ""
    assert "https" in bench.page.source_problem.text()
    assert bench.page.source_problem.isVisibleTo(bench.page)
    bench.preferences.update(theme="dark")
    assert line.text() == "http://models.example.com"
    line.setText("")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert not bench.page.source_problem.isVisibleTo(bench.page)
    bench.preferences.update(theme="system")


def test_words_while_speaking_are_switched_on_the_page(bench: Bench) -> None:
    bench.dialog.editor("live_text").click()
    assert not bench.preferences.settings.live_text


# Reach


def test_everything_on_the_page_has_a_name(bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.READY, turbo=ModelState.PAUSED))
    bench.press(SMALL, "remove")
    assert unnamed(bench.dialog) == []


def test_tab_reaches_every_button_and_scrolls_it_into_view(qtbot: Any, qapp: QApplication, bench: Bench) -> None:
    bench.dialog.resize(560, 300)
    bench.tell(catalog(small=ModelState.READY, turbo=ModelState.DOWNLOADING))
    qapp.processEvents()
    wanted = {b for b in bench.page.findChildren(QPushButton) if b.isVisible() and b.isEnabled()}
    assert len(wanted) > 6
    bench.row(BASE).radio.setFocus()
    reached: set[QWidget] = set()
    for _ in range(40):
        current = bench.dialog.focusWidget()
        reached.add(current)
        if current in wanted:
            seen = current.visibleRegion().boundingRect()
            assert seen == current.rect(), current.text()
        qtbot.keyClick(current, Qt.Key.Key_Tab)
    assert wanted - reached == set()


def test_focus_stays_at_the_model_when_its_button_is_hidden(qtbot: Any, bench: Bench) -> None:
    button = bench.row(SMALL).buttons["download"]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    bench.tell(catalog(small=ModelState.DOWNLOADING))
    assert bench.dialog.focusWidget() is bench.row(SMALL).buttons["pause"]


def test_focus_elsewhere_stays_there_when_a_model_changes(bench: Bench) -> None:
    bench.dialog.activateWindow()
    bench.row(SMALL).buttons["download"].setFocus()
    bench.page.source.line.setFocus()
    for state in (ModelState.DOWNLOADING, ModelState.READY):
        bench.tell(catalog(small=state))
        assert bench.dialog.focusWidget() is bench.page.source.line


def cut_off(root: QWidget) -> list[str]:
    """Visible widgets of `root` that reach beyond its width, or are narrower than they can be."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or widget.width() == 0:
            continue
        left = widget.mapTo(root, widget.rect().topLeft()).x()
        if left < 0 or left + widget.width() > root.width() or widget.width() < widget.minimumSizeHint().width():
            found.append(f"{type(widget).__name__} {widget.accessibleName()}")
    return found


@pytest.mark.parametrize("points", [9.0, 18.0])
def test_nothing_is_cut_off_in_a_small_window_or_with_large_letters(
    qtbot: Any, qapp: QApplication, points: float, make_bench: Callable[[], Bench]
) -> None:
    font = QFont(qapp.font())
    before = QFont(font)
    font.setPointSizeF(points)
    qapp.setFont(font)
    try:
        bench = make_bench()
        bench.dialog.resize(600, 380)
        bench.tell(catalog(small=ModelState.READY, turbo=ModelState.DOWNLOADING))
        bench.tell(ModelFailed(BASE, "A failure of many words. " * 6, "And its remedy, as long as that. " * 4))
        qapp.processEvents()
        assert bench.dialog.width() <= 640
        assert cut_off(bench.page.widget()) == []
    finally:
        qapp.setFont(before)


@pytest.fixture
def make_bench(qtbot: Any) -> Callable[[], Bench]:
    def make() -> Bench:
        made = Bench(Preferences(Settings(), lambda _settings: None))
        qtbot.addWidget(made.dialog)
        with qtbot.waitExposed(made.dialog):
            made.dialog.show()
        return made

    return make


def test_progress_bar_moves_only_while_visible(qtbot: Any, bench: Bench) -> None:
    bench.tell(catalog(small=ModelState.CONVERTING))
    line = bench.row(SMALL).bar
    assert line.is_moving
    bench.dialog.show_page("Dictation")
    assert not line.is_moving
    bench.dialog.show_page("Recognition")
    assert line.is_moving
    bench.tell(catalog(small=ModelState.READY))
    assert not line.is_moving


def test_another_catalog_replaces_the_rows(bench: Bench) -> None:
    models: tuple[ModelInfo, ...] = (model(TURBO), model(BASE))
    bench.tell(ModelsChanged(models))
    assert list(bench.page.rows) == [TURBO, BASE]
