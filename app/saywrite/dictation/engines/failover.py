"""Chooses the engine of a dictation: its own, or a stand-in while that one cannot reach its service.

Dictation thread only. With each change the engine gets the dictation under another name and with offsets of its own,
so that late events of the former engine are recognizable. The dictation's own engine keeps trying to reach its
service, and takes over again when it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import ConnectionChanged, EngineChanged, Failed, Final, RecognizerFinished
from saywrite.foundation.messages import joined, message
from saywrite.speech.engine import Events, Recognizer, RecognizerEvent, Request

CARRIES_ON = message("The recognizer on this computer carries on.")

AWAY_S = 1.0
"""Seconds without the service after which, where the settings say so, another engine stands in.

A connection that returns sooner continues; until then the words of the recognizer on this computer are shown.
"""

SLOW_S = 3.0
"""Seconds without a first connection after which this computer listens along: the attempt may fail after ten only."""

SLOW_STAND_IN_S = 6.0
"""Seconds without a first connection after which another engine stands in."""


class EngineFailover:
    """The engines of one dictation: its own, and the local one that stands in while the service is away."""

    def __init__(self, request: Request, own: Recognizer, deliver: Callable[[Events], None]) -> None:
        """`deliver` takes what the engines return."""
        self.recognizer = own
        self._deliver = deliver
        self.offline_since: float | None = None
        """Monotonic seconds."""
        self.unconnected_since: float | None = None
        """Monotonic seconds; counts from the first attempt on, even while that one has not failed."""
        self._request = request
        self._own = own
        self._name = request.dictation
        self._away = ""
        self._count = 1

    @property
    def stands_in(self) -> bool:
        """Whether the present engine is not the dictation's own one."""
        return self.recognizer is not self._own

    @property
    def offline(self) -> bool:
        """Whether the engine cannot reach its service and no other one stands in."""
        return self.offline_since is not None and not self._away

    @property
    def away_at(self) -> float | None:
        """When the service counts as away for who listens along; None: it is there, or another one stands in."""
        if self._away or self.unconnected_since is None:
            return None
        return self.unconnected_since + SLOW_S if self.offline_since is None else self.offline_since

    @property
    def stand_in_at(self) -> float | None:
        """When another engine may stand in. After a return to the own one, a slow connection is waited for.

        Else a connection that always takes so long would be given up each time.
        """
        if self._away or self.unconnected_since is None:
            return None
        if self.offline_since is not None:
            return self.offline_since + AWAY_S
        return self.unconnected_since + SLOW_STAND_IN_S if self._count == 1 else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which its events may come."""
        return (self._request.dictation, self._name, self._away)

    def note(self, changed: ConnectionChanged, now: float) -> None:
        """Note that the connection of the dictation's own engine changed at `now`, in monotonic seconds."""
        if changed.state in ("connected", "closed"):
            self.unconnected_since = None
        elif self.unconnected_since is None:
            self.unconnected_since = now
        if changed.state not in ("lost", "refused"):
            self.offline_since = None
        elif self.offline_since is None:
            self.offline_since = now

    def begin(self) -> None:
        """Start the present engine."""
        self._deliver(self.recognizer.start(replace(self._request, dictation=self._name)))

    def stand_in(self, recognizer: Recognizer, *, for_good: bool = False) -> None:
        """Let another engine transcribe what follows, while the dictation's own one keeps trying to connect.

        `for_good`: the service refuses, so the dictation's own engine ends.
        """
        if for_good:
            self._deliver(self._own.abort())
            self.offline_since = self.unconnected_since = None
        else:
            self._away = self._name
            self._deliver(self._own.stand_by())
        self._start_anew(recognizer)

    def come_back(self) -> None:
        """Return to the dictation's own engine, which continues on the connection that it has made."""
        self._deliver(self.recognizer.abort())
        self._deliver(self._own.abort())
        self._away = ""
        self.offline_since = None
        self._start_anew(self._own)

    def abort(self) -> None:
        """Stop every engine of the dictation."""
        self._deliver(self.recognizer.abort())
        self.end_stand_in()

    def end_stand_in(self) -> None:
        """Stop the dictation's own engine where it still tries to connect: the dictation has ended."""
        if self._away:
            self._away = ""
            self._deliver(self._own.abort())

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        """Use these keywords from now on, also for an engine that starts later."""
        self._request = replace(self._request, keywords=keywords)
        self.recognizer.set_keywords(keywords)

    def is_to_return(self, event: RecognizerEvent) -> bool:
        """Whether the own engine has to take over: it reached its service, or the stand-in ended."""
        if not self._away:
            return False
        if isinstance(event, RecognizerFinished):
            return event.dictation == self._name
        return isinstance(event, ConnectionChanged) and event.dictation == self._away and event.state == "connected"

    def translate_event(self, event: RecognizerEvent) -> RecognizerEvent | None:
        """Return the event under the dictation's own name, or None where it does not concern the dictation.

        Of an engine that is away, only its connection and a refusal of the account concern it. A failure of a stand-in
        does not end the dictation.
        """
        if isinstance(event, EngineChanged):
            return None
        name, dictation = event.dictation, self._request.dictation
        if name == self._name:
            if isinstance(event, Final) and self.stands_in:
                event = replace(event, engine=LOCAL)
            if isinstance(event, Failed) and self.stands_in and event.fatal:
                event = replace(event, fatal=False)
            return event if name == dictation else replace(event, dictation=dictation)
        if name != self._away:
            return None
        if isinstance(event, Failed) and event.about == "account":
            return replace(event, dictation=dictation, fatal=False, remedy=joined(" ", CARRIES_ON, event.remedy))
        return replace(event, dictation=dictation) if isinstance(event, ConnectionChanged) else None

    def _start_anew(self, recognizer: Recognizer) -> None:
        self._count += 1
        self._name = f"{self._request.dictation}/{self._count}"
        self.recognizer = recognizer
        self.begin()
