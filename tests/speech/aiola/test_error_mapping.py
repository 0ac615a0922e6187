"""Each exception of the network libraries, bare or wrapped, becomes its own error with a remedy."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

import httpcore
import httpx
import pytest
import websocket

from saywrite.foundation.errors import (
    AddressRefused,
    CaptivePortal,
    CertificateUntrusted,
    ClockWrong,
    KeyMissing,
    ProxyRefused,
    RateLimited,
    ServiceError,
    ServiceFailed,
    ServiceUnreachable,
    TokenExpired,
)
from saywrite.speech.aiola.net.error_mapping import OPENING, SIGNING_IN, from_exception

HOST = "https://apis.aiola.ai/api?x-aiola-api-token=sk-canary"


def certificate(code: int, words: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] {words}")
    error.verify_code, error.verify_message = code, words
    return error


def bad_status(status: int, headers: dict[str, str] | None, body: bytes | None) -> Exception:
    return websocket.WebSocketBadStatusException(
        "Handshake status %d %s -+-+- %s -+-+- %s", status, "no", headers, body
    )


CASES = [
    (socket.gaierror(-2, "Name or service not known"), ServiceUnreachable, "not found"),
    (websocket.WebSocketAddressException(socket.gaierror(-3, "again")), ServiceUnreachable, "not found"),
    (TimeoutError("timed out"), ServiceUnreachable, "does not answer"),
    (OSError(errno.ETIMEDOUT, "x"), ServiceUnreachable, "does not answer"),
    (websocket.WebSocketTimeoutException("timed out"), ServiceUnreachable, "does not answer"),
    (httpx.ReadTimeout("x"), ServiceUnreachable, "does not answer"),
    (httpx.ConnectTimeout("x"), ServiceUnreachable, "does not answer"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "x"), ServiceUnreachable, "takes no connection"),
    (OSError(errno.ENETUNREACH, "x"), ServiceUnreachable, "no network route to"),
    (OSError(errno.EHOSTUNREACH, "x"), ServiceUnreachable, "no network route to"),
    (ConnectionResetError(errno.ECONNRESET, "x"), ServiceUnreachable, "was lost"),
    (BrokenPipeError(errno.EPIPE, "x"), ServiceUnreachable, "was lost"),
    (ssl.SSLEOFError(8, "EOF"), ServiceUnreachable, "was lost"),
    (http.client.RemoteDisconnected("x"), ServiceUnreachable, "was lost"),
    (http.client.IncompleteRead(b""), ServiceUnreachable, "was lost"),
    (websocket.WebSocketConnectionClosedException("x"), ServiceUnreachable, "was lost"),
    (httpx.RemoteProtocolError("Server disconnected without sending a response."), ServiceUnreachable, "was lost"),
    (
        httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
        ServiceUnreachable,
        "was lost",
    ),
    (httpx.RemoteProtocolError("illegal status line"), ServiceFailed, "makes no sense"),
    (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), ServiceUnreachable, "No secure connection"),
    (certificate(9, "certificate is not yet valid"), ClockWrong, "not valid yet"),
    (certificate(10, "certificate has expired"), CertificateUntrusted, "has expired"),
    (certificate(62, "certificate is not valid for 'expired.test'"), CertificateUntrusted, "another name"),
    (certificate(20, "unable to get local issuer certificate"), CertificateUntrusted, "does not trust"),
    (certificate(18, "self-signed certificate"), CertificateUntrusted, "does not trust"),
    (certificate(-67818, "“x” certificate is expired"), CertificateUntrusted, "has expired"),
    (certificate(0, "certificate is not yet valid"), ClockWrong, "not valid yet"),
    (httpx.ProxyError("407 Proxy Authentication Required"), ProxyRefused, "user name"),
    (httpx.ProxyError("403 Forbidden"), ProxyRefused, "does not let"),
    (httpx.ProxyError("502 Bad Gateway"), ServiceUnreachable, "proxy does not reach"),
    (websocket.WebSocketProxyException("failed CONNECT via proxy status: 407"), ProxyRefused, "user name"),
    (httpx.ProxyError("x"), ServiceUnreachable, "proxy does not reach"),
    (httpx.TooManyRedirects("x"), CaptivePortal, "web page"),
    (httpx.InvalidURL("x"), AddressRefused, "address"),
    (httpx.UnsupportedProtocol("x"), AddressRefused, "address"),
    (websocket.WebSocketProtocolException("x"), ServiceFailed, "makes no sense"),
    (http.client.BadStatusLine("x"), ServiceFailed, "makes no sense"),
    (UnicodeDecodeError("utf-8", b"x", 0, 1, "x"), ServiceFailed, "makes no sense"),
    (bad_status(401, {}, b""), TokenExpired, "access token"),
    (bad_status(429, {"retry-after": "3"}, None), RateLimited, "too many requests"),
    (bad_status(200, {"content-type": "text/html"}, b"<html>"), CaptivePortal, "web page"),
    (bad_status(502, None, None), ServiceFailed, "502"),
    (KeyMissing("None yet.", "Get one."), KeyMissing, "None yet"),
    (RuntimeError("sk-canary"), ServiceFailed, "RuntimeError"),
]


@pytest.mark.parametrize(("error", "kind", "words"), CASES, ids=lambda value: type(value).__name__)
def test_exception_becomes_its_own_error(error: Exception, kind: type[ServiceError], words: str) -> None:
    problem = from_exception(error, HOST, OPENING)
    assert type(problem) is kind
    assert words in problem.what
    assert problem.remedy
    assert "sk-canary" not in repr(problem)


def wraps(error: Exception) -> list[Exception]:
    """The same failure as httpx, httpcore and `raise … from` hand it on."""
    below = httpcore.ReadError(error)
    below.__cause__ = error
    outermost = httpx.ReadError("sk-canary")
    outermost.__cause__ = below
    caused = RuntimeError("x")
    caused.__cause__ = error
    return [below, outermost, caused]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(-2, "x"), ServiceUnreachable),
        (certificate(9, "not yet valid"), ClockWrong),
        (httpx.ProxyError("407 x"), ProxyRefused),
        (ConnectionResetError(errno.ECONNRESET, "x"), ServiceUnreachable),
        (bad_status(429, {"retry-after": "3"}, None), RateLimited),
    ],
    ids=lambda value: type(value).__name__,
)
def test_wrapped_exception_becomes_the_same_error(error: Exception, kind: type[ServiceError]) -> None:
    plain = from_exception(error, HOST, SIGNING_IN)
    for wrapped in wraps(error):
        problem = from_exception(wrapped, HOST, SIGNING_IN)
        assert (type(problem), problem.what) == (kind, plain.what)


def test_exceptions_that_wrap_each_other_are_read_once() -> None:
    one, other = RuntimeError("x"), RuntimeError("y")
    one.__cause__, other.__cause__ = other, one
    assert type(from_exception(one, HOST)) is ServiceFailed
