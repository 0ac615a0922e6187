"""The sound of a dictation on its way out: whole blocks, marks, the end, and again after a loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.flow_control import FIRST, REPLAY, FlowControl, RateLimiter
from saywrite.speech.aiola.delivery.sender import AHEAD, CHUNK, KEPT, AudioSender, text_of
from saywrite.speech.aiola.delivery.tracker import CompletionState
from saywrite.speech.engine import Request

SECOND = bytes(range(1, 255)) * 126  # 32,004 bytes
SECOND = SECOND[: 2 * SAMPLE_RATE]


@dataclass(frozen=True)
class Boundary:
    starts: bool
    at: int
    voiced: int = SAMPLE_RATE


class Detector:
    """Finds the boundaries it was given, when their time has come."""

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


class Wire:
    """What was emitted, and the marks behind it."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.marks: list[int] = []

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


class Line:
    """A delivery on a line that answers when the test says so. Time stands still unless it is moved."""

    def __init__(self, *boundaries: Boundary, live: bool = True) -> None:
        self.detector = Detector(boundaries)
        self.delivery = AudioSender(Request("d1", "en", live=live), lambda **wishes: self.detector)  # type: ignore[arg-type]
        self.now = 0.0
        self.fed = 0

    def connect(self) -> bool:
        self.wire, self.flow, self.pace = Wire(), FlowControl(self.now, 45.0), RateLimiter(REPLAY, self.now)
        return self.delivery.begin(self.now)

    def feed(self, seconds: float, start: int | None = None) -> None:
        """Feed from where it was, or from the sample `start` on."""
        self.fed = self.fed if start is None else start
        for _ in range(round(seconds * 10)):
            offset = self.fed % SAMPLE_RATE * 2
            self.fed += SAMPLE_RATE // 10
            self.delivery.take(SECOND[offset : offset + SAMPLE_RATE // 5], self.fed)

    def send(self) -> None:
        self.delivery.send(self.wire, self.flow, self.pace, self.now)

    def pong(self) -> None:
        self.delivery.received(self.flow.ponged(self.wire.marks[-1], self.now), self.now)

    def speak(self, seconds: float) -> None:
        """Feed and send at the pace of speech."""
        for _ in range(round(seconds * 10)):
            self.feed(0.1)
            self.run(0.1)

    def run(self, seconds: float) -> None:
        """Send as it may be sent, answering every mark at once."""
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            self.send()
            if self.wire.marks:
                self.pong()


def test_sound_is_sent_in_chunks_of_the_recommended_size() -> None:
    line = Line()
    line.connect()
    line.feed(1)
    line.send()
    assert {len(block) for block in line.wire.blocks} == {CHUNK}
    assert line.wire.sound == SECOND[: len(line.wire.sound)]
    assert len(SECOND) - len(line.wire.sound) < CHUNK, "the rest waits for more"


def test_end_of_an_utterance_is_sent_at_once_with_a_mark() -> None:
    line = Line(Boundary(True, 1_600), Boundary(False, 16_000))
    line.connect()
    line.feed(1)
    line.send()
    assert line.wire.sound == SECOND
    marks = len(line.wire.marks)
    line.pong()
    assert line.delivery.acknowledged == SAMPLE_RATE
    line.send()
    assert len(line.wire.marks) == marks, "nothing is marked twice"


def test_bytes_in_flight_stay_within_the_window() -> None:
    line = Line()
    line.connect()
    line.feed(5)
    line.send()
    assert len(line.wire.sound) == FIRST
    line.pong()
    line.now += 1
    line.send()
    assert len(line.wire.sound) > FIRST


def test_silence_at_the_end_closes_the_last_segment() -> None:
    line = Line(Boundary(True, 1_600), Boundary(False, 8_000))
    line.connect()
    line.speak(0.5)
    line.delivery.finish()
    assert line.detector.flushed == 1
    line.run(1)
    silence = line.wire.sound[SAMPLE_RATE:]
    assert line.wire.sound[:SAMPLE_RATE] == SECOND[:SAMPLE_RATE]
    assert set(silence) == {0}
    assert len(silence) == 800 * 32
    assert line.delivery.verdict(line.now)[0] is CompletionState.WAIT, "the utterance has no text"
    told = line.delivery.transcript("alpha", line.now)
    assert told is not None
    assert line.delivery.verdict(line.now)[0] is CompletionState.COMPLETE
    line.send()
    assert len(line.wire.sound) == SAMPLE_RATE + len(silence), "silence is sent once"


def test_sound_without_text_is_fed_again_after_a_loss() -> None:
    line = Line(Boundary(True, 8_000), Boundary(False, 24_000), Boundary(True, 32_000))
    line.connect()
    line.speak(3)
    line.delivery.transcript("alpha", line.now)
    line.delivery.lose()
    assert line.connect(), "to be fed again"
    assert 24_000 <= line.delivery.next <= 32_000
    line.feed(0.2, start=3 * SAMPLE_RATE)
    assert line.delivery.next <= 32_000, "what is ahead of it comes too early"
    start = line.delivery.next
    line.feed(1.5, start=start)
    line.run(2)
    assert line.wire.sound[:3_200] == (SECOND * 2)[2 * start % len(SECOND) :][:3_200]
    assert line.detector._heard == round(3.2 * SAMPLE_RATE), "our own detector hears every sample once"


def test_sound_without_a_connection_is_analyzed_and_only_its_start_kept() -> None:
    line = Line(Boundary(True, 10 * SAMPLE_RATE), Boundary(False, 12 * SAMPLE_RATE))
    line.feed(20)
    assert line.delivery.session.outstanding == ((10 * SAMPLE_RATE, 12 * SAMPLE_RATE),)
    assert line.delivery.next * 2 <= KEPT + 3_200
    assert line.connect(), "it is to be fed again"
    start = line.delivery.next
    for second in range(20):
        line.feed(1, start=start + second * SAMPLE_RATE)
        line.run(0.3)
    assert len(line.wire.sound) >= (20 * SAMPLE_RATE - start) * 2 - CHUNK, "without a hole"
    assert line.wire.sound == (SECOND * 20)[2 * start :][: len(line.wire.sound)]


def test_early_first_connection_needs_no_rewind() -> None:
    line = Line()
    line.feed(1)
    assert not line.connect()
    line.send()
    assert line.wire.sound == SECOND[: len(line.wire.sound)]


def test_file_waits_for_a_slow_service() -> None:
    line = Line(Boundary(True, 1_600), live=False)
    line.connect()
    for second in range(120):
        line.feed(1, start=None if second == 0 else line.delivery.next)
        line.run(0.3)
    assert AHEAD <= line.delivery.next - 1_600 <= AHEAD + KEPT
    assert len(line.wire.sound) // 2 <= AHEAD + 1_600 + CHUNK


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
