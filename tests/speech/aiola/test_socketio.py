"""One connection's conversation: open, ask for the namespace, listen, answer, end; in no other order."""

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
    conversation = SocketIOProtocol()
    conversation.opened()
    conversation.receive(OPENING)
    conversation.receive(ACCEPTED)
    conversation.frames()
    return conversation


def test_namespace_is_requested_when_the_session_is_open() -> None:
    conversation = SocketIOProtocol()
    conversation.opened()
    assert conversation.frames() == []
    assert conversation.receive(OPENING) == []
    assert conversation.frames() == ["40/events,{}"]
    assert conversation.frames() == []
    assert conversation.receive(ACCEPTED) == [Ready("s1", 25.0, 20.0)]


def test_emit_before_the_namespace_is_accepted_raises() -> None:
    conversation = SocketIOProtocol()
    conversation.opened()
    conversation.receive(OPENING)
    with pytest.raises(RuntimeError, match="not open"):
        conversation.emit("binary_data", b"x")
    assert conversation.frames() == ["40/events,{}"]


def test_nothing_follows_a_refusal() -> None:
    conversation = SocketIOProtocol()
    conversation.opened()
    conversation.receive(OPENING)
    conversation.frames()
    assert conversation.receive('44/events,{"message":"no"}') == [ConnectRefused({"message": "no"})]
    assert conversation.receive(ACCEPTED) == []
    assert conversation.receive("2") == []
    assert conversation.frames() == []


@pytest.mark.parametrize(
    ("said", "payload"),
    [('"no"', {"message": "no"}), ("", {}), ("[1]", {}), ('{"error":{"code":"X"}}', {"error": {"code": "X"}})],
)
def test_refusal_in_any_form_has_a_payload(said: str, payload: dict[str, Any]) -> None:
    conversation = SocketIOProtocol()
    conversation.opened()
    conversation.receive(OPENING)
    assert conversation.receive(f"44/events,{said}") == [ConnectRefused(payload)]


def test_events_come_with_their_first_argument() -> None:
    conversation = ready()
    assert conversation.receive('42/events,["transcript",{"transcript":"hi"},2]') == [
        ServiceEvent("transcript", {"transcript": "hi"})
    ]
    assert conversation.receive('42/events,["bare"]') == [ServiceEvent("bare", None)]
    assert conversation.receive('451-/events,["sound",{"_placeholder":true,"num":0}]') == []
    assert conversation.receive(b"pcm") == [ServiceEvent("sound", b"pcm")]


def test_event_with_a_number_is_acknowledged() -> None:
    conversation = ready()
    conversation.receive('42/events,7["transcript",{}]')
    conversation.receive('42/events,["transcript",{}]')
    assert conversation.frames() == ["43/events,7[]"]


def test_pings_are_answered_with_their_data() -> None:
    conversation = ready()
    assert conversation.receive("2") == [Pinged()]
    assert conversation.receive("2probe") == [Pinged()]
    assert conversation.frames() == ["3", "3probe"]


def test_replies_to_many_pings_are_bounded() -> None:
    conversation = ready()
    for _ in range(10 * MAX_REPLIES):
        conversation.receive("2")
    assert len(conversation.frames()) == MAX_REPLIES


def test_replies_never_separate_an_event_from_its_attachment() -> None:
    conversation = ready()
    conversation.emit("binary_data", b"1")
    conversation.receive("2")
    conversation.emit("binary_data", b"2")
    text = '451-/events,["binary_data",{"_placeholder":true,"num":0}]'
    assert conversation.frames() == ["3", text, b"1", text, b"2"]


def test_other_namespaces_are_ignored() -> None:
    conversation = ready()
    for frame in ('42["transcript",{}]', '42/other,5["a"]', "41", "41/other,", '40{"sid":"x"}', '44{"message":"no"}'):
        assert conversation.receive(frame) == []
    assert conversation.frames() == []


@pytest.mark.parametrize(("frame", "words"), [("1", "closed"), ("41/events,", "ended"), ("41/events", "ended")])
def test_server_may_end_the_session(frame: str, words: str) -> None:
    conversation = ready()
    (ended,) = conversation.receive(frame)
    assert isinstance(ended, ServiceDisconnected)
    assert words in ended.reason
    assert conversation.receive('42/events,["transcript",{}]') == []
    with pytest.raises(RuntimeError):
        conversation.emit("binary_data", b"x")


def test_disconnect_follows_earlier_events() -> None:
    conversation = ready()
    conversation.emit("set_keywords", {"a": "b"})
    conversation.close()
    assert conversation.frames() == ['42/events,["set_keywords",{"a":"b"}]', "41/events,"]
    assert conversation.receive('42/events,["transcript",{}]') == []


def test_second_opening_or_acceptance_is_ignored() -> None:
    conversation = ready()
    assert conversation.receive('0{"sid":"e2"}') == []
    assert conversation.receive('40/events,{"sid":"s2"}') == []
    assert conversation.receive('44/events,{"message":"late"}') == []
    assert conversation.frames() == []
    conversation.emit("binary_data", b"")


def test_opening_without_times_has_the_defaults() -> None:
    conversation = SocketIOProtocol()
    conversation.opened()
    conversation.receive('0{"sid":"e1"}')
    assert conversation.receive(ACCEPTED) == [Ready("s1", 25.0, 20.0)]


def test_payloads_are_not_in_a_repr() -> None:
    conversation = ready()
    (event,) = conversation.receive('42/events,["transcript",{"transcript":"s3cret"}]')
    assert "s3cret" not in repr(event)
    assert "s3cret" not in repr(ConnectRefused({"message": "s3cret"}))


@given(
    st.lists(st.text(max_size=30) | st.binary(max_size=30) | st.sampled_from([OPENING, ACCEPTED, "2", "41/events,"]))
)
def test_any_frames_are_received_without_an_exception(frames: list[str | bytes]) -> None:
    conversation = SocketIOProtocol()
    conversation.opened()
    for frame in frames:
        conversation.receive(frame)
        conversation.frames()


FRAMES = st.sampled_from(
    [OPENING, ACCEPTED, "2", "1", "41/events,", '42/events,["a"]', '44/events,"no"', b"x", "rubbish"]
)


class Talk(RuleBasedStateMachine):
    """Whatever comes in whatever order: one `Ready` at most, one end at most, nothing after the end."""

    def __init__(self) -> None:
        super().__init__()
        self.conversation = SocketIOProtocol()
        self.heard: list[ProtocolEvent] = []
        self.closed = False

    @rule()
    def opened(self) -> None:
        self.conversation.opened()

    @rule(frame=FRAMES)
    def receive(self, frame: str | bytes) -> None:
        heard = self.conversation.receive(frame)
        assert not (heard and (self.closed or self.over))
        self.heard += heard

    @precondition(lambda self: self.conversation.ready)
    @rule()
    def emit(self) -> None:
        self.conversation.emit("a", b"x")
        assert self.conversation.frames()[-2:] == ['451-/events,["a",{"_placeholder":true,"num":0}]', b"x"]

    @precondition(lambda self: not self.conversation.ready)
    @rule()
    def emit_is_refused(self) -> None:
        with pytest.raises(RuntimeError):
            self.conversation.emit("a", b"x")

    @rule()
    def close(self) -> None:
        self.conversation.close()
        self.closed = True

    @property
    def over(self) -> bool:
        return any(isinstance(each, ServiceDisconnected | ConnectRefused) for each in self.heard)

    @invariant()
    def ready_comes_once_and_before_any_event(self) -> None:
        kinds = [type(each) for each in self.heard if not isinstance(each, Pinged)]
        assert kinds.count(Ready) <= 1
        assert kinds.count(ServiceDisconnected) + kinds.count(ConnectRefused) <= 1
        assert ServiceEvent not in kinds or kinds.index(Ready) < kinds.index(ServiceEvent)
        assert self.conversation.ready == (Ready in kinds and not self.over and not self.closed)


TestTalk = Talk.TestCase
