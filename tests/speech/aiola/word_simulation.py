"""A simulated dictation with two recognizers, in steps of 40 ms: the service, and the one on this computer.

The simulation does not know the rules of the tracker. Speech is a list of words with times. The service cuts them by
its own rules and answers after its own delays; the local recognizer hears the same words, some of them differently, and
reports them some time after the sound. A lost connection forgets what the service owed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import CompletionState, PlacedText
from saywrite.speech.aiola.delivery.timings import LatencyEstimator
from saywrite.speech.aiola.delivery.tracker import STUCK_S, DeliveryTracker
from saywrite.speech.engine import LocalWord, LocalWords, VoiceSettings

STEP_S = 0.04
WORD_S, BETWEEN_S = 0.25, 0.1
NOISE_S = 0.4
ONE_WAY_S = 0.02
SPEED = 10.0


@dataclass(frozen=True)
class SpokenWord:
    """A word in the sound; an empty `text` is a cough."""

    text: str
    start: float
    end: float


def speak(*parts: str | float, start: float = 0.6) -> tuple[SpokenWord, ...]:
    """Words of sentences, with pauses in seconds between them; "*" is a cough."""
    at, said = start, list[SpokenWord]()
    for part in parts:
        if isinstance(part, float):
            at += part - BETWEEN_S
            continue
        for text in part.split():
            length = NOISE_S if text == "*" else WORD_S
            said.append(SpokenWord("" if text == "*" else text, at, at + length))
            at += length + BETWEEN_S
    return tuple(said)


@dataclass(frozen=True)
class Habits:
    """How the service behaves. `delays` are used in turn.

    `merges`: segments in one text. `splits`: a text comes as two messages. `drops`: segments that begin with one of
    these words get no answer, on the first connection or, with `drops_always`, on each. `blank`: white space comes
    before each text. `in_order`: a text waits for those before it.
    """

    silence_s: float = 0.5
    longest_s: float = 30.0
    delays: tuple[float, ...] = (0.3,)
    merges: int = 1
    splits: bool = False
    drops: frozenset[str] = frozenset()
    drops_always: bool = False
    blank: bool = False
    in_order: bool = True


@dataclass(frozen=True)
class Along:
    """How the local recognizer behaves. `lag_s`: from the sound to its words.

    `wording`: what it hears instead of a word, "" for nothing. `imagined`: words that are not in the sound. `unheard`:
    words of the speech that it does not hear. `joined`: a word begins where the one before ends, as with Whisper.
    """

    lag_s: float = 0.5
    wording: Mapping[str, str] = field(default_factory=dict)
    imagined: tuple[SpokenWord, ...] = ()
    ends_at_s: float | None = None
    """When it fails and brings no more words."""
    says_end: bool = False
    """Whether the tracker is told so."""
    unheard: tuple[SpokenWord, ...] = ()
    joined: bool = False


class SimulatedService:
    """The service on one connection, which has received the words from `begins` on."""

    def __init__(self, speech: Sequence[SpokenWord], habits: Habits, begins: float, first: bool) -> None:
        self._ahead = [word for word in speech if word.text and word.start >= begins - 1e-6]
        self._habits = habits
        self._first = first
        self._open: list[SpokenWord] = []
        self._segments: list[list[SpokenWord]] = []
        self._answered = 0
        self._due: list[tuple[float, str]] = []

    def take(self, to: float, silence: float, now: float) -> None:
        """Sound up to `to` arrives, and `silence` seconds of silence behind it."""
        while self._ahead and self._ahead[0].end <= to:
            word = self._ahead.pop(0)
            pause = self._open and word.start - self._open[-1].end >= self._habits.silence_s
            if pause or (self._open and word.end - self._open[0].start > self._habits.longest_s):
                self._cut(now)
            self._open.append(word)
        is_speaking = bool(self._ahead) and self._ahead[0].start < to
        if self._open and not is_speaking and to + silence - self._open[-1].end >= self._habits.silence_s:
            self._cut(now)
        if silence and not self._ahead and self._segments:
            self._answer(now)

    def answers(self, now: float) -> list[str]:
        come = [text for at, text in self._due if at <= now]
        self._due = [(at, text) for at, text in self._due if at > now]
        return come

    def _cut(self, now: float) -> None:
        segment, self._open = self._open, []
        if segment[0].text in self._habits.drops and (self._first or self._habits.drops_always):
            return
        self._segments.append(segment)
        if len(self._segments) >= self._habits.merges:
            self._answer(now)

    def _answer(self, now: float) -> None:
        words = [word.text for segment in self._segments for word in segment]
        self._segments.clear()
        at = now + self._habits.delays[self._answered % len(self._habits.delays)]
        self._answered += 1
        if self._habits.in_order and self._due:
            at = max(at, self._due[-1][0])
        if self._habits.blank:
            self._due.append((at, " "))
        half = (len(words) + 1) // 2 if self._habits.splits else len(words)
        self._due.append((at, " ".join(words[:half])))
        if words[half:]:
            self._due.append((at + 0.05, " ".join(words[half:])))
        self._due.sort(key=lambda due: due[0])


@dataclass(frozen=True)
class Boundary:
    starts: bool
    at: int
    voiced: int = 0


def sentences_of(speech: Sequence[SpokenWord]) -> list[list[SpokenWord]]:
    """The words between pauses of at least half a second."""
    groups: list[list[SpokenWord]] = []
    for word in speech:
        if groups and word.start - groups[-1][-1].end < 0.5:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def boundaries_of(speech: Sequence[SpokenWord], total: float) -> list[tuple[float, Boundary]]:
    """What our detector finds, as (when it is known, the boundary)."""
    groups = sentences_of(speech)
    found: list[tuple[float, Boundary]] = []
    for group in groups:
        start, end = group[0].start, group[-1].end
        floor = found[-1][1].at / SAMPLE_RATE if found else 0.0
        silence = sum(after.start - before.end for before, after in pairwise(group) if after.start - before.end > 0.15)
        found.append((min(start + 0.25, total), Boundary(True, samples(max(start - 0.3, floor)))))
        at = samples(min(end + 0.2, total))
        found.append((min(end + 0.5, total), Boundary(False, at, samples(end - start - silence))))
    return sorted(found, key=lambda each: each[0])


@dataclass
class Result:
    """What became of a dictation."""

    speech: tuple[SpokenWord, ...]
    texts: list[PlacedText]
    verdict: CompletionState
    outstanding: tuple[tuple[int, int], ...]
    connections: int
    ended_after_s: float
    """Seconds from the end of the sound to the end of the dictation."""
    late_s: float
    """Seconds from the last answer of the service, and of the local recognizer, to the end of the dictation."""
    held_s: float
    """The longest time from an answer of the service to the next text that is shown."""

    @property
    def words(self) -> list[str]:
        return [word for text in self.texts if not text.local for word in text.text.split()]

    @property
    def missing(self) -> Counter[str]:
        return Counter(word.text for word in self.speech if word.text) - Counter(self.words)

    @property
    def lost_silently(self) -> int:
        """Words without text that no outstanding stretch and no local text covers."""
        spans = [*self.outstanding, *((text.start, text.end) for text in self.texts if text.local)]
        known = Counter[str]()
        for word in self.speech:
            middle = samples((word.start + word.end) / 2)
            if word.text and any(start <= middle < end for start, end in spans):
                known[word.text] += 1
        return (self.missing - known).total()

    @property
    def twice(self) -> int:
        return (Counter(self.words) - Counter(word.text for word in self.speech if word.text)).total()

    @property
    def worst_place_s(self) -> float:
        """The largest error of the start or end of a text; the words of the speech must differ."""
        places = {word.text: word for word in self.speech if word.text}
        worst = 0.0
        for text in self.texts:
            said = [places[word] for word in text.text.split() if word in places]
            if said and not text.local:
                worst = max(worst, abs(said[0].start - text.start / SAMPLE_RATE))
                worst = max(worst, abs(said[-1].end - text.end / SAMPLE_RATE))
        return worst


class SimulatedDictation:
    """One dictation: the tracker, the connection, and both recognizers."""

    def __init__(
        self,
        speech: Sequence[SpokenWord],
        habits: Habits,
        along: Along | None,
        drops: Sequence[tuple[float, float]] = (),
        *,
        tail_s: float = 0.4,
        take_local: bool = False,
        latency: LatencyEstimator | None = None,
        make_service: type[SimulatedService] = SimulatedService,
    ) -> None:
        """`drops`: when the connection is lost, and for how long. `tail_s`: sound behind the last word."""
        self._speech, self._habits, self._along = tuple(speech), habits, along
        self._drops = sorted(drops)
        self._tracker = DeliveryTracker(VoiceSettings(), latency, take_local=take_local)
        self._total = max((word.end for word in speech), default=1.0) + tail_s
        self._boundaries = boundaries_of(speech, self._total)
        self._local = self._heard_locally()
        self._settled = 0.0
        self._has_said_end = False
        self._make_service = make_service
        self._service: SimulatedService | None = None
        self._up_at = 0.1
        self._connections = 0
        self._cursor = 0.0
        self._flying: list[tuple[float, float, float]] = []
        self._texts: list[PlacedText] = []
        self._last_service = self._last_local = self._held_s = 0.0
        self._unshown_since: float | None = None
        self._stuck = 0

    def run(self) -> Result:
        now, ended_at = 0.0, None
        if self._along is not None:
            self._tracker.note_local_words(LocalWords((), 0))
        while now < self._total + 120:
            now = round(now + STEP_S, 4)
            if now >= self._total and ended_at is None:
                ended_at = now
                self._tracker.end(now)
            self._listen(now)
            self._transmit(now, ended_at is not None)
            self._tracker.review(now)
            self._take_texts(now)
            if self._service is None:
                continue
            if ended_at is None:
                self._question(now)
                continue
            verdict, _due = self._tracker.verdict(now)
            self._take_texts(now)
            if verdict is CompletionState.ASK_AGAIN:
                self._tracker.ask_again(now)
                self._lose(now, 0.3)
            elif verdict is not CompletionState.WAIT:
                return self._result(verdict, now, ended_at)
        raise AssertionError("the dictation did not end")

    def _take_texts(self, now: float) -> None:
        texts = self._tracker.take_placed()
        self._texts += texts
        if texts and self._unshown_since is not None:
            self._held_s = max(self._held_s, now - self._unshown_since)
            self._unshown_since = None

    def _listen(self, now: float) -> None:
        heard = min(now, self._total)
        come = [boundary for at, boundary in self._boundaries if at <= heard + 1e-9]
        self._boundaries = self._boundaries[len(come) :]
        self._tracker.listen(samples(heard), samples(heard - 0.6), come)
        along = self._along
        if along is None:
            return
        if along.ends_at_s is not None and now > along.ends_at_s:
            if along.says_end and not self._has_said_end:
                self._has_said_end = True
                self._tracker.note_local_words(LocalWords((), samples(self._settled), ended=True))
            return
        settled = min(now - along.lag_s, self._total)
        if settled < self._settled + 0.2 and not (settled >= self._total > self._settled):
            return
        words = [word for word in self._local if word.end <= samples(settled)]
        self._local = self._local[len(words) :]
        before = self._local[0].start if self._local else samples(settled)
        self._settled = settled
        self._last_local = now
        self._tracker.note_local_words(LocalWords(tuple(words), min(samples(settled), before)))

    def _heard_locally(self) -> list[LocalWord]:
        if self._along is None:
            return []
        heard: list[LocalWord] = []
        for word in sorted([*self._speech, *self._along.imagined], key=lambda each: each.start):
            text = self._along.wording.get(word.text, word.text)
            if text and word not in self._along.unheard:
                start = heard[-1].end if heard and self._along.joined else samples(word.start)
                heard.append(LocalWord(text, start, samples(word.end)))
        return heard

    def _transmit(self, now: float, ended: bool) -> None:
        if self._service is None and now >= self._up_at:
            self._cursor = self._tracker.connected(now) / SAMPLE_RATE
            self._service = self._make_service(self._speech, self._habits, self._cursor, self._connections == 0)
            self._connections += 1
            self._flying = []
        if self._service is None:
            return
        if self._drops and now >= self._drops[0][0]:
            self._lose(now, self._drops.pop(0)[1])
            return
        self._cursor = min(now, self._total, self._cursor + SPEED * STEP_S)
        self._tracker.sent(samples(self._cursor), now)
        closing = 1.3 if ended and self._cursor >= self._total else 0.0
        self._flying.append((now + ONE_WAY_S, self._cursor, closing))
        while self._flying and self._flying[0][0] <= now:
            _at, to, silence = self._flying.pop(0)
            self._service.take(to, silence, now)
            self._tracker.received(samples(to), now)
            if silence:
                self._tracker.silence_received(now)
        for text in self._service.answers(now):
            self._last_service = now
            self._unshown_since = now if self._unshown_since is None else self._unshown_since
            self._tracker.transcript(text, now)

    def _question(self, now: float) -> None:
        stuck = self._tracker.stuck_since()
        if self._tracker.question_due(now):
            self._tracker.ask_again(now)
            self._lose(now, 0.3)
        elif stuck is not None and now - stuck > STUCK_S * 2 ** min(self._stuck, 3):
            self._stuck += 1
            self._lose(now, 0.3)

    def _lose(self, now: float, for_s: float) -> None:
        self._tracker.lost()
        self._service, self._up_at = None, now + for_s

    def _result(self, verdict: CompletionState, now: float, ended_at: float) -> Result:
        last = max(self._last_service, self._last_local, ended_at)
        complete = verdict is CompletionState.COMPLETE
        outstanding = () if complete else self._tracker.outstanding
        return Result(
            self._speech,
            self._texts,
            verdict,
            outstanding,
            self._connections,
            now - ended_at,
            now - last,
            self._held_s,
        )


def dictate(
    speech: Sequence[SpokenWord],
    habits: Habits | None = None,
    along: Along | None = None,
    drops: Sequence[tuple[float, float]] = (),
    *,
    tail_s: float = 0.4,
    take_local: bool = False,
    latency: LatencyEstimator | None = None,
) -> Result:
    """Dictate `speech`. Without `along` there is no local recognizer."""
    simulated = SimulatedDictation(
        speech, habits or Habits(), along, drops, tail_s=tail_s, take_local=take_local, latency=latency
    )
    return simulated.run()


def samples(seconds: float) -> int:
    return max(round(seconds * SAMPLE_RATE), 0)


WORDS = (
    *("river", "stone", "window", "garden", "paper", "yellow", "market", "doctor", "engine", "summer", "bottle"),
    *("pencil", "thunder", "island", "carpet", "hammer", "velvet", "circus", "orange", "planet", "ribbon", "sailor"),
    *("tunnel", "walnut", "basket", "candle", "dragon", "falcon", "guitar", "jacket", "kitten", "ladder", "magnet"),
    *("needle", "oyster", "parrot", "quartz", "rocket", "saddle", "teapot", "umbrella", "violin", "whisky", "zipper"),
    *("anchor", "banjo", "cactus", "dinner", "elbow", "forest", "goblin", "helmet", "insect", "jungle", "kettle"),
    *("lemon", "mirror", "napkin", "onion", "puzzle", "rabbit", "shovel", "trumpet", "urchin"),
)


def sentences(count: int, pause: float = 0.9, length: int = 4, coughs: tuple[int, ...] = ()) -> tuple[SpokenWord, ...]:
    """Sentences of different words. `coughs`: the sentences before which there is a cough."""
    parts: list[str | float] = []
    for number in range(count):
        if number in coughs:
            parts += ["*", 1.7]
        parts += [" ".join(WORDS[number * length : (number + 1) * length]), pause]
    return speak(*parts[:-1])
