"""The recognizer of the service at awkward moments: links, time and the detector by hand, everything else is real."""

from __future__ import annotations

from collections import deque

import pytest
from tests.speech.aiola.test_audio_sender import Boundary, Detector
from tests.speech.aiola.test_connection import FakeLink
from tests.speech.event_poster import EventPoster

from saywrite.dictation.engines.audio_cursor import AudioCursor
from saywrite.dictation.engines.failover import EngineFailover
from saywrite.foundation.errors import ServiceUnreachable
from saywrite.foundation.events import SAMPLE_RATE, Failed, Final, Progress, RecognizerFinished, Rewind, Structured
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.delivery.completion import OFFLINE_FINISH_S
from saywrite.speech.aiola.engine import AiolaRecognizer
from saywrite.speech.aiola.net.command_queue import EventReceived, Ponged, TransportConnected, TransportLost
from saywrite.speech.aiola.token_provider import Grant
from saywrite.speech.engine import Request
from saywrite.speech.network.network import Network

STEP_S = 0.02
BLOCK = SAMPLE_RATE // 10
GONE = ServiceUnreachable("Gone.", "Wait.")


class Link(FakeLink):
    """Notes the marks, and when they were set."""

    def __init__(self, number: int, now: float) -> None:
        super().__init__(number)
        self.made = now
        self.up = False
        self.marks: deque[tuple[int, float]] = deque()
        self.sound = 0

    def emit(self, name: str, payload: object, mark: int | None = None) -> None:
        super().emit(name, None)
        self.sound += len(payload) if isinstance(payload, bytes) else 0
        if mark is not None:
            self.mark(mark)

    def mark(self, number: int) -> None:
        self.marks.append((number, self.made))


class Stage:
    """Time goes on in steps; the recognizer is woken when it asks to be. `wakes`: how often that was."""

    def __init__(self, *utterances: tuple[float, float]) -> None:
        self.now = 1_000.0
        self.links: list[Link] = []
        self.posted: list[object] = []
        self.wakes = 0
        self.past = 0
        """Times it asked to be woken that were not in the future."""
        self.accepts = self.answers_pings = True
        self.linger_s = 30.0
        self.finished_at: float | None = None
        self.told: list[object] = []
        boundaries = [
            Boundary(starts, round(at * SAMPLE_RATE), round((end - start - 0.5) * SAMPLE_RATE))
            for start, end in utterances
            for starts, at in ((True, start), (False, end))
        ]
        account = Account("token", "a token")
        recognizer = AiolaRecognizer(
            self._refuse,
            lambda: account,
            lambda **wishes: Detector(boundaries),  # type: ignore[arg-type]
            Network(),
            linger_s=lambda: self.linger_s,
            clock=lambda: self.now,
            wall=lambda: self.now,
        )
        self.recognizer = EventPoster(recognizer, self.posted.append)
        self.recognizer._connection._make_link = self._make_link  # type: ignore[assignment]
        self.recognizer._connection._make_probe = None
        self.recognizer._grants._grant = Grant("a token", account)
        self.recognizer._grants.account = account
        self.feeder: AudioCursor | None = None

    def _make_link(self, number: int) -> Link:
        self.links.append(Link(number, self.now))
        return self.links[-1]

    def _refuse(self, message: object) -> None:
        raise AssertionError("there are no threads here, and events are returned")

    @property
    def link(self) -> Link:
        return self.links[-1]

    def start(self, dictation: str = "d1") -> None:
        self.recognizer.start(Request(dictation, "en"))
        self.feeder = AudioCursor(
            self.recognizer, 0, lambda start, end: bytes((end - start) * 2), False, self.posted.extend
        )
        self.finished_at = None

    def speak(self, seconds: float) -> None:
        """At the pace of speech."""
        for _ in range(round(seconds * 10)):
            assert self.feeder is not None
            self.feeder.append(bytes(BLOCK * 2))
            self.run(0.1)

    def release(self) -> None:
        assert self.feeder is not None
        self.feeder.end()
        self.run(STEP_S)

    def run(self, seconds: float) -> None:
        until = self.now + seconds - 1e-9
        while self.now < until and self.finished_at is None:
            self.now += STEP_S
            self._line()
            due = self.recognizer.wake(self.now)
            self.wakes += 1
            self.past += due is not None and due <= self.now
            self._loop()

    def _line(self) -> None:
        link = self.links[-1] if self.links else None
        if link is None or self.recognizer._connection._link is not link:
            return
        if self.accepts and not link.up:
            link.up = True
            self.recognizer.receive(TransportConnected(link.number, self.now, 25.0, 20.0))
        while link.up and self.answers_pings and link.marks:
            number, _at = link.marks.popleft()
            self.recognizer.receive(Ponged(link.number, self.now, number))

    def _loop(self) -> None:
        """What the dictation does with what is posted."""
        assert self.feeder is not None
        while self.posted:
            message = self.posted.pop(0)
            self.told.append(message)
            if isinstance(message, Progress):
                self.feeder.advance(message.sent, message.confirmed)
            elif isinstance(message, Rewind):
                self.feeder.rewind(message.to)
            elif isinstance(message, RecognizerFinished):
                self.finished_at = self.now
        if self.finished_at is None:
            self.feeder.feed()

    def hear(self, payload: object) -> None:
        self.recognizer.receive(EventReceived(self.link.number, self.now, "transcript", payload))
        self._loop()

    def lose(self) -> None:
        self.recognizer.receive(TransportLost(self.link.number, self.now, GONE))
        self._loop()

    def all(self, kind: type) -> list[object]:
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def complete(self) -> bool:
        last = self.all(RecognizerFinished)[-1]
        assert isinstance(last, RecognizerFinished)
        return last.complete


@pytest.fixture
def stage() -> Stage:
    return Stage((0.5, 2.5), (4.0, 7.0))


def test_the_end_is_not_put_off_by_attempts_that_fail(stage: Stage) -> None:
    stage.accepts = False
    stage.start()
    stage.speak(3)
    stage.release()
    released = stage.now
    for _ in range(200):
        stage.run(0.5)
        if stage.finished_at is not None:
            break
        if stage.recognizer._connection._link is stage.link:
            stage.lose()
    assert stage.finished_at is not None
    assert OFFLINE_FINISH_S - 0.5 <= stage.finished_at - released <= OFFLINE_FINISH_S + 1
    assert not stage.complete
    assert not stage.all(Failed)[-1].fatal  # type: ignore[attr-defined]


def test_nor_by_connections_that_bring_nothing(stage: Stage) -> None:
    stage.start()
    stage.speak(3)
    stage.lose()
    stage.release()
    released = stage.now
    for _ in range(400):
        stage.run(0.1)
        if stage.finished_at is not None:
            break
        if stage.recognizer._connection.up:
            stage.lose()
    assert stage.finished_at is not None
    assert stage.finished_at - released < OFFLINE_FINISH_S + 6


def test_a_pong_owed_to_the_last_dictation_says_nothing_of_the_next(stage: Stage) -> None:
    stage.start()
    stage.speak(3)
    stage.release()
    stage.run(0.1)
    stage.answers_pings = False
    stage.run(1)
    (probe,) = stage.link.marks
    stage.hear({"transcript": "as many words as fit"})
    stage.run(0.5)
    assert stage.finished_at is not None
    stage.start("d2")
    stage.recognizer.receive(Ponged(stage.link.number, stage.now, probe[0]))
    assert stage.recognizer._delivery is not None
    assert stage.recognizer._delivery.acknowledged == 0


@pytest.mark.parametrize("payload", [{"transcript": 7}, None, {"words": ["x"]}, {"transcript": ""}, []])
def test_rubbish_is_no_answer(stage: Stage, payload: object) -> None:
    stage.start()
    stage.speak(3)
    stage.release()
    stage.hear(payload)
    stage.run(0.3)
    assert stage.finished_at is None
    stage.hear({"transcript": "real words"})
    stage.run(2)
    assert [event.text for event in stage.all(Final)] == ["real words"]  # type: ignore[attr-defined]
    assert stage.complete


def test_binary_attachments_of_a_structured_result_become_text(stage: Stage) -> None:
    """The history holds JSON, which knows no bytes."""
    stage.start()
    stage.speak(1)
    results = {"photos": [{"data": b"\x00\x01"}], "kind": "form"}
    stage.recognizer.receive(EventReceived(stage.link.number, stage.now, "structured", {"results": results}))
    stage.run(0.1)
    (event,) = stage.all(Structured)
    assert isinstance(event, Structured)
    assert event.results == {"photos": [{"data": "AAE="}], "kind": "form"}


def test_waiting_for_an_answer_costs_nothing(stage: Stage) -> None:
    """It never asks to be woken at a time that has passed."""
    stage.start()
    stage.speak(3)
    stage.hear({"transcript": "one"})
    stage.speak(12)
    assert stage.past == 0
    assert stage.wakes > 100


def test_a_dictation_of_minutes_through_a_mute_service_ends_when_it_is_let_go() -> None:
    stage = Stage(*[(0.5 + 5 * n, 3.5 + 5 * n) for n in range(40)])
    stage.start()
    stage.speak(130)
    stage.release()
    released = stage.now
    stage.run(60)
    assert stage.finished_at is not None
    assert stage.finished_at - released < 30
    assert not stage.complete


def test_dictation_says_of_a_service_that_needs_too_long_only_that_it_did_not_answer_in_time(stage: Stage) -> None:
    """It is not one that never answers: with an answer after nine seconds, the next dictation gets its text."""
    stage.start()
    stage.speak(3)
    stage.release()
    stage.run(8)
    (failed,) = stage.all(Failed)
    assert isinstance(failed, Failed)
    assert str(failed.what) == "The last 3 s have no text yet: aiOla did not answer in time."


def test_given_up_before_anything_was_sent_the_connection_stays_for_the_next(stage: Stage) -> None:
    stage.start()
    stage.run(0.1)
    stage.recognizer.abort()
    stage._loop()
    assert stage.recognizer._connection.up
    stage.start("d2")
    assert len(stage.links) == 1


def test_given_up_later_it_is_closed_so_that_nothing_of_it_comes_into_the_next(stage: Stage) -> None:
    stage.start()
    stage.speak(1)
    stage.recognizer.abort()
    stage._loop()
    assert stage.link.did[-1] == "close"


class StandIn:
    """What another engine is asked for while it stands in."""

    def start(self, request: Request) -> tuple[()]:
        return ()

    def abort(self) -> tuple[()]:
        return ()


def stand_in(stage: Stage) -> EngineFailover:
    """A dictation of two seconds without a connection, for which another engine stands in."""
    failover = EngineFailover(Request("d1", "en"), stage.recognizer, lambda events: None)  # type: ignore[arg-type]
    stage.start()
    stage.speak(2)
    failover.stand_in(StandIn())  # type: ignore[arg-type]
    return failover


@pytest.mark.parametrize("linger_s", [0.0, 30.0])
def test_dictation_returns_on_the_connection_that_was_made_while_another_engine_stood_in(linger_s: float) -> None:
    """A service that needs seconds to connect was connected to twice, and the first one heard sound for nothing."""
    stage = Stage((0.5, 2.5))
    stage.accepts, stage.linger_s = False, linger_s
    failover = stand_in(stage)
    stage.accepts = True
    stage._line()
    assert stage.recognizer._connection.up
    assert stage.link.sound == 0
    failover.come_back()
    stage.run(0.5)
    assert len(stage.links) == 1
    assert stage.recognizer._connection.up


def test_a_connection_that_has_carried_sound_is_not_used_for_the_return() -> None:
    """Texts of that sound may still come, and would be taken for those of the dictation that begins anew."""
    stage = Stage((0.5, 2.5))
    failover = stand_in(stage)
    assert stage.link.sound > 0
    failover.come_back()
    assert len(stage.links) == 2


def test_a_connection_without_a_dictation_is_closed_at_once_where_it_is_not_to_be_kept() -> None:
    stage = Stage((0.5, 2.5))
    stage.linger_s = 0.0
    stage.start()
    stage.run(0.1)
    stage.recognizer.abort()
    stage.recognizer.wake(stage.now)
    assert stage.link.did[-1] == "close"
