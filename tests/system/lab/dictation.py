"""A dictation thread for tests: the inbox, the loop, and a sink that keeps all it is told, in order."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from saywrite.audio.backend.devices import list_devices
from saywrite.audio.source import FromSource, Source
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import SAMPLE_RATE, Device, Level

LIMIT_S = 20.0


def find_microphone(name: str) -> Device:
    """The microphone that is connected now under this name."""
    return next(device for device in list_devices() if device.key == name)


@dataclass(frozen=True)
class Heard:
    """One call of the sink. `at`: when it came (of `opened`: the time of the first sample)."""

    what: str
    at: float
    value: object = None
    text: str = ""


class DictationThread:
    """Owns a source as the dictation does. Use as a context manager; `start()` presses the button.

    `heard` and the other lists are appended to by the thread and read by the test.
    """

    def __init__(self, make: Callable[[Callable[[object], None]], Source]) -> None:
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.heard: list[Heard] = []
        self.pcm = bytearray()
        self._news = threading.Condition()
        self._source = make(self.inbox.put)
        self._thread = threading.Thread(target=self._run, name="dictation", daemon=True)

    def __enter__(self) -> DictationThread:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.inbox.put(self._source.abort)
        self.inbox.put(None)
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive(), "the dictation thread hangs"

    def _run(self) -> None:
        due: float | None = None
        while True:
            limit = None if due is None else max(0.0, due - time.monotonic())
            try:
                message = self.inbox.get(timeout=limit)
            except queue.Empty:
                pass
            else:
                if message is None:
                    return
                if isinstance(message, FromSource):
                    self._source.receive(message.message)
                elif callable(message):
                    message()
            due = self._source.wake(time.monotonic())

    # What a test does and asks

    def start(self) -> float:
        """Press; returns when."""
        at = time.monotonic()
        self.inbox.put(lambda: self._source.start(self))
        return at

    def stop(self) -> float:
        at = time.monotonic()
        self.inbox.put(lambda: self._source.stop(time.monotonic()))
        return at

    def wait(self, what: str, count: int = 1, limit_s: float = LIMIT_S) -> Heard:
        """Wait for the `count`-th call of the sink's method `what`."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.all(what)) >= count, limit_s), (
                f"no {what} number {count}; heard: {[h for h in self.heard if h.what != 'sound']}"
            )
        return self.all(what)[count - 1]

    def wait_for_problem(self, words: str, limit_s: float = LIMIT_S) -> Heard:
        """Wait for a problem that is told in these words; on a slow machine others may come before it, such as that an
        idle microphone is silent.
        """
        found: list[Heard] = []

        def there() -> bool:
            found[:] = [heard for heard in self.all("failed") if words in str(heard.value)]
            return bool(found)

        with self._news:
            assert self._news.wait_for(there, limit_s), f"no problem “{words}”; told: {self.errors()}"
        return found[0]

    def wait_for_sound(self, seconds: float, limit_s: float = LIMIT_S) -> None:
        """Wait until `seconds` more of sound have come."""
        wanted = len(self.pcm) + round(seconds * SAMPLE_RATE) * 2
        with self._news:
            assert self._news.wait_for(lambda: len(self.pcm) >= wanted, limit_s), (
                f"no sound; heard: {[h for h in self.heard if h.what != 'sound'][-5:]}"
            )

    def all(self, what: str) -> list[Heard]:
        return [heard for heard in self.heard if heard.what == what]

    def errors(self) -> list[str]:
        return [f"{type(h.value).__name__}: {h.value}" for h in self.all("failed")]

    @property
    def sound_s(self) -> float:
        return len(self.pcm) / 2 / SAMPLE_RATE

    @property
    def gaps_s(self) -> float:
        return sum(heard.value for heard in self.all("gap")) / SAMPLE_RATE  # type: ignore[misc]

    # The sink, on the dictation thread

    def opened(self, device: str, at: float) -> None:
        with self._news:
            self.heard.append(Heard("opened", at, device))
            self._news.notify_all()

    def sound(self, pcm: bytes, level: Level) -> None:
        self.pcm += pcm
        self._tell("sound", level)

    def gap(self, length: int, cause: str) -> None:
        self._tell("gap", length, cause)

    def source_changed(self, device: str, note: str) -> None:
        self._tell("changed", device, note)

    def failed(self, error: AudioError, fatal: bool) -> None:
        self._tell("failed", error, "fatal" if fatal else "")

    def ended(self) -> None:
        self._tell("ended")

    def _tell(self, what: str, value: object = None, text: str = "") -> None:
        with self._news:
            self.heard.append(Heard(what, time.monotonic(), value, text))
            self._news.notify_all()
