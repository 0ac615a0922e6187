"""What is said on one connection to the service, and in which order: a state machine over `wire.py`.

Sans-I/O. Owned by the thread of its link; nothing is kept without bound, whatever the peer sends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from saywrite.speech.aiola.net import packets as wire

MAX_REPLIES: Final = 256
"""Pongs and acknowledgments that wait to be sent; of more, the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The namespace is accepted. The server pings every `ping_interval_s`, and waits `ping_timeout_s` for the pong."""

    sid: str
    ping_interval_s: float
    ping_timeout_s: float


@dataclass(frozen=True, slots=True)
class ConnectRefused:
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """`payload`: the event's first argument, None when it has none."""

    name: str
    payload: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pinged:
    """The server looked whether we are there."""


@dataclass(frozen=True, slots=True)
class ServiceDisconnected:
    """The server ended it; `reason` completes the sentence "aiOla …"."""

    reason: str


ProtocolEvent = Ready | ConnectRefused | ServiceEvent | Pinged | ServiceDisconnected


class ProtocolState(Enum):
    NEW = auto()
    WAITING = auto()
    """for Engine.IO's opening"""
    ASKING = auto()
    """for the namespace"""
    READY = auto()
    OVER = auto()


class SocketIOProtocol:
    """Frames in, what they mean out; `frames()` is what there is to answer and to send."""

    def __init__(self, namespace: str = "/events") -> None:
        self._namespace = namespace
        self._decoder = wire.PacketDecoder()
        self._state = ProtocolState.NEW
        self._open = wire.OpenPacket("", 25.0, 20.0)
        self._replies: deque[list[str | bytes]] = deque(maxlen=MAX_REPLIES)
        self._sending: list[str | bytes] = []

    @property
    def ready(self) -> bool:
        return self._state is ProtocolState.READY

    def opened(self) -> None:
        """The WebSocket upgrade succeeded."""
        if self._state is ProtocolState.NEW:
            self._state = ProtocolState.WAITING

    def receive(self, frame: str | bytes) -> list[ProtocolEvent]:
        """What a frame means; nothing once the conversation is over."""
        heard: list[ProtocolEvent] = []
        for packet in self._decoder.feed(frame):
            if self._state in (ProtocolState.NEW, ProtocolState.OVER):
                break
            heard += self._take(packet)
        return heard

    def emit(self, name: str, payload: object) -> None:
        """Say something. Raises RuntimeError before `Ready` and after the end: a server would close the connection."""
        if self._state is not ProtocolState.READY:
            raise RuntimeError(f"“{name}” while the namespace is not open")
        if isinstance(payload, bytes):
            self._sending += wire.encode_bytes(self._namespace, name, payload)
        else:
            self._sending += wire.encode(wire.EventPacket(self._namespace, name, (payload,)))

    def close(self) -> None:
        """End it from our side."""
        if self._state is ProtocolState.READY:
            self._sending += wire.encode(wire.DisconnectPacket(self._namespace))
        self._state = ProtocolState.OVER

    def frames(self) -> list[str | bytes]:
        """What is to be sent now, in order; what is returned here is not returned again."""
        if not self._replies:
            frames, self._sending = self._sending, []
            return frames
        frames = [frame for reply in self._replies for frame in reply]
        frames += self._sending
        self._replies.clear()
        self._sending = []
        return frames

    def _take(self, packet: wire.Packet) -> list[ProtocolEvent]:
        match packet:
            case wire.PingPacket():
                self._replies.append(wire.encode(wire.PongPacket(packet.data)))
                return [Pinged()]
            case wire.OpenPacket() if self._state is ProtocolState.WAITING:
                self._open = packet
                self._state = ProtocolState.ASKING
                self._replies.append(
                    wire.encode(wire.ConnectPacket(self._namespace, {}))
                )  # {}: as aiOla's Python SDK does
            case wire.ClosePacket():
                return self._ended("closed the session.")
            case wire.ConnectPacket() | wire.ConnectErrorPacket() | wire.DisconnectPacket() | wire.EventPacket():
                if packet.namespace == self._namespace:
                    return self._take_ours(packet)
        return []

    def _take_ours(
        self, packet: wire.ConnectPacket | wire.ConnectErrorPacket | wire.DisconnectPacket | wire.EventPacket
    ) -> list[ProtocolEvent]:
        match packet:
            case wire.ConnectPacket() if self._state is ProtocolState.ASKING:
                self._state = ProtocolState.READY
                sid = (packet.data or {}).get("sid")
                times = self._open.ping_interval_s, self._open.ping_timeout_s
                return [Ready(sid if isinstance(sid, str) else "", *times)]
            case wire.ConnectErrorPacket() if self._state is ProtocolState.ASKING:
                self._state = ProtocolState.OVER
                return [ConnectRefused(_as_mapping(packet.data))]
            case wire.DisconnectPacket():
                return self._ended("ended the connection.")
            case wire.EventPacket() if self._state is ProtocolState.READY:
                if packet.number is not None:
                    self._replies.append(wire.encode(wire.AckPacket(self._namespace, packet.number)))
                return [ServiceEvent(packet.name, packet.arguments[0] if packet.arguments else None)]
        return []

    def _ended(self, reason: str) -> list[ProtocolEvent]:
        self._state = ProtocolState.OVER
        return [ServiceDisconnected(reason)]


def _as_mapping(data: Any) -> Mapping[str, Any]:
    if isinstance(data, Mapping):
        return data
    return {"message": data} if isinstance(data, str) else {}
