"""The `--events` lines: each event of a dictation as one JSON object (a contract of the README). Pure."""

from __future__ import annotations

from typing import Any

from saywrite.foundation.events import (
    ConnectionChanged,
    Failed,
    Final,
    Finished,
    FrontEndEvent,
    Gap,
    Partial,
    ProgressChanged,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    SourceChanged,
    Started,
    StateChanged,
    Structured,
    seconds,
)
from saywrite.foundation.messages import Message, encoded


def describe(event: FrontEndEvent | Final, now: float) -> dict[str, Any] | None:
    """The line for `event`, None for events the contract does not name. `now`: monotonic seconds."""
    fields = _fields(event)
    if fields is None:
        return None
    at = event.at if isinstance(event, Started) else now
    return stamped(fields, at)


def stamped(fields: dict[str, Any], at: float) -> dict[str, Any]:
    """The fields of a line with its time, in monotonic seconds, behind the name of the event."""
    return {"event": fields["event"], "t": round(at, 6), **fields}


def _fields(event: FrontEndEvent | Final) -> dict[str, Any] | None:
    match event:
        case Started():
            return {
                "event": "started",
                "dictation": event.dictation,
                "engine": event.engine,
                "language": event.language,
                "source": event.source,
            }
        case StateChanged(state=state):
            return {"event": "state", "state": str(state)}
        case Partial(text=text):
            return {"event": "partial", "text": text}
        case SegmentAdded(segment=segment):
            return {
                "event": "final",
                "text": segment.text,
                "raw": segment.raw,
                "start": _s(segment.start),
                "end": _s(segment.end),
                "segment": segment.number,
                **({"engine": segment.engine} if segment.engine else {}),
            }
        case SegmentsRemoved(numbers=numbers):
            return {"event": "removed", "segments": list(numbers)}
        case SegmentTranslated(number=number, text=text):
            return {"event": "translation", "text": text, "segment": number}
        case Structured(results=results):
            return {"event": "structured", "results": dict(results)}
        case _:
            return _status_fields(event)


def _status_fields(event: FrontEndEvent | Final) -> dict[str, Any] | None:
    match event:
        case ConnectionChanged():
            known = {"rtt_ms": event.rtt_ms, "reason": event.reason or None, "retry_in_s": event.retry_in_s}
            return {
                "event": "connection",
                "state": event.state,
                **{k: v for k, v in known.items() if v is not None},
            }
        case ProgressChanged(heard=heard, sent=sent, confirmed=confirmed):
            return {
                "event": "progress",
                "heard_s": _s(heard),
                "sent_s": _s(sent),
                "confirmed_s": _s(confirmed),
            }
        case Gap(at=at, length=length, cause=cause):
            return {"event": "gap", "at_s": _s(at), "length_s": _s(length), "cause": cause}
        case Failed(what=what, remedy=remedy, fatal=fatal):
            return describe_problem(what, remedy, fatal=fatal)
        case SourceChanged(device=device, note=note):
            return {"event": "source", "device": device, "note": note}
        case Finished():
            return {
                "event": "finished",
                "heard_s": _s(event.heard),
                "confirmed_s": _s(event.confirmed),
                "pending_s": _s(event.pending),
                "duration_s": round(event.duration_s, 3),
                "text": event.text,
            }
        case _:
            return None


def describe_problem(what: str, remedy: str, *, fatal: bool) -> dict[str, Any]:
    """The fields of an `error`.

    `message` has the templates and values of its words, for a program that translates them.
    """
    fields: dict[str, Any] = {"event": "error", "what": what, "remedy": remedy, "fatal": fatal}
    if isinstance(what, Message) or isinstance(remedy, Message):
        fields["message"] = {"what": encoded(what), "remedy": encoded(remedy)}
    return fields


def _s(samples: int) -> float:
    return round(seconds(samples), 4)
