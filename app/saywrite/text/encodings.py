"""Decodes text files that an editor saved with a byte order mark. Pure."""

from __future__ import annotations

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes) -> str:
    """Decode UTF-8 with or without a byte order mark, or UTF-16 with one. Raises UnicodeDecodeError."""
    if data.startswith(_UTF_16_MARKS):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")
