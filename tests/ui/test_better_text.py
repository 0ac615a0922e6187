"""The service is asked in the background for a text that was inserted with words of this computer, which is offered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from window_fakes import CHOICES

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.dictation.models.retranscription import RetranscriptionFailed
from saywrite.dictation.models.transcribing_child import Retranscriber, RetranscriptionStopped
from saywrite.foundation.events import (
    Failed,
    Finished,
    Inserted,
    RecordClosed,
    Segment,
    SegmentAdded,
    Started,
    State,
    StateChanged,
)
from saywrite.foundation.paths import default_paths
from saywrite.storage.history.records.versions import Origin, versions_of
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.main_window.better_text import MOST_WAITING, BetterText
from saywrite.ui.main_window.window import MainWindow

BEGAN = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
OFFER = "aiOla's text for an inserted dictation has arrived. What was inserted is unchanged."


class Attempt:
    """Answers when the test lets it."""

    def __init__(self, dictation: str) -> None:
        self.dictation = dictation
        self._answered = threading.Event()
        self._answer: Callable[[], tuple[Segment, ...]] = tuple
        self.stopped = False

    def transcribe(self) -> tuple[Segment, ...]:
        assert self._answered.wait(20)
        return self._answer()

    def stop(self) -> None:
        self.stopped = True
        self.fail(RetranscriptionStopped())

    def answer(self, *texts: str) -> None:
        segments = tuple(Segment(n, text, text, n * 100, n * 100 + 50) for n, text in enumerate(texts, 1))
        self._answer = lambda: segments
        self._answered.set()

    def fail(self, error: Exception) -> None:
        def raise_error() -> tuple[Segment, ...]:
            raise error

        self._answer = raise_error
        self._answered.set()


class Stage:
    def __init__(self, qtbot: Any, folder: Path) -> None:
        self.path = folder / "history.sqlite3"
        self.window = MainWindow(LatestLevel().take, Envelope, CHOICES)
        qtbot.addWidget(self.window)
        self.attempts: list[Attempt] = []
        self.shown: list[bool] = []
        self.released: list[str] = []
        self.better = BetterText(
            self.window,
            self._attempt,
            lambda: HistoryStore(self.path),
            lambda: self.shown.append(True),
            self.released.append,
        )
        self._qtbot = qtbot

    def _attempt(self, dictation: str, origin: Origin) -> Attempt:
        assert origin == Origin("aiola", "", "en")
        self.attempts.append(Attempt(dictation))
        return self.attempts[-1]

    def dictate(self, dictation: str, text: str, *, engine: str = "local", refused: bool = False) -> None:
        """A dictation whose text, of this engine, is inserted into another program."""
        with_store = HistoryStore(self.path)
        with_store.begin(Header(dictation, BEGAN, "en", "aiola", "microphone"))
        segment = Segment(1, text, text, 0, 50, engine=engine)
        with_store.add_segment(dictation, segment)
        with_store.close()
        self.tell(
            StateChanged(dictation, State.STARTING),
            Started(dictation, "aiola", "en", "microphone", 1.0, BEGAN),
            *([Failed(dictation, "The key was refused.", "Paste another one.", about="account")] if refused else []),
            SegmentAdded(dictation, segment),
            Finished(dictation, 100, 100, 0, 1.0, text),
            StateChanged(dictation, State.IDLE),
            Inserted(dictation, "Kate", False, 0.02, 5.0),
            RecordClosed(dictation, saved=True, kept=100),
        )

    def tell(self, *events: Any) -> None:
        for event in events:
            self.window.transcript.receive(event)
            self.better.receive(event)

    def wait_for_end(self, attempts: int = 0) -> None:
        """Until the attempt has ended, or so many were begun."""
        self._qtbot.waitUntil(
            lambda: len(self.attempts) >= attempts if attempts else self.better._running is None, timeout=20_000
        )

    def let_the_minutes_pass(self) -> None:
        self.better._timer.stop()  # as a timer that has run out
        self.better._timer.timeout.emit()

    def stored(self) -> list[str]:
        store = HistoryStore(self.path)
        dictated = store.load("d")
        store.close()
        assert dictated is not None
        return [segment.text for segment in dictated.segments]

    def click(self, text: str) -> None:
        (button,) = [each for each in self.window.notices.findChildren(QPushButton) if each.text() == text]
        button.click()

    @property
    def notices(self) -> list[str]:
        return self.window.notices.texts()


@pytest.fixture
def stage(qtbot: Any, tmp_path: Path) -> Stage:
    return Stage(qtbot, tmp_path)


def test_text_of_the_service_is_offered_and_stored(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    stage.attempts[0].answer("The red", "boot")
    stage.wait_for_end()
    assert stage.notices == [OFFER]
    stage.click("Co&py it")
    assert QApplication.clipboard().text() == "The red boot"
    stage.click("S&how")
    assert stage.shown == [True]
    stage._qtbot.waitUntil(lambda: stage.stored() == ["The red", "boot"], timeout=20_000)
    store = HistoryStore(stage.path)
    (version,) = versions_of(store, "d")
    store.close()
    assert [segment.text for segment in version.segments] == ["The red boat"]


def test_same_text_is_not_offered(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    stage.attempts[0].answer("The red", "boat")
    stage.wait_for_end()
    assert stage.notices == []


@pytest.mark.parametrize(("engine", "refused"), [("", False), ("local", True)])
def test_service_is_not_asked_for_its_own_text_or_where_it_refuses(stage: Stage, engine: str, refused: bool) -> None:
    stage.dictate("d", "The red boat", engine=engine, refused=refused)
    assert stage.attempts == []


def test_dictation_that_was_not_inserted_is_not_asked_for(stage: Stage) -> None:
    stage.tell(
        Started("d", "aiola", "en", "microphone", 1.0, BEGAN),
        SegmentAdded("d", Segment(1, "Red", "red", 0, 50, engine="local")),
        Finished("d", 100, 100, 0, 1.0, "Red"),
    )
    assert stage.attempts == []


def test_service_is_asked_once_the_recording_is_complete(stage: Stage) -> None:
    """Until then its writer may add text to the history, and its end is not on disk."""
    inserted, closed = Inserted("d", "Kate", False, 0.02, 5.0), RecordClosed("d", saved=True, kept=100)
    for order in ((inserted, closed), (closed, inserted)):
        stage.attempts.clear()
        stage.tell(
            Started("d", "aiola", "en", "microphone", 1.0, BEGAN),
            SegmentAdded("d", Segment(1, "Red", "red", 0, 50, engine="local")),
            Finished("d", 100, 100, 0, 1.0, "Red"),
            order[0],
        )
        assert stage.attempts == []
        stage.tell(order[1])
        assert len(stage.attempts) == 1
        stage.attempts[0].answer("Red")
        stage.wait_for_end()


def test_a_new_text_in_the_history_is_reported(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    with stage._qtbot.waitSignal(stage.better.stored, timeout=20_000) as reported:
        stage.attempts[0].answer("The red boot")
    assert reported.args == ["d"]
    assert stage.stored() == ["The red boot"]


@pytest.mark.parametrize("place", ["transcript", "history"])
def test_edited_words_stay_in_the_history(stage: Stage, place: str) -> None:
    stage.dictate("d", "The red boat")
    if place == "transcript":
        stage.window.transcript.segment_edited.emit("d", 1, "My red boat")
    else:
        stage.better.keep_texts(("d",))
    stage.attempts[0].answer("The red boot")
    stage.wait_for_end()
    assert stage.notices == [OFFER]
    stage.dictate("e", "Another")
    stage.attempts[1].answer("And other")
    stage.wait_for_end()
    store = HistoryStore(stage.path)
    stage._qtbot.waitUntil(lambda: len(versions_of(store, "e")) == 1, timeout=20_000)
    assert versions_of(store, "d") == ()
    store.close()


def test_texts_that_change_in_the_history_window_are_kept(make_front: Callable[..., FrontEnd], tmp_path: Path) -> None:
    front = make_front(retranscriber=Retranscriber(default_paths(tmp_path, tmp_path), ("false",), {}))
    better = front.window.findChild(BetterText)
    assert isinstance(better, BetterText)
    front.receive(Started("d", "aiola", "en", "microphone", 1.0, BEGAN))
    front.receive(Started("e", "aiola", "en", "microphone", 1.0, BEGAN))
    front.dialogs.texts_changed.emit(("d",))
    assert [dictated.edited for dictated in better._newest.values()] == [True, False]


def test_attempt_gives_way_to_a_dictation_and_is_made_again(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    stage.tell(StateChanged("e", State.STARTING))
    assert stage.attempts[0].stopped
    stage.wait_for_end()
    assert len(stage.attempts) == 1, "a dictation runs"
    stage.tell(StateChanged("e", State.IDLE))
    assert [attempt.dictation for attempt in stage.attempts] == ["d", "d"]
    stage.attempts[1].answer("The red boot")
    stage.wait_for_end()
    assert stage.notices == [OFFER]


def test_service_that_is_away_is_asked_again_after_a_minute(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    stage.attempts[0].fail(RetranscriptionFailed("It was not transcribed again.", "Its text is unchanged."))
    stage.wait_for_end()
    assert stage.better._timer.interval() == 60_000
    assert stage.better._timer.isActive()
    stage.let_the_minutes_pass()
    stage.attempts[1].answer("The red boot")
    stage.wait_for_end()
    assert stage.notices == [OFFER]


def test_dictations_do_not_shorten_the_wait_for_a_service_that_is_away(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    stage.attempts[0].fail(RetranscriptionFailed("It was not transcribed again.", "Its text is unchanged."))
    stage.wait_for_end()
    stage.dictate("e", "The blue boat")
    stage.tell(StateChanged("f", State.STARTING), StateChanged("f", State.IDLE))
    assert [attempt.dictation for attempt in stage.attempts] == ["d"]


def test_dictation_that_the_service_writes_ends_the_wait(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    stage.attempts[0].fail(RetranscriptionFailed("It was not transcribed again.", "Its text is unchanged."))
    stage.wait_for_end()
    stage.tell(
        StateChanged("e", State.STARTING),
        Started("e", "aiola", "en", "microphone", 1.0, BEGAN),
        Finished("e", 100, 0, 100, 1.0, ""),
        StateChanged("e", State.IDLE),
    )
    assert [attempt.dictation for attempt in stage.attempts] == ["d"], "a dictation without text shows nothing"
    stage.dictate("f", "It was nice.", engine="aiola")
    assert [attempt.dictation for attempt in stage.attempts] == ["d", "d"]


def test_service_is_not_asked_for_ever(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    for number in range(7):
        stage.attempts[number].fail(RetranscriptionFailed("It was not transcribed again.", "Its text is unchanged."))
        stage.wait_for_end()
        stage.let_the_minutes_pass()
    assert len(stage.attempts) == 7
    assert stage.notices == []


def test_recording_that_is_gone_is_not_asked_for_again(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    stage.attempts[0].fail(OSError("gone"))
    stage.wait_for_end()
    assert not stage.better._timer.isActive()
    stage.better.ask()
    assert len(stage.attempts) == 1


def test_recording_is_released_once_the_service_has_answered(stage: Stage) -> None:
    stage.dictate("d", "The red boat")
    assert stage.released == [], "the attempt reads it"
    stage.attempts[0].answer("The red", "boot")
    stage.wait_for_end()
    assert stage.released == ["d"]


def test_recording_is_released_when_nobody_is_asked_any_more(stage: Stage) -> None:
    stage.dictate("refused", "The red boat", refused=True)
    assert stage.released == ["refused"]
    stage.dictate("lost", "The red boat")
    stage.attempts[-1].fail(RuntimeError("gone"))
    stage.wait_for_end()
    assert stage.released == ["refused", "lost"]
    stage.dictate("own", "The red boat", engine="")
    assert stage.released == ["refused", "lost"], "it was not held"


def test_oldest_recordings_are_released_when_too_many_wait(stage: Stage) -> None:
    stage.tell(StateChanged("later", State.LISTENING))  # nobody is asked meanwhile
    for number in range(MOST_WAITING + 1):
        insert(stage, f"d{number}")
    assert stage.released == ["d0"]


def test_attempt_that_gives_way_does_not_let_more_wait(stage: Stage) -> None:
    """It is put back in front of the texts that wait."""
    for number in range(MOST_WAITING + 1):
        insert(stage, f"d{number}")
    assert [attempt.dictation for attempt in stage.attempts] == ["d0"]
    stage.tell(StateChanged("later", State.LISTENING))
    stage.wait_for_end()
    insert(stage, "later")
    assert stage.released == ["d0", "d1"]


def insert(stage: Stage, dictation: str) -> None:
    """Report a dictation with words of this computer, which is in no history."""
    stage.tell(
        Started(dictation, "aiola", "en", "microphone", 1.0, BEGAN),
        SegmentAdded(dictation, Segment(1, "The red boat", "", 0, 50, engine="local")),
        Finished(dictation, 100, 100, 0, 1.0, "The red boat"),
        Inserted(dictation, "Kate", False, 0.02, 5.0),
        RecordClosed(dictation, saved=True, kept=100),
    )
