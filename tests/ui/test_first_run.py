"""The first run: its steps, what they check, and when it is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from test_window_reach import unnamed
from window_fakes import CHOICES, HEADSET, FakeDictation, model

from saywrite.audio.microphone.monitor import MonitorStatus
from saywrite.foundation import events
from saywrite.foundation.events import ModelState, State
from saywrite.storage.settings.keyring import SessionSecrets
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.first_run.judgement import LISTEN_S, SILENCE_S, WINDOW_S, Judgement, LevelJudge
from saywrite.ui.app.first_run.recognizer_step import changes_for, choice_of
from saywrite.ui.app.first_run.window import FirstRunWindow
from saywrite.ui.app.frontend import STATE_AFTER_START, FrontEnd
from saywrite.ui.models.state import ModelsState
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.preferences import Preferences


def level(peak_dbfs: float, *, clipped: bool = False) -> events.Level:
    return events.Level(peak_dbfs, peak_dbfs - 9, clipped, 0.0)


@pytest.mark.parametrize(
    ("peak_dbfs", "judgement"),
    [
        (-120.0, Judgement.SILENT),
        (-75.0, Judgement.SILENT),
        (-74.0, Judgement.QUIET),
        (-36.5, Judgement.QUIET),
        (-36.0, Judgement.GOOD),
        (-1.0, Judgement.GOOD),
    ],
)
def test_loudest_sound_decides_the_judgement(peak_dbfs: float, judgement: Judgement) -> None:
    judge = LevelJudge()
    judge.add(level(-120), 0.0)
    judge.add(level(peak_dbfs), 0.5)
    judge.add(level(-120), LISTEN_S)
    assert judge.judge(LISTEN_S) is judgement


def test_distorted_sound_is_too_loud() -> None:
    judge = LevelJudge()
    judge.add(level(-0.1, clipped=True), 0.0)
    assert judge.judge(0.1) is Judgement.LOUD


def test_silence_is_not_judged_before_the_microphone_had_time_to_start() -> None:
    judge = LevelJudge()
    assert judge.judge(50.0) is Judgement.WAITING
    judge.add(level(-120), 0.0)
    assert judge.judge(LISTEN_S - 0.1) is Judgement.WAITING
    assert judge.judge(LISTEN_S) is Judgement.SILENT


def test_old_sound_and_another_microphone_do_not_count() -> None:
    judge = LevelJudge()
    judge.add(level(-50), 0.0)
    judge.add(level(-120), 2.0)
    assert judge.judge(WINDOW_S) is Judgement.QUIET
    assert judge.judge(WINDOW_S + 0.1) is Judgement.SILENT
    judge.clear()
    assert judge.judge(WINDOW_S + 0.1) is Judgement.WAITING


@pytest.mark.parametrize(
    ("speech", "judgement"),
    [(level(-12), Judgement.GOOD), (level(-0.1, clipped=True), Judgement.LOUD)],
    ids=["good", "too loud"],
)
@pytest.mark.parametrize(("pause", "afterwards"), [(-120.0, Judgement.SILENT), (-60.0, None)], ids=["gate", "room"])
def test_who_only_stops_speaking_has_still_a_good_microphone(
    speech: events.Level, judgement: Judgement, pause: float, afterwards: Judgement | None
) -> None:
    judge = LevelJudge()
    judge.add(speech, 0.0)
    for second in range(1, round(SILENCE_S) + 1):
        judge.add(level(pause), float(second))
        assert judge.judge(second + 0.5) is judgement, second
    judge.add(level(pause), SILENCE_S + 1)
    assert judge.judge(SILENCE_S + 1) is (afterwards or judgement), "the noise of a room is not silence"


def test_a_microphone_is_too_loud_only_until_it_is_good() -> None:
    judge = LevelJudge()
    judge.add(level(-0.1, clipped=True), 0.0)
    judge.add(level(-12), 1.0)
    assert judge.judge(1.0) is Judgement.LOUD
    judge.add(level(-12), WINDOW_S + 0.1)
    assert judge.judge(WINDOW_S + 0.1) is Judgement.GOOD
    judge.clear()
    judge.add(level(-120), 5.0)
    assert judge.judge(5.0) is Judgement.WAITING, "another microphone"


@pytest.mark.parametrize("choice", ["local", "aiola", "both"])
def test_choice_of_the_recognizer_is_what_the_settings_say(choice: str) -> None:
    assert choice_of(replace(Settings(), **changes_for(choice))) == choice


@pytest.fixture
def preferences(qapp: object) -> Any:
    yield Preferences(Settings(), lambda _settings: None)
    assert wait_for_tasks(5000)


@pytest.fixture
def open_window(qtbot: Any, preferences: Preferences, dictation: FakeDictation) -> Callable[..., FirstRunWindow]:
    def make(**changes: Any) -> FirstRunWindow:
        access = AccountAccess(lambda: SessionSecrets(""), lambda _settings, _secret: iter(()), str)
        models = ModelsState(dictation)  # type: ignore[arg-type]
        given = {"account": access, "models": models} | changes
        made = FirstRunWindow(dictation, preferences, CHOICES, **given)  # type: ignore[arg-type]
        models.setParent(made)
        qtbot.addWidget(made)
        dictation.tell = lambda event: (made.receive(event), models.receive(event))  # type: ignore[func-returns-value]
        made.show()
        return made

    return make


def test_microphone_is_open_only_while_its_step_is_shown(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    window = open_window()
    assert dictation.arguments("watch_microphone") == [(True,)]
    window.next.click()
    assert dictation.arguments("watch_microphone") == [(True,), (False,)]
    window.back.click()
    window.reject()
    assert dictation.arguments("watch_microphone") == [(True,), (False,), (True,), (False,)]


def test_microphone_is_judged_by_its_sound(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    step = open_window().speak
    now = [100.0]
    step._clock = lambda: now[0]
    dictation.monitor.status = MonitorStatus("USB Headset Mono", "It delivers nothing but silence.", "Unmute it.")
    step.look()
    assert step.findings.texts() == ["Say something."]
    for peak, words in ((-120, "That is silence."), (-50, "Very quiet."), (-12, "Good: Saywrite hears you.")):
        dictation.monitor.latest.put(level(peak))
        step.meter.poll()
        now[0] += LISTEN_S
        step.look()
        assert step.findings.texts()[0].startswith(words)


def test_microphone_that_cannot_be_opened_is_named_with_its_remedy(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    step = open_window().speak
    dictation.monitor.status = MonitorStatus("", "The system does not permit it.", "Allow it in the settings.")
    step.look()
    assert step.findings.texts() == ["The system does not permit it. Allow it in the settings."]
    dictation.monitor.status = MonitorStatus()
    dictation.tell(events.DevicesChanged((), "No microphone was found.", "Connect one."))
    step.look()
    assert step.findings.texts() == ["No microphone was found. Connect one."]
    dictation.tell(events.DevicesChanged((HEADSET,)))
    step.look()
    assert step.findings.texts() == ["Say something."]


def test_microphone_is_watched_again_after_a_dictation(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    open_window()
    dictation.tell(events.StateChanged("d1", State.IDLE))
    assert dictation.arguments("watch_microphone") == [(True,), (True,)]


def test_recognizer_on_this_computer_shows_its_model_and_its_download(
    qtbot: Any, open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    window = open_window()
    window.next.click()
    dictation.tell(events.ModelsChanged((model(state=ModelState.DOWNLOADING),)))
    dictation.tell(events.ModelProgress("whisper-base", 62_000_000, 145_217_532))
    row = window.recognizer._row
    assert row is not None
    assert row.progress.text().startswith("62 of 145 MB")
    assert not window.recognizer._account.isVisible()


def test_aiola_asks_for_a_key_and_both_also_uses_this_computer(
    open_window: Callable[..., FirstRunWindow], preferences: Preferences
) -> None:
    window = open_window()
    window.next.click()
    window.recognizer.buttons["aiola"].click()
    assert window.recognizer._account.isVisible()
    assert (preferences.settings.engine, preferences.settings.aiola_while_away) == ("aiola", "later")
    window.recognizer.buttons["both"].click()
    assert (preferences.settings.engine, preferences.settings.aiola_while_away) == ("aiola", "local")
    window.recognizer.buttons["local"].click()
    assert preferences.settings.engine == "local"


def test_model_stands_below_its_own_choice(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation, qapp: QApplication
) -> None:
    window = open_window()
    dictation.tell(events.ModelsChanged((model(),)))
    window.next.click()
    step = window.recognizer
    step.buttons["both"].click()
    qapp.processEvents()
    order = [step.buttons["local"], step._model, step.buttons["aiola"], step.buttons["both"], step._account]
    assert all(widget.isVisible() for widget in order)
    tops = [widget.mapTo(step.widget(), QPoint()).y() for widget in order]
    assert tops == sorted(tops)
    row = step._row
    assert row is not None
    stops, widget = [], step.buttons["local"].nextInFocusChain()
    while widget not in (None, step.buttons["aiola"]):
        stops.append(widget)
        widget = widget.nextInFocusChain()
    assert row.buttons["download"] in stops, "Tab reaches it before the next choice"


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt", "it", "zh", "ja"])
def test_every_step_fits_into_the_window_as_it_opens(
    open_window: Callable[..., FirstRunWindow],
    dictation: FakeDictation,
    in_language: Callable[[str], None],
    qapp: QApplication,
    language: str,
) -> None:
    in_language(language)
    window = open_window()
    dictation.tell(events.ModelsChanged((model(),)))
    for step in window.steps:
        qapp.processEvents()
        assert step.verticalScrollBar().maximum() == 0, step.name
        window.next.click()


def test_key_step_names_the_problem_of_the_key_and_the_missing_tray(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    window = open_window(has_tray=lambda: False)
    window.next.click()
    window.next.click()
    problem = events.KeyProblem("dictate", "Another program has this key.", "Choose another one.")
    dictation.tell(events.KeysChanged((), (problem,)))
    texts = window.key.findings.texts()
    assert texts[0] == "Another program has this key. Choose another one."
    assert texts[1].startswith("This desktop shows no tray icon.")
    dictation.tell(events.KeysChanged((("dictate", ""),)))
    assert window.key.findings.texts()[0] == "The key was not pressed yet."
    dictation.tell(events.StateChanged("d1", State.STARTING))
    assert window.key.findings.texts()[0] == "Saywrite hears the key, in every program."


@pytest.mark.parametrize(("mode", "first"), [("both", "Hold"), ("hold", "Hold"), ("toggle", "Press")])
def test_steps_say_how_the_key_is_used(
    open_window: Callable[..., FirstRunWindow], preferences: Preferences, mode: str, first: str
) -> None:
    window = open_window()
    preferences.update(hotkey_mode=mode)
    end = {"Hold": "and let go", "Press": "and press it again"}[first]
    for label in (window.key.request, window.sentence.explanation):
        assert label.text().startswith(f"{first} Ctrl+Alt+Space, say")
        assert end in label.text()
    assert window.key.accessibleName().startswith(f"{first} a key, speak, ")


def test_own_window_takes_text_only_while_there_is_a_field_to_try_it(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    window = open_window()
    for _ in range(3):
        window.next.click()
    assert dictation.arguments("accept_own_window") == [(True,), (False,), (True,)]
    window.next.click()
    assert dictation.arguments("accept_own_window")[-1] == (False,)
    assert not window.isVisible()


def test_sentence_tells_how_long_its_text_took(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    window = open_window()
    for _ in range(3):
        window.next.click()
    practice = window.sentence.practice
    practice._clock = lambda: 500.0
    for state in (State.STARTING, State.LISTENING):
        dictation.tell(events.StateChanged("d1", state))
    assert practice.status.text() == "Listening. Speak now."
    dictation.tell(events.StateChanged("d1", State.FINISHING))
    dictation.tell(events.Inserted("d1", "Saywrite", False, 0.1, 500.4))
    assert practice.findings.texts() == ["That took 0.4 s from the end of your words to the text."]
    dictation.tell(events.NotInserted("d1", "Saywrite", "It was not inserted.", "Press Ctrl+V.", True))
    assert practice.findings.texts() == ["It was not inserted. Press Ctrl+V."]
    dictation.tell(events.Finished("d1", 100, 100, 0, 1.0, ""))
    assert practice.findings.texts()[0].startswith("No words were recognized.")
    assert practice.findings.texts()[0].endswith("Speak while “Listening. Speak now.” is shown.")


@pytest.mark.parametrize(
    ("pending", "cancelled", "failure"),
    [
        (0, False, events.Failed("d1", "The microphone is gone.", "Plug it in.", fatal=True)),
        (0, True, None),
        (16_000, False, None),
    ],
    ids=["failed", "cancelled", "later"],
)
def test_no_missing_words_are_reported_where_something_else_ended_the_dictation(
    open_window: Callable[..., FirstRunWindow],
    dictation: FakeDictation,
    pending: int,
    cancelled: bool,
    failure: events.Failed | None,
) -> None:
    window = open_window()
    for _ in range(3):
        window.next.click()
    for state in (State.STARTING, State.LISTENING, State.FINISHING):
        dictation.tell(events.StateChanged("d1", state))
    if failure is not None:
        dictation.tell(failure)
    dictation.tell(events.Finished("d1", 16_000, 16_000 - pending, pending, 1.0, "", cancelled))
    wanted = [] if failure is None else ["The microphone is gone. Plug it in."]
    assert window.sentence.practice.findings.texts() == wanted


def test_a_text_that_is_inserted_while_the_user_speaks_has_no_time_from_the_end_of_the_words(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    """The hands-free mode inserts each sentence; the tray inserts the text of an earlier dictation."""
    window = open_window()
    for _ in range(3):
        window.next.click()
    practice = window.sentence.practice
    dictation.tell(events.Inserted("d0", "Saywrite", False, 0.1, 90_000.0))
    assert practice.findings.texts() == []
    for state in (State.STARTING, State.LISTENING):
        dictation.tell(events.StateChanged("d1", state))
    dictation.tell(events.Inserted("d1", "Saywrite", False, 0.1, 90_002.0))
    assert practice.findings.texts() == []
    assert practice.status.text() == "Listening. Speak now."


@pytest.mark.parametrize("leave", ["escape", "back", "done"])
@pytest.mark.parametrize("heard", [(), (State.STARTING, State.LISTENING)], ids=["at once", "while it listens"])
def test_a_dictation_that_the_button_began_ends_with_its_step(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation, leave: str, heard: tuple[State, ...]
) -> None:
    window = open_window()
    for _ in range(3):
        window.next.click()
    window.sentence.button.click()
    for state in heard:
        dictation.tell(events.StateChanged("d1", state))
    {"escape": window.reject, "back": window.back.click, "done": window.next.click}[leave]()
    assert [name for name in dictation.names() if name in ("toggle", "stop", "cancel")] == ["toggle", "stop"]
    window.reject()
    assert dictation.names().count("stop") == 1


def test_a_dictation_that_the_key_began_or_that_is_over_is_not_stopped(
    open_window: Callable[..., FirstRunWindow], dictation: FakeDictation
) -> None:
    window = open_window()
    for _ in range(3):
        window.next.click()
    window.sentence.button.click()
    for state in (State.STARTING, State.LISTENING, State.FINISHING, State.IDLE):
        dictation.tell(events.StateChanged("d1", state))
    for state in (State.STARTING, State.LISTENING):
        dictation.tell(events.StateChanged("d2", state))
    window.reject()
    assert "stop" not in dictation.names()


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_no_step_is_cut_off_in_a_small_window(
    open_window: Callable[..., FirstRunWindow],
    dictation: FakeDictation,
    scale: float,
    direction: Qt.LayoutDirection,
) -> None:
    window = open_window()
    dictation.tell(events.ModelsChanged((model(),)))
    font = window.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    window.setFont(font)
    window.setLayoutDirection(direction)
    window.resize(640, 420)
    assert (window.width(), window.height()) == (640, 420)
    window.recognizer.buttons["both"].click()
    assert unnamed(window) == []
    for step in window.steps:
        assert step is window.step
        assert step.widget().width() <= step.viewport().width(), step.name
        window.next.click()


def test_first_run_is_shown_at_the_very_first_start_only(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation
) -> None:
    front = make_front(greets=True)
    front.show()
    qtbot.waitUntil(lambda: front.window.findChild(FirstRunWindow) is not None, timeout=20_000)
    state = front._context.window_state
    qtbot.waitUntil(lambda: state.exists() and json.loads(state.read_text()) == STATE_AFTER_START)
    front.window.findChild(FirstRunWindow).reject()
    again = make_front(greets=True)
    dictation.posted.clear()
    again.show()
    qtbot.waitUntil(lambda: "refresh_devices" in dictation.names())
    assert again.window.findChild(FirstRunWindow) is None
    again.window.actions_.first_run.trigger()
    assert again.window.findChild(FirstRunWindow).isVisible()


@pytest.mark.parametrize(("offered", "hidden"), [(False, False), (True, True)])
def test_first_run_is_not_shown_with_arguments_or_in_the_tray(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, offered: bool, hidden: bool
) -> None:
    front = make_front(greets=offered, settings=replace(Settings(), start_hidden=hidden))
    front.show()
    qtbot.waitUntil(lambda: "refresh_devices" in dictation.names())
    assert front.window.findChild(FirstRunWindow) is None
