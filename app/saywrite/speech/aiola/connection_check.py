"""“Test connection”: signs in, opens a stream, measures the delay, and reports what works. Blocks: for worker threads.

Nothing of the user's is sent. It takes `LIMIT_S` at most from the moment when the account is known.
"""

from __future__ import annotations

import queue
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from saywrite.foundation.catalog import EN
from saywrite.foundation.errors import ServiceError
from saywrite.foundation.messages import message
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.net.command_queue import Ponged, TransportConnected, TransportLost, TransportRefused
from saywrite.speech.aiola.net.error_mapping import does_not_answer, host_of
from saywrite.speech.aiola.net.stream_request import StreamConfig, stream_path
from saywrite.speech.aiola.net.websocket import WebSocketTransport
from saywrite.speech.aiola.token_provider import AccountFound, AuthFailed, Grant, TokenFetched, TokenProvider
from saywrite.speech.engine import VoiceSettings
from saywrite.speech.network.network import Network

LIMIT_S = 20.0

MARKS = 5
"""Round trips that are measured; their median counts."""

PONG_S = 3.0
"""Seconds for all round trips; some servers answer no ping."""

CLOSING_S = 2.0
"""Seconds to close what is open at the service."""

CLOCK_S = 120.0
"""Seconds that this computer's clock may differ from the service's without a remark."""

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the report. `ok`: None for a remark that stops nothing."""

    ok: bool | None
    words: str
    remedy: str = ""


def check(find_account: Callable[[], Account], network: Network) -> Iterator[CheckResult]:
    """Yield each result as soon as it is known, up to the first failure.

    `find_account` may wait for the user (a locked keyring).
    """
    messages: queue.SimpleQueue[object] = queue.SimpleQueue()
    grants = TokenProvider(messages.put, find_account, network)
    link = WebSocketTransport(1, messages.put, network)
    try:
        yield from _results(_Answers(messages, grants), grants, link)
    except ServiceError as error:
        yield CheckResult(False, error.what, error.remedy)
    finally:
        link.close()
        grants.close(CLOSING_S)


class _Answers:
    """The messages of the worker threads."""

    def __init__(self, messages: queue.SimpleQueue[object], grants: TokenProvider) -> None:
        self._messages = messages
        self._grants = grants
        self._ended: ServiceError | None = None

    def next(self, kind: type[_Kind], host: str, until: float | None, *, of_link: bool = True) -> _Kind:
        """The next message of this kind. Raises ServiceError when it cannot come any more, or not by `until`."""
        while True:
            if of_link and self._ended is not None:
                raise self._ended
            left_s = None if until is None else max(until - time.monotonic(), 0.0)
            try:
                message = self._messages.get(timeout=left_s)
            except queue.Empty:
                raise does_not_answer(host) from None
            self._grants.receive(message)
            if isinstance(message, kind):
                return message
            if isinstance(message, AuthFailed):
                raise message.error
            if isinstance(message, (TransportRefused, TransportLost)):
                self._ended = message.error


def _results(answers: _Answers, grants: TokenProvider, link: WebSocketTransport) -> Iterator[CheckResult]:
    grants.fetch()
    account = answers.next(AccountFound, "", None, of_link=False).account
    until = time.monotonic() + LIMIT_S
    link.connect(account.base_url)
    where = host_of(account.sign_in_url)
    grant = answers.next(TokenFetched, where, until, of_link=False).grant
    yield CheckResult(
        True,
        message("Signed in at {host}.", host=where) if account.sign_in_url else message("The access token is there."),
    )
    if grant.skew_s is not None and abs(grant.skew_s) > CLOCK_S:
        yield _clock(grant.skew_s)
    host = host_of(account.base_url)
    link.upgrade(_address(grant), {"Authorization": f"Bearer {grant.access_token}"})
    answers.next(TransportConnected, host, until)
    yield CheckResult(True, message("A stream can be opened at {host}.", host=host))
    yield _delay(answers, link, host)


def _delay(answers: _Answers, link: WebSocketTransport, host: str) -> CheckResult:
    until = time.monotonic() + PONG_S
    trips_s: list[float] = []
    try:
        while len(trips_s) < MARKS:
            began = time.monotonic()
            link.mark(len(trips_s))
            trips_s.append(answers.next(Ponged, host, until).at - began)
    except ServiceError:
        if not trips_s:
            return CheckResult(None, message("The delay cannot be measured: the service does not answer pings."))
    return CheckResult(
        True, message("The delay is {milliseconds} ms.", milliseconds=max(1, round(statistics.median(trips_s) * 1000)))
    )


def _clock(skew_s: float) -> CheckResult:
    minutes = round(abs(skew_s) / 60)
    hours = round(minutes / 60)
    off = message("{minutes} min", minutes=minutes) if minutes < 120 else message("{hours} h", hours=hours)
    return CheckResult(
        None,
        message("This computer's clock is {length} ahead.", length=off)
        if skew_s > 0
        else message("This computer's clock is {length} behind.", length=off),
        message("Set its date and time; dictation works all the same."),
    )


def _address(grant: Grant) -> str:
    account = grant.account
    return stream_path(account.base_url, StreamConfig(EN, VoiceSettings()), account.workflow, grant.access_token)
