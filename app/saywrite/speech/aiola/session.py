"""Delivery: which of a dictation's sound has its text, which must be sent (again), and when all is said. Pure.

The service gives texts without times: one transcript for each stretch of speech it finds, in their order. We find the
utterances too (`audio.voice`), and know from the pongs what the service had received when. From that:

- A transcript answers the oldest utterance without text. If the service cannot have heard that one's end yet, it is the
  text of its first part.
- What the service passed over in silence (a cough) counts as answered once later sound was answered and its own answer
  is long overdue on a sound line.
- After a lost line everything from the first utterance without text is sent again; `overlap` takes out the words that
  come twice, looking only at texts that may have come from that sound.

When in doubt a word comes twice rather than not at all. Offsets are samples of the dictation, times monotonic seconds
given by the caller. No I/O, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from saywrite.events import SAMPLE_RATE
from saywrite.speech.aiola.overlap import Repeats
from saywrite.speech.aiola.receipts import Delays, Receipts
from saywrite.speech.recognizer import VoiceSettings
from saywrite.speech.segmenter import Boundary

LEAD_IN = SAMPLE_RATE // 5
"""Samples before an utterance that are sent again with it; its own start lies 0.3 s before the voice already."""

TRAIL = SAMPLE_RATE // 5
"""How far behind the last voice an utterance of ours ends (`audio.voice`, `trail_ms`)."""

SLACK = SAMPLE_RATE * 6 // 10
"""How much earlier than by our reckoning the service may close an utterance: its detector lets go of a voice up to
0.3 s before ours, and a pong tells of what was sent up to 0.3 s ago."""

DOUBTFUL = SAMPLE_RATE * 15 // 100
"""Samples of voice below which an utterance is more likely a click or a door."""

QUIET_S = 3.0
"""Seconds after which sound without speech of ours, received by the service, is not expected to become text."""

EARLY = 0.7
"""The share of the shortest delay seen that an answer may take at the least."""

HURRIED_S = 0.75
"""How many seconds faster than it was spoken an utterance was sent when its times tell little."""

HOLD_S = 1.0
"""Seconds to wait behind the text of such an utterance for another: the service may have cut finer than we did."""

STUCK_S = 8.0
"""Seconds an utterance waits for its text on a line that is otherwise well before another line is tried."""

REMEMBERED = 8
"""Transcripts that are kept although their sound is not sent again, for the case that it is after all."""

RECHECK = 20 * SAMPLE_RATE
"""Samples that are sent again at most to find out whether the service had nothing to say or did not answer."""


class Verdict(Enum):
    """Whether a dictation whose sound is complete is over."""

    WAIT = auto()
    COMPLETE = auto()
    INCOMPLETE = auto()
    ASK_AGAIN = auto()
    """Nothing came for the last utterance: connect anew, so that it is heard again beside one that has text."""


@dataclass(frozen=True, slots=True)
class Text:
    """A transcript with its place in the sound."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class _Utterance:
    start: int
    end: int | None = None
    doubtful: bool = False
    closed_at: float | None = None
    """When the service had received what closes it, on this connection."""
    had: int = 0
    """The newest sound that a text for it can have come from."""


@dataclass(frozen=True, slots=True)
class _Held:
    """An utterance whose answer may have been only that of its first part: it is not confirmed before `until`."""

    utterance: _Utterance
    before: int
    until: float


@dataclass(frozen=True, slots=True)
class _Told:
    """A transcript that came, and up to where the sound may lie that it came from."""

    text: str
    start: int
    until: int
    latest: int
    """The newest sound the service had: what it came from cannot lie behind this."""


class Session:
    """One dictation's delivery over any number of connections."""

    def __init__(self, voice: VoiceSettings) -> None:
        self._silence = voice.min_silence_ms * SAMPLE_RATE // 1000
        self._shortest = (voice.min_speech_ms + voice.min_silence_ms) * SAMPLE_RATE // 1000
        self._waiting: list[_Utterance] = []
        self._told: list[_Told] = []
        self._repeats = Repeats()
        self._delays = Delays()
        self._receipts: Receipts | None = None
        self._heard = 0
        self._settled = 0
        self._answered = 0
        self._text_end = 0
        self._confirmed = 0
        self._any = False
        self._last_answer: float | None = None
        self._silence_received: float | None = None
        self._held: _Held | None = None
        self._resume: int | None = None
        self._asked_again = False
        self._heard_again = False

    # What is known.

    @property
    def outstanding(self) -> tuple[tuple[int, int], ...]:
        """Utterances without text: (start, end); the last may still be open."""
        return tuple((u.start, self._heard if u.end is None else u.end) for u in self._waiting)

    @property
    def confirmed(self) -> int:
        """Nothing is outstanding before this."""
        return self._confirmed

    @property
    def delay_s(self) -> float | None:
        """How long the service took for its last answers, at the longest; None before the first."""
        return self._delays.longest if self._delays.known else None

    # What happens.

    def listen(self, heard: int, settled: int, boundaries: list[Boundary]) -> None:
        """Our own detector has heard the sound up to `heard`; no boundary will come before `settled`."""
        self._heard = max(self._heard, heard)
        for boundary in boundaries:
            if boundary.starts:
                self._any = True
                self._waiting.append(_Utterance(boundary.at))
            elif self._waiting and self._waiting[-1].end is None:
                self._close(self._waiting[-1], boundary)
        self._settled = max(self._settled, settled)

    def connected(self, now: float) -> int:
        """A connection is there; the offset its sound begins at."""
        start = self._confirmed if self._resume is None else self._resume
        self._receipts = Receipts(start, now)
        self._last_answer = self._silence_received = None
        return start

    def received(self, offset: int, now: float) -> None:
        """The service has the sound before `offset`."""
        if self._receipts is not None:
            self._receipts.note(offset, now)
            self._note_closed()
            self._confirm(now)

    def silence_received(self, now: float) -> None:
        """The service has all sound of the dictation, and the silence behind it that closes the last utterance."""
        if self._receipts is None or self._silence_received is not None:
            return
        self._silence_received = now
        self._receipts.note(self._heard + self._silence, now)
        self._note_closed()

    def transcript(self, text: str, now: float) -> Text | None:
        """A transcript came; what of it is new, None when nothing is."""
        receipts = self._receipts
        if receipts is None:
            return None
        fresh = self._repeats.strip(text).strip()
        self._last_answer = now
        if self._resume is not None and not fresh:
            self._resume, self._heard_again = None, True
            return None
        reach = receipts.had(now - EARLY * self._delays.least)
        until = self._until(receipts, now)
        start, end = self._place(reach, now)
        start = max(start, self._text_end)
        end = max(min(end, self._heard), start + 1)
        self._confirm(now)
        if not fresh:
            return None
        self._told.append(_Told(fresh, start, max(until, end), receipts.latest))
        self._text_end = end
        return Text(fresh, start, end)

    def lost(self) -> None:
        """The connection is gone: all without text will be sent again on the next one, from `confirmed` on."""
        self._receipts = None
        if self._held is not None:
            self._waiting.insert(0, self._held.utterance)
            self._answered, self._held = self._held.before, None
        for utterance in self._waiting:
            utterance.closed_at = None
        if self._resume is None:
            again = [told.text for told in self._told if told.until > self._confirmed]
        else:
            again = [told.text for told in self._told if told.latest > self._resume]
        self._repeats.expect(again)

    def ask_again(self) -> None:
        """Go back so far that the last utterance with text is heard again too."""
        self._asked_again = True
        if self._told and self._heard - self._told[-1].start <= RECHECK:
            self._resume = self._told[-1].start

    def review(self, now: float) -> float | None:
        """Draw the conclusions that time allows; when to look again."""
        self._pass_over(now)
        self._confirm(now)
        due = [u.closed_at + self._delays.patience for u in self._waiting[:1] if u.closed_at is not None]
        if self._held is not None:
            due.append(self._held.until)
        if self._receipts is not None and not self._waiting and self._confirmed < self._heard:
            due.append(now + QUIET_S)
        return min(due, default=None)

    def stuck_since(self) -> float | None:
        """Since when an utterance waits for a text although the line is well and nothing else came."""
        first = self._waiting[0] if self._waiting else None
        if first is None or first.closed_at is None or self._receipts is None:
            return None
        return max(first.closed_at, self._last_answer or 0.0)

    def verdict(self, now: float) -> tuple[Verdict, float]:
        """Whether the dictation is over, its sound being complete, and when to ask again if not."""
        received = self._silence_received
        if received is None:
            return Verdict.WAIT, now + QUIET_S
        self._pass_over(now)
        if not self._waiting:
            due = received if self._any else received + self._delays.patience
            due = due if self._held is None else max(due, self._held.until)
            if now < due:
                return Verdict.WAIT, due
            self._confirmed = self._heard
            return Verdict.COMPLETE, now
        base = max(received, self._last_answer or 0.0)
        due = base + (self._delays.patience + 0.5 if self._delays.known else 2 * self._delays.patience)
        if now < due:
            patient = [u.closed_at + self._delays.patience for u in self._waiting[:1] if u.closed_at is not None]
            return Verdict.WAIT, min([due, *(at for at in patient if at > now)])
        return self._judge_silence(), now

    # How.

    def _close(self, utterance: _Utterance, boundary: Boundary) -> None:
        utterance.end = boundary.at
        utterance.doubtful = boundary.voiced < DOUBTFUL
        if utterance.had and self._told:
            self._told[-1] = replace(self._told[-1], until=min(self._told[-1].until, utterance.end))
        if utterance is self._waiting[0] and self._is_answered_early(utterance):
            self._resolve(self._last_answer or 0.0)
        self._note_closed()

    def _is_answered_early(self, utterance: _Utterance) -> bool:
        """A text came while it was open to us, and late enough to be that of its end."""
        return utterance.had > 0 and utterance.had + SLACK >= self._closing(utterance)

    def _closing(self, utterance: _Utterance) -> int:
        """The offset with which the service, as we reckon, knows that the utterance is over."""
        assert utterance.end is not None
        return max(utterance.end - TRAIL + self._silence, utterance.start)

    def _note_closed(self) -> None:
        for utterance in self._waiting:
            if utterance.end is None or self._receipts is None:
                break
            if utterance.closed_at is None:
                at = self._receipts.when(self._closing(utterance))
                utterance.closed_at = self._silence_received if at is None else at

    def _until(self, receipts: Receipts, now: float) -> int:
        """Up to where the sound may lie that a transcript coming now was made of.

        The oldest utterance, and what touches it (the service may take them for one); everything the service can have
        closed when the oldest is overdue, since it may have had nothing to say to that one.
        """
        first, *later = self._waiting or [None]
        if first is None or first.end is None:
            return receipts.latest
        overdue = first.closed_at is not None and now > first.closed_at + self._delays.patience
        until = first.end
        for utterance in later:
            if utterance.end is None or self._closing(utterance) > receipts.latest + SLACK:
                break
            if overdue or utterance.start <= until:
                until = utterance.end
        return until

    def _place(self, reach: int, now: float) -> tuple[int, int]:
        """Where a transcript belongs: it answers the oldest utterance, or is the text of that one's first part."""
        if not self._waiting:
            if self._held is not None:
                self._held = replace(self._held, until=now + HOLD_S)
            return self._text_end, reach - self._silence
        first = self._waiting[0]
        if first.end is None or reach + SLACK < self._closing(first):
            first.had = max(first.had, reach)
            return first.start, reach - self._silence
        self._note_delay(now)
        self._resolve(now)
        return first.start, first.end

    def _was_hurried(self, utterance: _Utterance) -> bool:
        """Its sound was sent so much faster than it was spoken that the order of events tells nothing."""
        if self._receipts is None or utterance.end is None:
            return True
        begun, ended = self._receipts.when(utterance.start), self._receipts.when(utterance.end)
        if begun is None or ended is None:
            return True
        return (utterance.end - utterance.start) / SAMPLE_RATE - (ended - begun) > HURRIED_S

    def _note_delay(self, now: float) -> None:
        """Learn from this answer, unless it is more likely a later utterance's, the oldest having none (a cough)."""
        closed = [u.closed_at for u in self._waiting if u.closed_at is not None]
        if not closed:
            return
        overdue = self._delays.known and now > closed[0] + self._delays.patience
        latest = max((at for at in closed if at <= now), default=closed[0])
        if overdue and latest > closed[0] and now - latest <= 1.5 * self._delays.longest:
            return
        self._delays.note(now - closed[0])

    def _resolve(self, now: float) -> None:
        """The oldest utterance has its text."""
        first = self._waiting.pop(0)
        assert first.end is not None
        self._held = _Held(first, self._answered, now + HOLD_S) if self._was_hurried(first) else None
        self._answered = max(self._answered, first.end)

    def _pass_over(self, now: float) -> None:
        """Utterances the service had nothing to say to: later sound was answered, their own answer is overdue."""
        if self._held is not None and now >= self._held.until:
            self._held = None
        while self._waiting:
            first = self._waiting[0]
            if first.closed_at is None or self._last_answer is None:
                return
            answered = self._last_answer >= first.closed_at or self._is_answered_early(first)
            if not answered or now < first.closed_at + self._delays.patience:
                return
            self._resolve(now - HOLD_S)

    def _confirm(self, now: float) -> None:
        if self._waiting:
            to = max(self._waiting[0].start - LEAD_IN, self._answered)
        else:
            quiet = self._receipts.had(now - max(QUIET_S, self._delays.patience)) if self._receipts else 0
            to = max(self._answered, min(quiet, self._settled - LEAD_IN))
        if self._held is not None:
            to = min(to, max(self._held.utterance.start - LEAD_IN, self._held.before))
        self._confirmed = max(self._confirmed, min(to, self._heard))
        while len(self._told) > REMEMBERED and self._told[0].until <= self._confirmed:
            self._told.pop(0)

    def _judge_silence(self) -> Verdict:
        """The deadline has passed on a line that is well, and utterances are still without text."""
        answers = self._delays.known or self._last_answer is not None
        if answers:
            while self._waiting and self._waiting[-1].doubtful:
                self._waiting.pop()
        if not self._waiting or self._heard_again:
            self._waiting.clear()
            self._confirmed = self._heard
            return Verdict.COMPLETE
        if not self._asked_again and self._told and answers:
            return Verdict.ASK_AGAIN
        return Verdict.INCOMPLETE
