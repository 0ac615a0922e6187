"""One way to the network for HTTP and WebSocket: whom it trusts, which proxy it takes, how its sockets behave."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from saywrite.foundation.errors import ProxyRefused
from saywrite.speech.network.http_client import is_same_origin, make_client, open_response
from saywrite.speech.network.network import SEND_BUFFER, Network, Proxy, is_loopback, quiet, tune

AIOLA = "https://apis.aiola.ai/x"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def test_without_a_proxy_the_connection_is_direct() -> None:
    assert Network().proxy_for(AIOLA) is None


@pytest.mark.parametrize(
    ("written", "proxy"),
    [
        ("http://proxy.example:3128", Proxy("proxy.example", 3128)),
        ("proxy.example:3128", Proxy("proxy.example", 3128)),
        ("http://proxy.example", Proxy("proxy.example", 80)),
        ("http://a%40b:p%3Aw@proxy.example:8080/", Proxy("proxy.example", 8080, "a@b", "p:w")),
        ("socks5h://proxy.example", Proxy("proxy.example", 1080, scheme="socks5h")),
        ("http://[::1]:8080", Proxy("::1", 8080)),
    ],
)
@pytest.mark.parametrize("url", [AIOLA, "wss://apis.aiola.ai"])
def test_proxy_of_the_environment_is_used(
    written: str, proxy: Proxy, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", written)
    assert Network().proxy_for(url) == proxy


@pytest.mark.parametrize("written", ["http://:8080", "http://proxy:port", "nonsense://proxy", "http://[::1"])
def test_unreadable_proxy_address_is_refused_with_a_remedy(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", written)
    with pytest.raises(ProxyRefused, match="Correct it"):
        Network().proxy_for(AIOLA)


def test_host_in_no_proxy_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", "example.com,.aiola.ai")
    network = Network()
    assert network.proxy_for(AIOLA) is None
    assert network.proxy_for("https://aiola.example.org") == Proxy("proxy", 1)


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1:1", "[::1]:1"])
def test_loopback_is_reached_directly_unless_no_proxy_is_set(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    assert Network().proxy_for(f"https://{host}") is None
    monkeypatch.setenv("NO_PROXY", "")
    assert Network().proxy_for(f"https://{host}") == Proxy("proxy", 1)
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1,::1,[::1]")
    assert Network().proxy_for(f"https://{host}") is None


def test_proxy_is_looked_up_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    network = Network(clock=lambda: now[0])
    assert network.proxy_for(AIOLA) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    now[0] = 59.0
    assert network.proxy_for(AIOLA) is None
    now[0] = 61.0
    assert network.proxy_for(AIOLA) == Proxy("proxy", 1)


def test_password_of_a_proxy_is_not_in_its_repr() -> None:
    proxy = Proxy("proxy.example", 8080, "a@b", "s3c:ret")
    assert "s3c" not in repr(proxy)
    assert "a@b" not in repr(proxy)
    assert proxy.url == "http://a%40b:s3c%3Aret@proxy.example:8080"
    assert Proxy("::1", 80).url == "http://[::1]:80"


def test_tls_context_verifies_and_is_made_once() -> None:
    network = Network()
    context = network.tls()
    assert context is network.tls()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_tuned_socket_has_no_delay_and_detects_a_dead_connection() -> None:
    with socket.socket() as sock:
        tune(sock)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if sys.platform == "linux":
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 4_000
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) >= SEND_BUFFER


def test_log_of_a_library_is_disabled(caplog: pytest.LogCaptureFixture) -> None:
    loggers = [logging.getLogger(name) for name in ("noisy", "noisy.inner")]
    quiet("noisy")
    for each in loggers:
        each.error("Authorization: s3cret")
    assert not caplog.records


def test_heavy_libraries_are_imported_late() -> None:
    heavy = {"httpx", "httpcore", "websocket", "truststore", "ssl"}
    modules = ["network.network", "aiola.net.websocket", "aiola.net.packets", "aiola.net.socketio"]
    imports = ", ".join(["sys", *[f"saywrite.speech.{name}" for name in modules]])
    program = (
        f"import {imports}; saywrite.speech.network.network.Network(); print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("answers", "loopback"),
    [
        (["127.0.0.1"], True),
        (["127.0.0.9", "::1"], True),
        (["203.0.113.7"], False),
        (["127.0.0.1", "203.0.113.7"], False),
        (["::ffff:203.0.113.7"], False),
        ([], False),
    ],
)
def test_name_below_localhost_is_loopback_only_if_all_its_addresses_are(
    answers: list[str], loopback: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def resolve(name: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(name)
        return [(2, 1, 6, "", (address, 0)) for address in answers]

    monkeypatch.setattr("saywrite.speech.network.network.socket.getaddrinfo", resolve)
    assert is_loopback("X.localhost.") is loopback
    assert is_loopback("localhost")
    assert is_loopback("127.0.0.1")
    assert asked == ["x.localhost"], "another name was resolved"


def test_engines_import_neither_httpx_nor_websocket_client() -> None:
    modules = ["aiola.engine", "aiola.upload_engine", "aiola.warm_up", "local.model_store.http_files"]
    imports = ", ".join(["sys", *[f"saywrite.speech.{name}" for name in modules]])
    program = f"import {imports}; print(sorted({{'httpx', 'httpcore', 'websocket'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Service(BaseHTTPRequestHandler):
    """Redirects as its path says: /to?<address>; everything else is a greeting. Notes what it is asked."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization")))
        path, _, target = self.path.partition("?")
        self.send_response(307 if path == "/to" else 200)
        if path == "/to":
            self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_redirect_is_followed_within_its_origin_only() -> None:
    Service.asked.clear()
    with service() as here, service() as elsewhere, make_client(Network()) as client:

        def status_of(address: str) -> int:
            request = client.build_request("POST", address, headers={"Authorization": "Bearer s3cret"}, timeout=5)
            with open_response(client, request, is_same_origin, 3) as response:
                return response.status_code

        assert status_of(f"{here}/to?/inside") == 200
        assert Service.asked[-1] == ("/inside", "Bearer s3cret")
        assert status_of(f"{here}/to?{elsewhere}/outside") == 307
        assert status_of(f"{here}/to?//{elsewhere[7:]}/outside") == 307
        with pytest.raises(httpx.TooManyRedirects):
            status_of(f"{here}/to?/to?/to?/to?/inside")
    assert "/outside" not in [path for path, _ in Service.asked]


def test_environment_adds_nothing_to_a_request(monkeypatch: pytest.MonkeyPatch, private_home: Path) -> None:
    Service.asked.clear()
    (private_home / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    with service() as here, make_client(Network()) as client:
        assert client.get(here, timeout=5).status_code == 200
    assert Service.asked == [("/", None)]


def test_request_is_sent_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    Service.asked.clear()
    with service() as proxy, make_client(Network()) as client:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert client.get("http://apis.example/hello", timeout=5).status_code == 200
    assert Service.asked == [("http://apis.example/hello", None)]


@pytest.mark.parametrize("host", ["a..example", f"{'x' * 64}.example"])
def test_host_that_cannot_be_a_name_is_unknown(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_client(Network()) as client:
        with pytest.raises(httpx.ConnectError) as caught:
            client.get(f"http://{host}/")
        assert isinstance(caught.value.__cause__, socket.gaierror)
        monkeypatch.setenv("HTTP_PROXY", f"http://{host}:8080")
        with pytest.raises(httpx.ProxyError):
            client.get("http://example.org/")
