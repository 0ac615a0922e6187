"""What we send is what aiOla's own SDK sends: the same service writes both conversations down; they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiola.types import VadConfig
from tests.aiola_server.hosting import ServiceThread
from tests.aiola_server.record import StreamRecord
from tests.aiola_server.tones import speech
from tests.system.lab.speaker import Speaker
from tests.system.test_aiola_sdk import Listener, client_of, stream_all

from saywrite.foundation.events import SegmentAdded
from saywrite.text.keywords import Keyword

SPEECH = speech([["alpha", "bravo", "charlie"]])
KEYWORDS = {"alpha": "A", "postgres": "PostgreSQL"}
LATER = {"kilo": "Kg"}
TASKS = {"TRANSLATION": {"src_lang_code": "pr", "dst_lang_code": "en"}}
VOICE = VadConfig(threshold=0.5, min_speech_ms=250, min_silence_ms=500, max_segment_ms=30_000)
OWN = {"execution_id", "x-aiola-api-token"}
"""Different in every connection."""
ENGINE_IO = {"EIO", "transport", "sid", "t"}
"""How the two got to the stream: the SDK by long polling first, we straight."""


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


@pytest.fixture
def theirs(service: ServiceThread) -> StreamRecord:
    """The conversation of aiOla's SDK."""
    connection = client_of(service).stt.stream(
        lang_code="pr", keywords=KEYWORDS, tasks_config=TASKS, vad_config=VOICE.__dict__
    )
    listener = Listener(connection)
    connection.connect()
    stream_all(connection, SPEECH)
    listener.wait("transcript", 1)
    connection.set_keywords(LATER)
    service.wait_until(lambda now: service.stream(0).events != [])
    connection.disconnect()
    service.wait_for_streams(0)
    return service.stream(0)


@pytest.fixture
def ours(service: ServiceThread, theirs: StreamRecord, tmp_path: Path) -> StreamRecord:
    """Ours, of the same speech and the same wishes, behind theirs."""
    keywords = tuple(Keyword(spoken, written) for spoken, written in KEYWORDS.items())
    with Speaker(tmp_path, service.environment(), language="pt", aiola_translate_to="en") as speaker:
        speaker.dictation.set_keywords(keywords)
        speaker.press(SPEECH)
        speaker.wait_for(lambda: bool(speaker.all(SegmentAdded)), "the text")
        speaker.dictation.set_keywords(tuple(Keyword(spoken, written) for spoken, written in LATER.items()))
        service.wait_until(lambda now: service.stream(1).events != [])
        speaker.let_go()
    service.wait_for_streams(0)
    return service.stream(1)


def packets(stream: StreamRecord) -> list[str | bytes]:
    """What the client said in Socket.IO, each kind of packet once, without the sound. Not its goodbye: aiOla's SDK
    hangs up before that is read.
    """
    said: list[str | bytes] = []
    for way, frame in stream.raw:
        if way == "up" and not isinstance(frame, bytes) and frame not in (*said, "1/events,"):
            said.append(frame)
    return said


def test_both_say_the_same_in_the_same_words(theirs: StreamRecord, ours: StreamRecord) -> None:
    def words(stream: StreamRecord) -> dict[str, str]:
        return {name: value for name, value in stream.query.items() if name not in OWN | ENGINE_IO}

    assert words(ours) == words(theirs)
    for name in OWN:
        assert ours.query[name]
        assert ours.query[name] != theirs.query[name]
        assert re.sub(r"[0-9a-f]", "0", ours.query["execution_id"]) == "00000000-0000-0000-0000-000000000000"
    for stream in (ours, theirs):
        assert stream.headers["Authorization"] == f"Bearer {stream.query['x-aiola-api-token']}"
    assert (theirs.transport, ours.transport) == ("polling", "websocket")


def test_the_packets_are_the_same_to_the_letter(theirs: StreamRecord, ours: StreamRecord) -> None:
    assert packets(ours) == packets(theirs)
    assert any("binary_data" in packet for packet in packets(ours) if isinstance(packet, str))
    assert ours.events[0][1:] == theirs.events[0][1:] == ("set_keywords", LATER)


def test_the_sound_is_the_same(theirs: StreamRecord, ours: StreamRecord) -> None:
    def sound(stream: StreamRecord) -> bytes:
        return b"".join(frame for way, frame in stream.raw if way == "up" and isinstance(frame, bytes))

    said = 3 * 32_000 * 6 // 10  # three words and what surrounds them; behind it each falls silent in its own way
    assert len(sound(theirs)) > said
    assert sound(ours)[:said] == sound(theirs)[:said]
