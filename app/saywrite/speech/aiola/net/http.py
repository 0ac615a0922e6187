"""One HTTP request and its answer, bounded in time and size. Blocks: for worker threads only.

A redirect is followed only on request and within its origin: what is sent carries a key or a token.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saywrite import __version__
from saywrite.foundation.errors import ServiceError
from saywrite.speech.aiola.net.error_mapping import (
    does_not_answer,
    from_exception,
    from_http,
    host_of,
    makes_no_sense,
)

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class HttpTimeouts:
    """Seconds to connect, between two pieces of an answer, and for the whole body of an answer."""

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 20.0


TIMEOUTS = HttpTimeouts()

ANSWER_LIMIT = 262_144
"""Bytes of an answer's body; a token has a few thousand."""

MOST_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. `body`: at most the limit asked for. `headers`: names in lower case."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def problem(self, doing: str) -> ServiceError:
        """The error that this answer means to a caller who cannot use it."""
        return from_http(self.status, self.headers, self.body, self.host, doing)

    def json(self, doing: str) -> Mapping[str, Any]:
        """The JSON object in a successful answer; raises ServiceError for every other answer."""
        if not 200 <= self.status < 300:
            raise self.problem(doing)
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError):
            raise self.problem(doing) from None
        if not isinstance(parsed, dict):
            raise makes_no_sense(self.host, doing)
        return parsed


def headers_of(bearer: str) -> dict[str, str]:
    """The headers of every request; `bearer`: a key or a token, "" for none."""
    headers = {"User-Agent": f"saywrite/{__version__}", "Accept": "application/json", "Accept-Encoding": "identity"}
    return headers | ({"Authorization": f"Bearer {bearer}"} if bearer else {})


def ask(
    client: httpx.Client,
    method: str,
    url: str,
    doing: str,
    *,
    bearer: str = "",
    headers: Mapping[str, str] | None = None,
    json: object = None,
    follow_redirects: bool = False,
    limit: int = ANSWER_LIMIT,
) -> Answer:
    """Send one request and read its answer.

    Raises ServiceError when there is no answer in time, or one of more than `limit` bytes.
    """
    import httpx  # late: 0.1 s

    from saywrite.speech.network.http_client import is_same_origin, never, open_response

    host, timeouts = host_of(url), TIMEOUTS
    try:
        request = client.build_request(
            method,
            url,
            headers=headers_of(bearer) | dict(headers or {}),
            json=json,
            timeout=httpx.Timeout(timeouts.read_s, connect=timeouts.connect_s),
        )
        may_follow = is_same_origin if follow_redirects else never
        with open_response(client, request, may_follow, MOST_REDIRECTS) as response:
            body = read_body(response, host, doing, limit, timeouts.total_s)
            return Answer(host, response.status_code, lower_case(response.headers), body)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        # "from None": the libraries' texts hold the address with its query.
        raise from_exception(error, host, doing) from None


def read_body(response: httpx.Response, host: str, doing: str, limit: int, total_s: float) -> bytes:
    """The body of a response as it was sent. Raises ServiceError beyond `limit` bytes and after `total_s`."""
    until = time.monotonic() + total_s
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > limit:
            raise makes_no_sense(host, doing)
        if time.monotonic() > until:
            raise does_not_answer(host)
    return bytes(body)


def lower_case(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
