"""Hours of dictation through the service, compressed in time, with a fault every half minute; and one that stalls.

What is measured is this process: the application runs in it, the service and the line in processes of their own.
"""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import psutil
from tests.aiola_server.fault_proxy import FaultProxyProcess
from tests.aiola_server.hosting import ServiceProcess
from tests.aiola_server.spoken import SENTENCES, SpokenScript, joined
from tests.aiola_server.tones import seconds_of, speech, utterances
from tests.system.lab.counting import Count, count, words_of
from tests.system.lab.program import worker_memory_mb
from tests.system.lab.speaker import Speaker

from saywrite.foundation.events import SAMPLE_RATE, ConnectionChanged, PendingUtterances, ProgressChanged, Traffic

BATCH = 10
"""Utterances whose sound is made at a time."""


class SoundOnDisk:
    """Hours of sound that are not in memory (nor mapped into it): sliced like bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._size = path.stat().st_size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _step = part.indices(self._size)
        return os.pread(self._file.fileno(), max(stop - start, 0), start)

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Held:
    """What this process holds of the system after `at_s` seconds of speech. `worker_mb`: memory of its recognizer."""

    memory_mb: float
    threads: int
    files: int
    worker_mb: float = 0.0
    at_s: float = 0.0


@dataclass(frozen=True)
class Endured:
    """`over_time`: at each fault; `ended`: when it is over and hung up."""

    speech_s: float
    words: int
    count: Count
    pending_s: float
    over_time: tuple[Held, ...]
    ended: Held

    @property
    def faults(self) -> int:
        return len(self.over_time)

    @property
    def begun(self) -> Held:
        """Once the dictation is under way."""
        return self.over_time[0] if self.over_time else self.ended

    @property
    def memory_mb(self) -> tuple[float, ...]:
        return tuple(held.memory_mb for held in self.over_time)


def endure(
    speech_s: float,
    *,
    speed: float,
    fault_every_s: float,
    seed: int = 1,
    listens_along: bool = False,
    report: Callable[[Held], None] = lambda held: None,
) -> Endured:
    """Dictate for `speech_s` seconds, `speed` times faster than one speaks, with a fault every `fault_every_s`.

    `listens_along`: real speech instead of tone words, and the recognizer of this computer hears it, too. It needs a
    fifth of the time of the sound or more, so `speed` must be small then. `report` takes what is held at each fault.
    """
    with _stage(speech_s, seed, listens_along=listens_along) as (said, sound, service, line, speaker):
        before = _held()
        faults = cycle(_faults(service, line))
        over_time: list[Held] = []
        speaker.press(sound, speed)  # type: ignore[arg-type]  # sliced like bytes
        total_s = len(sound) / 2 / SAMPLE_RATE
        due = fault_every_s
        while due < total_s - fault_every_s / 2:
            speaker.wait_until_said(due, limit_s=600)
            over_time.append(_held(due))
            report(over_time[-1])
            next(faults)()
            due += fault_every_s
        speaker.wait_until_said(total_s, limit_s=600)
        finished = speaker.let_go(limit_s=600)
        ended = _held_when_quiet(over_time[0] if over_time else before)
        written = words_of(finished.text)
    pending_s = finished.pending / SAMPLE_RATE
    return Endured(total_s, len(said), count(said, written), pending_s, tuple(over_time), ended)


def stall(speech_s: float, *, speed: float) -> tuple[Held, tuple[float, ...]]:
    """Dictate while nothing gets through any more; what is held before, and the memory each tenth of the time."""
    with _stage(speech_s, 1) as (_said, sound, _service, line, speaker):
        speaker.press(sound, speed)  # type: ignore[arg-type]
        total_s = len(sound) / 2 / SAMPLE_RATE
        speaker.wait_until_said(total_s / 20, limit_s=600)
        line.stall()
        before, memory = _held(), []
        for tenth in range(1, 11):
            speaker.wait_until_said(total_s / 20 + tenth * (total_s * 0.9) / 10, limit_s=600)
            memory.append(_held().memory_mb)
        line.flow()
        speaker.dictation.cancel()
        speaker.finished(limit_s=60)
    return before, tuple(memory)


@contextmanager
def _stage(
    speech_s: float, seed: int, *, listens_along: bool = False
) -> Iterator[tuple[list[str], SoundOnDisk, ServiceProcess, FaultProxyProcess, Speaker]]:
    with tempfile.TemporaryDirectory(prefix="saywrite-endurance-") as folder:
        script = _spoken(speech_s, seed) if listens_along else None
        if script is None:
            said, path = _write(Path(folder) / "said.pcm", speech_s, seed)
        else:
            said, path = words_of(script.text), script.save(Path(folder) / "script") / "sound.pcm"
        sound = SoundOnDisk(path)
        along = "on" if listens_along else "off"
        with (
            ServiceProcess() as service,
            FaultProxyProcess(service.port) as line,
            Speaker(Path(folder), service.environment(line.url), aiola_linger_s=0, aiola_listen_along=along) as speaker,
        ):
            if script is not None:
                service.know_speech(script.save(Path(folder) / "script"))
            speaker.forgets = (ProgressChanged, PendingUtterances, Traffic, ConnectionChanged)
            yield said, sound, service, line, speaker
        sound.close()


def _spoken(speech_s: float, seed: int) -> SpokenScript:
    """About so many seconds of sentences in a random order."""
    chance = random.Random(seed)
    sentence_s = seconds_of(joined(SENTENCES).pcm) / len(SENTENCES)
    return joined(chance.choices(SENTENCES, k=max(1, round(speech_s / sentence_s))), seed=seed)


def _write(path: Path, speech_s: float, seed: int) -> tuple[list[str], Path]:
    """So many seconds of utterances, raw, and their words."""
    words: list[str] = []
    with path.open("wb") as file:
        while file.tell() < speech_s * SAMPLE_RATE * 2:
            some = utterances(BATCH, seed)
            file.write(speech(some, seed=seed))
            words += [word for utterance in some for word in utterance]
            seed += 1
    return words, path


def _faults(service: ServiceProcess, line: FaultProxyProcess) -> list[Callable[[], None]]:
    """What goes wrong, in turn. Each is over before the next one is due."""

    def restart() -> None:
        service.down(0.5)

    def hole() -> None:
        line.stall(existing=True)

    def refuse() -> None:
        service.refuse("stream", status=503, times=1)
        line.reset()

    return [line.reset, restart, service.expire, hole, refuse, line.end]


def _held(at_s: float = 0.0) -> Held:
    process = psutil.Process()
    worker_mb = worker_memory_mb(process)
    return Held(process.memory_info().rss / 1e6, threading.active_count(), process.num_fds(), worker_mb, at_s)


def _held_when_quiet(before: Held) -> Held:
    """Once what ends in its own time has ended; the dictation opens one file that it did not have before."""
    deadline = time.monotonic() + 15
    pause = threading.Event()
    while (now := _held()).threads > before.threads or now.files > before.files + 1:
        if time.monotonic() > deadline:
            break
        pause.wait(0.2)
    return now
