"""What screen readers read while the microphone is open, and what waits until it is closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import shiboken6
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget
from window_fakes import BEGAN, FakeDictation

from saywrite.foundation import events
from saywrite.foundation.events import State
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.toolkit.screen_reader import announce, held_announcements
from saywrite.ui.widgets.notices import Severity

STARTED = events.Started("d1", "local", "en", "microphone", 1.0, BEGAN)


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    words: list[str] = []

    def note(event: Any) -> None:
        if event.type() == QAccessible.Event.Announcement:
            words.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", note)
    return words


def test_nothing_is_read_into_an_open_microphone(front: FrontEnd, dictation: FakeDictation, spoken: list[str]) -> None:
    for state in (State.STARTING, State.LISTENING, State.RECONNECTING):
        dictation.tell(events.StateChanged("d1", state))
        front.window.notices.notify(Severity.ERROR, "The disk is slow.", key="disk")
        front.window.status.show_message("Copied")
        assert spoken == [], state
    dictation.tell(events.StateChanged("d1", State.FINISHING))
    assert spoken == ["The disk is slow.", "Copied", "Finishing"], "each once, when the microphone is closed"
    front.window.status.show_message("Copied")
    assert spoken[3:] == ["Copied"]


def test_a_notice_whose_matter_is_over_is_not_read(
    front: FrontEnd, dictation: FakeDictation, spoken: list[str]
) -> None:
    notices = front.window.notices
    dictation.tell(events.StateChanged("d1", State.LISTENING))
    notices.notify(Severity.WARNING, "Desk delivers nothing but silence.", "Check its mute switch.", key="microphone")
    notices.notify(Severity.WARNING, "The disk is slow.", "Keep Saywrite open.", key="disk")
    notices.withdraw("microphone")
    dictation.tell(events.StateChanged("d1", State.FINISHING))
    assert spoken == ["The disk is slow. Keep Saywrite open.", "Finishing"]


@pytest.mark.parametrize("setting", ["finals", "all"])
def test_the_state_is_announced_to_those_who_are_read_to_meanwhile(
    front: FrontEnd, dictation: FakeDictation, spoken: list[str], setting: str
) -> None:
    front.preferences.update(announce=setting)
    for state in (State.STARTING, State.LISTENING, State.RECONNECTING, State.FINISHING):
        dictation.tell(events.StateChanged("d1", state))
    assert spoken == ["Recording", "Reconnecting, recording goes on", "Finishing"]


def test_who_switches_reading_along_on_while_dictating_hears_what_was_held(
    front: FrontEnd, dictation: FakeDictation, spoken: list[str]
) -> None:
    dictation.tell(events.StateChanged("d1", State.LISTENING))
    front.window.status.show_message("Copied")
    front.preferences.update(announce="finals")
    assert spoken == ["Copied"]


def test_a_file_is_transcribed_without_a_microphone(
    front: FrontEnd, dictation: FakeDictation, spoken: list[str]
) -> None:
    dictation.tell(events.StateChanged("d1", State.STARTING))
    dictation.tell(replace(STARTED, source="talk.wav"))
    dictation.tell(events.StateChanged("d1", State.LISTENING))
    front.window.status.show_message("Copied")
    assert "Copied" in spoken


def test_what_a_closed_window_had_to_say_is_not_read(qtbot: Any, spoken: list[str]) -> None:
    held_announcements.hold()
    closed, open_ = QWidget(), QWidget()
    qtbot.addWidget(open_)
    announce(closed, "Of the closed window")
    announce(open_, "Of the open one")
    shiboken6.delete(closed)
    held_announcements.release()
    assert spoken == ["Of the open one"]


def test_a_failure_is_announced_with_its_remedy(front: FrontEnd, dictation: FakeDictation, spoken: list[str]) -> None:
    dictation.tell(events.Failed("d1", "No microphone was found.", "Connect one.", fatal=True))
    assert spoken == ["No microphone was found. Connect one."]


@pytest.mark.parametrize(("setting", "read"), [("off", []), ("finals", ["Words."])])
def test_finals_are_read_out_when_the_user_wants_it(
    front: FrontEnd, dictation: FakeDictation, spoken: list[str], setting: str, read: list[str]
) -> None:
    front.preferences.update(announce=setting)
    dictation.tell(STARTED)
    dictation.tell(events.SegmentAdded("d1", events.Segment(1, "Words.", "words", 0, 8_000)))
    assert spoken == read
