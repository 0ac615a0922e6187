"""Whatever the service answers, or somebody in its place, becomes one `ServiceError` with its remedy. Pure; any thread.

An answer's own words are never passed on: a service may echo the key, a token or what was said. Only its error code
(capitals, no digits), its status and the host's name are.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from saywrite.foundation.catalog import KEY_VARIABLE
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

SIGNING_IN: Final = "signing in"
ASKING: Final = "asking for a token"
OPENING: Final = "opening the stream"
DICTATING: Final = "dictating"
UPLOADING: Final = "sending the file"
"""What was being done: `doing`, the end of a sentence ("… failed while signing in")."""

BODY_LIMIT = 65_536
"""Bytes of an answer that are looked at."""

RETRY_LIMIT_S = 3_600.0

SETTINGS = "Settings → aiOla"

_CODE = re.compile(r"[A-Z][A-Z_]{2,39}")

_PHRASES: tuple[tuple[str, str], ...] = (
    (r"concurren", "MAX_CONCURRENCY_REACHED"),
    (r"rate.?limit|too many requests", "RATE_LIMIT_EXCEEDED"),
    (r"(token|jwt|session).{0,20}expired", "TOKEN_EXPIRED"),
    (r"(workflow|flow).{0,60}(not found|unknown|does not exist)|(unknown|no such) (work)?flow", "WORKFLOW_NOT_FOUND"),
    (r"forbidden|permission|not allowed", "FORBIDDEN"),
    (r"(invalid|bad|missing) (token|jwt|signature)", "INVALID_TOKEN"),
    (r"unauthori[sz]ed|authentication|(invalid|wrong) api.?key", "UNAUTHORIZED"),
    (r"audio.{0,20}format", "INVALID_AUDIO_FORMAT"),
)
"""What a refusal without a code says in words, lower case."""


def host_of(address: str) -> str:
    """The host's name in a URL, or in "host:port"; never its credentials, path or query."""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return parts.hostname or "the service"
    except ValueError:
        return "the service"


def from_http(
    status: int,
    headers: Mapping[str, str] | None,
    body: bytes | str | None,
    host: str,
    doing: str = OPENING,
    *,
    now: float | None = None,
) -> ServiceError:
    """What an HTTP answer means that is not the one wanted, whatever its status. `now`: wall clock, in seconds."""
    host = host_of(host)
    known = {name.lower(): value for name, value in (headers or {}).items()}
    retry_after_s = _retry_after(known, time.time() if now is None else now)
    if status == 407:
        return proxy_wants_password()
    if status == 511 or _is_elsewhere(status, known, host) or (_is_web_page(known, body) and status in _OK_OR_BLOCKED):
        return web_page_instead(host)
    if status >= 500:
        return ServiceFailed(
            f"{host} has a problem of its own ({status}, while {doing}).",
            "It is tried again; if it lasts, ask aiOla.",
            retry_after_s=retry_after_s,
        )
    code = _code_of(_parsed(body)) if body else ""
    if code in _BY_CODE:
        return _BY_CODE[code](host, doing, retry_after_s)
    if status in _CODE_OF_STATUS:
        return _BY_CODE[_CODE_OF_STATUS[status]](host, doing, retry_after_s)
    if status == 404:
        return ServiceFailed(f"{host} has no aiOla service at this address.", f"Check the addresses in {SETTINGS}.")
    if status == 408:
        return does_not_answer(host)
    if 400 <= status < 500:
        return _refused(host, code or str(status))
    return makes_no_sense(host, doing)


def from_payload(payload: object, host: str = "aiOla", doing: str = OPENING) -> ServiceError:
    """What the payload of a Socket.IO `error` event or connect error means: `{"error": {"message", "code",
    "details"}}`, the same unwrapped, a bare text, or junk.
    """
    host = host if host == "aiOla" else host_of(host)
    parsed = _parsed(payload) if isinstance(payload, (bytes, str)) else payload
    code = _code_of(parsed)
    if code in _BY_CODE:
        return _BY_CODE[code](host, doing, None)
    status = _status_of(parsed)
    if status:
        return from_http(status, None, None, host, doing)
    if code:
        return ServiceFailed(
            f"{host} reports an error ({code}, while {doing}).", "It is tried again; if it lasts, ask aiOla."
        )
    return makes_no_sense(host, doing)


def web_page_instead(host: str) -> ServiceError:
    return CaptivePortal(
        f"A web page answered instead of {host}.", "Open a browser and sign in to this network; then it goes on."
    )


def proxy_wants_password() -> ServiceError:
    return ProxyRefused(
        "The proxy wants a user name and a password.",
        "Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port).",
    )


def does_not_answer(host: str) -> ServiceError:
    return ServiceUnreachable(f"{host} does not answer.", "It is tried again; check the network connection.")


def makes_no_sense(host: str, doing: str) -> ServiceError:
    return ServiceFailed(
        f"{host} gave an answer that makes no sense (while {doing}).",
        f"It is tried again; if it lasts, check the addresses in {SETTINGS}.",
    )


_Make = Callable[[str, str, float | None], ServiceError]

_OK_OR_BLOCKED = (*range(200, 400), 403, 451)
"""Statuses with which a portal or a filter sends its page; a service's own front door says 404 or 5xx in HTML, too."""

_CODE_OF_STATUS = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    413: "INVALID_AUDIO_FORMAT",
    415: "INVALID_AUDIO_FORMAT",
    429: "RATE_LIMIT_EXCEEDED",
}


def _not_signed_in(host: str, doing: str, _retry_after_s: float | None) -> ServiceError:
    if doing == SIGNING_IN:
        return KeyRefused(
            f"{host} does not accept the API key.", f"Copy it again, whole, into {SETTINGS} or {KEY_VARIABLE}."
        )
    if doing == ASKING:
        return KeyRefused(
            f"{host} gives this computer no access token.",
            f"Check the token address in {SETTINGS}, or ask who runs it.",
        )
    # The key has been accepted before: what is refused here is the token made from it.
    return _expired(host, doing, None)


def _expired(host: str, _doing: str, _retry_after_s: float | None) -> ServiceError:
    return TokenExpired(
        f"{host} no longer accepts the access token.",
        f"A new one is fetched; with a token of your own, see {SETTINGS}.",
    )


def _forbidden(host: str, doing: str, _retry_after_s: float | None) -> ServiceError:
    return PermissionRefused(
        f"This account has no permission at {host} (while {doing}).", "Ask whoever runs your aiOla account to allow it."
    )


def _too_many(_host: str, _doing: str, retry_after_s: float | None) -> ServiceError:
    return TooManyDictations(
        "This account has no dictation left to open at the same time.",
        "It is tried again; end those on other computers or in other programs.",
        retry_after_s=retry_after_s,
    )


def _too_often(host: str, _doing: str, retry_after_s: float | None) -> ServiceError:
    wait = f"It goes on in {retry_after_s:.0f} s." if retry_after_s else "It goes on in a while."
    return RateLimited(f"{host} has had too many requests from this account.", wait, retry_after_s=retry_after_s)


def _no_workflow(host: str, _doing: str, _retry_after_s: float | None) -> ServiceError:
    return WorkflowUnknown(f"{host} does not know this workflow.", f"Check the workflow in {SETTINGS}.")


def _wrong_audio(host: str, _doing: str, _retry_after_s: float | None) -> ServiceError:
    return AudioRefused(
        f"{host} does not take this sound: its format or its length.", "Convert it to WAV or FLAC, or split it."
    )


def _invalid(host: str, _doing: str, _retry_after_s: float | None) -> ServiceError:
    return _refused(host, "VALIDATION_ERROR")


def _refused(host: str, why: str) -> ServiceError:
    return ServiceError(
        f"{host} does not accept the request ({why}).",
        f"Check the workflow, the language and the addresses in {SETTINGS}.",
    )


_BY_CODE: dict[str, _Make] = {
    "TOKEN_EXPIRED": _expired,
    "INVALID_TOKEN": _not_signed_in,
    "UNAUTHORIZED": _not_signed_in,
    "FORBIDDEN": _forbidden,
    "MAX_CONCURRENCY_REACHED": _too_many,
    "RATE_LIMIT_EXCEEDED": _too_often,
    "WORKFLOW_NOT_FOUND": _no_workflow,
    "INVALID_AUDIO_FORMAT": _wrong_audio,
    "VALIDATION_ERROR": _invalid,
}


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds the service asks to wait: a number, or a date, which is compared with the service's own clock."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII):
        return min(float(text), RETRY_LIMIT_S)
    until, sent = parse_date(text), parse_date(headers.get("date", ""))
    if until is None:
        return None
    return min(max(0.0, until - (now if sent is None else sent)), RETRY_LIMIT_S)


def parse_date(text: str) -> float | None:
    """An HTTP date as wall clock seconds, None when it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_elsewhere(status: int, headers: Mapping[str, str], host: str) -> bool:
    """A redirect to another host: no service of ours moves, but portals do."""
    location = headers.get("location", "")
    return 300 <= status < 400 and "//" in location and host_of(location) != host


def _is_web_page(headers: Mapping[str, str], body: bytes | str | None) -> bool:
    if "html" in headers.get("content-type", "").lower():
        return True
    start = (body or "")[:256]
    text = start.decode("latin-1") if isinstance(start, bytes) else start
    return text.lstrip("\ufeffï»¿ \r\n\t").lower().startswith(("<!doctype html", "<html"))


def _parsed(body: object) -> object:
    """JSON where it is JSON, else the text as it is; None for what is neither."""
    if isinstance(body, bytes):
        body = body[:BODY_LIMIT].decode("utf-8", "replace")
    if not isinstance(body, str):
        return None
    try:
        return json.loads(body[:BODY_LIMIT])
    except (ValueError, RecursionError):
        return body[:BODY_LIMIT]


def _layers(payload: object) -> list[Mapping[str, object]]:
    """The mappings that may hold the code: the outermost and what it wraps."""
    layers: list[Mapping[str, object]] = []
    waiting = [payload]
    while waiting and len(layers) < 8:
        layer = waiting.pop(0)
        if isinstance(layer, Mapping):
            layers.append(layer)
            waiting += [layer.get(name) for name in ("error", "data", "message", "details")]
    return layers


def _code_of(payload: object) -> str:
    """The error code, also when it is only said in words; "" when there is none. Never holds what could be secret."""
    layers = _layers(payload)
    for layer in layers:
        for name in ("code", "error", "message"):
            value = layer.get(name)
            if isinstance(value, str) and _CODE.fullmatch(value) and (name == "code" or value in _BY_CODE):
                return value
    texts = [payload, *(layer.get(name) for layer in layers for name in ("message", "error", "code"))]
    for text in texts:
        if isinstance(text, str):
            said = text[:500].lower()
            for phrase, code in _PHRASES:
                if code.lower() in said or re.search(phrase, said):
                    return code
    return ""


def _status_of(payload: object) -> int:
    """An HTTP status of 400 or more inside the payload, 0 when there is none."""
    for layer in _layers(payload):
        for name in ("status", "statusCode", "code"):
            value = layer.get(name)
            if isinstance(value, int) and 400 <= value < 600:
                return value
    return 0
