"""httpx with the trust and the proxies of a `Network`. Imports httpx: import this module late, on a worker thread.

A redirect is followed only as its caller allows: what is sent may carry a key, a token or speech.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import httpx

from saywrite.foundation.errors import ProxyRefused
from saywrite.foundation.messages import message
from saywrite.speech.network.network import Network, Proxy, quiet, socket_options

MayFollow = Callable[[httpx.URL, httpx.URL], bool]
"""Whether a redirect from one address to another is followed."""


def make_client(network: Network) -> httpx.Client:
    """A client that takes nothing from the environment (no netrc, no CA bundle) and follows no redirect.

    It belongs to the thread that asked for it.
    """
    quiet("httpx")
    quiet("httpcore")
    return httpx.Client(transport=NetworkTransport(network), trust_env=False)


class NetworkTransport(httpx.BaseTransport):
    """Sends each request through the proxy that the network names for it."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._transports: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The response to a request.

        Raises httpx's errors, `httpx.ProxyError` where the proxy cannot be reached, and `NetworkForbidden`, also while
        the bodies are transferred.
        """
        proxy = self._network.proxy_for(str(request.url))
        key = proxy.url if proxy else ""
        if key not in self._transports:
            self._transports[key] = self._make_transport(proxy)
        try:
            request.stream = _PermittedStream(request.stream, self._network, request.url.host)
            response = self._transports[key].handle_request(request)
            response.stream = _PermittedStream(response.stream, self._network, request.url.host)
            return response
        except httpx.ConnectError as error:
            if proxy is None or is_about_tls(error):
                raise
            raise httpx.ProxyError("the proxy cannot be reached") from error
        except UnicodeError:  # a label of the name is empty or too long
            unknown = socket.gaierror(socket.EAI_NONAME, "not a name")
            raise (httpx.ProxyError if proxy else httpx.ConnectError)(str(unknown)) from unknown

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    def _make_transport(self, proxy: Proxy | None) -> httpx.HTTPTransport:
        if proxy is not None and proxy.scheme not in ("http", "https"):
            raise ProxyRefused(
                message("The proxy is of a kind that Saywrite cannot use."), message("Use an HTTP proxy.")
            )
        tls = self._network.tls()
        through = None
        if proxy is not None:
            through = httpx.Proxy(proxy.url, ssl_context=tls if proxy.scheme == "https" else None)
        return httpx.HTTPTransport(verify=tls, trust_env=False, proxy=through, socket_options=socket_options())


class _PermittedStream(httpx.SyncByteStream):
    """The body of a request or of its answer, which ends with an error when the user forbids the network."""

    def __init__(self, stream: object, network: Network, host: str) -> None:
        self._stream = cast("httpx.SyncByteStream", stream)
        self._network = network
        self._host = host

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._network.require_permission(self._host)
            yield part

    def close(self) -> None:
        self._stream.close()


@contextmanager
def open_response(
    client: httpx.Client, request: httpx.Request, may_follow: MayFollow, most_redirects: int
) -> Iterator[httpx.Response]:
    """The response to `request`, its body unread; closed at the end of the block.

    A redirect that `may_follow` refuses is itself the response. Raises `httpx.TooManyRedirects`.
    """
    for _ in range(most_redirects + 1):
        response = client.send(request, stream=True, follow_redirects=False)
        following = response.next_request
        if following is None or not may_follow(response.url, following.url):
            try:
                yield response
            finally:
                response.close()
            return
        response.close()
        request = following
    raise httpx.TooManyRedirects("too many redirects", request=request)


def is_same_origin(before: httpx.URL, after: httpx.URL) -> bool:
    """Whether both addresses have the same scheme, host and port."""
    return _origin(before) == _origin(after)


def never(_before: httpx.URL, _after: httpx.URL) -> bool:
    """No redirect is followed."""
    return False


def is_about_tls(error: BaseException | None) -> bool:
    """Whether an exception, or one that it wraps, is of TLS."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)
