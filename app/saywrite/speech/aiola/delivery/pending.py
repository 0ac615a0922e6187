"""The utterances of a dictation that have no text yet, in their order, and the texts that have come. Pure.

Offsets are samples, times monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.timings import AckLog, ConnectionLog
from saywrite.speech.engine import UtteranceBoundary, VoiceSettings
from saywrite.text.characters import is_cjk

TRAIL = SAMPLE_RATE // 5
"""Samples from the last voice to the end of an utterance, as our detector places it (`trail_ms` of `audio`)."""

SLACK = SAMPLE_RATE * 6 // 10
"""Samples by which the service may close an utterance earlier than we estimate.

Its detector ends a voice up to 0.3 s before ours, and a pong reports what was sent up to 0.3 s ago.
"""

DOUBTFUL = SAMPLE_RATE * 15 // 100
"""Samples of voice below which an utterance is more likely a noise."""

COUGH = SAMPLE_RATE // 2
"""Samples of voice below which an utterance counts as a cough when the service was asked twice and said nothing."""

SENTENCE = SAMPLE_RATE
"""Samples of voice from which on an utterance is more likely a sentence than a noise."""

CUT = SAMPLE_RATE // 5
"""Samples of silence inside an utterance at which the service may cut it, when it cuts more finely than we do."""

USUAL_PAUSE = SAMPLE_RATE * 3 // 10
"""Samples between two texts of speech that goes on: the service has found a pause there."""

USUAL_LETTERS_PER_S, FAST_LETTERS_PER_S = 15, 20
"""Letters in a second of voice, usually and of somebody who speaks fast."""

MARGINS = SAMPLE_RATE // 2
"""Samples before the first and behind the last voice that our detector counts to an utterance."""

FEWEST_LETTERS_PER_S = 8
FEWEST_IDEOGRAPHS_PER_S = 2
"""Letters, and characters of Chinese and Japanese, in a second of voice below which a text is short for its sound."""

FULL_LETTERS_PER_S = 10
"""Letters in a second of voice from which on a text is probably that of the whole utterance."""

WORD = SAMPLE_RATE // 2
"""Samples of voice that a text need not account for: a single word is slow, and the detector adds to it."""

REST = SAMPLE_RATE // 2
"""Samples of voice behind a text from which on another text is expected for them."""

HURRIED_S = 0.75
"""Seconds by which an utterance was sent faster than it was spoken, from which on its times say little."""

PROVISIONAL_S = 1.0
"""Seconds in which a second text may follow that of such an utterance: the service may segment more finely."""


class CompletionState(Enum):
    """The state of a dictation whose sound is complete."""

    WAIT = auto()
    COMPLETE = auto()
    INCOMPLETE = auto()
    ASK_AGAIN = auto()
    """No text came for some sound: reconnect and send it again."""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A new text with its place in the sound. `local`: it is that of the recognizer on this computer."""

    text: str
    start: int
    end: int
    local: bool = False


@dataclass(slots=True)
class Utterance:
    """Speech that our detector has found. `end`: None while it goes on. `doubtful`: it may be a noise."""

    start: int
    end: int | None = None
    doubtful: bool = False
    voiced: int = 0
    """Samples of voice."""
    asked: bool = False
    """Whether the service was asked for it again."""
    letters: float = 0.0
    """Letters of its texts so far, as `spoken_letters` counts them."""
    closed_at: float | None = None
    """When the service had received the sound that closes it, on this connection."""
    received: int = 0
    """The newest sound that a text of its first part can have come from."""

    @property
    def voice(self) -> tuple[int, int]:
        """Where its voice lies, as (start, end)."""
        assert self.end is not None
        return self.voice_start, max(self.end - TRAIL, self.voice_start + 1)

    @property
    def voice_start(self) -> int:
        """Where its voice begins."""
        return self.start + MARGINS - TRAIL

    @property
    def pause(self) -> int:
        """Samples of silence between its first and its last voice."""
        assert self.end is not None
        return self.end - self.start - self.voiced - MARGINS

    def may_continue(self, letters: float = 0.0) -> bool:
        """Whether its texts may be those of its first part only.

        That is so where it has a pause, or little text for its sound.

        `letters`: those of a text that is not counted yet.
        """
        if self.end is None:
            return True
        return self.pause >= CUT or self.letters + letters < FEWEST_LETTERS_PER_S * (self.voiced - WORD) / SAMPLE_RATE

    @property
    def has_full_text(self) -> bool:
        """Whether its texts are as long as texts of its sound usually are."""
        return not self.may_continue() and self.letters * SAMPLE_RATE >= FULL_LETTERS_PER_S * self.voiced

    def was_hurried(self, sent: AckLog | None) -> bool:
        """Whether its sound was sent so much faster than it was spoken that the order of events says nothing."""
        if sent is None or self.end is None:
            return True
        begun, ended = sent.time_of(self.start), sent.time_of(self.end)
        if begun is None or ended is None:
            return True
        return (self.end - self.start) / SAMPLE_RATE - (ended - begun) > HURRIED_S


@dataclass(frozen=True, slots=True)
class ProvisionalAnswer:
    """An utterance whose text may have been that of its first part only.

    It is not confirmed before the time `until`. `before`: `PendingQueue.answered` as it was before the text.
    """

    utterance: Utterance
    before: int
    until: float


class PendingQueue:
    """The utterances without text. `answered`: no text is due for the sound before this offset."""

    def __init__(self, voice: VoiceSettings) -> None:
        self.queue: list[Utterance] = []
        self.provisional: ProvisionalAnswer | None = None
        self.answered = 0
        self.has_begun = False
        """Whether there has been an utterance."""
        self._silence = voice.min_silence_ms * SAMPLE_RATE // 1000

    @property
    def first(self) -> Utterance | None:
        return self.queue[0] if self.queue else None

    @property
    def is_open(self) -> bool:
        """Whether the last utterance goes on."""
        return bool(self.queue) and self.queue[-1].end is None

    def going_on(self) -> Utterance | None:
        """Return the utterance that has not ended."""
        return self.queue[-1] if self.is_open else None

    def begin(self, at: int) -> None:
        """An utterance begins at the offset `at`."""
        self.has_begun = True
        self.queue.append(Utterance(at))

    def close(self, boundary: UtteranceBoundary) -> Utterance | None:
        """End the open utterance and return it; None when there is none."""
        if not self.is_open:
            return None
        last = self.queue[-1]
        last.end = boundary.at
        last.voiced = boundary.voiced
        last.doubtful = boundary.voiced < DOUBTFUL
        return last

    def closing(self, utterance: Utterance) -> int:
        """The offset at which, as we estimate, the service knows that the utterance is over."""
        assert utterance.end is not None
        return max(utterance.end - TRAIL + self._silence, utterance.start)

    def is_over_by(self, utterance: Utterance, received: int) -> bool:
        """Whether the service may know that it is over, when it has the sound up to `received`."""
        return utterance.end is not None and received + SLACK >= self.closing(utterance)

    def was_answered_early(self, utterance: Utterance) -> bool:
        """Whether a text that came while the utterance was open to us may be that of its end."""
        return utterance.received > 0 and self.is_over_by(utterance, utterance.received)

    def note_closed(self, log: ConnectionLog) -> None:
        """Note when the service could close each utterance."""
        for utterance in self.queue:
            if utterance.end is None:
                break
            if utterance.closed_at is None:
                utterance.closed_at = log.time_of(self.closing(utterance))

    def resolve(self, sent: AckLog | None, now: float) -> None:
        """The oldest utterance has its text; only provisionally where its times say little."""
        first = self.queue.pop(0)
        assert first.end is not None
        hurried = first.was_hurried(sent)
        self.provisional = ProvisionalAnswer(first, self.answered, now + PROVISIONAL_S) if hurried else None
        self.answered = max(self.answered, first.end)

    def accept_provisional(self, now: float) -> None:
        """Accept a provisional answer whose time is over."""
        if self.provisional is not None and now >= self.provisional.until:
            self.provisional = None

    def reopen(self) -> None:
        """The connection is lost: withdraw a provisional answer, and count no utterance as closed."""
        if self.provisional is not None:
            self.queue.insert(0, self.provisional.utterance)
            self.answered, self.provisional = self.provisional.before, None
        for utterance in self.queue:
            utterance.closed_at = None

    def reinsert(self, utterances: list[Utterance]) -> None:
        """Put utterances that have no text back, in front of the later ones."""
        for utterance in utterances:
            utterance.closed_at, utterance.received = None, 0
        self.queue = sorted([*utterances, *self.queue], key=lambda each: each.start)

    def forget(self, before: int) -> list[Utterance]:
        """Drop the utterances that end before an offset, and return them.

        The words in them tell what became of them.
        """
        gone = [each for each in self.queue if each.end is not None and each.end <= before]
        self.queue = [each for each in self.queue if each.end is None or each.end > before]
        if self.provisional is not None and (self.provisional.utterance.end or 0) <= before:
            self.provisional = None
        return gone

    def answer(self, start: int, end: int, letters: float) -> None:
        """A text was placed between two offsets by its words: the utterances that end there have their text."""
        inside = list[Utterance]()
        for each in self.queue:
            if each.end is None or not start <= sum(each.voice) // 2 < end:
                continue
            if each.voice[1] - end < REST:
                inside.append(each)
            else:
                each.letters += letters
        if inside and inside[0] is self.queue[0]:
            self.answered = max([self.answered, *(each.end for each in inside if each.end is not None)])
        self.queue = [each for each in self.queue if each not in inside]

    def next_text_reach(self, latest: int, now: float, patience: float) -> int:
        """The offset up to which a transcript that comes now may reach. The service has the sound up to `latest`.

        It may reach over the oldest utterance and those that touch it, which the service may take for one. When the
        oldest is overdue, it may have no text, and the transcript may belong to any utterance that the service can have
        closed.
        """
        if not self.queue or self.queue[0].end is None:
            return latest
        first, *later = self.queue
        overdue = first.closed_at is not None and now > first.closed_at + patience
        until = self.queue[0].end
        for utterance in later:
            if utterance.end is None or not self.is_over_by(utterance, latest):
                break
            if overdue or utterance.start <= until:
                until = utterance.end
        return until


def spoken_letters(text: str) -> float:
    """The letters of a text. A Chinese or Japanese character counts for as many as take the same time."""
    share = FEWEST_LETTERS_PER_S / FEWEST_IDEOGRAPHS_PER_S
    return sum(share if is_cjk(char) else 1.0 for char in text if char.isalnum())


def usual_length(letters: float) -> int:
    """The samples in which somebody usually says so many letters."""
    return round(letters * SAMPLE_RATE / USUAL_LETTERS_PER_S)


def least_length(letters: float) -> int:
    """The samples in which somebody who speaks fast says so many letters."""
    return round(letters * SAMPLE_RATE / FAST_LETTERS_PER_S)


def text_start(start: int, end: int, letters: float, before: int) -> int:
    """Where a text begins: at `start`, or earlier if nobody can say it so fast, but not before `before`.

    Our detector has missed its first words then.
    """
    return start if end - start >= least_length(letters) else max(before, end - usual_length(letters))
