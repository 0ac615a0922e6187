"""Who may stream: the access token, kept until shortly before it expires, renewed in the background, closed at the end.

`Grants` belongs to the dictation thread. HTTP, and asking for the account (a locked keyring waits for its user), happen
on short-lived threads; what they find is posted and comes back through `receive()`.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saywrite.errors import KeyMissing, SaywriteError, ServiceError, ServiceFailed
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.answers import does_not_answer, host_of
from saywrite.speech.aiola.sign_in import Grant, end_session, sign_in
from saywrite.speech.recognizer import Post

if TYPE_CHECKING:
    from saywrite.speech.aiola.network import Network

__all__ = ["AccountFound", "Grant", "GrantFailed", "Granted", "Grants"]

PATIENCE_S = 30.0
"""Seconds from the account to the grant until a sign-in counts as hung."""

RETRY_S = 30.0
"""Seconds between two attempts to renew a grant that still holds."""

LOOK_S = 60.0
"""Seconds after which the wall clock is looked at again: it goes on while the computer sleeps."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AccountFound:
    """The account of this fetch: its host can be dialed while the token is fetched."""

    fetch: int
    account: Account


@dataclass(frozen=True, slots=True)
class Granted:
    fetch: int
    grant: Grant


@dataclass(frozen=True, slots=True)
class GrantFailed:
    fetch: int
    error: ServiceError


class Grants:
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
        """Get a new grant in the background, unless that is under way: `AccountFound`, then `Granted` or
        `GrantFailed` is posted.
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
            if isinstance(message, Granted):
                self._end_later(message.grant)
            return False
        if isinstance(message, AccountFound):
            self.account = message.account
            self._answer_due = time.monotonic() + PATIENCE_S
            return True
        if isinstance(message, Granted):
            self._grant = message.grant
        elif not isinstance(message, GrantFailed):
            return False
        self._drop_fetch()
        return isinstance(message, Granted) or not self._outlives(RETRY_S)

    def wake(self, now: float) -> float | None:
        """Renew what is about to expire, give up what hangs; `now` and what is returned are monotonic seconds."""
        if self._fetch is not None:
            if self._answer_due is not None and now >= self._answer_due:
                self._answer_due = None
                self._fetch.superseded.set()
                assert self.account is not None
                where = self.account.token_url if self.account.sign_in == "url" else self.account.auth_url
                self._post(GrantFailed(self._fetch.number, does_not_answer(host_of(where))))
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
                self._post(Granted(self.number, grant))
        except ServiceError as error:
            log.info("no grant: %s", type(error).__name__)
            self._post(GrantFailed(self.number, error))
        except SaywriteError as error:
            self._post(GrantFailed(self.number, KeyMissing(error.what, error.remedy)))
        except Exception as error:  # noqa: BLE001 - the edge of the thread
            log_unforeseen("the sign-in", error)
            problem = ServiceFailed(f"Signing in failed ({type(error).__name__}).", "The log tells more.")
            self._post(GrantFailed(self.number, problem))

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
