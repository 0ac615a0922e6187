"""How long each step of a dictation took, from the key to the other program, and where it is kept."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from tests.dictation.conftest import Stage

from saywrite.dictation.observers import KEPT, LatencyWatch
from saywrite.foundation.events import (
    Finished,
    FrontEndEvent,
    Partial,
    Segment,
    SegmentAdded,
    SourceChanged,
    Started,
    State,
    StateChanged,
)
from saywrite.storage.history.timings import Latency, TimedDictation

BEGAN = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
DESK = "Desk microphone"


class Kept:
    """A watch, and what it handed over."""

    def __init__(self) -> None:
        self.receipts: list[tuple[str, str, Latency]] = []
        self.watch = LatencyWatch(lambda *receipt: self.receipts.append(receipt))

    def tell(self, now: float, event: FrontEndEvent) -> None:
        self.watch.receive(event, now)

    def begin(self, dictation: str, now: float, source: str = "microphone", device: str = DESK) -> None:
        self.tell(now, StateChanged(dictation, State.STARTING))
        self.tell(now + 0.05, Started(dictation, "local", "en", source, now + 0.04, BEGAN))
        if source == "microphone":
            self.tell(now + 0.05, SourceChanged(dictation, device))

    def text(self, dictation: str, now: float) -> None:
        self.tell(now, SegmentAdded(dictation, Segment(1, "Hello.", "hello", 0, 1)))

    def end(self, dictation: str, now: float) -> None:
        self.tell(now, Finished(dictation, 1, 1, 0, 1.0, "Hello."))


def test_every_step_is_counted_from_the_key() -> None:
    kept = Kept()
    kept.watch.key_down(9.98)
    kept.begin("one", 10.0)
    kept.tell(10.9, Partial("one", "hel"))
    kept.watch.key_up("one", 12.0)
    kept.tell(12.01, StateChanged("one", State.FINISHING))
    kept.text("one", 12.4)
    kept.end("one", 12.5)
    kept.watch.inserted("one", 12.46)
    assert kept.receipts == [
        ("one", DESK, Latency(60, 920, 2020, 2420, None)),
        ("one", DESK, Latency(60, 920, 2020, 2420, 2480)),
    ]


def test_without_a_key_the_latency_counts_from_start_and_stop() -> None:
    kept = Kept()
    kept.begin("one", 10.0)
    kept.text("one", 11.0)
    kept.tell(12.0, StateChanged("one", State.FINISHING))
    kept.end("one", 12.5)
    assert kept.receipts == [("one", DESK, Latency(40, 1000, 2000, 1000))]


def test_key_counts_for_one_dictation_only() -> None:
    kept = Kept()
    kept.watch.key_down(9.0)
    kept.begin("one", 10.0)
    kept.begin("two", 20.0)
    for which, now in (("one", 21.0), ("two", 22.0)):
        kept.text(which, now)
        kept.end(which, now)
    assert [latency.first_audio for _, _, latency in kept.receipts] == [1040, 40]


def test_files_stored_recordings_and_silence_are_not_measured() -> None:
    kept = Kept()
    kept.begin("file", 10.0, source="/tmp/speech.wav")
    kept.begin("stored", 10.0, device="")
    kept.begin("silent", 10.0)
    for which in ("file", "stored"):
        kept.text(which, 11.0)
    for which in ("file", "stored", "silent"):
        kept.end(which, 12.0)
        kept.watch.inserted(which, 13.0)
    assert kept.receipts == []


def test_missing_insertions_cost_no_memory() -> None:
    kept = Kept()
    for number in range(KEPT + 1):
        kept.begin(str(number), 10.0 + number)
        kept.text(str(number), 11.0 + number)
        kept.end(str(number), 11.0 + number)
    before = len(kept.receipts)
    kept.watch.inserted("0", 99.0)
    assert len(kept.receipts) == before == KEPT + 1


@given(st.lists(st.tuples(st.sampled_from("aspftei"), st.floats(0, 5)), max_size=30))
def test_no_step_is_negative_in_any_order_of_events(course: list[tuple[str, float]]) -> None:
    kept, now = Kept(), 100.0
    for what, pause in course:
        now += pause
        match what:
            case "a":
                kept.begin("one", now)
            case "s":
                kept.tell(now, StateChanged("one", State.FINISHING))
            case "p":
                kept.tell(now, Partial("one", "words"))
            case "f":
                kept.watch.key_down(now - 0.1)
            case "t":
                kept.text("one", now)
            case "e":
                kept.end("one", now)
            case "i":
                kept.watch.inserted("one", now)
    for _, _, latency in kept.receipts:
        steps = (latency.first_audio, latency.first_partial, latency.released, latency.final, latency.inserted)
        assert all(step is None or step >= 0 for step in steps)
        assert latency.final is not None


def test_latency_is_in_the_history_with_the_text(stage: Stage) -> None:
    stage.commands.latency.key_down(stage.now)
    stage.listen()
    stage.say(1)
    stage.pass_time(1.5)
    stage.recognizer.final("hello", 0, 1)
    stage.handle_messages()
    dictation = stage.loop.session.id
    stage.dictation.stop()
    stage.handle_messages()
    stage.source.end()
    stage.handle_messages()
    stage.recognizer.done()
    stage.handle_messages()
    stage.commands.latency.inserted(dictation, stage.now + 0.25)
    store = stage.archive._history
    assert store is not None
    timed = TimedDictation(dictation, "local", DESK, Latency(0, 1500, 1500, 1500, 1750))
    assert store.latencies() == (timed,)
    loaded = store.load(dictation)
    assert loaded is not None
    assert loaded.timed == timed
