"""Stretches of a recording without text: which they are, and that a later transcription fills them in their place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dictation.conftest import SECOND, Stage
from tests.dictation.test_engine_failover import Service

from saywrite.dictation.persistence.spans import SHORT, clip, silence_outside, subtract, without_text
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Final,
    Finished,
    IncompleteRecordingsFound,
    PendingUtterances,
    SegmentAdded,
    Started,
)
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.metadata import Metadata, load_metadata, parse_metadata
from saywrite.storage.settings.schema import Settings

span = st.tuples(st.integers(0, 9), st.integers(1, 9)).map(lambda each: (each[0], each[0] + each[1]))
spans = st.lists(span, max_size=5)


def at(*seconds: float) -> tuple[int, ...]:
    return tuple(round(each * SAMPLE_RATE) for each in seconds)


def samples(found: tuple[tuple[int, int], ...]) -> set[int]:
    return {sample for start, end in found for sample in range(start, end)}


@given(st.integers(0, 20), spans)
def test_what_is_left_lies_outside_of_the_covered_spans_and_in_order(
    length: int, covered: list[tuple[int, int]]
) -> None:
    left = subtract([(0, length)] if length else [], covered)
    assert not samples(left) & samples(tuple(covered))
    assert list(left) == sorted(left)
    last = max([0, *(end for _start, end in covered)])
    assert samples(left) >= set(range(last, length)), "the end is never dropped"


def test_only_a_long_stretch_before_a_text_counts() -> None:
    text = (SHORT, 2 * SHORT)
    assert subtract([(0, 3 * SHORT)], [text]) == ((0, SHORT), (2 * SHORT, 3 * SHORT))
    assert subtract([(1, 3 * SHORT)], [text]) == ((2 * SHORT, 3 * SHORT),)


@given(spans, st.integers(0, 20), st.integers(0, 20))
def test_clipped_spans_lie_between_the_offsets(parts: list[tuple[int, int]], start: int, end: int) -> None:
    assert samples(clip(parts, start, end)) == samples(tuple(parts)) & set(range(start, end))


def test_recognizer_leaves_its_gaps_and_everything_behind_its_last_text() -> None:
    found = without_text([(0, 100)], 10, 100, [(12, 20), (55, 70)], [(0, 10), (20, 60)])
    assert found == ((12, 20), (55, 60), (60, 100))
    assert without_text([(12, 20), (60, 100)], 15, 100, [], []) == ((15, 20), (60, 100))


def test_sound_outside_of_the_spans_is_silence() -> None:
    pcm = bytes(range(1, 21))
    assert silence_outside(pcm, 100, ()) == pcm
    assert silence_outside(pcm, 100, ((0, 102), (105, 106), (109, 200))) == (
        pcm[:4] + bytes(6) + pcm[10:12] + bytes(6) + pcm[18:]
    )


@pytest.fixture
def service(stage: Stage) -> Service:
    service = Service(stage.inbox.post, "aiola")
    stage.recognizers["aiola"] = service
    return service


def begin(stage: Stage) -> None:
    stage.commands.apply(replace(Settings(), engine="aiola", aiola_listen_along="off", spoken_punctuation="off"))
    stage.commands.start_microphone()
    stage.source.open()
    stage.handle_messages()


def leave_a_gap(stage: Stage, service: Service) -> str:
    """The service brings texts for the first and the last two of eight seconds, and none for second 3 to 5."""
    begin(stage)
    stage.say(8)
    service.final("one.", 0, 2)
    service.say(PendingUtterances(service.dictation, (at(3, 5), at(7.5, 8))))
    service.say(Final(service.dictation, "three.", *at(6, 7)))
    stage.handle_messages()
    stage.release()
    service.done(complete=False)
    stage.handle_messages()
    return stage.last(Started).dictation


def stored(stage: Stage, dictation: str) -> list[tuple[str, int]]:
    store = HistoryStore(stage.paths.history)
    dictated = store.load(dictation)
    store.close()
    assert dictated is not None
    return [(segment.text, segment.start) for segment in dictated.segments]


def test_gap_in_the_middle_is_offered_and_filled_in_its_place(stage: Stage, service: Service) -> None:
    dictation = leave_a_gap(stage, service)
    metadata, _readable = load_metadata(stage.paths.recordings / dictation)
    assert metadata.missing == (at(3, 5), at(7, 8))
    (item,) = stage.last(IncompleteRecordingsFound).items
    assert item.dictation == dictation

    heard: list[bytes] = []
    feed = service.feed

    def listen(pcm: bytes, end: int) -> object:
        heard.append(pcm)
        return feed(pcm, end)

    service.feed = listen
    stage.dictation.transcribe_unfinished(dictation)
    stage.handle_messages()
    stage.handle_messages()
    stage.pass_time(0.1)
    sound = b"".join(heard)
    speech = [bool(sound[second * 32_000 : (second + 1) * 32_000].strip(b"\0")) for second in range(5)]
    assert speech == [True, True, False, False, True], "from second 3 on, without what has its text"
    service.final("two.", 0, 2)
    service.say(Final(service.dictation, "four.", *at(4.2, 5)))
    service.done()
    stage.handle_messages()
    finished = stage.last(Finished)
    assert (finished.text, finished.pending) == ("One. Two. Three. Four.", 0)
    assert stored(stage, dictation) == [("One.", 0), ("Two.", at(3)[0]), ("Three.", at(6)[0]), ("Four.", at(7.2)[0])]
    assert load_metadata(stage.paths.recordings / dictation)[0].missing == ()
    assert stage.last(IncompleteRecordingsFound).items == ()


def test_transcription_of_gaps_that_is_stopped_leaves_the_rest(stage: Stage, service: Service) -> None:
    dictation = leave_a_gap(stage, service)
    stage.dictation.transcribe_unfinished(dictation)
    stage.handle_messages()
    stage.handle_messages()
    stage.pass_time(0.1)
    service.final("two.", 0, 2)
    stage.handle_messages()
    stage.dictation.stop()
    stage.handle_messages()
    service.done(complete=False)
    stage.handle_messages()
    assert load_metadata(stage.paths.recordings / dictation)[0].missing == (at(7, 8),)


def test_stand_in_does_not_repeat_a_text_behind_a_gap(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.commands.apply(replace(stage.loop.settings, aiola_while_away="local"))
    stage.say(8)
    service.final("one.", 0, 2)
    service.say(Final(service.dictation, "three.", *at(6, 7)))
    stage.handle_messages()
    heard: list[bytes] = []
    feed = stage.recognizer.feed
    stage.recognizer.feed = lambda pcm, end: (heard.append(pcm), feed(pcm, end))[1]
    service.connection("lost")
    stage.handle_messages()
    stage.pass_time(1.1)
    sound = b"".join(heard)
    speech = [bool(sound[second * 32_000 : (second + 1) * 32_000].strip(b"\0")) for second in range(6)]
    assert speech == [True, True, True, True, False, True]
    stage.recognizer.final("two.", 1, 3)
    stage.handle_messages()
    texts = {event.segment.start: event.segment.text for event in stage.all(SegmentAdded)}
    assert [texts[start] for start in sorted(texts)] == ["One.", "Two.", "Three."]


def test_sidecar_without_stretches_is_read_as_before(stage: Stage, service: Service) -> None:
    dictation = leave_a_gap(stage, service)
    metadata, _readable = load_metadata(stage.paths.recordings / dictation)
    old = replace(metadata, missing=())
    assert b"missing" not in old.encode()
    assert parse_metadata(old.encode(), dictation) == old
    assert parse_metadata(metadata.encode(), dictation) == metadata
    with pytest.raises(ValueError, match="overlap"):
        parse_metadata(replace(metadata, missing=((5, 9), (8, 10))).encode(), dictation)
    assert Metadata(metadata.header).missing == ()


def test_fixture_has_sound_in_every_second() -> None:
    assert len(SECOND) == 2 * SAMPLE_RATE
    assert SECOND.strip(b"\0")
