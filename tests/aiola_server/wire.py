"""A client of the test service that speaks raw frames, for the tests of the service itself."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlencode

import websocket
from tests.aiola_server.hosting import ServiceProcess, ServiceThread
from tests.aiola_server.script import DEFAULT_WORKFLOW
from tests.aiola_server.socket_server import NAMESPACE, PATH

GONE = (websocket.WebSocketConnectionClosedException, ConnectionError)


class Wire:
    """A client that knows nothing: it sends frames and reads frames."""

    def __init__(self, service: ServiceThread | ServiceProcess, token: str = "", **query: str) -> None:
        token = token or service.mint()
        self.query = {
            "execution_id": str(uuid.uuid4()),
            "flow_id": DEFAULT_WORKFLOW,
            "time_zone": "UTC",
            "x-aiola-api-token": token,
            **query,
        }
        address = f"ws://127.0.0.1:{service.port}{PATH}/?{urlencode(self.query)}&EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=10, header={"Authorization": f"Bearer {token}"})
        assert self.read().startswith("0")

    def connect(self) -> str:
        """Ask to be let into the namespace; its answer."""
        self.socket.send(f"40{NAMESPACE},")
        return self.read()

    def read(self) -> str:
        frame = self.socket.recv()
        return frame if isinstance(frame, str) else repr(frame)

    def event(self) -> tuple[str, Any]:
        name, payload = json.loads(self.read().removeprefix(f"42{NAMESPACE},"))
        return name, payload

    def transcripts(self, count: int) -> list[str]:
        """The texts of the next `count` events."""
        return [self.event()[1]["transcript"] for _ in range(count)]

    def send_audio(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), 4096):
            self.socket.send(f'451-{NAMESPACE},["binary_data",{{"_placeholder":true,"num":0}}]')
            self.socket.send_binary(pcm[at : at + 4096])

    def read_to_the_end(self) -> list[str]:
        frames: list[str] = []
        with suppress(*GONE):
            while frame := self.read():
                frames.append(frame)
        return frames


@contextmanager
def connected(service: ServiceThread | ServiceProcess, **query: str) -> Iterator[Wire]:
    wire = Wire(service, **query)
    assert wire.connect().startswith(f"40{NAMESPACE}," + '{"sid"')
    yield wire
    wire.socket.shutdown()
