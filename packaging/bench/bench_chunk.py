"""What a chunk of 4096 bytes costs on its way out, all threads counted: our link and aiOla's own SDK in the same run.

Both speak to the test service in a process of its own, at the pace of speech; what the pacing itself costs is taken
off. Ours asks for pongs as often as a dictation does.
"""

from __future__ import annotations

import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlencode

from rig import ROOT
from table import Row, amount

CHUNK = bytes(4096)
CHUNKS = amount(64, 24, 8)
RUNS = amount(5, 1, 1)
PACE_S = 0.128
LIMIT_S = 20.0

Send = Callable[[bytes], None]


@contextmanager
def of_sdk(url: str, token: str) -> Iterator[Send]:
    from aiola import AiolaClient

    connection = AiolaClient(access_token=token, base_url=url, auth_base_url=url).stt.stream(lang_code="en")
    connection.connect()
    yield connection.send
    connection.disconnect()


@contextmanager
def of_link(url: str, token: str) -> Iterator[Send]:
    from tests.aiola_server.script import DEFAULT_WORKFLOW

    from saywrite.speech.aiola.delivery.flow_control import MARK_EVERY
    from saywrite.speech.aiola.net.command_queue import SocketConnected, TransportConnected
    from saywrite.speech.aiola.net.websocket import WebSocketTransport
    from saywrite.speech.network.network import Network

    posted: SimpleQueue[Any] = SimpleQueue()
    link = WebSocketTransport(1, posted.put, Network())
    query = {"execution_id": str(uuid.uuid4()), "flow_id": DEFAULT_WORKFLOW, "time_zone": "UTC", "lang_code": "en"}
    link.connect(url)
    link.upgrade(
        "/api/voice-streaming/socket.io/?" + urlencode({**query, "x-aiola-api-token": token}),
        {"Authorization": f"Bearer {token}"},
    )
    for kind in (SocketConnected, TransportConnected):
        message = posted.get(timeout=LIMIT_S)
        assert isinstance(message, kind), message
    sent = 0

    def send(pcm: bytes) -> None:
        nonlocal sent
        sent += len(pcm)
        link.emit("binary_data", pcm, sent if sent % MARK_EVERY == 0 else None)

    yield send
    link.close()
    assert link.join(LIMIT_S)


def cost_us(send: Send) -> float:
    """Microseconds of CPU time of this process a chunk, what feeds it included."""
    pause = threading.Event()
    for _ in range(10):
        send(CHUNK)
    pause.wait(0.2)
    began = time.process_time()
    due = time.monotonic()
    for _ in range(CHUNKS):
        send(CHUNK)
        due += PACE_S
        pause.wait(max(due - time.monotonic(), 0))
    pause.wait(0.2)
    return (time.process_time() - began) / CHUNKS * 1e6


def measure() -> list[Row]:
    sys.path[:0] = [str(ROOT), str(ROOT / "app")]
    from aiola import AiolaClient
    from tests.aiola_server.hosting import ServiceProcess
    from tests.aiola_server.script import API_KEY, DEFAULT_WORKFLOW

    ways = {"sdk": of_sdk, "ours": of_link}
    costs: dict[str, list[float]] = {name: [] for name in ways}
    with ServiceProcess() as service:
        for _ in range(RUNS):
            feeding = cost_us(lambda _pcm: None)
            for name, way in ways.items():
                granted = AiolaClient.grant_token(API_KEY, auth_base_url=service.url, workflow_id=DEFAULT_WORKFLOW)
                with way(service.url, granted.access_token) as send:
                    costs[name].append(cost_us(send) - feeding)
    shares = [100 * ours / sdk for ours, sdk in zip(costs["ours"], costs["sdk"], strict=True)]
    return [
        Row.of("CPU for a chunk of 4096 bytes: official SDK", costs["sdk"], "µs"),
        Row.of("CPU for a chunk of 4096 bytes: Saywrite's link", costs["ours"], "µs"),
        Row.of("the same as a share of the SDK's", shares, "%", 60),
    ]
