"""Collects the utterances of one dictation in the worker, decodes them, and reports progress.

Main thread of the worker only. A partial is a whole pass over the open utterance, so its time is limited: at most half
of the elapsed time goes into partials (`DUTY`), none while input waits, none beyond `LONGEST_PARTIAL`.

At a pause, as soon as the sound of a final is complete, the pass is decoded like a final. If the utterance ends there,
the text is ready when the pause has lasted long enough (0.5 s); if the voice continues, it was a partial.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from saywrite.foundation.catalog import EN
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE, seconds
from saywrite.speech.engine import UtteranceBoundary, UtteranceSegmenter
from saywrite.speech.local.agreement import Agreement

if TYPE_CHECKING:
    from saywrite.speech.local.decoder.whisper import Decoding

PARTIAL_EVERY = SAMPLE_RATE * 7 // 10
"""Samples of new sound between two partials, at least."""

LONGEST_PARTIAL = 15 * SAMPLE_RATE
"""Samples of an utterance after which no partial is decoded: a pass takes too long to be of use."""

DUTY = 0.5
"""The share of the elapsed time that may go into partials."""

SLOW_PASS_S = 3.0
SLOW_DUTY = 0.1
"""A pass that takes more than the first number of seconds comes too late to be read, and delays the final when the
dictation ends meanwhile: such passes get the second share of the time.
"""

PAUSE_SOON = SAMPLE_RATE // 10
"""No partial is begun when the sound of a final will be complete within this many samples: its pass comes next."""

NO_PLACES: Mapping[str, Any] = MappingProxyType({})

MIN_VOICE = SAMPLE_RATE * 15 // 100
"""Utterances with less voice than this (0.15 s: a click, a door) give no text."""


Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class _PauseText:
    """What was decoded at a pause: the text of the open utterance if it ends at the sample offset `end`."""

    end: int
    decoded: Decoding


class UtteranceDecoder(Protocol):
    """The methods of `WhisperDecoder` that `Utterances` calls."""

    def decode(
        self, pcm: bytes, *, language: str, keywords: Sequence[str], final: bool, long_window: bool
    ) -> Decoding: ...

    def heard_language(self) -> tuple[str, float] | None: ...


class PartialBudget:
    """Decides when the next pass over an open utterance may begin.

    The cost of a pass is its time, or its processor time where more than one thread computes.
    """

    def __init__(self, clock: Callable[[], float], cpu: Callable[[], float]) -> None:
        self._clock = clock
        self._cpu = cpu
        self._not_before = clock()

    def allows(self) -> bool:
        return self._clock() >= self._not_before

    def spend(self, decode: Callable[[], Decoding]) -> Decoding:
        """Run a pass, and postpone the next one by what this one has cost."""
        began, cpu = self._clock(), self._cpu()
        decoded = decode()
        now = self._clock()
        cost = max(now - began, self._cpu() - cpu)
        self._not_before = began + cost / (DUTY if cost <= SLOW_PASS_S else SLOW_DUTY)
        return decoded


class Utterances:
    """One dictation, or the rest of one after a restart."""

    def __init__(
        self,
        number: int,
        start: int,
        decoder: UtteranceDecoder,
        segmenter: UtteranceSegmenter,
        send: Send,
        *,
        clock: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        self.number = number
        self.language = EN
        self.keywords: tuple[str, ...] = ()
        self.long_window = False
        self.word_times = False
        """Whether each text comes with the places of its words."""
        self.while_decoding: Callable[[dict[str, Any], float], AbstractContextManager[None]] = self._report_once
        self._decoder = decoder
        self._segmenter = segmenter
        self._send = send
        self._budget = PartialBudget(clock, cpu)
        self._pause_budget = PartialBudget(clock, cpu)
        self._partials = True
        self._kept = bytearray()
        self._kept_from = start
        self._end = start
        self._opened: int | None = None
        self._hints: tuple[str, ...] = ()
        self._looked_at = 0
        self._partial = ""
        self._agreement = Agreement()
        self._at_pause: _PauseText | None = None
        self._language_due = False
        self._ending = False

    def set_partials(self, wanted: bool) -> None:
        """Whether words are shown while they are spoken."""
        self._partials = wanted

    def feed(self, pcm: bytes, *, more_waits: bool = False) -> None:
        """The next sound. `more_waits`: input is queued behind it, so nothing may be decoded that can be left out."""
        self._kept += pcm
        self._end += len(pcm) // BYTES_PER_SAMPLE
        self._follow(self._segmenter.process(pcm))
        self._forget(self._segmenter.settled)
        self._report(self._segmenter.settled)
        if self._opened is not None and self._partials and not more_waits:
            self._look(self._opened)

    def finish(self) -> None:
        """Decode the last utterance, because the sound has ended; `report_language` may follow."""
        self._ending = True
        self._follow(self._segmenter.flush())
        self._report(self._end)

    def _follow(self, boundaries: Sequence[UtteranceBoundary]) -> None:
        for boundary in boundaries:
            if boundary.starts:
                self._open(boundary.at)
            else:
                self._close(boundary.at, boundary.voiced)

    def _open(self, at: int) -> None:
        self._opened = self._looked_at = at
        self._hints = self.keywords
        self._partial = ""
        self._agreement = Agreement()
        self._at_pause = None

    def _close(self, at: int, voiced: int) -> None:
        opened, self._opened = self._opened, None
        final = self._final(opened, at) if opened is not None and voiced >= MIN_VOICE else None
        if opened is not None and final is not None and final.text and final.trusted:
            message = {"kind": "final", "session": self.number, "text": final.text, "start": opened, "end": at}
            self._send(message | self._places(final, opened))
        elif self._partial:
            self._show("", 0)
        if final is not None and final.text:
            # Also of a text that is not trusted: what is spoken in another language is often rejected.
            self._language_due = True
            if self.long_window or not self._ending:  # nobody waits for the last text of a file
                self.report_language()
        self._report(at)

    def report_language(self) -> None:
        """Report in which language the last utterance was spoken, once; its text does not wait for it."""
        due, self._language_due = self._language_due, False
        if due and (heard := self._decoder.heard_language()) is not None:
            self._send({"kind": "language", "session": self.number, "language": heard[0], "probability": heard[1]})

    def _final(self, start: int, end: int) -> Decoding:
        if self._at_pause is not None and self._at_pause.end == end:
            return self._at_pause.decoded
        return self._decode(start, end, final=True)

    def _places(self, decoded: Decoding, start: int) -> dict[str, Any]:
        """The words of an utterance that begins at `start`, with their sample offsets, where they are wanted."""
        if not self.word_times:
            return {}
        return {
            "words": [
                [word.text, start + round(word.start_s * SAMPLE_RATE), start + round(word.end_s * SAMPLE_RATE)]
                for word in decoded.words
            ]
        }

    def _look(self, opened: int) -> None:
        """Decode the open utterance, if enough new sound has come and the budget allows a pass."""
        end = self._segmenter.likely_end
        if not self.long_window and end is not None and end <= self._end + PAUSE_SOON:
            if end <= self._end:
                self._look_at_pause(opened, end)
            return
        length = self._end - opened
        if self._end - self._looked_at < PARTIAL_EVERY or length > LONGEST_PARTIAL or not self._budget.allows():
            return
        self._looked_at = self._end
        self._show_pass(opened, self._budget.spend(lambda: self._decode(opened, self._end, final=False)))

    def _look_at_pause(self, opened: int, end: int) -> None:
        """Decode what will be the final if no more voice comes, once for each pause."""
        if (self._at_pause is not None and self._at_pause.end == end) or not self._pause_budget.allows():
            return
        self._looked_at = self._end
        decoded = self._pause_budget.spend(
            lambda: self._budget.spend(lambda: self._decode(opened, end, final=True)),
        )
        self._at_pause = _PauseText(end, decoded)
        self._show_pass(opened, decoded)

    def _decode(self, start: int, end: int, *, final: bool) -> Decoding:
        with self.while_decoding(self._progress(start), seconds(end - start)):
            return self._decoder.decode(
                self._sound(start, end),
                language=self.language,
                keywords=self._hints,
                final=final,
                long_window=final and self.long_window,
            )

    def _show_pass(self, opened: int, decoded: Decoding) -> None:
        if decoded.trusted and decoded.text:
            self._show(decoded.text, self._agreement.compare(decoded.text), self._places(decoded, opened))

    def _show(self, text: str, agreed: int, places: Mapping[str, Any] = NO_PLACES) -> None:
        self._partial = text
        self._send({"kind": "partial", "session": self.number, "text": text, "agreed": agreed, **places})

    def _sound(self, start: int, end: int) -> bytes:
        first, last = ((offset - self._kept_from) * BYTES_PER_SAMPLE for offset in (start, end))
        return bytes(self._kept[first:last])

    def _forget(self, before: int) -> None:
        if before > self._kept_from:
            del self._kept[: (before - self._kept_from) * BYTES_PER_SAMPLE]
            self._kept_from = before

    def _progress(self, confirmed: int) -> dict[str, Any]:
        return {
            "kind": "progress",
            "session": self.number,
            "sent": self._end,
            "confirmed": min(confirmed, self._end),
        }

    def _report(self, confirmed: int) -> None:
        self._send(self._progress(confirmed))

    def _report_once(self, message: dict[str, Any], audio_s: float) -> AbstractContextManager[None]:
        self._send(message)
        return nullcontext()
