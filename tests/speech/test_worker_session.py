"""The worker's side: which sound is decoded, with what, and what is reported. Decoder and boundaries are fakes."""

import io
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import pytest

from saywrite.speech.local.child_process import GarbageError, audio_frame, message_frame, read_frame
from saywrite.speech.local.problems import OUT_OF_MEMORY
from saywrite.speech.local.utterances import Utterances
from saywrite.speech.local.worker import FrameQueue, serve

VOICE = {"threshold": 0.5, "min_speech_ms": 250, "min_silence_ms": 500, "max_segment_ms": 25_000}
BLOCK = 1_600
SECOND = 16_000


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
        self.pauses: list[tuple[int, int, int]] = []
        self._late = late
        self._position = start
        self._open: int | None = None
        self._floor = start

    @property
    def settled(self) -> int:
        return self._open if self._open is not None else max(self._floor, self._position - self._late - BLOCK)

    @property
    def likely_end(self) -> int | None:
        """`pauses`: between the first two offsets the third one is the likely end."""
        here = [end for begins, until, end in self.pauses if begins <= self._position < until]
        return here[0] if here and self._open is not None else None

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


@dataclass(frozen=True)
class Word:
    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Decoded:
    text: str
    trusted: bool = True
    words: tuple[Word, ...] = ()


@dataclass
class EchoDecoder:
    """Its text is the range of the sound it was given. `costs_s`: how long a pass takes on the clock of the test."""

    costs_s: float = 0.0
    trusted: bool = True
    now: float = 0.0
    passes: list[tuple[bool, int]] = field(default_factory=list)
    hints: list[tuple[str, tuple[str, ...], bool]] = field(default_factory=list)
    language: tuple[str, float] | None = None

    def decode(
        self, pcm: bytes, *, language: str, keywords: Sequence[str] = (), final: bool = True, long_window: bool = False
    ) -> Decoded:
        first = int.from_bytes(pcm[:2], "little")
        assert pcm == sound(first, len(pcm) // 2), "sound is missing, repeated or out of order"
        self.passes.append((final, len(pcm) // 2))
        self.hints.append((language, tuple(keywords), long_window))
        self.now += self.costs_s
        return Decoded(f"{first}+{len(pcm) // 2}", self.trusted)

    def heard_language(self) -> tuple[str, float] | None:
        return self.language

    @property
    def partials(self) -> list[int]:
        return [length for final, length in self.passes if not final]


def serve_all(
    frames: list[bytes], edges: list[Edge], late: int = 4_000, decoder: EchoDecoder | None = None, code: int = 0
) -> list[dict]:
    out = io.BytesIO()
    assert (
        serve(
            io.BytesIO(b"".join(frames)),
            out,
            lambda: decoder or EchoDecoder(),
            lambda start, **voice: ScriptedSegmenter(edges, late, start),
        )
        == code
    )
    return messages_of(out)


@pytest.mark.parametrize(("word_times", "long_ms"), [(True, 8_000), (False, None)])
def test_only_beside_a_service_long_utterances_end_at_shorter_pauses(word_times: bool, long_ms: int | None) -> None:
    asked: list[dict[str, object]] = []

    def segmenter(start: int, **voice: object) -> ScriptedSegmenter:
        asked.append(voice)
        return ScriptedSegmenter([], 0, start)

    frames = io.BytesIO(b"".join([start(word_times=word_times), FINISH]))
    assert serve(frames, io.BytesIO(), EchoDecoder, segmenter) == 0
    assert [voice.get("long_ms") for voice in asked] == [long_ms]


def messages_of(out: io.BytesIO) -> list[dict]:
    out.seek(0)
    messages = []
    while (message := read_frame(out)) is not None:
        assert isinstance(message, dict)
        messages.append(message)
    return messages


def start(session: int = 1, at: int = 0, **more: object) -> bytes:
    wanted = {"language": "en", "keywords": [], "partials": False, "long_window": False, **more}
    return message_frame({"op": "start", "session": session, "at": at, "voice": VOICE, **wanted})


def blocks(begin: int, end: int) -> list[bytes]:
    return [audio_frame(sound(at, min(BLOCK, end - at))) for at in range(begin, end, BLOCK)]


FINISH = message_frame({"op": "finish"})


def finals(messages: list[dict]) -> list[tuple[int, int, str]]:
    return [(m["start"], m["end"], m["text"]) for m in messages if m["kind"] == "final"]


def test_the_decoder_gets_exactly_the_utterance() -> None:
    messages = serve_all([start(), *blocks(0, 40_000), FINISH], [Edge(True, 5_001), Edge(False, 20_003)])
    assert finals(messages) == [(5_001, 20_003, "5001+15002")]


class WordDecoder(EchoDecoder):
    """Hears one word in the first second of each utterance."""

    def decode(self, pcm: bytes, **more: object) -> Decoded:
        return Decoded(super().decode(pcm, **more).text, words=(Word("one", 0.25, 1.0),))


def test_words_lie_behind_the_start_of_their_utterance_where_they_are_wanted() -> None:
    for wanted, words in ((True, [["one", 5_001 + 4_000, 5_001 + 16_000]]), (False, None)):
        frames = [start(word_times=wanted), *blocks(0, 40_000), FINISH]
        messages = serve_all(frames, [Edge(True, 5_001), Edge(False, 30_003)], decoder=WordDecoder())
        (final,) = [message for message in messages if message["kind"] == "final"]
        assert final.get("words") == words


def test_language_follows_the_text_and_the_end() -> None:
    frames = [start(), *blocks(0, 60_000), FINISH]
    edges = [Edge(True, 1_000), Edge(False, 20_000), Edge(True, 30_000), Edge(False, 60_000)]
    kinds = [m["kind"] for m in serve_all(frames, edges, decoder=EchoDecoder(language=("de", 0.99)))]
    told = [kind for kind in kinds if kind in ("final", "language", "finished")]
    assert told == ["final", "language", "final", "finished", "language"]


@pytest.mark.parametrize("long_window", [False, True])
@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("language", [("de", 0.99), None])
def test_language_is_reported_where_it_is_known_also_for_files_and_rejected_texts(
    long_window: bool, trusted: bool, language: tuple[str, float] | None
) -> None:
    frames = [start(long_window=long_window), *blocks(0, 40_000), FINISH]
    decoder = EchoDecoder(language=language, trusted=trusted)
    kinds = [m["kind"] for m in serve_all(frames, [Edge(True, 1_000), Edge(False, 20_000)], decoder=decoder)]
    assert ("final" in kinds) == trusted
    assert ("language" in kinds) == (language is not None)
    if language is not None and long_window:
        assert kinds.index("language") < kinds.index("finished"), "the end of a file may be the end of the program"


def test_sound_that_waits_is_dropped_by_an_abort_and_what_came_before_it_is_kept() -> None:
    sound_of_one, sound_of_two = blocks(0, 9_000), blocks(0, 9_000)
    frames = [start(1), *sound_of_one, FINISH, start(2), *sound_of_two, message_frame({"op": "abort"}), FINISH]
    queue = FrameQueue(io.BytesIO(b"".join(frames)))
    for thread in threading.enumerate():
        if thread.name == "frames":
            thread.join()
    taken = list(iter(queue.get, None))
    ops = [frame["op"] if isinstance(frame, dict) else "sound" for frame in taken]
    assert ops == ["start", *["sound"] * len(sound_of_one), "finish", "abort", "finish"]


def test_speech_right_behind_an_end_is_heard_from_that_end_on() -> None:
    edges = [Edge(True, 2_000), Edge(False, 20_000), Edge(True, 20_000), Edge(False, 33_000)]
    messages = serve_all([start(), *blocks(0, 50_000), FINISH], edges)
    assert finals(messages) == [(2_000, 20_000, "2000+18000"), (20_000, 33_000, "20000+13000")]


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
    assert messages[place - 1]["kind"] == "progress", "a sign of life before the long decoding"


def test_an_utterance_with_next_to_no_voice_is_not_decoded() -> None:
    decoder = EchoDecoder()
    edges = [Edge(True, 1_000), Edge(False, 20_000, voiced=2_000)]
    messages = serve_all([start(), *blocks(0, 40_000), FINISH], edges, decoder=decoder)
    assert finals(messages) == decoder.passes == []
    assert messages[-2]["confirmed"] == 40_000


def test_text_that_is_not_trusted_is_not_a_final() -> None:
    decoder = EchoDecoder(trusted=False)
    messages = serve_all([start(), *blocks(0, 40_000), FINISH], [Edge(True, 0), Edge(False, 20_000)], decoder=decoder)
    assert finals(messages) == []
    assert messages[-2]["confirmed"] == 40_000


def test_a_session_may_begin_anywhere() -> None:
    messages = serve_all(
        [start(7, at=16_000), *blocks(16_000, 40_000), FINISH], [Edge(True, 17_000), Edge(False, 20_000)]
    )
    assert [final[:2] for final in finals(messages)] == [(17_000, 20_000)]
    assert {m["session"] for m in messages[1:]} == {7}


def test_an_abort_drops_the_utterance_and_the_next_session_is_clean() -> None:
    frames = [start(1), *blocks(0, 9_000), message_frame({"op": "abort"}), *blocks(9_000, 12_000)]
    frames += [start(2), *blocks(0, 30_000), FINISH]
    messages = serve_all(frames, [Edge(True, 1_000), Edge(False, 20_000)])
    assert len(finals(messages)) == 1
    assert all(m["session"] == 2 for m in messages if m["kind"] in ("final", "finished"))


def test_an_abort_is_answered_also_where_its_session_is_over_or_was_never_begun() -> None:
    """The parent takes a worker that owes the answer for hung."""
    for before in ([start(1), *blocks(0, 9_000)], [start(1), *blocks(0, 9_000), FINISH], []):
        messages = serve_all([*before, message_frame({"op": "abort", "session": 1})], [])
        assert messages[-1] == {"kind": "aborted", "session": 1}


def test_messages_without_a_session_and_unknown_ones_do_nothing() -> None:
    frames = [FINISH, message_frame({"op": "abort"}), message_frame({"op": "what"})]
    frames += [message_frame({"op": "set_keywords", "keywords": ["A"]})]
    assert [m["kind"] for m in serve_all(frames, [])] == ["ready", "aborted"]


def test_language_and_window_reach_the_decoder() -> None:
    decoder = EchoDecoder()
    frames = [start(language="ja", long_window=True, keywords=["寿司"]), *blocks(0, 40_000), FINISH]
    serve_all(frames, [Edge(True, 0), Edge(False, 20_000)], decoder=decoder)
    assert decoder.hints == [("ja", ("寿司",), True)]


def test_changed_keywords_hold_from_the_next_utterance_on() -> None:
    decoder = EchoDecoder()
    edges = [Edge(True, 0), Edge(False, 20_000), Edge(True, 30_000), Edge(False, 50_000)]
    changed = message_frame({"op": "set_keywords", "keywords": ["New", "Old"]})
    frames = [start(keywords=["Old"]), *blocks(0, 12_800), changed, *blocks(12_800, 64_000), FINISH]
    serve_all(frames, edges, decoder=decoder)
    assert [keywords for _, keywords, _ in decoder.hints] == [("Old",), ("New", "Old")]


@pytest.mark.parametrize(
    "error", [ModuleNotFoundError("No module named 'ctranslate2'"), RuntimeError("bad model"), MemoryError()]
)
def test_a_decoder_that_cannot_be_made_is_reported_with_its_reason(error: Exception) -> None:
    def missing() -> EchoDecoder:
        raise error

    out = io.BytesIO()
    assert serve(io.BytesIO(start()), out, missing, lambda start, **voice: None) == 1
    assert messages_of(out) == [{"kind": "unavailable", "reason": f"{type(error).__name__}: {error}"}]


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("mkl_malloc: failed to allocate memory")])
def test_a_decoder_that_gets_too_little_memory_ends_the_worker_with_a_code_of_its_own(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(*given: object, **more: object) -> Decoded:
        raise error

    monkeypatch.setattr(EchoDecoder, "decode", decode)
    edges = [Edge(True, 1_000), Edge(False, 20_000)]
    assert serve_all([start(), *blocks(0, 32_000), FINISH], edges, code=OUT_OF_MEMORY)[0]["kind"] == "ready"


def test_garbage_from_the_parent_ends_the_worker() -> None:
    with pytest.raises(GarbageError):
        serve(io.BytesIO(b"rubbish that is no frame"), io.BytesIO(), EchoDecoder, lambda start, **voice: None)


# Partials: the clock of these tests moves with the sound and with the cost of each pass.


class Live:
    """One utterance that begins at 0, fed in real time by the clock of the test."""

    def __init__(
        self, costs_s: float, cpu_per_s: float = 1.0, trusted: bool = True, edges: list[Edge] | None = None
    ) -> None:
        self.decoder = EchoDecoder(costs_s, trusted)
        self.sent: list[dict] = []
        self.fed = 0
        self.segmenter = ScriptedSegmenter(edges or [Edge(True, 0), Edge(False, 60 * SECOND)], 0, 0)
        self.utterances = Utterances(
            1,
            0,
            self.decoder,
            self.segmenter,
            self.sent.append,
            clock=lambda: self.decoder.now,
            cpu=lambda: self.decoder.now * cpu_per_s,
        )

    def speak(self, seconds: float) -> None:
        """Feed the sound of that long; what came during a pass waits in the pipe."""
        end = self.fed + int(seconds * SECOND)
        while self.fed + BLOCK <= end:
            arrived = (self.fed + BLOCK) / SECOND
            self.decoder.now = max(self.decoder.now, arrived)
            more_waits = self.decoder.now >= arrived + BLOCK / SECOND
            self.utterances.feed(sound(self.fed, BLOCK), more_waits=more_waits)
            self.fed += BLOCK

    @property
    def shown(self) -> list[dict]:
        return [message for message in self.sent if message["kind"] == "partial"]


def test_cheap_partials_come_every_0_7_seconds() -> None:
    live = Live(costs_s=0.01)
    live.speak(7.05)
    assert live.decoder.partials == [SECOND * 7 // 10 * n for n in range(1, 11)]


def test_passes_that_are_too_slow_to_help_become_rare() -> None:
    live = Live(costs_s=3.5)
    live.speak(14.9)
    assert len(live.decoder.partials) == 1


def test_a_partial_is_announced_like_a_final_so_that_a_slow_one_is_not_taken_for_a_hung_worker() -> None:
    live = Live(costs_s=0.01)
    announced: list[tuple[int, float]] = []

    def announce(message: dict, audio_s: float) -> AbstractContextManager[None]:
        announced.append((message["confirmed"], audio_s))
        return nullcontext()

    live.utterances.while_decoding = announce
    live.speak(1.0)
    assert announced == [(0, 0.7)]


@pytest.mark.parametrize("costs_s", [0.2, 0.5, 1.0, 3.0])
def test_partials_take_at_most_half_of_the_time(costs_s: float) -> None:
    live = Live(costs_s)
    live.speak(14)
    assert 0 < len(live.decoder.partials) * costs_s <= 0.5 * 14 + costs_s


def test_processor_time_of_two_threads_counts_twice() -> None:
    one, two = Live(0.5), Live(0.5, cpu_per_s=2.0)
    one.speak(14)
    two.speak(14)
    assert len(two.decoder.partials) <= len(one.decoder.partials) * 0.6


def test_no_partial_is_decoded_while_more_input_waits() -> None:
    live = Live(costs_s=0.01)
    for at in range(0, 5 * SECOND, BLOCK):
        live.utterances.feed(sound(at, BLOCK), more_waits=True)
    assert live.decoder.passes == []
    live.utterances.feed(sound(5 * SECOND, BLOCK), more_waits=False)
    assert live.decoder.partials == [5 * SECOND + BLOCK]


def test_partials_end_at_fifteen_seconds_of_an_utterance() -> None:
    live = Live(costs_s=0.01)
    live.speak(20)
    assert 14 * SECOND < max(live.decoder.partials) <= 15 * SECOND


def test_partials_that_are_switched_off_are_not_decoded() -> None:
    live = Live(costs_s=0.01)
    live.speak(3)
    before = len(live.decoder.partials)
    live.utterances.set_partials(False)
    live.speak(3)
    assert len(live.decoder.partials) == before > 0


def test_a_partial_that_is_not_trusted_is_not_shown() -> None:
    live = Live(costs_s=0.01, trusted=False)
    live.speak(5)
    assert live.decoder.partials
    assert live.shown == []


def test_partial_is_taken_back_when_its_utterance_has_no_text() -> None:
    live = Live(costs_s=0.01)
    live.speak(3)
    live.decoder.trusted = False
    live.speak(57.1)
    assert [message["text"] for message in live.shown][-1] == ""
    assert not [message for message in live.sent if message["kind"] == "final"]


# Pauses: the pass at a pause is decoded like a final, and is the final if the utterance ends there.


def pausing(costs_s: float = 0.1, trusted: bool = True, ends: int = 24_000) -> Live:
    """Voice to 0.8 s, then a pause whose utterance would end at 1.0 s; it is certain at 1.5 s that it does."""
    live = Live(costs_s, trusted=trusted, edges=[Edge(True, 0), Edge(False, 16_000, 9_000)])
    live.segmenter._late = 8_000
    live.segmenter.pauses = [(13_000, ends, 16_000)]
    return live


def finals_of(live: Live) -> list[str]:
    return [message["text"] for message in live.sent if message["kind"] == "final"]


def test_text_of_a_pause_is_the_final_when_the_utterance_ends_there() -> None:
    live = pausing()
    live.speak(1.4)
    assert live.decoder.passes[-1] == (True, 16_000)
    assert [message["text"] for message in live.shown][-1] == "0+16000"
    assert finals_of(live) == []
    before = list(live.decoder.passes)
    live.speak(0.5)
    assert finals_of(live) == ["0+16000"]
    assert live.decoder.passes == before, "the end of the utterance costs no pass"


def test_pause_is_decoded_once() -> None:
    live = pausing()
    live.speak(1.4)
    assert live.decoder.passes.count((True, 16_000)) == 1


def test_no_partial_is_begun_in_a_pause() -> None:
    live = pausing(ends=8 * SECOND)
    live.segmenter._edges = [Edge(True, 0)]
    live.speak(7)
    assert live.decoder.passes[-1] == (True, 16_000)
    assert max(live.decoder.partials) < 14_400


def test_voice_behind_a_pause_makes_its_text_a_partial() -> None:
    live = Live(0.1, edges=[Edge(True, 0), Edge(False, 48_000, 9_000)])
    live.segmenter.pauses = [(13_000, 20_000, 16_000)]
    live.speak(4)
    assert (True, 16_000) in live.decoder.passes
    assert finals_of(live) == ["0+48000"]


def test_untrusted_text_of_a_pause_is_dropped() -> None:
    live = pausing(trusted=False)
    live.speak(2)
    assert live.decoder.passes.count((True, 16_000)) == 1
    assert live.shown == []
    assert finals_of(live) == []


def test_pause_is_not_decoded_ahead_without_partials_or_while_input_waits_or_for_a_file() -> None:
    for prepare in ("partials", "waits", "file"):
        live = pausing()
        if prepare == "partials":
            live.utterances.set_partials(False)
        live.utterances.long_window = prepare == "file"
        for at in range(0, 22_400, BLOCK):
            live.utterances.feed(sound(at, BLOCK), more_waits=prepare == "waits")
        assert (True, 16_000) not in live.decoder.passes, prepare


def test_passes_at_many_pauses_leave_half_of_the_time_free_of_them() -> None:
    live = Live(costs_s=0.6)
    live.segmenter.pauses = [(at, at + 8_000, at + 3_200) for at in range(8_000, 14 * SECOND, 8_000)]
    live.speak(14)
    early = [length for final, length in live.decoder.passes if final]
    assert 0 < len(early) * 0.6 <= 0.5 * 14 + 0.6


def test_finish_in_a_pause_takes_the_text_that_is_there() -> None:
    live = pausing()
    live.speak(1.3)
    passes = len(live.decoder.passes)
    live.utterances.finish()
    assert finals_of(live) == ["0+16000"]
    assert len(live.decoder.passes) == passes
