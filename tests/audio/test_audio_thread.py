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


def test_a_hung_job_is_given_up_and_the_rest_of_its_queue_done_when_it_wakes(caplog):
    hang = threading.Event()
    done: queue.SimpleQueue[str] = queue.SimpleQueue()
    audio = AudioThread(NoPortAudio())
    worker = audio.submit(lambda backend: hang.wait() and None)
    audio.submit(lambda backend: done.put("behind the hung one"))
    audio.abandon(worker)
    audio.submit(lambda backend: done.put("on the new thread"))
    assert done.get(timeout=LIMIT_S) == "on the new thread"
    hang.set()
    assert done.get(timeout=LIMIT_S) == "behind the hung one"
    worker.join(LIMIT_S)
    assert not worker.is_alive()
    audio.close(wait=LIMIT_S)
    assert "does not answer" in caplog.text


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


def test_the_beginning_of_the_running_job_is_known_until_its_worker_is_abandoned(caplog):
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
    audio.abandon(worker)
    assert audio.job_began(worker) == float("-inf")
    second.wake()
    worker.join(LIMIT_S)


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
        workers.append(audio.submit(block))
        block.wait_begun()
        now[0] += 3
    assert len(set(workers)) == STUCK_LIMIT + 1
    assert audio.submit(lambda backend: None) is workers[-1]
    for block in hung:
        block.wake()
    audio.close(wait=LIMIT_S)


def test_giving_up_a_worker_twice_does_not_hit_its_successor(caplog):
    audio = AudioThread(NoPortAudio())
    worker = audio.submit(lambda backend: None)
    audio.abandon(worker)
    successor = audio.submit(lambda backend: None)
    audio.abandon(worker)
    assert audio.submit(lambda backend: None) is successor
    audio.close(wait=LIMIT_S)


def test_too_many_hanging_threads_are_reported(caplog):
    hang = threading.Event()
    audio = AudioThread(NoPortAudio())
    for _ in range(STUCK_LIMIT):
        assert not audio.stuck
        audio.abandon(audio.submit(lambda backend: hang.wait() and None))
    assert audio.stuck
    hang.set()
    for thread in list(threading.enumerate()):
        if thread.name == "audio":
            thread.join(LIMIT_S)
    assert not audio.stuck


def test_a_job_that_fails_is_logged_and_the_next_one_runs(caplog):
    done = threading.Event()
    audio = AudioThread(NoPortAudio())
    audio.submit(lambda backend: 1 / 0)
    audio.submit(lambda backend: done.set())
    assert done.wait(LIMIT_S)
    assert "ZeroDivisionError" in caplog.text
    audio.close(wait=LIMIT_S)
