"""The form of an upload: as long as its headers say, even if the file changes, and never in memory as a whole."""

from __future__ import annotations

import io
from email.parser import BytesParser

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.errors import AudioFileError
from saywrite.speech.aiola.file_request import PIECE, FileReader, form_request


class WatchedFile(io.BytesIO):
    """Remembers the largest piece that was read."""

    largest = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0, "read as a whole"
        self.largest = max(self.largest, size)
        return super().read(size)


def form(file: io.BytesIO, size: int, **fields: str) -> httpx.Request:
    return form_request("http://127.0.0.1/", fields, FileReader(file, size), "audio.mp3", "audio/mpeg")


def pieces(request: httpx.Request) -> list[bytes]:
    assert isinstance(request.stream, httpx.SyncByteStream)
    return list(request.stream)


@given(
    st.binary(max_size=3 * PIECE), st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=50)
)
def test_body_has_the_announced_length_and_holds_field_and_file(content: bytes, value: str) -> None:
    made = form(io.BytesIO(content), len(content), keywords=value)
    body = b"".join(pieces(made))
    assert len(body) == int(made.headers["Content-Length"])
    message = BytesParser().parsebytes(f"Content-Type: {made.headers['Content-Type']}\r\n\r\n".encode() + body)
    field, file = message.get_payload()
    assert field.get_payload(decode=True).decode() == value  # type: ignore[union-attr]
    assert file.get_payload(decode=True) == content  # type: ignore[union-attr]


def test_long_file_is_read_in_pieces() -> None:
    assert PIECE == 16_384
    file = WatchedFile(bytes(1_000_000))
    sent = pieces(form(file, 1_000_000))
    assert file.largest == 16_384
    assert max(map(len, sent)) == 16_384


def test_bytes_added_to_the_file_meanwhile_are_left_out() -> None:
    made = form(io.BytesIO(bytes(500)), 300)
    assert len(b"".join(pieces(made))) == int(made.headers["Content-Length"])


def test_file_that_became_shorter_is_reported() -> None:
    with pytest.raises(AudioFileError, match="became shorter"):
        pieces(form(io.BytesIO(bytes(200)), 300))


def test_disk_that_fails_is_reported() -> None:
    class FailingFile(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(AudioFileError, match="Input/output error"):
        pieces(form(FailingFile(), 300))
