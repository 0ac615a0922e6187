"""The child's side: which sound the decoder gets, and what is told of it. Decoder and boundaries are fakes."""

import io
from dataclasses import dataclass

import pytest

from saywrite.speech.local.child_process import audio_frame, message_frame, read_frame
from saywrite.speech.local.worker import serve

VOICE = {"threshold": 0.5, "min_speech_ms": 250, "min_silence_ms": 500, "max_segment_ms": 30_000}
BLOCK = 1_600


def sound(start: int, length: int) -> bytes:
    """Samples that tell their own offset."""
    return b"".join((offset % 30_000).to_bytes(2, "little") for offset in range(start, start + length))


@dataclass(frozen=True)
class Edge:
    starts: bool
    at: int
    voiced: int = 8_000


class ScriptedSegmenter:
    """Reports each edge once the sound has come `late` samples beyond it."""

    def __init__(self, edges: list[Edge], late: int, start: int) -> None:
        self._edges = [edge for edge in edges if edge.at >= start]
        self._late = late
        self._position = start
        self._open: int | None = None
        self._floor = start

    @property
    def settled(self) -> int:
        return self._open if self._open is not None else max(self._floor, self._position - self._late - BLOCK)

    def process(self, pcm: bytes) -> list[Edge]:
        self._position += len(pcm) // 2
        return self._until(self._position - self._late)

    def flush(self) -> list[Edge]:
        return self._until(self._position)

    def _until(self, offset: int) -> list[Edge]:
        found = [edge for edge in self._edges if edge.at <= offset]
        self._edges = self._edges[len(found) :]
        for edge in found:
            self._open = edge.at if edge.starts else None
            self._floor = edge.at
        return found


class EchoDecoder:
    """Its text is the range of the sound it was given, in blocks of 1,600 samples."""

    def __init__(self) -> None:
        self.pcm = b""
        self.open = False
        self.resets = 0

    def reset(self) -> None:
        assert not self.open
        self.resets += 1

    def begin(self) -> None:
        assert not self.open
        self.open, self.pcm = True, b""

    def process(self, pcm: bytes) -> None:
        assert self.open
        self.pcm += pcm

    def partial(self) -> str:
        first = int.from_bytes(self.pcm[:2], "little")
        assert self.pcm == sound(first, len(self.pcm) // 2), "sound is missing, repeated or out of order"
        return f"{first}+{len(self.pcm) // 2}"

    def end(self) -> str:
        self.open = False
        return self.partial() if self.pcm else ""


def serve_all(
    frames: list[bytes], edges: list[Edge], late: int = 4_000, decoder: EchoDecoder | None = None
) -> list[dict]:
    out = io.BytesIO()
    assert (
        serve(
            io.BytesIO(b"".join(frames)),
            out,
            lambda: decoder or EchoDecoder(),
            lambda start, **voice: ScriptedSegmenter(edges, late, start),
        )
        == 0
    )
    out.seek(0)
    messages = []
    while (message := read_frame(out)) is not None:
        assert isinstance(message, dict)
        messages.append(message)
    return messages


def start(session: int = 1, at: int = 0) -> bytes:
    return message_frame({"op": "start", "session": session, "at": at, "voice": VOICE})


def blocks(begin: int, end: int) -> list[bytes]:
    return [audio_frame(sound(at, min(BLOCK, end - at))) for at in range(begin, end, BLOCK)]


FINISH = message_frame({"op": "finish"})


def finals(messages: list[dict]) -> list[tuple[int, int, str]]:
    return [(m["start"], m["end"], m["text"]) for m in messages if m["kind"] == "final"]


def test_the_decoder_gets_the_utterance_from_its_lead_in_on() -> None:
    messages = serve_all([start(), *blocks(0, 40_000), FINISH], [Edge(True, 5_001), Edge(False, 20_003)])
    ((first, end, text),) = finals(messages)
    assert (first, end) == (5_001, 20_003)
    begin, length = map(int, text.split("+"))
    assert begin == 5_001
    assert 20_003 - 5_001 <= length <= 20_003 - 5_001 + 4_000 + BLOCK


def test_speech_right_behind_an_end_is_heard_from_that_end_on() -> None:
    """The decoder of the first utterance has had its silence already when the second one claims it as lead-in."""
    edges = [Edge(True, 2_000), Edge(False, 20_000), Edge(True, 20_000), Edge(False, 33_000)]
    messages = serve_all([start(), *blocks(0, 50_000), FINISH], edges)
    texts = finals(messages)
    assert [(a, b) for a, b, _ in texts] == [(2_000, 20_000), (20_000, 33_000)]
    assert texts[1][2].startswith("20000+")


def test_an_utterance_open_at_the_end_is_closed_by_finish() -> None:
    messages = serve_all([start(), *blocks(0, 9_000), FINISH], [Edge(True, 1_000), Edge(False, 9_000)])
    assert finals(messages) == [(1_000, 9_000, "1000+8000")]
    assert messages[-2]["sent"] == messages[-2]["confirmed"] == 9_000
    assert messages[-1]["kind"] == "finished"


def test_every_block_is_answered_and_confirmed_never_passes_an_open_utterance() -> None:
    messages = serve_all([start(), *blocks(0, 40_000), FINISH], [Edge(True, 5_000), Edge(False, 20_000)])
    progress = [(m["sent"], m["confirmed"]) for m in messages if m["kind"] == "progress"]
    assert {sent for sent, _ in progress} == set(range(BLOCK, 40_001, BLOCK))
    assert progress == sorted(progress)
    assert all(confirmed <= 5_000 for sent, confirmed in progress if sent < 24_000)
    place = [m["kind"] for m in messages].index("final")
    assert all(m.get("confirmed", 0) <= 5_000 for m in messages[:place])


def test_partials_come_every_0_3_seconds_and_only_when_they_changed() -> None:
    messages = serve_all([start(), *blocks(0, 48_000), FINISH], [Edge(True, 0), Edge(False, 48_000)])
    partials = [m["text"] for m in messages if m["kind"] == "partial"]
    assert len(partials) == pytest.approx((48_000 - 4_000) / 4_800, abs=1)
    assert len(set(partials)) == len(partials)


def test_an_utterance_with_next_to_no_voice_gives_no_text_and_takes_its_partial_back() -> None:
    edges = [Edge(True, 1_000), Edge(False, 20_000, voiced=2_000)]
    messages = serve_all([start(), *blocks(0, 40_000), FINISH], edges)
    assert finals(messages) == []
    assert [m["text"] for m in messages if m["kind"] == "partial"][-1] == ""


def test_a_session_may_begin_anywhere() -> None:
    messages = serve_all(
        [start(7, at=16_000), *blocks(16_000, 40_000), FINISH], [Edge(True, 17_000), Edge(False, 20_000)]
    )
    assert [final[:2] for final in finals(messages)] == [(17_000, 20_000)]
    assert {m["session"] for m in messages[1:]} == {7}


def test_an_abort_drops_the_utterance_and_the_next_session_is_clean() -> None:
    decoder = EchoDecoder()
    frames = [start(1), *blocks(0, 9_000), message_frame({"op": "abort"}), *blocks(9_000, 12_000)]
    frames += [start(2), *blocks(0, 30_000), FINISH]
    messages = serve_all(frames, [Edge(True, 1_000), Edge(False, 20_000)], decoder=decoder)
    assert len(finals(messages)) == 1
    assert all(m["session"] == 2 for m in messages if m["kind"] in ("final", "finished"))
    assert decoder.resets == 2


def test_finish_and_abort_without_a_session_do_nothing() -> None:
    messages = serve_all([FINISH, message_frame({"op": "abort"}), message_frame({"op": "what"})], [])
    assert [m["kind"] for m in messages] == ["ready"]


def test_a_decoder_that_cannot_be_made_is_told_with_its_reason() -> None:
    def missing() -> EchoDecoder:
        raise ModuleNotFoundError("No module named 'pocketsphinx'")

    out = io.BytesIO()
    assert serve(io.BytesIO(start()), out, missing, lambda start, **voice: None) == 1
    out.seek(0)
    message = read_frame(out)
    assert message == {
        "kind": "unavailable",
        "reason": "ModuleNotFoundError: No module named 'pocketsphinx'",
    }
