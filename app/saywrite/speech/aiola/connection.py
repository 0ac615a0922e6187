"""Keeps one stream to the service open while it is wanted: signs in, connects, retries with backoff.

"Not connected yet" and "connection lost" are the same state. Owned by the dictation thread; nothing here waits. Times
are monotonic seconds. The socket connects while a token is fetched, so that it costs no time of its own. While somebody
speaks without a connection, a probe looks for the host, and its return makes the next attempt at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from urllib.parse import urlsplit

from saywrite.foundation.errors import (
    KeyRefused,
    RateLimited,
    ServiceError,
    ServiceUnreachable,
    TokenExpired,
    TooManyDictations,
)
from saywrite.foundation.messages import message
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.net.command_queue import (
    EventBudget,
    SocketConnected,
    TransportConnected,
    TransportLost,
    TransportMessage,
    TransportRefused,
)
from saywrite.speech.aiola.net.error_mapping import SETTINGS
from saywrite.speech.aiola.net.probe import HostReachable, ReachabilityProbe
from saywrite.speech.aiola.net.stream_request import StreamConfig, stream_path
from saywrite.speech.aiola.net.websocket import WebSocketTransport
from saywrite.speech.aiola.token_provider import AccountFound, AuthFailed, Grant, TokenFetched, TokenProvider
from saywrite.speech.network.network import Network

FIRST_S = 0.25
LONGEST_S = 5.0

CROWDED_S = 5.0
"""Seconds between attempts while a limit of the account is reached and the service names no time."""


def delays(random: Random) -> Iterator[float]:
    """Endless waits of 0.25 s doubling to 5 s. Each varies by up to a fifth, so that clients do not retry in step."""
    delay = FIRST_S
    while True:
        yield delay * random.uniform(0.8, 1.2)
        delay = min(delay * 2, LONGEST_S)


log = logging.getLogger(__name__)

CONNECT_LIMIT_S = 25.0
"""Seconds after which an attempt without a result is given up."""

SILENT_REFUSALS = 2
"""Requests in a row that end with a lost connection until the token counts as refused: not every service says so."""

REFUSALS = 3
"""Fresh tokens refused in a row after which no other is fetched."""

PROVED_S = 10.0
"""Seconds after which an open stream counts as one that works."""


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """The stream is open. The service sends something at least every `silence_limit_s` seconds."""

    silence_limit_s: float


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """The stream is lost or did not open. `retry_in_s`: until the next attempt; None when trying again cannot help."""

    error: ServiceError
    retry_in_s: float | None


MakeProbe = Callable[[int, str], ReachabilityProbe]
"""Starts the probe with this number for the host of an address."""


class ServiceConnection:
    """The stream of one engine. `make_link` returns a new `WebSocketTransport` with the given number."""

    def __init__(
        self,
        grants: TokenProvider,
        make_link: Callable[[int], WebSocketTransport],
        random: Random,
        make_probe: MakeProbe | None = None,
    ) -> None:
        self._grants = grants
        self._make_link = make_link
        self._random = random
        self._last_number = 0
        self.wanted: StreamConfig | None = None
        """The stream to keep open, None for no stream."""
        self._link: WebSocketTransport | None = None
        self._connected_to = ""
        self._upgraded = False
        self._socket_is_up = False
        self._make_probe = make_probe
        self._probe: ReachabilityProbe | None = None
        self._last_probe = 0
        self._host_returned = False
        """The host was seen to return during the present attempt."""
        self._is_awaited = False
        self._silent_refusals = 0
        self._opened_at: float | None = None
        self._give_up_at = 0.0
        self._retry_at: float | None = None
        self._delays: Iterator[float] = delays(random)
        self._refused_tokens = 0
        self._earlier_traffic = [0, 0]
        self.up = False

    @property
    def link(self) -> WebSocketTransport | None:
        """The transport of the open stream."""
        return self._link if self.up else None

    @property
    def host(self) -> str:
        account = self._grants.account
        return urlsplit(account.base_url).hostname or "" if account else ""

    @property
    def traffic(self) -> tuple[int, int]:
        """Bytes sent and received over all links since `count_anew()`."""
        sent, received = self._earlier_traffic
        link = self._link
        return (sent + link.sent_bytes, received + link.received_bytes) if link else (sent, received)

    def count_anew(self) -> None:
        """Count traffic from zero."""
        self._earlier_traffic = [0, 0]
        if self._link is not None:
            self._earlier_traffic = [-self._link.sent_bytes, -self._link.received_bytes]

    def open(self, wanted: StreamConfig, now: float, *, is_awaited: bool = False) -> bool:
        """Keep a stream with these options open; True when it is open already.

        `is_awaited`: somebody is speaking, so that the return of the service must be noticed within a second.
        """
        self._is_awaited = is_awaited
        if self.wanted != wanted:
            self._drop_link()
        elif self.up:
            self.set_keywords(wanted.keywords)
        self.wanted = wanted
        self._grants.wanted = True
        if self._link is None:
            self._retry_at = None
            self._delays, self._refused_tokens = delays(self._random), 0
            self._connect(now)
        return self.up

    def close(self) -> None:
        """Close the stream; no other is wanted."""
        self.wanted = None
        self._grants.wanted = False
        self._retry_at = None
        self._stop_probe()
        self._drop_link(in_order=True)

    def drop(self, error: ServiceError, now: float, *, at_once: bool = False) -> SessionClosed:
        """Abort the stream and open another one. `at_once`: without a wait."""
        self._drop_link()
        return self._fail(error, now, at_once=at_once)

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        """Use these keywords from now on, on this stream and the next."""
        if self.wanted is None or dict(self.wanted.keywords) == dict(keywords):
            return
        self.wanted = replace(self.wanted, keywords=dict(keywords))
        if self._link is not None and self._upgraded:
            self._link.emit("set_keywords", dict(keywords))

    def try_again(self, now: float) -> None:
        """Connect at once, also after an error that trying again could not cure: its cause has changed."""
        if self.wanted is not None:
            self._drop_link()
            self._retry_at, self._delays, self._refused_tokens = now, delays(self._random), 0

    def reset_backoff(self) -> None:
        """Start the backoff anew: the stream delivers."""
        self._delays, self._refused_tokens, self._silent_refusals = delays(self._random), 0, 0

    def retry_now(self, now: float) -> None:
        """Make the next attempt now: the network or the computer is back."""
        if self._retry_at is not None:
            self._retry_at = now
            self._delays = delays(self._random)

    def receive(self, message: object, now: float) -> SessionOpened | SessionClosed | TransportMessage | None:
        """Take one message of a worker thread and return what it means for the stream.

        Messages of the open transport are returned as they are; those of a former transport are ignored.
        """
        if isinstance(message, TransportMessage):
            return self._receive_from_link(message, now)
        if isinstance(message, HostReachable):
            self._host_is_back(message, now)
            return None
        if not self._grants.receive(message):
            return None
        if isinstance(message, AccountFound):
            if self.wanted is not None and self._retry_at is None and not self.up:
                self._start_link(message.account, now)
        elif isinstance(message, TokenFetched):
            self._upgrade(message.grant, now)
        elif isinstance(message, AuthFailed) and self.wanted is not None and not self.up:
            self._drop_link()
            return self._fail(message.error, now)
        return None

    def wake(self, now: float) -> tuple[SessionClosed | None, float | None]:
        """Do what is due. Returns the end of a stream, if any, and when to call again."""
        renew = self._grants.wake(now)
        if self._retry_at is not None and now >= self._retry_at:
            self._retry_at = None
            self._connect(now)
        if self._link is not None and not self.up and now >= self._give_up_at:
            return self.drop(
                ServiceUnreachable(message("aiOla does not answer."), message("Check the network.")), now
            ), now
        due = [self._retry_at, renew, self._give_up_at if self._link is not None and not self.up else None]
        return None, min((at for at in due if at is not None), default=None)

    def _host_is_back(self, message: HostReachable, now: float) -> None:
        """Make the next attempt at once, or once more if the present one fails: it may have begun too early."""
        if self._probe is None or message.probe != self._probe.number or self.up:
            return
        self._host_returned = True
        if self._link is not None and self._upgraded and not self._socket_is_up:
            self._drop_link()  # its first packet was lost, and the system waits for seconds before the next
            self._connect(now)
        elif self._retry_at is not None:
            self._retry_at = now

    def _connect(self, now: float) -> None:
        assert self.wanted is not None
        self._host_returned = False
        self._give_up_at = now + CONNECT_LIMIT_S
        grant = self._grants.current()
        if grant is None:
            self._grants.fetch()
            # A first fetch posts the account as soon as it is known; later ones find the same.
            if self._grants.account is not None:
                self._start_link(self._grants.account, now)
            return
        self._start_link(grant.account, now)
        self._upgrade(grant, now)

    def _start_link(self, account: Account, now: float) -> None:
        """Connect to the account's host. A connection to another host is dropped: it must not get the token."""
        if self._link is not None:
            if self._connected_to == account.base_url:
                return
            self._drop_link()
        self._last_number, self._connected_to = self._last_number + 1, account.base_url
        self._link = self._make_link(self._last_number)
        self._give_up_at, self._upgraded, self._socket_is_up = now + CONNECT_LIMIT_S, False, False
        self._link.connect(account.base_url)

    def _upgrade(self, grant: Grant, now: float) -> None:
        if self.wanted is None or self._retry_at is not None or self.up or self._upgraded:
            return
        self._start_link(grant.account, now)
        assert self._link is not None
        path = stream_path(grant.account.base_url, self.wanted, grant.account.workflow, grant.access_token)
        self._link.upgrade(path, {"Authorization": f"Bearer {grant.access_token}"})
        self._upgraded = True

    def _receive_from_link(
        self, message: TransportMessage, now: float
    ) -> SessionOpened | SessionClosed | TransportMessage | None:
        link = self._link
        if link is None or message.link != link.number:
            return None
        if isinstance(message, TransportConnected):
            self.up, self._opened_at = True, now
            self._stop_probe()
            return SessionOpened(message.ping_interval_s + message.ping_timeout_s)
        if isinstance(message, TransportRefused | TransportLost):
            is_silent = isinstance(message, TransportLost) and self._upgraded and self._socket_is_up
            self._drop_link()
            if is_silent:
                self._note_silent_refusal()
            return self._fail(message.error, now)
        if isinstance(message, SocketConnected):
            self._socket_is_up = True
        return message if self.up else None

    def _note_silent_refusal(self) -> None:
        """Replace the token once after several connections in a row that were lost behind their request.

        If those of the fresh token are lost, too, the network is to blame.
        """
        self._silent_refusals += 1
        grant = self._grants.current()
        if self._silent_refusals == SILENT_REFUSALS and grant is not None and grant.account.sign_in != "token":
            log.info("the token is replaced: the service ends every connection without a reason")
            self._grants.forget(revoke=True)

    def _fail(self, error: ServiceError, now: float, *, at_once: bool = False) -> SessionClosed:
        """Decide when to try again, whether with a new token, or not at all."""
        log.info("no stream: %s", type(error).__name__)
        if self._opened_at is not None and now - self._opened_at >= PROVED_S:
            self.reset_backoff()
        self._opened_at = None
        grant = self._grants.current()
        if isinstance(error, TokenExpired | KeyRefused) and grant is not None:
            # An older token may have been withdrawn; a fresh one that is refused was not.
            self._grants.forget(revoke=True)
            self._refused_tokens += 1
            at_once = self._refused_tokens == 1
            if grant.account.sign_in == "token" or self._refused_tokens >= REFUSALS:
                error, at_once = (
                    KeyRefused(error.what, message("Check how to sign in, in {settings}.", settings=SETTINGS)),
                    False,
                )
        if not (error.curable or at_once):
            self._retry_at = None
            return SessionClosed(error, None)
        wait = 0.0 if at_once else next(self._delays)
        if isinstance(error, TooManyDictations | RateLimited):
            wait = CROWDED_S
        elif self._host_returned:
            wait = 0.0
        if error.retry_after_s is not None:
            wait = max(wait, error.retry_after_s)
        if self.wanted is not None:
            self._retry_at = now + wait
            self._start_probe()
        return SessionClosed(error, wait)

    def _start_probe(self) -> None:
        account = self._grants.account
        if self._probe is None and self._is_awaited and self._make_probe is not None and account is not None:
            self._last_probe += 1
            self._probe = self._make_probe(self._last_probe, account.base_url)

    def _stop_probe(self) -> None:
        probe, self._probe = self._probe, None
        if probe is not None:
            probe.stop()

    def _drop_link(self, *, in_order: bool = False) -> None:
        link, self._link = self._link, None
        self.up = False
        if link is None:
            return
        self._earlier_traffic[0] += link.sent_bytes
        self._earlier_traffic[1] += link.received_bytes
        if in_order:
            link.close()
        else:
            link.abort()


def service_connection(
    grants: TokenProvider, post: Callable[[object], None], network: Network, clock: Callable[[], float]
) -> ServiceConnection:
    """A connection over real sockets, whose threads post to the inbox."""
    budget = EventBudget()
    return ServiceConnection(
        grants,
        lambda number: WebSocketTransport(number, post, network, clock, budget),
        Random(),
        lambda number, address: ReachabilityProbe(number, address, network, post),
    )
