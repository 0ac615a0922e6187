"""From an address to a connected, encrypted socket: resolution, race of the addresses, proxy, TLS.

Runs on a connection's thread and waits in `CommandQueue.wait` only, so that a command can end it at any moment. The
system's resolver cannot be interrupted: it runs on a thread of its own, which is abandoned when it hangs.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, zip_longest
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any, Final
from urllib.parse import urlsplit

from saywrite.foundation.errors import ProxyRefused
from saywrite.foundation.messages import message
from saywrite.speech.aiola.account import not_encrypted
from saywrite.speech.aiola.net.command_queue import CommandQueue
from saywrite.speech.network.network import Network, Proxy, is_loopback_number, tune

CONNECT_S: Final = 10.0
"""Seconds from the name to the encrypted connection."""

HEAD_START_S: Final = 0.25
"""Seconds until the next address is tried beside one that has not answered (RFC 8305, section 5)."""

_ANSWER_LIMIT: Final = 16_384
_IN_PROGRESS: Final = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, getattr(errno, "WSAEWOULDBLOCK", 0)}

Address = tuple[int, Any]
"""An address family and a socket address in its form."""


class ProxyError(OSError):
    """The proxy cannot be reached, refuses, or answers with something else than HTTP.

    `error_mapping` reads the status from its text. websocket-client's own class would have to be imported for it, at
    the start of the program.
    """


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and port to connect to; `secure`: over TLS."""

    host: str
    port: int
    secure: bool

    @classmethod
    def of(cls, address: str) -> Endpoint:
        """The endpoint of an address that `check_address` has accepted."""
        parts = urlsplit(address)
        secure = parts.scheme == "https"
        return cls(parts.hostname or "", parts.port or (443 if secure else 80), secure)

    @property
    def authority(self) -> str:
        """`host:port` as a URL writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Connector:
    """One attempt to connect. A failure raises and leaves no socket open."""

    def __init__(self, commands: CommandQueue, network: Network, clock: Callable[[], float]) -> None:
        self._commands = commands
        self._network = network
        self._clock = clock
        self._deadline = clock() + CONNECT_S

    def connect(self, endpoint: Endpoint) -> socket.socket:
        """A connected, non-blocking socket; an SSLSocket when `endpoint` is secure."""
        proxy = self._network.proxy_for(f"{'https' if endpoint.secure else 'http'}://{endpoint.authority}")
        sock = self._to_proxy(proxy) if proxy else self._race(self._addresses_of(endpoint))
        try:
            tune(sock)
            if proxy is not None:
                self._tunnel(sock, proxy, endpoint)
            if endpoint.secure:
                sock = self._encrypt(sock, endpoint.host)
        except BaseException:
            sock.close()
            raise
        return sock

    def _to_proxy(self, proxy: Proxy) -> socket.socket:
        if proxy.scheme != "http":
            raise ProxyRefused(
                message("The proxy is of a kind that Saywrite cannot use."), message("Use an HTTP proxy.")
            )
        try:
            return self._race(self._resolve(proxy.host, proxy.port))
        except OSError as error:
            raise ProxyError("the proxy cannot be reached") from error

    def _addresses_of(self, endpoint: Endpoint) -> list[Address]:
        """The addresses that speech may be sent to: without TLS only those of this computer."""
        found = self._resolve(endpoint.host, endpoint.port)
        allowed = [each for each in found if endpoint.secure or is_loopback_number(str(each[1][0]))]
        if not allowed:
            raise not_encrypted()
        return allowed

    def _resolve(self, host: str, port: int) -> list[Address]:
        """The addresses of the host, IPv4 and IPv6 alternating."""
        try:
            return _look_up(host, port, socket.AI_NUMERICHOST)
        except (socket.gaierror, UnicodeError):
            pass
        found: list[list[Address] | OSError] = []
        writer, reader = socket.socketpair()

        def look_up() -> None:
            try:
                found.append(_look_up(host, port))
            except OSError as error:
                found.append(error)
            except UnicodeError:  # not a valid name
                found.append(socket.gaierror(socket.EAI_NONAME, "not a name"))
            finally:
                writer.close()  # makes `reader` readable

        with reader:
            threading.Thread(target=look_up, name="aiola-resolver", daemon=True).start()
            self._commands.wait_for(reader, EVENT_READ, self._deadline)
        if isinstance(found[0], OSError):
            raise found[0]
        return found[0]

    def _race(self, addresses: Iterable[Address]) -> socket.socket:
        """The first socket that connects; each address has a head start of `HEAD_START_S` before the next."""
        waiting, running = list(addresses), dict[socket.socket, int]()
        failure = OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        try:
            while waiting or running:
                if waiting:
                    try:
                        running[_started(*waiting.pop(0))] = EVENT_WRITE
                    except OSError as error:
                        failure = error
                        continue
                for sock in self._first_ready(running, HEAD_START_S if waiting else None):
                    del running[sock]
                    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if code == 0:
                        return sock
                    sock.close()
                    failure = OSError(code, os.strerror(code))
            raise failure
        finally:
            for sock in running:
                sock.close()

    def _first_ready(self, running: dict[socket.socket, int], limit_s: float | None) -> list[socket.socket]:
        """The sockets whose attempt has ended; none after `limit_s`."""
        now = self._clock()
        until = self._deadline if limit_s is None else min(self._deadline, now + limit_s)
        while True:
            try:
                ready = self._commands.wait(running, until)
            except TimeoutError:
                if until == self._deadline:
                    raise
                return []
            if ready:
                return ready

    def _tunnel(self, sock: socket.socket, proxy: Proxy, endpoint: Endpoint) -> None:
        """Open a tunnel to `endpoint`. Raises ProxyError, with the proxy's status in its text."""
        lines = [f"CONNECT {endpoint.authority} HTTP/1.1", f"Host: {endpoint.authority}"]
        if proxy.user or proxy.password:
            token = b64encode(f"{proxy.user}:{proxy.password}".encode()).decode("ascii")
            lines.append(f"Proxy-Authorization: Basic {token}")
        request = memoryview("\r\n".join([*lines, "", ""]).encode())
        while request:
            self._commands.wait_for(sock, EVENT_WRITE, self._deadline)
            request = request[sock.send(request) :]
        answer = b""
        while b"\r\n\r\n" not in answer:
            self._commands.wait_for(sock, EVENT_READ, self._deadline)
            piece = sock.recv(4096)
            answer += piece
            if not piece or len(answer) > _ANSWER_LIMIT:
                raise ProxyError("the proxy's answer makes no sense")
        status = answer.split(b" ", 2)[1:2]
        if not (answer.startswith(b"HTTP/1.") and status and status[0].isdigit()):
            raise ProxyError("the proxy's answer makes no sense")
        if not status[0].startswith(b"2"):
            raise ProxyError(f"failed CONNECT via proxy status: {int(status[0])}")

    def _encrypt(self, sock: socket.socket, host: str) -> ssl.SSLSocket:
        name = host.partition("%")[0]
        secured = self._network.tls().wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
        try:
            while True:
                try:
                    secured.do_handshake()
                    return secured
                except ssl.SSLWantReadError:
                    self._commands.wait_for(secured, EVENT_READ, self._deadline)
                except ssl.SSLWantWriteError:
                    self._commands.wait_for(secured, EVENT_WRITE, self._deadline)
        except BaseException:
            secured.close()
            raise


def _look_up(host: str, port: int, flags: int = 0) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    first = addresses[0][0]
    same, other = ([each for each in addresses if (each[0] == first) is wanted] for wanted in (True, False))
    return [each for each in chain.from_iterable(zip_longest(same, other)) if each is not None]


def _started(family: int, address: Any) -> socket.socket:
    """A socket that has begun to connect."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    code = sock.connect_ex(address)
    if code and code not in _IN_PROGRESS:
        sock.close()
        raise OSError(code, os.strerror(code))
    return sock
