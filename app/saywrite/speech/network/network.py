"""How this computer reaches a host: trusted certificates, proxies, socket options.

One `Network` serves HTTP and WebSocket, so that signing in, streaming and downloads take the same path. Safe on every
thread; asking the system for its proxies may take a while and belongs on a thread that may wait. ssl and the trust
store are imported at their first use.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from saywrite.foundation.errors import NetworkForbidden, ProxyRefused
from saywrite.foundation.messages import message

if TYPE_CHECKING:
    import ssl

SEND_BUFFER: Final = 262_144
"""Bytes of a socket's send buffer: it holds all that flow control allows on its way (`flow_control.LARGEST`)."""

DEAD_AFTER_MS: Final = 4_000
"""Milliseconds that sent bytes may stay unacknowledged until the system ends the connection."""

_REMEMBERED_S: Final = 60.0
"""Seconds a proxy is remembered: to ask may cost a look-up, and the computer may move to another network."""

SWITCH: Final[str] = message("Nothing leaves this computer")
"""The label of the option `stay_offline` (storage/settings/schema.py)."""

_PORTS: Final = {"http": 80, "https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy; `scheme` is that of its own address (http, https, socks5, …)."""

    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    scheme: str = "http"

    @property
    def url(self) -> str:
        """The address with user name and password: for a library, never for a log."""
        signed = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user or self.password else ""
        place = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{signed}{place}:{self.port}"


class Network:
    """The trust and the proxies of this computer, and the user's permission to use the network.

    `ca_file`: certificates to trust besides the system's, for tests. `stay_offline` is called before every connection
    and during it, on any thread: while it returns True, only this computer itself is reached.
    """

    def __init__(
        self,
        ca_file: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        stay_offline: Callable[[], bool] = lambda: False,
    ) -> None:
        self.stay_offline = stay_offline
        self._ca_file = ca_file
        self._clock = clock
        self._lock = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        self._proxies: dict[tuple[str, str], tuple[float, Proxy | None]] = {}

    def tls(self) -> ssl.SSLContext:
        """The system's trust store, `SSL_CERT_FILE` included where OpenSSL is asked; always verifies."""
        with self._lock:
            if self._tls is None:
                import ssl

                import truststore

                context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.set_alpn_protocols(["http/1.1"])
                if self._ca_file is not None:
                    context.load_verify_locations(cafile=self._ca_file)
                self._tls = context
            return self._tls

    def allows(self, host: str) -> bool:
        """Whether the user's settings permit to send something to this host."""
        name = host.strip("[]").rstrip(".").lower()
        return not self.stay_offline() or name == "localhost" or is_loopback_number(name)

    def require_permission(self, host: str) -> None:
        """Check before anything is sent to a host. Raises `NetworkForbidden` when the user does not permit it."""
        if not self.allows(host):
            raise NetworkForbidden(
                message("{host} was not contacted, because nothing may leave this computer.", host=host),
                message("To permit it, turn off “{switch}” in Settings > Files and privacy.", switch=SWITCH),
            )

    def proxy_for(self, url: str) -> Proxy | None:
        """The proxy for `url` (http, https, ws, wss), by the environment or the system; kept for a minute.

        This computer itself is reached directly, unless the environment names a proxy and also, with NO_PROXY, the
        hosts it is not for. Every connection asks here first, so this is where a connection is refused: raises
        `NetworkForbidden`, and `ProxyRefused` when the proxy's address cannot be read.
        """
        parts = urlsplit(url)
        self.require_permission(parts.hostname or "")
        if self.stay_offline():
            return None  # this computer itself; a proxy would be another one
        scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
        place = (scheme, parts.netloc.rpartition("@")[2].lower())
        with self._lock:
            known = self._proxies.get(place)
        if known is not None and self._clock() - known[0] < _REMEMBERED_S:
            return known[1]
        proxy = _ask_for_proxy(scheme, parts.hostname or "", place[1])
        with self._lock:
            self._proxies[place] = (self._clock(), proxy)
        return proxy


def tune(sock: socket.socket) -> None:
    """Set the options of `socket_options`."""
    for level, name, value in socket_options():
        sock.setsockopt(level, name, value)


@functools.cache
def socket_options() -> tuple[tuple[int, int, int], ...]:
    """Options for no delay of small frames, early notice of a dead connection, and a large send buffer.

    Level, name and value, as `setsockopt` takes them; only those that this system accepts.
    """
    wanted = [
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER),
    ]
    named = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": DEAD_AFTER_MS}
    wanted += [(socket.IPPROTO_TCP, getattr(socket, name), v) for name, v in named.items() if hasattr(socket, name)]
    if sys.platform == "darwin":
        wanted += [(socket.IPPROTO_TCP, 0x10, 10), (socket.IPPROTO_TCP, 0x80, DEAD_AFTER_MS // 1000)]
        # TCP_KEEPALIVE (idle seconds), TCP_RXT_CONNDROPTIME
    elif sys.platform == "win32":
        wanted.append((socket.IPPROTO_TCP, 5, DEAD_AFTER_MS // 1000))  # TCP_MAXRT
    with socket.socket() as sock:
        return tuple(option for option in wanted if _is_accepted(sock, option))


def _is_accepted(sock: socket.socket, option: tuple[int, int, int]) -> bool:
    try:
        sock.setsockopt(*option)
    except OSError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a name or a number is this computer itself.

    A name below localhost is resolved, which may block: many resolvers ask the network for it, where anybody may
    answer.
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    if name.endswith(".localhost"):
        return _resolves_to_loopback(name)
    return is_loopback_number(name)


def is_loopback_number(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _resolves_to_loopback(name: str) -> bool:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(is_loopback_number(str(address[0])) for *_, address in found)


def quiet(logger: str) -> None:
    """Keep a library's log out of ours: it may hold query strings, headers and text."""
    for each in (logger, *[name for name in list(logging.root.manager.loggerDict) if name.startswith(f"{logger}.")]):
        logging.getLogger(each).disabled = True


def _ask_for_proxy(scheme: str, host: str, place: str) -> Proxy | None:
    from urllib.request import getproxies, getproxies_environment, proxy_bypass
    from urllib.request import proxy_bypass_environment as bypassed  # type: ignore[attr-defined]

    named = getproxies_environment()
    if is_loopback(host):
        explicit = any(name.lower() == "no_proxy" for name in os.environ)
        if not explicit or bypassed(place, named):
            return None
        found = named
    else:
        if proxy_bypass(place):
            return None
        found = getproxies()
    address = found.get(scheme) or found.get("all")
    return _proxy(address) if address else None


def _proxy(address: str) -> Proxy:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        scheme = parts.scheme.lower()
        port = parts.port or _PORTS[scheme]
        if not parts.hostname:
            raise ValueError(address)
    except (ValueError, KeyError):
        raise ProxyRefused(
            message("The address of the proxy cannot be read."),
            message("Correct it in the system's settings or in HTTPS_PROXY."),
        ) from None
    return Proxy(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), scheme)
