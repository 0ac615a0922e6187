"""The window shows the state of the engine: readiness, connection, next attempt, host."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QHBoxLayout, QWidget
from window_fakes import FakeDictation, model

from saywrite.foundation import events
from saywrite.foundation.events import ConnectionChanged, EngineChanged, EngineState
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.main_window.engine_indicator import EngineIndicator, connection_indication
from saywrite.ui.widgets.notices import Notice


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def indicator(qtbot: Any, clock: Clock) -> EngineIndicator:
    made = EngineIndicator(clock)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.mark.parametrize(
    ("event", "state", "word"),
    [
        (ConnectionChanged("d", "connecting"), EngineState.LOADING, "connecting…"),
        (ConnectionChanged("d", "connected", rtt_ms=42.4), EngineState.READY, "connected · 42 ms"),
        (ConnectionChanged("d", "connected"), EngineState.READY, "connected"),
        (ConnectionChanged("d", "lost", reason="reset", retry_in_s=3.2), EngineState.LOADING, "reconnecting in 4 s"),
        (ConnectionChanged("d", "lost", reason="no network"), EngineState.UNAVAILABLE, "offline"),
        (
            ConnectionChanged("d", "refused", reason="The key is wrong."),
            EngineState.UNAVAILABLE,
            "refused: The key is wrong.",
        ),
        (ConnectionChanged("d", "refused", retry_in_s=8), EngineState.UNAVAILABLE, "refused, again in 8 s"),
        (ConnectionChanged("", "closed"), EngineState.UNLOADED, "not connected"),
    ],
)
def test_each_state_of_the_connection_has_its_mark_and_its_words(
    event: ConnectionChanged, state: EngineState, word: str
) -> None:
    words = connection_indication(event)
    assert (words.state, words.word) == (state, word)


def test_it_counts_down_to_the_next_attempt(qtbot: Any, indicator: EngineIndicator, clock: Clock) -> None:
    indicator.show_connection(ConnectionChanged("d", "lost", reason="The connection was reset.", retry_in_s=0.03))
    assert indicator.word == "reconnecting in 1 s"
    assert indicator.is_counting
    clock.now += 1
    qtbot.waitUntil(lambda: indicator.word == "reconnecting…")
    assert not indicator.is_counting


def test_countdown_runs_only_while_visible(indicator: EngineIndicator, clock: Clock) -> None:
    indicator.show_connection(ConnectionChanged("d", "lost", retry_in_s=5))
    indicator.hide()
    assert not indicator.is_counting
    indicator.show_connection(ConnectionChanged("d", "lost", retry_in_s=5))
    assert not indicator.is_counting
    clock.now += 2
    indicator.show()
    assert indicator.word == "reconnecting in 3 s"
    assert indicator.is_counting
    indicator.show_connection(ConnectionChanged("d", "connected", rtt_ms=9))
    assert not indicator.is_counting


def test_screen_reader_is_not_given_every_second(indicator: EngineIndicator, clock: Clock) -> None:
    indicator.set_host("apis.aiola.ai")
    indicator.show_connection(ConnectionChanged("d", "lost", reason="The connection was reset.", retry_in_s=5))
    before = indicator.accessibleDescription()
    assert before == "reconnecting. The connection was reset. Sound goes to apis.aiola.ai"
    clock.now += 2
    indicator.hide()
    indicator.show()
    assert indicator.word == "reconnecting in 3 s"
    assert indicator.accessibleDescription() == before


def test_word_of_the_same_length_gets_the_width_that_it_needs(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    indicator = EngineIndicator()
    row = QHBoxLayout(window)
    row.addWidget(indicator)
    row.addStretch(1)
    window.resize(400, 40)
    with qtbot.waitExposed(window):
        window.show()
    for event in (ConnectionChanged("d", "lost"), ConnectionChanged("d", "refused")):
        indicator.show_connection(event)
        qtbot.waitUntil(lambda: indicator.width() == indicator.sizeHint().width(), timeout=2000)


# In the window


@pytest.fixture
def cloud(front: FrontEnd) -> FrontEnd:
    front.preferences.update(engine="aiola")
    return front


def word(front: FrontEnd) -> str:
    return front.window.control_bar.indicator.word


def tip(front: FrontEnd) -> str:
    return front.window.control_bar.indicator.toolTip()


def test_the_tooltip_names_the_host(cloud: FrontEnd) -> None:
    assert "Sound goes to apis.aiola.ai." in tip(cloud)
    cloud.preferences.update(aiola_base_url="https://speech.example.com:8443/aiola")
    assert "Sound goes to speech.example.com:8443." in tip(cloud)
    cloud.preferences.update(engine="local")
    assert tip(cloud) == ""


def test_before_the_first_connection_it_says_when_there_will_be_one(cloud: FrontEnd) -> None:
    assert word(cloud) == "connects when needed"


def test_the_connection_of_a_service_is_not_that_of_the_built_in_engine(
    front: FrontEnd, dictation: FakeDictation
) -> None:
    dictation.tell(EngineChanged("local", EngineState.READY))
    dictation.tell(ConnectionChanged("", "closed"))
    assert word(front) == "ready"
    front.preferences.update(engine="aiola")
    assert word(front) == "not connected"


def test_ready_engine_does_not_hide_its_connection(cloud: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(ConnectionChanged("d1", "connected", rtt_ms=42))
    dictation.tell(EngineChanged("aiola", EngineState.READY))
    assert word(cloud) == "connected · 42 ms"


def test_reason_of_a_refusal_stays_until_newer_information(cloud: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(EngineChanged("aiola", EngineState.READY))
    dictation.tell(ConnectionChanged("d1", "refused", reason="The key is wrong."))
    dictation.tell(ConnectionChanged("", "closed"))
    assert word(cloud) == "refused: The key is wrong."
    dictation.tell(EngineChanged("aiola", EngineState.READY))
    assert word(cloud) == "ready"
    dictation.tell(ConnectionChanged("d2", "connecting"))
    assert word(cloud) == "connecting…"


def test_without_a_key_the_notice_leads_to_the_account(cloud: FrontEnd, dictation: FakeDictation, qtbot: Any) -> None:
    no_key = ("There is no aiOla API key yet.", "Enter one in the settings.")
    dictation.tell(EngineChanged("aiola", EngineState.UNAVAILABLE, *no_key))
    assert word(cloud) == "unavailable"
    assert cloud.window.notices.texts() == [" ".join(no_key)]
    with qtbot.waitSignal(cloud.engine.account_requested):
        button(cloud, "aiOla &settings…").click()
    dictation.tell(EngineChanged("aiola", EngineState.UNLOADED))
    assert cloud.window.notices.texts() == []


def test_download_of_a_model_does_not_repeat_the_notice_about_the_service(
    cloud: FrontEnd, dictation: FakeDictation, spoken: list[str]
) -> None:
    dictation.tell(events.ModelsChanged((model(state=events.ModelState.DOWNLOADING),)))
    dictation.tell(EngineChanged("aiola", EngineState.UNAVAILABLE, "There is no aiOla API key yet.", "Enter one."))
    (notice,) = cloud.window.notices.findChildren(Notice)
    dictation.tell(events.ModelProgress("whisper-base", 1_000, 10_000))
    assert cloud.window.notices.findChildren(Notice) == [notice]
    notice.close_button.click()
    dictation.tell(events.ModelProgress("whisper-base", 2_000, 10_000))
    assert cloud.window.notices.texts() == []
    assert spoken.count("There is no aiOla API key yet. Enter one.") == 1


def button(front: FrontEnd, text: str) -> Any:
    from PySide6.QtWidgets import QPushButton

    return next(found for found in front.window.notices.findChildren(QPushButton) if found.text() == text)


@pytest.mark.parametrize("about", ["account", "network"])
def test_notice_about_the_service_is_withdrawn_when_it_is_reached(
    cloud: FrontEnd, dictation: FakeDictation, about: str
) -> None:
    dictation.tell(events.Failed("d1", "It does not answer.", "The text comes later.", about=about))
    dictation.tell(ConnectionChanged("d1", "connecting"))
    assert cloud.window.notices.texts() == ["It does not answer. The text comes later."]
    dictation.tell(ConnectionChanged("d1", "connected"))
    assert cloud.window.notices.texts() == []
