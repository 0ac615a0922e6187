"""`AudioSender`: chunks, marks, the end of the sound, and the repetition after a loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.flow_control import FIRST, LARGEST, REPLAY, FlowControl, RateLimiter
from saywrite.speech.aiola.delivery.pending import CompletionState
from saywrite.speech.aiola.delivery.sender import AHEAD, CHUNK, KEPT, AudioSender, text_of
from saywrite.speech.engine import Request

SECOND = bytes(range(1, 255)) * 126  # 32,004 bytes
SECOND = SECOND[: 2 * SAMPLE_RATE]


@dataclass(frozen=True)
class Boundary:
    starts: bool
    at: int
    voiced: int = SAMPLE_RATE


class Detector:
    """A detector that reports the given boundaries when their offset is reached."""

    def __init__(self, boundaries: Sequence[Boundary]) -> None:
        self._coming = list(boundaries)
        self._heard = 0
        self.flushed = 0

    @property
    def settled(self) -> int:
        return self._heard

    def process(self, pcm: bytes) -> list[Boundary]:
        self._heard += len(pcm) // 2
        found = [each for each in self._coming if each.at <= self._heard]
        self._coming = [each for each in self._coming if each.at > self._heard]
        return found

    def flush(self) -> list[Boundary]:
        self.flushed += 1
        is_open = bool(self._coming) and not self._coming[0].starts
        return [Boundary(False, self._heard)] if is_open else []


class RecordingTransport:
    """A transport that records chunks and marks."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.marks: list[int] = []
        self.queued = 0

    def emit(self, name: str, payload: object, mark: int | None = None) -> None:
        assert name == "binary_data"
        assert isinstance(payload, bytes)
        self.blocks.append(payload)
        if mark is not None:
            self.marks.append(mark)

    def mark(self, number: int) -> None:
        self.marks.append(number)

    @property
    def sound(self) -> bytes:
        return b"".join(self.blocks)


class Harness:
    """A delivery over a connection that answers when the test says so; the test moves the time, too."""

    def __init__(self, *boundaries: Boundary, live: bool = True) -> None:
        self.detector = Detector(boundaries)
        self.delivery = AudioSender(Request("d1", "en", live=live), lambda **options: self.detector)  # type: ignore[arg-type]
        self.now = 0.0
        self.fed = 0

    def connect(self) -> bool:
        self.transport, self.flow, self.pace = (
            RecordingTransport(),
            FlowControl(self.now, 45.0),
            RateLimiter(REPLAY, self.now),
        )
        return self.delivery.begin(self.now)

    def feed(self, seconds: float, start: int | None = None) -> None:
        """Feed from the last sample on, or from the sample `start`."""
        self.fed = self.fed if start is None else start
        for _ in range(round(seconds * 10)):
            offset = self.fed % SAMPLE_RATE * 2
            self.fed += SAMPLE_RATE // 10
            self.delivery.take(SECOND[offset : offset + SAMPLE_RATE // 5], self.fed)

    def send(self) -> None:
        self.delivery.send(self.transport, self.flow, self.pace, self.now)

    def pong(self) -> None:
        self.delivery.received(self.flow.ponged(self.transport.marks[-1], self.now), self.now)

    def speak(self, seconds: float) -> None:
        """Feed and send at the pace of speech."""
        for _ in range(round(seconds * 10)):
            self.feed(0.1)
            self.run(0.1)

    def run(self, seconds: float) -> None:
        """Send as allowed, and answer every mark at once."""
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            self.send()
            if self.transport.marks:
                self.pong()


def test_sound_is_sent_in_chunks_of_the_recommended_size() -> None:
    harness = Harness()
    harness.connect()
    harness.feed(1)
    harness.send()
    assert {len(block) for block in harness.transport.blocks} == {CHUNK}
    assert harness.transport.sound == SECOND[: len(harness.transport.sound)]
    assert len(SECOND) - len(harness.transport.sound) < CHUNK, "an incomplete chunk was sent"


def test_end_of_an_utterance_is_sent_at_once_with_a_mark() -> None:
    harness = Harness(Boundary(True, 1_600), Boundary(False, 16_000))
    harness.connect()
    harness.feed(1)
    harness.send()
    assert harness.transport.sound == SECOND
    marks = len(harness.transport.marks)
    harness.pong()
    assert harness.delivery.acknowledged == SAMPLE_RATE
    harness.send()
    assert len(harness.transport.marks) == marks, "a mark was sent twice"


def test_bytes_in_flight_stay_within_the_window() -> None:
    harness = Harness(live=False)
    harness.connect()
    harness.feed(5)
    harness.send()
    assert len(harness.transport.sound) == FIRST
    harness.pong()
    harness.now += 1
    harness.send()
    assert len(harness.transport.sound) > FIRST


def test_silence_at_the_end_closes_the_last_segment() -> None:
    harness = Harness(Boundary(True, 1_600), Boundary(False, 8_000))
    harness.connect()
    harness.speak(0.5)
    harness.delivery.finish(harness.now)
    assert harness.detector.flushed == 1
    harness.run(1)
    silence = harness.transport.sound[SAMPLE_RATE:]
    assert harness.transport.sound[:SAMPLE_RATE] == SECOND[:SAMPLE_RATE]
    assert set(silence) == {0}
    assert len(silence) == 800 * 32
    assert harness.delivery.verdict(harness.now)[0] is CompletionState.WAIT, "it ended without the text"
    harness.delivery.transcript("alpha bravo", harness.now)
    assert [placed.text for placed in harness.delivery.take_placed()] == ["alpha bravo"]
    assert harness.delivery.verdict(harness.now)[0] is CompletionState.COMPLETE
    harness.send()
    assert len(harness.transport.sound) == SAMPLE_RATE + len(silence), "the silence was sent twice"


def test_sound_without_text_is_fed_again_after_a_loss() -> None:
    harness = Harness(Boundary(True, 8_000), Boundary(False, 24_000), Boundary(True, 32_000))
    harness.connect()
    harness.speak(3)
    harness.delivery.transcript("alpha", harness.now)
    harness.delivery.lose()
    assert harness.connect(), "no rewind was asked for"
    assert 24_000 <= harness.delivery.next <= 32_000
    harness.feed(0.2, start=3 * SAMPLE_RATE)
    assert harness.delivery.next <= 32_000, "sound from further ahead was kept"
    start = harness.delivery.next
    harness.feed(1.5, start=start)
    harness.run(2)
    assert harness.transport.sound[:3_200] == (SECOND * 2)[2 * start % len(SECOND) :][:3_200]
    assert harness.detector._heard == round(3.2 * SAMPLE_RATE), "the detector heard a sample twice"


def test_sound_without_a_connection_is_analyzed_and_only_its_start_kept() -> None:
    harness = Harness(Boundary(True, 10 * SAMPLE_RATE), Boundary(False, 12 * SAMPLE_RATE))
    harness.feed(20)
    assert harness.delivery.session.outstanding == ((10 * SAMPLE_RATE, 12 * SAMPLE_RATE),)
    assert harness.delivery.next * 2 <= KEPT + 3_200
    assert harness.connect(), "no rewind was asked for"
    start = harness.delivery.next
    for second in range(20):
        harness.feed(1, start=start + second * SAMPLE_RATE)
        harness.run(0.3)
    assert len(harness.transport.sound) >= (20 * SAMPLE_RATE - start) * 2 - CHUNK, "sound is missing"
    assert harness.transport.sound == (SECOND * 20)[2 * start :][: len(harness.transport.sound)]


def test_early_first_connection_needs_no_rewind() -> None:
    harness = Harness()
    harness.feed(1)
    assert not harness.connect()
    harness.send()
    assert harness.transport.sound == SECOND[: len(harness.transport.sound)]


def test_file_waits_for_a_slow_service() -> None:
    harness = Harness(Boundary(True, 1_600), live=False)
    harness.connect()
    for second in range(120):
        harness.feed(1, start=None if second == 0 else harness.delivery.next)
        harness.run(0.3)
    assert AHEAD <= harness.delivery.next - 1_600 <= AHEAD + KEPT
    assert len(harness.transport.sound) // 2 <= AHEAD + 1_600 + CHUNK


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"transcript": "alpha"}, "alpha"),
        ("alpha", "alpha"),
        ({"transcript": None}, ""),
        ({"text": "alpha"}, ""),
        (7, ""),
        (None, ""),
    ],
)
def test_text_of_any_payload(payload: object, text: str) -> None:
    assert text_of(payload, "transcript") == text


def test_live_sound_does_not_wait_for_a_pong() -> None:
    harness = Harness(Boundary(True, 1_600))
    harness.connect()
    for _ in range(300):
        harness.feed(0.1)
        harness.now += 0.1
        harness.send()
    assert len(harness.transport.sound) > 29 * len(SECOND), "30 s of speech without a pong"


def test_live_sound_waits_while_the_system_does_not_accept_it() -> None:
    harness = Harness(Boundary(True, 1_600))
    harness.connect()
    harness.transport.queued = LARGEST
    harness.feed(2)
    harness.send()
    assert harness.transport.blocks == []


def test_a_replay_waits_for_pongs_and_what_is_spoken_behind_it_follows() -> None:
    harness = Harness(Boundary(True, 1_600))
    harness.feed(6)
    harness.connect()
    harness.now += 2
    harness.send()
    assert len(harness.transport.sound) == FIRST
    harness.run(2)
    assert len(harness.transport.sound) > 5.8 * len(SECOND)
    harness.transport.marks.clear()
    for _ in range(100):
        harness.feed(0.1)
        harness.now += 0.1
        harness.send()
    assert len(harness.transport.sound) > 15 * len(SECOND)


def test_place_that_the_service_gives_counts_from_the_begin_of_the_connection() -> None:
    """A connection that is kept has carried the sound of earlier dictations, and the silence behind it."""
    earlier = Harness(Boundary(True, SAMPLE_RATE), Boundary(False, 2 * SAMPLE_RATE))
    earlier.connect()
    earlier.speak(3.0)
    earlier.delivery.finish(earlier.now)
    earlier.run(1.0)
    carried_s = len(earlier.transport.sound) / (2 * SAMPLE_RATE)
    assert carried_s > 3.0, "no silence was sent behind the sound"

    harness = Harness(Boundary(True, SAMPLE_RATE), Boundary(False, 2 * SAMPLE_RATE))
    harness.connect()
    harness.flow = earlier.flow
    harness.flow.begin_anew()
    harness.now = earlier.now
    harness.speak(3.0)
    harness.delivery.transcript("one two", harness.now, (carried_s + 1.25, carried_s + 1.75))
    (text,) = harness.delivery.take_placed()
    assert (text.start, text.end) == (SAMPLE_RATE * 5 // 4, SAMPLE_RATE * 7 // 4)
