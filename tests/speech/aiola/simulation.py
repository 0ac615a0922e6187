"""A simulated dictation: speech, detector, connection and service, in steps of 40 ms.

The simulation does not know the rules of the tracker. Speech is a list of utterances of words with times. The detector
reports boundaries as that of `audio` does (0.3 s of lead-in, a late end). The service segments at silence, answers each
segment in order after a delay, and never answers sound that a lost connection did not deliver.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import CompletionState, PlacedText
from saywrite.speech.aiola.delivery.tracker import DeliveryTracker
from saywrite.speech.engine import VoiceSettings

STEP_S = 0.04
WORD_S, BETWEEN_S = 0.2, 0.1
SILENCE_S = 0.5
VOICED_COUGH_S = 0.35


@dataclass(frozen=True)
class Spoken:
    """An utterance. Empty `words` are a cough: the detector takes it for speech, and the service gives no text."""

    start: float
    words: tuple[str, ...]

    @property
    def length(self) -> float:
        return max(len(self.words) * (WORD_S + BETWEEN_S) - BETWEEN_S, 0.4)

    @property
    def end(self) -> float:
        return self.start + self.length

    def said(self) -> list[tuple[float, float, str]]:
        step = WORD_S + BETWEEN_S
        return [(self.start + n * step, self.start + n * step + WORD_S, word) for n, word in enumerate(self.words)]


@dataclass(frozen=True)
class Boundary:
    starts: bool
    at: int
    voiced: int = SAMPLE_RATE


@dataclass
class Service:
    """The service on one connection. `delays` are used in turn; `mute`: it takes sound and answers nothing."""

    speech: Sequence[Spoken]
    begins: float
    delays: Sequence[float]
    mute: bool = False
    has: float = 0.0
    silence: float = 0.0
    answered: int = 0
    due: list[tuple[float, str]] = field(default_factory=list)
    _heard: list[tuple[float, float, str]] = field(default_factory=list)
    _ahead: deque[tuple[float, float, str]] | None = None

    def take(self, to: float, now: float, silence: float = 0.0) -> None:
        """Sound up to `to` arrives, and `silence` seconds of silence behind the last sound."""
        self.has, self.silence = to, silence
        if self._ahead is None:
            words = (word for utterance in self.speech for word in utterance.said())
            self._ahead = deque(word for word in words if word[0] >= self.begins - 1e-9)
        while self._ahead and self._ahead[0][1] <= self.has:
            if self._heard and self._ahead[0][0] - self._heard[-1][1] >= SILENCE_S:
                self._cut(now)
            self._heard.append(self._ahead.popleft())
        if self._heard and self.has + self.silence - self._heard[-1][1] >= SILENCE_S:
            self._cut(now)

    def answers(self, now: float) -> list[str]:
        come = [text for at, text in self.due if at <= now]
        self.due = [(at, text) for at, text in self.due if at > now]
        return come

    def _cut(self, now: float) -> None:
        text = " ".join(word for _start, _end, word in self._heard)
        self._heard.clear()
        if not self.mute:
            delay = self.delays[self.answered % len(self.delays)]
            self.answered += 1
            after = self.due[-1][0] if self.due else 0.0
            self.due.append((max(now + delay, after), text))


@dataclass
class Outcome:
    texts: list[PlacedText]
    verdict: CompletionState
    confirmed: int
    heard: int
    reconnects: int
    finished_after_s: float

    @property
    def words(self) -> list[str]:
        return [word for text in self.texts for word in text.text.split()]


def dictate(
    speech: Sequence[Spoken],
    *,
    drops: Sequence[tuple[float, float]] = (),
    delays: Sequence[float] = (0.3,),
    one_way_s: float = 0.02,
    speed: float = 10.0,
    mute: Sequence[int] = (),
    dead_s: float = 0.0,
    detector_late_s: float = 0.2,
    detector_merges_s: float = 0.5,
    tail_s: float = 0.4,
) -> Outcome:
    """Dictate `speech` and stop `tail_s` behind it. `drops`: (when the line is lost, for how long); `mute`: the
    connections (0 is the first) on which the service never answers; `dead_s`: how long nothing passes before it
    is noticed that the line is lost; `detector_merges_s`: pauses up to that are none to our detector.
    """
    session = DeliveryTracker(VoiceSettings())
    total = speech[-1].end + tail_s if speech else 2.0
    boundaries = sorted(_boundaries(speech, detector_late_s, detector_merges_s, total), key=lambda each: each[0])
    lost_at = sorted(drops)
    texts: list[PlacedText] = []
    service: Service | None = None
    cursor, flying = 0.0, []  # type: ignore[var-annotated]
    now, up_at, connections, stopped_at = 0.0, 0.1, 0, None
    while now < total + 120:
        now = round(now + STEP_S, 4)
        heard = min(now, total)
        if now >= total and stopped_at is None:
            stopped_at = now
            session.end(now)
        come = [boundary for at, boundary in boundaries if at <= heard + 1e-9]
        boundaries = [each for each in boundaries if each[0] > heard + 1e-9]
        session.listen(_samples(heard), _samples(heard - 0.6), come)
        if service is None and now >= up_at:
            service = Service(speech, 0.0, delays, connections in mute)
            connections += 1
            service.begins = cursor = session.connected(now) / SAMPLE_RATE
            flying = []
        if service is not None and lost_at and lost_at[0][0] <= now < lost_at[0][0] + dead_s:
            session.review(now)
            if stopped_at is not None and session.verdict(now)[0] in (
                CompletionState.COMPLETE,
                CompletionState.INCOMPLETE,
            ):
                return Outcome(
                    texts,
                    session.verdict(now)[0],
                    session.confirmed,
                    _samples(total),
                    connections - 1,
                    now - stopped_at,
                )
            continue
        if service is not None and lost_at and now >= lost_at[0][0] + dead_s:
            up_at = now + lost_at.pop(0)[1]
            session.lost()
            service = None
        if service is None:
            continue
        cursor = min(heard, cursor + speed * STEP_S)
        session.sent(_samples(cursor), now)
        closing = SILENCE_S + 0.3 if stopped_at is not None and cursor >= total else 0.0
        flying.append((now + one_way_s, cursor, closing))
        while flying and flying[0][0] <= now:
            _at, to, silence = flying.pop(0)
            service.take(to, now, silence)
            session.received(_samples(to), now)  # the pong, as if it came at once
            if silence:
                session.silence_received(now)
        for text in service.answers(now):
            session.transcript(text, now)
        session.review(now)
        texts += session.take_placed()
        if stopped_at is None and session.question_due(now):
            session.ask_again(now)
            session.lost()
            service, up_at = None, now + 0.3
            continue
        stuck = session.stuck_since()
        if stuck is not None and now - stuck > 8 and stopped_at is None:
            session.lost()
            service, up_at = None, now + 0.3
            continue
        if stopped_at is not None:
            verdict, _due = session.verdict(now)
            if verdict is CompletionState.ASK_AGAIN:
                session.ask_again(now)
                session.lost()
                service, up_at = None, now + 0.3
            elif verdict is not CompletionState.WAIT:
                texts += session.take_placed()
                return Outcome(texts, verdict, session.confirmed, _samples(total), connections - 1, now - stopped_at)
    raise AssertionError("the dictation never ended")


def _boundaries(speech: Sequence[Spoken], late_s: float, merges_s: float, total: float) -> list[tuple[float, Boundary]]:
    """(when it is known, the boundary), for utterances that lie further apart than the detector can tell."""
    found: list[tuple[float, Boundary]] = []
    merged: list[tuple[float, float, bool]] = []
    for spoken in speech:
        if merged and spoken.start - merged[-1][1] - late_s < merges_s:
            merged[-1] = (merged[-1][0], spoken.end, merged[-1][2] or bool(spoken.words))
        else:
            merged.append((spoken.start, spoken.end, bool(spoken.words)))
    for start, end, said in merged:
        floor = found[-1][1].at / SAMPLE_RATE if found else 0.0
        found.append((min(start + 0.25, total), Boundary(True, _samples(max(start - 0.3, floor)))))
        voice_end = min(end + late_s, total)
        voiced = _samples(min(voice_end, total) - start if said else VOICED_COUGH_S)
        found.append((min(voice_end + 0.5, total), Boundary(False, _samples(min(voice_end + 0.2, total)), voiced)))
    return found


def _samples(seconds: float) -> int:
    return max(round(seconds * SAMPLE_RATE), 0)
