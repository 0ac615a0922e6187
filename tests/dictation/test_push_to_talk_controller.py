"""Keys start dictations, whose texts are inserted in order, once they are in the history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.dictation.talk_stage import EDITOR, OWN, SETTINGS, TalkStage

from saywrite.audio.microphone.preroll import RETRY_S
from saywrite.desktop.hotkeys.base import CANCEL, SECOND, GrabResult
from saywrite.desktop.insertion.base import PasteMethod, TargetWindow
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.worker import Insertion
from saywrite.dictation.push_to_talk.insertion_queue import DISK_PATIENCE_S, added_capital, choices_of
from saywrite.dictation.push_to_talk.policy import BOUNCE_S, TAKE_BACK_S
from saywrite.foundation.errors import NoMicrophone
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Cancelled,
    Finished,
    IncompleteRecordingsFound,
    Inserted,
    KeyProblem,
    KeysChanged,
    NotInserted,
    PrerollActive,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
)
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import scan
from saywrite.storage.settings.schema import Settings


@pytest.fixture
def stage(tmp_path: Path) -> TalkStage:
    made = TalkStage(tmp_path)
    yield made
    made.disk.go_on()
    made.archive.close_history()


def test_text_is_inserted_into_the_window_that_had_the_focus_at_the_key_press(stage: TalkStage) -> None:
    stage.dictate("hello there")
    (given,) = stage.inserter.given
    assert given == Insertion(stage.last(Finished).dictation, "Hello there", "en", EDITOR, added_capital=True)
    assert stage.states == ["starting", "listening", "finishing", "idle"]


def test_text_is_in_the_history_before_it_is_inserted(stage: TalkStage) -> None:
    stage.disk.stalled = True
    stage.dictate("hello there")
    assert stage.inserted() == []
    stage.disk.go_on()
    stage.handle_messages()
    assert stage.inserted() == ["Hello there"]


def test_text_is_inserted_although_the_disk_does_not_answer(stage: TalkStage) -> None:
    stage.disk.stalled = True
    stage.dictate("hello there")
    stage.pass_time(DISK_PATIENCE_S)
    assert stage.inserted() == ["Hello there"]
    stage.disk.go_on()
    stage.handle_messages()
    assert stage.inserted() == ["Hello there"]


def test_text_waits_while_the_key_is_down_for_the_next_dictation(stage: TalkStage) -> None:
    stage.down()
    stage.speak()
    stage.pass_time(1)
    stage.up()
    first = stage.source
    stage.down()
    first.end()
    stage.handle_messages()
    stage.recognizer.final("one", 0, 2)
    stage.recognizer.done()
    stage.handle_messages()
    stage.speak()
    assert stage.inserted() == []
    stage.pass_time(1)
    stage.up()
    assert stage.inserted() == ["One"]
    stage.finish("two")
    assert stage.inserted() == ["One", "Two"]


def test_dictation_started_in_the_window_is_not_inserted(stage: TalkStage) -> None:
    stage.listen()
    stage.say(2)
    stage.dictation.stop()
    stage.handle_messages()
    stage.finish("hello there")
    assert stage.inserted() == []


def test_dictation_started_on_the_command_line_is_inserted(stage: TalkStage) -> None:
    stage.dictation.start(insert=True)
    stage.handle_messages()
    stage.speak()
    stage.dictation.stop()
    stage.handle_messages()
    stage.finish("hello there")
    assert stage.inserted() == ["Hello there"]


def test_key_pressed_in_our_own_window_inserts_nothing(stage: TalkStage) -> None:
    stage.inserter.focused = OWN
    stage.dictate("hello there")
    assert stage.inserted() == []
    stage.down()
    stage.speak()
    stage.pass_time(1)
    stage.up()
    stage.inserter.focused = EDITOR  # the user went on to another program meanwhile
    stage.finish("for the editor")
    assert stage.inserted() == ["For the editor"]


def test_dictation_without_words_inserts_nothing(stage: TalkStage) -> None:
    stage.down()
    stage.speak()
    stage.pass_time(1)
    stage.up()
    stage.source.end()
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.inserted() == []


def test_second_key_dictates_in_its_own_language(stage: TalkStage) -> None:
    stage.down(SECOND)
    assert stage.recognizer.request.language == "de"
    stage.speak()
    stage.pass_time(1)
    stage.up(SECOND)
    stage.finish("guten Tag")
    assert stage.inserter.given[0].language == "de"


def test_escape_drops_the_text_and_the_recording_is_removed_when_the_offer_ends(stage: TalkStage) -> None:
    stage.down()
    stage.speak()
    stage.down(CANCEL)
    assert [event.revocable for event in stage.all(Cancelled)] == [True]
    assert stage.states[-1] == "idle"
    assert len(scan(stage.paths.recordings)) == 1, "kept as it is, also for the next start should we crash now"
    assert not any(event.items for event in stage.all(IncompleteRecordingsFound)), "but not offered as unfinished"
    stage.pass_time(TAKE_BACK_S)
    assert [event.revocable for event in stage.all(Cancelled)] == [True, False]
    assert list(stage.paths.recordings.iterdir()) == []
    assert stage.inserted() == []


def test_restored_dictation_is_transcribed_and_inserted_into_its_window(stage: TalkStage) -> None:
    stage.down()
    stage.speak()
    stage.dictation.cancel()
    stage.handle_messages()
    stage.up()
    assert stage.states[-1] == "idle"
    stage.dictation.take_back_cancelled()
    stage.handle_messages()
    stage.loop.wake(stage.now)
    stage.handle_messages()
    while not stage.recognizer.finishing:
        stage.recognizer.take_all()
        stage.handle_messages()
    stage.recognizer.final("after all", 0, 2)
    stage.recognizer.done()
    stage.handle_messages()
    assert [event.revocable for event in stage.all(Cancelled)] == [True, False]
    assert stage.inserted() == ["After all"]
    assert scan(stage.paths.recordings) == ()


def cancelled_with_text(stage: TalkStage) -> str:
    """A dictation that has text when it is cancelled; its id."""
    stage.down()
    stage.speak()
    stage.recognizer.take_all()
    stage.recognizer.final("not this", 0, 1)
    stage.handle_messages()
    stage.dictation.cancel()
    stage.handle_messages()
    stage.up()
    return stage.last(Finished).dictation


def words_in_history(stage: TalkStage) -> list[str]:
    store = HistoryStore(stage.paths.history)
    try:
        return [entry.dictation for entry in store.recent(9)]
    finally:
        store.close()


def test_text_of_a_cancelled_dictation_is_removed_with_it(stage: TalkStage) -> None:
    dictation = cancelled_with_text(stage)
    assert stage.last(Finished).cancelled, "for the tray, which offers the last texts"
    assert stage.last(SegmentsRemoved).dictation == dictation, "from the transcript at once"
    stage.pass_time(TAKE_BACK_S)
    assert words_in_history(stage) == []
    assert list(stage.paths.recordings.iterdir()) == []


def test_end_of_the_program_removes_a_cancelled_dictation_at_once(stage: TalkStage) -> None:
    cancelled_with_text(stage)
    stage.dictation.quit()
    stage.handle_messages()
    assert words_in_history(stage) == []
    assert list(stage.paths.recordings.iterdir()) == []


def test_restored_dictation_shows_its_text_again(stage: TalkStage) -> None:
    dictation = cancelled_with_text(stage)
    before = len(stage.all(SegmentAdded))
    stage.dictation.take_back_cancelled()
    stage.handle_messages()
    stage.loop.wake(stage.now)
    stage.handle_messages()
    assert [event.segment.text for event in stage.all(SegmentAdded)[before:]] == ["Not this"]
    stage.pass_time(TAKE_BACK_S)
    assert words_in_history(stage) == [dictation]


def test_cancel_before_any_sound_offers_nothing(stage: TalkStage) -> None:
    stage.down()
    stage.dictation.cancel()
    stage.handle_messages()
    assert [event.revocable for event in stage.all(Cancelled)] == [True, False]


def test_latency_contains_the_times_of_the_key_and_of_the_insertion(stage: TalkStage) -> None:
    kept: dict[str, object] = {}
    stage.commands.latency._keep = lambda dictation, microphone, latency: kept.update({dictation: latency})
    stage.dictate("hello there")
    dictation = stage.inserter.given[0].dictation
    stage.inbox.post(Inserted(dictation, "Kate", False, 0.02, stage.now + 0.5))
    stage.handle_messages()
    assert kept[dictation].released == 1000
    assert kept[dictation].inserted == round(1000 * (1 + 2 * BOUNCE_S + 0.5))


def test_inserter_knows_which_keys_were_ours(stage: TalkStage) -> None:
    stage.dictate("hello there")
    kinds = [kind for _, kind in stage.inserter.own]
    assert kinds == ["down", "command", "up", "command"]
    assert [at for at, _ in stage.inserter.own] == sorted(at for at, _ in stage.inserter.own)
    stage.dictation.toggle(insert=True)
    stage.handle_messages()
    assert [kind for _, kind in stage.inserter.own][4:] == ["command"]


def test_results_of_insertions_and_grabs_are_reported(stage: TalkStage) -> None:
    missed = NotInserted("d", "Kate", "Kate did not read the text.", "Choose “Insert again”.", on_clipboard=True)
    stage.inbox.post(missed)
    stage.inbox.post(GrabResult((("dictate", ""),), (KeyProblem("dictate-second", "F8 is taken.", "Choose another."),)))
    stage.handle_messages()
    assert missed in stage.told
    expected = KeysChanged((("dictate", ""),), (KeyProblem("dictate-second", "F8 is taken.", "Choose another."),))
    assert stage.last(KeysChanged) == expected
    stage.dictation.insert_again()
    stage.dictation.take_back_insertion()
    stage.handle_messages()
    assert stage.inserter.story == ["start", "again", "take back"]


def test_text_of_an_earlier_dictation_is_inserted_once_no_key_is_down(stage: TalkStage) -> None:
    stage.down()
    stage.speak()
    stage.dictation.insert_text("old", "Buy milk.", "en")
    stage.handle_messages()
    stage.pass_time(1)
    assert stage.inserter.given == []
    stage.up()
    stage.pass_time(1)
    assert [(each.dictation, each.text, each.language) for each in stage.inserter.given] == [("old", "Buy milk.", "en")]
    assert stage.inserter.given[0].pressed_in is None


def test_session_watch_runs_while_the_microphone_is_open(stage: TalkStage) -> None:
    stage.dictate("hello there")
    assert stage.watch == ["begun", "capturing", "not capturing"]


def test_close_releases_the_keys_first(stage: TalkStage) -> None:
    stage.dictation.quit()
    stage.handle_messages()
    assert stage.way.released
    assert stage.watch == ["begun", "ended"]
    assert stage.inserter.story[-1] == "close"


def test_settings_become_the_rules_of_the_insertion(stage: TalkStage) -> None:
    settings = Settings(
        insertion_means="type",
        insertion_other_window="keep",
        insertion_continue=False,
        insertion_line_breaks="as is",
        insertion_programs="xterm = type",
    )
    stage.dictation.apply(settings)
    stage.handle_messages()
    assert stage.inserter.choices == choices_of(settings)
    assert stage.inserter.choices == ProgramRules(PasteMethod.TYPE, "keep", False, "as is", {"xterm": PasteMethod.TYPE})
    assert choices_of(Settings()).means is None


@pytest.mark.parametrize(
    ("raw", "text", "added"),
    [
        ("hello", "Hello", True),
        ("Hello", "Hello", False),
        ("postgres is", "PostgreSQL is", True),
        ("eins", "1", False),
        ("", "", False),
    ],
)
def test_only_a_capital_that_we_added_may_be_removed(raw: str, text: str, added: bool) -> None:
    assert added_capital(Segment(1, text, raw, 0, 1)) is added


def test_with_preroll_the_recording_begins_before_the_key(stage: TalkStage) -> None:
    assert stage.sources == [], "without it nothing listens while idle"
    stage.dictation.apply(replace(SETTINGS, preroll_ms=500))
    stage.handle_messages()
    stage.source.open()
    for _ in range(30):
        stage.say(0.1)
    stage.standby._report_change()
    assert stage.told[-1] == PrerollActive("Desk microphone")
    assert list(stage.paths.recordings.glob("*")) == [], "in memory only"
    stage.down()
    assert len(stage.sources) == 1
    assert stage.states == ["starting", "listening"]
    assert stage.told.count(PrerollActive("")) == 1
    stage.say(1)
    stage.pass_time(1)
    stage.up()
    stage.finish("hello there", 1.5)
    assert stage.last(Finished).heard == 1.5 * SAMPLE_RATE
    stage.loop.wake(stage.now)
    assert len(stage.sources) == 2, "and it listens again"
    stage.dictation.apply(SETTINGS)
    stage.handle_messages()
    assert stage.source.ended


def test_missing_microphone_of_the_preroll_is_retried_with_a_pause(stage: TalkStage) -> None:
    stage.dictation.apply(replace(SETTINGS, preroll_ms=500))
    stage.handle_messages()
    stage.source.sink.failed(NoMicrophone("There is no microphone.", "Connect one."), True)
    stage.source.end()
    stage.pass_time(0.1)
    assert len(stage.sources) == 1
    stage.pass_time(RETRY_S)
    assert len(stage.sources) == 2


def local_segment(stage: TalkStage, focused: TargetWindow) -> str:
    """A dictation through a service in which this computer writes a segment; its id."""
    stage.inserter.focused = focused
    stage.down()
    stage.speak()
    dictation = stage.loop.session.id
    stage.push_to_talk.receive(SegmentAdded(dictation, Segment(0, "The red boat", "", 0, 50, engine="local")))
    return dictation


def test_recording_of_a_text_of_this_computer_is_held_until_it_is_released(stage: TalkStage) -> None:
    tidied: list[int] = []
    stage.archive.tidy = tidied.append
    stage.commands.loop.settings = replace(SETTINGS, keep_recordings_days=0)
    dictation = local_segment(stage, EDITOR)
    stage.push_to_talk.release_recording(dictation)
    stage.push_to_talk.release_recording(dictation)
    assert tidied == [0]


def test_recording_is_not_held_without_an_insertion(stage: TalkStage) -> None:
    assert not stage.archive.release(local_segment(stage, OWN))
    stage.up()
    stage.finish("x")
    dictation = local_segment(stage, EDITOR)
    stage.push_to_talk.handle(NotInserted(dictation, "Kate", "Not inserted.", "", on_clipboard=True))
    assert not stage.archive.release(dictation)
