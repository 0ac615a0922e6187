"""Speech whose text the local words do not tell, and how long its text is waited for. Pure.

Offsets are samples of the dictation, times monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import (
    COUGH,
    DOUBTFUL,
    SENTENCE,
    Utterance,
    spoken_letters,
    text_start,
    usual_length,
)
from saywrite.speech.aiola.delivery.timings import ConnectionLog, LatencyEstimator
from saywrite.speech.aiola.delivery.words.local_speech import LocalSpeech

FARTHEST = 60 * SAMPLE_RATE
"""Samples behind which a text for speech without local words is not waited for."""

LEAST_SILENCE = SAMPLE_RATE // 5
"""Samples of silence that close a segment of the service, at least."""

SHORTEST_WAIT_S = 0.9
"""Seconds that a text for a short stretch is waited for, at least: the last answers may all have been quick ones."""

PART, MOST_LETTERS = 0.4, 3.0
"""Share of the usual letters of speech below which a text is that of a part of it, and above which of other speech."""


@dataclass(slots=True)
class UnheardSpeech:
    """A stretch of it. `voiced`: samples of voice.

    It is speech of our detector in which the local recognizer heard no word, or, if `is_covered`, words in whose
    place a text without any of them stands. A text for it may still come. `passed`: the last connection that has
    brought a text that is not of earlier sound, although it had all of this one.
    """

    start: int
    end: int
    voiced: int
    is_covered: bool = False
    passed: int = -1


class UnheardStretches:
    """The stretches of one dictation for which the service may still bring a text, in order."""

    def __init__(self, speech: LocalSpeech, silence: int, log: ConnectionLog, latency: LatencyEstimator) -> None:
        """`silence`: samples after which the service ends a segment."""
        self._speech = speech
        self._silence = silence
        self._log = log
        self._latency = latency
        self._stretches: list[UnheardSpeech] = []
        self.spoken: Sequence[Utterance] = ()
        """The newest utterances of our detector that have ended."""

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The stretches as (start, end)."""
        return [(each.start, each.end) for each in self._stretches]

    @property
    def has_sentence(self) -> bool:
        """Whether one of them is more likely speech than a noise."""
        return any(map(self._may_be_said, self._stretches))

    def add(self, ended: Iterable[Utterance], *, has_text: bool) -> None:
        """Add the utterances without local words among those that have ended without text.

        A short one is a noise, unless the dictation has no text yet (`has_text`): then it may be all that was said.
        """
        shortest = COUGH if has_text else DOUBTFUL
        self._stretches += [
            UnheardSpeech(*each.voice, each.voiced)
            for each in ended
            if each.end is not None and each.voiced >= shortest and not self._speech.within(*each.voice)
        ]

    def add_covered(self, start: int, end: int) -> None:
        """Add local words in whose place another text stands."""
        self._stretches.append(UnheardSpeech(start, end, end - start, is_covered=True))

    def find(self, text: str, before: int) -> UnheardSpeech | None:
        """The first stretch before an offset that a text may be that of."""
        most = usual_length(spoken_letters(text)) / MOST_LETTERS
        return next(
            (
                each
                for each in self._stretches
                if not each.is_covered and each.start < before and 0 < most <= each.voiced
            ),
            None,
        )

    def candidates(self, text: str, reach: tuple[int, int]) -> list[tuple[int, int]]:
        """The utterances in `reach` without text that a text may be that of, as (start, end)."""
        letters, found = usual_length(spoken_letters(text)), list[tuple[int, int]]()
        for utterance in self.spoken:
            start, end = utterance.voice
            if start < max(reach[0], self._speech.known_from) or end + LEAST_SILENCE > reach[1]:
                continue
            is_answered = any(unit.answered for unit in self._speech.within(start, end))
            if not is_answered and PART * utterance.voiced <= letters <= MOST_LETTERS * utterance.voiced:
                found.append(self._widened(start, end, text))
        return found

    def take(self, text: str, before: int) -> tuple[int, int] | None:
        """The place of a text in the first stretch that it may be that of; the rest of it still waits for one."""
        speech = self.find(text, before)
        if speech is None:
            return None
        share = usual_length(spoken_letters(text)) / speech.voiced
        start, end = speech.start, speech.end
        if share < PART:
            end = start + round((end - start) * share)
            speech.start, speech.voiced = end, round(speech.voiced * (1 - share))
        else:
            self._stretches.remove(speech)
            start, end = self._widened(start, end, text)
        return start, end

    def _widened(self, start: int, end: int, text: str) -> tuple[int, int]:
        """The place of a text, as `text_start` says, behind the words before it."""
        before = max((unit.end for unit in self._speech.units if unit.end <= start), default=self._speech.known_from)
        return text_start(start, end, spoken_letters(text), before), end

    def note_text(self, end: int) -> None:
        """A text has come on the present connection. `end`: of its place."""
        for speech in self._stretches:
            if end > speech.start and self._log.time_of(speech.end + self._silence) is not None:
                speech.passed = self._log.number

    def forget_heard(self) -> None:
        """Drop the stretches in which there are words now."""
        self._stretches = [
            each for each in self._stretches if each.is_covered or not self._speech.within(each.start, each.end)
        ]

    def wait_until(self, now: float) -> float | None:
        """Until when a text may come; None when none is expected.

        Forgets the stretches for which none came, though the service has brought another one since it had them.
        """
        alive = self._log.last_sign_of_life
        until, kept = None, list[UnheardSpeech]()
        for speech in self._stretches:
            closed_at = self._log.time_of(speech.end + self._silence)
            is_passed_over = speech.passed == self._log.number
            if is_passed_over and speech.voiced < COUGH:
                continue
            due = now if closed_at is None else closed_at + self._wait_for(speech)
            if closed_at is None or alive < due:
                until = due if until is None else max(until, due)
            else:
                has_none = is_passed_over and not self._is_beside_open_words(speech)
                if has_none or self._speech.settled - speech.end > FARTHEST:
                    continue
            kept.append(speech)
        self._stretches = kept
        return until

    def _wait_for(self, speech: UnheardSpeech) -> float:
        """Seconds that a text for it is waited for. A short one is more likely a noise, unless a fault delays it."""
        if self._may_be_said(speech):
            return self._latency.patience
        return max(1.25 * self._latency.longest + 0.3, SHORTEST_WAIT_S)

    def _may_be_said(self, speech: UnheardSpeech) -> bool:
        """Whether it is too long for a noise, or its text may have been lost with an earlier connection."""
        least = COUGH if speech.start < self._log.replayed else SENTENCE
        return speech.voiced >= least and not speech.is_covered

    def _is_beside_open_words(self, speech: UnheardSpeech) -> bool:
        """Whether the words before or behind it have no text either: one text may bring both."""
        units = self._speech.units
        behind = next((at for at, unit in enumerate(units) if unit.start >= speech.start), len(units))
        return any(not unit.answered and not unit.omitted for unit in units[max(behind - 1, 0) : behind + 1])
