"""The main window shows the state of the chosen model: name, download, and what happens to the words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from test_window_reach import unnamed
from window_fakes import BEGAN, FakeDictation, model

from saywrite.foundation import events
from saywrite.foundation.events import (
    EngineChanged,
    EngineState,
    ModelFailed,
    ModelProgress,
    ModelsChanged,
    ModelState,
    State,
)
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.transcript.live.partial_text import PartialText, lighter_text

SPEAK = "You can already speak: your words are recorded, and written as soon as the model is here."
NO_MODEL = EngineChanged(
    "local", EngineState.UNAVAILABLE, "The recognition model is not here.", "Download it.", awaits_model=True
)
NO_WHEEL = EngineChanged(
    "local", EngineState.UNAVAILABLE, "There is no build for ARM.", "Choose aiOla as the recognizer."
)


def models(state: ModelState, small: ModelState = ModelState.ABSENT) -> ModelsChanged:
    return ModelsChanged((model(state=state), model("whisper-small", small)))


def word(front: FrontEnd) -> str:
    return front.window.control_bar.indicator.word


def bar_shown(front: FrontEnd) -> bool:
    return front.window.model_bar.isVisibleTo(front.window)


def test_the_models_are_asked_for_once_the_window_is_painted(qtbot: Any, shown: FrontEnd, dictation: Any) -> None:
    qtbot.waitUntil(lambda: "list_models" in dictation.names())


def test_the_engine_is_named_after_the_model_in_use(front: FrontEnd) -> None:
    assert front.window.control_bar.engine.currentText() == "Whisper base · on this computer"
    front.preferences.update(local_model="whisper-large-v3-turbo")
    assert front.window.control_bar.engine.currentText() == "Whisper large v3 turbo · on this computer"
    assert front.window.empty.texts()[2].startswith("Whisper large v3 turbo on this computer: English, German")


def test_bar_says_in_the_language_of_the_program_how_serious_it_is(
    front: FrontEnd, dictation: FakeDictation, in_language: Callable[[str], None]
) -> None:
    bar = front.window.model_bar
    dictation.tell(models(ModelState.ABSENT))
    assert bar.accessibleName().startswith("info: Whisper base is not")
    in_language("de")
    assert bar.accessibleName().startswith("Hinweis: ")


def test_with_a_model_there_is_no_bar(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.READY))
    dictation.tell(EngineChanged("local", EngineState.READY))
    assert not bar_shown(front)
    assert word(front) == "ready"


def test_nothing_is_shown_before_the_models_are_known(front: FrontEnd) -> None:
    assert not bar_shown(front)
    assert word(front) == "loads when needed"


def test_download_shows_progress_and_that_dictation_is_possible(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.DOWNLOADING))
    dictation.tell(ModelProgress("whisper-base", 62_000_000, 145_217_532))
    assert front.window.model_bar.texts() == ("Whisper base is being downloaded: 62 of 145 MB", SPEAK)
    assert front.window.model_bar.progress.value() == 42
    assert word(front) == "downloading 42 %"
    assert "You can already speak" in front.window.control_bar.indicator.toolTip()


@pytest.mark.parametrize("state", [ModelState.ABSENT, ModelState.DOWNLOADING, ModelState.DAMAGED])
def test_computer_that_cannot_recognize_with_any_model_is_named_instead_of_the_model(
    state: ModelState, front: FrontEnd, dictation: FakeDictation
) -> None:
    dictation.tell(models(state))
    assert bar_shown(front)
    dictation.tell(NO_WHEEL)
    assert front.window.notices.texts() == ["There is no build for ARM. Choose aiOla as the recognizer."]
    assert not bar_shown(front)
    assert word(front) == "unavailable"
    dictation.tell(models(ModelState.DOWNLOADING))
    assert front.window.notices.texts() == ["There is no build for ARM. Choose aiOla as the recognizer."]
    assert not bar_shown(front)


def test_bar_replaces_the_notice_of_the_engine(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(NO_MODEL)
    assert front.window.notices.texts() == ["The recognition model is not here. Download it."]
    dictation.tell(models(ModelState.ABSENT))
    assert front.window.notices.texts() == []
    assert bar_shown(front)
    dictation.tell(models(ModelState.READY))
    assert front.window.notices.texts() == ["The recognition model is not here. Download it."]


@pytest.mark.parametrize(
    ("state", "what", "button"),
    [
        (ModelState.ABSENT, "Whisper base is not on this computer yet.", "Download (145 MB)"),
        (ModelState.PAUSED, "The download of Whisper base is paused at 0 of 145 MB.", "Resume"),
        (ModelState.DAMAGED, "Whisper base is damaged: its files are incomplete or were changed.", "Download again"),
    ],
)
def test_button_of_the_bar_starts_the_download(
    front: FrontEnd, dictation: FakeDictation, state: ModelState, what: str, button: str
) -> None:
    dictation.tell(models(state))
    bar = front.window.model_bar
    assert bar.texts() == (what, SPEAK)
    assert bar.action.text() == button
    bar.action.click()
    assert dictation.arguments("download_model") == [("whisper-base",)]


def test_a_download_can_be_paused_from_the_bar(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.DOWNLOADING))
    front.window.model_bar.action.click()
    assert dictation.arguments("pause_download") == [("whisper-base",)]


def test_paused_download_shows_what_lies_on_disk_not_the_progress_of_the_last_source(
    front: FrontEnd, dictation: FakeDictation
) -> None:
    dictation.tell(models(ModelState.DOWNLOADING))
    dictation.tell(ModelProgress("whisper-base", 62_000_000, 145_217_532))
    dictation.tell(ModelProgress("whisper-base", 2_309, 133_343_666))
    paused = model(state=ModelState.PAUSED, arrived_bytes=62_000_000)
    dictation.tell(ModelsChanged((paused,)))
    assert front.window.model_bar.texts()[0] == "The download of Whisper base is paused at 62 of 145 MB."
    assert front.window.model_bar.progress.value() == 42


def test_failed_download_shows_its_remedy_and_can_be_repeated(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.PAUSED))
    dictation.tell(ModelFailed("whisper-base", "There is no network.", "Connect this computer."))
    bar = front.window.model_bar
    assert bar.texts() == ("There is no network.", f"Connect this computer. {SPEAK}")
    assert (bar.action.text(), bar.settings.text()) == ("Try again", "Choose a folder…")
    assert word(front) == "no model"
    bar.action.click()
    assert dictation.arguments("download_model") == [("whisper-base",)]
    assert "no network" not in bar.texts()[0]


def test_the_bar_leads_to_the_models(qtbot: Any, shown: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.ABSENT))
    shown.window.model_bar.settings.click()
    dialog = shown.window.findChild(SettingsDialog)
    page = dialog.models_page
    assert page.isVisible()
    qtbot.waitUntil(lambda: page.source.line.visibleRegion().boundingRect() == page.source.line.rect())
    assert dialog.focusWidget() is page.source.line
    assert list(dialog.models_page.rows) == ["whisper-base", "whisper-small"]


def test_dismissed_bar_returns_after_a_change(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.DOWNLOADING))
    front.window.model_bar.close_button.click()
    dictation.tell(ModelProgress("whisper-base", 80_000_000, 145_217_532))
    assert not bar_shown(front)
    dictation.tell(ModelFailed("whisper-base", "The disk is full.", "Free some space."))
    assert bar_shown(front)


def test_only_the_model_in_use_matters(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.READY, small=ModelState.DOWNLOADING))
    assert not bar_shown(front)
    front.preferences.update(local_model="whisper-small")
    assert bar_shown(front)
    front.preferences.update(engine="aiola")
    assert not bar_shown(front)
    assert word(front) == "connects when needed"


def test_recording_without_a_model_explains_that_text_follows(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.DOWNLOADING))
    assert front.window.empty.texts()[:2] == (
        "Press Start and speak",
        "Your words are recorded. They are written as soon as the model is here.",
    )
    dictation.tell(events.StateChanged("d1", State.LISTENING))
    assert word(front) == "recording, text follows"
    assert front.window.empty.texts()[:2] == (
        "Recording",
        "Speak. Your words are written as soon as the model is here.",
    )
    dictation.tell(models(ModelState.READY))
    assert front.window.empty.texts()[0] == "Listening"
    dictation.tell(events.StateChanged("d1", State.IDLE))
    dictation.tell(EngineChanged("local", EngineState.READY))
    assert word(front) == "ready"


def test_everything_in_the_bar_has_a_name(shown: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(models(ModelState.ABSENT))
    assert unnamed(shown.window) == []


@pytest.mark.parametrize("state", [ModelState.DOWNLOADING, ModelState.ABSENT])
def test_bar_is_not_cut_off_in_a_small_window(
    qtbot: Any, qapp: QApplication, shown: FrontEnd, dictation: FakeDictation, state: ModelState
) -> None:
    dictation.tell(models(state))
    dictation.tell(events.StateChanged("d1", State.LISTENING))
    shown.window.resize(640, 420)
    qapp.processEvents()
    window, bar = shown.window, shown.window.model_bar
    assert (window.width(), window.height()) == (640, 420)
    for widget in (bar.what, bar.remedy, bar.action, bar.settings, bar.close_button):
        left = widget.mapTo(window, widget.rect().topLeft())
        assert left.x() + widget.width() <= 640
        assert widget.width() >= widget.minimumSizeHint().width()
    chooser, indicator = window.control_bar.engine_button, window.control_bar.indicator
    metrics = chooser.fontMetrics()
    assert indicator.width() >= indicator.sizeHint().width()
    assert chooser.words == "Whisper base · English"
    assert chooser.width() > metrics.horizontalAdvance(chooser.words)


# The words being heard


def partial(front: FrontEnd, text: str, agreed: int) -> Any:
    front.receive(events.Partial("d1", text, agreed))
    front.window.transcript._show_newest_partial()
    return front.window.transcript.pane.partial


def begin(dictation: FakeDictation) -> None:
    dictation.tell(events.Started("d1", "local", "en", "microphone", 0.0, BEGAN))


def test_the_agreed_words_are_shown_in_the_texts_own_color(front: FrontEnd, dictation: FakeDictation) -> None:
    begin(dictation)
    heard = partial(front, "we were all going direct", len("we were all"))
    assert heard.text() == "we were all going direct"
    assert heard.agreed_text == "we were all"
    assert partial(front, "we were all going direct to Heaven", 0).agreed_text == ""


def colors(widget: Any) -> set[str]:
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_the_two_parts_are_painted_in_two_colors(qtbot: Any) -> None:
    heard = PartialText()
    qtbot.addWidget(heard)
    heard.resize(600, 60)
    text = heard.palette().color(QPalette.ColorRole.Text).name()
    lighter = lighter_text(heard.palette()).name()
    heard.set_text("IIIIIIIIIIIIIIIIIIIIIIII", (0, 24))
    assert text in colors(heard)
    assert lighter not in colors(heard)
    heard.set_text("IIIIIIIIIIIIIIIIIIIIIIII", (0, 0))
    assert lighter in colors(heard)
    assert text not in colors(heard)
    heard.set_text("IIIIIIIIIIIIIIIIIIIIIIII", (0, 12))
    assert {text, lighter} <= colors(heard)


def test_speech_that_waits_for_text_above_them_is_lighter(front: FrontEnd, dictation: FakeDictation) -> None:
    begin(dictation)
    dictation.tell(events.PendingUtterances("d1", ((0, 32_000), (48_000, 64_000))))
    heard = partial(front, "going direct", len("going"))
    assert heard.text() == "… 0:00 waiting for text, 2 s\ngoing direct"
    assert heard.agreed_text == "going"


def test_line_breaks_of_every_kind_keep_the_agreed_words_apart(front: FrontEnd, dictation: FakeDictation) -> None:
    begin(dictation)
    heard = partial(front, "one\r\ntwo three", len("one\r\ntwo"))
    assert heard.text() == "one\ntwo three"
    assert heard.agreed_text == "one\ntwo"


def test_newest_words_are_visible_when_not_all_fit(
    shown: FrontEnd, dictation: FakeDictation, qapp: QApplication
) -> None:
    shown.window.resize(640, 420)
    begin(dictation)
    heard = partial(shown, "We were all going direct to Heaven, we were all going direct the other way. " * 9, 20)
    qapp.processEvents()
    editor = shown.window.transcript.pane.editor
    assert heard.isVisible()
    assert heard.height() > editor.height(), "nothing would be tested"
    assert heard.geometry().bottom() <= editor.contentsRect().bottom()
    assert heard.geometry().bottom() >= editor.contentsRect().bottom() - 20


@pytest.mark.parametrize("width", [560, 640, 900])
def test_a_final_takes_exactly_the_place_of_its_partial(
    shown: FrontEnd, dictation: FakeDictation, qapp: QApplication, width: int
) -> None:
    shown.window.resize(width, 600)
    begin(dictation)
    text = "We were all going direct to Heaven, we were all going direct the other way. " * 2
    heard = partial(shown, text.strip(), 20)
    qapp.processEvents()
    pane = shown.window.transcript.pane
    top, height = heard.y(), heard.height()
    dictation.tell(events.SegmentAdded("d1", events.Segment(1, text.strip(), "", 0, 16_000)))
    qapp.processEvents()
    index, place = list(pane.editor.visible_rows())[1]
    assert shown.window.transcript.document.rows[index].text == text.strip()
    assert abs(place.top() + pane.editor.viewport().y() - top) <= 1
    assert height <= place.height() <= height + pane.editor.document().documentMargin()


@pytest.mark.parametrize("height", [300, 420, 520, 800])
@pytest.mark.parametrize("state", [State.IDLE, State.LISTENING])
def test_texts_of_the_empty_state_are_complete_or_hidden(
    shown: FrontEnd, dictation: FakeDictation, qapp: QApplication, height: int, state: State
) -> None:
    dictation.tell(models(ModelState.DOWNLOADING))
    dictation.tell(events.Started("d1", "local", "en", "microphone", 0.0, BEGAN))
    dictation.tell(events.StateChanged("d1", state))
    shown.window.resize(640, height)
    for _ in range(3):
        qapp.processEvents()
    empty = shown.window.empty
    labels = [label for label in (empty._headline, empty._sentence, empty._engine) if label.isVisible()]
    assert empty._headline in labels
    for label in labels:
        assert label.height() >= label.heightForWidth(label.width()), label.text()
        assert label.geometry().bottom() <= empty.height()
    tops = [label.y() for label in labels]
    assert tops == sorted(tops)
