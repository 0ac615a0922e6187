"""One HTTP request and its answer, bounded in time and size. Blocks: for worker threads only.

Redirects are not followed unless asked: what is sent carries a key or a token, and nothing of the service's moves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saywrite import __version__
from saywrite.foundation.errors import ServiceError
from saywrite.speech.aiola.net.error_answers import does_not_answer, from_http, host_of, makes_no_sense
from saywrite.speech.aiola.net.error_mapping import from_exception

if TYPE_CHECKING:
    import requests


@dataclass(frozen=True, slots=True)
class HttpTimeouts:
    """Seconds until a connection stands, between two pieces of an answer, and for the whole answer's body."""

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 20.0


PATIENCE = HttpTimeouts()

ANSWER_LIMIT = 262_144
"""Bytes of an answer's body; a token has a few thousand."""

_PIECE = 16_384


@dataclass(frozen=True, slots=True)
class Answer:
    """`body`: at most the limit asked for. `headers`: names in lower case."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def problem(self, doing: str) -> ServiceError:
        """What this answer means when it is not the one wanted."""
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


def ask(
    session: requests.Session,
    method: str,
    url: str,
    doing: str,
    *,
    bearer: str = "",
    limit: int = ANSWER_LIMIT,
    patience: HttpTimeouts | None = None,
    **content: Any,
) -> Answer:
    """Send one request and read its answer; `content` is requests' `json`, `data` or `headers`. A redirect is followed
    by the session's rules with `allow_redirects`. Raises ServiceError when there is no answer, or one of more than
    `limit` bytes.
    """
    import requests  # late: 0.2 s
    import urllib3

    host = host_of(url)
    patience = patience or PATIENCE
    options = {"allow_redirects": False, **content, "timeout": (patience.connect_s, patience.read_s), "stream": True}
    headers = {"User-Agent": f"saywrite/{__version__}", "Accept": "application/json", "Accept-Encoding": "identity"}
    headers |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
    headers |= options.pop("headers", {})
    try:
        with session.request(method, url, headers=headers, **options) as response:
            body = _read(response, host, doing, limit, patience.total_s)
            known = {name.lower(): value for name, value in response.headers.items()}
            return Answer(host, response.status_code, known, body)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        # "from None": the libraries' texts hold the address with its query.
        raise from_exception(error, host, doing) from None


def _read(response: requests.Response, host: str, doing: str, limit: int, total_s: float) -> bytes:
    until = time.monotonic() + total_s
    body = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=True):
        body += piece
        if len(body) > limit:
            raise makes_no_sense(host, doing)
        if time.monotonic() > until:
            raise does_not_answer(host)
    return bytes(body)
