"""The local recognizer while its model is missing, damaged, exchanged or brought in the middle of a dictation."""

import logging
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech.test_local_recovery import ACTIONS, SECOND, Dictation

from saywrite.foundation import events
from saywrite.foundation.events import EngineState

WHOLE = ["0", "1", "2", "3", "4"]


@pytest.fixture
def dictation(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Dictation:
    built = Dictation(monkeypatch)
    built.model = None
    return built


def drain(dictation: Dictation) -> None:
    while dictation.take():
        pass


def speak(dictation: Dictation) -> None:
    """Everything the window lets through, and what it causes."""
    while dictation.feed() or dictation.take():
        dictation.recognizer.wake(dictation.now)


def last_state(dictation: Dictation) -> events.EngineChanged:
    return dictation.all(events.EngineChanged)[-1]


def test_live_dictation_without_model_waits_and_names_the_remedy(dictation: Dictation) -> None:
    dictation.start()
    speak(dictation)
    assert dictation.recognizer.waits
    assert dictation.workers == []
    assert dictation.all(events.Failed) == dictation.all(events.RecognizerFinished) == []
    changed = last_state(dictation)
    assert changed.state is EngineState.UNAVAILABLE
    assert changed.reason == "The recognition model is not on this computer yet."
    assert "saywrite models download whisper-base" in changed.remedy


def test_engine_awaits_its_model_only_where_nothing_else_is_missing(
    dictation: Dictation, monkeypatch: pytest.MonkeyPatch
) -> None:
    dictation.recognizer.prepare()
    drain(dictation)
    assert last_state(dictation).awaits_model
    monkeypatch.setattr("saywrite.speech.local.problems.find_spec", lambda name: None)
    dictation.recognizer.renew()
    drain(dictation)
    changed = last_state(dictation)
    assert changed.state is EngineState.UNAVAILABLE
    assert not changed.awaits_model
    assert "aiOla" in changed.remedy


def test_model_that_comes_while_recording_is_fed_from_the_beginning(dictation: Dictation) -> None:
    dictation.start()
    speak(dictation)
    dictation.model = Path("base")
    dictation.recognizer.renew()
    dictation.run()
    assert dictation.texts == WHOLE
    assert len(dictation.all(events.RecognizerFinished)) == 1
    assert not dictation.recognizer.waits


def test_model_that_another_process_brings_is_found_within_two_seconds(dictation: Dictation) -> None:
    dictation.start()
    speak(dictation)
    assert dictation.recognizer.wake(dictation.now) == dictation.now + 2.0
    dictation.model = Path("base")
    dictation.run()
    assert dictation.texts == WHOLE


def test_waiting_dictation_that_is_given_up_ends_at_once(dictation: Dictation) -> None:
    dictation.start()
    speak(dictation)
    dictation.recognizer.abort()
    drain(dictation)
    assert [each.dictation for each in dictation.all(events.RecognizerFinished)] == ["d"]
    assert dictation.recognizer.wake(dictation.now) is None


def test_file_without_model_is_refused_with_its_remedy(dictation: Dictation) -> None:
    dictation.start(live=False)
    drain(dictation)
    (failed,) = dictation.all(events.Failed)
    assert failed.fatal
    assert "saywrite models download whisper-base" in failed.remedy
    assert len(dictation.all(events.RecognizerFinished)) == 1


def test_preparing_without_model_is_reported_once(dictation: Dictation) -> None:
    for _ in range(3):
        dictation.recognizer.prepare()
        drain(dictation)
    assert [each.state for each in dictation.all(events.EngineChanged)] == [EngineState.UNAVAILABLE]


def test_idle_engine_loads_as_soon_as_the_model_is_there(dictation: Dictation) -> None:
    dictation.recognizer.prepare()
    dictation.model = Path("base")
    dictation.recognizer.renew()
    dictation.run()
    assert last_state(dictation).state is EngineState.READY


def load_badly(dictation: Dictation, reason: str) -> None:
    dictation.worker.say(kind="unavailable", reason=reason)
    drain(dictation)


@pytest.mark.parametrize(
    "reason",
    [
        "RuntimeError: Unsupported model binary version",
        "ValueError: tokenizer.json has no vocabulary",
        "OSError: [Errno 5] Input/output error",
    ],
)
def test_damaged_model_keeps_the_dictation_and_is_loaded_again_once_mended(dictation: Dictation, reason: str) -> None:
    dictation.model = Path("base")
    dictation.start()
    for _ in range(20):
        dictation.feed()
    load_badly(dictation, reason)
    speak(dictation)
    assert len(dictation.workers) == 1, "the same damaged files are not loaded again and again"
    changed = last_state(dictation)
    assert "damaged" in changed.reason
    assert "saywrite models verify" in changed.remedy
    assert dictation.recognizer.waits
    dictation.recognizer.renew()
    dictation.run()
    assert dictation.texts == WHOLE
    assert dictation.all(events.Failed) == []


def test_damaged_model_that_another_process_mends_is_loaded_again(dictation: Dictation, tmp_path: Path) -> None:
    """As its remedy asks for: `saywrite models verify` removes files, `saywrite models download` brings them."""
    dictation.model = tmp_path
    os.utime(tmp_path, ns=(0, 1))
    dictation.start()
    load_badly(dictation, "RuntimeError: Unsupported model binary version")
    speak(dictation)
    dictation.wake()
    assert len(dictation.workers) == 1
    os.utime(tmp_path, ns=(0, 2))  # as a file in it does that goes or comes
    dictation.wake()
    assert len(dictation.workers) == 2
    dictation.run()
    assert dictation.texts == WHOLE


def test_damaged_model_is_named_though_another_one_is_chosen_meanwhile(dictation: Dictation) -> None:
    dictation.model = Path("base")
    dictation.start()
    dictation.wanted, dictation.model = "whisper-small", Path("small")
    load_badly(dictation, "RuntimeError: Unsupported model binary version")
    assert "whisper-base" in last_state(dictation).reason
    dictation.run()
    assert dictation.texts == WHOLE


def test_model_that_vanishes_between_look_and_load_is_missing(dictation: Dictation) -> None:
    dictation.model = Path("base")
    dictation.start()
    load_badly(dictation, "FileNotFoundError: tokenizer.json")
    assert last_state(dictation).reason == "The recognition model is not on this computer yet."
    assert dictation.all(events.Failed) == []


def test_model_that_is_removed_while_its_worker_runs_is_missed_by_the_next_worker(dictation: Dictation) -> None:
    dictation.model = Path("base")
    dictation.start()
    while not dictation.texts:
        assert dictation.feed() or dictation.take() or dictation.worker.step()
    dictation.model = None
    dictation.worker.kill()
    speak(dictation)
    assert dictation.recognizer.waits
    dictation.model = Path("base")
    dictation.recognizer.renew()
    dictation.run()
    assert dictation.texts == WHOLE


def test_another_model_takes_hold_for_the_next_dictation(dictation: Dictation) -> None:
    dictation.model = Path("base")
    dictation.start("first")
    for _ in range(8):
        dictation.feed()
        dictation.worker.step()
    dictation.wanted, dictation.model = "whisper-small", Path("small")
    dictation.recognizer.renew()
    dictation.run()
    assert dictation.texts == WHOLE
    assert len(dictation.workers) == 1, "a running dictation keeps its model"
    assert dictation.worker.is_dead, "it is unloaded as soon as nobody uses it"
    dictation.start("second")
    dictation.run()
    assert [worker.command for worker in dictation.workers] == [("worker", "base"), ("worker", "small")]
    assert dictation.texts == WHOLE * 2


def test_an_idle_worker_is_replaced_when_another_model_is_chosen(dictation: Dictation) -> None:
    dictation.model = Path("base")
    dictation.recognizer.prepare()
    dictation.run()
    dictation.wanted, dictation.model = "whisper-small", Path("small")
    dictation.recognizer.renew()
    dictation.run()
    assert [worker.is_dead for worker in dictation.workers] == [True, False]
    assert last_state(dictation).state is EngineState.READY


def test_chosen_model_that_is_not_there_yet_leaves_no_worker_with_the_old_one(dictation: Dictation) -> None:
    """The text would come from another model than the window says."""
    dictation.model = Path("base")
    dictation.recognizer.prepare()
    dictation.run()
    dictation.wanted, dictation.model = "whisper-small", None
    dictation.recognizer.renew()
    drain(dictation)
    assert dictation.worker.is_dead
    assert "saywrite models download whisper-small" in last_state(dictation).remedy


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from([*ACTIONS, "remove", "bring", "damage"]), max_size=120))
def test_whatever_happens_to_model_and_worker_every_utterance_comes_once(actions: list[str]) -> None:
    logging.disable(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as monkeypatch:
        dictation = Dictation(monkeypatch)
        dictation.model = None
        dictation.start()
        for action in actions:
            if action in ("feed", "take", "wake"):
                getattr(dictation, action)()
            elif action in ("remove", "bring"):
                dictation.model = Path("base") if action == "bring" else None
                dictation.recognizer.renew()
            elif dictation.workers:
                disturb(dictation, action)
        drain(dictation)
        dictation.model = Path("base")
        dictation.recognizer.renew()
        dictation.run()
    logging.disable(logging.NOTSET)
    assert len(dictation.all(events.RecognizerFinished)) == 1
    if dictation.all(events.Failed):
        assert dictation.texts == WHOLE[: len(dictation.texts)]
    else:
        assert dictation.texts == WHOLE
        last = dictation.all(events.Progress)[-1]
        assert last.sent == last.confirmed == int(4.3 * SECOND)


def disturb(dictation: Dictation, action: str) -> None:
    if action == "step":
        dictation.worker.step()
    elif action == "kill":
        dictation.worker.kill()
    elif action == "hang":
        dictation.worker.is_hung = True
    elif action == "damage":
        dictation.worker.say(kind="unavailable", reason="RuntimeError: bad model")
    else:
        dictation.worker.say(kind="final", session="?", start=None)
