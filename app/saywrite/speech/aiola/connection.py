"""Keeps one stream to the service open while it is wanted: signs in, connects, waits, connects again.

"Not connected yet" and "connection lost" are the same state here. Owned by the dictation thread; nothing in it waits.
Times are monotonic seconds. While a token is fetched the line is dialed already, so that it costs no time of its own.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from urllib.parse import urlencode, urlsplit

from saywrite.foundation.errors import (
    KeyRefused,
    RateLimited,
    ServiceError,
    ServiceUnreachable,
    TokenExpired,
    TooManyDictations,
)
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.net.command_queue import (
    TransportConnected,
    TransportLost,
    TransportMessage,
    TransportRefused,
)
from saywrite.speech.aiola.net.error_mapping import SETTINGS
from saywrite.speech.aiola.net.websocket import WebSocketTransport
from saywrite.speech.aiola.token_provider import AccountFound, AuthFailed, Grant, TokenFetched, TokenProvider
from saywrite.speech.engine import VoiceSettings

FIRST_S = 0.25
LONGEST_S = 5.0

CROWDED_S = 5.0
"""Between attempts while the account's limit of dictations, or its rate limit, is reached and no time was named."""


def delays(random: Random) -> Iterator[float]:
    """0.25 s doubling to 5 s, without end, each up to a fifth shorter or longer: clients do not come in step."""
    delay = FIRST_S
    while True:
        yield delay * random.uniform(0.8, 1.2)
        delay = min(delay * 2, LONGEST_S)


log = logging.getLogger(__name__)

CONNECT_LIMIT_S = 25.0
"""Seconds after which an attempt that neither succeeds nor fails is given up: longer than a link's own limits."""

REFUSALS = 3
"""Tokens refused in a row, each fresh, after which another one is not asked for."""

PROVED_S = 10.0
"""Seconds after which a stream that is open counts as one that works."""

STREAM_PATH = "/api/voice-streaming/socket.io/"


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """What the service is told when a stream is opened. `language`, `translate_to`: codes of the wire."""

    language: str
    voice: VoiceSettings
    translate_to: str = ""
    keywords: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """The stream is open. The service says something at least every `silence_limit_s` seconds."""

    silence_limit_s: float


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """It is gone, or did not come; the next attempt is in `retry_in_s`, None when trying again cannot help."""

    error: ServiceError
    retry_in_s: float | None


class ServiceConnection:
    """`make_link` gives a new `WebSocketTransport` with this number."""

    def __init__(self, grants: TokenProvider, make_link: Callable[[int], WebSocketTransport], random: Random) -> None:
        self._grants = grants
        self._make_link = make_link
        self._random = random
        self._numbers = 0
        self.wanted: StreamConfig | None = None
        """The stream to have; None: none."""
        self._link: WebSocketTransport | None = None
        self._dialed = ""
        self._upgraded = False
        self._up_at: float | None = None
        self._limit = 0.0
        self._retry_at: float | None = None
        self._delays: Iterator[float] = delays(random)
        self._refusals = 0
        self._bytes = [0, 0]
        self.up = False

    @property
    def link(self) -> WebSocketTransport | None:
        """The open stream's link."""
        return self._link if self.up else None

    @property
    def host(self) -> str:
        account = self._grants.account
        return urlsplit(account.base_url).hostname or "" if account else ""

    @property
    def traffic(self) -> tuple[int, int]:
        """Bytes sent and received over all links since `count_anew()`."""
        sent, received = self._bytes
        link = self._link
        return (sent + link.sent_bytes, received + link.received_bytes) if link else (sent, received)

    def count_anew(self) -> None:
        """Traffic counts from here."""
        self._bytes = [0, 0]
        if self._link is not None:
            self._bytes = [-self._link.sent_bytes, -self._link.received_bytes]

    def open(self, wanted: StreamConfig, now: float) -> bool:
        """Have a stream like this; True when it is there already."""
        if self.wanted != wanted:
            self._abandon()
        elif self.up:
            self.set_keywords(wanted.keywords)
        self.wanted = wanted
        self._grants.wanted = True
        if self._link is None:
            self._retry_at = None
            self._delays, self._refusals = delays(self._random), 0
            self._connect(now)
        return self.up

    def close(self) -> None:
        """No stream is wanted any more."""
        self.wanted = None
        self._grants.wanted = False
        self._retry_at = None
        self._abandon(in_order=True)

    def drop(self, error: ServiceError, now: float, *, at_once: bool = False) -> SessionClosed:
        """The stream is as good as dead: away with it, and another one."""
        self._abandon()
        return self._fail(error, now, at_once=at_once)

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        """From now on these hold, on this stream and the next."""
        if self.wanted is None or dict(self.wanted.keywords) == dict(keywords):
            return
        self.wanted = replace(self.wanted, keywords=dict(keywords))
        if self._link is not None and self._upgraded:
            self._link.emit("set_keywords", dict(keywords))

    def try_again(self, now: float) -> None:
        """What made it impossible has changed."""
        if self.wanted is not None:
            self._abandon()
            self._retry_at, self._delays, self._refusals = now, delays(self._random), 0

    def prove(self) -> None:
        """The stream does what it is for: should it be lost, that is a first failure again."""
        self._delays, self._refusals = delays(self._random), 0

    def hurry(self, now: float) -> None:
        """The network or the computer is back: do not wait for the next attempt."""
        if self._retry_at is not None:
            self._retry_at = now
            self._delays = delays(self._random)

    def receive(self, message: object, now: float) -> SessionOpened | SessionClosed | TransportMessage | None:
        """Take one message of a worker thread; what it means for the stream. Messages of the open link itself are
        given back; those of a former one mean nothing.
        """
        if isinstance(message, TransportMessage):
            return self._of_link(message, now)
        if not self._grants.receive(message):
            return None
        if isinstance(message, AccountFound):
            if self.wanted is not None and self._retry_at is None and not self.up:
                self._dial(message.account, now)
        elif isinstance(message, TokenFetched):
            self._upgrade(message.grant, now)
        elif isinstance(message, AuthFailed) and self.wanted is not None and not self.up:
            self._abandon()
            return self._fail(message.error, now)
        return None

    def wake(self, now: float) -> tuple[SessionClosed | None, float | None]:
        """Do what is due; what came of it, and when to look again."""
        renew = self._grants.wake(now)
        if self._retry_at is not None and now >= self._retry_at:
            self._retry_at = None
            self._connect(now)
        if self._link is not None and not self.up and now >= self._limit:
            return self.drop(ServiceUnreachable("aiOla does not answer.", "Check the network."), now), now
        due = [self._retry_at, renew, self._limit if self._link is not None and not self.up else None]
        return None, min((at for at in due if at is not None), default=None)

    def _connect(self, now: float) -> None:
        assert self.wanted is not None
        self._limit = now + CONNECT_LIMIT_S
        grant = self._grants.current()
        if grant is None:
            self._grants.fetch()
            # A first fetch tells the account when it is known; a later one finds the same again.
            if self._grants.account is not None:
                self._dial(self._grants.account, now)
            return
        self._dial(grant.account, now)
        self._upgrade(grant, now)

    def _dial(self, account: Account, now: float) -> None:
        """Go to the account's host; a line that leads elsewhere must not be given its token."""
        if self._link is not None:
            if self._dialed == account.base_url:
                return
            self._abandon()
        self._numbers, self._dialed = self._numbers + 1, account.base_url
        self._link = self._make_link(self._numbers)
        self._limit, self._upgraded = now + CONNECT_LIMIT_S, False
        self._link.connect(account.base_url)

    def _upgrade(self, grant: Grant, now: float) -> None:
        if self.wanted is None or self._retry_at is not None or self.up or self._upgraded:
            return
        self._dial(grant.account, now)
        assert self._link is not None
        base = urlsplit(grant.account.base_url).path.rstrip("/")
        query = urlencode(query_of(self.wanted, grant))
        self._link.upgrade(f"{base}{STREAM_PATH}?{query}", {"Authorization": f"Bearer {grant.access_token}"})
        self._upgraded = True

    def _of_link(
        self, message: TransportMessage, now: float
    ) -> SessionOpened | SessionClosed | TransportMessage | None:
        link = self._link
        if link is None or message.link != link.number:
            return None
        if isinstance(message, TransportConnected):
            self.up, self._up_at = True, now
            return SessionOpened(message.ping_interval_s + message.ping_timeout_s)
        if isinstance(message, TransportRefused | TransportLost):
            self._abandon()
            return self._fail(message.error, now)
        return message if self.up else None

    def _fail(self, error: ServiceError, now: float, *, at_once: bool = False) -> SessionClosed:
        """Decide what an error means: when to try again, whether with a new token, or not at all."""
        log.info("no stream: %s", type(error).__name__)
        if self._up_at is not None and now - self._up_at >= PROVED_S:
            self.prove()
        self._up_at = None
        grant = self._grants.current()
        if isinstance(error, TokenExpired | KeyRefused) and grant is not None:
            # What was granted earlier may have been withdrawn since; one granted this moment was not.
            self._grants.forget(revoke=True)
            self._refusals += 1
            at_once = self._refusals == 1
            if grant.account.sign_in == "token" or self._refusals >= REFUSALS:
                error, at_once = KeyRefused(error.what, f"Check how to sign in, in {SETTINGS}."), False
        if not (error.curable or at_once):
            self._retry_at = None
            return SessionClosed(error, None)
        wait = 0.0 if at_once else next(self._delays)
        if isinstance(error, TooManyDictations | RateLimited):
            wait = CROWDED_S
        if error.retry_after_s is not None:
            wait = max(wait, error.retry_after_s)
        if self.wanted is not None:
            self._retry_at = now + wait
        return SessionClosed(error, wait)

    def _abandon(self, *, in_order: bool = False) -> None:
        link, self._link = self._link, None
        self.up = False
        if link is None:
            return
        self._bytes[0] += link.sent_bytes
        self._bytes[1] += link.received_bytes
        if in_order:
            link.close()
        else:
            link.abort()


def query_of(wanted: StreamConfig, grant: Grant) -> dict[str, str]:
    """The items of the address, as aiOla's SDKs send them."""
    voice = wanted.voice
    query = {
        "execution_id": str(uuid.uuid4()),
        "flow_id": grant.account.workflow,
        "time_zone": "UTC",
        "x-aiola-api-token": grant.access_token,
        "lang_code": wanted.language,
        "keywords": json.dumps(dict(wanted.keywords)),
        "vad_config": json.dumps(
            {
                "threshold": voice.threshold,
                "min_speech_ms": voice.min_speech_ms,
                "min_silence_ms": voice.min_silence_ms,
                "max_segment_ms": voice.max_segment_ms,
            }
        ),
    }
    if not wanted.keywords:
        del query["keywords"]
    if wanted.translate_to:
        task = {"src_lang_code": wanted.language, "dst_lang_code": wanted.translate_to}
        query["tasks_config"] = json.dumps({"TRANSLATION": task})
    return query
