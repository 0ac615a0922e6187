"""Which engine hears a dictation: its own, or while that one is away, the one that stands in. Dictation thread.

Each change of the engine is a new recognition, with a name and an offset of its own, so that late events of an old
one are recognizable. The engine that is away goes on trying to reach its service; when it does, it takes over again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from saywrite.foundation.events import ConnectionChanged, Failed, Final, RecognizerFinished
from saywrite.speech.engine import Events, Recognizer, Request

AWAY_S = 60.0
"""Seconds a service may be away until, where the user wishes so, another engine stands in."""


class EngineFailover:
    """Of one dictation. `mark`: what finals of the present engine are marked with, "" for the dictation's own."""

    def __init__(self, request: Request, own: Recognizer, deliver: Callable[[Events], None]) -> None:
        """`deliver` takes what the engines return."""
        self.recognizer = own
        self._deliver = deliver
        self.mark = ""
        self.offline_since: float | None = None
        """Monotonic seconds."""
        self.unconnected_since: float | None = None
        """Monotonic seconds; a first attempt that still goes on counts, too."""
        self._request = request
        self._own = own
        self._name = request.dictation
        self._away = ""
        self._count = 1

    @property
    def has_stand_in(self) -> bool:
        return bool(self._away)

    @property
    def offline(self) -> bool:
        """The engine cannot reach its service, and no other stands in."""
        return self.offline_since is not None and not self._away

    @property
    def names(self) -> tuple[str, ...]:
        """The names its events may come under."""
        return (self._request.dictation, self._name, self._away)

    def note(self, changed: ConnectionChanged, now: float) -> None:
        """The own engine's connection has changed."""
        if changed.state in ("connected", "closed"):
            self.unconnected_since = None
        elif self.unconnected_since is None:
            self.unconnected_since = now
        if changed.state not in ("lost", "refused"):
            self.offline_since = None
        elif self.offline_since is None:
            self.offline_since = now

    def begin(self) -> None:
        self._deliver(self.recognizer.start(replace(self._request, dictation=self._name)))

    def stand_in(self, recognizer: Recognizer, mark: str) -> None:
        """Let another engine hear what follows; the own one keeps trying."""
        self._away = self._name
        self._start_anew(recognizer, mark)

    def come_back(self) -> None:
        """The own engine hears again, from what is confirmed on."""
        self._deliver(self.recognizer.abort())
        self._deliver(self._own.abort())
        self._away = ""
        self.offline_since = None
        self._start_anew(self._own, "")

    def abort(self) -> None:
        self._deliver(self.recognizer.abort())
        self.let_go()

    def let_go(self) -> None:
        """The dictation is over: the engine that is away need not try any longer."""
        if self._away:
            self._away = ""
            self._deliver(self._own.abort())

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        self._request = replace(self._request, keywords=keywords)
        self.recognizer.set_keywords(keywords)

    def is_to_return(self, event: object) -> bool:
        """The engine that was away has reached its service, or the one that stands in for it is at its end."""
        if not self._away:
            return False
        if isinstance(event, RecognizerFinished):
            return event.dictation == self._name
        return isinstance(event, ConnectionChanged) and event.dictation == self._away and event.state == "connected"

    def translate_event(self, event: object) -> object | None:
        """The event as the dictation's own; None for what it need not know: the engine that is away tells only of its
        connection, and no failure of its ends the dictation.
        """
        name = getattr(event, "dictation", None)
        dictation = self._request.dictation
        if name == self._name:
            if isinstance(event, Final) and self.mark:
                event = replace(event, engine=self.mark)
            if isinstance(event, Failed) and self.mark and event.fatal:
                event = replace(event, fatal=False)
            return event if name == dictation else replace(event, dictation=dictation)  # type: ignore[type-var]
        if isinstance(event, ConnectionChanged) and name == self._away:
            return replace(event, dictation=dictation)
        return None

    def _start_anew(self, recognizer: Recognizer, mark: str) -> None:
        self._count += 1
        self._name = f"{self._request.dictation}/{self._count}"
        self.recognizer, self.mark = recognizer, mark
        self.begin()
