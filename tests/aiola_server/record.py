"""What the service saw, for tests to look at. Times are monotonic, the same clock in every process of the machine."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

FRAMES = 2_000
"""So many raw frames of a connection are kept: its beginning is what clients are compared by."""


@dataclass
class Answer:
    """One transcript. `closed`: when the sound that closed its segment was there; `sent`: when it was answered.
    `start_s`, `end_s`: of the segment in the connection's sound.
    """

    text: str
    closed: float
    sent: float
    start_s: float
    end_s: float


@dataclass
class StreamRecord:
    """One connection to `/events`."""

    number: int
    query: dict[str, str]
    headers: dict[str, str]
    opened: float = field(default_factory=time.monotonic)
    closed: float | None = None
    reason: str = ""
    transport: str = ""
    first_audio: float | None = None
    audio_bytes: int = 0
    swallowed_bytes: int = 0
    chunks: int = 0
    audio: bytearray = field(default_factory=bytearray)
    """Only with `keep_audio`."""
    events: list[tuple[float, str, Any]] = field(default_factory=list)
    """What the client sent besides sound."""
    answers: list[Answer] = field(default_factory=list)
    acks: int = 0
    raw: list[tuple[str, str | bytes]] = field(default_factory=list)
    """("up" or "down", the Socket.IO packet or its attachment)."""

    def keep_raw(self, way: str, frame: str | bytes) -> None:
        if len(self.raw) < FRAMES:
            self.raw.append((way, frame))


@dataclass
class RequestRecord:
    """One HTTP request; `status` is the answer's."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    status: int = 0


@dataclass
class Records:
    streams: list[StreamRecord] = field(default_factory=list)
    requests: list[RequestRecord] = field(default_factory=list)
    refused: list[tuple[float, str]] = field(default_factory=list)
    """(when, code) of every stream that was not let in."""
    connections: int = 0
    """TCP connections that spoke to it, ever."""

    @property
    def audio_bytes(self) -> int:
        return sum(stream.audio_bytes for stream in self.streams)

    @property
    def open(self) -> list[StreamRecord]:
        return [stream for stream in self.streams if stream.closed is None]
