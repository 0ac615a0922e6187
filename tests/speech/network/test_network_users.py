"""Every part of the program that opens a connection: each is known, and none opens one while the network is forbidden.

A part that is added must be entered in `USERS`, with a way to try it.
"""

from __future__ import annotations

import ast
import queue
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from tests.speech.network.test_stay_offline import NOT_INSTALLED, OTHER, account, contacted, is_here

from saywrite.dictation.api import find_update
from saywrite.foundation.errors import NetworkForbidden, SaywriteError, UpdateUnknown
from saywrite.speech.aiola import warm_up
from saywrite.speech.aiola.file_request import FileRequest
from saywrite.speech.aiola.net.command_queue import CommandQueue
from saywrite.speech.aiola.net.connector import Connector, Endpoint
from saywrite.speech.aiola.net.probe import ReachabilityProbe
from saywrite.speech.aiola.token_provider import Grant, TokenProvider
from saywrite.speech.aiola.upload_messages import UploadFailed
from saywrite.speech.engine import Request
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import make_sources
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.network.network import SWITCH, Network

__all__ = ["contacted"]

APP = Path(__file__).resolve().parents[3] / "app" / "saywrite"
LIMIT_S = 10
OPENERS = {"make_client", "Connector", "create_connection", "urlopen", "AsyncClient", "HTTPTransport", "socket"}
"""What opens a connection, by the name of the call."""


def forbidden() -> Network:
    return Network(stay_offline=lambda: True)


def look_for_update(_folder: Path) -> str:
    with pytest.raises(UpdateUnknown) as caught:
        find_update(lambda: True)
    return str(caught.value)


def download_model(folder: Path) -> str:
    stop = StopTransfer()
    with pytest.raises(SaywriteError) as caught:
        ModelStore(folder).download(NOT_INSTALLED, make_sources("", HttpFiles(forbidden(), stop)), stop)
    return str(caught.value)


def sign_in(_folder: Path) -> str:
    heard: queue.Queue[object] = queue.Queue()
    provider = TokenProvider(heard.put, account, forbidden())
    provider.fetch()
    while not isinstance(getattr(message := heard.get(timeout=LIMIT_S), "error", None), SaywriteError):
        pass
    return str(message.error)


def send_file(folder: Path) -> str:
    sound = folder / "talk.wav"
    sound.write_bytes(b"RIFF")
    heard: queue.Queue[object] = queue.Queue()
    grant = Grant("token", account())
    FileRequest(1, Request("d1", "en", live=False, file=sound), grant, forbidden(), heard.put).start()
    message = heard.get(timeout=LIMIT_S)
    assert isinstance(message, UploadFailed)
    return str(message.error)


def open_stream(_folder: Path) -> str:
    commands = CommandQueue(time.monotonic)
    with closing(commands), pytest.raises(NetworkForbidden) as caught:
        Connector(commands, forbidden(), time.monotonic).connect(Endpoint("apis.aiola.ai", 443, secure=True))
    return str(caught.value)


def warm(_folder: Path) -> str:
    heard: queue.Queue[object] = queue.Queue()
    warm_up.prepare(heard.put, account, forbidden())
    return str(heard.get(timeout=LIMIT_S).problem)  # type: ignore[attr-defined]


USERS: dict[str, Callable[[Path], str] | str] = {
    "speech/network/http_client.py": "the client that the others use: test_stay_offline",
    "speech/network/updates.py": look_for_update,
    "speech/local/model_store/http_files.py": download_model,
    "speech/aiola/token_provider.py": sign_in,
    "speech/aiola/file_request.py": send_file,
    "speech/aiola/net/connection_thread.py": open_stream,
    "speech/aiola/net/connector.py": "the sockets of the stream: open_stream",
    "speech/aiola/net/probe.py": "test_probe_ends_when_the_network_is_forbidden",
    "speech/aiola/warm_up.py": warm,
}
"""Every module that opens connections, and what tries it or where it is tried."""

ON_THIS_COMPUTER = {
    "cli/doctor/examination.py": "the X server or the compositor, over a socket of the file system",
    "desktop/insertion/wayland/wire_protocol.py": "the compositor, over a socket of the file system",
    "desktop/insertion/x11/connection.py": "the X server, over a socket of the file system",
    "desktop/remote_control/client.py": "the running window, over a socket of the file system or of the loopback",
    "desktop/remote_control/server_socket.py": "the command line, over a socket of the file system or of the loopback",
    "desktop/session/network_events.py": "the kernel, which reports changes of the network",
    "speech/network/network.py": "nobody: a new socket is asked for its options",
}
"""Modules with sockets that reach no other computer, and whom they reach."""


def opens_connections(source: str) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return any((each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "")) in OPENERS for each in calls)


def test_every_module_that_opens_connections_is_known() -> None:
    paths = [path for path in APP.rglob("*.py") if opens_connections(path.read_text("utf-8"))]
    found = {path.relative_to(APP).as_posix() for path in paths}
    assert found == USERS.keys() | ON_THIS_COMPUTER.keys()


def test_every_network_is_told_whether_it_is_forbidden() -> None:
    deaf = []
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Network":
                named = {keyword.arg for keyword in node.keywords}
                deaf += [] if "stay_offline" in named else [f"{path.relative_to(APP)}:{node.lineno}"]
    assert deaf == []


@pytest.mark.parametrize("user", [name for name, attempt in USERS.items() if callable(attempt)])
def test_user_of_the_network_contacts_nobody_and_names_the_switch(
    user: str, tmp_path: Path, contacted: list[str]
) -> None:
    attempt = USERS[user]
    assert callable(attempt)
    assert SWITCH in attempt(tmp_path)
    assert [host for host in contacted if not is_here(host)] == []


def test_probe_ends_when_the_network_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, offline, ended = Event(), [False], Event()

    def stays_offline() -> bool:
        if offline[0]:
            ended.set()
        return offline[0]

    def accept(_endpoint: Endpoint) -> bool:
        assert not offline[0]
        offline[0] = True
        tried.set()
        return True

    monkeypatch.setattr("saywrite.speech.aiola.net.probe.is_accepting", accept)
    monkeypatch.setattr("saywrite.speech.aiola.net.probe.EVERY_S", 0.01)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    heard: list[object] = []
    probe = ReachabilityProbe(1, OTHER, Network(stay_offline=stays_offline), heard.append)
    assert tried.wait(LIMIT_S)
    assert ended.wait(LIMIT_S)
    probe.stop()
    assert heard == []


def test_opener_would_be_found() -> None:
    assert opens_connections("import httpx\nhttpx.HTTPTransport()\n")
    assert opens_connections("socket.create_connection((host, 1))\n")
    assert not opens_connections("client.get(url)\n")
