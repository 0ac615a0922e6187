"""The service's tokens: JSON Web Tokens with HS256, made and checked by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

SECRET = b"the test service's own"


class BadToken(Exception):
    """Not a token of ours."""


def sign(claims: Mapping[str, Any]) -> str:
    head = _encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = _encode(json.dumps(dict(claims)).encode())
    return f"{head}.{body}.{_signature(f'{head}.{body}')}"


def claims_of(token: str) -> dict[str, Any]:
    """Raises BadToken; whether it has expired is the caller's question."""
    head, _, rest = token.partition(".")
    body, _, signature = rest.partition(".")
    if not hmac.compare_digest(_signature(f"{head}.{body}"), signature):
        raise BadToken
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if not isinstance(claims, dict):
        raise BadToken
    return claims


def _signature(text: str) -> str:
    return _encode(hmac.new(SECRET, text.encode(), hashlib.sha256).digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
