"""The audio thread: jobs in order, a hung one given up, nothing waited for."""

from __future__ import annotations

import queue
import threading
import time

from saywrite.audio.backend.audio_thread import STUCK_LIMIT, AudioThread

LIMIT_S = 10


class NoPortAudio:
    def devices(self) -> tuple:
        return ()


def test_jobs_run_in_their_order_on_one_thread():
    done: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
    audio = AudioThread(NoPortAudio())
    for number in range(5):
        audio.submit(lambda backend, number=number: done.put((number, threading.get_ident())))
    results = [done.get(timeout=LIMIT_S) for _ in range(5)]
    assert [number for number, _ in results] == [0, 1, 2, 3, 4]
    assert len({thread for _, thread in results}) == 1
    audio.close(wait=LIMIT_S)


class Block:
    """A job that hangs until `wake()`."""

    def __init__(self) -> None:
        self._began, self._wakes = threading.Event(), threading.Event()
        self.wake = self._wakes.set

    def __call__(self, backend: object) -> None:
        self._began.set()
        self._wakes.wait()

    def wait_begun(self) -> None:
        assert self._began.wait(LIMIT_S)


def test_the_beginning_of_the_running_job_is_known_until_its_worker_is_left_behind(caplog):
    now = [100.0]
    audio = AudioThread(NoPortAudio(), lambda: now[0])
    first, second = Block(), Block()
    worker = audio.submit(first)
    audio.submit(second)
    first.wait_begun()
    now[0] = 102.0
    assert audio.job_began(worker) == 100.0
    first.wake()
    second.wait_begun()
    assert audio.job_began(worker) == 102.0
    now[0] = 105.0
    successor = audio.submit(lambda backend: None)
    assert audio.job_began(worker) == float("-inf")
    assert audio.job_began(successor) == 105.0
    second.wake()
    worker.join(LIMIT_S)
    assert not worker.is_alive()
    audio.close(wait=LIMIT_S)


def test_a_thread_without_a_job_does_not_hang():
    now = [100.0]
    audio = AudioThread(NoPortAudio(), lambda: now[0])
    done = threading.Event()
    worker = audio.submit(lambda backend: done.set())
    assert done.wait(LIMIT_S)
    now[0] = 200.0
    limit = time.monotonic() + LIMIT_S
    while audio.job_began(worker) != 200.0:  # the job may not have returned yet
        assert time.monotonic() < limit
    assert audio.submit(lambda backend: None) is worker
    audio.close(wait=LIMIT_S)


def test_a_job_that_has_kept_the_thread_for_three_seconds_is_left_behind_by_the_next(caplog):
    now = [100.0]
    audio = AudioThread(NoPortAudio(), lambda: now[0])
    hung = Block()
    worker = audio.submit(hung)
    hung.wait_begun()
    now[0] = 102.9
    behind = threading.Event()
    assert audio.submit(lambda backend: behind.set()) is worker
    now[0] = 103.0
    done = threading.Event()
    assert audio.submit(lambda backend: done.set()) is not worker
    assert done.wait(LIMIT_S)
    assert not behind.is_set()
    assert "does not answer" in caplog.text
    hung.wake()
    assert behind.wait(LIMIT_S)
    audio.close(wait=LIMIT_S)


def test_behind_too_many_that_hang_no_new_thread_is_begun(caplog):
    now = [100.0]
    audio = AudioThread(NoPortAudio(), lambda: now[0])
    hung = [Block() for _ in range(STUCK_LIMIT + 1)]
    workers = []
    for block in hung:
        assert not audio.stuck
        workers.append(audio.submit(block))
        block.wait_begun()
        now[0] += 3
    assert len(set(workers)) == STUCK_LIMIT + 1
    assert audio.stuck
    assert audio.submit(lambda backend: None) is workers[-1]
    hung[0].wake()
    workers[0].join(LIMIT_S)
    assert not audio.stuck
    assert audio.submit(lambda backend: None) is not workers[-1]
    for block in hung:
        block.wake()
    audio.close(wait=LIMIT_S)


def test_a_job_that_fails_is_logged_and_the_next_one_runs(caplog):
    done = threading.Event()
    audio = AudioThread(NoPortAudio())
    audio.submit(lambda backend: 1 / 0)
    audio.submit(lambda backend: done.set())
    assert done.wait(LIMIT_S)
    assert "ZeroDivisionError" in caplog.text
    audio.close(wait=LIMIT_S)
