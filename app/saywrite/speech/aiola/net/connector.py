"""From an address to a connected, encrypted socket: names, addresses raced against each other, proxy, TLS.

Runs on a link's thread and waits nowhere but in `CommandQueue.wait`, so that it can be ended at any moment. Only the
system's resolver cannot be interrupted: it is asked on a thread of its own, which is left behind when it hangs.
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

from websocket import WebSocketProxyException

from saywrite.foundation.errors import ProxyRefused
from saywrite.speech.aiola.account import is_loopback_number, not_encrypted
from saywrite.speech.aiola.net.command_queue import CommandQueue
from saywrite.speech.aiola.net.network import Network, Proxy, tune

DIAL_S: Final = 10.0
"""Seconds until there is a connection, all told."""

HEAD_START_S: Final = 0.25
"""Seconds an address has to itself before the next one is tried beside it (RFC 8305)."""

_ANSWER_LIMIT: Final = 16_384
_UNDER_WAY: Final = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, getattr(errno, "WSAEWOULDBLOCK", 0)}

Address = tuple[int, Any]
"""A family and a socket address of it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect to."""

    host: str
    port: int
    secure: bool

    @classmethod
    def of(cls, address: str) -> Endpoint:
        """Of an address that `check_address` has let pass."""
        parts = urlsplit(address)
        secure = parts.scheme == "https"
        return cls(parts.hostname or "", parts.port or (443 if secure else 80), secure)

    @property
    def written(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Connector:
    """One attempt to reach a place. Whatever goes wrong raises, and leaves no socket open."""

    def __init__(self, commands: CommandQueue, network: Network, clock: Callable[[], float]) -> None:
        self._commands = commands
        self._network = network
        self._clock = clock
        self._until = clock() + DIAL_S

    def connect(self, place: Endpoint) -> socket.socket:
        """A connected, non-blocking socket: an SSLSocket when `place` is secure."""
        proxy = self._network.proxy_for(f"{'https' if place.secure else 'http'}://{place.written}")
        sock = self._to_proxy(proxy) if proxy else self._race(self._addresses_of(place))
        try:
            tune(sock)
            if proxy is not None:
                self._tunnel(sock, proxy, place)
            if place.secure:
                sock = self._encrypt(sock, place.host)
        except BaseException:
            sock.close()
            raise
        return sock

    def _to_proxy(self, proxy: Proxy) -> socket.socket:
        if proxy.scheme != "http":
            raise ProxyRefused("The proxy is of a kind that Saywrite cannot use.", "Use an HTTP proxy.")
        try:
            return self._race(self._resolve(proxy.host, proxy.port))
        except OSError as error:
            raise WebSocketProxyException("the proxy cannot be reached") from error

    def _addresses_of(self, place: Endpoint) -> list[Address]:
        """Those that speech may be sent to: without encryption only this computer's own, whatever the name says."""
        found = self._resolve(place.host, place.port)
        allowed = [each for each in found if place.secure or is_loopback_number(str(each[1][0]))]
        if not allowed:
            raise not_encrypted()
        return allowed

    def _resolve(self, host: str, port: int) -> list[Address]:
        """The host's addresses, the families in turn."""
        try:
            return _look_up(host, port, socket.AI_NUMERICHOST)
        except (socket.gaierror, UnicodeError):
            pass
        found: list[list[Address] | OSError] = []
        done, told = socket.socketpair()

        def ask() -> None:
            try:
                found.append(_look_up(host, port))
            except OSError as error:
                found.append(error)
            except UnicodeError:  # no name at all
                found.append(socket.gaierror(socket.EAI_NONAME, "not a name"))
            finally:
                done.close()

        with told:
            threading.Thread(target=ask, name="aiola-resolver", daemon=True).start()
            while not self._commands.wait({told: EVENT_READ}, self._until):
                pass
        if isinstance(found[0], OSError):
            raise found[0]
        return found[0]

    def _race(self, addresses: Iterable[Address]) -> socket.socket:
        """The first socket that is connected; each address gets a head start before the next."""
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

    def _first_ready(self, running: dict[socket.socket, int], patience_s: float | None) -> list[socket.socket]:
        """Those that are done; after `patience_s` none."""
        now = self._clock()
        until = self._until if patience_s is None else min(self._until, now + patience_s)
        while True:
            try:
                ready = self._commands.wait(running, until)
            except TimeoutError:
                if until == self._until:
                    raise
                return []
            if ready:
                return ready

    def _tunnel(self, sock: socket.socket, proxy: Proxy, place: Endpoint) -> None:
        """Ask the proxy for a way to `place`. Raises WebSocketProxyException, with the status in its text."""
        lines = [f"CONNECT {place.written} HTTP/1.1", f"Host: {place.written}"]
        if proxy.user or proxy.password:
            token = b64encode(f"{proxy.user}:{proxy.password}".encode()).decode("ascii")
            lines.append(f"Proxy-Authorization: Basic {token}")
        request = memoryview("\r\n".join([*lines, "", ""]).encode())
        while request:
            self._until_ready(sock, EVENT_WRITE)
            request = request[sock.send(request) :]
        answer = b""
        while b"\r\n\r\n" not in answer:
            self._until_ready(sock, EVENT_READ)
            piece = sock.recv(4096)
            answer += piece
            if not piece or len(answer) > _ANSWER_LIMIT:
                raise WebSocketProxyException("the proxy's answer makes no sense")
        status = answer.split(b" ", 2)[1:2]
        if not (answer.startswith(b"HTTP/1.") and status and status[0].isdigit()):
            raise WebSocketProxyException("the proxy's answer makes no sense")
        if not status[0].startswith(b"2"):
            raise WebSocketProxyException(f"failed CONNECT via proxy status: {int(status[0])}")

    def _encrypt(self, sock: socket.socket, host: str) -> ssl.SSLSocket:
        name = host.partition("%")[0]
        secured = self._network.tls().wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
        try:
            while True:
                try:
                    secured.do_handshake()
                    return secured
                except ssl.SSLWantReadError:
                    self._until_ready(secured, EVENT_READ)
                except ssl.SSLWantWriteError:
                    self._until_ready(secured, EVENT_WRITE)
        except BaseException:
            secured.close()
            raise

    def _until_ready(self, sock: socket.socket, events: int) -> None:
        while not self._commands.wait({sock: events}, self._until):
            pass


def _look_up(host: str, port: int, flags: int = 0) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    first = addresses[0][0]
    same, other = ([each for each in addresses if (each[0] == first) is wanted] for wanted in (True, False))
    return [each for each in chain.from_iterable(zip_longest(same, other)) if each is not None]


def _started(family: int, address: Any) -> socket.socket:
    """A socket that is connecting."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    code = sock.connect_ex(address)
    if code and code not in _UNDER_WAY:
        sock.close()
        raise OSError(code, os.strerror(code))
    return sock
