"""Packets on the wire as python-socketio writes and reads them; rubbish ends as `IgnoredPacket`, never as an
exception."""

from __future__ import annotations

import json
from typing import Any

import engineio.packet
import pytest
import socketio.packet
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.aiola.net import packets as wire
from saywrite.speech.aiola.net.packets import (
    MAX_ATTACHMENTS,
    MAX_DEPTH,
    MAX_FRAME,
    AckPacket,
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
    PongPacket,
    encode,
)

NAMES = st.text(max_size=12)
NAMESPACES = st.sampled_from(["/", "/events", "/a b", "/ü"])
NUMBERS = st.none() | st.integers(0, 10**15 - 1)
TEXTS = st.text(max_size=12)
PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
)
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
LEAVES = PLAIN | st.binary(max_size=20)
MIXED = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))


def events(payloads: st.SearchStrategy[Any]) -> st.SearchStrategy[EventPacket]:
    arguments = st.lists(payloads, max_size=3).map(tuple)
    return st.builds(EventPacket, NAMESPACES, NAMES, arguments, NUMBERS)


def acks(payloads: st.SearchStrategy[Any]) -> st.SearchStrategy[AckPacket]:
    return st.builds(AckPacket, NAMESPACES, st.integers(0, 10**15 - 1), st.lists(payloads, max_size=3).map(tuple))


MESSAGES = (
    events(MIXED)
    | acks(MIXED)
    | st.builds(ConnectPacket, NAMESPACES, st.none() | st.dictionaries(TEXTS, JSON, max_size=3))
    | st.builds(ConnectErrorPacket, NAMESPACES, st.dictionaries(TEXTS, JSON, max_size=3) | TEXTS)
    | st.builds(DisconnectPacket, NAMESPACES)
)
PACKETS = (
    MESSAGES
    | st.builds(PingPacket, st.text(max_size=20))
    | st.builds(PongPacket, st.text(max_size=20))
    | st.just(ClosePacket())
    | st.builds(OpenPacket, TEXTS, st.integers(1, 86_400).map(float), st.integers(1, 86_400).map(float))
)


def decoded(frames: list[str | bytes]) -> list[Packet]:
    decoder = PacketDecoder()
    return [packet for frame in frames for packet in decoder.feed(frame)]


def only(frame: str | bytes) -> Packet:
    (packet,) = PacketDecoder().feed(frame)
    return packet


def as_oracle(packet: Packet) -> socketio.packet.Packet:
    match packet:
        case EventPacket():
            data, kind, number = [packet.name, *packet.arguments], socketio.packet.EVENT, packet.number
        case AckPacket():
            data, kind, number = list(packet.arguments), socketio.packet.ACK, packet.number
        case ConnectPacket():
            data, kind, number = packet.data, socketio.packet.CONNECT, None
        case ConnectErrorPacket():
            data, kind, number = packet.data, socketio.packet.CONNECT_ERROR, None
        case DisconnectPacket():
            data, kind, number = None, socketio.packet.DISCONNECT, None
        case _:
            raise AssertionError(packet)
    return socketio.packet.Packet(kind, data=data, namespace=packet.namespace, id=number)


def written_by_oracle(packet: Packet) -> list[str | bytes]:
    parts = as_oracle(packet).encode()
    parts = parts if isinstance(parts, list) else [parts]
    return [engineio.packet.Packet(engineio.packet.MESSAGE, data=part).encode() for part in parts]


@given(MESSAGES)
def test_we_write_what_python_socketio_writes(packet: Packet) -> None:
    assert encode(packet) == written_by_oracle(packet)


@given(MESSAGES)
def test_we_read_what_python_socketio_writes(packet: Packet) -> None:
    assert decoded(written_by_oracle(packet)) == [packet]


@given(events(MIXED))
def test_python_socketio_reads_what_we_write(event: EventPacket) -> None:
    first, *attachments = encode(event)
    received = socketio.packet.Packet(encoded_packet=first[1:])
    assert received.attachment_count == len(attachments)
    for attachment in attachments:
        received.add_attachment(attachment)
    assert received.data == [event.name, *event.arguments]
    assert (received.namespace or "/", received.id) == (event.namespace, event.number)


@given(st.lists(PACKETS, max_size=8))
def test_what_is_written_is_read_in_order(packets: list[Packet]) -> None:
    assert decoded([frame for packet in packets for frame in encode(packet)]) == packets


def test_sound_is_written_byte_for_byte_as_the_official_sdk_writes_it() -> None:
    assert encode(EventPacket("/events", "binary_data", (b"\x00\xff" * 2048,))) == [
        '451-/events,["binary_data",{"_placeholder":true,"num":0}]',
        b"\x00\xff" * 2048,
    ]


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60), st.from_regex(r"4[0-6][0-9/,a-z\-]*[\[{\"].*")))
def test_rubbish_never_raises_and_keeps_nothing(frame: str | bytes) -> None:
    decoder = PacketDecoder()
    decoder.feed(frame)
    assert decoder.feed('42["after"]')[-1] == EventPacket("/", "after")
    assert decoder.feed(b"orphan") == [IgnoredPacket("an attachment belongs to nothing")]


@given(PACKETS, st.data())
def test_frames_that_are_cut_off_never_raise(packet: Packet, data: st.DataObject) -> None:
    frames = encode(packet)
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
        ("43[1]", "an acknowledgment of nothing"),
        ('45["a"]', "a wrong number of attachments"),
        (f'45{MAX_ATTACHMENTS + 1}-["a"]', "a wrong number of attachments"),
        ('4599999-["a"]', "not JSON"),
        ("2" + "x" * 200, "an unknown kind of frame"),
        ('42["a",' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "]", "too many lists inside each other"),
        ("42" + "[" * 100_000, "too many lists inside each other"),
        ("42" + '{"a":' * 100_000, "too many lists inside each other"),
        ("4" + "2" * MAX_FRAME, "a frame is too long"),
        (b"\0" * (MAX_FRAME + 1), "a frame is too long"),
    ],
)
def test_what_breaks_the_rules_is_ignored_for_a_reason(frame: str | bytes, reason: str) -> None:
    assert only(frame) == IgnoredPacket(reason)


@pytest.mark.parametrize("time", ["-1", "0", '"20"', "1e999", "null", "true", "86400001", "[]"])
def test_an_impossible_time_is_taken_for_the_usual_one(time: str) -> None:
    assert only(f'0{{"sid":"a","pingInterval":{time},"pingTimeout":{time}}}') == OpenPacket("a", 25.0, 20.0)


@pytest.mark.parametrize("number", ["1", "-1", "true", "0.0", "null", '"0"'])
def test_a_placeholder_for_what_was_not_sent_is_ignored(number: str) -> None:
    frames: list[str | bytes] = [f'451-["a",{{"_placeholder":true,"num":{number}}}]', b"x"]
    assert decoded(frames) == [IgnoredPacket("an attachment that was not sent")]


def test_brackets_in_texts_are_not_deep() -> None:
    text = "[{" * 100 + '"'
    assert only(f"42{json.dumps(['a', text, text])}") == EventPacket("/", "a", (text, text))


def test_a_list_as_deep_as_allowed_is_read() -> None:
    inner = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert isinstance(only(f'42["a",{inner},[],[],[]]'), EventPacket)


def test_half_a_character_becomes_a_sign_for_it() -> None:
    packet = only('42["a","x\\ud83d","\\ud83d\\ude00",{"\\udc00":["\\uDFFF"]}]')
    assert packet == EventPacket("/", "a", ("x�", "😀", {"�": ["�"]}))


def test_a_ping_between_an_event_and_its_attachment_is_no_fault() -> None:
    frames: list[str | bytes] = ['451-["a",{"_placeholder":true,"num":0}]', "2", b"x"]
    assert decoded(frames) == [PingPacket(), EventPacket("/", "a", (b"x",))]


def test_an_event_whose_attachment_never_comes_is_dropped() -> None:
    frames: list[str | bytes] = ['451-["a",{"_placeholder":true,"num":0}]', '42["b"]', b"x"]
    assert decoded(frames) == [
        IgnoredPacket("an attachment is missing"),
        EventPacket("/", "b"),
        IgnoredPacket("an attachment belongs to nothing"),
    ]


def test_an_attachment_that_is_too_long_takes_its_event_along() -> None:
    frames: list[str | bytes] = ['451-["a",{"_placeholder":true,"num":0}]', b"x" * (MAX_FRAME + 1), b"x"]
    assert [packet.reason for packet in decoded(frames) if isinstance(packet, IgnoredPacket)] == [
        "an attachment is missing",
        "a frame is too long",
        "an attachment belongs to nothing",
    ]


def test_a_query_in_a_namespace_is_no_part_of_it() -> None:
    assert only('40/events?a=b,{"sid":"x"}') == ConnectPacket("/events", {"sid": "x"})


@pytest.mark.parametrize("length", [MAX_FRAME - 20, MAX_FRAME // 2])
def test_a_long_frame_within_the_limit_is_read(length: int) -> None:
    assert only(f'42["a","{"x" * length}"]') == EventPacket("/", "a", ("x" * length,))


def test_no_reason_quotes_what_was_received() -> None:
    for frame in ('42["s3cret"', "4s3cret", "s3cret", '0{"sid":["s3cret"]}', '45-["s3cret"]'):
        packet = only(frame)
        assert isinstance(packet, wire.IgnoredPacket)
        assert "s3cret" not in packet.reason
