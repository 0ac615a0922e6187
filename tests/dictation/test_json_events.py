"""The lines of --events, word for word as the contract names them (design 9)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from saywrite.cli.json_events import describe
from saywrite.foundation.events import (
    ConnectionChanged,
    EngineChanged,
    EngineState,
    Failed,
    Finished,
    Gap,
    IncompleteRecordingsFound,
    Partial,
    ProgressChanged,
    Segment,
    SegmentAdded,
    SegmentTranslated,
    SourceChanged,
    Started,
    State,
    StateChanged,
    Structured,
)

CONTRACT = [
    (
        Started("d1", "local", "en", "microphone", 12.5, datetime(2026, 11, 22, tzinfo=UTC)),
        {
            "event": "started",
            "t": 12.5,
            "dictation": "d1",
            "engine": "local",
            "language": "en",
            "source": "microphone",
        },
    ),
    (StateChanged("d1", State.LISTENING), {"event": "state", "t": 99.0, "state": "listening"}),
    (
        ConnectionChanged("d1", "lost", reason="reset", retry_in_s=0.5),
        {"event": "connection", "t": 99.0, "state": "lost", "reason": "reset", "retry_in_s": 0.5},
    ),
    (Partial("d1", "hel"), {"event": "partial", "t": 99.0, "text": "hel"}),
    (
        SegmentAdded("d1", Segment(3, "Hello.", "hello", 8_000, 24_000)),
        {"event": "final", "t": 99.0, "text": "Hello.", "raw": "hello", "start": 0.5, "end": 1.5, "segment": 3},
    ),
    (
        SegmentAdded("d1", Segment(4, "Hi.", "hi", 0, 16_000, engine="local")),
        {
            "event": "final",
            "t": 99.0,
            "text": "Hi.",
            "raw": "hi",
            "start": 0.0,
            "end": 1.0,
            "segment": 4,
            "engine": "local",
        },
    ),
    (SegmentTranslated("d1", 3, "Hallo"), {"event": "translation", "t": 99.0, "text": "Hallo", "segment": 3}),
    (Structured("d1", {"a": 1}), {"event": "structured", "t": 99.0, "results": {"a": 1}}),
    (
        ProgressChanged("d1", 32_000, 16_000, 8_000),
        {"event": "progress", "t": 99.0, "heard_s": 2.0, "sent_s": 1.0, "confirmed_s": 0.5},
    ),
    (
        Gap("d1", 16_000, 8_000, "unplugged"),
        {"event": "gap", "t": 99.0, "at_s": 1.0, "length_s": 0.5, "cause": "unplugged"},
    ),
    (
        SourceChanged("d1", "Headset", "It is back."),
        {"event": "source", "t": 99.0, "device": "Headset", "note": "It is back."},
    ),
    (
        Failed("d1", "It broke.", "Mend it.", fatal=True),
        {"event": "error", "t": 99.0, "what": "It broke.", "remedy": "Mend it.", "fatal": True},
    ),
    (
        Finished("d1", 32_000, 16_000, 16_000, 2.5, "Hello."),
        {
            "event": "finished",
            "t": 99.0,
            "heard_s": 2.0,
            "confirmed_s": 1.0,
            "pending_s": 1.0,
            "duration_s": 2.5,
            "text": "Hello.",
        },
    ),
]


@pytest.mark.parametrize(("event", "line"), CONTRACT, ids=[line["event"] for _, line in CONTRACT])
def test_each_event_has_its_line(event: object, line: dict[str, object]) -> None:
    assert describe(event, 99.0) == line
    assert json.loads(json.dumps(line)) == line


@pytest.mark.parametrize("event", [EngineChanged("local", EngineState.READY), IncompleteRecordingsFound(())])
def test_what_the_contract_does_not_name_has_none(event: object) -> None:
    assert describe(event, 99.0) is None
