"""Every answer and every failure of the network becomes one `ServiceError` of `error_table`. Pure; any thread.

Three detectors: `from_http` for an HTTP answer, `from_payload` for a Socket.IO error, `from_exception` for what the
libraries raise. These are recognized by their names, so that nothing here imports them: they are loaded late. The words
of an answer are never passed on, because a service may echo the key, a token or text; only its error code (capitals, no
digits), its status and the host's name are.
"""

from __future__ import annotations

import errno
import json
import re
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from saywrite.foundation.errors import ServiceError
from saywrite.foundation.messages import message
from saywrite.speech.aiola.net.error_table import SETTINGS, does_not_answer, makes_no_sense, service_error

__all__ = [
    "ASKING",
    "DICTATING",
    "OPENING",
    "SETTINGS",
    "SIGNING_IN",
    "UPLOADING",
    "does_not_answer",
    "from_exception",
    "from_http",
    "from_payload",
    "host_of",
    "makes_no_sense",
    "parse_date",
]

SIGNING_IN: Final[str] = message("signing in")
ASKING: Final[str] = message("asking for a token")
OPENING: Final[str] = message("opening the stream")
DICTATING: Final[str] = message("dictating")
UPLOADING: Final[str] = message("sending the file")
"""What was being done: the argument `doing`, as the end of "… failed while"."""

BODY_LIMIT = 65_536
"""Bytes of an answer that are read for its meaning."""

RETRY_LIMIT_S = 3_600.0

_CODE = re.compile(r"[A-Z][A-Z_]{2,39}")

_CODES = frozenset(
    (
        *("TOKEN_EXPIRED", "INVALID_TOKEN", "UNAUTHORIZED", "FORBIDDEN", "MAX_CONCURRENCY_REACHED"),
        *("RATE_LIMIT_EXCEEDED", "WORKFLOW_NOT_FOUND", "INVALID_AUDIO_FORMAT", "VALIDATION_ERROR"),
    )
)

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
"""Words, in lower case, that stand for a code where a refusal has none."""


_CODE_OF_STATUS: Final = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    413: "INVALID_AUDIO_FORMAT",
    415: "INVALID_AUDIO_FORMAT",
    429: "RATE_LIMIT_EXCEEDED",
}

_NO_UPGRADE: Final = (400, 405, 406, 426)
"""Answers of a gateway, without a code of the service, that lets no WebSocket pass, only requests (long polling)."""

_PORTAL_STATUSES: Final = (*range(200, 400), 403, 451)
"""Statuses of a portal's or a filter's page; a service's own gateway answers 404 and 5xx with a page, too."""

_CHAIN_LIMIT: Final = 24
"""Exceptions of one chain that are read."""

_NOT_YET_VALID: Final = (9, -67819)
_EXPIRED: Final = (10, -67818, 0x800B0101, 0x800B0101 - (1 << 32))
_OTHER_HOST: Final = (62, 63, 64, -67602, 0x800B010F, 0x800B010F - (1 << 32))
"""Codes of OpenSSL, macOS and Windows (unsigned and signed), as truststore passes them on."""

_NO_NETWORK: Final = {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}

_KINDS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("name unknown", frozenset({"gaierror", "WebSocketAddressException"})),
    ("silence", frozenset({"TimeoutError", "TimeoutException", "WebSocketTimeoutException"})),
    ("refused", frozenset({"ConnectionRefusedError"})),
    ("no network", frozenset()),
    ("lost", frozenset({"ConnectionError", "EOFError", "SSLEOFError", "SSLZeroReturnError"})),
    ("lost", frozenset({"WebSocketConnectionClosedException", "RemoteDisconnected", "IncompleteRead"})),
    ("web page", frozenset({"TooManyRedirects"})),
    ("address", frozenset({"InvalidURL", "UnsupportedProtocol"})),
    (
        "nonsense",
        frozenset({"HTTPException", "RemoteProtocolError", "DecodingError", "JSONDecodeError", "UnicodeError"}),
    ),
    ("nonsense", frozenset({"WebSocketProtocolException", "WebSocketPayloadException"})),
)
"""Rows by the names of exception classes, in the order of precedence within a chain of exceptions."""


def host_of(address: str) -> str:
    """The host's name in a URL, or in "host:port"; never its credentials, path or query."""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return parts.hostname or message("the service")
    except ValueError:
        return message("the service")


def from_http(
    status: int,
    headers: Mapping[str, str] | None,
    body: bytes | str | None,
    host: str,
    doing: str = OPENING,
    *,
    now: float | None = None,
) -> ServiceError:
    """The error of an HTTP answer that the caller cannot use, of any status. `now`: wall clock, in seconds."""
    host = host_of(host)
    known = {name.lower(): value for name, value in (headers or {}).items()}
    retry_after_s = _retry_after(known, time.time() if now is None else now)
    if status == 407:
        return service_error("proxy password", host)
    is_page = _is_web_page(known, body) and status in _PORTAL_STATUSES
    if status == 511 or is_page or _is_elsewhere(status, known, host):
        return service_error("web page", host)
    if status >= 500:
        return service_error("server error", host, doing, detail=str(status), retry_after_s=retry_after_s)
    code = _code_of(_parsed(body)) if body else ""
    known_code = code if code in _CODES else _CODE_OF_STATUS.get(status, "")
    if known_code:
        return _of_code(known_code, host, doing, retry_after_s)
    if status == 404:
        return service_error("not found", host)
    if status == 408:
        return does_not_answer(host)
    if doing == OPENING and status in _NO_UPGRADE and not code:
        return service_error("no upgrade", host, detail=str(status))
    if 400 <= status < 500:
        return service_error("VALIDATION_ERROR", host, detail=code or str(status))
    return makes_no_sense(host, doing)


def from_payload(payload: object, host: str, doing: str) -> ServiceError:
    """The error of a Socket.IO `error` event or connect error.

    The payload is `{"error": {"message", "code", "details"}}`, the same unwrapped, a bare text, or anything else.
    """
    host = host_of(host)
    parsed = _parsed(payload) if isinstance(payload, (bytes, str)) else payload
    code = _code_of(parsed)
    if code in _CODES:
        return _of_code(code, host, doing, None)
    status = _status_of(parsed)
    if status:
        return from_http(status, None, None, host, doing)
    if code:
        return service_error("unknown code", host, doing, detail=code)
    return makes_no_sense(host, doing)


def from_exception(exc: BaseException, host: str, doing: str = OPENING) -> ServiceError:
    """The error of an exception of httpx, ssl, socket or websocket-client, in any wrapping."""
    host = host_of(host)
    chain = list(_chain(exc))
    for error in chain:
        if isinstance(error, ServiceError):
            return error
        if "WebSocketBadStatusException" in _kinds(error):
            answer = vars(error)
            status = int(answer.get("status_code") or 0)
            return from_http(status, answer.get("resp_headers"), answer.get("resp_body"), host, doing)
    for detect in (_of_proxy, _of_certificate):
        for error in chain:
            if found := detect(error, host):
                return found
    rows = {_row_of(error) for error in chain}
    for row, _ in _KINDS:
        if row in rows:
            return service_error(row, host, doing)
    return service_error("unforeseen", host, doing, detail=type(exc).__name__)


def _of_code(code: str, host: str, doing: str, retry_after_s: float | None) -> ServiceError:
    if code in ("UNAUTHORIZED", "INVALID_TOKEN"):
        # Once the key has been accepted, what is refused is the token made from it.
        code = {SIGNING_IN: "key refused", ASKING: "no token given"}.get(doing, "TOKEN_EXPIRED")
    return service_error(code, host, doing, retry_after_s=retry_after_s)


def _of_proxy(error: BaseException, host: str) -> ServiceError | None:
    if not {"ProxyError", "WebSocketProxyException"} & _kinds(error):
        return None
    status = re.search(r"^(\d{3})\b|status: ?(\d{3})\b", str(error))
    number = int(status[1] or status[2]) if status else 0
    if number == 407:
        return service_error("proxy password", host)
    if 400 <= number < 500:
        return service_error("proxy refuses", host, detail=str(number))
    return service_error("proxy unreachable", host)


def _of_certificate(error: BaseException, host: str) -> ServiceError | None:
    import ssl  # not at the start of every program: it loads OpenSSL

    if isinstance(error, ssl.SSLCertVerificationError):
        code = getattr(error, "verify_code", 0)
        # In words only where the code is none of OpenSSL's: its words hold the host, which may be called anything.
        text = "" if 0 < code < 100 else f"{getattr(error, 'verify_message', '')} {error}".lower()
        if code in _NOT_YET_VALID or "not yet valid" in text:
            return service_error("certificate not yet valid", host)
        if code in _EXPIRED or "expired" in text:
            return service_error("certificate expired", host)
        if code in _OTHER_HOST or "hostname mismatch" in text or "not valid for" in text:
            return service_error("certificate of another host", host)
        return service_error("certificate untrusted", host)
    if isinstance(error, ssl.SSLError) and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return service_error("tls", host, detail=getattr(error, "reason", None) or "TLS")
    return None


def _row_of(error: BaseException) -> str:
    """The row of one exception, "" for none."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ETIMEDOUT:
        return "silence"
    if number in _NO_NETWORK:
        return "no network"
    kinds = _kinds(error)
    if "RemoteProtocolError" in kinds and re.search("disconnected|closed connection", str(error)):
        return "lost"
    return next((row for row, names in _KINDS if names & kinds), "")


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that the service asks to wait. A date is compared with the clock of the service, where it is known."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII):
        return min(float(text), RETRY_LIMIT_S)
    until, sent = parse_date(text), parse_date(headers.get("date", ""))
    if until is None:
        return None
    return min(max(0.0, until - (now if sent is None else sent)), RETRY_LIMIT_S)


def parse_date(text: str) -> float | None:
    """An HTTP date as wall clock seconds, None for anything else."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_elsewhere(status: int, headers: Mapping[str, str], host: str) -> bool:
    """Whether an answer redirects to another host, as portals do and the service does not."""
    location = headers.get("location", "")
    return 300 <= status < 400 and "//" in location and host_of(location) != host


def _is_web_page(headers: Mapping[str, str], body: bytes | str | None) -> bool:
    if "html" in headers.get("content-type", "").lower():
        return True
    start = (body or "")[:256]
    text = start.decode("latin-1") if isinstance(start, bytes) else start
    return text.lstrip("\ufeffï»¿ \r\n\t").lower().startswith(("<!doctype html", "<html"))


def _parsed(body: object) -> object:
    """The parsed JSON, else the text; None for what is neither."""
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
    """The error code, also where only words stand for it; "" for none. Never holds what could be a secret."""
    layers = _layers(payload)
    for layer in layers:
        for name in ("code", "error", "message"):
            value = layer.get(name)
            if isinstance(value, str) and _CODE.fullmatch(value) and (name == "code" or value in _CODES):
                return value
    texts = [payload, *(layer.get(name) for layer in layers for name in ("message", "error", "code"))]
    for text in texts:
        if isinstance(text, str):
            start = text[:500].lower()
            for phrase, code in _PHRASES:
                if code.lower() in start or re.search(phrase, start):
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


def _kinds(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """The exception and all it wraps: causes, contexts, exceptions as arguments."""
    waiting: list[object] = [exc]
    seen: set[int] = set()
    while waiting and len(seen) < _CHAIN_LIMIT:
        error = waiting.pop(0)
        if not isinstance(error, BaseException) or id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        waiting += [*error.args, error.__cause__, error.__context__]
