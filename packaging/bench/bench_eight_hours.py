"""Eight hours of dictation at speed: journal, history, keywords, window's transcript; the memory must not grow.

Sound comes in blocks of 100 ms from a source without a device, finals from a recognizer without a model (its process
has its own memory); everything between is the real thing.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from table import Row, amount

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication

    from saywrite.audio.source import SoundSink
    from saywrite.dictation.persistence.disk_thread import DiskThread
    from saywrite.speech.engine import Request

HOURS = amount(8, 1, 0.5)
SECOND = bytes(range(256)) * 125
FINAL_EVERY_S = 5


class Source:
    """Waits for `speak()`; nothing of it has a thread."""

    def start(self, sink: SoundSink) -> None:
        self.sink = sink
        sink.opened("bench", time.monotonic())

    def speak(self, pcm: bytes) -> None:
        from saywrite.audio.levels import measure as level_of

        self.sink.sound(pcm, level_of(pcm, time.monotonic()))

    def stop(self, now: float) -> None:
        self.sink.ended()

    abort = receive = allow = lambda self, *_: None

    def wake(self, now: float) -> None:
        return None


class Recognizer:
    """Takes everything at once; a final every five seconds."""

    window, waits = 160_000, False

    def __init__(self) -> None:
        from saywrite.foundation.catalog import LOCAL_CAPABILITIES

        self.capabilities, self.said = LOCAL_CAPABILITIES, 0

    def start(self, request: Request) -> tuple[object, ...]:
        self.dictation = request.dictation
        return ()

    def feed(self, pcm: bytes, end: int) -> tuple[object, ...]:
        from saywrite.foundation.events import Final, Progress

        start = self.said
        if end - start < FINAL_EVERY_S * 16_000:
            return (Progress(self.dictation, end, start),)
        self.said = end
        final = Final(self.dictation, "and so we went on talking about the weather comma", start, end)
        return final, Progress(self.dictation, end, end)

    def finish(self) -> tuple[object, ...]:
        from saywrite.foundation.events import RecognizerFinished

        return (RecognizerFinished(self.dictation),)

    prepare = release = abort = close = renew = set_keywords = receive = lambda self, *_: ()

    def wake(self, now: float) -> tuple[tuple[object, ...], None]:
        return (), None


def measure() -> list[Row]:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        return _dictate(Path(folder), application)


def _dictate(folder: Path, application: QCoreApplication) -> list[Row]:
    from datetime import datetime

    from saywrite.dictation.commands import DictationCommands, Hardware
    from saywrite.dictation.inbox import Inbox
    from saywrite.dictation.loop import CurrentSettings, Services
    from saywrite.dictation.persistence.archive import Archive
    from saywrite.dictation.persistence.disk_thread import DiskThread
    from saywrite.foundation.events import SegmentAdded, Started
    from saywrite.foundation.paths import default_paths
    from saywrite.storage.settings.schema import Settings
    from saywrite.ui.transcript.view import TranscriptView

    view = TranscriptView()
    view.resize(800, 600)
    view.show()

    def tell(event: object) -> None:
        if isinstance(event, Started | SegmentAdded):
            view.receive(event)

    def today() -> datetime:
        return datetime.now().astimezone()

    inbox, source = Inbox(), Source()
    recognizer = Recognizer()
    disk = DiskThread()
    archive = Archive(default_paths(folder / "config", folder / "data"), disk, inbox.post, today)
    player: Any = type("Player", (), {"stop": lambda self: None})()
    hardware = Hardware(lambda settings: source, lambda path: source, player, *[lambda: None] * 3)
    parts = Services(inbox, {"local": recognizer}, archive, time.monotonic, today)  # type: ignore[dict-item]
    desk = DictationCommands(parts, hardware, CurrentSettings(Settings(keep_recordings_days=-1)), (), tell)
    archive.open()
    desk.start_microphone()

    began, memory = time.monotonic(), []
    me = psutil.Process()
    for second in range(round(HOURS * 3600)):
        for part in range(10):
            source.speak(SECOND[part * 3200 : (part + 1) * 3200])
            while (message := inbox.take(0)) is not None:
                desk.loop.handle(message)
        desk.loop.wake(time.monotonic())
        if second % 60 == 0:
            application.processEvents()
            _wait_for_disk(disk)
        if second % 1800 == 1799:
            memory.append(me.memory_info().rss / 1e6)
    took = time.monotonic() - began
    _wait_for_disk(disk)
    desk.end_all()
    desk.close()
    growth = (memory[-1] - memory[0]) / max(len(memory) - 1, 1) * 2
    return [
        Row(f"{HOURS} h of dictation at speed: growth of memory an hour", growth, "MB", 5, len(memory)),
        Row(f"{HOURS} h of dictation at speed: memory at the end", memory[-1], "MB", None, len(memory)),
        Row(f"{HOURS} h of dictation at speed: took", took, "s"),
    ]


def _wait_for_disk(disk: DiskThread) -> None:
    """The disk does in minutes what it usually has hours for: let it catch up, as it would have."""
    import threading

    done = threading.Event()
    disk.submit(done.set)
    if not done.wait(60):
        raise TimeoutError("the disk is more than a minute behind")
