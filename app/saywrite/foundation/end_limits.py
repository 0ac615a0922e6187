"""Time limits for the end of a dictation on the command line. Pure: no clock, no thread."""

from __future__ import annotations

from typing import NamedTuple

from saywrite.foundation.messages import message

NO_SERVICE_S = 60.0
"""Seconds without a connection after which the command line gives up, unless `--wait` is given."""

UNREACHABLE = (
    message("aiOla's service could not be reached for {seconds:.0f} s."),
    message("Check the network and try again; --wait keeps trying, --engine local needs no network."),
)


class EndLimits(NamedTuple):
    """Limits in seconds; None is no limit.

    `finish_s`: from the stop to the last text. `offline_s`: without a connection to the service, counted from the stop
    or from the loss of the connection, whichever is later.
    """

    finish_s: float | None = None
    offline_s: float | None = None

    def due(self, stopped_at: float | None, offline_since: float | None, waits: bool) -> float | None:
        """Return the monotonic time at which to give up; None while no limit applies.

        `waits`: the sound has ended and the dictation waits for text. `offline_since`: None while connected.
        """
        due = []
        if stopped_at is not None and self.finish_s is not None:
            due.append(stopped_at + self.finish_s)
        if waits and offline_since is not None and self.offline_s is not None:
            due.append(max(offline_since, stopped_at or offline_since) + self.offline_s)
        return min(due, default=None)
