"""Messages on the pipe to and from a worker process: one letter, a length, a body.

`A` is sound (16 kHz mono s16le), `J` a JSON object. The length is four bytes, little-endian.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

MAX_BODY = 1 << 20
"""Bytes. Longer frames are garbage: sound travels in blocks of 100 ms (3,200 bytes), messages are short."""

_HEAD = struct.Struct("<cI")


class GarbageError(Exception):
    """The other side sent something that is no frame."""


def audio_frame(pcm: bytes) -> bytes:
    return _HEAD.pack(b"A", len(pcm)) + pcm


def message_frame(message: dict[str, Any]) -> bytes:
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return _HEAD.pack(b"J", len(body)) + body


def read_frame(stream: IO[bytes]) -> bytes | dict[str, Any] | None:
    """The next sound or message; None at the end of the stream, also in the middle of a frame. Raises
    GarbageError.
    """
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    if kind not in (b"A", b"J") or length > MAX_BODY:
        raise GarbageError(f"not a frame: {head!r}")
    body = stream.read(length)
    if len(body) < length:
        return None
    return body if kind == b"A" else _message(body)


def _message(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise GarbageError("not a message") from error
    if not isinstance(message, dict):
        raise GarbageError("not a message")
    return message
