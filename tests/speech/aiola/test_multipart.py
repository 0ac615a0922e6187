"""The body of an upload: as long as it says, whatever happens to the file meanwhile, and never in memory as a whole."""

from __future__ import annotations

import io
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.errors import AudioFileError
from saywrite.speech.aiola.file_request import PIECE, MultipartForm


class WatchedFile(io.BytesIO):
    """Remembers the largest piece that was asked for."""

    largest = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0, "read as a whole"
        self.largest = max(self.largest, size)
        return super().read(size)


def form(file: io.BytesIO, size: int, **fields: str) -> MultipartForm:
    return MultipartForm(fields, file, size, "audio.mp3", "audio/mpeg")


@given(
    st.binary(max_size=3 * PIECE), st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=50)
)
def test_the_body_is_as_long_as_it_says_and_holds_what_was_put_in(content: bytes, value: str) -> None:
    made = form(io.BytesIO(content), len(content), keywords=value)
    body = b"".join(made.pieces())
    assert len(body) == made.length
    message = BytesParser().parsebytes(f"Content-Type: {made.content_type}\r\n\r\n".encode() + body)
    field, file = message.get_payload()
    assert field.get_payload(decode=True).decode() == value  # type: ignore[union-attr]
    assert file.get_payload(decode=True) == content  # type: ignore[union-attr]


def test_a_long_file_is_read_piece_by_piece() -> None:
    file = WatchedFile(bytes(1_000_000))
    pieces = list(form(file, 1_000_000).pieces())
    assert file.largest == PIECE
    assert max(map(len, pieces)) == PIECE


def test_what_is_added_to_the_file_meanwhile_is_left_out() -> None:
    made = form(io.BytesIO(bytes(500)), 300)
    assert len(b"".join(made.pieces())) == made.length


def test_a_file_that_became_shorter_is_said_so() -> None:
    with pytest.raises(AudioFileError, match="became shorter"):
        list(form(io.BytesIO(bytes(200)), 300).pieces())


def test_a_disk_that_fails_is_said_so() -> None:
    class FailingFile(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(AudioFileError, match="Input/output error"):
        list(form(FailingFile(), 300).pieces())
