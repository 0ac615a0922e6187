"""The hands-free mode below the front end: real voice detection, a recognizer whose texts the test chooses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dictation.talk_stage import EDITOR, OWN, SETTINGS, TalkStage
from tests.sounds import speech

from saywrite.audio.levels import measure
from saywrite.desktop.hotkeys.base import HANDS_FREE
from saywrite.desktop.session.events import Resumed, ScreenLocked, ScreenUnlocked, Suspending
from saywrite.dictation.push_to_talk.hands_free.controller import NO_MODEL
from saywrite.foundation.errors import MicrophoneLost, NoMicrophone
from saywrite.foundation.events import (
    SAMPLE_RATE,
    EngineChanged,
    EngineState,
    Failed,
    Final,
    Finished,
    HandsFreeChanged,
    HandsFreeState,
    PrerollActive,
    SegmentAdded,
)

UTTERANCE = speech("weather").tobytes()
"""2 s of speech, with pauses around it."""

LONG = speech("two_cities").tobytes()
BLOCK = SAMPLE_RATE // 10 * 2


class HandsFreeStage(TalkStage):
    """The mode is switched on, and the microphone is open."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.switch(True)
        self.source.open()
        self.handle_messages()

    def switch(self, on: bool) -> None:
        self.dictation.switch_hands_free(on)
        self.handle_messages()

    def hear(self, pcm: bytes) -> None:
        """The microphone delivers sound, and time passes."""
        for at in range(0, len(pcm), BLOCK):
            block = pcm[at : at + BLOCK]
            self.now += 0.1
            self.source.sink.sound(block, measure(block, self.now))
            self.inbox.post(lambda: None)  # a block is a message, after which the loop does what is due
            self.handle_messages()

    def say(self, text: str, sound: bytes = UTTERANCE) -> None:
        """Somebody says a short utterance, in which the recognizer hears `text`."""
        self.hear(sound + bytes(SAMPLE_RATE))
        assert self.recognizer.dictation == "hands-free"
        self.answer(text)

    def answer(self, text: str) -> None:
        if text:
            self.recognizer.say(Final("hands-free", text, 0, 100))
        self.recognizer.done()
        self.handle_messages()

    def write(self, text: str, start_s: float, end_s: float) -> None:
        """The recognizer has the text of an utterance of the dictation."""
        self.recognizer.take_all()
        self.recognizer.final(text, start_s, end_s)
        self.handle_messages()

    def end(self) -> None:
        """The sound and the recognition of the dictation end."""
        self.source.end()
        self.handle_messages()
        self.recognizer.done()
        self.handle_messages()
        self.loop.wake(self.now)
        self.handle_messages()

    @property
    def mode(self) -> HandsFreeChanged:
        return self.last(HandsFreeChanged)

    @property
    def is_listening(self) -> bool:
        return bool(self.sources) and not self.source.ended


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[HandsFreeStage]:
    made = HandsFreeStage(tmp_path)
    yield made
    made.disk.go_on()
    made.archive.close_history()


def test_it_waits_with_an_open_microphone_and_says_what_to_say(stage: HandsFreeStage) -> None:
    assert stage.is_listening
    assert stage.mode == HandsFreeChanged(HandsFreeState.WAITING, "start listening")
    assert stage.all(PrerollActive) == []  # that is another reason for an open microphone
    stage.switch(False)
    assert stage.mode == HandsFreeChanged(HandsFreeState.OFF)
    assert stage.source.ended


def test_phrase_begins_a_dictation_with_what_was_said_after_it(stage: HandsFreeStage) -> None:
    stage.hear(UTTERANCE + bytes(SAMPLE_RATE))  # the phrase, and half a second
    assert stage.recognizer.request.language == "en"
    assert not stage.recognizer.request.keywords
    assert stage.states == []
    stage.hear(UTTERANCE)  # said while the phrase is being recognized
    stage.answer("Start listening.")
    assert stage.states == ["starting", "listening"]
    assert stage.mode == HandsFreeChanged(HandsFreeState.DICTATING, "stop listening")
    assert len(stage.sources) == 1, "the open microphone was taken over"
    session = stage.loop.session
    after_the_phrase = len(UTTERANCE) // 2 + (len(UTTERANCE) // 2 + SAMPLE_RATE // 2 - round(2.54 * SAMPLE_RATE))
    assert session.envelope.window * len(session.envelope) == pytest.approx(after_the_phrase, abs=2_000)


def test_each_utterance_is_inserted_when_it_is_final_and_the_spoken_end_is_not(stage: HandsFreeStage) -> None:
    stage.say("Start listening")
    stage.hear(LONG)
    stage.write("hello there.", 0.5, 1.5)
    assert stage.inserted() == ["Hello there."]
    stage.write("Good night, stop listening.", 2, 4)
    assert stage.inserted() == ["Hello there.", "Good night."]
    assert all(each.is_part for each in stage.inserter.given)
    assert [each.pressed_in for each in stage.inserter.given] == [EDITOR, EDITOR]
    assert stage.source.stopped
    stage.write("What is said to somebody else after it.", 4.5, 6)
    stage.end()
    assert stage.last(Finished).text == "Hello there. Good night."
    assert stage.inserted() == ["Hello there.", "Good night."]
    assert stage.mode.state is HandsFreeState.WAITING
    assert stage.is_listening
    assert len(stage.sources) == 2


def test_scratched_utterance_is_taken_back_from_the_program(stage: HandsFreeStage) -> None:
    stage.loop.settings = replace(SETTINGS, spoken_punctuation="on")
    stage.say("Start listening")
    stage.hear(LONG)
    stage.write("hello there", 0.5, 1.5)
    stage.write("scratch that", 2, 3)
    assert stage.inserter.story[-1] == "take back"


@pytest.mark.parametrize("text", ["", "Hello.", "I start listening", "Stop listening."])
def test_other_utterances_begin_nothing_and_leave_nothing(text: str, stage: HandsFreeStage, tmp_path: Path) -> None:
    stage.say(text)
    assert stage.states == []
    assert stage.text == []
    assert list(stage.paths.recordings.glob("*")) == []
    assert stage.mode.state is HandsFreeState.WAITING


def test_long_speech_and_silence_are_not_recognized(stage: HandsFreeStage) -> None:
    stage.hear(bytes(30 * SAMPLE_RATE))
    stage.hear(LONG)
    assert "start" not in stage.recognizer.calls


def test_recognizer_is_free_at_once_for_a_dictation_of_the_key(stage: HandsFreeStage) -> None:
    stage.hear(UTTERANCE + bytes(SAMPLE_RATE))
    stage.recognizer.calls.clear()
    stage.down()
    assert stage.recognizer.calls[:2] == ["abort", "start"]
    assert stage.states == ["starting", "listening"]
    assert stage.mode.state is HandsFreeState.PAUSED
    stage.hear(UTTERANCE)
    stage.up()
    stage.end()
    assert stage.mode.state is HandsFreeState.WAITING
    assert len(stage.sources) == 2


def test_key_ends_a_dictation_that_the_phrase_began(stage: HandsFreeStage) -> None:
    stage.say("Start listening")
    stage.hear(UTTERANCE)
    stage.down()
    assert stage.states[-1] == "finishing"
    stage.end()
    assert stage.mode.state is HandsFreeState.WAITING


def test_long_silence_ends_a_dictation_and_speech_does_not(stage: HandsFreeStage) -> None:
    stage.push_to_talk.apply(replace(SETTINGS, hands_free_silence_s=20))
    stage.say("Start listening")
    for _ in range(4):
        stage.hear(UTTERANCE + bytes(2 * 8 * SAMPLE_RATE))
    assert stage.states[-1] == "listening"
    stage.hear(bytes(2 * 14 * SAMPLE_RATE))
    assert stage.states[-1] == "finishing"


def test_silence_of_a_microphone_that_is_gone_counts_too(stage: HandsFreeStage) -> None:
    stage.say("Start listening")
    stage.hear(UTTERANCE)
    stage.pass_time(61)
    assert stage.states[-1] == "finishing"


@pytest.mark.parametrize(("away", "back"), [(ScreenLocked, ScreenUnlocked), (Suspending, Resumed)])
def test_locked_screen_closes_the_microphone_until_it_is_unlocked(
    away: type, back: type, stage: HandsFreeStage
) -> None:
    stage.inbox.post(away(stage.now))
    stage.handle_messages()
    assert stage.source.ended
    assert stage.mode.state is HandsFreeState.PAUSED
    stage.inbox.post(back(stage.now))
    stage.handle_messages()
    stage.source.open()
    assert stage.is_listening
    assert stage.mode.state is HandsFreeState.WAITING
    assert stage.watch[-1] == "capturing"  # lockers without signals are looked for all the time


def test_locked_screen_ends_a_dictation_with_a_notice(stage: HandsFreeStage) -> None:
    stage.say("Start listening")
    stage.inbox.post(ScreenLocked(stage.now))
    stage.handle_messages()
    assert stage.states[-1] == "finishing"
    assert "when the screen was locked" in stage.last(Failed).what
    stage.end()
    assert stage.mode.state is HandsFreeState.PAUSED


def test_without_a_model_it_says_what_is_missing_and_waits_for_it(stage: HandsFreeStage) -> None:
    stage.switch(False)
    stage.recognizer.waits = True
    stage.switch(True)
    assert (stage.mode.state, stage.mode.what, stage.mode.remedy) == (HandsFreeState.BLOCKED, *NO_MODEL)
    assert stage.mode.needs_model
    assert not stage.is_listening
    stage.recognizer.waits = False
    stage.pass_time(2.1)
    assert stage.mode.state is HandsFreeState.WAITING
    stage.source.open()
    assert stage.is_listening


def test_recognizer_that_does_not_work_is_reported(stage: HandsFreeStage) -> None:
    stage.recognizer.say(EngineChanged("local", EngineState.UNAVAILABLE, "It crashed.", "Start again."))
    stage.handle_messages()
    assert (stage.mode.state, stage.mode.what) == (HandsFreeState.BLOCKED, "It crashed.")
    assert stage.source.ended
    stage.recognizer.say(EngineChanged("local", EngineState.READY))
    stage.handle_messages()
    assert stage.mode.state is HandsFreeState.WAITING


def test_lost_microphone_is_reported_and_heard_again_when_it_is_back(stage: HandsFreeStage) -> None:
    stage.source.sink.failed(MicrophoneLost("Desk went away.", "Plug it in."), False)
    stage.handle_messages()
    stage.loop.wake(stage.now)
    assert (stage.mode.state, stage.mode.what) == (HandsFreeState.BLOCKED, "Desk went away.")
    stage.hear(bytes(BLOCK))
    assert stage.mode.state is HandsFreeState.WAITING
    stage.source.sink.failed(NoMicrophone("There is no microphone.", "Connect one."), True)
    stage.source.end()
    stage.loop.wake(stage.now)
    assert (stage.mode.state, stage.mode.what) == (HandsFreeState.BLOCKED, "There is no microphone.")
    stage.pass_time(6)
    stage.source.open()
    stage.loop.wake(stage.now)
    assert stage.mode.state is HandsFreeState.WAITING


def test_switching_off_ends_a_dictation_that_the_phrase_began(stage: HandsFreeStage) -> None:
    stage.say("Start listening")
    stage.switch(False)
    assert stage.states[-1] == "finishing"
    stage.end()
    assert stage.mode.state is HandsFreeState.OFF
    assert stage.source.ended


def test_key_switches_it_and_is_no_key_to_dictate_with(stage: HandsFreeStage) -> None:
    stage.down(HANDS_FREE)
    stage.up(HANDS_FREE)
    assert stage.mode.state is HandsFreeState.OFF
    stage.pass_time(2)
    stage.down(HANDS_FREE)
    stage.up(HANDS_FREE)
    assert stage.mode.state is HandsFreeState.WAITING
    assert stage.states == []


def test_it_waits_from_the_start_of_the_program_where_the_settings_say_so(tmp_path: Path) -> None:
    made = TalkStage(tmp_path)
    assert not made.all(HandsFreeChanged)
    made.commands.loop.settings = replace(SETTINGS, hands_free_at_start=True)
    made.push_to_talk.open()
    made.loop.wake(made.now)
    assert made.last(HandsFreeChanged).state is HandsFreeState.WAITING
    made.archive.close_history()


def test_words_said_into_our_own_window_are_shown_there_only(stage: HandsFreeStage) -> None:
    stage.inserter.focused = OWN
    stage.say("Start listening")
    stage.write("hello there.", 0.5, 1.5)
    assert stage.inserted() == []
    assert stage.last(SegmentAdded).segment.text == "Hello there."


def test_quitting_leaves_the_microphone_closed_that_was_open_for_phrase_and_key(stage: HandsFreeStage) -> None:
    stage.dictation.apply(replace(SETTINGS, preroll_ms=500))
    stage.handle_messages()
    opened = len(stage.sources)
    stage.dictation.quit()
    stage.loop.run()
    assert len(stage.sources) == opened
    assert stage.source.ended
