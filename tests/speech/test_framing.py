"""Frames on a worker's pipe, whole, cut off and garbled."""

import contextlib
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.local.child_process import MAX_BODY, GarbageError, audio_frame, message_frame, read_frame

MESSAGES = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=20) | st.none(), max_size=4)
FRAMES = st.lists(st.binary(max_size=99) | MESSAGES, max_size=8)


def encoded(frames: list[bytes | dict]) -> bytes:
    return b"".join(audio_frame(f) if isinstance(f, bytes) else message_frame(f) for f in frames)


def decoded(data: bytes) -> list[bytes | dict]:
    stream, found = io.BytesIO(data), []
    while (frame := read_frame(stream)) is not None:
        found.append(frame)
    return found


@given(FRAMES)
def test_what_is_sent_is_received(frames: list[bytes | dict]) -> None:
    assert decoded(encoded(frames)) == frames


@given(FRAMES, st.data())
def test_a_stream_that_breaks_off_gives_its_whole_frames(frames: list[bytes | dict], data: st.DataObject) -> None:
    whole = encoded(frames)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    ends = itertools.accumulate(len(encoded([frame])) for frame in frames)
    assert decoded(cut) == frames[: sum(end <= len(cut) for end in ends)]


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_garbage_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(GarbageError):
        decoded(data)


@pytest.mark.parametrize(
    "data",
    [
        b"INFO: native library says hello",
        b"A" + (MAX_BODY + 1).to_bytes(4, "little"),
        b"J\x02\0\0\0[]",
        b"J\x02\0\0\0\xff\xff",
    ],
)
def test_garbage_is_recognized(data: bytes) -> None:
    with pytest.raises(GarbageError):
        decoded(data)
