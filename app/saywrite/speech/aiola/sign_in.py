"""From an account to an access token, and back: the blocking calls, for worker threads.

With an API key: a token, then a session, over one connection. An access token is taken as it is. A company's token
address is asked for one.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saywrite.errors import KeyMissing, KeyRefused, ServiceFailed
from saywrite.speech.aiola.account import Account, check_address
from saywrite.speech.aiola.answers import ASKING, SETTINGS, SIGNING_IN, parse_date
from saywrite.speech.aiola.exchange import Answer, ask

if TYPE_CHECKING:
    import requests

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
        raise KeyMissing("There is no aiOla API key yet.", f"Put it into {SETTINGS}, or into AIOLA_API_KEY.")
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
