"""The real loop, archive, journal and history; the test controls sound, recognizer and time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from saywrite.audio.levels import measure
from saywrite.audio.source import SoundSink
from saywrite.dictation.api import Dictation, DictationApplication
from saywrite.dictation.commands import DictationCommands, Hardware
from saywrite.dictation.inbox import Inbox
from saywrite.dictation.loop import CurrentSettings, Services
from saywrite.dictation.persistence.archive import Archive
from saywrite.foundation.catalog import Capabilities
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Final,
    Partial,
    Progress,
    RecognizerFinished,
    Rewind,
    SegmentAdded,
    StateChanged,
)
from saywrite.foundation.paths import Paths, default_paths
from saywrite.speech.engine import Events, Incoming, LocalWords, RecognizerEvent
from saywrite.storage.settings.schema import Settings

SECOND = b"\x10\x20" * SAMPLE_RATE


class InlineDisk:
    """Runs each job at once, on the thread that submits it; while `stalled`, jobs wait.

    `syncs`: what the disk thread would call once a second.
    """

    def __init__(self) -> None:
        self.stalled = False
        self.syncs: dict[object, Callable[[], None]] = {}
        self._waiting: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], None]) -> None:
        self._waiting.append(job)
        if not self.stalled:
            self.go_on()

    def go_on(self) -> None:
        self.stalled = False
        while self._waiting:
            self._waiting.pop(0)()

    def keep_synced(self, key: object, sync: Callable[[], None] | None) -> None:
        self.syncs.pop(key, None)
        if sync is not None:
            self.syncs[key] = sync

    def close(self, timeout: float) -> bool:
        self.go_on()
        return True


class FakeSource:
    """A microphone whose sound the test gives."""

    def __init__(self) -> None:
        self.sink: SoundSink | None = None
        self.stopped = False
        self.ended = False
        self.allowed = 0

    def start(self, sink: SoundSink) -> None:
        self.sink = sink

    def open(self) -> None:
        self.sink.opened("Desk microphone", 100.0)

    def say(self, seconds: float) -> None:
        pcm = SECOND[: round(seconds * SAMPLE_RATE) * 2] if seconds <= 1 else SECOND * round(seconds)
        self.sink.sound(pcm, measure(pcm, 0.0))

    def allow(self, samples: int) -> None:
        self.allowed = samples

    def stop(self, now: float) -> None:
        self.stopped = True

    def end(self) -> None:
        self.ended = True
        self.sink.ended()

    def abort(self) -> None:
        if not self.ended:
            self.end()

    def receive(self, message: object) -> None:
        pass

    def wake(self, now: float) -> float | None:
        return None


class FakeRecognizer:
    """Notes what it is fed. What the test lets it say comes as if from a thread of the recognizer `engine`."""

    capabilities = Capabilities("local", "Fake", ("en",), True, False, False, False, False)
    waits = False
    window = 10 * SAMPLE_RATE

    def __init__(self, post: Callable[[object], None], engine: str = "local") -> None:
        self._post = post
        self._engine = engine
        self.calls: list[str] = []
        self.dictation = ""
        self.fed = 0
        self.finishing = False
        self.rewound = False
        self.keywords: dict[str, str] = {}
        self.local_words: list[LocalWords] = []

    def prepare(self) -> Events:
        self.calls.append("prepare")
        return ()

    def start(self, request: object) -> Events:
        self.calls.append("start")
        self.request = request
        self.dictation, self.fed, self.finishing = request.dictation, 0, False
        return ()

    def feed(self, pcm: bytes, end: int) -> Events:
        start = end - len(pcm) // 2
        # Until a rewind has reached the feeder, what comes meanwhile may lie ahead of it, and come once more.
        assert start == self.fed or self.rewound, "sound in order, without holes"
        if start <= self.fed:
            self.fed = end
        return ()

    def stand_by(self) -> Events:
        self.calls.append("stand_by")
        return ()

    def set_keywords(self, keywords: dict[str, str]) -> None:
        self.keywords = dict(keywords)

    def note_local_words(self, heard: LocalWords) -> Events:
        self.local_words.append(heard)
        return ()

    def finish(self) -> Events:
        self.finishing = True
        self.calls.append("finish")
        return ()

    def abort(self) -> Events:
        self.calls.append("abort")
        return (RecognizerFinished(self.dictation),)

    def receive(self, message: object) -> Events:
        return (message,)

    def wake(self, now: float) -> tuple[Events, float | None]:
        return (), None

    def release(self) -> Events:
        self.calls.append("release")
        return ()

    def close(self) -> None:
        self.calls.append("close")

    def renew(self) -> Events:
        self.calls.append("renew")
        return ()

    # What the test makes it say.

    def say(self, event: RecognizerEvent) -> None:
        """Return the event as the answer to a message of a thread."""
        self._post(Incoming(self._engine, event))

    def final(self, text: str, start_s: float, end_s: float) -> None:
        start, end = round(start_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE)
        self.say(Final(self.dictation, text, start, end))
        self.say(Progress(self.dictation, self.fed, end))

    def partial(self, text: str) -> None:
        self.say(Partial(self.dictation, text))

    def take_all(self) -> None:
        self.say(Progress(self.dictation, self.fed, 0))

    def rewind(self, to_s: float) -> None:
        self.fed = round(to_s * SAMPLE_RATE)
        self.rewound = True
        self.say(Rewind(self.dictation, self.fed))

    def done(self, *, complete: bool = True) -> None:
        self.say(RecognizerFinished(self.dictation, complete))


class FakePlayer:
    def __init__(self) -> None:
        self.played: list[bytes] = []

    def play(self, pcm: bytes, report: object = None) -> None:
        self.played.append(pcm)

    def stop(self) -> None:
        pass


class Stage:
    """Everything below the front end, one message at a time."""

    def __init__(self, folder: Path) -> None:
        self.paths: Paths = default_paths(folder / "config", folder / "data")
        self.inbox = Inbox()
        self.disk = InlineDisk()
        self.now = 1000.0
        self.told: list[object] = []
        self.sources: list[FakeSource] = []
        self.recognizer = FakeRecognizer(self.inbox.post)
        self.player = FakePlayer()
        self.archive = Archive(self.paths, self.disk, self.inbox.post, self.today)
        self.archive.tidy = lambda keep_days: None  # housekeeping has its own tests, without its thread
        hardware = Hardware(self._microphone, lambda path: self._microphone(None), self.player, *[lambda: None] * 3)
        self.recognizers = {"local": self.recognizer}
        parts = Services(self.inbox, self.recognizers, self.archive, lambda: self.now, self.today)
        self.commands = DictationCommands(parts, hardware, CurrentSettings(Settings()), (), self.told.append)
        self.application = DictationApplication(self.commands)
        self.loop = self.commands.loop
        self.dictation = Dictation(self.inbox, lambda: self.application)
        self.archive.open()

    def today(self) -> datetime:
        return datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC) + timedelta(seconds=self.now - 1000)

    def _microphone(self, settings: Settings | None) -> FakeSource:
        self.sources.append(FakeSource())
        return self.sources[-1]

    @property
    def source(self) -> FakeSource:
        return self.sources[-1]

    def handle_messages(self) -> None:
        """Handle every message of the inbox, and do what is due."""
        while (message := self.inbox.take(0)) is not None:
            self.loop.handle(message)
            self.loop.wake(self.now)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.loop.wake(self.now)
        self.handle_messages()

    def press(self) -> None:
        self.dictation.start()
        self.handle_messages()

    def listen(self) -> None:
        self.press()
        self.source.open()
        self.handle_messages()
        self.loop.wake(self.now)

    def say(self, seconds: float) -> None:
        self.source.say(seconds)
        self.handle_messages()

    def release(self) -> None:
        self.dictation.stop()
        self.handle_messages()
        self.source.end()
        self.handle_messages()
        self.loop.wake(self.now)
        self.handle_messages()

    @property
    def states(self) -> list[str]:
        return [str(event.state) for event in self.told if isinstance(event, StateChanged)]

    @property
    def text(self) -> list[str]:
        return [event.segment.text for event in self.told if isinstance(event, SegmentAdded)]

    def last(self, kind: type) -> object:
        return next(event for event in reversed(self.told) if isinstance(event, kind))

    def all(self, kind: type) -> list[object]:
        return [event for event in self.told if isinstance(event, kind)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.disk.go_on()
    made.archive.close_history()


@pytest.fixture
def lab() -> SimpleNamespace:
    """The classes of the stage, for tests that build their own."""
    return SimpleNamespace(FakeSource=FakeSource, FakeRecognizer=FakeRecognizer, Stage=Stage, SECOND=SECOND)
