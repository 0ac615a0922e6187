"""Somebody who dictates: the whole application below its front end, with sound played as if a microphone gave it.

Everything is real but the microphone: loop, journal on disk, history, the recognizer of aiOla's service, the network.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.aiola_server.tones import silence

from saywrite.audio.levels import measure
from saywrite.audio.source import SoundSink
from saywrite.audio.vad import Segmenter
from saywrite.dictation.api import Dictation, DictationApplication
from saywrite.dictation.assembly import RunOptions, ServiceContext, assemble, find_account
from saywrite.dictation.engines.late_recognizers import LateRecognizers
from saywrite.dictation.inbox import Inbox
from saywrite.foundation.catalog import AIOLA
from saywrite.foundation.events import SAMPLE_RATE, ConnectionChanged, Failed, Finished, Started
from saywrite.foundation.paths import default_paths
from saywrite.foundation.program import worker_command
from saywrite.speech.aiola.engine import AiolaRecognizer
from saywrite.speech.network.network import Network
from saywrite.storage.settings.keyring import SecretsStatus
from saywrite.storage.settings.schema import Settings

BLOCK_S = 0.02
LIMIT_S = 60.0


class Sleeper:
    """A computer's clocks. Asleep, its monotonic clock stands still and its wall clock goes on: a jump."""

    def __init__(self) -> None:
        self._slept_s = 0.0

    def sleep(self, seconds: float) -> None:
        self._slept_s += seconds

    def wall(self) -> float:
        return time.time() + self._slept_s


class NoSecrets:
    """A keyring with nothing in it: the account comes from the environment."""

    def get(self, name: str) -> str | None:
        return None

    def set(self, name: str, secret: str) -> None:
        raise AssertionError("nothing is kept")

    def delete(self, name: str) -> None:
        pass

    def status(self) -> SecretsStatus:
        return SecretsStatus(False, "Nothing is kept.")


class PlayedSource:
    """Implements `source.Source`: gives sound when it would have been spoken, then the quiet of the room, until it is
    stopped. `speed`: so many times faster.
    """

    def __init__(self, pcm: bytes, speed: float) -> None:
        self._pcm = pcm
        self._quiet = silence(1.0)
        self._speed = speed
        self._given = 0
        self._began = 0.0
        self._sink: SoundSink | None = None

    @property
    def said_s(self) -> float:
        """Seconds of sound given so far."""
        return self._given / SAMPLE_RATE

    def start(self, sink: SoundSink) -> None:
        self._sink, self._began = sink, time.monotonic()
        sink.opened("Tones", self._began)

    def allow(self, samples: int) -> None:
        """A microphone cannot wait."""

    def stop(self, now: float) -> None:
        self._give(now)
        self.abort()

    def abort(self) -> None:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.ended()

    def receive(self, message: object) -> None:
        """It has no threads."""

    def wake(self, now: float) -> float | None:
        self._give(now)
        return now + BLOCK_S if self._sink is not None else None

    def _give(self, now: float) -> None:
        block = round(BLOCK_S * SAMPLE_RATE)
        due = int((now - self._began) * self._speed * SAMPLE_RATE) // block * block
        while self._sink is not None and self._given < due:
            pcm = self._pcm[self._given * 2 : (self._given + block) * 2]
            at = self._given % SAMPLE_RATE * 2
            pcm += self._quiet[at + len(pcm) : at + block * 2]
            self._given += block
            self._sink.sound(pcm, measure(pcm, now))


class Speaker:
    """A context manager: the application on a thread of its own. `told` is every event with its time, in order."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], *, ca_file: Path | None = None, **settings: Any
    ) -> None:
        self.told: list[tuple[float, object]] = []
        self.forgets: tuple[type, ...] = ()
        """Events that are not kept: of hours, there would be more of them than of anything else."""
        self.clocks = Sleeper()
        self.source: PlayedSource | None = None
        self._environment = environment
        self._network = Network(ca_file)
        self._settings = Settings(engine=AIOLA, **settings)
        self._paths = default_paths(folder / "config", folder / "data")
        self._news = threading.Condition()
        self._next = (b"", 1.0)
        inbox = Inbox()
        self.dictation = Dictation(inbox, lambda: self._assembled(inbox))
        self._thread = threading.Thread(target=self.dictation.run, name="dictation")

    def __enter__(self) -> Speaker:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.dictation.quit()
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive(), "the dictation thread hangs"
        for thread in threading.enumerate():
            if thread.name == "tidy":  # it may encode what was just said, and the caller removes the folder
                thread.join(LIMIT_S)
                assert not thread.is_alive(), "the recording is not encoded"

    def press(self, pcm: bytes, speed: float = 1.0) -> None:
        """Begin to dictate, and to say this."""
        self._next = pcm, speed
        started = len(self.all(Started))
        self.dictation.start()
        self.wait_for(lambda: len(self.all(Started)) > started, "the dictation to start")

    def wait_until_said(self, seconds: float, limit_s: float = 600.0) -> None:
        """So much of the sound was given."""
        source, deadline = self.source, time.monotonic() + limit_s
        assert source is not None
        while source.said_s < seconds:
            assert time.monotonic() < deadline, f"only {source.said_s:.1f} of {seconds:.1f} s were said"
            time.sleep(0.005)

    def let_go(self, limit_s: float = LIMIT_S) -> Finished:
        """Stop, and wait for the end of the dictation."""
        count = len(self.all(Finished))
        self.dictation.stop()
        return self.finished(count + 1, limit_s)

    def go_on(self, dictation: str, limit_s: float = LIMIT_S) -> Finished:
        """Make text of what it has left unfinished; wait for the end of that."""
        count = len(self.all(Finished))
        self.dictation.transcribe_unfinished(dictation)
        return self.finished(count + 1, limit_s)

    def finished(self, count: int = 1, limit_s: float = LIMIT_S) -> Finished:
        self.wait_for(lambda: len(self.all(Finished)) >= count, "the dictation to end", limit_s)
        last = self.all(Finished)[count - 1][1]
        assert isinstance(last, Finished)
        return last

    @property
    def problems(self) -> tuple[str, ...]:
        """What it told of that went wrong, in words."""
        return tuple(event.what for _at, event in self.all(Failed) if isinstance(event, Failed))

    def lost_at(self, since: float) -> float | None:
        """When it first said, since then, that the connection is gone; None if it never did."""
        for at, event in self.all(ConnectionChanged):
            if at >= since and isinstance(event, ConnectionChanged) and event.state in ("lost", "refused"):
                return at
        return None

    def all(self, kind: type) -> list[tuple[float, object]]:
        return [(at, event) for at, event in list(self.told) if isinstance(event, kind)]

    def wait_for(self, met: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
        with self._news:
            assert self._news.wait_for(met, limit_s), f"waited in vain for {what}: {self.told[-6:]}"

    def _tell(self, event: object) -> None:
        if isinstance(event, self.forgets):
            return
        with self._news:
            self.told.append((time.monotonic(), event))
            self._news.notify_all()

    def _assembled(self, inbox: Inbox) -> DictationApplication:
        """The application as it is assembled for every front end, with our microphone and our clocks."""
        secrets = NoSecrets()
        means = ServiceContext(secrets, self._network, self._environment)
        wishes = RunOptions(worker_command, self._paths.data)
        application = assemble(inbox, self._paths, self._settings, (), self._tell, wishes, means)
        commands = application.commands
        recognizers = commands._services.recognizers
        assert isinstance(recognizers, LateRecognizers)
        recognizers.built[AIOLA] = AiolaRecognizer(
            inbox.post,
            lambda: find_account(self._settings, secrets, self._environment),
            Segmenter,
            self._network,
            linger_s=lambda: self._settings.aiola_linger_s,
            wall=self.clocks.wall,
        )
        commands._hardware = replace(commands._hardware, microphone=lambda _settings: self._microphone())
        return application

    def _microphone(self) -> PlayedSource:
        self.source = PlayedSource(*self._next)
        return self.source
