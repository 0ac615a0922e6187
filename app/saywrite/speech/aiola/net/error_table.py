"""Every error of the service as one row: its code, its class, what happened, and the remedy. Pure.

Codes in capitals are those of the service; the others are ours, for what `error_mapping` detects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from saywrite.foundation.catalog import KEY_VARIABLE
from saywrite.foundation.errors import (
    AddressRefused,
    AudioRefused,
    CaptivePortal,
    CertificateUntrusted,
    ClockWrong,
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
from saywrite.foundation.messages import Message, filled, message

SETTINGS: Final = message("Settings → aiOla")


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """`what` and `remedy` may name {host}, {doing}, {detail} and {wait}. `waits`: the service may say how long."""

    kind: type[ServiceError]
    what: Message
    remedy: Message
    waits: bool = False


ROWS: Final[dict[str, ErrorRow]] = {
    # The codes of the service
    "TOKEN_EXPIRED": ErrorRow(
        TokenExpired,
        message("{host} no longer accepts the access token."),
        message("A new token is fetched; if you use a token of your own, check it in {settings}.", settings=SETTINGS),
    ),
    "FORBIDDEN": ErrorRow(
        PermissionRefused,
        message("This account has no permission at {host} (while {doing})."),
        message("Ask whoever runs your aiOla account to allow it."),
    ),
    "MAX_CONCURRENCY_REACHED": ErrorRow(
        TooManyDictations,
        message("This account has no dictation left to open at the same time."),
        message("It is tried again; end those on other computers or in other programs."),
        waits=True,
    ),
    "RATE_LIMIT_EXCEEDED": ErrorRow(
        RateLimited,
        message("{host} has had too many requests from this account."),
        message("It goes on in {wait}."),
        waits=True,
    ),
    "WORKFLOW_NOT_FOUND": ErrorRow(
        WorkflowUnknown,
        message("{host} does not know this workflow."),
        message("Check the workflow in {settings}.", settings=SETTINGS),
    ),
    "INVALID_AUDIO_FORMAT": ErrorRow(
        AudioRefused,
        message("{host} does not take this sound: its format or its length."),
        message("Convert it to WAV or FLAC, or split it."),
    ),
    "VALIDATION_ERROR": ErrorRow(
        ServiceError,
        message("{host} does not accept the request ({detail})."),
        message("Check the workflow, the language and the addresses in {settings}.", settings=SETTINGS),
    ),
    # Other answers of the service
    "key refused": ErrorRow(
        KeyRefused,
        message("{host} does not accept the API key."),
        message(
            "Copy it again, whole, into {settings} or {key_variable}.", settings=SETTINGS, key_variable=KEY_VARIABLE
        ),
    ),
    "no token given": ErrorRow(
        KeyRefused,
        message("{host} gives this computer no access token."),
        message("Check the token address in {settings}, or ask who runs it.", settings=SETTINGS),
    ),
    "server error": ErrorRow(
        ServiceFailed,
        message("{host} has a problem of its own ({detail}, while {doing})."),
        message("It is tried again; if it lasts, ask aiOla."),
        waits=True,
    ),
    "unknown code": ErrorRow(
        ServiceFailed,
        message("{host} reports an error ({detail}, while {doing})."),
        message("It is tried again; if it lasts, ask aiOla."),
    ),
    "not found": ErrorRow(
        ServiceFailed,
        message("{host} has no aiOla service at this address."),
        message("Check the addresses in {settings}.", settings=SETTINGS),
    ),
    "no upgrade": ErrorRow(
        ServiceUnreachable,
        message("{host}, or a gateway on the way to it, accepts no WebSocket ({detail})."),
        message("It is tried again; if it lasts, ask whoever runs your network to let WebSockets pass."),
    ),
    "nonsense": ErrorRow(
        ServiceFailed,
        message("{host} gave an answer that makes no sense (while {doing})."),
        message("It is tried again; if it lasts, check the addresses in {settings}.", settings=SETTINGS),
    ),
    # What answered instead of the service
    "web page": ErrorRow(
        CaptivePortal,
        message("A web page answered instead of {host}."),
        message("Open a browser and sign in to this network; then it goes on."),
    ),
    "proxy password": ErrorRow(
        ProxyRefused,
        message("The proxy wants a user name and a password."),
        message(
            "Put them into the proxy's address in the system's settings or in HTTPS_PROXY (http://name:password@host:port)."
        ),
    ),
    "proxy refuses": ErrorRow(
        ProxyRefused,
        message("The proxy does not let Saywrite through to {host} ({detail})."),
        message("Ask whoever runs the proxy to allow this host, or choose another network."),
    ),
    "proxy unreachable": ErrorRow(
        ServiceUnreachable,
        message("The proxy does not reach {host}."),
        message("It is tried again; check the proxy in the system's settings."),
    ),
    # Certificates and TLS
    "certificate not yet valid": ErrorRow(
        ClockWrong,
        message("By this computer's clock {host}'s certificate is not valid yet."),
        message("Set the computer's date and time, then try again."),
    ),
    "certificate expired": ErrorRow(
        CertificateUntrusted,
        message("By this computer's clock {host}'s certificate has expired."),
        message("Check the computer's date and time; if they are right, ask whoever runs the service."),
    ),
    "certificate of another host": ErrorRow(
        CertificateUntrusted,
        message("What answers as {host} has a certificate for another name."),
        message("Check the addresses in {settings}; if they are right, do not use this network.", settings=SETTINGS),
    ),
    "certificate untrusted": ErrorRow(
        CertificateUntrusted,
        message("{host} cannot prove who it is: this computer does not trust its certificate."),
        message(
            "If your company inspects traffic, have its certificate installed in the system; otherwise do not use this "
            "network."
        ),
    ),
    "tls": ErrorRow(
        ServiceUnreachable,
        message("No secure connection to {host} can be made ({detail})."),
        message("It is tried again; check the network and the addresses in {settings}.", settings=SETTINGS),
    ),
    # Names, addresses and sockets
    "name unknown": ErrorRow(
        ServiceUnreachable,
        message("{host} is not found."),
        message("It is tried again; check the network and the addresses in {settings}.", settings=SETTINGS),
    ),
    "address": ErrorRow(
        AddressRefused,
        message("The service's address is not a valid address."),
        message("Check the addresses in {settings}.", settings=SETTINGS),
    ),
    "silence": ErrorRow(
        ServiceUnreachable,
        message("{host} does not answer."),
        message("It is tried again; check the network connection."),
    ),
    "refused": ErrorRow(
        ServiceUnreachable,
        message("{host} takes no connection."),
        message("It is tried again; check the addresses in {settings}.", settings=SETTINGS),
    ),
    "no network": ErrorRow(
        ServiceUnreachable,
        message("There is no network route to {host}."),
        message("It is tried again; check the network connection."),
    ),
    "lost": ErrorRow(
        ServiceUnreachable, message("The connection to {host} was lost."), message("It is made again by itself.")
    ),
    "unforeseen": ErrorRow(
        ServiceFailed,
        message("The connection to {host} failed ({detail}, while {doing})."),
        message("It is tried again; if it lasts, the log tells more."),
    ),
}


def service_error(
    code: str, host: str, doing: str = "", *, detail: str = "", retry_after_s: float | None = None
) -> ServiceError:
    """The error of a row. `detail` must hold no words of the service, which may echo a secret."""
    row = ROWS[code]
    wait = message("{seconds:.0f} s", seconds=retry_after_s) if retry_after_s else message("a while")
    names = {"host": host, "doing": doing, "detail": detail or code, "wait": wait}
    seconds = retry_after_s if row.waits else None
    return row.kind(filled(row.what, **names), filled(row.remedy, **names), retry_after_s=seconds)


def does_not_answer(host: str) -> ServiceError:
    return service_error("silence", host)


def makes_no_sense(host: str, doing: str) -> ServiceError:
    return service_error("nonsense", host, doing)
