"""What is known of a dictation besides its text, as lines of a table. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from saywrite.events import Gauge, Traffic, seconds
from saywrite.history.store import Dictated
from saywrite.text.export import words
from saywrite.ui.choosers import Choices
from saywrite.ui.latency_words import latency_in_words
from saywrite.ui.wording import clock, count, length

STAYED_HERE = "Nowhere: nothing left this computer"
GAPS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Live:
    """What was told of a dictation and is not in the history yet."""

    gauge: Gauge | None = None
    traffic: Mapping[str, Traffic] | None = None


def facts(dictated: Dictated, choices: Choices, live: Live | None = None) -> list[tuple[str, str]]:
    """Labels and what stands beside them."""
    live = live or Live()
    summary, gauge = dictated.summary, live.gauge
    heard = max(summary.heard, gauge.heard if gauge else 0)
    pending = summary.pending if summary.finished or gauge is None else gauge.heard - gauge.confirmed
    traffic = {each.host: each for each in dictated.traffic} | dict(live.traffic or {})
    file = summary.source if summary.source != "microphone" else ""
    speed = latency_in_words(dictated.timed.latency) if dictated.timed else ""
    lines = [
        ("Began", f"{summary.began:%Y-%m-%d %H:%M:%S}"),
        ("Source", PurePath(file.replace("\\", "/")).name if file else "Microphone"),
        ("Engine", _engines(dictated, choices)),
        ("Language", choices.language(summary.language)),
        ("Recorded", length(seconds(heard))),
        ("Text", _text(dictated)),
        ("Without text yet", length(seconds(pending)) if pending > 0 else "Nothing"),
        ("Missing sound", _gaps(dictated)),
        ("Sent to", ", ".join(sorted(traffic)) or STAYED_HERE),
        ("Bytes sent", bytes_in_words(sum(each.sent for each in traffic.values()))),
        ("Bytes received", bytes_in_words(sum(each.received for each in traffic.values()))),
        ("Speed", speed),
    ]
    return [line for line in lines if line[1]]


def results_in_words(dictated: Dictated) -> str:
    """The structured results as indented JSON, one below the other; "" when there are none."""
    return "\n\n".join(json.dumps(dict(each), ensure_ascii=False, indent=2) for each in dictated.structured)


def as_text(lines: Iterable[tuple[str, str]], results: str) -> str:
    """For the clipboard."""
    table = "\n".join(f"{label}: {value}" for label, value in lines)
    return f"{table}\n\n{results}".rstrip() + "\n"


def bytes_in_words(number: int) -> str:
    """0 bytes, 4,321 bytes, 1,234,567 bytes (1.2 MB)."""
    exact = count(number, "byte")
    return exact if number < 1_000_000 else f"{exact} ({number / 1_000_000:.1f} MB)"


def _engines(dictated: Dictated, choices: Choices) -> str:
    own = choices.engine_label(dictated.summary.engine)
    others: dict[str, int] = {}
    for segment in dictated.segments:
        if segment.engine:
            others[segment.engine] = others.get(segment.engine, 0) + 1
    parts = [f"{choices.engine_label(name)} for {count(times, 'segment')}" for name, times in others.items()]
    return ", ".join([own, *parts])


def _text(dictated: Dictated) -> str:
    number = sum(words(segment.text) for segment in dictated.segments)
    return f"{count(number, 'word')} in {count(len(dictated.segments), 'segment')}"


def _gaps(dictated: Dictated) -> str:
    gaps = dictated.gaps
    lines = [f"{length(seconds(gap.length))} at {clock(seconds(gap.at))}: {gap.cause}" for gap in gaps[:GAPS_SHOWN]]
    if len(gaps) > GAPS_SHOWN:
        rest = sum(gap.length for gap in gaps[GAPS_SHOWN:])
        lines.append(f"{length(seconds(rest))} in {count(len(gaps) - GAPS_SHOWN, 'more place')}")
    return "\n".join(lines) or "Nothing"
