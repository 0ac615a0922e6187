"""`saywrite doctor --self-test`: a bundled recording through the pipeline, with journal and keywords."""

from __future__ import annotations

import json
import re
from pathlib import Path

from saywrite.cli.batch import BuildDictation
from saywrite.cli.doctor.report import Check
from saywrite.foundation.events import (
    EngineChanged,
    EngineState,
    Failed,
    Finished,
    FrontEndEvent,
    SegmentAdded,
    seconds,
)
from saywrite.foundation.paths import resource

RECORDING = "sounds/selftest.flac"
EXPECTED = "sounds/selftest.json"


def run_self_test(build: BuildDictation) -> Check:
    """Transcribe the bundled recording; the check passes when every expected word was recognized."""
    heard: list[str] = []
    problems: list[str] = []
    finished: list[Finished] = []

    def tell(event: FrontEndEvent) -> None:
        match event:
            case SegmentAdded(segment=segment):
                heard.append(segment.text)
            case Failed():
                problems.append(f"{event.what} {event.remedy}".strip())
            case EngineChanged(state=EngineState.UNAVAILABLE):
                problems.append(f"{event.reason} {event.remedy}".strip())
            case Finished():
                finished.append(event)
                dictation.quit()

    recording = resource(RECORDING)
    if not recording.is_file():
        return Check("self-test", False, f"{recording} is missing.", "Install Saywrite again.")
    dictation = build(tell)
    dictation.transcribe_file(recording)
    dictation.run()
    return _verdict(" ".join(heard), _expected(resource(EXPECTED)), problems, finished)


def _expected(path: Path) -> tuple[frozenset[str], ...]:
    """The expected words, each with its accepted spellings: a recognizer may write "one" or "1"."""
    words: list[list[str]] = json.loads(path.read_text("utf-8"))["words"]
    return tuple(frozenset(spellings) for spellings in words)


def _verdict(text: str, expected: tuple[frozenset[str], ...], problems: list[str], finished: list[Finished]) -> Check:
    if problems:
        return Check("self-test", False, problems[0], "")
    said = set(re.findall(r"\w+", text.casefold()))
    missed = [spellings for spellings in expected if not spellings & said]
    if missed or not finished:
        return Check(
            "self-test",
            False,
            f"{len(expected) - len(missed)} of {len(expected)} expected words were heard.",
            "Install Saywrite again; if it stays so, send the output of `saywrite doctor -v --self-test`.",
        )
    done = finished[0]
    return Check(
        "self-test",
        True,
        f"{seconds(done.heard):.1f} s of speech became text in {done.duration_s:.1f} s, "
        f"all {len(expected)} expected words among it.",
    )
