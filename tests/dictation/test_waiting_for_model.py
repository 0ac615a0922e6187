"""Dictations without a recognition model: they are recorded, and transcribed when the model is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dictation.conftest import Stage

from saywrite.dictation.assembly import RunOptions, ServiceContext, assemble
from saywrite.dictation.inbox import Inbox
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Failed,
    Finished,
    IncompleteRecordingsFound,
    ModelsChanged,
    Started,
    State,
)
from saywrite.speech.network.network import Network
from saywrite.storage.recordings.metadata import load_metadata
from saywrite.storage.settings.keyring import SessionSecrets
from saywrite.storage.settings.schema import Settings


@pytest.fixture
def missing(stage: Stage) -> Stage:
    """A stage whose recognizer has no model."""
    stage.recognizer.waits = True
    return stage


def dictate(stage: Stage, seconds: int = 2) -> str:
    """A dictation from press to release; its id."""
    stage.pass_time(1)
    stage.listen()
    stage.say(seconds)
    stage.release()
    stage.handle_messages()
    return stage.last(Started).dictation


def bring_model(stage: Stage) -> None:
    stage.recognizer.waits = False
    stage.inbox.post(ModelsChanged(()))
    stage.handle_messages()
    stage.pass_time(0.1)


def finish(stage: Stage, text: str) -> None:
    """The recognizer gives the dictation it hears its text."""
    stage.recognizer.final(text, 0.2, stage.recognizer.fed / SAMPLE_RATE)
    stage.recognizer.done()
    stage.handle_messages()
    stage.pass_time(0.1)


def starts(stage: Stage) -> list[str]:
    return [event.dictation for event in stage.all(Started)]


def test_dictation_without_model_ends_with_everything_pending(missing: Stage) -> None:
    dictation = dictate(missing)
    finished = missing.last(Finished)
    assert (finished.dictation, finished.heard, finished.pending) == (dictation, 2 * SAMPLE_RATE, 2 * SAMPLE_RATE)
    assert missing.loop.state is State.IDLE
    assert missing.all(Failed) == []
    (item,) = missing.last(IncompleteRecordingsFound).items
    assert (item.dictation, item.waits) == (dictation, True)


def test_waiting_dictations_get_their_text_in_order_when_the_model_is_there(missing: Stage) -> None:
    first, second = dictate(missing), dictate(missing, 3)
    bring_model(missing)
    assert starts(missing) == [first, second, first]
    assert missing.recognizer.request.live is False
    finish(missing, "one")
    assert starts(missing) == [first, second, first, second]
    assert missing.recognizer.fed == 3 * SAMPLE_RATE
    finish(missing, "two")
    assert missing.text == ["One", "Two"]
    assert missing.last(IncompleteRecordingsFound).items == ()
    assert missing.loop.state is State.IDLE


def test_model_that_another_process_brings_is_found_within_five_seconds(missing: Stage) -> None:
    dictation = dictate(missing)
    assert missing.loop.wake(missing.now) <= missing.now + 5.0
    missing.recognizer.waits = False
    missing.pass_time(5.1)
    assert starts(missing) == [dictation, dictation]


def test_other_unfinished_dictations_wait_for_the_user(stage: Stage) -> None:
    stage.listen()
    stage.say(2)
    stage.release()
    stage.recognizer.done(complete=False)
    stage.handle_messages()
    (item,) = stage.last(IncompleteRecordingsFound).items
    assert not item.waits
    bring_model(stage)
    assert starts(stage) == [item.dictation]


def test_cancelled_dictation_does_not_come_back(missing: Stage) -> None:
    missing.listen()
    missing.say(2)
    missing.dictation.cancel()
    missing.handle_messages()
    bring_model(missing)
    assert len(starts(missing)) == 1


def test_quitting_while_the_model_is_missing_marks_the_dictation(missing: Stage, tmp_path: Path) -> None:
    missing.listen()
    missing.say(2)
    missing.dictation.quit()
    missing.handle_messages()
    folder = missing.paths.recordings / missing.last(Started).dictation
    assert load_metadata(folder)[0].waits


@pytest.fixture
def next_start(missing: Stage, tmp_path: Path) -> Iterator[Stage]:
    """The program after a restart: one dictation in German waits, the model is there."""
    missing.commands.apply(replace(Settings(), language="de"))
    dictate(missing)
    missing.dictation.quit()
    missing.handle_messages()
    missing.archive.close_history()
    again = Stage(tmp_path)
    again.archive.look_for_unfinished()
    yield again
    again.dictation.quit()
    again.handle_messages()
    again.archive.close_history()


def test_waiting_dictation_is_continued_after_a_restart(next_start: Stage) -> None:
    next_start.handle_messages()
    next_start.pass_time(0.1)
    finish(next_start, "hallo")
    assert next_start.text == ["Hallo"]
    assert next_start.last(IncompleteRecordingsFound).items == ()


def test_waiting_dictation_is_left_to_the_window_by_a_command_of_the_terminal(
    next_start: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognizer = next_start.recognizer
    monkeypatch.setattr("saywrite.dictation.assembly._recognizers", lambda *parts: {"local": recognizer})
    options = RunOptions(lambda model: (), next_start.paths.data)
    context = ServiceContext(SessionSecrets(), Network(), {})
    inbox, told = Inbox(), []
    application = assemble(inbox, next_start.paths, Settings(), (), told.append, options, context)
    commands = application.commands
    commands.open()
    while not any(isinstance(event, IncompleteRecordingsFound) for event in told):
        commands.loop.handle(inbox.take(20))
    commands.loop.wake(0.0)
    assert commands.archive.close(20), "what was begun is in the inbox now"
    while (message := inbox.take(0)) is not None:
        commands.loop.handle(message)
    application.quit()
    (found,) = [event for event in told if isinstance(event, IncompleteRecordingsFound)]
    assert found.items[0].waits
    assert not [event for event in told if isinstance(event, Started)]


def test_dictation_for_the_local_engine_is_never_sent_to_a_service(next_start: Stage) -> None:
    """Whatever engine and language the settings say meanwhile."""
    from tests.dictation.conftest import FakeRecognizer

    service = FakeRecognizer(next_start.inbox.post, "aiola")
    next_start.recognizers["aiola"] = service
    next_start.commands.apply(replace(Settings(), engine="aiola", language="fr"))
    next_start.handle_messages()
    next_start.pass_time(0.1)
    assert service.calls.count("start") == 0
    assert next_start.recognizer.request.language == "de"


def test_press_during_automatic_transcription_starts_a_dictation_at_once(missing: Stage) -> None:
    waiting = dictate(missing)
    bring_model(missing)
    assert missing.loop.state is State.FINISHING, "the key starts a dictation; it does not stop this one"
    missing.listen()
    assert missing.loop.state is State.LISTENING
    new = missing.last(Started).dictation
    assert new != waiting
    missing.say(1)
    assert missing.recognizer.request.dictation == new
    missing.release()
    finish(missing, "new")
    assert starts(missing)[-1] == waiting, "the transcription that gave way goes on"
    finish(missing, "old")
    assert missing.text == ["New", "Old"]


def test_failed_transcription_is_not_repeated(missing: Stage) -> None:
    dictate(missing)
    bring_model(missing)
    missing.recognizer.say(Failed(missing.recognizer.dictation, "It ended.", "Start again.", fatal=True))
    missing.handle_messages()
    for _ in range(5):
        missing.pass_time(10)
    assert len(starts(missing)) == 2
    (item,) = missing.last(IncompleteRecordingsFound).items
    assert not item.waits


def test_transcription_waits_again_when_the_model_is_removed_meanwhile(missing: Stage) -> None:
    dictation = dictate(missing)
    bring_model(missing)
    missing.recognizer.waits = True
    missing.recognizer.done(complete=False)
    missing.handle_messages()
    assert missing.last(IncompleteRecordingsFound).items[0].waits
    missing.pass_time(60)
    assert starts(missing) == [dictation] * 2
    bring_model(missing)
    assert starts(missing) == [dictation] * 3


def test_quitting_in_mid_transcription_continues_it_at_the_next_start(missing: Stage) -> None:
    dictation = dictate(missing)
    bring_model(missing)
    missing.dictation.quit()
    missing.handle_messages()
    assert load_metadata(missing.paths.recordings / dictation)[0].waits


def test_chosen_model_is_looked_for_at_once(stage: Stage) -> None:
    stage.dictation.apply(replace(Settings(), local_model="whisper-small"))
    stage.handle_messages()
    assert stage.recognizer.calls == ["renew"]


def test_words_are_shown_while_speaking_only_where_the_settings_ask_for_it(stage: Stage) -> None:
    stage.commands.apply(replace(Settings(), live_text=False))
    stage.listen()
    assert stage.recognizer.request.partials is False
    stage.commands.apply(replace(Settings(), live_text=True))
    stage.dictation.cancel()
    stage.handle_messages()
    stage.listen()
    assert stage.recognizer.request.partials is True
