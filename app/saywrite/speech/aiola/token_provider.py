"""The access token: fetched, kept, renewed shortly before it expires, its session closed at the end.

`TokenProvider` belongs to the dictation thread. HTTP and the search for the account (a locked keyring waits for its
user) run on short-lived threads, whose messages come back through `receive()`.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saywrite.foundation.catalog import KEY_VARIABLE
from saywrite.foundation.errors import KeyMissing, KeyRefused, SaywriteError, ServiceError, ServiceFailed
from saywrite.foundation.messages import message
from saywrite.speech.aiola.account import TOKEN_LIMIT, Account, check_address, claims
from saywrite.speech.aiola.net.error_mapping import ASKING, SETTINGS, SIGNING_IN, does_not_answer, host_of, parse_date
from saywrite.speech.aiola.net.http import Answer, ask
from saywrite.speech.engine import Post

if TYPE_CHECKING:
    import httpx

    from saywrite.speech.network.network import Network

MARGIN_S = 300.0
"""Seconds before its expiry at which a token is renewed; at half its life if that is later."""

SKEW_S = 60.0
"""Seconds by which clocks may differ and still count as equal."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token with its account.

    `expires_at`, `renew_at`: wall-clock seconds of this computer, corrected for its skew; None when the token does not
    say. `has_session`: there is a session to close at the end. `skew_s`: how far this computer's clock is ahead of the
    service's, None when unknown.
    """

    access_token: str = field(repr=False)
    account: Account
    expires_at: float | None = None
    renew_at: float | None = None
    has_session: bool = False
    skew_s: float | None = None


def sign_in(account: Account, client: httpx.Client, wall: Callable[[], float]) -> Grant:
    """Get a new grant. Blocks for seconds; raises ServiceError."""
    if account.sign_in == "url":
        return _from_address(account, client, wall)
    secret = account.secret.strip()
    if not secret:
        raise KeyMissing(
            message("There is no aiOla API key yet."),
            message("Put it into {settings}, or into {key_variable}.", settings=SETTINGS, key_variable=KEY_VARIABLE),
        )
    if not _is_token(secret):
        raise KeyRefused(
            message("The API key contains characters that cannot occur in one.")
            if account.sign_in == "key"
            else message("The access token contains characters that cannot occur in one."),
            message("Copy it again, whole, into {settings}.", settings=SETTINGS),
        )
    if account.sign_in == "token":
        return _as_it_is(account, secret, wall())
    return _from_key(account, secret, client, wall)


def end_session(grant: Grant, client: httpx.Client) -> None:
    """Close the session of a grant, so that the account can open another. Blocks for seconds; raises ServiceError."""
    if grant.has_session:
        answer = ask(
            client,
            "DELETE",
            f"{check_address(grant.account.auth_url)}/voip-auth/session",
            SIGNING_IN,
            bearer=grant.access_token,
            headers={"Content-Type": "application/json"},
        )
        log.info("session closed at %s: %d", answer.host, answer.status)


def _from_key(account: Account, key: str, client: httpx.Client, wall: Callable[[], float]) -> Grant:
    base = check_address(account.auth_url)
    answer = ask(client, "POST", f"{base}/voip-auth/apiKey2Token", SIGNING_IN, bearer=key)
    context = answer.json(SIGNING_IN).get("context")
    token = _token_in(context if isinstance(context, dict) else {}, answer, "token")
    answer = ask(
        client, "POST", f"{base}/voip-auth/session", SIGNING_IN, bearer=token, json={"workflow_id": account.workflow}
    )
    access_token = _token_in(answer.json(SIGNING_IN), answer, "jwt")
    return _granted(account, access_token, answer, wall(), has_session=True)


def _from_address(account: Account, client: httpx.Client, wall: Callable[[], float]) -> Grant:
    address, mark, query = account.token_url.strip().partition("?")
    if not address:
        raise KeyMissing(
            message("There is no token address yet."),
            message("Put your company's address into {settings}.", settings=SETTINGS),
        )
    url = check_address(address) + mark + query
    accept = {"Accept": "application/json, text/plain"}
    answer = ask(client, "GET", url, ASKING, headers=accept, follow_redirects=True)
    if answer.status == 405:
        answer = ask(client, "POST", url, ASKING, headers=accept, follow_redirects=True)
    bare = answer.body.strip().decode("latin-1")
    if 200 <= answer.status < 300 and _is_token(bare) and not bare.startswith(("{", "[", '"', "<")):
        access_token = bare
    else:
        access_token = _token_in(answer.json(ASKING), answer, "access_token", "token", "jwt")
    grant = _granted(account, access_token, answer, wall())
    if grant.expires_at is not None and grant.expires_at <= wall():
        raise ServiceFailed(
            message("{host} gives out an access token that has expired.", host=answer.host),
            message("Ask whoever runs your token address."),
        )
    return grant


def _as_it_is(account: Account, token: str, now: float) -> Grant:
    expires_at = _seconds(claims(token).get("exp"))
    if expires_at is not None and expires_at <= now:
        raise KeyRefused(
            message("By this computer's clock the access token has expired."),
            message("Put a new one into {settings}, or check the computer's date and time.", settings=SETTINGS),
        )
    return Grant(token, account, expires_at, expires_at)


def _granted(account: Account, token: str, answer: Answer, now: float, *, has_session: bool = False) -> Grant:
    claimed = claims(token)
    expires_at, issued_at = _seconds(claimed.get("exp")), _seconds(claimed.get("iat"))
    service_time = parse_date(answer.headers.get("date", ""))
    if service_time is None and issued_at is not None and issued_at > now + SKEW_S:
        service_time = issued_at  # a token is not made in the future: this clock is behind
    skew_s = None if service_time is None else now - service_time
    if expires_at is None:
        return Grant(token, account, has_session=has_session, skew_s=skew_s)
    if skew_s is not None and abs(skew_s) > SKEW_S:
        log.info("the clock is %.0f s ahead of %s", skew_s, answer.host)
        expires_at += skew_s
    renew_at = expires_at - min(MARGIN_S, max(0.0, expires_at - now) / 2)
    return Grant(token, account, expires_at, renew_at, has_session, skew_s)


def _token_in(found: Mapping[str, Any], answer: Answer, *names: str) -> str:
    for name in names:
        token = found.get(name)
        if isinstance(token, str) and _is_token(token):
            return token
    raise answer.problem(ASKING if "access_token" in names else SIGNING_IN)


def _is_token(text: str) -> bool:
    """Whether a header can hold it: visible ASCII, one word."""
    return 0 < len(text) <= TOKEN_LIMIT and all("!" <= character <= "~" for character in text)


def _seconds(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e11:
        return float(value)
    return None


PATIENCE_S = 30.0
"""Seconds from the account to the grant after which a sign-in counts as hung."""

RETRY_S = 30.0
"""Seconds between two attempts to renew a grant that is still valid."""

LOOK_S = 60.0
"""Seconds after which the wall clock is read again: it advances while the computer sleeps."""


@dataclass(frozen=True, slots=True)
class AccountFound:
    """The account of this fetch: its host can be connected to while the token is fetched."""

    fetch: int
    account: Account


@dataclass(frozen=True, slots=True)
class TokenFetched:
    """The fetch has succeeded."""

    fetch: int
    grant: Grant


@dataclass(frozen=True, slots=True)
class AuthFailed:
    """The fetch has failed."""

    fetch: int
    error: ServiceError


class TokenProvider:
    """The grant of one engine. `find_account` may block and raises SaywriteError. `wall`: the wall clock, in seconds.

    `wanted`: a stream is open or wanted, so that a grant is renewed before it expires.
    """

    def __init__(
        self, post: Post, find_account: Callable[[], Account], network: Network, wall: Callable[[], float] = time.time
    ) -> None:
        self._post = post
        self._find_account = find_account
        self._network = network
        self._wall = wall
        self._grant: Grant | None = None
        self._fetch: _Fetch | None = None
        self._fetches = 0
        self._answer_due: float | None = None
        self._renew_after = 0.0
        self._endings: list[threading.Thread] = []
        self.account: Account | None = None
        self.wanted = False

    @property
    def fetching(self) -> bool:
        return self._fetch is not None

    def current(self) -> Grant | None:
        """The grant, if it is valid for long enough to begin something with it."""
        if self._grant is None or (self._grant.renew_at is not None and self._wall() >= self._grant.renew_at):
            return None
        return self._grant

    def fetch(self) -> None:
        """Get a new grant in the background, unless a fetch is running.

        Posts `AccountFound`, then `TokenFetched` or `AuthFailed`.
        """
        if self._fetch is None:
            self._fetches += 1
            self._fetch = _Fetch(self._fetches, self._post, self._find_account, self._network, self._wall)
            self._fetch.start()

    def receive(self, message: object) -> bool:
        """Take one posted message; True when it requires an action.

        False for a message of another fetch, and for the failed renewal of a grant that is still valid, which is tried
        again.
        """
        if self._fetch is None or getattr(message, "fetch", None) != self._fetch.number:
            if isinstance(message, TokenFetched):
                self._end_later(message.grant)
            return False
        if isinstance(message, AccountFound):
            self.account = message.account
            self._answer_due = time.monotonic() + PATIENCE_S
            return True
        if isinstance(message, TokenFetched):
            self._grant = message.grant
        elif not isinstance(message, AuthFailed):
            return False
        self._drop_fetch()
        return isinstance(message, TokenFetched) or not self._can_wait()

    def wake(self, now: float) -> float | None:
        """Renew a grant about to expire, and give up a fetch that hangs. Returns when to call again.

        Times are monotonic seconds.
        """
        if self._fetch is not None:
            if self._answer_due is not None and now >= self._answer_due:
                self._answer_due = None
                self._fetch.superseded.set()
                assert self.account is not None
                where = host_of(self.account.sign_in_url)
                self._post(AuthFailed(self._fetch.number, does_not_answer(where)))
            return self._answer_due
        grant = self._grant
        if not self.wanted or grant is None or grant.renew_at is None or grant.account.sign_in == "token":
            return None
        left_s = grant.renew_at - self._wall()
        if left_s <= 0 and now >= self._renew_after:
            self._renew_after = now + RETRY_S
            self.fetch()
            return self._answer_due
        return max(self._renew_after, now + min(max(left_s, 0.0), LOOK_S))

    def forget(self, *, revoke: bool = False) -> None:
        """Drop the grant and a running fetch. `revoke`: close its session, in the background."""
        if self._fetch is not None:
            self._fetch.superseded.set()
            self._drop_fetch()
        grant, self._grant = self._grant, None
        self._renew_after = 0.0
        if revoke and grant is not None:
            self._end_later(grant)

    def close(self, timeout_s: float) -> None:
        """Close the session; waits `timeout_s` at most for that and for earlier requests."""
        until = time.monotonic() + timeout_s
        fetch = self._fetch
        self.forget(revoke=True)
        for thread in [*self._endings, *([fetch] if fetch else [])]:
            thread.join(max(0.0, until - time.monotonic()))

    def _end_later(self, grant: Grant) -> None:
        """Close a grant's session in the background."""
        self._endings = [thread for thread in self._endings if thread.is_alive()]
        if grant.has_session:
            ending = threading.Thread(target=_end, args=(grant, self._network), name="aiola session end", daemon=True)
            ending.start()
            self._endings.append(ending)

    def _drop_fetch(self) -> None:
        self._fetch = None
        self._answer_due = None

    def _can_wait(self) -> bool:
        """Whether the grant is still valid at the next attempt."""
        grant = self._grant
        return grant is not None and (grant.expires_at is None or grant.expires_at > self._wall() + RETRY_S)


class _Fetch(threading.Thread):
    """One sign-in. `superseded`: its result is no longer wanted; a session that it has opened is closed again."""

    def __init__(
        self,
        number: int,
        post: Post,
        find_account: Callable[[], Account],
        network: Network,
        wall: Callable[[], float],
    ) -> None:
        super().__init__(name=f"aiola sign-in {number}", daemon=True)
        self.number = number
        self.superseded = threading.Event()
        self._post = post
        self._find_account = find_account
        self._network = network
        self._wall = wall

    def run(self) -> None:
        try:
            grant = self._sign_in()
            if self.superseded.is_set():
                _end(grant, self._network)
            else:
                self._post(TokenFetched(self.number, grant))
        except ServiceError as error:
            log.info("no grant: %s", type(error).__name__)
            self._post(AuthFailed(self.number, error))
        except SaywriteError as error:
            self._post(AuthFailed(self.number, KeyMissing(error.what, error.remedy)))
        except Exception as error:  # noqa: BLE001 - the edge of the thread
            log_unforeseen("the sign-in", error)
            problem = ServiceFailed(
                message("Signing in failed ({name}).", name=type(error).__name__), message("The log tells more.")
            )
            self._post(AuthFailed(self.number, problem))

    def _sign_in(self) -> Grant:
        account = self._find_account()
        self._post(AccountFound(self.number, account))
        from saywrite.speech.network.http_client import make_client  # late: httpx takes 0.1 s

        with make_client(self._network) as client:
            grant = sign_in(account, client, self._wall)
        if account.sign_in_url:
            log.info("signed in with a %s at %s", account.sign_in, host_of(account.sign_in_url))
        return grant


def log_unforeseen(what: str, error: Exception) -> None:
    """Log a traceback without the exception's text, which may hold a header or the query of an address."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed unexpectedly: %s\n%s", what, type(error).__name__, frames)


def _end(grant: Grant, network: Network) -> None:
    """Close a session that is no longer needed. A failure is only logged: the service closes it by itself later."""
    from saywrite.speech.network.http_client import make_client

    try:
        with make_client(network) as client:
            end_session(grant, client)
    except ServiceError as error:
        log.info("the session could not be closed: %s", type(error).__name__)
    except Exception as error:  # noqa: BLE001 - the edge of the thread
        log_unforeseen("closing the session", error)
