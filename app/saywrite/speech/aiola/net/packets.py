"""The part of Engine.IO 4 and Socket.IO 5 that a client needs, as text and bytes of messages.

Sans-I/O and safe on every thread; a `PacketDecoder` belongs to one connection. A message that breaks the rules becomes
an `IgnoredPacket` with the reason; nothing that a peer sends raises or is kept without bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NoReturn

MAX_FRAME: Final = 1 << 20
"""Characters of a text message, bytes of an attachment."""

MAX_PING: Final = 128
MAX_DEPTH: Final = 32
"""Lists and objects inside each other."""


@dataclass(frozen=True, slots=True)
class OpenPacket:
    """Engine.IO: the session exists. The server pings every `ping_interval_s` and waits `ping_timeout_s`."""

    sid: str
    ping_interval_s: float
    ping_timeout_s: float


@dataclass(frozen=True, slots=True)
class ClosePacket:
    """Engine.IO: the session has ended."""


@dataclass(frozen=True, slots=True)
class PingPacket:
    """Engine.IO: the server asks for a pong with the same `data`."""

    data: str = ""


@dataclass(frozen=True, slots=True)
class ConnectPacket:
    """The namespace is accepted; `data` has its `sid`."""

    namespace: str
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ConnectErrorPacket:
    """The namespace is refused."""

    namespace: str
    data: Any = None


@dataclass(frozen=True, slots=True)
class DisconnectPacket:
    """The server has closed the namespace."""

    namespace: str


@dataclass(frozen=True, slots=True)
class EventPacket:
    """An event; with a `number` it asks for an acknowledgment of that number."""

    namespace: str
    name: str
    arguments: tuple[Any, ...] = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class IgnoredPacket:
    """A message that is no packet for a client. `reason` never quotes it."""

    reason: str


NamespacePacket = ConnectPacket | ConnectErrorPacket | DisconnectPacket | EventPacket
Packet = OpenPacket | ClosePacket | PingPacket | NamespacePacket | IgnoredPacket

_HEAD = re.compile(r"([0-6])(?:(?<=[56])([0-9]{1,4})-)?(?:(/[^,]*)(?:,|$))?([0-9]{1,15}(?![0-9]))?")
"""Kind, number of attachments, namespace, number."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_dumps = json.JSONEncoder(separators=(",", ":")).encode


def encode_pong(data: str) -> str:
    return f"3{data}"


def encode_connect(namespace: str, data: Mapping[str, Any]) -> str:
    """The request for a namespace."""
    return f"40{_prefix(namespace)}{_dumps(data)}"


def encode_disconnect(namespace: str) -> str:
    return f"41{_prefix(namespace)}"


def encode_event(namespace: str, name: str, payload: object) -> list[str | bytes]:
    """The messages of an event with one argument: bytes, or plain JSON. Raises TypeError for anything else."""
    if isinstance(payload, bytes):
        return [_head_of_bytes(namespace, name), payload]
    return [f"42{_prefix(namespace)}{_dumps([name, payload])}"]


def encode_ack(namespace: str, number: int) -> str:
    """The acknowledgment of an event, without arguments."""
    return f"43{_prefix(namespace)}{number}[]"


@lru_cache(maxsize=16)
def _head_of_bytes(namespace: str, name: str) -> str:
    """Cached: a dictation needs the same one eight times a second."""
    return f"451-{_prefix(namespace)}{_dumps([name, {'_placeholder': True, 'num': 0}])}"


def _prefix(namespace: str) -> str:
    return "" if namespace == "/" else f"{namespace},"


class _NoPacket(Exception):
    """A message breaks the rules; the text says which."""


@dataclass(frozen=True, slots=True)
class _IncompleteEvent:
    """An event whose attachment has not arrived."""

    namespace: str
    number: int | None
    items: list[Any]


class PacketDecoder:
    """Turns the messages of one connection into packets."""

    def __init__(self) -> None:
        self._incomplete: _IncompleteEvent | None = None

    def feed(self, frame: str | bytes) -> list[Packet]:
        """The packets that `frame` completes, and an `IgnoredPacket` where it breaks the rules."""
        try:
            if len(frame) > MAX_FRAME:
                return [*self._drop_incomplete(), IgnoredPacket("a frame is too long")]
            if isinstance(frame, bytes):
                return [self._attach(frame)]
            if frame.startswith("4"):
                return [*self._drop_incomplete(), *self._socket_packet(frame)]
            return [_engine_packet(frame)]
        except _NoPacket as why:
            return [IgnoredPacket(str(why))]

    def _drop_incomplete(self) -> list[Packet]:
        if self._incomplete is None:
            return []
        self._incomplete = None
        return [IgnoredPacket("an attachment is missing")]

    def _attach(self, data: bytes) -> Packet:
        event, self._incomplete = self._incomplete, None
        if event is None:
            return IgnoredPacket("an attachment belongs to nothing")
        return _event(event.namespace, event.number, [_attached(item, data) for item in event.items])

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
        if kind in (3, 6):
            return [IgnoredPacket("an acknowledgment that was not asked for")]
        if not isinstance(data, list):
            return [IgnoredPacket("a message without a list")]
        number = None if head[4] is None else int(head[4])
        if kind == 2 or head[2] == "0":
            return [_event(namespace, number, data)]
        if head[2] != "1":
            return [IgnoredPacket("a wrong number of attachments")]
        self._incomplete = _IncompleteEvent(namespace, number, data)
        return []


def _engine_packet(frame: str) -> Packet:
    match frame[:1]:
        case "0":
            return _opened(_loads(frame[1:]))
        case "1":
            return ClosePacket()
        case "2" if len(frame) <= MAX_PING:
            return PingPacket(frame[1:])
        case "3" | "6":
            return IgnoredPacket("nothing to do")
    return IgnoredPacket("an unknown kind of frame")


def _opened(data: Any) -> Packet:
    if not isinstance(data, dict) or not isinstance(data.get("sid"), str):
        return IgnoredPacket("an opening without a session")
    return OpenPacket(data["sid"], _time(data.get("pingInterval"), 25_000), _time(data.get("pingTimeout"), 20_000))


def _time(value: Any, default_ms: int) -> float:
    """Milliseconds as seconds; the default for an impossible time. (python-socketio rounds half a second to 0.)"""
    possible = type(value) in (int, float) and 0 < value <= 86_400_000
    return (value if possible else default_ms) / 1000


def _event(namespace: str, number: int | None, items: list[Any]) -> Packet:
    if not items or not isinstance(items[0], str):
        return IgnoredPacket("an event without a name")
    return EventPacket(namespace, items[0], tuple(items[1:]), number)


def _attached(value: Any, data: bytes) -> Any:
    """`value` with the attachment in the place of its placeholder."""
    if isinstance(value, list):
        return [_attached(item, data) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("_placeholder") is True and "num" in value:
        if type(value["num"]) is not int or value["num"] != 0:
            raise _NoPacket("an attachment that was not sent")
        return data
    return {key: _attached(item, data) for key, item in value.items()}


def _loads(text: str) -> Any:
    """The JSON value, None for no text. Raises `_NoPacket`."""
    if not text:
        return None
    try:
        value = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise _NoPacket("too many lists inside each other") from None
    except ValueError:
        raise _NoPacket("not JSON") from None
    may_be_deep = text.count("[") + text.count("{") > MAX_DEPTH
    return _checked(value, MAX_DEPTH) if may_be_deep or _SURROGATE.search(text) else value


def _no_number(_text: str) -> NoReturn:
    raise ValueError("not a number")


def _checked(value: Any, depth: int) -> Any:
    """`value` without lone surrogates, which no file could hold. Raises `_NoPacket` for what is deeper than `depth`."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, (list, dict)) and depth == 0:
        raise _NoPacket("too many lists inside each other")
    if isinstance(value, list):
        return [_checked(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_checked(key, depth): _checked(item, depth - 1) for key, item in value.items()}
    return value
