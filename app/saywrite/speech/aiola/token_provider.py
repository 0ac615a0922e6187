"""Who may stream: the access token, kept until shortly before it expires, renewed in the background, closed at the end.

`TokenProvider` belongs to the dictation thread. HTTP, and asking for the account (a locked keyring waits for its
user), happen on short-lived threads; what they find is posted and comes back through `receive()`.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saywrite.foundation.catalog import KEY_VARIABLE
from saywrite.foundation.errors import KeyMissing, KeyRefused, SaywriteError, ServiceError, ServiceFailed
from saywrite.speech.aiola.account import Account, check_address
from saywrite.speech.aiola.net.error_answers import ASKING, SETTINGS, SIGNING_IN, does_not_answer, host_of, parse_date
from saywrite.speech.aiola.net.http import Answer, ask
from saywrite.speech.engine import Post

if TYPE_CHECKING:
    import requests

    from saywrite.speech.aiola.net.network import Network


MARGIN_S = 300.0
"""A token is renewed this long before it expires, or at half its life if that is later."""

SKEW_S = 60.0
"""Clocks that differ by less are taken to agree."""

_TOKEN_LIMIT = 16_384

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to stream. `expires_at`, `renew_at`: by this computer's clock (wall, seconds), corrected where it is
    off; None when the token does not say. `has_session`: there is a session to close at the end. `skew_s`: how far
    this computer's clock is ahead of the service's, None when unknown.
    """

    access_token: str = field(repr=False)
    account: Account
    expires_at: float | None = None
    renew_at: float | None = None
    has_session: bool = False
    skew_s: float | None = None


def sign_in(account: Account, session: requests.Session, wall: Callable[[], float]) -> Grant:
    """A new grant. Blocks for seconds; raises ServiceError."""
    if account.sign_in == "url":
        return _from_address(account, session, wall)
    secret = account.secret.strip()
    if not secret:
        raise KeyMissing("There is no aiOla API key yet.", f"Put it into {SETTINGS}, or into {KEY_VARIABLE}.")
    if not _is_token(secret):
        what = "API key" if account.sign_in == "key" else "access token"
        raise KeyRefused(f"The {what} holds characters that none has.", f"Copy it again, whole, into {SETTINGS}.")
    if account.sign_in == "token":
        return _as_it_is(account, secret, wall())
    return _from_key(account, secret, session, wall)


def end_session(grant: Grant, session: requests.Session) -> None:
    """Free the account's place for another dictation. Blocks for seconds; raises ServiceError."""
    if grant.has_session:
        answer = ask(
            session,
            "DELETE",
            f"{check_address(grant.account.auth_url)}/voip-auth/session",
            SIGNING_IN,
            bearer=grant.access_token,
            headers={"Content-Type": "application/json"},
        )
        log.info("session closed at %s: %d", answer.host, answer.status)


def claims(token: str) -> Mapping[str, Any]:
    """What a JWT says about itself, unverified; nothing where it is none."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _TOKEN_LIMIT:
        return {}
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        said = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _from_key(account: Account, key: str, session: requests.Session, wall: Callable[[], float]) -> Grant:
    base = check_address(account.auth_url)
    answer = ask(session, "POST", f"{base}/voip-auth/apiKey2Token", SIGNING_IN, bearer=key)
    context = answer.json(SIGNING_IN).get("context")
    token = _token_in(context if isinstance(context, dict) else {}, answer, "token")
    answer = ask(
        session, "POST", f"{base}/voip-auth/session", SIGNING_IN, bearer=token, json={"workflow_id": account.workflow}
    )
    access_token = _token_in(answer.json(SIGNING_IN), answer, "jwt")
    return _granted(account, access_token, answer, wall(), has_session=True)


def _from_address(account: Account, session: requests.Session, wall: Callable[[], float]) -> Grant:
    address, mark, query = account.token_url.strip().partition("?")
    if not address:
        raise KeyMissing("There is no token address yet.", f"Put your company's address into {SETTINGS}.")
    url = check_address(address) + mark + query
    accept = {"Accept": "application/json, text/plain"}
    answer = ask(session, "GET", url, ASKING, headers=accept, allow_redirects=True)
    if answer.status == 405:
        answer = ask(session, "POST", url, ASKING, headers=accept, allow_redirects=True)
    bare = answer.body.strip().decode("latin-1")
    if 200 <= answer.status < 300 and _is_token(bare) and not bare.startswith(("{", "[", '"', "<")):
        access_token = bare
    else:
        access_token = _token_in(answer.json(ASKING), answer, "access_token", "token", "jwt")
    grant = _granted(account, access_token, answer, wall())
    if grant.expires_at is not None and grant.expires_at <= wall():
        raise ServiceFailed(
            f"{answer.host} gives out an access token that has expired.", "Ask whoever runs your token address."
        )
    return grant


def _as_it_is(account: Account, token: str, now: float) -> Grant:
    expires_at = _seconds(claims(token).get("exp"))
    if expires_at is not None and expires_at <= now:
        raise KeyRefused(
            "By this computer's clock the access token has expired.",
            f"Put a new one into {SETTINGS}, or check the computer's date and time.",
        )
    return Grant(token, account, expires_at, expires_at)


def _granted(account: Account, token: str, answer: Answer, now: float, *, has_session: bool = False) -> Grant:
    said = claims(token)
    expires_at, issued_at = _seconds(said.get("exp")), _seconds(said.get("iat"))
    there = parse_date(answer.headers.get("date", ""))
    if there is None and issued_at is not None and issued_at > now + SKEW_S:
        there = issued_at  # not made in the future: it is this clock that is behind
    skew_s = None if there is None else now - there
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
    """May stand in a header: visible ASCII, one word."""
    return 0 < len(text) <= _TOKEN_LIMIT and all("!" <= character <= "~" for character in text)


def _seconds(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e11:
        return float(value)
    return None


PATIENCE_S = 30.0
"""Seconds from the account to the grant until a sign-in counts as hung."""

RETRY_S = 30.0
"""Seconds between two attempts to renew a grant that still holds."""

LOOK_S = 60.0
"""Seconds after which the wall clock is looked at again: it goes on while the computer sleeps."""


@dataclass(frozen=True, slots=True)
class AccountFound:
    """The account of this fetch: its host can be dialed while the token is fetched."""

    fetch: int
    account: Account


@dataclass(frozen=True, slots=True)
class TokenFetched:
    fetch: int
    grant: Grant


@dataclass(frozen=True, slots=True)
class AuthFailed:
    fetch: int
    error: ServiceError


class TokenProvider:
    """`find_account` may block and raises SaywriteError. `wall`: the clock tokens expire by, in seconds.

    `wanted`: somebody dictates or lingers, so that a grant about to expire is worth renewing.
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
        """The grant, while it holds for long enough to begin something with it."""
        if self._grant is None or (self._grant.renew_at is not None and self._wall() >= self._grant.renew_at):
            return None
        return self._grant

    def fetch(self) -> None:
        """Get a new grant in the background, unless that is under way: `AccountFound`, then `TokenFetched` or
        `AuthFailed` is posted.
        """
        if self._fetch is None:
            self._fetches += 1
            self._fetch = _Fetch(self._fetches, self._post, self._find_account, self._network, self._wall)
            self._fetch.start()

    def receive(self, message: object) -> bool:
        """Take one posted message. True when it is news to act upon; False when it is another's, or too late, or the
        failed renewal of a grant that still holds (it is tried again).
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
        return isinstance(message, TokenFetched) or not self._outlives(RETRY_S)

    def wake(self, now: float) -> float | None:
        """Renew what is about to expire, give up what hangs; `now` and what is returned are monotonic seconds."""
        if self._fetch is not None:
            if self._answer_due is not None and now >= self._answer_due:
                self._answer_due = None
                self._fetch.superseded.set()
                assert self.account is not None
                where = self.account.token_url if self.account.sign_in == "url" else self.account.auth_url
                self._post(AuthFailed(self._fetch.number, does_not_answer(host_of(where))))
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
        """Drop the grant, and whatever is on its way. `revoke`: close its session, in the background."""
        if self._fetch is not None:
            self._fetch.superseded.set()
            self._drop_fetch()
        grant, self._grant = self._grant, None
        self._renew_after = 0.0
        if revoke and grant is not None:
            self._end_later(grant)

    def close(self, timeout_s: float) -> None:
        """Close the session; waits for that `timeout_s` at most, also for what was on its way before."""
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

    def _outlives(self, wait_s: float) -> bool:
        """The grant holds beyond the next attempt."""
        grant = self._grant
        return grant is not None and (grant.expires_at is None or grant.expires_at > self._wall() + wait_s)


class _Fetch(threading.Thread):
    """One sign-in. `superseded`: nobody waits for it any more; a session opened in vain is closed again."""

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
            problem = ServiceFailed(f"Signing in failed ({type(error).__name__}).", "The log tells more.")
            self._post(AuthFailed(self.number, problem))

    def _sign_in(self) -> Grant:
        account = self._find_account()
        self._post(AccountFound(self.number, account))
        with self._network.requests_session() as session:
            grant = sign_in(account, session, self._wall)
        log.info("signed in with a %s at %s", account.sign_in, host_of(account.auth_url))
        return grant


def log_unforeseen(what: str, error: Exception) -> None:
    """The traceback without the exception's own words: a library's may hold an address with its query, or a header."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed unexpectedly: %s\n%s", what, type(error).__name__, frames)


def _end(grant: Grant, network: Network) -> None:
    """Close a session that is no longer needed; that it fails costs nothing but the service's patience."""
    try:
        with network.requests_session() as session:
            end_session(grant, session)
    except ServiceError as error:
        log.info("the session could not be closed: %s", type(error).__name__)
    except Exception as error:  # noqa: BLE001 - the edge of the thread
        log_unforeseen("closing the session", error)
