"""The overlay shows state and words above all windows, takes no focus, keeps its position, and has no idle timer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QWindow
from window_fakes import BEGAN, FakeDictation, script

from saywrite.audio.levels import Envelope
from saywrite.foundation.events import (
    Cancelled,
    Failed,
    Finished,
    Inserted,
    InsertionUncertain,
    InsertionUndone,
    NotInserted,
    Partial,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    Started,
    State,
    StateChanged,
)
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.tray import overlay
from saywrite.ui.tray.overlay import POLL_MS, REDUCED_POLL_MS, Overlay, newest_words
from saywrite.ui.tray.overlay_controller import CANCELLED, DONE_MS, PROBLEM_MS
from saywrite.ui.tray.overlay_position import MARGIN, OverlayPosition, ScreenArea, corner, packed, position_of, unpacked
from saywrite.ui.tray.state_icons import TrayState

ON = Settings(overlay="on")
DESK = (ScreenArea("left", QRect(0, 0, 1920, 1040)), ScreenArea("right", QRect(1920, 200, 1280, 800)))
PILL = QSize(440, 44)
shares = st.floats(0, 1)


# Its place


@given(st.sampled_from(["left", "right", "gone"]), shares, shares)
def test_whole_overlay_is_on_one_screen(screen: str, x: float, y: float) -> None:
    place = QRect(corner(OverlayPosition(screen, x, y), PILL, DESK), PILL)
    area = next((each for each in DESK if each.screen == screen), DESK[0]).rect
    assert area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN).contains(place)


@given(st.integers(0, 3199), st.integers(0, 1039))
def test_overlay_returns_to_its_position(x: int, y: int) -> None:
    spot = position_of(QPoint(x, y), DESK)
    put = corner(spot, PILL, DESK)
    assert unpacked(packed(spot)) == spot
    again = corner(position_of(QRect(put, PILL).center(), DESK), PILL, DESK)
    assert (again - put).manhattanLength() <= 2


def test_default_position_is_the_lower_edge_of_the_first_screen() -> None:
    middle = QRect(corner(OverlayPosition(), PILL, DESK), PILL).center()
    assert abs(middle.x() - 960) <= 1
    assert 900 < middle.y() < 1040


@pytest.mark.parametrize("state", [None, 3, {}, {"screen": "a", "x": 2, "y": 0}, {"screen": 1, "x": 0, "y": 0}])
def test_invalid_saved_position_means_the_default(state: object) -> None:
    assert unpacked(state) == OverlayPosition()


# The pill


@pytest.fixture
def pill(qtbot: Any) -> Overlay:
    envelope = Envelope()
    overlay = Overlay(lambda: envelope)
    qtbot.addWidget(overlay)
    return overlay


def test_overlay_takes_no_focus(pill: Overlay) -> None:
    pill.present(TrayState.LISTENING)
    window = pill.windowHandle()
    assert isinstance(window, QWindow)
    assert window.flags() & Qt.WindowType.WindowDoesNotAcceptFocus
    assert pill.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    assert not pill.isActiveWindow()


def test_overlay_polls_only_while_listening_and_visible(pill: Overlay) -> None:
    polling = []
    for face in (TrayState.LISTENING, TrayState.FINISHING, TrayState.LISTENING):
        pill.present(face)
        polling.append(pill.is_polling)
    pill.hide()
    assert [*polling, pill.is_polling] == [True, False, True, False]


def test_reduced_motion_polls_seldom(pill: Overlay) -> None:
    pill.present(TrayState.LISTENING)
    assert pill._timer.interval() == POLL_MS
    pill.set_behavior(click_through=False, reduced_motion=True)
    assert pill.isVisible()
    assert pill._timer.interval() == REDUCED_POLL_MS


def test_clicks_can_reach_the_window_below(pill: Overlay) -> None:
    pill.set_behavior(click_through=True, reduced_motion=False)
    assert pill.windowFlags() & Qt.WindowType.WindowTransparentForInput
    pill.set_behavior(click_through=False, reduced_motion=False)
    assert not pill.windowFlags() & Qt.WindowType.WindowTransparentForInput


def test_overlay_stays_visible_when_the_screen_becomes_smaller(
    pill: Overlay, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the hands-free mode it is shown for hours, and nothing else would move it."""
    pill.present(TrayState.WAITING)
    smaller = ScreenArea("smaller", QRect(0, 0, 640, 360))
    assert not smaller.rect.contains(pill.geometry())
    monkeypatch.setattr(overlay, "areas", lambda: [smaller])
    screen = QGuiApplication.primaryScreen()
    screen.availableGeometryChanged.emit(smaller.rect)
    qtbot.waitUntil(lambda: smaller.rect.contains(pill.geometry()))


@pytest.mark.parametrize("change", ["screenAdded", "screenRemoved"])
def test_overlay_follows_a_screen_that_comes_or_goes(
    pill: Overlay, qtbot: Any, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    pill.position = OverlayPosition("right", 0.5, 0.5)
    pill.present(TrayState.WAITING)
    monkeypatch.setattr(overlay, "areas", lambda: list(DESK))
    getattr(QGuiApplication.instance(), change).emit(QGuiApplication.primaryScreen())
    qtbot.waitUntil(lambda: DESK[1].rect.contains(pill.geometry()))


def test_drag_moves_the_overlay_and_is_reported(pill: Overlay, qtbot: Any) -> None:
    pill.present(TrayState.LISTENING)
    told: list[OverlayPosition] = []
    pill.moved.connect(told.append)
    before = pill.pos()
    qtbot.mousePress(pill, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    qtbot.mouseMove(pill, QPoint(20, -80))
    qtbot.mouseRelease(pill, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert abs(pill.y() - before.y() + 100) <= 1
    assert len(told) == 1
    assert told[0].y < OverlayPosition().y


@pytest.mark.parametrize("calm", [False, True], ids=["usual", "calm"])
def test_it_shows_the_level(calm: bool, qtbot: Any, dictation: FakeDictation, artifacts: Path) -> None:
    pill = Overlay(lambda: dictation.envelope)
    qtbot.addWidget(pill)
    pill.set_behavior(click_through=False, reduced_motion=calm)
    pill.present(
        TrayState.LISTENING, "the numbers from Porto arrive one day later, so the quarterly review moves to Thursday"
    )
    quiet = pill.grab().toImage()
    dictation.hear(2)
    pill.poll()
    loud = pill.grab().toImage()
    assert loud != quiet
    assert loud.save(str(artifacts / f"overlay-{'calm' if calm else 'listening'}.png"))


def ink(pill: Overlay) -> set[str]:
    """The bright and the quiet color, as far as there are pixels of them."""
    image = pill.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(130, image.width() - 20) for y in range(image.height())}
    return seen & {"#f6f6f6", "#b4b4ba"}


def test_words_that_may_change_are_less_bright(pill: Overlay) -> None:
    pill.present(TrayState.LISTENING, "the numbers from Porto")
    assert ink(pill) == {"#f6f6f6"}
    pill.present(TrayState.LISTENING, "the numbers", " from Porto")
    assert (pill.words, pill.words[: pill.solid]) == ("the numbers from Porto", "the numbers ")
    assert ink(pill) == {"#f6f6f6", "#b4b4ba"}
    pill.present(TrayState.LISTENING, "", "the numbers from Porto")
    assert ink(pill) == {"#b4b4ba"}


def test_characters_of_a_language_without_spaces_stay_together(pill: Overlay) -> None:
    pill.present(TrayState.LISTENING, " 今天天", "气很好")
    assert (pill.words, pill.words[: pill.solid]) == ("今天天气很好", "今天天")


def test_of_a_long_text_the_newest_words_are_shown_in_their_color(pill: Overlay) -> None:
    pill.present(TrayState.LISTENING, "we were all going direct to Heaven " * 20, "and the other way " * 20)
    assert ink(pill) == {"#b4b4ba"}


def test_unchanged_level_is_not_painted_again(pill: Overlay, qtbot: Any) -> None:
    pill.present(TrayState.LISTENING)
    pill.poll()
    before = pill._bars
    pill.poll()
    assert pill._bars is before


# When it comes


@pytest.fixture
def away(make_front: Callable[..., FrontEnd]) -> FrontEnd:
    """A front end whose window is not active."""
    return make_front(settings=ON)


def words(front: FrontEnd) -> str | None:
    """What the overlay says, None while it cannot be seen."""
    overlay = front.overlay.overlay
    return overlay.words if overlay is not None and overlay.is_shown else None


def test_overlay_shows_the_words_and_closes_with_the_dictation(away: FrontEnd) -> None:
    told = [words(away)]
    for event in (
        StateChanged("d1", State.STARTING),
        Partial("d1", "hello"),
        SegmentAdded("d1", Segment(1, "Hello there.", "", 0, 1)),
        Partial("d1", "how are", agreed=3),
        Partial("other", "not this"),
        StateChanged("d1", State.FINISHING),
        StateChanged("d1", State.IDLE),
        Partial("d1", "late"),
    ):
        away.receive(event)
        told.append(words(away))
    assert told == [
        None,
        "Listening…",
        "hello",
        "Hello there.",
        "Hello there. how are",
        "Hello there. how are",
        "Hello there.",
        None,
        None,
    ]


def test_overlay_follows_what_is_removed_or_changed(away: FrontEnd) -> None:
    away.receive(StateChanged("d1", State.STARTING))
    told = []
    for event in (
        SegmentAdded("d1", Segment(1, "Hello there", "", 0, 1)),
        SegmentAdded("d1", Segment(2, "no, wait.", "", 1, 2)),
        SegmentsRemoved("d1", (2,)),
        SegmentAdded("d1", Segment(1, "Hello there,", "", 0, 1)),
        Partial("d1", "dear", agreed=0),
        SegmentsRemoved("d1", (1,)),
    ):
        away.receive(event)
        told.append(words(away))
    assert told == [
        "Hello there",
        "Hello there no, wait.",
        "Hello there",
        "Hello there,",
        "Hello there, dear",
        "Listening…",
    ]


def test_sentences_of_a_language_without_spaces_are_not_parted(away: FrontEnd) -> None:
    away.receive(StateChanged("d1", State.STARTING))
    away.receive(Started("d1", "local", "zh", "microphone", 0.0, BEGAN))
    away.receive(SegmentAdded("d1", Segment(1, "今天天气很好。", "", 0, 1)))
    away.receive(SegmentAdded("d1", Segment(2, "我们", "", 1, 2)))
    assert words(away) == "今天天气很好。我们"
    away.receive(Partial("d1", "出去", agreed=1))
    assert words(away) == "今天天气很好。我们出去"


def test_words_of_the_last_dictation_are_not_those_of_the_next(away: FrontEnd) -> None:
    away.receive(StateChanged("d1", State.STARTING))
    away.receive(SegmentAdded("d1", Segment(1, "Old.", "", 0, 1)))
    away.receive(StateChanged("d2", State.STARTING))
    assert words(away) == "Listening…"
    away.receive(Finished("d1", 1, 1, 0, 1.0, "Old."))
    assert words(away) == "Listening…", "the next one is running"


def test_failure_is_shown_long_enough_to_be_read(away: FrontEnd) -> None:
    away.receive(StateChanged("d1", State.STARTING))
    away.receive(Failed("d1", "The microphone was unplugged.", "Plug it in.", fatal=True))
    away.receive(StateChanged("d1", State.FAILED))
    away.receive(Finished("d1", 1, 1, 0, 1.0, ""))
    assert words(away) == "The microphone was unplugged."
    assert away.overlay.overlay is not None
    assert away.overlay.overlay.shown_state is TrayState.PROBLEM
    assert PROBLEM_MS >= 4000
    away.overlay._problem_timer.stop()
    away.overlay._problem_timer.timeout.emit()
    assert words(away) is None


def test_overlay_closes_with_a_failure_that_the_active_window_shows(
    away: FrontEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    away.receive(StateChanged("d1", State.STARTING))
    assert words(away) == "Listening…"
    monkeypatch.setattr(away.window, "isActiveWindow", lambda: True)
    away.receive(Failed("d1", "The microphone was unplugged.", "Plug it in.", fatal=True))
    away.receive(StateChanged("d1", State.FAILED))
    away.receive(Finished("d1", 1, 1, 0, 1.0, ""))
    assert words(away) is None


def cancel(front: FrontEnd) -> None:
    """What the front end receives when the user cancels a dictation that listens."""
    front.receive(StateChanged("d1", State.STARTING))
    front.receive(Partial("d1", "hello"))
    front.receive(Cancelled("d1", revocable=True))
    front.receive(StateChanged("d1", State.FINISHING))
    front.receive(Finished("d1", 1, 1, 0, 1.0, "", cancelled=True))
    front.receive(StateChanged("d1", State.IDLE))


def click(front: FrontEnd, qtbot: Any) -> None:
    assert front.overlay.overlay is not None
    qtbot.mouseClick(front.overlay.overlay, Qt.MouseButton.LeftButton, pos=QPoint(200, 20))


def test_click_takes_the_cancelling_back(away: FrontEnd, dictation: FakeDictation, qtbot: Any) -> None:
    cancel(away)
    assert words(away) == CANCELLED == "The dictation was cancelled"
    assert away.overlay.overlay is not None
    assert away.overlay.overlay.offer == "Undo"
    click(away, qtbot)
    assert dictation.posted.count(("take_back_cancelled", ())) == 1
    away.receive(Cancelled("d1", revocable=False))
    assert words(away) is None


def test_cancelling_that_can_no_longer_be_taken_back_is_not_offered(
    away: FrontEnd, dictation: FakeDictation, qtbot: Any
) -> None:
    cancel(away)
    away.receive(StateChanged("d2", State.STARTING))
    away.receive(Cancelled("d1", revocable=False))
    assert words(away) == "Listening…"
    click(away, qtbot)
    assert ("take_back_cancelled", ()) not in dictation.posted


def test_overlay_that_passes_clicks_on_offers_nothing(make_front: Callable[..., FrontEnd]) -> None:
    front = make_front(settings=Settings(overlay="through"))
    cancel(front)
    assert words(front) is None


@pytest.mark.parametrize("setting", ["off", "on"])
def test_overlay_is_not_created_when_switched_off(
    setting: str, make_front: Callable[..., FrontEnd], dictation: Any
) -> None:
    front = make_front(settings=Settings(overlay=setting))
    script(dictation)
    assert (front.overlay.overlay is None) == (setting == "off")


def test_overlay_is_hidden_while_the_window_is_active(
    make_front: Callable[..., FrontEnd], dictation: FakeDictation, qtbot: Any
) -> None:
    front = make_front(settings=ON)
    front.show()
    front.window.activateWindow()
    qtbot.waitUntil(front.window.isActiveWindow)
    script(dictation)
    assert words(front) is None


def test_no_overlay_on_wayland(away: FrontEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "wayland")
    away.receive(StateChanged("d1", State.STARTING))
    assert words(away) is None


def test_switching_off_hides_the_overlay_at_once(away: FrontEnd) -> None:
    away.receive(StateChanged("d1", State.STARTING))
    away.preferences.update(overlay="off")
    assert words(away) is None


def test_position_of_the_overlay_is_saved(make_front: Callable[..., FrontEnd]) -> None:
    spot = OverlayPosition("", 0.25, 0.5)
    first = make_front(settings=replace(ON, start_hidden=True))
    first.show()
    first.receive(StateChanged("d1", State.STARTING))
    assert first.overlay.overlay is not None
    first.overlay.overlay.moved.emit(spot)
    first.save()
    again = make_front(settings=replace(ON, start_hidden=True))
    again.show()
    again.receive(StateChanged("d1", State.STARTING))
    assert again.overlay.overlay is not None
    assert again.overlay.overlay.position == spot
    again.save()
    assert math.isclose(unpacked(again.overlay.state()["overlay"]).x, 0.25)


# Appearing, disappearing, and what was done


def test_overlay_is_shown_by_default() -> None:
    assert Settings().overlay == "on"


def test_it_fades_in_120_ms(pill: Overlay, qtbot: Any) -> None:
    pill.present(TrayState.LISTENING)
    assert pill._fade.duration() == 120
    qtbot.waitUntil(lambda: pill._fade.state() == QVariantAnimation.State.Stopped)
    assert pill.windowOpacity() == 1.0
    pill.dismiss()
    assert pill.isVisible()
    assert not pill.is_shown
    qtbot.waitUntil(lambda: not pill.isVisible())


def test_with_reduced_motion_it_appears_and_disappears_at_once(pill: Overlay) -> None:
    pill.set_behavior(click_through=False, reduced_motion=True)
    pill.present(TrayState.LISTENING)
    assert pill.windowOpacity() == 1.0
    pill.dismiss()
    assert not pill.isVisible()


def test_words_that_come_while_it_fades_out_show_it_again(pill: Overlay, qtbot: Any) -> None:
    pill.present(TrayState.LISTENING)
    pill.dismiss()
    pill.present(TrayState.LISTENING, "hello")
    qtbot.waitUntil(lambda: pill._fade.state() == QVariantAnimation.State.Stopped)
    assert pill.isVisible()
    assert pill.windowOpacity() == 1.0


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=60), st.integers(120, 400))
def test_a_long_text_is_shortened_to_whole_words(parts: list[str], width: int) -> None:
    metrics = QFontMetricsF(QFont())
    shown = newest_words(" ".join(parts), metrics, width)
    assert metrics.horizontalAdvance(shown) <= width
    kept = shown.removeprefix("… ").split(" ")
    assert kept == parts[len(parts) - len(kept) :]


def end_with_insertion(front: FrontEnd) -> None:
    front.receive(StateChanged("d1", State.STARTING))
    front.receive(Started("d1", "local", "en", "microphone", 0.0, BEGAN))
    front.receive(SegmentAdded("d1", Segment(1, "Hello.", "", 0, 1)))
    front.receive(StateChanged("d1", State.FINISHING))
    front.receive(Inserted("d1", "Mousepad", elsewhere=False, took_s=0.2, at=0.0))
    front.receive(Finished("d1", 1, 1, 0, 1.0, "Hello."))
    front.receive(StateChanged("d1", State.IDLE))


def test_where_the_text_went_is_said_and_a_click_undoes_it(
    away: FrontEnd, dictation: FakeDictation, qtbot: Any
) -> None:
    end_with_insertion(away)
    assert words(away) == "Inserted into Mousepad"
    overlay = away.overlay.overlay
    assert overlay is not None
    assert (overlay.offer, overlay.is_done) == ("Undo", True)
    assert overlay.accessibleDescription() == "Inserted into Mousepad. Undo"
    click(away, qtbot)
    assert ("take_back_insertion", ()) in dictation.posted
    assert words(away) is None


def test_click_on_a_problem_undoes_nothing(away: FrontEnd, dictation: FakeDictation, qtbot: Any) -> None:
    """The problem takes the place of what was done or cancelled, and offers no button."""
    for begin in (end_with_insertion, cancel):
        begin(away)
        away.receive(Failed("", "No microphone was found.", "Plug one in.", fatal=True))
        assert words(away) == "No microphone was found."
        click(away, qtbot)
        assert dictation.posted == []
        away.overlay._problem_timer.stop()
        away.overlay._problem_timer.timeout.emit()
        assert words(away) is None


@pytest.mark.parametrize("other", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton])
def test_only_the_left_button_undoes(
    away: FrontEnd, dictation: FakeDictation, qtbot: Any, other: Qt.MouseButton
) -> None:
    end_with_insertion(away)
    qtbot.mouseClick(away.overlay.overlay, other, pos=QPoint(200, 20))
    assert dictation.posted == []
    assert words(away) == "Inserted into Mousepad"


def test_click_does_what_was_offered_last(away: FrontEnd, dictation: FakeDictation, qtbot: Any) -> None:
    """The text of a dictation may be inserted after the next one was cancelled."""
    cancel(away)
    away.receive(Inserted("d0", "Mousepad", elsewhere=False, took_s=0.2, at=0.0))
    assert words(away) == "Inserted into Mousepad"
    click(away, qtbot)
    assert dictation.names() == ["take_back_insertion"]
    assert words(away) is None


@pytest.mark.parametrize(
    "told",
    [
        NotInserted("d1", "Mousepad", "Mousepad did not take it.", "Paste it.", on_clipboard=True),
        InsertionUncertain(
            "d1", "Mousepad", "Mousepad did not take it.", "", unusual=True, elsewhere=False, took_s=0.2, at=0.0
        ),
    ],
)
def test_a_text_that_was_not_inserted_is_a_problem(away: FrontEnd, told: NotInserted | InsertionUncertain) -> None:
    """The notice is in the window, which may be behind the program into which the user dictates."""
    away.receive(StateChanged("d1", State.STARTING))
    away.receive(StateChanged("d1", State.FINISHING))
    away.receive(told)
    away.receive(Finished("d1", 1, 1, 0, 1.0, "Hello."))
    away.receive(StateChanged("d1", State.IDLE))
    assert words(away) == "Mousepad did not take it."
    assert away.overlay.overlay.shown_state is TrayState.PROBLEM
    away.receive(StateChanged("d2", State.STARTING))
    away.receive(told)
    assert words(away) == "Listening…"


def test_what_was_done_disappears_after_three_seconds(away: FrontEnd) -> None:
    assert DONE_MS == 3_000
    end_with_insertion(away)
    assert away.overlay._problem_timer.interval() == 3_000
    away.overlay._problem_timer.stop()
    away.overlay._problem_timer.timeout.emit()
    assert words(away) is None
    end_with_insertion(away)
    away.receive(InsertionUndone("d1", "Mousepad"))
    assert words(away) is None


def test_the_next_dictation_replaces_what_was_done(away: FrontEnd) -> None:
    end_with_insertion(away)
    away.receive(StateChanged("d2", State.STARTING))
    assert words(away) == "Listening…"


def test_a_dictation_in_the_active_window_closes_what_was_done(away: FrontEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    end_with_insertion(away)
    monkeypatch.setattr(away.window, "isActiveWindow", lambda: True)
    away.receive(StateChanged("d2", State.STARTING))
    assert words(away) is None
    away.receive(Partial("d2", "hello"))
    assert words(away) is None


def test_there_is_no_overlay_for_files(away: FrontEnd) -> None:
    away.receive(StateChanged("f1", State.STARTING))
    away.receive(Started("f1", "local", "en", "/tmp/talk.wav", 0.0, BEGAN))
    assert words(away) is None
    away.receive(StateChanged("f1", State.LISTENING))
    away.receive(SegmentAdded("f1", Segment(1, "Hello.", "", 0, 1)))
    assert words(away) is None
    away.receive(StateChanged("d2", State.STARTING))
    assert words(away) == "Listening…"


def test_a_file_that_fails_shows_no_overlay_and_a_text_that_is_inserted_again_does(away: FrontEnd) -> None:
    away.receive(StateChanged("f1", State.STARTING))
    away.receive(Started("f1", "local", "en", "/tmp/talk.wav", 0.0, BEGAN))
    away.receive(Failed("f1", "The recognizer ended.", "Try again.", fatal=True))
    assert words(away) is None
    away.receive(StateChanged("f1", State.FAILED))
    away.receive(Finished("f1", 1, 1, 0, 1.0, ""))
    assert words(away) is None
    away.receive(Inserted("d1", "Kate", False, 0.02, 5.0))
    assert words(away) == "Inserted into Kate"
