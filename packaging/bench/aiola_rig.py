"""What the benchmarks of aiOla's service need: the tests' service behind a slow line, our recognizer on a thread."""

from __future__ import annotations

import queue
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rig import ROOT

sys.path.insert(0, str(ROOT))  # the tests' package

from tests.aiola_server.certificates import make
from tests.aiola_server.fault_proxy import FaultProxyProcess
from tests.aiola_server.hosting import ServiceProcess
from tests.aiola_server.script import API_KEY, DEFAULT_WORKFLOW
from tests.speech.event_poster import EventPoster

from saywrite.audio.vad import Segmenter
from saywrite.foundation.events import EngineChanged, Final, RecognizerFinished, Rewind
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.engine import AiolaRecognizer
from saywrite.speech.engine import Incoming, Request
from saywrite.speech.network.network import Network

Event = TypeVar("Event")

LIMIT_S = 30.0
BLOCK_S = 0.02
RATE = 16_000


@dataclass(frozen=True)
class Place:
    """The service, and the line through which it is reached."""

    service: ServiceProcess
    line: FaultProxyProcess
    url: str
    authority: Path | None

    def slow(self, one_way_s: float) -> None:
        self.line.shape(delay_s=one_way_s, connect_delay=True)

    def wait_for_quiet(self) -> None:
        """Nobody streams any more."""
        self.service.wait_for_streams(0, LIMIT_S)

    def first_audio(self, of: int) -> float:
        """Monotonic time at which the first sound of stream number `of` was at the service."""
        self.service.wait_until(lambda now: now["streams"] > of and now["first_audio"][of] is not None, LIMIT_S)
        return float(self.service.ask("summary")["first_audio"][of])

    @property
    def open(self) -> int:
        return int(self.service.ask("summary")["open"])

    @property
    def streams(self) -> int:
        return int(self.service.ask("summary")["streams"])


@contextmanager
def place(*, tls: bool) -> Iterator[Place]:
    """Service and line, each in a process of its own, so that their time is not ours."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = make(folder) if tls else None
        service = stack.enter_context(ServiceProcess(certificate=str(made.server) if made else ""))
        line = stack.enter_context(FaultProxyProcess(service.port))
        yield Place(service, line, line.tls_url if tls else line.url, made.authority if made else None)


class Ours:
    """Our recognizer with a dictation thread of its own. A context manager."""

    def __init__(self, where: Place, *, linger_s: float = 0.0) -> None:
        self.lingers = linger_s > 0
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._news = threading.Condition()
        self.told: list[tuple[float, object]] = []
        """Every event with its time, in order."""
        account = Account("key", API_KEY, where.url, where.url, DEFAULT_WORKFLOW)
        recognizer = AiolaRecognizer(
            self._inbox.put, lambda: account, Segmenter, Network(where.authority), linger_s=lambda: linger_s
        )
        self.recognizer = EventPoster(recognizer, self._inbox.put)
        self._pcm = b""
        self._fed = 0
        self._number = 0
        self._thread = threading.Thread(target=self._run, name="dictation", daemon=True)

    def __enter__(self) -> Ours:
        self._thread.start()
        self._at_once(self.recognizer.prepare)
        self.wait(EngineChanged)
        return self

    def __exit__(self, *exception: object) -> None:
        self._at_once(self.recognizer.close)
        self._inbox.put(None)
        self._thread.join(LIMIT_S)

    def press(self) -> float:
        """Begin a dictation; returns when."""
        self._number += 1
        request = Request(f"bench-{self._number}", "en")

        def begin() -> None:
            self._pcm, self._fed = b"", 0
            self.recognizer.start(request)

        at = time.monotonic()
        self._at_once(begin)
        return at

    def say(self, pcm: bytes) -> None:
        """Sound that has just been captured."""

        def take() -> None:
            self._pcm += pcm
            self._feed()

        self._at_once(take)

    def say_live(self, pcm: bytes, began: float) -> None:
        """The same as a microphone gives it, block by block from `began` on (monotonic)."""
        size = round(BLOCK_S * RATE) * 2
        for number, at in enumerate(range(0, len(pcm), size), 1):
            pause = began + number * BLOCK_S - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            self.say(pcm[at : at + size])

    def let_go(self) -> float:
        at = time.monotonic()
        self._at_once(self.recognizer.finish)
        return at

    def drop(self) -> None:
        """End the dictation without its text."""
        self._at_once(self.recognizer.abort)
        self.wait(RecognizerFinished)

    def wait(self, kind: type, count: int = 1) -> float:
        """When the `count`-th event of this kind came, since `forget`."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.all(kind)) >= count, LIMIT_S), f"no {kind}: {self.told[-9:]}"
        return self.all(kind)[count - 1][0]

    def all(self, kind: type[Event]) -> list[tuple[float, Event]]:
        return [(at, event) for at, event in list(self.told) if isinstance(event, kind)]

    def words(self) -> list[str]:
        return [word for _at, final in self.all(Final) for word in final.text.split()]

    def forget(self) -> None:
        self.told.clear()

    def _at_once(self, call: Callable[[], object]) -> None:
        self._inbox.put(call)

    def _feed(self) -> None:
        while self._fed < len(self._pcm):
            piece = self._pcm[self._fed : self._fed + 3200]
            self._fed += len(piece)
            self.recognizer.feed(piece, self._fed // 2)

    def _run(self) -> None:
        due: float | None = None
        while True:
            try:
                message = self._inbox.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
            except queue.Empty:
                message = self._feed
            if message is None:
                return
            if isinstance(message, Incoming):
                self.recognizer.receive(message.message)
            elif callable(message):
                message()
            else:
                if isinstance(message, Rewind):
                    self._fed = message.to * 2
                    self._feed()
                with self._news:
                    self.told.append((time.monotonic(), message))
                    self._news.notify_all()
            due = self.recognizer.wake(time.monotonic())
