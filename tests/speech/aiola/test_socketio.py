"""`SocketIOProtocol`: opening, namespace, events, replies and end, in this order only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from saywrite.speech.aiola.net.socketio import (
    MAX_REPLIES,
    ConnectRefused,
    Pinged,
    ProtocolEvent,
    Ready,
    ServiceDisconnected,
    ServiceEvent,
    SocketIOProtocol,
)

OPENING = '0{"sid":"e1","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'
ACCEPTED = '40/events,{"sid":"s1"}'


def ready() -> SocketIOProtocol:
    protocol = SocketIOProtocol()
    protocol.opened()
    protocol.receive(OPENING)
    protocol.receive(ACCEPTED)
    protocol.frames()
    return protocol


def test_namespace_is_requested_when_the_session_is_open() -> None:
    protocol = SocketIOProtocol()
    protocol.opened()
    assert protocol.frames() == []
    assert protocol.receive(OPENING) == []
    assert protocol.frames() == ["40/events,{}"]
    assert protocol.frames() == []
    assert protocol.receive(ACCEPTED) == [Ready(25.0, 20.0)]


def test_emit_before_the_namespace_is_accepted_raises() -> None:
    protocol = SocketIOProtocol()
    protocol.opened()
    protocol.receive(OPENING)
    with pytest.raises(RuntimeError, match="not open"):
        protocol.emit("binary_data", b"x")
    assert protocol.frames() == ["40/events,{}"]


def test_nothing_follows_a_refusal() -> None:
    protocol = SocketIOProtocol()
    protocol.opened()
    protocol.receive(OPENING)
    protocol.frames()
    assert protocol.receive('44/events,{"message":"no"}') == [ConnectRefused({"message": "no"})]
    assert protocol.receive(ACCEPTED) == []
    assert protocol.receive("2") == []
    assert protocol.frames() == []


@pytest.mark.parametrize(
    ("said", "payload"),
    [('"no"', {"message": "no"}), ("", {}), ("[1]", {}), ('{"error":{"code":"X"}}', {"error": {"code": "X"}})],
)
def test_refusal_in_any_form_has_a_payload(said: str, payload: dict[str, Any]) -> None:
    protocol = SocketIOProtocol()
    protocol.opened()
    protocol.receive(OPENING)
    assert protocol.receive(f"44/events,{said}") == [ConnectRefused(payload)]


def test_events_come_with_their_first_argument() -> None:
    protocol = ready()
    assert protocol.receive('42/events,["transcript",{"transcript":"hi"},2]') == [
        ServiceEvent("transcript", {"transcript": "hi"})
    ]
    assert protocol.receive('42/events,["bare"]') == [ServiceEvent("bare", None)]
    assert protocol.receive('451-/events,["sound",{"_placeholder":true,"num":0}]') == []
    assert protocol.receive(b"pcm") == [ServiceEvent("sound", b"pcm")]


def test_event_with_a_number_is_acknowledged() -> None:
    protocol = ready()
    protocol.receive('42/events,7["transcript",{}]')
    protocol.receive('42/events,["transcript",{}]')
    assert protocol.frames() == ["43/events,7[]"]


def test_pings_are_answered_with_their_data() -> None:
    protocol = ready()
    assert protocol.receive("2") == [Pinged()]
    assert protocol.receive("2probe") == [Pinged()]
    assert protocol.frames() == ["3", "3probe"]


def test_replies_to_many_pings_are_bounded() -> None:
    protocol = ready()
    for _ in range(10 * MAX_REPLIES):
        protocol.receive("2")
    assert len(protocol.frames()) == MAX_REPLIES


def test_replies_never_separate_an_event_from_its_attachment() -> None:
    protocol = ready()
    protocol.emit("binary_data", b"1")
    protocol.receive("2")
    protocol.emit("binary_data", b"2")
    text = '451-/events,["binary_data",{"_placeholder":true,"num":0}]'
    assert protocol.frames() == ["3", text, b"1", text, b"2"]


def test_other_namespaces_are_ignored() -> None:
    protocol = ready()
    for frame in ('42["transcript",{}]', '42/other,5["a"]', "41", "41/other,", '40{"sid":"x"}', '44{"message":"no"}'):
        assert protocol.receive(frame) == []
    assert protocol.frames() == []


@pytest.mark.parametrize(("frame", "words"), [("1", "closed"), ("41/events,", "ended"), ("41/events", "ended")])
def test_server_may_end_the_session(frame: str, words: str) -> None:
    protocol = ready()
    (ended,) = protocol.receive(frame)
    assert isinstance(ended, ServiceDisconnected)
    assert words in ended.reason
    assert protocol.receive('42/events,["transcript",{}]') == []
    with pytest.raises(RuntimeError):
        protocol.emit("binary_data", b"x")


def test_disconnect_follows_earlier_events() -> None:
    protocol = ready()
    protocol.emit("set_keywords", {"a": "b"})
    protocol.close()
    assert protocol.frames() == ['42/events,["set_keywords",{"a":"b"}]', "41/events,"]
    assert protocol.receive('42/events,["transcript",{}]') == []


def test_second_opening_or_acceptance_is_ignored() -> None:
    protocol = ready()
    assert protocol.receive('0{"sid":"e2"}') == []
    assert protocol.receive('40/events,{"sid":"s2"}') == []
    assert protocol.receive('44/events,{"message":"late"}') == []
    assert protocol.frames() == []
    protocol.emit("binary_data", b"")


def test_opening_without_times_has_the_defaults() -> None:
    protocol = SocketIOProtocol()
    protocol.opened()
    protocol.receive('0{"sid":"e1"}')
    assert protocol.receive(ACCEPTED) == [Ready(25.0, 20.0)]


def test_payloads_are_not_in_a_repr() -> None:
    protocol = ready()
    (event,) = protocol.receive('42/events,["transcript",{"transcript":"s3cret"}]')
    assert "s3cret" not in repr(event)
    assert "s3cret" not in repr(ConnectRefused({"message": "s3cret"}))


@given(
    st.lists(st.text(max_size=30) | st.binary(max_size=30) | st.sampled_from([OPENING, ACCEPTED, "2", "41/events,"]))
)
def test_any_frames_are_received_without_an_exception(frames: list[str | bytes]) -> None:
    protocol = SocketIOProtocol()
    protocol.opened()
    for frame in frames:
        protocol.receive(frame)
        protocol.frames()


FRAMES = st.sampled_from(
    [OPENING, ACCEPTED, "2", "1", "41/events,", '42/events,["a"]', '44/events,"no"', b"x", "rubbish"]
)


class ProtocolMachine(RuleBasedStateMachine):
    """Any messages in any order: one `Ready` at most, one end at most, no event after the end."""

    def __init__(self) -> None:
        super().__init__()
        self.protocol = SocketIOProtocol()
        self.events: list[ProtocolEvent] = []
        self.closed = False

    @rule()
    def opened(self) -> None:
        self.protocol.opened()

    @rule(frame=FRAMES)
    def receive(self, frame: str | bytes) -> None:
        events = self.protocol.receive(frame)
        assert not (events and (self.closed or self.over))
        self.events += events

    @precondition(lambda self: self.protocol.ready)
    @rule()
    def emit(self) -> None:
        self.protocol.emit("a", b"x")
        assert self.protocol.frames()[-2:] == ['451-/events,["a",{"_placeholder":true,"num":0}]', b"x"]

    @precondition(lambda self: not self.protocol.ready)
    @rule()
    def emit_is_refused(self) -> None:
        with pytest.raises(RuntimeError):
            self.protocol.emit("a", b"x")

    @rule()
    def close(self) -> None:
        self.protocol.close()
        self.closed = True

    @property
    def over(self) -> bool:
        return any(isinstance(each, ServiceDisconnected | ConnectRefused) for each in self.events)

    @invariant()
    def ready_comes_once_and_before_any_event(self) -> None:
        kinds = [type(each) for each in self.events if not isinstance(each, Pinged)]
        assert kinds.count(Ready) <= 1
        assert kinds.count(ServiceDisconnected) + kinds.count(ConnectRefused) <= 1
        assert ServiceEvent not in kinds or kinds.index(Ready) < kinds.index(ServiceEvent)
        assert self.protocol.ready == (Ready in kinds and not self.over and not self.closed)


TestProtocolMachine = ProtocolMachine.TestCase
