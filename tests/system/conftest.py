"""What holds for every test of the real thing: nothing that it started is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from saywrite.audio.backend.audio_thread import AudioThread
from saywrite.audio.backend.pulse_server import SoundServer

PATIENCE_S = 10.0
LASTING = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""Processes that Python itself starts once and keeps."""


def _processes() -> dict[int, str]:
    """Our children and theirs, with their command lines; one that ended but was not waited for is there too."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            line = " ".join(process.cmdline()) or f"{process.name()} (ended, not reaped)"
        except psutil.NoSuchProcess:
            continue
        except psutil.ZombieProcess:
            line = "(ended, not reaped)"
        if not any(name in line for name in LASTING):
            found[process.pid] = line
    return found


def _threads() -> set[threading.Thread]:
    return {each for each in threading.enumerate() if not isinstance(each, threading._DummyThread)}


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    """Threads and child processes of a test end with it; what fixtures of a wider scope started may stay."""
    processes, threads = _processes(), _threads()
    yield
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while True:
        new = {pid: line for pid, line in _processes().items() if pid not in processes}
        left = [*(f"process {pid}: {line}" for pid, line in new.items())]
        left += [f"thread {each.name}" for each in _threads() - threads]
        if not left or time.monotonic() > deadline:
            break
        pause.wait(0.05)
    for pid in new:
        if psutil.pid_exists(pid):
            psutil.Process(pid).kill()
    assert not left, "Left running:\n" + "\n".join(left)


@pytest.fixture
def audio() -> Iterator[AudioThread]:
    thread = AudioThread()
    yield thread
    thread.close(wait=5)


@pytest.fixture
def sound_server() -> Iterator[SoundServer]:
    listener = SoundServer()
    yield listener
    listener.close(wait=5)
