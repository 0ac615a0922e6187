"""The order of messages on one connection to the service: a state machine over `packets`.

Sans-I/O. Whoever has the lock of the connection uses it. Nothing that a peer sends is kept without bound.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from saywrite.foundation.messages import Message, message
from saywrite.speech.aiola.net import packets

MAX_REPLIES: Final = 256
"""Pongs and acknowledgments that wait to be sent; beyond that the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The namespace is accepted. The server pings every `ping_interval_s`, and waits `ping_timeout_s` for the pong."""

    ping_interval_s: float
    ping_timeout_s: float


@dataclass(frozen=True, slots=True)
class ConnectRefused:
    """The namespace is refused."""

    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """`payload`: the event's first argument, None when it has none."""

    name: str
    payload: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pinged:
    """The server has sent a ping."""


@dataclass(frozen=True, slots=True)
class ServiceDisconnected:
    """The server has ended the session; `reason` is a sentence with the field `host`."""

    reason: Message


ProtocolEvent = Ready | ConnectRefused | ServiceEvent | Pinged | ServiceDisconnected


NAMESPACE = "/events"
"""The namespace of the service's stream."""


class ProtocolState(Enum):
    """The states of a connection, in their order."""

    NEW = auto()
    OPENING = auto()
    """The WebSocket is open; Engine.IO's opening is due."""
    CONNECTING = auto()
    """The namespace is requested."""
    READY = auto()
    CLOSED = auto()


class SocketIOProtocol:
    """Takes received messages and returns their events; `frames()` are the messages to send."""

    def __init__(self) -> None:
        self._decoder = packets.PacketDecoder()
        self._state = ProtocolState.NEW
        self._open = packets.OpenPacket("", 25.0, 20.0)
        self._replies: deque[str] = deque(maxlen=MAX_REPLIES)
        self._sending: list[str | bytes] = []

    @property
    def ready(self) -> bool:
        return self._state is ProtocolState.READY

    @property
    def answered(self) -> bool:
        """Whether the service has opened its session and the namespace is requested."""
        return self._state is ProtocolState.CONNECTING

    def opened(self) -> None:
        """The WebSocket upgrade succeeded."""
        if self._state is ProtocolState.NEW:
            self._state = ProtocolState.OPENING

    def receive(self, frame: str | bytes) -> list[ProtocolEvent]:
        """The events of a message; none after the end."""
        events: list[ProtocolEvent] = []
        for packet in self._decoder.feed(frame):
            if self._state in (ProtocolState.NEW, ProtocolState.CLOSED):
                break
            events += self._take(packet)
        return events

    def emit(self, name: str, payload: object) -> None:
        """Send an event. Raises RuntimeError unless ready: a server would close the connection."""
        if self._state is not ProtocolState.READY:
            raise RuntimeError(f"“{name}” while the namespace is not open")
        self._sending += packets.encode_event(NAMESPACE, name, payload)

    def close(self) -> None:
        """End the session from our side."""
        if self._state is ProtocolState.READY:
            self._sending.append(packets.encode_disconnect(NAMESPACE))
        self._state = ProtocolState.CLOSED

    def frames(self) -> list[str | bytes]:
        """The messages to send now, in order; each is returned once. Replies never separate an event's messages."""
        frames = [*self._replies, *self._sending]
        self._replies.clear()
        self._sending.clear()
        return frames

    def _take(self, packet: packets.Packet) -> list[ProtocolEvent]:
        match packet:
            case packets.PingPacket():
                self._replies.append(packets.encode_pong(packet.data))
                return [Pinged()]
            case packets.OpenPacket() if self._state is ProtocolState.OPENING:
                self._open = packet
                self._state = ProtocolState.CONNECTING
                # {}: as aiOla's Python SDK does
                self._replies.append(packets.encode_connect(NAMESPACE, {}))
            case packets.ClosePacket():
                return self._ended(message("{host} closed the session."))
        if isinstance(packet, packets.NamespacePacket) and packet.namespace == NAMESPACE:
            return self._take_in_namespace(packet)
        return []

    def _take_in_namespace(self, packet: packets.NamespacePacket) -> list[ProtocolEvent]:
        match packet:
            case packets.ConnectPacket() if self._state is ProtocolState.CONNECTING:
                self._state = ProtocolState.READY
                return [Ready(self._open.ping_interval_s, self._open.ping_timeout_s)]
            case packets.ConnectErrorPacket() if self._state is ProtocolState.CONNECTING:
                self._state = ProtocolState.CLOSED
                return [ConnectRefused(_as_mapping(packet.data))]
            case packets.DisconnectPacket():
                return self._ended(message("{host} ended the connection."))
            case packets.EventPacket() if self._state is ProtocolState.READY:
                if packet.number is not None:
                    self._replies.append(packets.encode_ack(NAMESPACE, packet.number))
                return [ServiceEvent(packet.name, packet.arguments[0] if packet.arguments else None)]
        return []

    def _ended(self, reason: Message) -> list[ProtocolEvent]:
        self._state = ProtocolState.CLOSED
        return [ServiceDisconnected(reason)]


def _as_mapping(data: Any) -> Mapping[str, Any]:
    if isinstance(data, Mapping):
        return data
    return {"message": data} if isinstance(data, str) else {}
