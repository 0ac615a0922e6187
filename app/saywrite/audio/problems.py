"""Tells each problem of a dictation's sound once, until it is over."""

from __future__ import annotations

from saywrite.audio.source import SoundSink
from saywrite.errors import AudioError


class Problems:
    """Keeps a lasting fault, met again at every try, from being shown at every try."""

    def __init__(self, sink: SoundSink) -> None:
        self._sink = sink
        self._told: set[object] = set()

    def tell(self, kind: object, error: AudioError) -> None:
        """Show `error`, which does not end the dictation, unless its `kind` has been shown."""
        if kind not in self._told:
            self._told.add(kind)
            self._sink.failed(error, False)

    def over(self, *kinds: object) -> None:
        """These may be told again; without any, all but `SILENT`, which is told once in a dictation."""
        self._told = self._told - set(kinds) if kinds else self._told & {SILENT}


SILENT = "silent"
LOST = "lost"
STALLED = "stalled"
HUNG = "hung"
"""Kinds of problems; a failed open is of the kind of its error's class."""
