"""The recognizer on this computer listens along with a service that recognizes the dictation. Dictation thread only.

It hears the same sound through a cursor of its own. Its partials are shown while the service sends none, its words tell
the service's recognizer which sound a text belongs to, and stand in for texts that are late (`provisional.py`). The
service never waits for it; when it fails, the dictation continues without it.

It is the one recognizer on this computer, not a second one: a dictation has it only while the dictation has its own
recognizer too, so a queued dictation never waits for it, and the model is in memory once. Its part of the dictation has
a name of its own, so that its events are recognizable.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from saywrite.dictation.engines.audio_cursor import AudioCursor
from saywrite.dictation.engines.differences import DifferenceFinder
from saywrite.dictation.engines.provisional import LocalText, shifted
from saywrite.dictation.persistence.recorder import RecordingSink
from saywrite.foundation.errors import JournalError
from saywrite.foundation.events import (
    Failed,
    Final,
    FrontEndEvent,
    Partial,
    Progress,
    ProvisionalStretch,
    ProvisionalText,
    RecognizerFinished,
    Rewind,
    Segment,
)
from saywrite.speech.engine import Events, LocalWord, Recognizer, RecognizerEvent, Request, WordsPlaced
from saywrite.text.keywords import Keyword, Keywords

log = logging.getLogger(__name__)

ON, AWAY, OFF = "on", "away", "off"
"""The values of the setting `aiola_listen_along`."""


class ListeningAlong:
    """The part of the recognizer on this computer in one dictation. `wish`: when it listens, as in the setting."""

    def __init__(
        self,
        request: Request,
        wish: str,
        local: Recognizer,
        record: RecordingSink,
        deliver: Callable[[Events], None],
        emit: Callable[[FrontEndEvent], None],
        *,
        compares: bool = False,
    ) -> None:
        """`deliver` takes what recognizers return, `emit` what front ends are to show.

        `compares`: report the words that the service hears differently.
        """
        self.local = local
        self.runs = False
        self.finished = False
        """It has heard the sound to its end."""
        self.text = LocalText()
        self._request = replace(
            request, dictation=f"{request.dictation}/along", translate_to="", live=False, word_times=True
        )
        self._dictation = request.dictation
        self._wish = wish
        self._cursor = AudioCursor(local, 0, record.read, record.on_disk, deliver)
        self._deliver = deliver
        self._emit = emit
        self._words: tuple[LocalWord, ...] = ()
        self._partial: tuple[Partial, tuple[LocalWord, ...]] | None = None
        self._service_has_partials = False
        self._own: tuple[Recognizer, int] | None = None
        self._away = False
        self._compares = compares
        self._differences = DifferenceFinder(request.dictation)
        self._shown = ProvisionalText(self._dictation, ())

    @property
    def name(self) -> str:
        """The name under which its events come."""
        return self._request.dictation

    @property
    def can_take_over(self) -> bool:
        """Whether the recognizer on this computer may stand in for a service that refuses."""
        return self._wish != OFF and not self.local.waits

    @property
    def listens(self) -> bool:
        """Whether it hears the sound, or has heard all of it."""
        return self.runs or self.finished

    # The sound.

    def append(self, pcm: bytes) -> None:
        if self._wish != OFF:
            self._cursor.append(pcm)

    def end(self) -> None:
        """Note that the sound has ended."""
        self._cursor.end()

    def written(self, length: int) -> None:
        self._cursor.written(length)

    def feed(self) -> None:
        """Give the recognizer what it may have now."""
        if not self.runs:
            return
        try:
            self._cursor.feed()
        except JournalError as error:
            log.warning("nothing listens along any more: %s", type(error).__name__)
            self.stop()

    @property
    def has_more(self) -> bool:
        """Whether the last `feed` stopped because it had done enough."""
        return self.runs and self._cursor.has_more

    # The recognizer on this computer.

    def begin(self, own: Recognizer, base: int) -> None:
        """Listen along with `own`, whose sound begins at the offset `base`, now or when the service is away."""
        self._own = own, base
        self._skip_to(base)
        words = self.text.words_from(base)
        if words:
            self._deliver(own.note_local_words(shifted(words, self.text.heard_until, base, ended=True)))
        if self._wish == ON or self._away:
            self._start()

    def stop(self) -> None:
        """Stop listening; what was heard stays."""
        if self.runs:
            self.runs = False
            self._deliver(self.local.abort())
            self._pass_on(ended=True)
        self._partial = None

    def leave(self) -> None:
        """End listening, and show no words any more: another recognizer takes over, or the dictation ends."""
        self._own = None
        self.stop()
        self._show(())

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        self._request = replace(self._request, keywords=keywords)
        if self.runs:
            self.local.set_keywords(keywords)

    def receive(self, event: RecognizerEvent) -> None:
        """Take one event with its `name`."""
        if not self.runs:
            return
        match event:
            case WordsPlaced(words=words):
                base = self._cursor.base
                self._words = tuple(LocalWord(word.text, word.start + base, word.end + base) for word in words)
            case Partial():
                self._partial, self._words = (replace(event, dictation=self._dictation), self._words), ()
                self._show_partial()
            case Final():
                self._take_final(event)
            case Progress(sent=sent, confirmed=confirmed):
                if self._cursor.advance(sent, confirmed):
                    self._pass_on()
                self.feed()
            case Rewind(to=to):
                self._cursor.rewind(to)
                self.feed()
            case RecognizerFinished():
                self.runs = False
                self.finished = self._cursor.is_done
                if not self.finished:
                    self._pass_on(ended=True)

    # The service.

    def note_away(self, away: bool) -> None:
        """Note that the service is away, or back."""
        if away == self._away:
            return
        self._away = away
        if away and self._own is not None and not self.runs:
            self._start()
        self._show_stretches()

    def note_final(self, start: int, end: int, segments: tuple[Segment, ...] = ()) -> None:
        """Note that the service's text for the sound between two offsets is shown, as these segments."""
        self.text.cover(start, end)
        if self._compares:
            self._differences.add(segments)
            self._show_differences()
        self._show_stretches()
        self._show_partial()

    def note_partial(self, event: Partial | Failed) -> None:
        """Note that the service sends partials itself: they replace those of this computer."""
        if isinstance(event, Partial) and self._own is not None:
            self._service_has_partials = True

    def note_confirmed(self, to: int) -> None:
        """Note that the service has confirmed the sound before the offset `to` of the dictation."""
        self.text.confirm(to)
        if not self.runs:
            self._skip_to(to)
        self._show_stretches()
        if self.runs and self._wish == AWAY and not self._away and not self._shown.stretches:
            self.stop()

    def _skip_to(self, offset: int) -> None:
        self._cursor.advance(offset - self._cursor.base, offset - self._cursor.base)

    def _start(self) -> None:
        if self._wish == OFF or self.local.waits:
            return
        self._cursor.change_recognizer(self.local)
        self.runs = True
        self._deliver(self.local.start(self._request))
        self._pass_on()  # the service's recognizer may wait for words from now on
        self.feed()

    def _take_final(self, final: Final) -> None:
        base, words, self._words = self._cursor.base, self._words, ()
        self._partial = None
        self.text.add(final.text, final.start + base, final.end + base, words)
        self._pass_on(words)
        self._show_stretches()
        self._show_differences()

    def _pass_on(self, words: tuple[LocalWord, ...] = (), *, ended: bool = False) -> None:
        """Hand new words, and how far they are complete, to the service's recognizer. `ended`: no more will come."""
        if self._own is not None:
            own, base = self._own
            self._deliver(own.note_local_words(shifted(words, self._cursor.confirmed, base, ended=ended)))

    def _show_differences(self) -> None:
        for event in self._differences.find(self.text, self.text.heard_until, self._rewrite):
            self._emit(event)

    def _rewrite(self, text: str) -> str:
        keywords = Keywords(tuple(Keyword(*pair) for pair in self._request.keywords.items()))
        return keywords.rewrite(text).text

    def _show_partial(self) -> None:
        if self._partial is not None and not self._service_has_partials:
            self._emit(self.text.trim(*self._partial))

    def _show_stretches(self) -> None:
        self._show(self.text.stretches())

    def _show(self, stretches: tuple[ProvisionalStretch, ...]) -> None:
        shown = ProvisionalText(self._dictation, stretches, away=self._away and bool(stretches))
        if shown != self._shown:
            self._shown = shown
            self._emit(shown)
