"""Files that the service takes are uploaded whole; other files are streamed as speech is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.dictation.conftest import FakeRecognizer, Stage

from saywrite.dictation.commands import is_sent_whole
from saywrite.foundation.events import SAMPLE_RATE, Final, Finished, SegmentAdded, State
from saywrite.storage.settings.schema import Settings

AIOLA = replace(Settings(), engine="aiola")


@pytest.mark.parametrize(
    ("name", "options", "whole"),
    [
        ("talk.mp3", {}, True),
        ("talk.M4A", {}, True),
        ("talk.ogg", {}, True),
        ("talk.flac", {}, True),
        ("talk.wav", {}, False),
        ("talk.raw", {}, False),
        ("talk.mp3", {"engine": "local"}, False),
        ("talk.m4a", {"engine": "local"}, False),
        ("talk.mp3", {"aiola_translate_to": "de"}, False),
        ("talk.mp3", {"aiola_translate_to": "en"}, True),
        ("talk.m4a", {"aiola_translate_to": "de"}, False),
    ],
)
def test_which_files_are_sent_whole(name: str, options: dict[str, str], whole: bool) -> None:
    assert is_sent_whole(Path(name), replace(AIOLA, **options)) is whole


@pytest.fixture
def stages(stage: Stage) -> tuple[Stage, FakeRecognizer, FakeRecognizer]:
    stream, upload = FakeRecognizer(stage.inbox.post, "aiola"), FakeRecognizer(stage.inbox.post, "aiola-file")
    stage.recognizers |= {"aiola": stream, "aiola-file": upload}
    stage.commands.apply(AIOLA)
    return stage, stream, upload


@pytest.mark.parametrize("name", ["talk.mp3", "talk.m4a"])
def test_file_is_uploaded_whole_and_also_read_here(
    stages: tuple[Stage, FakeRecognizer, FakeRecognizer], name: str
) -> None:
    stage, stream, upload = stages
    stage.dictation.transcribe_file(Path(name))
    stage.handle_messages()
    stage.source.open()
    stage.say(3)
    assert ("start" in upload.calls, "start" in stream.calls) == (True, False)
    assert upload.fed == 3 * SAMPLE_RATE


def test_wav_is_streamed(stages: tuple[Stage, FakeRecognizer, FakeRecognizer]) -> None:
    stage, stream, upload = stages
    stage.dictation.transcribe_file(Path("talk.wav"))
    stage.handle_messages()
    assert ("start" in upload.calls, "start" in stream.calls) == (False, True)


def test_m4a_gets_its_text_from_the_service(stages: tuple[Stage, FakeRecognizer, FakeRecognizer]) -> None:
    stage, _stream, upload = stages
    stage.dictation.transcribe_file(Path("talk.m4a"))
    stage.handle_messages()
    stage.source.open()
    stage.say(4)
    stage.source.end()
    stage.handle_messages()
    assert upload.finishing
    upload.say(Final(upload.dictation, "hello there", SAMPLE_RATE, 4 * SAMPLE_RATE))
    upload.done()
    stage.handle_messages()
    assert [event.segment.text for event in stage.all(SegmentAdded)] == ["Hello there"]
    finished = stage.last(Finished)
    assert (finished.heard, finished.pending, finished.text) == (4 * SAMPLE_RATE, 0, "Hello there")
    assert stage.loop.state is State.IDLE
