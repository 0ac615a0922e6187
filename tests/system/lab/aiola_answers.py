"""Every way in which a service may answer, as rows: real speech is dictated through each, and its words are counted.

The network has no fault here; `aiola_faults` has those. Each row runs with the local recognizer listening along, or
without a local model.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.aiola_server.hosting import ServiceProcess
from tests.aiola_server.script import Script
from tests.aiola_server.spoken import COUGH, SENTENCES, SpokenScript, joined
from tests.system.lab.counting import count, words_of
from tests.system.lab.speaker import Speaker

from saywrite.foundation.events import SAMPLE_RATE, Finished, Segment, SegmentAdded, SegmentsRemoved
from saywrite.speech.engine import VoiceSettings

FOUR = SENTENCES[:4]
LIMIT_S = 90.0
MODEL_S = 3.0
"""Seconds of the room before the first word, in which the local model is loaded."""


@dataclass(frozen=True)
class AnswerRow:
    """`script`: values of the service's `Script`. `parts`, `pause_s`: what is said, see `spoken.joined`.

    `tail_s`: sound behind the last word until the end of the dictation. `swallow`: (from, for) seconds in which the
    service loses the sound. `reset_s`: when the connection is reset.
    """

    name: str
    script: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = FOUR
    pause_s: float = 0.7
    tail_s: float = 0.7
    swallow: tuple[float, float] | None = None
    reset_s: float | None = None


ROWS = (
    AnswerRow("as asked"),
    *(AnswerRow(f"minimum silence {ms} ms", {"min_silence_ms": ms}, pause_s=0.4) for ms in (200, 250)),
    *(AnswerRow(f"minimum silence {ms} ms", {"min_silence_ms": ms}) for ms in (800, 1200)),
    *(
        AnswerRow(f"finer cuts, answers {s:g} s late", {"min_silence_ms": 250, "delay_s": s}, pause_s=0.4, tail_s=tail)
        for s, tail in ((1.0, 0.1), (1.6, 0.1), (2.5, 0.7), (5.0, 0.7))
    ),
    *(
        AnswerRow(
            f"two sentences, finer cuts, answers {s:g} s late, {tail:g} s behind",
            {"min_silence_ms": 250, "delay_s": s},
            parts=("The weather is nice.", "We are going home now."),
            pause_s=0.4,
            tail_s=tail,
        )
        for s, tail in ((1.3, 0.1), (2.5, 0.1), (2.5, 0.7))
    ),
    AnswerRow("longest segment 2 s, answers 1.5 s late", {"max_segment_ms": 2000, "delay_s": 1.5}),
    AnswerRow("answers 10 s late", {"delay_s": 10.0}),
    AnswerRow("jitter of 6 s", {"jitter_s": 6.0}),
    AnswerRow("out of order", {"jitter_s": 3.0, "out_of_order": True}),
    AnswerRow("split in two messages", {"split": True, "delay_s": 1.0}),
    *(AnswerRow(f"merged {n}", {"merge": n}) for n in (2, 3, 5)),
    AnswerRow("a cough at the start", parts=(COUGH, *FOUR)),
    AnswerRow("a cough in the middle", parts=(*FOUR[:2], COUGH, *FOUR[2:])),
    AnswerRow("a cough at the end", parts=(*FOUR, COUGH)),
    AnswerRow("empty text for a cough", {"blank": ""}, parts=(*FOUR[:2], COUGH, *FOUR[2:])),
    AnswerRow("white space before each text", {"white_space": True}),
    AnswerRow("every third answer dropped", {"drop_every": 3}),
    AnswerRow("sound swallowed for 4 s", swallow=(5.0, 4.0)),
    AnswerRow("no pongs", {"pongs": False}),
    AnswerRow("interim results", {"interim_s": 0.5}),
    AnswerRow("texts with their place", {"places": True}),
    AnswerRow("repeated phrases", parts=("no no no", "no no no", FOUR[0], "no no no")),
    AnswerRow("finer cuts, late, reset", {"min_silence_ms": 250, "delay_s": 1.5}, pause_s=0.4, reset_s=9.0),
    AnswerRow("a cough and a reset", parts=(FOUR[0], COUGH, *FOUR[1:]), reset_s=12.0),
)


@dataclass(frozen=True)
class AnswerResult:
    """`silent`: words lost although the dictation is called complete and no problem was reported.

    `end_s`: from the release, or the service's last answer if that is later, to the end; after a cough at the end, an
    answer counts that the service could still have given. `place_s`: the largest error of a segment's start or end.
    `pending_s`: sound that is kept without text.
    """

    row: str
    listens_along: bool
    seed: int
    words: int = 0
    lost: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    disordered: tuple[str, ...] = ()
    silent: int = 0
    end_s: float = 0.0
    place_s: float = 0.0
    pending_s: float = 0.0
    reported: tuple[str, ...] = ()
    problem: str = ""


def run_answer_row(row: AnswerRow, seed: int, *, listens_along: bool) -> AnswerResult:
    """One dictation. What it does wrong is in the result; nothing is raised for it."""
    try:
        with tempfile.TemporaryDirectory(prefix="saywrite-answers-") as folder:
            return _dictated(row, seed, Path(folder), listens_along)
    except (AssertionError, OSError) as problem:
        return AnswerResult(row.name, listens_along, seed, problem=f"{type(problem).__name__}: {problem}"[:2000])


def run_answers(
    rows: Iterable[AnswerRow], seeds: Iterable[int], *, listens_along: bool, at_once: int
) -> Iterator[AnswerResult]:
    """Every row with every seed, `at_once` side by side in processes of their own."""
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_run_named, row.name, seed, listens_along) for row in rows for seed in seeds]
        for job in jobs:
            yield job.result()


def _run_named(name: str, seed: int, listens_along: bool) -> AnswerResult:
    row = next(row for row in ROWS if row.name == name)
    return run_answer_row(row, seed, listens_along=listens_along)


def _dictated(row: AnswerRow, seed: int, folder: Path, listens_along: bool) -> AnswerResult:
    lead_s = MODEL_S if listens_along else 1.0
    pauses = [row.pause_s] * (len(row.parts) - 1) + [row.tail_s]
    script = joined(row.parts, pause_s=pauses, lead_s=lead_s, seed=seed)
    along = "on" if listens_along else "off"
    with ServiceProcess() as service:
        service.know_speech(script.save(folder / "script"))
        service.set(**row.script)
        with Speaker(folder, service.environment(), aiola_listen_along=along) as speaker:
            speaker.press(script.pcm)
            _disturb(row, service, speaker, lead_s - 1.0)
            speaker.wait_until_said(len(script.pcm) / 2 / SAMPLE_RATE)
            released = time.monotonic()
            finished = speaker.let_go(LIMIT_S)
            ended = time.monotonic()
            answers = [answer.sent for stream in service.records().streams for answer in stream.answers]
            if row.parts[-1] == COUGH:
                answers.append(released - row.tail_s + _answer_time_s(row))
            return _counted(
                AnswerResult(row.name, listens_along, seed, end_s=ended - max([released, *answers])),
                script,
                finished,
                speaker,
            )


def _answer_time_s(row: AnswerRow) -> float:
    """Seconds from the end of a sound to the service's answer."""
    answering = Script(**row.script)
    return (answering.min_silence_ms or VoiceSettings().min_silence_ms) / 1000 + answering.delay_s


def _disturb(row: AnswerRow, service: ServiceProcess, speaker: Speaker, later_s: float) -> None:
    if row.swallow is not None:
        speaker.wait_until_said(row.swallow[0] + later_s)
        service.swallow(row.swallow[1])
    if row.reset_s is not None:
        speaker.wait_until_said(row.reset_s + later_s)
        service.reset()


def _counted(result: AnswerResult, script: SpokenScript, finished: Finished, speaker: Speaker) -> AnswerResult:
    said = words_of(script.text)
    found = count(said, words_of(finished.text))
    reported = speaker.problems
    is_called_complete = not finished.pending and not reported
    return AnswerResult(
        result.row,
        result.listens_along,
        result.seed,
        words=len(said),
        lost=found.lost,
        twice=found.twice,
        disordered=found.disordered,
        silent=len(found.lost) if is_called_complete else 0,
        end_s=result.end_s,
        place_s=place_error(script, _segments(speaker)),
        pending_s=finished.pending / SAMPLE_RATE,
        reported=reported,
    )


def _segments(speaker: Speaker) -> list[Segment]:
    """The transcript as the last events left it."""
    segments: dict[int, Segment] = {}
    for _at, event in speaker.told:
        if isinstance(event, SegmentAdded):
            segments[event.segment.number] = event.segment
        elif isinstance(event, SegmentsRemoved):
            for number in event.numbers:
                segments.pop(number, None)
    return [segments[number] for number in sorted(segments)]


def place_error(script: SpokenScript, segments: list[Segment]) -> float:
    """The largest distance of a segment's start or end from its first or last word, in seconds."""
    written = [(word, index) for index, segment in enumerate(segments) for word in words_of(segment.text)]
    said = [(word, place) for place in script.words for word in words_of(place.text)]
    matcher = SequenceMatcher(None, [word for word, _ in said], [word for word, _ in written], autojunk=False)
    places: dict[int, list[tuple[int, int]]] = {}
    for block in matcher.get_matching_blocks():
        for n in range(block.size):
            place = said[block.a + n][1]
            places.setdefault(written[block.b + n][1], []).append((place.start, place.end))
    errors = [0.0]
    for index, found in places.items():
        if len(found) < len(words_of(segments[index].text)):
            continue  # its first or last word is not one of the script
        errors += [abs(segments[index].start - found[0][0]), abs(segments[index].end - found[-1][1])]
    return max(errors) / SAMPLE_RATE
