"""Answers of the service and of portals become their own errors, with a remedy and without the answer's words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.errors import (
    AudioRefused,
    CaptivePortal,
    KeyRefused,
    PermissionRefused,
    ProxyRefused,
    RateLimited,
    ServiceError,
    ServiceFailed,
    ServiceUnreachable,
    TokenExpired,
    TooManyDictations,
    WorkflowUnknown,
)
from saywrite.speech.aiola.net.error_mapping import (
    ASKING,
    DICTATING,
    OPENING,
    SIGNING_IN,
    UPLOADING,
    from_http,
    from_payload,
    host_of,
)

HOST = "auth.aiola.ai"
CANARY = "sk-canary-7f3a9b"
NOW = 1_700_000_000.0
HTML = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


def coded(code: str) -> bytes:
    return json.dumps({"error": {"message": f"no: {CANARY}", "code": code, "details": {"key": CANARY}}}).encode()


HTTP = [
    (401, {}, b"", SIGNING_IN, KeyRefused, False),
    (401, {}, coded("UNAUTHORIZED"), SIGNING_IN, KeyRefused, False),
    (400, {}, coded("INVALID_TOKEN"), SIGNING_IN, KeyRefused, False),
    (401, {}, b"", ASKING, KeyRefused, False),
    (401, {}, b"", OPENING, TokenExpired, True),
    (401, {}, coded("TOKEN_EXPIRED"), UPLOADING, TokenExpired, True),
    (403, {}, b"{}", SIGNING_IN, PermissionRefused, False),
    (403, {}, coded("MAX_CONCURRENCY_REACHED"), SIGNING_IN, TooManyDictations, True),
    (429, {}, coded("MAX_CONCURRENCY_REACHED"), SIGNING_IN, TooManyDictations, True),
    (429, {}, b"slow down", SIGNING_IN, RateLimited, True),
    (404, {}, coded("WORKFLOW_NOT_FOUND"), SIGNING_IN, WorkflowUnknown, False),
    (404, {}, b'{"message": "Workflow 17 not found"}', SIGNING_IN, WorkflowUnknown, False),
    (404, {}, b'{"detail": "Not Found"}', SIGNING_IN, ServiceFailed, True),
    (404, {"Content-Type": "text/html"}, HTML, SIGNING_IN, ServiceFailed, True),
    (400, {}, coded("INVALID_AUDIO_FORMAT"), UPLOADING, AudioRefused, False),
    (413, {}, b"", UPLOADING, AudioRefused, False),
    (415, {}, b"", UPLOADING, AudioRefused, False),
    (422, {}, coded("VALIDATION_ERROR"), OPENING, ServiceError, False),
    (400, {}, b"no", UPLOADING, ServiceError, False),
    (400, {}, b'{"code":3,"message":"Bad request"}', OPENING, ServiceUnreachable, True),
    (426, {}, b"no", OPENING, ServiceUnreachable, True),
    (408, {}, b"", OPENING, ServiceUnreachable, True),
    (500, {}, coded("UNAUTHORIZED"), SIGNING_IN, ServiceFailed, True),
    (502, {"Content-Type": "text/html"}, HTML, OPENING, ServiceFailed, True),
    (503, {}, b"", OPENING, ServiceFailed, True),
    (407, {"Content-Type": "text/html"}, HTML, OPENING, ProxyRefused, False),
    (200, {"Content-Type": "text/html; charset=utf-8"}, b"", SIGNING_IN, CaptivePortal, True),
    (200, {}, b"\xef\xbb\xbf\n" + HTML, SIGNING_IN, CaptivePortal, True),
    (403, {}, HTML, SIGNING_IN, CaptivePortal, True),
    (511, {}, b"", SIGNING_IN, CaptivePortal, True),
    (302, {"Location": "http://portal.example/login"}, b"", SIGNING_IN, CaptivePortal, True),
    (302, {"Location": "/elsewhere"}, b"", SIGNING_IN, ServiceFailed, True),
    (301, {"Location": f"https://{HOST}/v2"}, b"", SIGNING_IN, ServiceFailed, True),
    (200, {}, b"[[[", SIGNING_IN, ServiceFailed, True),
    (200, {}, b"[" * 50_000, SIGNING_IN, ServiceFailed, True),
]


@pytest.mark.parametrize(("status", "headers", "body", "doing", "kind", "curable"), HTTP)
def test_answer_becomes_its_own_error(
    status: int, headers: Mapping[str, str], body: bytes, doing: str, kind: type[ServiceError], curable: bool
) -> None:
    problem = from_http(status, headers, body, f"https://user:{CANARY}@{HOST}/x?token={CANARY}", doing, now=NOW)
    assert (type(problem), problem.curable) == (kind, curable)
    assert problem.what.endswith(".")
    assert problem.remedy.endswith((".", ")."))
    assert CANARY not in repr(problem) + str(problem)


def test_message_names_the_host_and_the_action() -> None:
    problem = from_http(500, {}, b"", "https://apis.aiola.ai:8443/api?x=1", OPENING)
    assert problem.what == "apis.aiola.ai has a problem of its own (500, while opening the stream)."


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"Retry-After": "999999999"}, 3_600.0),
        ({"Retry-After": formatdate(NOW + 30, usegmt=True)}, 30.0),
        # Compared with the clock of the service where its answer has a date: ours may be wrong.
        ({"Retry-After": formatdate(NOW + 90, usegmt=True), "Date": formatdate(NOW + 80, usegmt=True)}, 10.0),
        ({"Retry-After": formatdate(NOW - 30, usegmt=True)}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "٣"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read(headers: Mapping[str, str], seconds: float | None) -> None:
    assert from_http(429, headers, b"", HOST, now=NOW).retry_after_s == seconds
    assert from_http(503, headers, b"", HOST, now=NOW).retry_after_s == seconds


PAYLOADS = [
    ({"error": {"message": "x", "code": "TOKEN_EXPIRED", "details": {}}}, TokenExpired),
    ({"message": "x", "code": "MAX_CONCURRENCY_REACHED"}, TooManyDictations),
    ({"message": "Unauthorized", "data": {"code": "INVALID_TOKEN"}}, TokenExpired),
    ({"message": {"error": {"code": "WORKFLOW_NOT_FOUND"}}}, WorkflowUnknown),
    ('{"code": "RATE_LIMIT_EXCEEDED"}', RateLimited),
    ({"error": "INVALID_AUDIO_FORMAT"}, AudioRefused),
    ({"code": "VALIDATION_ERROR"}, ServiceError),
    ("jwt expired", TokenExpired),
    ({"message": "Too many concurrent sessions"}, TooManyDictations),
    ({"message": "permission denied"}, PermissionRefused),
    ({"message": "Unknown workflow"}, WorkflowUnknown),
    ({"message": "no", "statusCode": 429}, RateLimited),
    ({"message": "no", "code": 503}, ServiceFailed),
    ({"code": "SOMETHING_NEW"}, ServiceFailed),
    ({"code": True}, ServiceFailed),
    (None, ServiceFailed),
    ([{"code": "TOKEN_EXPIRED"}], ServiceFailed),
    (b"\xff\xfe", ServiceFailed),
]


@pytest.mark.parametrize(("payload", "kind"), PAYLOADS)
def test_error_event_becomes_the_same_errors(payload: object, kind: type[ServiceError]) -> None:
    assert type(from_payload(payload, HOST, DICTATING)) is kind


def test_unknown_code_is_shown_unless_it_could_be_a_key() -> None:
    assert "SOMETHING_NEW" in from_payload({"code": "SOMETHING_NEW"}, HOST, OPENING).what
    for secret in ("AK4F00D", CANARY, "aB" * 20, "A" * 60):
        assert secret not in repr(from_payload({"code": secret, "message": secret}, HOST, OPENING))


def test_payload_that_contains_itself_is_read_to_a_limit() -> None:
    ring: dict[str, object] = {}
    ring["error"] = ring
    assert type(from_payload(ring, HOST, OPENING)) is ServiceFailed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["error", "message", "code", "data", "details", "status", "x"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_payload_becomes_an_error_with_a_remedy(payload: object) -> None:
    problem = from_payload(payload, HOST, OPENING)
    assert problem.what
    assert problem.remedy


@given(st.integers(100, 999), st.dictionaries(st.text(max_size=12), st.text(max_size=40)), st.binary(max_size=200))
def test_any_answer_becomes_an_error_with_a_remedy(status: int, headers: dict[str, str], body: bytes) -> None:
    problem = from_http(status, headers, body, HOST)
    assert problem.what
    assert problem.remedy


@given(st.text(alphabet="abcXYZ019-_.", min_size=12, max_size=60).filter(lambda text: any(c.isdigit() for c in text)))
def test_secret_echoed_by_the_service_is_not_in_the_error(secret: str) -> None:
    body = {"error": {"message": secret, "code": secret, "details": secret}, "message": f"bad token {secret}"}
    for problem in (
        from_payload(body, HOST, OPENING),
        from_payload(secret, HOST, OPENING),
        from_http(400, {"X": secret}, json.dumps(body).encode(), f"https://{HOST}/?key={secret}"),
    ):
        assert secret not in repr(problem)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://apis.aiola.ai/x", "apis.aiola.ai"),
        ("apis.aiola.ai:443", "apis.aiola.ai"),
        ("http://[::1]:80/", "::1"),
        (f"https://me:{CANARY}@h.example/?k={CANARY}", "h.example"),
        ("http://[broken", "the service"),
        ("", "the service"),
    ],
)
def test_host_of_an_address_has_no_secret(address: str, host: str) -> None:
    assert host_of(address) == host
