"""Anything the network says, or fails to, as one `ServiceError` with its remedy. Pure; any thread.

What the service answered is judged by `answers`, and found here too; this module judges what failed below: names,
sockets, TLS, proxies. The libraries' exceptions are recognized by their names, so that nothing here imports them: they
are loaded late, and wrap each other in ways that differ from version to version.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator

from saywrite.foundation.errors import (
    AddressRefused,
    CertificateUntrusted,
    ClockWrong,
    ProxyRefused,
    ServiceError,
    ServiceFailed,
    ServiceUnreachable,
)
from saywrite.speech.aiola.net.error_answers import (
    DICTATING,
    OPENING,
    SETTINGS,
    SIGNING_IN,
    UPLOADING,
    does_not_answer,
    from_http,
    from_payload,
    host_of,
    makes_no_sense,
    proxy_wants_password,
    web_page_instead,
)

__all__ = ["DICTATING", "OPENING", "SIGNING_IN", "UPLOADING", "from_exception", "from_http", "from_payload"]

_CHAIN_LIMIT = 24

_NOT_YET_VALID = (9, -67819)
_EXPIRED = (10, -67818, 0x800B0101, 0x800B0101 - (1 << 32))
_OTHER_HOST = (62, 63, 64, -67602, 0x800B010F, 0x800B010F - (1 << 32))
"""Codes of OpenSSL, macOS and Windows (unsigned and signed), as truststore passes them on."""

_NO_NETWORK = {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}

_TIMEOUTS = {"Timeout", "TimeoutError", "TimeoutException", "WebSocketTimeoutException"}
_PROXIES = {"ProxyError", "WebSocketProxyException"}
_NAMES = {"NameResolutionError", "WebSocketAddressException"}
_ENDS = {"WebSocketConnectionClosedException", "RemoteDisconnected", "IncompleteRead", "ChunkedEncodingError"}
_NONSENSE = {
    "HTTPException",
    "InvalidHeader",
    "DecodeError",
    "ContentDecodingError",
    "WebSocketProtocolException",
    "WebSocketPayloadException",
    "JSONDecodeError",
    "UnicodeError",
}
_ADDRESSES = {"InvalidURL", "MissingSchema", "InvalidSchema", "LocationParseError", "LocationValueError"}


def from_exception(exc: BaseException, host: str, doing: str = OPENING) -> ServiceError:
    """What an exception of requests, urllib3, http.client, ssl, socket or websocket-client means, however wrapped."""
    host = host_of(host)
    chain = list(_chain(exc))
    for error in chain:
        if isinstance(error, ServiceError):
            return error
        if "WebSocketBadStatusException" in _kinds(error):
            answer = vars(error)
            status = int(answer.get("status_code") or 0)
            return from_http(status, answer.get("resp_headers"), answer.get("resp_body"), host, doing)
    for judge in (_of_proxy, _of_certificate, _of_names, _of_silence, _of_sockets, _of_nonsense):
        for error in chain:
            if problem := judge(error, host, doing):
                return problem
    return ServiceFailed(
        f"The connection to {host} failed ({type(exc).__name__}, while {doing}).",
        "It is tried again; if it lasts, the log tells more.",
    )


def _of_proxy(error: BaseException, host: str, _doing: str) -> ServiceError | None:
    text = str(error)
    tunnel = isinstance(error, OSError) and text.startswith("Tunnel connection failed")
    if not (tunnel or _PROXIES & _kinds(error)):
        return None
    status = re.search(r"(?:failed|status): ?(\d{3})\b", text)
    number = int(status[1]) if status else 0
    if number == 407:
        return proxy_wants_password()
    if 400 <= number < 500:
        return ProxyRefused(
            f"The proxy does not let Saywrite through to {host} ({number}).",
            "Ask whoever runs the proxy to allow this host, or choose another network.",
        )
    return ServiceUnreachable(
        f"The proxy does not reach {host}.", "It is tried again; check the proxy in the system's settings."
    )


def _of_certificate(error: BaseException, host: str, _doing: str) -> ServiceError | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        code = getattr(error, "verify_code", 0)
        # In words only where the code is none of OpenSSL's: its words hold the host, which may be called anything.
        said = "" if 0 < code < 100 else f"{getattr(error, 'verify_message', '')} {error}".lower()
        if code in _NOT_YET_VALID or "not yet valid" in said:
            return ClockWrong(
                f"By this computer's clock {host}'s certificate is not valid yet.",
                "Set the computer's date and time, then try again.",
            )
        if code in _EXPIRED or "expired" in said:
            return CertificateUntrusted(
                f"By this computer's clock {host}'s certificate has expired.",
                "Check the computer's date and time; if they are right, ask whoever runs the service.",
            )
        if code in _OTHER_HOST or "hostname mismatch" in said or "not valid for" in said:
            return CertificateUntrusted(
                f"What answers as {host} has a certificate for another name.",
                f"Check the addresses in {SETTINGS}; if they are right, do not use this network.",
            )
        return CertificateUntrusted(
            f"{host} cannot prove who it is: this computer does not trust its certificate.",
            "If your company inspects traffic, have its certificate installed in the system; otherwise do not use this "
            "network.",
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return ServiceUnreachable(
            f"No secure connection to {host} can be made ({getattr(error, 'reason', None) or 'TLS'}).",
            f"It is tried again; check the network and the addresses in {SETTINGS}.",
        )
    return None


def _of_names(error: BaseException, host: str, _doing: str) -> ServiceError | None:
    if isinstance(error, socket.gaierror) or _NAMES & _kinds(error):
        return ServiceUnreachable(
            f"{host} is not found.", f"It is tried again; check the network and the addresses in {SETTINGS}."
        )
    return None


def _of_silence(error: BaseException, host: str, _doing: str) -> ServiceError | None:
    if isinstance(error, OSError) and error.errno == errno.ETIMEDOUT:
        return does_not_answer(host)
    kinds = _kinds(error)  # to some versions of urllib3 every connection that fails is a timeout
    return does_not_answer(host) if _TIMEOUTS & kinds and "NewConnectionError" not in kinds else None


def _of_sockets(error: BaseException, host: str, _doing: str) -> ServiceError | None:
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, ConnectionRefusedError):
        return ServiceUnreachable(
            f"{host} takes no connection.", f"It is tried again; check the addresses in {SETTINGS}."
        )
    if number in _NO_NETWORK:
        return ServiceUnreachable(f"There is no way to {host}.", "It is tried again; check the network connection.")
    if isinstance(error, (ConnectionError, EOFError, ssl.SSLEOFError, ssl.SSLZeroReturnError)) or _ENDS & _kinds(error):
        return ServiceUnreachable(f"The connection to {host} was lost.", "It is made again by itself.")
    return None


def _of_nonsense(error: BaseException, host: str, doing: str) -> ServiceError | None:
    kinds = _kinds(error)
    if "TooManyRedirects" in kinds:
        return web_page_instead(host)
    if _ADDRESSES & kinds:
        return AddressRefused("The service's address is not one.", f"Check the addresses in {SETTINGS}.")
    return makes_no_sense(host, doing) if _NONSENSE & kinds else None


def _kinds(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """The exception and all it wraps: causes, contexts, urllib3's `reason`, exceptions as arguments."""
    waiting: list[object] = [exc]
    seen: set[int] = set()
    while waiting and len(seen) < _CHAIN_LIMIT:
        error = waiting.pop(0)
        if not isinstance(error, BaseException) or id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        waiting += [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
