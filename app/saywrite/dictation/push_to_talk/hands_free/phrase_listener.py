"""Finds short utterances in the sound of the waiting microphone, and has them recognized.

The voice detector hears everything and costs next to nothing. The recognizer on this computer hears only what may be
the phrase: an utterance of at most `LONGEST_S`, whole, between two pauses. The sound is in memory only, no longer than
that, and its text is only compared with the phrase. Dictation thread only.

It is the one recognizer on this computer, not a second one: it works for the phrase only while no dictation exists, and
`release` frees it at once for one that begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from saywrite.audio.vad import Segmenter
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE, Final, RecognizerFinished, Rewind
from saywrite.speech.engine import Events, Recognizer, Request

LONGEST_S = 4.0
"""Seconds of the longest utterance that is recognized; the phrase takes 1.5 s with the pauses around it."""

MIN_VOICE = SAMPLE_RATE * 4 // 10
"""Samples of voice in the shortest utterance that is recognized: a cough, a click, a "yes" is not."""

BATCH = SAMPLE_RATE // 10 * BYTES_PER_SAMPLE
"""Bytes that the voice detector gets at once, 0.1 s: for each block of a microphone alone it takes thrice as long."""

REQUEST = Request("hands-free", "", live=False, partials=False, reports_language=False)
"""Without keywords: in the prompt they would lead Whisper to hear them."""


class PhraseListener:
    """Hears the sound of one microphone. `said` gets the text of each short utterance, and where it ended."""

    def __init__(self, local: Recognizer, deliver: Callable[[Events], None], said: Callable[[str, int], None]) -> None:
        """`deliver` takes what the recognizer returns. `said(text, since)`: `since` samples ago the utterance ended."""
        self._local = local
        self._deliver = deliver
        self._said = said
        self._texts: list[str] | None = None
        self._utterance: tuple[bytes, int] | None = None
        self._decoded_to = 0
        self.begin()

    def begin(self) -> None:
        """Hear another sound: a microphone was opened, or sound is missing."""
        self._segmenter = Segmenter()
        self._heard = self._kept_from = self._ended = 0
        self._kept, self._batch = bytearray(), bytearray()
        self._opened: int | None = None
        self._voice = False
        self.release()

    @property
    def has_utterance(self) -> bool:
        """Whether an utterance waits for the recognizer."""
        return self._utterance is not None

    def take_voice(self) -> bool:
        """Return whether somebody has spoken since the last call."""
        heard, self._voice = self._voice, False
        return heard

    def hear(self, pcm: bytes) -> None:
        """Take the next sound, 16 kHz mono s16le."""
        self._batch += pcm
        if len(self._batch) >= BATCH:
            self._detect(bytes(self._batch))
            self._batch.clear()

    def decode(self, language: str) -> None:
        """Let the recognizer write the utterance that waits, unless it works on another one."""
        if self._utterance is None or self._texts is not None:
            return
        (pcm, self._decoded_to), self._utterance = self._utterance, None
        self._texts = []
        self._deliver(self._local.start(replace(REQUEST, language=language)))
        self._deliver(self._local.feed(pcm, len(pcm) // BYTES_PER_SAMPLE))
        self._deliver(self._local.finish())

    def release(self) -> None:
        """Free the recognizer, and drop the utterance that waits for it."""
        self._utterance = None
        if self._texts is not None:
            self._texts = None
            self._deliver(self._local.abort())

    def take(self, event: object) -> bool:
        """Take a message; return whether it was an event of the recognizer about the phrase."""
        if getattr(event, "dictation", None) != REQUEST.dictation:
            return False
        match event:
            case Final(text=text) if self._texts is not None:
                self._texts.append(text)
            case Rewind():
                self.release()  # its process was lost; the user says it again
            case RecognizerFinished() if self._texts is not None:
                texts, self._texts = self._texts, None
                if texts:
                    waits = len(self._batch) // BYTES_PER_SAMPLE
                    self._said(" ".join(texts), self._heard + waits - self._decoded_to)
        return True

    def _detect(self, pcm: bytes) -> None:
        """Find the utterances that begin and end in the next sound."""
        self._kept += pcm
        self._heard += len(pcm) // BYTES_PER_SAMPLE
        for boundary in self._segmenter.process(pcm):
            if not boundary.starts:
                self._close(boundary.at, boundary.voiced)
            elif boundary.at > self._ended or not self._ended:  # otherwise it continues one that was cut
                self._opened = boundary.at
        self._voice = self._voice or self._segmenter.open
        if self._opened is not None and self._heard - self._opened > LONGEST_S * SAMPLE_RATE:
            self._opened = None  # too long to be the phrase
        speaks_on = self._segmenter.open and self._opened is None
        self._forget(self._heard if speaks_on else self._segmenter.settled)

    def _close(self, end: int, voiced: int) -> None:
        opened, self._opened, self._ended = self._opened, None, end
        if opened is None or voiced < MIN_VOICE or end - opened > LONGEST_S * SAMPLE_RATE:
            return
        first, last = (max(0, at - self._kept_from) * BYTES_PER_SAMPLE for at in (opened, end))
        self._utterance = bytes(self._kept[first:last]), end

    def _forget(self, before: int) -> None:
        if before > self._kept_from:
            del self._kept[: (before - self._kept_from) * BYTES_PER_SAMPLE]
            self._kept_from = before
