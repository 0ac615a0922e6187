"""The window shows events only; what the user does is only posted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from window_fakes import BEGAN, HEADSET, FakeDictation, script

from saywrite.foundation import events
from saywrite.foundation.events import SAMPLE_RATE, EngineState, State
from saywrite.ui.app.frontend import FrontEnd

STARTED = events.Started("d1", "local", "en", "microphone", 1.0, BEGAN)


def segment(number: int, text: str, dictation: str = "d1") -> events.SegmentAdded:
    return events.SegmentAdded(dictation, events.Segment(number, text, text, number * 16_000, number * 16_000 + 8000))


def partial_shown(front: FrontEnd) -> str:
    return front.window.transcript.pane.partial.text()


def headline(front: FrontEnd) -> str:
    return front.window.empty.texts()[0]


# The record button


def test_click_posts_a_command_and_changes_nothing(qtbot: Any, shown: FrontEnd, dictation: FakeDictation) -> None:
    qtbot.mouseClick(shown.window.control_bar.button, Qt.MouseButton.LeftButton)
    assert dictation.names().count("toggle") == 1
    assert shown.window.control_bar.button.state is State.IDLE


@pytest.mark.parametrize("key", [Qt.Key.Key_F9])
def test_the_shortcut_posts_once_however_long_it_is_held(
    qtbot: Any, shown: FrontEnd, dictation: FakeDictation, key: Qt.Key
) -> None:
    qtbot.keyClick(shown.window, key)
    assert dictation.names().count("toggle") == 1
    assert not shown.window.actions_.record.autoRepeat()


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.STARTING, "Starting…"),
        (State.LISTENING, "Stop"),
        (State.RECONNECTING, "Stop"),
        (State.FINISHING, "Finishing…"),
        (State.FAILED, "Try again"),
        (State.IDLE, "Start"),
    ],
)
def test_button_shows_the_state_of_the_event(
    front: FrontEnd, dictation: FakeDictation, state: State, word: str
) -> None:
    dictation.tell(events.StateChanged("d1", state))
    button = front.window.control_bar.button
    assert button.text() == word
    assert button.accessibleName()


def test_the_meter_polls_from_starting_to_finishing(shown: FrontEnd, dictation: FakeDictation) -> None:
    meter = shown.window.control_bar.meter
    assert not meter.is_polling
    dictation.tell(events.StateChanged("d1", State.STARTING))
    assert meter.is_polling


# Time and gauge


def test_the_time_is_what_was_captured(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.ProgressChanged("d1", 12 * SAMPLE_RATE, 12 * SAMPLE_RATE, 11 * SAMPLE_RATE))
    assert front.window.control_bar.time.text() == "00:12"
    assert front.window.control_bar.gauge.text == "heard 0:12 · text 0:11"


def test_sent_is_shown_for_engines_over_the_network_only(front: FrontEnd, dictation: FakeDictation) -> None:
    front.preferences.update(engine="aiola")
    dictation.tell(STARTED)
    dictation.tell(events.Traffic("d1", "apis.aiola.ai", 300_000, 1_000))
    dictation.tell(events.ProgressChanged("d1", 12 * SAMPLE_RATE, 9 * SAMPLE_RATE, 8 * SAMPLE_RATE))
    assert front.window.control_bar.gauge.text == "heard 0:12 · sent 0:09 · text 0:08"
    dictation.tell(events.Finished("d1", 12 * SAMPLE_RATE, 12 * SAMPLE_RATE, 0, 13.0, "Local words."))
    assert front.window.control_bar.gauge.text == "heard 0:12 · sent 0:09 · text 0:12"


def test_nothing_is_sent_before_a_byte_has_gone_to_a_host(front: FrontEnd, dictation: FakeDictation) -> None:
    front.preferences.update(engine="aiola")
    dictation.tell(STARTED)
    dictation.tell(events.Traffic("d0", "apis.aiola.ai", 300_000, 1_000))
    dictation.tell(events.ProgressChanged("d1", 12 * SAMPLE_RATE, 9 * SAMPLE_RATE, 8 * SAMPLE_RATE))
    assert front.window.control_bar.gauge.text == "heard 0:12 · sent 0:00 · text 0:08"
    dictation.tell(events.Finished("d1", 12 * SAMPLE_RATE, 12 * SAMPLE_RATE, 0, 13.0, "Local words."))
    assert front.window.control_bar.gauge.text == "heard 0:12 · sent 0:00 · text 0:12"


def test_the_gauge_of_an_old_dictation_is_not_shown(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.ProgressChanged("d0", 99 * SAMPLE_RATE, 0, 0))
    assert front.window.control_bar.time.text() == "00:00"


# Text


def test_finals_are_counted_and_take_the_place_of_the_empty_state(front: FrontEnd, dictation: FakeDictation) -> None:
    window = front.window
    assert not window.empty.isHidden()
    dictation.tell(STARTED)
    dictation.tell(segment(1, "Speak, and it is written."))
    assert window.empty.isHidden()
    assert window.status.text() == "5 words"
    assert "it is written" in window.transcript.text()


def test_partials_are_coalesced_and_the_newest_is_shown(qtbot: Any, front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    shown: list[str] = []
    front.window.transcript.show_partial = lambda text, _agreed: shown.append(text)  # type: ignore[method-assign]
    for number in range(50):
        dictation.tell(events.Partial("d1", f"word {number}"))
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == ["word 49"]


def test_final_removes_its_partial(qtbot: Any, front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.Partial("d1", "speak and"))
    dictation.tell(segment(1, "Speak, and it is written."))
    assert not [timer for timer in front.window.transcript.findChildren(QTimer) if timer.isActive()]
    assert partial_shown(front) == ""


def test_a_partial_of_an_old_dictation_is_not_shown(qtbot: Any, front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.Partial("d1", "new words"))
    dictation.tell(events.Partial("d0", "old words"))
    qtbot.waitUntil(lambda: partial_shown(front) != "")
    assert partial_shown(front) == "new words"


def test_a_late_final_of_an_old_dictation_is_not_lost(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.Started("d2", "local", "en", "microphone", 2.0, BEGAN))
    dictation.tell(segment(1, "late words", "d1"))
    assert "late words" in front.window.transcript.text()


def test_scratch_that_removes_text(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(segment(1, "Keep this."))
    dictation.tell(segment(2, "Not this."))
    dictation.tell(events.SegmentsRemoved("d1", (2,)))
    assert "Not this" not in front.window.transcript.text()


def test_an_edit_of_the_transcript_is_posted(front: FrontEnd, dictation: FakeDictation) -> None:
    front.window.transcript.segment_edited.emit("d1", 3, "corrected")
    assert dictation.arguments("edit_segment") == [("d1", 3, "corrected")]


def test_clearing_can_be_undone_from_its_notice(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(segment(1, "Dear words."))
    front.window.actions_.clear.trigger()
    assert front.window.transcript.text() == ""
    assert "cleared" in front.window.notices.texts()[0]
    front.commands.undo_clear()
    assert "Dear words" in front.window.transcript.text()
    assert front.window.notices.texts() == []


@pytest.mark.parametrize("way", ["the menu", "the text"])
def test_notice_of_clearing_is_withdrawn_by_every_kind_of_undo(
    front: FrontEnd, dictation: FakeDictation, way: str
) -> None:
    dictation.tell(STARTED)
    dictation.tell(segment(1, "Dear words."))
    front.window.actions_.clear.trigger()
    if way == "the menu":
        front.window.actions_.undo.trigger()
    else:
        front.window.transcript.undo()
    assert "Dear words" in front.window.transcript.text()
    assert front.window.notices.texts() == []


def test_notice_of_a_silent_microphone_is_withdrawn_at_the_end(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.Failed("d1", "Desk delivers nothing but silence.", "Check it.", about="microphone"))
    assert front.window.notices.texts() == ["Desk delivers nothing but silence. Check it."]
    dictation.tell(events.Finished("d1", 16_000, 16_000, 0, 1.0, ""))
    assert front.window.notices.texts() == []


def test_copy_without_a_selection_copies_all(qapp: Any, front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(segment(1, "Copy me."))
    front.window.actions_.copy.trigger()
    assert qapp.clipboard().text().strip() == "Copy me."


def test_without_text_there_is_nothing_to_copy_export_or_clear(front: FrontEnd, dictation: FakeDictation) -> None:
    actions = front.window.actions_
    assert not any(action.isEnabled() for action in (actions.copy, actions.export, actions.clear))
    dictation.tell(STARTED)
    dictation.tell(segment(1, "Now there is."))
    assert all(action.isEnabled() for action in (actions.copy, actions.export, actions.clear))


# Problems


def test_a_failure_is_a_notice_with_its_remedy(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.Failed("d1", "No microphone was found.", "Connect one.", fatal=True))
    assert front.window.notices.texts() == ["No microphone was found. Connect one."]


def test_new_dictation_withdraws_old_failures(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.Failed("d1", "No microphone was found.", "Connect one.", fatal=True))
    dictation.tell(events.StateChanged("d2", State.STARTING))
    assert front.window.notices.texts() == []


def test_gaps_of_one_cause_are_one_notice_with_their_sum(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.Gap("d1", 83 * SAMPLE_RATE, 12_800, "the microphone was unplugged"))
    assert front.window.notices.texts()[0].startswith("0.8 s of sound is missing at 1:23: the microphone was unplugged")
    dictation.tell(events.Gap("d1", 90 * SAMPLE_RATE, 16_000, "the microphone was unplugged"))
    (notice,) = front.window.notices.texts()
    assert notice.startswith("1.8 s of sound is missing in 2 places")


def test_unrequested_change_of_the_microphone_is_reported(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.SourceChanged("d1", "Built-in Audio"))
    assert front.window.notices.texts() == []
    dictation.tell(events.SourceChanged("d1", "Built-in Audio", "The headset was unplugged."))
    assert front.window.notices.texts() == ["Now recording from Built-in Audio. The headset was unplugged."]


def test_unavailable_engine_shows_its_reason_until_it_is_ready(front: FrontEnd, dictation: FakeDictation) -> None:
    indicator = front.window.control_bar.indicator
    dictation.tell(events.EngineChanged("local", EngineState.UNAVAILABLE, "CTranslate2 is missing.", "Install it."))
    assert indicator.word == "unavailable"
    assert front.window.notices.texts() == ["CTranslate2 is missing. Install it."]
    dictation.tell(events.EngineChanged("local", EngineState.READY))
    assert indicator.word == "ready"
    assert front.window.notices.texts() == []


def test_indicator_shows_the_chosen_engine_only(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.EngineChanged("local", EngineState.READY))
    dictation.tell(events.EngineChanged("aiola", EngineState.UNAVAILABLE, "No key."))
    assert front.window.control_bar.indicator.word == "ready"
    front.preferences.update(engine="aiola")
    assert front.window.control_bar.indicator.word == "unavailable"


def test_missing_devices_are_reported_until_there_is_one(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.DevicesChanged((), "No microphone was found.", "Connect one."))
    assert front.window.notices.texts() == ["No microphone was found. Connect one."]
    dictation.tell(events.DevicesChanged((HEADSET,)))
    assert front.window.notices.texts() == []


def test_problems_before_the_window_are_shown(make_front: Any) -> None:
    front = make_front(problems=("The settings file was broken and has been set aside.",))
    assert front.window.notices.texts() == ["The settings file was broken and has been set aside."]


# Choices


def test_a_choice_becomes_a_setting_that_is_saved_and_applied(
    qtbot: Any, make_front: Any, dictation: FakeDictation
) -> None:
    saved: list[Any] = []
    front = make_front(save_settings=saved.append)
    front.window.control_bar.microphone.chosen.emit("ALSA", "Desk Mic")
    qtbot.waitUntil(lambda: bool(saved))
    assert (saved[-1].microphone_host_api, saved[-1].microphone_name) == ("ALSA", "Desk Mic")
    assert dictation.arguments("apply")[-1] == (saved[-1],)


def test_settings_that_cannot_be_saved_take_effect_with_a_notice(qtbot: Any, make_front: Any) -> None:
    def refuse(_settings: object) -> None:
        raise OSError("the disk is full")

    front = make_front(save_settings=refuse)
    front.preferences.update(theme="dark")
    qtbot.waitUntil(lambda: bool(front.window.notices.texts()))
    assert "the disk is full" in front.window.notices.texts()[0]
    assert front.preferences.settings.theme == "dark"
    front.preferences.update(theme="system")


def test_an_unknown_language_is_explained_with_the_engine_that_knows_it(front: FrontEnd) -> None:
    front.preferences.update(engine="aiola")
    front.window.control_bar.language.unknown_chosen.emit("it")
    (notice,) = front.window.notices.texts()
    assert notice == "aiOla does not know Italian. Choose “On this computer” as the recognizer, then Italian."


def test_a_language_no_engine_knows_is_explained_too(front: FrontEnd) -> None:
    front.window.control_bar.language.unknown_chosen.emit("ko")
    assert "No recognizer of this version does" in front.window.notices.texts()[0]


def test_the_empty_state_says_what_the_engine_can_do(front: FrontEnd) -> None:
    assert front.window.empty.texts()[2] == (
        "Whisper base on this computer: English, German, French, Spanish, Portuguese and 3 more. "
        "What you say does not leave this computer."
    )
    front.preferences.update(engine="aiola")
    assert front.window.empty.texts()[2].startswith("aiOla: English, German, French.")


def test_the_empty_state_follows_the_dictation(front: FrontEnd, dictation: FakeDictation) -> None:
    assert headline(front) == "Press Start and speak"
    dictation.tell(events.StateChanged("d1", State.LISTENING))
    assert headline(front) == "Listening"


# Files and unfinished dictations


def drop(front: FrontEnd, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where, none = QPointF(300, 300), Qt.KeyboardModifier.NoModifier
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    try:
        enter = QDragEnterEvent(where, copy, data, left, none)
    except TypeError:  # before PySide6 6.12, which in turn warns of QPoint
        enter = QDragEnterEvent(where.toPoint(), copy, data, left, none)
    front.window.dragEnterEvent(enter)
    assert enter.isAccepted()
    front.window.dropEvent(QDropEvent(where, copy, data, left, none))


def test_dropped_files_are_queued_in_order(
    qtbot: Any, front: FrontEnd, dictation: FakeDictation, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.wav", tmp_path / "b.wav"
    drop(front, first, second)
    qtbot.waitUntil(lambda: dictation.arguments("queue_files") == [((first, second),)])


def test_dropped_files_stay_where_they_are(front: FrontEnd, tmp_path: Path) -> None:
    """Where Shift is held, a file manager proposes to move them, and may delete them once that is accepted."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.wav"))])
    copy, left, shift = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    dropped = QDropEvent(QPointF(300, 300), copy | Qt.DropAction.MoveAction, data, left, shift)
    assert dropped.proposedAction() is Qt.DropAction.MoveAction
    front.window.dropEvent(dropped)
    assert dropped.isAccepted()
    assert dropped.dropAction() is copy


def test_a_file_dropped_while_dictating_is_queued(
    qtbot: Any, front: FrontEnd, dictation: FakeDictation, tmp_path: Path
) -> None:
    dictation.tell(events.StateChanged("d1", State.LISTENING))
    drop(front, tmp_path / "a.wav")
    qtbot.waitUntil(lambda: dictation.arguments("queue_files") == [((tmp_path / "a.wav",),)])


def test_unfinished_dictations_are_offered_and_the_answer_is_posted(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.IncompleteRecordingsFound((events.IncompleteRecording("u1", BEGAN, 16_000, 0),)))
    assert not front.window.unfinished.isHidden()
    front.window.unfinished.transcribe_requested.emit("u1")
    front.window.unfinished.discard_requested.emit("u1")
    assert dictation.arguments("transcribe_unfinished") == [("u1",)]
    assert dictation.arguments("discard_unfinished") == [("u1",)]


def test_a_whole_dictation_can_be_shown(qtbot: Any, shown: FrontEnd, dictation: FakeDictation) -> None:
    script(dictation)
    qtbot.waitUntil(lambda: partial_shown(shown) == "and then we have to")
    assert shown.window.status.text() == "51 words"
    assert shown.window.control_bar.microphone.currentText() == "Default: USB Headset Mono"
    assert shown.window.windowTitle().startswith("●")


# Notices whose matter is over


def test_notice_about_the_disk_is_withdrawn_when_it_has_recovered(shown: FrontEnd, dictation: FakeDictation) -> None:
    for name in ("d1", "d2"):
        dictation.tell(events.Failed(name, f"The disk is slow ({name}).", "Keep Saywrite open.", about="disk"))
    dictation.tell(events.DiskRecovered("d2"))
    assert shown.window.notices.texts() == ["The disk is slow (d1). Keep Saywrite open."]
    dictation.tell(events.RecordClosed("d1", False, 0))
    assert shown.window.notices.texts() != [], "not all of it is on disk"
    dictation.tell(events.RecordClosed("d1", True, 16_000))
    assert shown.window.notices.texts() == []
