"""Packets as python-socketio writes and reads them; rubbish becomes an `IgnoredPacket`, never an exception."""

from __future__ import annotations

import json
from typing import Any

import engineio.packet
import pytest
import socketio.packet
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.aiola.net.packets import (
    MAX_DEPTH,
    MAX_FRAME,
    ClosePacket,
    ConnectErrorPacket,
    ConnectPacket,
    DisconnectPacket,
    EventPacket,
    IgnoredPacket,
    OpenPacket,
    Packet,
    PacketDecoder,
    PingPacket,
    encode_ack,
    encode_connect,
    encode_disconnect,
    encode_event,
    encode_pong,
)

NAMES = st.text(max_size=12)
NAMESPACES = st.sampled_from(["/", "/events", "/a b", "/ü"])
NUMBERS = st.none() | st.integers(0, 10**15 - 1)
TEXTS = st.text(max_size=12)
PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
)
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
PAYLOADS = JSON | st.binary(max_size=20)


@st.composite
def events(draw: st.DrawFn) -> EventPacket:
    """Events with one attachment at most, anywhere in their arguments."""
    arguments = draw(st.lists(JSON, max_size=3))
    if draw(st.booleans()):
        data = draw(st.binary(max_size=20))
        arguments.append(draw(st.sampled_from([data, [1, data], {"a": {"b": [data]}}])))
    return EventPacket(draw(NAMESPACES), draw(NAMES), tuple(arguments), draw(NUMBERS))


RECEIVED = (
    events()
    | st.builds(ConnectPacket, NAMESPACES, st.none() | st.dictionaries(TEXTS, JSON, max_size=3))
    | st.builds(ConnectErrorPacket, NAMESPACES, st.dictionaries(TEXTS, JSON, max_size=3) | TEXTS)
    | st.builds(DisconnectPacket, NAMESPACES)
)
"""Socket.IO packets that a server sends."""


def decoded(frames: list[str | bytes]) -> list[Packet]:
    decoder = PacketDecoder()
    return [packet for frame in frames for packet in decoder.feed(frame)]


def only(frame: str | bytes) -> Packet:
    (packet,) = PacketDecoder().feed(frame)
    return packet


def by_oracle(kind: int, namespace: str, data: Any, number: int | None = None) -> list[str | bytes]:
    """The messages that python-socketio writes."""
    parts = socketio.packet.Packet(kind, data=data, namespace=namespace, id=number).encode()
    parts = parts if isinstance(parts, list) else [parts]
    return [engineio.packet.Packet(engineio.packet.MESSAGE, data=part).encode() for part in parts]


def written_by_oracle(packet: Packet) -> list[str | bytes]:
    match packet:
        case EventPacket():
            items = [packet.name, *packet.arguments]
            return by_oracle(socketio.packet.EVENT, packet.namespace, items, packet.number)
        case ConnectPacket():
            return by_oracle(socketio.packet.CONNECT, packet.namespace, packet.data)
        case ConnectErrorPacket():
            return by_oracle(socketio.packet.CONNECT_ERROR, packet.namespace, packet.data)
        case DisconnectPacket():
            return by_oracle(socketio.packet.DISCONNECT, packet.namespace, None)
    raise AssertionError(packet)


@given(NAMESPACES, NAMES, PAYLOADS)
def test_events_are_written_as_python_socketio_writes_them(namespace: str, name: str, payload: object) -> None:
    assert encode_event(namespace, name, payload) == by_oracle(socketio.packet.EVENT, namespace, [name, payload])


@given(NAMESPACES, st.integers(0, 10**15 - 1), st.dictionaries(TEXTS, JSON, max_size=3), st.text(max_size=20))
def test_other_packets_are_written_as_python_socketio_writes_them(
    namespace: str, number: int, data: dict[str, Any], ping: str
) -> None:
    assert [encode_connect(namespace, data)] == by_oracle(socketio.packet.CONNECT, namespace, data)
    assert [encode_disconnect(namespace)] == by_oracle(socketio.packet.DISCONNECT, namespace, None)
    assert [encode_ack(namespace, number)] == by_oracle(socketio.packet.ACK, namespace, [], number)
    assert encode_pong(ping) == engineio.packet.Packet(engineio.packet.PONG, data=ping).encode()


@given(RECEIVED)
def test_packets_of_python_socketio_are_read(packet: Packet) -> None:
    assert decoded(written_by_oracle(packet)) == [packet]


@given(st.text(max_size=20), TEXTS, st.integers(1, 86_400))
def test_packets_of_engineio_are_read(ping: str, sid: str, seconds: int) -> None:
    def written(kind: int, data: Any = None) -> str:
        return str(engineio.packet.Packet(kind, data=data).encode())

    opening = {"sid": sid, "upgrades": [], "pingInterval": seconds * 1000, "pingTimeout": seconds * 1000}
    assert only(written(engineio.packet.OPEN, opening)) == OpenPacket(sid, float(seconds), float(seconds))
    assert only(written(engineio.packet.PING, ping)) == PingPacket(ping)
    assert only(written(engineio.packet.CLOSE)) == ClosePacket()


@given(NAMESPACES, NAMES, PAYLOADS)
def test_python_socketio_reads_the_events_we_write(namespace: str, name: str, payload: object) -> None:
    first, *attachments = encode_event(namespace, name, payload)
    assert isinstance(first, str)
    received = socketio.packet.Packet(encoded_packet=first[1:])
    assert received.attachment_count == len(attachments)
    for attachment in attachments:
        received.add_attachment(attachment)
    assert received.data == [name, payload]
    assert (received.namespace or "/", received.id) == (namespace, None)


@given(st.lists(RECEIVED, max_size=8))
def test_packets_are_read_in_order(sent: list[Packet]) -> None:
    assert decoded([frame for packet in sent for frame in written_by_oracle(packet)]) == sent


def test_sound_is_written_byte_for_byte_as_the_official_sdk_writes_it() -> None:
    assert encode_event("/events", "binary_data", b"\x00\xff" * 2048) == [
        '451-/events,["binary_data",{"_placeholder":true,"num":0}]',
        b"\x00\xff" * 2048,
    ]


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60), st.from_regex(r"4[0-6][0-9/,a-z\-]*[\[{\"].*")))
def test_rubbish_never_raises_and_leaves_nothing_behind(frame: str | bytes) -> None:
    decoder = PacketDecoder()
    decoder.feed(frame)
    assert decoder.feed('42["after"]')[-1] == EventPacket("/", "after")
    assert decoder.feed(b"orphan") == [IgnoredPacket("an attachment belongs to nothing")]


@given(RECEIVED, st.data())
def test_frames_that_are_cut_off_never_raise(packet: Packet, data: st.DataObject) -> None:
    frames = written_by_oracle(packet)
    decoder = PacketDecoder()
    for frame in frames:
        decoder.feed(frame[: data.draw(st.integers(0, len(frame)))])
    assert decoder.feed('42["after"]')[-1] == EventPacket("/", "after")


@given(st.recursive(st.none(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2)))
def test_placeholders_without_attachments_never_raise(data: Any) -> None:
    text = json.dumps(["x", data, {"_placeholder": True, "num": data}])
    decoder = PacketDecoder()
    decoder.feed(f"451-{text}")
    assert decoder.feed(b"1") == [IgnoredPacket("an attachment that was not sent")]


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("", "an unknown kind of frame"),
        ("7", "an unknown kind of frame"),
        ("bAAAA", "an unknown kind of frame"),
        ("6", "nothing to do"),
        ("47", "an unknown kind of message"),
        ("4", "an unknown kind of message"),
        ("0{}", "an opening without a session"),
        ("0nothing", "not JSON"),
        ('42{"a":1}', "a message without a list"),
        ("42", "a message without a list"),
        ("42[1]", "an event without a name"),
        ("42[]", "an event without a name"),
        ('42["a", NaN]', "not JSON"),
        ('42["a", -Infinity]', "not JSON"),
        ('42["a", ' + "9" * 5000 + "]", "not JSON"),
        ('42["a"', "not JSON"),
        ("43[1]", "an acknowledgment that was not asked for"),
        ("437[]", "an acknowledgment that was not asked for"),
        ('461-7[{"_placeholder":true,"num":0}]', "an acknowledgment that was not asked for"),
        ("3", "nothing to do"),
        ('45["a"]', "a wrong number of attachments"),
        ('452-["a"]', "a wrong number of attachments"),
        ('4599999-["a"]', "not JSON"),
        ("2" + "x" * 200, "an unknown kind of frame"),
        ('42["a",' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "]", "too many lists inside each other"),
        ("42" + "[" * 100_000, "too many lists inside each other"),
        ("42" + '{"a":' * 100_000, "too many lists inside each other"),
        ("4" + "2" * MAX_FRAME, "a frame is too long"),
        (b"\0" * (MAX_FRAME + 1), "a frame is too long"),
    ],
)
def test_message_that_breaks_the_rules_is_ignored_with_a_reason(frame: str | bytes, reason: str) -> None:
    assert only(frame) == IgnoredPacket(reason)


@pytest.mark.parametrize("time", ["-1", "0", '"20"', "1e999", "null", "true", "86400001", "[]"])
def test_impossible_time_becomes_the_default(time: str) -> None:
    assert only(f'0{{"sid":"a","pingInterval":{time},"pingTimeout":{time}}}') == OpenPacket("a", 25.0, 20.0)


@pytest.mark.parametrize("number", ["1", "-1", "true", "0.0", "null", '"0"'])
def test_placeholder_without_its_attachment_is_ignored(number: str) -> None:
    frames: list[str | bytes] = [f'451-["a",{{"_placeholder":true,"num":{number}}}]', b"x"]
    assert decoded(frames) == [IgnoredPacket("an attachment that was not sent")]


def test_brackets_in_texts_do_not_count_as_depth() -> None:
    text = "[{" * 100 + '"'
    assert only(f"42{json.dumps(['a', text, text])}") == EventPacket("/", "a", (text, text))


def test_list_of_the_greatest_depth_is_read() -> None:
    inner = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert isinstance(only(f'42["a",{inner},[],[],[]]'), EventPacket)


def test_lone_surrogate_becomes_a_replacement_character() -> None:
    packet = only('42["a","x\\ud83d","\\ud83d\\ude00",{"\\udc00":["\\uDFFF"]}]')
    assert packet == EventPacket("/", "a", ("x�", "😀", {"�": ["�"]}))


def test_ping_between_an_event_and_its_attachment_is_accepted() -> None:
    frames: list[str | bytes] = ['451-["a",{"_placeholder":true,"num":0}]', "2", b"x"]
    assert decoded(frames) == [PingPacket(), EventPacket("/", "a", (b"x",))]


def test_event_whose_attachment_never_comes_is_dropped() -> None:
    frames: list[str | bytes] = ['451-["a",{"_placeholder":true,"num":0}]', '42["b"]', b"x"]
    assert decoded(frames) == [
        IgnoredPacket("an attachment is missing"),
        EventPacket("/", "b"),
        IgnoredPacket("an attachment belongs to nothing"),
    ]


def test_attachment_that_is_too_long_drops_its_event() -> None:
    frames: list[str | bytes] = ['451-["a",{"_placeholder":true,"num":0}]', b"x" * (MAX_FRAME + 1), b"x"]
    assert [packet.reason for packet in decoded(frames) if isinstance(packet, IgnoredPacket)] == [
        "an attachment is missing",
        "a frame is too long",
        "an attachment belongs to nothing",
    ]


def test_query_of_a_namespace_is_cut_off() -> None:
    assert only('40/events?a=b,{"sid":"x"}') == ConnectPacket("/events", {"sid": "x"})


@pytest.mark.parametrize("length", [MAX_FRAME - 20, MAX_FRAME // 2])
def test_long_frame_within_the_limit_is_read(length: int) -> None:
    assert only(f'42["a","{"x" * length}"]') == EventPacket("/", "a", ("x" * length,))


def test_reason_never_quotes_the_message() -> None:
    for frame in ('42["s3cret"', "4s3cret", "s3cret", '0{"sid":["s3cret"]}', '45-["s3cret"]'):
        packet = only(frame)
        assert isinstance(packet, IgnoredPacket)
        assert "s3cret" not in packet.reason
