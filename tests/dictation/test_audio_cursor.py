"""The cursor between sound and recognizer, with events in any order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from saywrite.dictation.engines import audio_cursor
from saywrite.dictation.engines.audio_cursor import FEED, AudioCursor, RecentAudio
from saywrite.foundation.errors import JournalError
from saywrite.foundation.events import SAMPLE_RATE, Progress, RecognizerFinished
from saywrite.speech.engine import Events


def numbered(start: int, count: int) -> bytes:
    return b"".join((i % 65_536).to_bytes(2, "little") for i in range(start, start + count))


@given(st.lists(st.integers(0, 50), max_size=20), st.data())
def test_a_tail_gives_back_exactly_what_was_appended(sizes: list[int], data: st.DataObject) -> None:
    tail, end = RecentAudio(7), 7
    for size in sizes:
        tail.append(numbered(end, size))
        end += size
    tail.trim(data.draw(st.integers(0, end)))
    start = data.draw(st.integers(tail.start, end))
    stop = data.draw(st.integers(start, end))
    assert tail.read(start, stop) == numbered(start, stop - start)


class Listener:
    """A recognizer that checks that sound comes in order from wherever it was rewound to."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.at = 0
        self.farthest = 0
        self.finishes = 0

    def feed(self, pcm: bytes, end: int) -> Events:
        assert pcm == numbered(self.base + self.at, end - self.at)
        self.at = end
        self.farthest = max(self.farthest, end)
        return (Progress("d", end, 0),)

    def finish(self) -> Events:
        self.finishes += 1
        return (RecognizerFinished("d"),)


class FeederMachine(RuleBasedStateMachine):
    """Appends, writes, progress and rewinds in any order: nothing is lost, repeated or fed beyond the window."""

    @initialize(base=st.integers(0, 5000), window=st.integers(FEED, 5 * FEED), on_disk=st.booleans())
    def begin(self, base: int, window: int, on_disk: bool) -> None:
        self.recognizer = Listener(window)
        self.recognizer.base = base
        self.base = self.written = base
        self.on_disk = on_disk
        self.ended = False
        self.returned: list[object] = []
        self.feeder = AudioCursor(self.recognizer, base, self.read_journal, on_disk, self.returned.extend)
        self.patch = pytest.MonkeyPatch()
        if on_disk:  # else what memory does not hold is lost
            self.patch.setattr(audio_cursor, "KEEP_IN_MEMORY", 6 * FEED)
            self.patch.setattr(audio_cursor, "KEEP_BEHIND", 2 * FEED)

    def read_journal(self, start: int, end: int) -> bytes:
        assert self.on_disk
        assert end <= self.written
        return numbered(start, end - start)

    @precondition(lambda self: not self.ended)
    @rule(count=st.integers(1, 4 * FEED))
    def hear(self, count: int) -> None:
        self.feeder.append(numbered(self.feeder.heard, count))
        self.feeder.feed()

    @rule(part=st.floats(0, 1))
    def write(self, part: float) -> None:
        self.written += int((self.feeder.heard - self.written) * part)
        self.feeder.written(self.written)
        self.feeder.feed()

    @rule(part=st.floats(0, 1))
    def progress(self, part: float) -> None:
        sent = self.recognizer.at
        self.feeder.advance(sent, int(sent * part))
        self.feeder.feed()

    @rule()
    def rewind(self) -> None:
        to = self.feeder.confirmed - self.base
        self.recognizer.at = to
        self.feeder.rewind(to)
        self.feeder.feed()

    @rule()
    def end(self) -> None:
        self.ended = True
        self.feeder.end()
        self.feeder.feed()

    @invariant()
    def never_beyond_the_window(self) -> None:
        assert self.recognizer.at <= self.feeder.sent - self.base + self.recognizer.window

    def teardown(self) -> None:
        """Whatever happened: with the disk back and the recognizer listening, everything arrives and it is finished."""
        if not hasattr(self, "feeder"):
            return
        try:
            self.feed_to_the_end()
        finally:
            self.patch.undo()

    def feed_to_the_end(self) -> None:
        self.feeder.end()
        self.written = self.feeder.heard
        self.feeder.written(self.written)
        for _ in range(10_000):
            self.feeder.feed()
            if self.recognizer.finishes and self.recognizer.at == self.feeder.heard - self.base:
                assert self.returned[-1] == RecognizerFinished("d")
                return
            self.feeder.advance(self.recognizer.at, 0)
        raise AssertionError("not everything arrived")


TestFeeder = FeederMachine.TestCase


def test_sound_that_is_nowhere_any_more_is_an_error_and_no_shorter_sound() -> None:
    recognizer = Listener(600 * SAMPLE_RATE)
    recognizer.base = 0
    cursor = AudioCursor(recognizer, 0, lambda start, end: b"", False, lambda events: None)
    block = bytes(2 * SAMPLE_RATE)
    for second in range(1, 301):
        cursor.append(block)
        cursor.advance(second * SAMPLE_RATE, 0)
    cursor.rewind(0)
    with pytest.raises(JournalError, match="no longer be read"):
        cursor.feed()
    assert recognizer.at == 0


def test_sound_from_before_the_memory_is_read_back_from_the_disk() -> None:
    """An outage of minutes: the sound that memory no longer holds lies whole blocks before it."""
    recognizer = Listener(600 * SAMPLE_RATE)
    recognizer.base = 0
    cursor = AudioCursor(recognizer, 0, lambda start, end: numbered(start, end - start), True, lambda events: None)
    for second in range(300):
        cursor.append(numbered(second * SAMPLE_RATE, SAMPLE_RATE))
        cursor.written((second + 1) * SAMPLE_RATE)
        cursor.feed()
    cursor.rewind(0)
    recognizer.at = 0
    while cursor.has_more or recognizer.at == 0:
        cursor.feed()
    assert recognizer.at == cursor.heard == 300 * SAMPLE_RATE
