"""A dictation from press to end, as its front end sees it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from saywrite.foundation.catalog import LOCAL_CAPABILITIES
from saywrite.foundation.errors import AudioError, HistoryUnavailable, NoMicrophone
from saywrite.foundation.events import (
    SAMPLE_RATE,
    DiskRecovered,
    EngineChanged,
    EngineState,
    Failed,
    Finished,
    Gap,
    IncompleteRecordingsFound,
    Partial,
    PlaybackChanged,
    ProgressChanged,
    SegmentsRemoved,
    SourceChanged,
    Started,
    State,
    StateChanged,
)
from saywrite.speech.engine import Incoming
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import open_recording, scan
from saywrite.text.keywords import Keyword


def test_dictation_changes_from_idle_through_listening_and_back(stage) -> None:
    stage.listen()
    stage.say(1)
    stage.recognizer.final("hello world", 0.2, 0.9)
    stage.handle_messages()
    stage.release()
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.states == ["starting", "listening", "finishing", "idle"]
    assert stage.text == ["Hello world"]
    assert stage.last(Finished).text == "Hello world"
    assert stage.last(Finished).pending == 0


def test_started_comes_with_the_first_sample_and_names_the_microphone(stage) -> None:
    stage.press()
    assert stage.states == ["starting"]
    assert not stage.all(Started)
    stage.source.open()
    stage.handle_messages()
    assert stage.last(Started).at == 100.0
    assert stage.last(Started).source == "microphone"
    assert stage.last(SourceChanged).device == "Desk microphone"


def test_stop_waits_for_the_tail_of_the_microphone_before_the_recognizer_finishes(stage) -> None:
    stage.listen()
    stage.say(0.5)
    stage.dictation.stop()
    stage.handle_messages()
    assert stage.source.stopped
    assert "finish" not in stage.recognizer.calls
    stage.say(0.25)
    stage.source.end()
    stage.loop.wake(stage.now)
    assert stage.recognizer.fed == round(0.75 * SAMPLE_RATE)
    assert stage.recognizer.calls[-1] == "finish"


def test_every_sample_is_in_the_journal_before_the_recognizer_gets_it(stage) -> None:
    stage.listen()
    stage.disk.stalled = True
    stage.source.say(0.3)
    stage.handle_messages()
    assert stage.recognizer.fed == 0
    stage.disk.go_on()
    stage.handle_messages()
    assert stage.recognizer.fed == round(0.3 * SAMPLE_RATE)


def test_sound_and_text_continue_while_the_disk_stalls_and_that_is_reported(stage) -> None:
    stage.listen()
    stage.disk.stalled = True
    stage.say(5)
    stage.pass_time(0.3)
    assert stage.recognizer.fed == 5 * SAMPLE_RATE
    assert "disk" in stage.last(Failed).what
    assert not stage.last(Failed).fatal
    assert stage.all(DiskRecovered) == []
    stage.disk.go_on()
    stage.handle_messages()
    assert stage.last(DiskRecovered).dictation == stage.last(Started).dictation


def test_recognizer_is_never_fed_beyond_its_window(stage) -> None:
    stage.listen()
    stage.say(30)
    assert stage.recognizer.fed == stage.recognizer.window
    stage.recognizer.take_all()
    stage.handle_messages()
    assert stage.recognizer.fed == 2 * stage.recognizer.window


def test_after_rewind_the_same_sound_is_fed_again_and_then_the_rest(stage) -> None:
    stage.listen()
    stage.say(3)
    stage.recognizer.rewind(1.5)
    stage.handle_messages()
    assert stage.recognizer.fed == 3 * SAMPLE_RATE
    stage.release()
    assert stage.recognizer.calls[-1] == "finish"
    stage.recognizer.rewind(2.0)
    stage.handle_messages()
    assert stage.recognizer.fed == 3 * SAMPLE_RATE
    assert stage.recognizer.calls[-2:] == ["finish", "finish"]


def test_press_while_the_last_text_is_outstanding_captures_at_once(stage) -> None:
    stage.listen()
    stage.say(1)
    stage.release()
    assert stage.states[-1] == "finishing"
    stage.press()
    stage.source.open()
    stage.say(2)
    assert stage.states[-2:] == ["starting", "listening"]
    assert stage.recognizer.calls.count("start") == 1
    stage.recognizer.final("the first one", 0.1, 0.9)
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.recognizer.calls.count("start") == 2
    assert stage.recognizer.fed == 2 * SAMPLE_RATE
    assert stage.states[-1] == "listening"
    assert stage.last(Finished).text == "The first one"


def test_second_start_while_listening_changes_nothing(stage) -> None:
    stage.listen()
    stage.press()
    assert len(stage.sources) == 1
    assert stage.states == ["starting", "listening"]


def test_toggle_starts_and_stops(stage) -> None:
    stage.dictation.toggle()
    stage.handle_messages()
    stage.source.open()
    stage.handle_messages()
    stage.dictation.toggle()
    stage.handle_messages()
    assert stage.source.stopped


def test_the_sounds_are_previewed_but_never_into_a_recording(stage) -> None:
    stage.dictation.preview_sounds()
    stage.handle_messages()
    assert len(stage.player.played) == 1
    stage.listen()
    stage.dictation.preview_sounds()
    stage.handle_messages()
    assert len(stage.player.played) == 1, "the microphone is open"


def test_cancel_drops_the_text_but_not_the_recording(stage) -> None:
    stage.listen()
    stage.say(2)
    stage.dictation.cancel()
    stage.handle_messages()
    assert stage.states[-1] == "idle"
    assert stage.last(Finished).pending == 0
    assert not scan(stage.paths.recordings)
    (folder,) = stage.paths.recordings.iterdir()
    with open_recording(folder) as recording:
        assert recording.length == 2 * SAMPLE_RATE


def test_missing_microphone_fails_with_a_remedy_and_the_next_start_works(stage) -> None:
    stage.press()
    stage.source.sink.failed(NoMicrophone("There is no microphone.", "Connect one."), True)
    stage.source.end()
    stage.handle_messages()
    stage.loop.wake(stage.now)
    assert stage.states[-1] == "failed"
    assert stage.last(Failed).remedy == "Connect one."
    assert not list(stage.paths.recordings.glob("*"))
    stage.listen()
    assert stage.states[-2:] == ["starting", "listening"]


def test_temporary_problem_of_the_microphone_is_reported_and_ends_nothing(stage) -> None:
    stage.listen()
    stage.source.sink.failed(AudioError("It is mute.", "Switch it on."), False)
    stage.source.sink.gap(8000, "Headset was unplugged.")
    stage.say(1)
    assert stage.states[-1] == "listening"
    assert stage.last(Gap) == Gap(stage.last(Started).dictation, 0, 8000, "Headset was unplugged.")


def test_failed_recognizer_leaves_sound_without_text_in_the_journal(stage) -> None:
    stage.listen()
    stage.say(1)
    stage.recognizer.final("kept", 0.1, 0.6)
    stage.handle_messages()
    stage.say(2)
    dictation = stage.last(Started).dictation
    stage.recognizer.say(Failed(dictation, "The recognizer broke.", "Start again.", fatal=True))
    stage.handle_messages()
    assert stage.states[-1] == "failed"
    assert stage.last(Finished).pending == round(2.4 * SAMPLE_RATE)
    (item,) = stage.last(IncompleteRecordingsFound).items
    assert item.dictation == dictation
    assert (item.length, item.confirmed) == (3 * SAMPLE_RATE, round(0.6 * SAMPLE_RATE))


def test_quitting_in_mid_sentence_leaves_the_rest_for_the_next_start(stage) -> None:
    stage.listen()
    stage.say(2)
    stage.dictation.quit()
    stage.handle_messages()
    assert not stage.loop.running
    (item,) = scan(stage.paths.recordings)
    assert (item.length, item.confirmed) == (2 * SAMPLE_RATE, 0)


def test_dictation_after_a_crash_is_transcribed_from_the_end_of_its_text(stage, lab, tmp_path) -> None:
    stage.listen()
    stage.say(1)
    stage.recognizer.final("one two three", 0.1, 0.9)
    stage.handle_messages()
    stage.say(2)
    stage.dictation.quit()
    stage.handle_messages()
    stage.archive.close_history()

    again = lab.Stage(tmp_path)
    again.archive.look_for_unfinished()
    again.handle_messages()
    (item,) = again.last(IncompleteRecordingsFound).items
    again.dictation.transcribe_unfinished(item.dictation)
    again.handle_messages()
    again.loop.wake(again.now)
    again.handle_messages()
    assert again.recognizer.fed == round(2.1 * SAMPLE_RATE)
    again.recognizer.final("four five", 0.5, 1.5)
    again.recognizer.done()
    again.handle_messages()
    assert again.text == ["One two three", "four five"]
    assert again.last(Finished).text == "One two three four five"
    assert again.last(IncompleteRecordingsFound).items == ()
    with_text = HistoryStore(again.paths.history)
    assert [s.number for s in with_text.load(item.dictation).segments] == [1, 2]
    assert with_text.load(item.dictation).segments[1].start == round(1.4 * SAMPLE_RATE)
    with_text.close()
    again.archive.close_history()


def test_finals_are_in_the_history_as_they_arrive(stage) -> None:
    stage.listen()
    stage.say(1)
    stage.recognizer.final("so it is", 0.1, 0.9)
    stage.handle_messages()
    store = HistoryStore(stage.paths.history)
    assert [s.text for s in store.load(stage.last(Started).dictation).segments] == ["So it is"]
    store.close()


def test_keyword_changed_during_a_dictation_applies_to_the_next_final(stage) -> None:
    stage.listen()
    stage.say(2)
    stage.recognizer.final("use post gress", 0.1, 0.9)
    stage.handle_messages()
    stage.dictation.set_keywords((Keyword("post gress", "PostgreSQL"),))
    stage.handle_messages()
    stage.recognizer.final("use post gress", 1.1, 1.9)
    stage.handle_messages()
    assert stage.text == ["Use post gress", "use PostgreSQL"]
    assert stage.recognizer.keywords == {"post gress": "PostgreSQL"}


@pytest.mark.parametrize(("spoken", "text"), [("auto", "Yes,"), ("on", "Yes,"), ("off", "Yes comma")])
def test_spoken_punctuation_follows_the_setting(stage, spoken: str, text: str) -> None:
    stage.dictation.apply(replace(stage.loop.settings, spoken_punctuation=spoken))
    stage.listen()
    stage.say(1)
    stage.recognizer.final("yes comma", 0.1, 0.9)
    stage.handle_messages()
    assert stage.text == [text]


def test_spoken_punctuation_is_off_with_the_local_engine_unless_switched_on(stage) -> None:
    """Whisper punctuates by itself."""
    stage.recognizer.capabilities = LOCAL_CAPABILITIES
    stage.listen()
    stage.say(1)
    stage.recognizer.final("yes comma", 0.1, 0.9)
    stage.handle_messages()
    assert stage.text == ["Yes comma"]


def test_scratch_that_removes_the_last_segment_also_from_the_history(stage) -> None:
    stage.listen()
    stage.say(2)
    stage.recognizer.final("not this", 0.1, 0.9)
    stage.recognizer.final("scratch that", 1.1, 1.9)
    stage.handle_messages()
    assert stage.last(SegmentsRemoved).numbers == (1,)
    store = HistoryStore(stage.paths.history)
    assert store.load(stage.last(Started).dictation).segments == ()
    store.close()


def test_partials_are_passed_on_and_late_events_of_an_old_dictation_are_not(stage) -> None:
    stage.listen()
    stage.recognizer.partial("hel")
    stage.recognizer.say(Partial("another", "ghost"))
    stage.handle_messages()
    assert [event.text for event in stage.all(Partial)] == ["hel"]


def test_progress_reports_heard_and_confirmed(stage) -> None:
    stage.listen()
    stage.say(2)
    stage.recognizer.final("yes", 0.1, 1.0)
    stage.handle_messages()
    stage.pass_time(0.3)
    assert stage.last(ProgressChanged) == ProgressChanged(stage.last(Started).dictation, 32_000, 32_000, 16_000)


def test_recognizer_is_released_after_the_idle_minutes_of_the_settings(stage) -> None:
    stage.listen()
    stage.say(1)
    stage.release()
    stage.recognizer.done()
    stage.handle_messages()
    stage.pass_time(9 * 60)
    assert "release" not in stage.recognizer.calls
    stage.pass_time(61)
    assert stage.recognizer.calls[-1] == "release"


def test_idle_loop_waits_only_for_the_release_of_the_recognizer(stage) -> None:
    assert stage.loop.wake(stage.now) is None


def test_dictation_without_sound_leaves_no_recording_and_no_row(stage) -> None:
    stage.press()
    stage.dictation.stop()
    stage.handle_messages()
    stage.source.end()
    stage.handle_messages()
    stage.loop.wake(stage.now)
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.states[-1] == "idle"
    assert not list(stage.paths.recordings.glob("*"))
    store = HistoryStore(stage.paths.history)
    assert not store.recent(10)
    store.close()


def test_utterance_can_be_played(stage) -> None:
    stage.listen()
    stage.say(2)
    stage.dictation.play(stage.last(Started).dictation, 8000, 16000)
    stage.handle_messages()
    assert [len(pcm) for pcm in stage.player.played] == [16000]


def test_recording_that_was_removed_meanwhile_is_not_played_for_ever(stage) -> None:
    """Days of keeping may end while the history is open: the button would go on to offer to stop."""
    stage.dictation.play("removed", 8000, 16000)
    stage.handle_messages()
    assert stage.player.played == []
    assert "cannot be read" in stage.last(Failed).what
    assert stage.last(PlaybackChanged) == PlaybackChanged("removed", 8000, 16000, None)


def test_missing_engine_is_reported_with_a_remedy(stage) -> None:
    stage.dictation.apply(replace(stage.loop.settings, engine="aiola"))
    stage.press()
    assert "aiOla" in stage.last(Failed).what
    assert stage.states == []


def test_state_of_the_engine_is_passed_on(stage) -> None:
    stage.recognizer.say(EngineChanged("local", EngineState.READY))
    stage.handle_messages()
    assert stage.last(EngineChanged).state is EngineState.READY


def test_exception_in_the_loop_is_logged_and_the_dictation_fails_without_losing_sound(
    stage, caplog, monkeypatch
) -> None:
    def stumble(message: object) -> None:
        raise RuntimeError("on purpose")

    stage.listen()
    stage.say(1)
    monkeypatch.setattr(stage.recognizer, "receive", stumble)
    stage.inbox.post(Incoming("local", "nonsense"))
    stage.dictation.quit()
    stage.loop.run()
    assert "on purpose" in caplog.text
    assert stage.last(Failed).fatal
    assert stage.all(StateChanged)[-1].state is State.FAILED
    (item,) = scan(stage.paths.recordings)
    assert item.length == SAMPLE_RATE


def test_command_that_fails_ends_no_dictation(stage, caplog) -> None:
    def stumble() -> None:
        raise RuntimeError("on purpose")

    stage.listen()
    stage.inbox.post(stumble)
    stage.inbox.post(lambda: setattr(stage.loop, "running", False))
    stage.loop.run()
    assert "on purpose" in caplog.text
    assert (stage.last(Failed).dictation, stage.last(Failed).fatal) == ("", False)
    assert stage.loop.state is State.LISTENING
    stage.loop.running = True
    stage.release()
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.loop.state is State.IDLE


def test_history_that_refused_writes_for_a_while_gets_every_row_later(stage, monkeypatch) -> None:
    stage.listen()
    stage.say(3)
    real = HistoryStore.add_segment

    def refuse(store: HistoryStore, dictation: str, segment: object) -> None:
        raise HistoryUnavailable("The disk is full.", "Free some space.")

    monkeypatch.setattr(HistoryStore, "add_segment", refuse)
    stage.recognizer.final("one", 0.1, 0.9)
    stage.handle_messages()
    assert "full" in stage.last(Failed).what
    stage.say(1)
    assert stage.all(DiskRecovered) == [], "the sound is written, but the text is not"
    (item,) = scan_while_open(stage)
    assert item == 0, "nothing counts as confirmed whose text is not on disk"
    monkeypatch.setattr(HistoryStore, "add_segment", real)
    stage.recognizer.final("two", 1.1, 1.9)
    stage.handle_messages()
    store = HistoryStore(stage.paths.history)
    assert [s.text for s in store.load(stage.last(Started).dictation).segments] == ["One", "two"]
    store.close()
    assert len(stage.all(DiskRecovered)) == 1
    assert scan_while_open(stage) == (round(1.9 * SAMPLE_RATE),)


def scan_while_open(stage) -> tuple[int, ...]:
    """The confirmed offsets in the sidecars of recordings that may still be written."""
    sidecars = stage.paths.recordings.glob("*/dictation.json")
    return tuple(json.loads(path.read_text("utf-8"))["confirmed"] for path in sidecars)


def test_continued_dictation_shows_gaps_and_peaks_from_its_beginning(stage, lab, tmp_path) -> None:
    stage.listen()
    stage.say(1)
    stage.source.sink.gap(4_000, "Headset was unplugged.")
    stage.recognizer.final("one", 0.1, 0.9)
    stage.say(1)
    stage.dictation.quit()
    stage.handle_messages()
    stage.archive.close_history()
    again = lab.Stage(tmp_path)
    again.dictation.transcribe_unfinished(stage.last(Started).dictation)
    again.handle_messages()
    assert [gap.at for gap in again.all(Gap)] == [SAMPLE_RATE]
    assert len(again.dictation.envelope) == 2 * 20
    again.dictation.quit()
    again.handle_messages()
    again.archive.close_history()
