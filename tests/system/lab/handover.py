"""Outages in mid-sentence while this computer listens along: how soon words go on, and what becomes of them.

Real speech is dictated through a line that is cut and restored. The words that this computer shows are those of the
partial and of the provisional stretches; words of the service are the segments.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.aiola_server.fault_proxy import FaultProxyProcess
from tests.aiola_server.hosting import ServiceProcess
from tests.aiola_server.spoken import SpokenScript, dictated
from tests.system.lab.counting import Count, count, words_of
from tests.system.lab.speaker import Speaker

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import (
    SAMPLE_RATE,
    EngineChanged,
    EngineState,
    Partial,
    ProvisionalText,
    SegmentAdded,
)

SENTENCE_S = 4.4
"""Seconds of a sentence of `dictated` with its pause, about."""

BEFORE = 2
"""Sentences before the one in which the line is cut."""


@dataclass(frozen=True)
class Handover:
    """What happened to the words of one dictation with an outage of `outage_s`.

    `words_after_s`: from the cut to the next new word on the screen. `marked_after_s`: from the cut to the first words
    that are marked as heard on this computer. `shown`: the local words on the screen when the line is restored.
    `in_order`: the segments came in the order of the sound. `left`: local words that are shown in the end.
    """

    outage_s: float
    count: Count
    pending_s: float
    words_after_s: float
    marked_after_s: float
    shown: tuple[str, ...]
    in_order: bool
    left: tuple[str, ...]


def dictate_through_outage(outage_s: float) -> Handover:
    """Dictate, cut the line in mid-sentence, restore it after `outage_s`, and stop after the last sentence."""
    script = dictated(BEFORE + 2 + round(outage_s / SENTENCE_S))
    with (
        tempfile.TemporaryDirectory(prefix="saywrite-handover-") as folder,
        ServiceProcess() as service,
        FaultProxyProcess(service.port) as line,
        Speaker(Path(folder), service.environment(line.url), aiola_listen_along="on") as speaker,
    ):
        service.know_speech(script.save(Path(folder) / "script"))
        speaker.wait_for(lambda: is_loaded(speaker), "the recognizer on this computer")
        speaker.press(script.pcm)
        speaker.wait_until_said(middle_of_sentence(script, BEFORE))
        line.refuse()
        line.reset()
        cut = time.monotonic()
        speaker.wait_until_said(middle_of_sentence(script, BEFORE) + outage_s)
        line.refuse(False)
        restored = time.monotonic()
        speaker.wait_until_said(len(script.pcm) / 2 / SAMPLE_RATE)
        finished = speaker.let_go()
        segments = [event.segment for _at, event in speaker.all(SegmentAdded) if isinstance(event, SegmentAdded)]
        return Handover(
            outage_s,
            count(words_of(script.text), words_of(finished.text)),
            finished.pending / SAMPLE_RATE,
            _words_after(speaker, cut),
            _marked_after(speaker, cut),
            tuple(words_of(shown_at(speaker, restored))),
            all(one.start <= other.start for one, other in pairwise(segments)),
            tuple(words_of(shown_at(speaker, time.monotonic()))),
        )


def middle_of_sentence(script: SpokenScript, number: int) -> float:
    """When the middle word of a sentence ends, in seconds of the sound; sentences count from 0."""
    sentences: list[list[int]] = [[]]
    for word in script.words:
        sentences[-1].append(word.end)
        if word.text.endswith("."):
            sentences.append([])
    return sentences[number][len(sentences[number]) // 2] / SAMPLE_RATE


def is_loaded(speaker: Speaker) -> bool:
    events = [event for _at, event in speaker.all(EngineChanged) if isinstance(event, EngineChanged)]
    return any(event.engine == LOCAL and event.state is EngineState.READY for event in events)


def shown_at(speaker: Speaker, until: float) -> str:
    """The words of this computer on the screen at a monotonic time: as many as the last events show."""
    stretches, partial = "", ""
    for at, event in list(speaker.told):
        if at > until:
            break
        if isinstance(event, ProvisionalText):
            stretches, partial = " ".join(each.text for each in event.stretches), ""
        elif isinstance(event, Partial):
            partial = event.text
        elif isinstance(event, SegmentAdded):
            partial = ""
    return f"{stretches} {partial}"


def _words_after(speaker: Speaker, cut: float) -> float:
    """Seconds from the cut to the first event with more words than were shown at the cut."""
    before = len(words_of(shown_at(speaker, cut)))
    for at, event in speaker.told:
        if at > cut and isinstance(event, Partial | ProvisionalText):
            now = len(words_of(shown_at(speaker, at)))
            if now > before:
                return at - cut
            before = min(before, now)  # a text of the service has taken words away
    return float("inf")


def _marked_after(speaker: Speaker, cut: float) -> float:
    marked = [
        at
        for at, event in speaker.all(ProvisionalText)
        if at > cut and isinstance(event, ProvisionalText) and event.away and event.stretches
    ]
    return marked[0] - cut if marked else float("inf")
