"""From an account to an access token, against a real web server, in success and in every failure."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from tests.aiola_server import certificates
from tests.speech.aiola.scripted_http import KEY, Reply, ScriptedServer, Seen, jwt, refused, said, serving

from saywrite.foundation.errors import (
    AddressRefused,
    CaptivePortal,
    CertificateUntrusted,
    ClockWrong,
    KeyMissing,
    KeyRefused,
    PermissionRefused,
    ProxyRefused,
    RateLimited,
    ServiceError,
    ServiceFailed,
    ServiceUnreachable,
    TooManyDictations,
    WorkflowUnknown,
)
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.net import http as exchange
from saywrite.speech.aiola.token_provider import Grant, claims, end_session, sign_in
from saywrite.speech.network.http_client import make_client
from saywrite.speech.network.network import Network

NOW = 1_800_000_000.0
TOKEN = jwt(kind="temporary", exp=NOW + 300)
ACCESS = jwt(kind="session", iat=NOW, exp=NOW + 3600)


def granting(seen: Seen) -> Reply:
    """The service without a failure."""
    if seen.path == "/voip-auth/apiKey2Token":
        return said({"context": {"token": TOKEN}})
    if seen.method == "DELETE":
        return said({"status": "deleted", "deletedAt": "now"})
    return said({"jwt": ACCESS, "sessionId": "17"})


@pytest.fixture
def service() -> Iterator[ScriptedServer]:
    with serving(granting) as server:
        yield server


def enter(account: Account, now: float = NOW, network: Network | None = None) -> Grant:
    with make_client(network or Network()) as client:
        return sign_in(account, client, lambda: now)


def with_key(server: ScriptedServer) -> Account:
    return Account("key", KEY, auth_url=server.url, workflow="flow-1")


def test_key_becomes_token_and_session_over_one_connection(service: ScriptedServer) -> None:
    grant = enter(with_key(service))
    assert service.paths == ["POST /voip-auth/apiKey2Token", "POST /voip-auth/session"]
    first, second = service.seen
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert second.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(second.body) == {"workflow_id": "flow-1"}
    assert first.connection == second.connection
    assert (grant.access_token, grant.expires_at, grant.renew_at) == (ACCESS, NOW + 3600, NOW + 3300)
    assert grant.has_session


def test_session_is_closed_with_its_own_token(service: ScriptedServer) -> None:
    grant = enter(with_key(service))
    with make_client(Network()) as client:
        end_session(grant, client)
    assert service.paths[-1] == "DELETE /voip-auth/session"
    assert service.seen[-1].headers["authorization"] == f"Bearer {ACCESS}"


FAILURES: list[tuple[str, Reply, type[ServiceError]]] = [
    ("the key is wrong", refused(401, "UNAUTHORIZED"), KeyRefused),
    ("no permission", refused(403, "FORBIDDEN"), PermissionRefused),
    ("no such workflow", refused(404, "WORKFLOW_NOT_FOUND"), WorkflowUnknown),
    ("another dictation has the place", refused(429, "MAX_CONCURRENCY_REACHED"), TooManyDictations),
    ("too many requests", refused(429, "RATE_LIMIT_EXCEEDED", **{"Retry-After": "7"}), RateLimited),
    ("it has a problem of its own", refused(500, "INTERNAL_ERROR"), ServiceFailed),
    ("a portal", Reply(200, b"<html>sign in", {"Content-Type": "text/html"}), CaptivePortal),
    ("a portal elsewhere", Reply(302, b"", {"Location": "http://portal.example/"}), CaptivePortal),
    ("no JSON", Reply(200, b"{nonsense"), ServiceFailed),
    ("JSON without an end", Reply(200, b"[" * 100_000), ServiceFailed),
    ("JSON, but no object", said([1, 2]), ServiceFailed),
    ("an object without a token", said({"context": None}), ServiceFailed),
    ("a token no header can hold", said({"context": {"token": "a\r\nb"}, "jwt": "ä"}), ServiceFailed),
    ("a body without measure", said({"context": {"token": "t"}, "jwt": "t", "more": " " * 2_000_000}), ServiceFailed),
    ("it moved within its host", Reply(307, b"", {"Location": "/voip-auth/moved"}), ServiceFailed),
    ("a bomb", Reply(200, gzip.compress(b" " * 50_000_000), {"Content-Encoding": "gzip"}), ServiceFailed),
    ("a cut connection", Reply(breaks=True), ServiceUnreachable),
    ("less than was promised", Reply(200, b"{}", {"Content-Length": "100"}), ServiceUnreachable),
]


@pytest.mark.parametrize("at", ["/voip-auth/apiKey2Token", "/voip-auth/session"])
@pytest.mark.parametrize(("reply", "kind"), [case[1:] for case in FAILURES], ids=[case[0] for case in FAILURES])
def test_each_failure_is_its_own_error_without_secrets(
    service: ScriptedServer, reply: Reply, kind: type[ServiceError], at: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.answer = lambda seen: reply if seen.path == at else granting(seen)
    with pytest.raises(ServiceError) as raised:
        enter(with_key(service))
    assert type(raised.value) is kind
    assert raised.value.remedy
    for secret in (KEY, TOKEN, ACCESS):
        assert secret not in f"{raised.value!r} {raised.value} {caplog.text}"


def test_requested_wait_is_in_the_error(service: ScriptedServer) -> None:
    service.answer = lambda _seen: refused(429, "RATE_LIMIT_EXCEEDED", **{"Retry-After": "7"})
    with pytest.raises(RateLimited) as raised:
        enter(with_key(service))
    assert raised.value.retry_after_s == 7.0


@pytest.mark.parametrize("reply", [Reply(hangs=True), Reply(drips=True)], ids=["silent", "dripping"])
def test_hanging_service_is_given_up(service: ScriptedServer, reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "TIMEOUTS", exchange.HttpTimeouts(read_s=0.3, total_s=0.3))
    service.answer = lambda _seen: reply
    with pytest.raises(ServiceUnreachable, match="does not answer"):
        enter(with_key(service))


def test_refused_tcp_connection_is_reported(service: ScriptedServer) -> None:
    service.close()
    with pytest.raises(ServiceUnreachable, match="takes no connection"):
        enter(with_key(service))


CERTIFICATES: list[tuple[str, dict[str, float | str], bool, type[ServiceError], str]] = [
    ("not valid yet", {"starts_in_s": 3_600}, True, ClockWrong, "not valid yet"),
    ("expired", {"starts_in_s": -7_200, "ends_in_s": -3_600}, True, CertificateUntrusted, "has expired"),
    ("of another host", {"host": "elsewhere.example"}, True, CertificateUntrusted, "another name"),
    ("not trusted", {}, False, CertificateUntrusted, "does not trust"),
]


@pytest.mark.parametrize(
    ("options", "trusted", "kind", "words"), [case[1:] for case in CERTIFICATES], ids=[case[0] for case in CERTIFICATES]
)
def test_invalid_certificate_gets_no_key(
    tmp_path: Path, options: dict[str, float], trusted: bool, kind: type[ServiceError], words: str
) -> None:
    made = certificates.make(tmp_path, **options)  # type: ignore[arg-type]
    with serving(granting, made.server) as server, pytest.raises(ServiceError, match=words) as raised:
        enter(with_key(server), network=Network(made.authority if trusted else None))
    assert type(raised.value) is kind
    assert not server.seen


def test_sign_in_over_tls(tmp_path: Path) -> None:
    made = certificates.make(tmp_path)
    with serving(granting, made.server) as server:
        assert enter(with_key(server), network=Network(made.authority)).access_token == ACCESS


@pytest.mark.parametrize(
    ("status", "kind"), [(407, ProxyRefused), (403, ProxyRefused), (502, ServiceUnreachable)], ids=str
)
def test_refusal_of_a_proxy_is_reported(status: int, kind: type[ServiceError], monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _seen: Reply(status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(ServiceError) as raised:
            enter(Account("key", KEY, auth_url="https://auth.example"))
    assert type(raised.value) is kind
    assert proxy.paths == ["CONNECT auth.example:443"]
    assert "authorization" not in proxy.seen[0].headers


@pytest.mark.parametrize("url", ["http://auth.example", "https://me:you@auth.example", "ftp://auth.example"])
def test_unsafe_address_gets_no_key(url: str) -> None:
    with pytest.raises(AddressRefused):
        enter(Account("key", KEY, auth_url=url))


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        (Account("key", "  "), KeyMissing),
        (Account("token", ""), KeyMissing),
        (Account("url", "", token_url=" "), KeyMissing),
        (Account("key", f"{KEY}\r\nX-Evil: 1"), KeyRefused),
        (Account("key", f"{KEY} {KEY}"), KeyRefused),
        (Account("key", "„clé“"), KeyRefused),
        (Account("token", jwt(exp=NOW - 1)), KeyRefused),
    ],
)
def test_incomplete_account_is_refused_before_anything_is_sent(account: Account, kind: type[ServiceError]) -> None:
    with pytest.raises(ServiceError) as raised:
        enter(account)
    assert type(raised.value) is kind
    assert KEY not in repr(raised.value)


def test_access_token_of_the_user_is_used_unchanged() -> None:
    assert enter(Account("token", f" {ACCESS}\n")) == Grant(
        ACCESS, Account("token", f" {ACCESS}\n"), NOW + 3600, NOW + 3600
    )
    assert enter(Account("token", "opaque")).expires_at is None


# A company's own token address


@pytest.mark.parametrize(
    "reply",
    [
        said({"access_token": ACCESS}),
        said({"token": ACCESS, "access_token": None}),
        said({"jwt": ACCESS}),
        Reply(200, f"{ACCESS}\n".encode(), {"Content-Type": "text/plain"}),
    ],
)
def test_token_address_returns_a_token(service: ScriptedServer, reply: Reply) -> None:
    service.answer = lambda _seen: reply
    grant = enter(Account("url", "", token_url=f"{service.url}/token?team=a"))
    assert (grant.access_token, grant.has_session) == (ACCESS, False)
    assert service.paths == ["GET /token?team=a"]
    assert "authorization" not in service.seen[0].headers


def test_token_address_may_require_post(service: ScriptedServer) -> None:
    service.answer = lambda seen: Reply(405) if seen.method == "GET" else said({"token": ACCESS})
    assert enter(Account("url", "", token_url=service.url)).access_token == ACCESS


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(401), KeyRefused),
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), CaptivePortal),
        (Reply(200, b"two words"), ServiceFailed),
        (said({"token": jwt(exp=NOW - 60)}), ServiceFailed),
        (said({"id": 1}), ServiceFailed),
    ],
)
def test_token_address_without_a_token_is_an_error(
    service: ScriptedServer, reply: Reply, kind: type[ServiceError]
) -> None:
    service.answer = lambda _seen: reply
    with pytest.raises(ServiceError) as raised:
        enter(Account("url", "", token_url=f"{service.url}/?secret={KEY}"))
    assert type(raised.value) is kind
    assert KEY not in repr(raised.value)


# Clocks


def dated(now: float) -> Callable[[Seen], Reply]:
    def answer(seen: Seen) -> Reply:
        plain = granting(seen)
        return Reply(plain.status, plain.body, {**plain.headers, "Date": formatdate(now, usegmt=True)})

    return answer


@pytest.mark.parametrize("off_s", [-86_400.0, -3_500.0, 0.0, 3_500.0, 86_400.0])
def test_wrong_clock_does_not_shorten_the_life_of_a_token(service: ScriptedServer, off_s: float) -> None:
    service.answer = dated(NOW)
    grant = enter(with_key(service), now=NOW + off_s)
    assert grant.skew_s == off_s
    assert grant.expires_at == NOW + off_s + 3600
    assert grant.renew_at == NOW + off_s + 3300


def test_slow_clock_is_detected_from_the_token_without_a_date_header(service: ScriptedServer) -> None:
    assert enter(with_key(service), now=NOW - 7_200).expires_at == NOW - 3_600
    assert enter(with_key(service), now=NOW - 30).skew_s is None


def test_short_lived_token_is_renewed_at_half_its_life(service: ScriptedServer) -> None:
    service.answer = lambda seen: granting(seen) if "Token" in seen.path else said({"jwt": jwt(exp=NOW + 60)})
    assert enter(with_key(service)).renew_at == NOW + 30


@pytest.mark.parametrize("token", ["", "a.b", "a.!!!.c", "a.W10.c", "a.MQ.c", "a..c", "x" * 20_000, "a.e30.c"])
def test_claims_of_anything_but_a_token_are_empty(token: str) -> None:
    assert claims(token) == {}


def test_token_address_must_be_encrypted() -> None:
    with pytest.raises(AddressRefused):
        enter(Account("url", "", token_url="http://tokens.example/?team=a"))


def test_secrets_are_not_in_a_repr(service: ScriptedServer) -> None:
    grant = enter(with_key(service))
    assert KEY not in repr(grant)
    assert ACCESS not in repr(grant)
    assert ACCESS not in repr(exchange.Answer("auth.aiola.ai", 200, {}, ACCESS.encode()))
