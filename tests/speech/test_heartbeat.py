"""The sign of life during a long decoding: only while the process computes, and not for ever."""

import queue
import threading

import pytest

from saywrite.speech.local.heartbeat import Heartbeat

LIMIT_S = 20.0
MESSAGE = {"kind": "progress"}


class Process:
    """Clock and processor time as the test sets them; `beats` are the messages that were sent."""

    def __init__(self) -> None:
        self.now = 100.0
        self.computed = 0.0
        self.beats: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self.read = threading.Semaphore(0)
        self.heartbeat = Heartbeat(self.beats.put, every_s=0.01, clock=lambda: self.now, cpu=self._cpu)
        self.is_computing = True

    def _cpu(self) -> float:
        self.read.release()
        if self.is_computing:
            self.computed += 1.0
        return self.computed

    def wait_for_looks(self, number: int) -> None:
        for _ in range(number):
            assert self.read.acquire(timeout=LIMIT_S)


@pytest.fixture
def process() -> Process:
    return Process()


def test_first_message_comes_before_the_work_and_more_while_it_computes(process: Process) -> None:
    with process.heartbeat.beating(MESSAGE, audio_s=5):
        for _ in range(4):
            assert process.beats.get(timeout=LIMIT_S) == MESSAGE


def test_a_process_that_computes_nothing_falls_silent(process: Process) -> None:
    process.is_computing = False
    with process.heartbeat.beating(MESSAGE, audio_s=5):
        process.wait_for_looks(5)
    assert process.beats.qsize() == 1


@pytest.mark.parametrize(("audio_s", "limit_s"), [(0, 60), (20, 360)])
def test_an_endless_loop_falls_silent_after_its_limit(process: Process, audio_s: float, limit_s: float) -> None:
    with process.heartbeat.beating(MESSAGE, audio_s):
        process.now += limit_s - 1
        for _ in range(3):
            process.beats.get(timeout=LIMIT_S)
        process.now += 1
        for thread in threading.enumerate():
            if thread.name == "heartbeat":
                thread.join(LIMIT_S)
                assert not thread.is_alive()


def test_the_end_of_the_work_ends_the_thread(process: Process) -> None:
    with process.heartbeat.beating(MESSAGE, audio_s=5):
        pass
    assert "heartbeat" not in [thread.name for thread in threading.enumerate()]
