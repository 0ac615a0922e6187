"""Looks every half second whether the service's host can be reached again.

A TCP connection without TLS or a request costs the service next to nothing, so that it can be tried far more often than
the stream. A connection that is closed at once counts as a failure: a proxy accepts it although nobody is behind it.
Runs on a thread of its own from the loss of a stream to the next one.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.selector_thread import wait_readable
from saywrite.speech.aiola.net.connector import Endpoint
from saywrite.speech.network.network import Network

EVERY_S: Final = 0.5
"""Seconds from one probe to the next."""

ANSWER_S: Final = 1.0
"""Seconds in which a host must accept the connection."""

KEPT_S: Final = 0.1
"""Seconds that an accepted connection must stay open to count."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HostReachable:
    """The host accepts connections again, after it had not."""

    probe: int


class ReachabilityProbe:
    """Probes until `stop`, or until the user forbids the network.

    `post` takes `HostReachable` on the probe's thread, once for each return of the host.
    """

    def __init__(self, number: int, base_url: str, network: Network, post: Callable[[object], None]) -> None:
        self.number = number
        self._base_url = base_url
        self._network = network
        self._post = post
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name=f"aiola-probe-{number}", daemon=True).start()

    def stop(self) -> None:
        """End without waiting; a message may still follow."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            endpoint = Endpoint.of(self._base_url)
            if self._network.proxy_for(self._base_url) is not None:
                return  # the proxy is always there: this says nothing about the service
        except (SaywriteError, ValueError) as error:
            log.info("no probe: %s", type(error).__name__)
            return
        was_reachable = True  # what can be reached all the time is tried with backoff
        while not self._stopped.is_set() and self._network.allows(endpoint.host):
            is_reachable = is_accepting(endpoint)
            if is_reachable and not was_reachable:
                self._post(HostReachable(self.number))
            was_reachable = is_reachable
            self._stopped.wait(EVERY_S)


def is_accepting(endpoint: Endpoint) -> bool:
    """Whether the host accepts a TCP connection and keeps it for `KEPT_S`. Blocks for a name and `ANSWER_S` at most."""
    try:
        with socket.create_connection((endpoint.host, endpoint.port), timeout=ANSWER_S) as sock:
            return not wait_readable([sock.fileno()], KEPT_S) or bool(sock.recv(1))
    except (OSError, ValueError):
        return False
