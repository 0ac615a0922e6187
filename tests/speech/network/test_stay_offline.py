"""“Nothing leaves this computer”: no socket reaches another computer, whatever asks for the network."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from saywrite.foundation.catalog import AIOLA_WORKFLOW, DEFAULT_MODEL, MODEL_LABELS
from saywrite.foundation.errors import ModelUnreachable, NetworkForbidden
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.connection_check import check
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import make_sources
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.network.http_client import make_client, never, open_response
from saywrite.speech.network.network import SWITCH, Network
from saywrite.storage.settings.schema import OPTIONS

OTHER = "https://apis.aiola.ai"
NOT_INSTALLED = next(name for name in MODEL_LABELS if name != DEFAULT_MODEL)

_seen: list[list[str]] = []
"""One list for each running `audited` test; the hook of the interpreter cannot be removed."""


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if not _seen:
        return
    if event == "socket.getaddrinfo":
        host = arguments[0]
        _seen[-1].append(host.decode() if isinstance(host, bytes) else str(host))
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        _seen[-1].append(str(arguments[1][0]))


sys.addaudithook(_note)


def is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture
def contacted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The hosts that were looked up or contacted, by the audit events of the interpreter."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    hosts: list[str] = []
    _seen.append(hosts)
    yield hosts
    _seen.pop()


@pytest.fixture
def network() -> Network:
    return Network(stay_offline=lambda: True)


@pytest.fixture
def server() -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2000000")
            self.end_headers()
            self.wfile.write(b"x" * 2_000_000)

        def log_message(self, format: str, *arguments: object) -> None: ...

    running = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


def account() -> Account:
    return Account("key", "a-key", OTHER, "https://auth.aiola.ai", AIOLA_WORKFLOW, "")


def test_connection_test_opens_no_connection_and_names_the_switch(network: Network, contacted: list[str]) -> None:
    (finding,) = check(account, network)
    assert finding.ok is False
    assert "auth.aiola.ai" in finding.words or "apis.aiola.ai" in finding.words
    assert SWITCH in finding.remedy
    assert not [host for host in contacted if not is_here(host)]


def test_model_is_not_downloaded(network: Network, contacted: list[str], tmp_path: Path) -> None:
    stop = StopTransfer()
    with pytest.raises(ModelUnreachable) as caught:
        ModelStore(tmp_path).download(NOT_INSTALLED, make_sources("", HttpFiles(network, stop)), stop)
    assert SWITCH in str(caught.value)
    assert not [host for host in contacted if not is_here(host)]


def test_request_is_refused_before_its_host_is_looked_up(network: Network, contacted: list[str]) -> None:
    with make_client(network) as client, pytest.raises(NetworkForbidden):
        client.get(f"{OTHER}/x")
    assert contacted == []


def test_proxy_is_not_contacted(network: Network, contacted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("NO_PROXY", "example.com")
    with make_client(network) as client:
        with pytest.raises(NetworkForbidden):
            client.get(f"{OTHER}/x")
        with pytest.raises(httpx.ConnectError):
            client.get("http://127.0.0.1:9/")
    assert {host for host in contacted if not is_here(host)} == set()


def test_this_computer_itself_is_reached(network: Network, server: str) -> None:
    with make_client(network) as client:
        assert client.get(server).status_code == 200


def test_answer_ends_when_the_network_is_forbidden_meanwhile(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    offline = [False]
    network = Network(stay_offline=lambda: offline[0])
    monkeypatch.setattr("saywrite.speech.network.network.is_loopback_number", lambda _host: False)
    with make_client(network) as client:
        request = client.build_request("GET", server)
        with open_response(client, request, never, 0) as response:
            parts = response.iter_raw(1000)
            assert next(parts)
            offline[0] = True
            with pytest.raises(NetworkForbidden):
                for _ in parts:
                    pass


def test_audit_sees_a_connection(contacted: list[str], server: str) -> None:
    with make_client(Network()) as client:
        client.get(server)
    assert contacted
    with make_client(Network()) as client, pytest.raises(httpx.HTTPError):
        client.get("http://does-not-exist.invalid/")
    assert "does-not-exist.invalid" in contacted


def test_remedy_has_the_label_of_the_switch() -> None:
    assert OPTIONS["stay_offline"].label == SWITCH
    assert OPTIONS["stay_offline"].default is False
    assert OPTIONS["stay_offline"].page == "Files and privacy"
