"""Engine.IO 4 and Socket.IO 5 as text and bytes: packets, and the frames of a WebSocket they travel in.

Sans-I/O and safe on every thread; a `PacketDecoder` belongs to one connection. Whatever breaks the rules becomes an
`IgnoredPacket` that says why; nothing a peer sends raises, and nothing it sends is kept without bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NoReturn

MAX_FRAME: Final = 1 << 20
"""Characters of a text frame, bytes of an attachment."""

MAX_ATTACHMENTS: Final = 16
MAX_PING: Final = 128
MAX_DEPTH: Final = 32
"""Lists and objects inside each other."""


@dataclass(frozen=True, slots=True)
class OpenPacket:
    """Engine.IO: the session exists. The server pings every `ping_interval_s`, and waits `ping_timeout_s`."""

    sid: str
    ping_interval_s: float
    ping_timeout_s: float


@dataclass(frozen=True, slots=True)
class ClosePacket:
    """Engine.IO: the session is over."""


@dataclass(frozen=True, slots=True)
class PingPacket:
    data: str = ""


@dataclass(frozen=True, slots=True)
class PongPacket:
    data: str = ""


@dataclass(frozen=True, slots=True)
class ConnectPacket:
    """To a namespace; from the server: `data` has its `sid`."""

    namespace: str
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DisconnectPacket:
    namespace: str


@dataclass(frozen=True, slots=True)
class EventPacket:
    """`number`: asks for an `AckPacket` with it."""

    namespace: str
    name: str
    arguments: tuple[Any, ...] = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class AckPacket:
    namespace: str
    number: int
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectErrorPacket:
    namespace: str
    data: Any = None


@dataclass(frozen=True, slots=True)
class IgnoredPacket:
    """What was no packet. `reason` never quotes it."""

    reason: str


Packet = (
    OpenPacket
    | ClosePacket
    | PingPacket
    | PongPacket
    | ConnectPacket
    | DisconnectPacket
    | EventPacket
    | AckPacket
    | ConnectErrorPacket
    | IgnoredPacket
)

_HEAD = re.compile(r"([0-6])(?:(?<=[56])([0-9]{1,4})-)?(?:(/[^,]*)(?:,|$))?([0-9]{1,15}(?![0-9]))?")
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def encode(packet: Packet) -> list[str | bytes]:
    """The frames of a packet, byte for byte as python-socketio writes them. `IgnoredPacket` has none."""
    match packet:
        case OpenPacket():
            times = {"pingInterval": _ms(packet.ping_interval_s), "pingTimeout": _ms(packet.ping_timeout_s)}
            return ["0" + _dumps({"sid": packet.sid, "upgrades": [], **times})]
        case ClosePacket():
            return ["1"]
        case PingPacket():
            return ["2" + packet.data]
        case PongPacket():
            return ["3" + packet.data]
        case ConnectPacket() | ConnectErrorPacket():
            data = "" if packet.data is None else _dumps(packet.data)
            return [f"4{0 if isinstance(packet, ConnectPacket) else 4}{_place(packet.namespace)}{data}"]
        case DisconnectPacket():
            return [f"41{_place(packet.namespace)}"]
        case EventPacket():
            return _message(2, packet.namespace, packet.number, [packet.name, *packet.arguments])
        case AckPacket():
            return _message(3, packet.namespace, packet.number, list(packet.arguments))
        case IgnoredPacket():
            return []


def encode_bytes(namespace: str, name: str, data: bytes) -> tuple[str, bytes]:
    """The frames of an `EventPacket` whose one argument is `data`: what a dictation says eight times a second."""
    return _head_of_bytes(namespace, name), data


@lru_cache(maxsize=16)
def _head_of_bytes(namespace: str, name: str) -> str:
    return str(encode(EventPacket(namespace, name, (b"",)))[0])


def _message(kind: int, namespace: str, number: int | None, items: list[Any]) -> list[str | bytes]:
    attachments: list[str | bytes] = []
    text = _dumps(_taken_out(items, attachments))
    head = f"{kind + 3}{len(attachments)}-" if attachments else str(kind)
    return [f"4{head}{_place(namespace)}{'' if number is None else number}{text}", *attachments]


def _taken_out(value: Any, attachments: list[str | bytes]) -> Any:
    """`value` with a placeholder for each bytes object, which goes into `attachments`."""
    match value:
        case bytes() | bytearray():
            attachments.append(bytes(value))
            return {"_placeholder": True, "num": len(attachments) - 1}
        case list() | tuple():
            return [_taken_out(item, attachments) for item in value]
        case Mapping():
            return {key: _taken_out(item, attachments) for key, item in value.items()}
    return value


def _place(namespace: str) -> str:
    return "" if namespace == "/" else f"{namespace},"


_dumps = json.JSONEncoder(separators=(",", ":")).encode


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


class _NoPacket(Exception):
    """What was received breaks the rules; the text says which."""


@dataclass(slots=True)
class _Incomplete:
    """An event or an ack whose attachments are still coming."""

    kind: int
    namespace: str
    number: int | None
    items: list[Any]
    wanted: int


class PacketDecoder:
    """Frames of one connection in, packets out."""

    def __init__(self) -> None:
        self._incomplete: _Incomplete | None = None
        self._attachments: list[bytes] = []

    def feed(self, frame: str | bytes) -> list[Packet]:
        """The packets that `frame` completes, and an `IgnoredPacket` for what it turns out to be instead of one."""
        try:
            if len(frame) > MAX_FRAME:
                return [*self._given_up(), IgnoredPacket("a frame is too long")]
            if isinstance(frame, bytes):
                return self._attached(frame)
            if frame.startswith("4"):
                return [*self._given_up(), *self._socket_packet(frame)]
            return [_engine_packet(frame)]
        except _NoPacket as why:
            return [IgnoredPacket(str(why))]

    def _given_up(self) -> list[Packet]:
        if self._incomplete is None:
            return []
        self._incomplete, self._attachments = None, []
        return [IgnoredPacket("an attachment is missing")]

    def _attached(self, frame: bytes) -> list[Packet]:
        waiting = self._incomplete
        if waiting is None:
            return [IgnoredPacket("an attachment belongs to nothing")]
        self._attachments.append(frame)
        if len(self._attachments) < waiting.wanted:
            return []
        self._incomplete, attachments, self._attachments = None, self._attachments, []
        items = [_put_back(item, attachments) for item in waiting.items]
        return [_event_or_ack(waiting.kind, waiting.namespace, waiting.number, items)]

    def _socket_packet(self, frame: str) -> list[Packet]:
        head = _HEAD.match(frame, 1)
        if head is None:
            return [IgnoredPacket("an unknown kind of message")]
        kind, namespace = int(head[1]), (head[3] or "/").partition("?")[0]
        data = _loads(frame[head.end() :])
        if kind == 0:
            return [ConnectPacket(namespace, data if isinstance(data, dict) else None)]
        if kind == 1:
            return [DisconnectPacket(namespace)]
        if kind == 4:
            return [ConnectErrorPacket(namespace, data)]
        number = None if head[4] is None else int(head[4])
        if not isinstance(data, list):
            return [IgnoredPacket("a message without a list")]
        if kind < 5:
            return [_event_or_ack(kind, namespace, number, data)]
        return self._binary(_Incomplete(kind - 3, namespace, number, data, -1 if head[2] is None else int(head[2])))

    def _binary(self, packet: _Incomplete) -> list[Packet]:
        if not 0 <= packet.wanted <= MAX_ATTACHMENTS:
            return [IgnoredPacket("a wrong number of attachments")]
        if packet.wanted == 0:
            return [_event_or_ack(packet.kind, packet.namespace, packet.number, packet.items)]
        self._incomplete = packet
        return []


def _engine_packet(frame: str) -> Packet:
    match frame[:1]:
        case "0":
            return _opened(_loads(frame[1:]))
        case "1":
            return ClosePacket()
        case "2" if len(frame) <= MAX_PING:
            return PingPacket(frame[1:])
        case "3":
            return PongPacket(frame[1:])
        case "6":
            return IgnoredPacket("nothing to do")
    return IgnoredPacket("an unknown kind of frame")


def _opened(data: Any) -> Packet:
    if not isinstance(data, dict) or not isinstance(data.get("sid"), str):
        return IgnoredPacket("an opening without a session")
    return OpenPacket(data["sid"], _time(data.get("pingInterval"), 25_000), _time(data.get("pingTimeout"), 20_000))


def _time(value: Any, usual_ms: int) -> float:
    """Milliseconds as seconds; the usual ones for an impossible time (python-socketio rounds half a second to 0)."""
    possible = type(value) in (int, float) and 0 < value <= 86_400_000
    return (value if possible else usual_ms) / 1000


def _event_or_ack(kind: int, namespace: str, number: int | None, items: Sequence[Any]) -> Packet:
    if kind == 2:
        if not items or not isinstance(items[0], str):
            return IgnoredPacket("an event without a name")
        return EventPacket(namespace, items[0], tuple(items[1:]), number)
    if number is None:
        return IgnoredPacket("an acknowledgment of nothing")
    return AckPacket(namespace, number, tuple(items))


def _put_back(value: Any, attachments: Sequence[bytes]) -> Any:
    """`value` with the attachments in the places of their placeholders."""
    if isinstance(value, list):
        return [_put_back(item, attachments) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("_placeholder") is True and "num" in value:
        number = value["num"]
        if type(number) is not int or not 0 <= number < len(attachments):
            raise _NoPacket("an attachment that was not sent")
        return attachments[number]
    return {key: _put_back(item, attachments) for key, item in value.items()}


def _loads(text: str) -> Any:
    """JSON, None when there is none. Raises `_NoPacket`; no lone surrogate gets through, which no file could hold."""
    if not text:
        return None
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise _NoPacket("too many lists inside each other")
    try:
        value = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _NoPacket("not JSON") from None
    return _each_text(value, _whole) if _SURROGATE.search(text) else value


def _depth(text: str) -> int:
    depth = deepest = 0
    for mark in _MARKS.finditer(text):
        first = text[mark.start()]
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(first, 0)
        deepest = max(deepest, depth)
    return deepest


def _no_number(_text: str) -> NoReturn:
    raise ValueError("not a number")


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    if isinstance(value, dict):
        return {change(key): _each_text(item, change) for key, item in value.items()}
    return value
