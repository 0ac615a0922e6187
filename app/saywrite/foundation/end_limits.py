"""How long the end of a dictation may take where no window offers the rest. Pure: no clock, no thread."""

from __future__ import annotations

from typing import NamedTuple

NO_SERVICE_S = 60.0
"""Seconds without a connection after which the command line gives a file up, unless it is told to wait."""

UNREACHABLE = (
    "aiOla's service could not be reached for {seconds:.0f} s.",
    "Check the network and try again; --wait keeps trying, --engine local needs no network.",
)


class EndLimits(NamedTuple):
    """In seconds; None: as long as it takes.

    `finish_s`: from the wish to stop until the last text. `offline_s`: without a connection to the service, from the
    wish to stop or, where nobody speaks any more, since the connection was lost.
    """

    finish_s: float | None = None
    offline_s: float | None = None

    def due(self, stopped_at: float | None, offline_since: float | None, waits: bool) -> float | None:
        """Monotonic seconds at which to give up; None while there is no such limit.

        `waits`: the dictation only waits for text, nobody speaks. `offline_since`: None while connected.
        """
        due = []
        if stopped_at is not None and self.finish_s is not None:
            due.append(stopped_at + self.finish_s)
        if waits and offline_since is not None and self.offline_s is not None:
            due.append(max(offline_since, stopped_at or offline_since) + self.offline_s)
        return min(due, default=None)
