"""A file and a few fields as one multipart/form-data body, read from disk as it is sent. For worker threads."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from saywrite.errors import AudioFileError

PIECE = 16_384
"""Bytes read and sent at once: two seconds of a slow line, so that progress shows and an end is noticed."""


class Form:
    """`file` is read once, from where it stands, for `size` bytes. Names and values hold no secrets and no quotes."""

    def __init__(self, fields: Mapping[str, str], file: BinaryIO, size: int, name: str, kind: str) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._file = file
        self._size = size
        self._before = b"".join(_field(boundary, field, value) for field, value in fields.items()) + (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode("ascii")
        self._after = f"\r\n--{boundary}--\r\n".encode("ascii")

    @property
    def length(self) -> int:
        """Bytes in all."""
        return len(self._before) + self._size + len(self._after)

    def pieces(self) -> Iterator[bytes]:
        """The body. Raises AudioFileError when the file has become shorter; what was added to it is left out."""
        yield self._before
        left = self._size
        while left:
            try:
                piece = self._file.read(min(PIECE, left))
            except OSError as error:
                raise AudioFileError(f"The file cannot be read: {error.strerror}.", "Check the disk.") from None
            if not piece:
                raise AudioFileError("The file became shorter while it was sent.", "Send it again when it is complete.")
            left -= len(piece)
            yield piece
        yield self._after


def _field(boundary: str, name: str, value: str) -> bytes:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
