"""What a test asks of the service: the same calls for one in a thread and one in a process of its own."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from tests.aiola_server.record import Answer, Records, RequestRecord, StreamRecord
from tests.aiola_server.script import API_KEY, DEFAULT_WORKFLOW

LIMIT_S = 20.0


class Controls(ABC):
    """Each call returns when the service has done it. `refuse` and the rest: see `service.AiolaService`."""

    port: int
    tls: bool = False

    @abstractmethod
    def ask(self, what: str, /, **arguments: Any) -> Any:
        """Have the method `what` of `AiolaService` called; its answer."""

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def environment(self, url: str = "") -> dict[str, str]:
        """The variables that point Saywrite to it, through a proxy at `url` where there is one."""
        return {
            "AIOLA_API_KEY": API_KEY,
            "AIOLA_BASE_URL": url or self.url,
            "AIOLA_AUTH_BASE_URL": url or self.url,
            "AIOLA_WORKFLOW_ID": DEFAULT_WORKFLOW,
        }

    def records(self) -> Records:
        """Everything it saw since the start or `forget()`."""
        found = self.ask("records")
        assert isinstance(found, Records)
        return found

    def stream(self, number: int = -1) -> StreamRecord:
        return self.records().streams[number]

    def set(self, **values: Any) -> None:
        """Values of `script.Script` by name."""
        for name, value in values.items():
            self.ask("set", name=name, value=sorted(value) if isinstance(value, set) else value)

    def forget(self) -> None:
        self.ask("forget")

    def silent(self, seconds: float) -> None:
        self.ask("silent", seconds=seconds)

    def mute(self, seconds: float) -> None:
        self.ask("mute", seconds=seconds)

    def swallow(self, seconds: float) -> None:
        self.ask("swallow", seconds=seconds)

    def know_speech(self, folder: Path) -> None:
        self.ask("know_speech", folder=str(folder))

    def flood(self, name: str, payload: Any, seconds: float) -> None:
        self.ask("flood", name=name, payload=payload, seconds=seconds)

    def take_slot(self, seconds: float) -> None:
        self.ask("take_slot", seconds=seconds)

    def refuse(self, where: str = "", **how: Any) -> None:
        self.ask("refuse", where=where, **how)

    def accept(self) -> None:
        self.ask("accept")

    def mint(self, life_s: float | None = None) -> str:
        return str(self.ask("mint", life_s=life_s))

    def reset(self) -> None:
        self.ask("reset")

    def hang_up(self, how: str = "tcp") -> None:
        self.ask("hang_up", how=how)

    def down(self, seconds: float | None = None) -> None:
        self.ask("down", seconds=seconds)

    def up(self) -> None:
        self.ask("up")

    def expire(self, how: str = "event") -> None:
        self.ask("expire", how=how)

    def hold(self) -> None:
        self.ask("hold")

    def release(self) -> None:
        self.ask("release")

    def emit(self, name: str, payload: Any) -> None:
        self.ask("emit", name=name, payload=payload)

    def send_raw(self, *frames: str | bytes) -> None:
        self.ask("send_raw", frames=list(frames))

    # Waiting for what should happen

    def wait_until(self, met: Callable[[dict[str, Any]], bool], limit_s: float = LIMIT_S) -> dict[str, Any]:
        """Wait until the summary (`AiolaService.summary`) fulfils `met`; returns it."""
        deadline = time.monotonic() + limit_s
        while not met(summary := self.ask("summary")):
            assert time.monotonic() < deadline, f"the service did not come to it in {limit_s} s: {summary}"
            time.sleep(0.01)
        return dict(summary)

    def wait_for_streams(self, count: int, limit_s: float = LIMIT_S) -> None:
        """`count` streams are open."""
        self.wait_until(lambda now: now["open"] == count, limit_s)

    def wait_for_audio(self, size: int, limit_s: float = LIMIT_S) -> None:
        """`size` bytes of sound are there, of all streams together."""
        self.wait_until(lambda now: now["audio_bytes"] >= size, limit_s)


def to_json(value: Any) -> str:
    """One line; bytes and dataclasses of ours survive `from_json`."""

    def other(each: Any) -> Any:
        if isinstance(each, bytes | bytearray):
            return {"hex": bytes(each).hex()}
        if is_dataclass(each) and not isinstance(each, type):
            return {"records": asdict(each)}
        return str(each)

    return json.dumps(value, default=other)


def from_json(line: str | bytes) -> Any:
    def hook(found: dict[str, Any]) -> Any:
        if set(found) == {"hex"}:
            return bytes.fromhex(found["hex"])
        if set(found) == {"records"}:
            return _records(found["records"])
        return found

    return json.loads(line, object_hook=hook)


def _records(found: dict[str, Any]) -> Records:
    streams = []
    for each in found["streams"]:
        stream = StreamRecord(**each)
        stream.answers = [Answer(**answer) for answer in each["answers"]]
        stream.events = [(at, name, payload) for at, name, payload in each["events"]]
        stream.raw = [(way, frame) for way, frame in each["raw"]]
        stream.audio = bytearray(each["audio"])
        streams.append(stream)
    requests = [RequestRecord(**each) for each in found["requests"]]
    return Records(streams, requests, [(at, code) for at, code in found["refused"]])
