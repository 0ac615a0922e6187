"""The sound on its way to a worker: blocks, rewinds, and feeding that overlaps or runs ahead."""

from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.engine import Request
from saywrite.speech.local.audio_feed import BLOCK_BYTES, Feed


def sound(start: int, end: int) -> bytes:
    """Samples that tell their own offset."""
    return b"".join((offset % 30_000).to_bytes(2, "little") for offset in range(start, end))


def taken(feed: Feed) -> bytes:
    return b"".join(feed.blocks())


def test_blocks_of_100_ms_leave_and_the_rest_waits_until_the_sound_is_complete() -> None:
    feed = Feed(Request("d", "en"))
    feed.take(sound(0, 4_000), 4_000)
    assert [len(block) for block in feed.blocks()] == [BLOCK_BYTES, BLOCK_BYTES]
    assert not feed.must_finish()
    feed.complete = True
    assert [len(block) for block in feed.blocks()] == [2 * 800]
    assert feed.must_finish()
    assert not feed.must_finish()


def test_sound_ahead_of_a_rewind_is_left_and_an_overlap_is_trimmed() -> None:
    feed = Feed(Request("d", "en"))
    feed.take(sound(0, 8_000), 8_000)
    taken(feed)
    feed.confirm(3_000)
    feed.rewind()
    feed.take(sound(8_000, 9_000), 9_000)  # the caller has not heard of the rewind yet
    assert taken(feed) == b""
    feed.take(sound(2_000, 5_000), 5_000)
    feed.take(sound(4_000, 4_500), 4_500)
    feed.take(sound(4_900, 9_000), 9_000)
    feed.complete = True
    assert taken(feed) == sound(3_000, 9_000)
    assert feed.must_finish()


def test_a_rewound_feed_finishes_only_at_the_end_it_had_before() -> None:
    feed = Feed(Request("d", "en"))
    feed.take(sound(0, 8_000), 8_000)
    feed.complete = True
    taken(feed)
    assert feed.must_finish()
    feed.rewind()
    feed.take(sound(0, 4_000), 4_000)
    taken(feed)
    assert not feed.must_finish()
    feed.take(sound(4_000, 8_000), 8_000)
    taken(feed)
    assert feed.must_finish()


def test_an_answer_is_owed_from_the_first_block_until_it_is_taken() -> None:
    feed = Feed(Request("d", "en"))
    assert not feed.outstanding
    feed.take(sound(0, 1_700), 1_700)
    taken(feed)
    assert feed.outstanding
    feed.sent = 1_600
    assert not feed.outstanding


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), max_size=40))
def test_whatever_is_fed_only_a_gapless_sound_is_passed_on(pieces: list[tuple[int, int]]) -> None:
    feed = Feed(Request("d", "en"))
    for start, length in pieces:
        feed.take(sound(start, start + length), start + length)
    feed.complete = True
    passed = taken(feed) if feed._is_all_here() else bytes(feed._waiting)
    assert passed == sound(0, len(passed) // 2)
