"""Puts the events that a recognizer returns behind what its threads post, so that a test reads one queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from saywrite.speech.engine import Events, Recognizer, Request


class EventPoster:
    """The methods of `recognizer`; `post` takes each event that they return. Other attributes are the recognizer's."""

    def __init__(self, recognizer: Recognizer, post: Callable[[object], None]) -> None:
        self.recognizer = recognizer
        self._post = post

    def __getattr__(self, name: str) -> Any:
        return getattr(self.recognizer, name)

    def prepare(self) -> Events:
        return self._post_all(self.recognizer.prepare())

    def start(self, request: Request) -> Events:
        return self._post_all(self.recognizer.start(request))

    def feed(self, pcm: bytes, end: int) -> Events:
        return self._post_all(self.recognizer.feed(pcm, end))

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        self.recognizer.set_keywords(keywords)

    def stand_by(self) -> Events:
        return self._post_all(self.recognizer.stand_by())

    def finish(self) -> Events:
        return self._post_all(self.recognizer.finish())

    def abort(self) -> Events:
        return self._post_all(self.recognizer.abort())

    def receive(self, message: object) -> Events:
        return self._post_all(self.recognizer.receive(message))

    def wake(self, now: float) -> float | None:
        """When to be called again, without the events."""
        events, due = self.recognizer.wake(now)
        self._post_all(events)
        return due

    def renew(self) -> Events:
        return self._post_all(self.recognizer.renew())

    def release(self) -> Events:
        return self._post_all(self.recognizer.release())

    def _post_all(self, events: Events) -> Events:
        """Post the events; return none, because they are to be handled once."""
        for event in events:
            self._post(event)
        return ()
