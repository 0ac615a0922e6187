"""HTTP with the trust and the proxies of a `Network`. Imports requests: import this module late, on a worker thread."""

from __future__ import annotations

import ssl
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

_ORIGIN_PORTS = {"http": 80, "https": 443}


class Trust(Protocol):
    """`Network`, as far as a session needs it."""

    def tls(self) -> ssl.SSLContext: ...
    def proxy_for(self, url: str) -> ProxyAddress | None: ...


class ProxyAddress(Protocol):
    """A proxy by its address, with user and password where it wants them."""

    @property
    def url(self) -> str: ...


class HttpSession(requests.Session):
    """Takes nothing from the environment (no netrc, no CA bundle); follows a redirect only to the same host."""

    def __init__(self, network: Trust) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = 3
        adapter = _Adapter(network)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None also for a redirect elsewhere: neither the key nor the sound goes there; the caller sees the answer."""
        target = super().get_redirect_target(resp)
        if target is None or _origin(urljoin(resp.url, target)) != _origin(resp.url):
            return None
        return target


class _Adapter(HTTPAdapter):
    def __init__(self, network: Trust) -> None:
        self._network = network
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=self._network.tls())

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        options.setdefault("ssl_context", self._network.tls())
        return super().proxy_manager_for(proxy, **options)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Always verified, by our context alone: requests would add its own list of certificates to it."""
        conn.cert_reqs = "CERT_REQUIRED"

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        proxy = self._network.proxy_for(request.url or "")
        options["proxies"] = {"http": proxy.url, "https": proxy.url} if proxy else {}
        options["verify"] = True
        return super().send(request, *args, **options)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _ORIGIN_PORTS.get(parts.scheme)
