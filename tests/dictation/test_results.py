"""Results of a service on the network: translations, structured results, traffic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Failed,
    Final,
    Finished,
    IncompleteRecordingsFound,
    PendingUtterances,
    SegmentAdded,
    SegmentTranslated,
    Structured,
    Traffic,
    Translation,
)
from saywrite.speech.engine import VoiceSettings
from saywrite.storage.history.store import Dictated, HistoryStore
from saywrite.storage.recordings.library import scan
from saywrite.storage.settings.schema import Settings

HOST = "apis.aiola.ai"


@pytest.fixture
def listening(stage):
    """A dictation through aiOla that has heard three seconds."""
    with_aiola(stage)
    stage.listen()
    stage.say(3)
    return stage


def with_aiola(stage, **options: object) -> None:
    stage.recognizers["aiola"] = stage.recognizers["aiola-file"] = stage.recognizer
    stage.commands.apply(replace(Settings(), engine="aiola", aiola_listen_along="off", **options))


def end(stage, *, complete: bool = True) -> None:
    stage.release()
    stage.recognizer.done(complete=complete)
    stage.handle_messages()


def stored(stage, dictation: str = "") -> Dictated:
    history = HistoryStore(stage.paths.history)
    try:
        (newest, *_) = history.recent(1)
        return history.load(dictation or newest.dictation)
    finally:
        history.close()


def test_translation_is_emitted_with_its_segment_and_stored(listening) -> None:
    which = listening.recognizer.dictation
    listening.recognizer.final("guten tag", 0.2, 0.9)
    listening.recognizer.final("wie geht es", 1.0, 2.0)
    listening.recognizer.say(Translation(which, " Good  day ", round(0.9 * SAMPLE_RATE)))
    listening.handle_messages()
    assert listening.last(SegmentTranslated) == SegmentTranslated(which, 1, "Good day")
    end(listening)
    assert [segment.translation for segment in stored(listening).segments] == ["Good day", ""]


def test_translation_of_a_removed_segment_is_dropped(listening) -> None:
    listening.loop.settings = replace(listening.loop.settings, spoken_punctuation="on")
    listening.loop.renew_rules()
    listening.recognizer.final("guten tag", 0.2, 0.9)
    listening.recognizer.final("scratch that", 1.0, 2.0)
    listening.recognizer.say(Translation(listening.recognizer.dictation, "Good day", round(0.9 * SAMPLE_RATE)))
    listening.handle_messages()
    assert not listening.all(SegmentTranslated)


def test_structured_results_are_emitted_and_stored_also_without_any_text(listening) -> None:
    results = {"form": {"pressure": 12}}
    listening.recognizer.say(Structured(listening.recognizer.dictation, results))
    end(listening)
    assert listening.last(Structured).results == results
    assert stored(listening).structured == (results,)


def test_a_result_that_the_history_cannot_hold_costs_no_text(listening) -> None:
    listening.recognizer.say(Structured(listening.recognizer.dictation, {"photo": object()}))
    with pytest.raises(TypeError, match="not JSON serializable"):
        listening.handle_messages()
    listening.recognizer.final("guten tag", 0.2, 0.9)
    end(listening)
    assert [segment.text for segment in stored(listening).segments] == ["Guten tag"]


def test_traffic_is_emitted_at_once_and_stored_every_ten_seconds_and_at_the_end(listening) -> None:
    which = listening.recognizer.dictation
    listening.recognizer.say(Traffic(which, "", 0, 0))
    listening.recognizer.say(Traffic(which, HOST, 0, 0))
    listening.recognizer.say(Traffic(which, HOST, 1_000, 10))
    listening.handle_messages()
    assert len(listening.all(Traffic)) == 1, "without a host, and before the first byte, nothing was sent"
    assert listening.last(Traffic) == Traffic(which, HOST, 1_000, 10)
    assert stored(listening).traffic == ()
    listening.pass_time(10)
    assert stored(listening).traffic == (Traffic(which, HOST, 1_000, 10),)
    listening.recognizer.say(Traffic(which, HOST, 2_000, 30))
    listening.recognizer.final("so", 0.1, 0.9)
    end(listening)
    assert stored(listening).traffic == (Traffic(which, HOST, 2_000, 30),)


def test_text_of_a_stand_in_is_marked_in_the_window_and_in_the_history(listening) -> None:
    listening.recognizer.say(Final(listening.recognizer.dictation, "hello", 0, 8_000, "local"))
    listening.recognizer.final("world", 1.0, 2.0)
    listening.handle_messages()
    assert [event.segment.engine for event in listening.all(SegmentAdded)] == ["local", ""]
    end(listening)
    assert [segment.engine for segment in stored(listening).segments] == ["local", ""]


def test_sound_that_a_service_could_not_finish_stays_for_later(listening) -> None:
    listening.recognizer.final("so far", 0.1, 0.9)
    end(listening, complete=False)
    finished = listening.last(Finished)
    assert finished.pending == finished.heard - round(0.9 * SAMPLE_RATE)
    assert [item.confirmed for item in listening.last(IncompleteRecordingsFound).items] == [round(0.9 * SAMPLE_RATE)]


def test_continued_dictation_counts_offsets_and_traffic_on(listening, lab, tmp_path: Path) -> None:
    which = listening.recognizer.dictation
    listening.recognizer.final("so far", 0.1, 0.9)
    listening.recognizer.say(Traffic(which, HOST, 1_000, 10))
    end(listening, complete=False)
    listening.archive.close_history()

    again = lab.Stage(tmp_path)  # its engine is the local one, that of the recording was aiOla's
    again.dictation.transcribe_unfinished(which)
    again.handle_messages()
    again.recognizer.say(PendingUtterances(which, ((0, 1_000), (2_000, 3_000))))
    again.recognizer.say(Traffic(which, HOST, 500, 5))
    again.recognizer.say(Final(which, "and on", 0, SAMPLE_RATE))
    again.recognizer.say(Translation(which, "und weiter", SAMPLE_RATE))
    again.handle_messages()
    base = round(0.9 * SAMPLE_RATE)
    assert again.last(PendingUtterances).utterances == ((base, base + 1_000), (base + 2_000, base + 3_000))
    assert again.last(Traffic) == Traffic(which, HOST, 1_500, 15)
    assert again.last(SegmentAdded).segment.engine == "local"
    assert again.last(SegmentTranslated).number == 2
    again.dictation.quit()
    again.handle_messages()
    assert stored(again, which).traffic == (Traffic(which, HOST, 1_500, 15),)
    assert [item.dictation for item in scan(again.paths.recordings)] == [which]


def test_settings_of_aiola_are_in_requests_to_aiola_only(stage) -> None:
    with_aiola(stage, aiola_translate_to="de", aiola_threshold=70, aiola_min_silence_ms=800)
    stage.listen()
    assert stage.recognizer.request.translate_to == "de"
    assert stage.recognizer.request.voice == VoiceSettings(0.7, 250, 800, 30_000)
    assert stage.recognizer.request.live
    end(stage)
    stage.commands.apply(replace(stage.loop.settings, engine="local"))
    stage.listen()
    assert stage.recognizer.request.translate_to == ""
    assert stage.recognizer.request.voice == VoiceSettings()


def test_request_for_a_file_is_not_live(stage) -> None:
    with_aiola(stage, language="de", aiola_translate_to="de")
    stage.dictation.transcribe_file(Path("talk.mp3"))
    stage.handle_messages()
    request = stage.recognizer.request
    assert (request.live, request.file) == (False, Path("talk.mp3"))
    assert request.translate_to == "", "German into German is no translation"


@pytest.mark.parametrize(
    ("change", "renewed"),
    [({"aiola_workflow": "other"}, True), ({"aiola_base_url": "https://eu.example"}, True), ({"theme": "dark"}, False)],
)
def test_changed_account_renews_the_recognizers(stage, change: dict[str, str], renewed: bool) -> None:
    stage.commands.apply(replace(stage.loop.settings, **change))
    assert ("renew" in stage.recognizer.calls) is renewed


def test_changed_key_renews_the_recognizers(stage) -> None:
    stage.dictation.renew_account()
    stage.handle_messages()
    assert stage.recognizer.calls == ["renew"]


@pytest.mark.parametrize("fatal", [False, True])
def test_problem_of_the_microphone_names_the_microphone(stage, fatal: bool) -> None:
    stage.listen()
    stage.source.sink.failed(AudioError("It went away.", "Plug it in."), fatal)
    stage.handle_messages()
    assert stage.last(Failed).about == "microphone"
