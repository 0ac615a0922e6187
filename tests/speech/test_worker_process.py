"""The parent's pipe to a child: real children, small ones."""

import queue
import subprocess
import sys
import threading

import pytest

from saywrite.speech.local import child_process
from saywrite.speech.local.child_process import WorkerExited, WorkerMessage, WorkerProcess

LIMIT_S = 30.0
ECHO = """
import sys
from saywrite.speech.local.child_process import read_frame, message_frame
while (frame := read_frame(sys.stdin.buffer)) is not None:
    said = {"length": len(frame)} if isinstance(frame, bytes) else frame
    sys.stdout.buffer.write(message_frame(said)); sys.stdout.buffer.flush()
    if isinstance(frame, bytes):
        break
"""
DEAF = "import time; time.sleep(600)"
GARBAGE = "print('INFO: a native library', flush=True); import time; time.sleep(600)"
CRASH = "import sys; print('the last words', file=sys.stderr); sys.exit(3)"
STUBBORN = "import os, time; os.close(1); time.sleep(600)"


class Child:
    def __init__(self, program: str) -> None:
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.worker = WorkerProcess(7, [sys.executable, "-c", program], self.inbox.put)

    def next(self) -> object:
        return self.inbox.get(timeout=LIMIT_S)


def test_sound_and_messages_arrive_in_order_and_so_do_the_answers() -> None:
    child = Child(ECHO)
    child.worker.send({"text": "schön"})
    child.worker.send_sound(bytes(3_200))
    assert child.next() == WorkerMessage(7, {"text": "schön"})
    assert child.next() == WorkerMessage(7, {"length": 3_200})
    assert child.next() == WorkerExited(7, 0)


def test_sending_to_a_child_that_does_not_listen_does_not_block_and_it_can_be_killed() -> None:
    child = Child(DEAF)
    for _ in range(200):
        child.worker.send_sound(bytes(32_000))  # 6 MB: a pipe holds 64 kB
    child.worker.kill()
    gone = child.next()
    assert isinstance(gone, WorkerExited)
    assert gone.code != 0
    child.worker.send({"op": "late"})
    child.worker.kill()


def test_garbage_from_a_child_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    gone = Child(GARBAGE).next()
    assert isinstance(gone, WorkerExited)
    assert "garbage" in caplog.text


def test_the_last_words_of_a_crashed_child_are_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert Child(CRASH).next() == WorkerExited(7, 3)
    assert "the last words" in caplog.text


def test_the_end_of_a_child_is_reported_however_late_its_parent_gets_the_processor(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On a busy machine the child can be over before the parent has started the last of its threads."""

    class StartedByASlowParent(threading.Thread):
        def start(self) -> None:
            super().start()
            self.join(0.5)

    monkeypatch.setattr(child_process.threading, "Thread", StartedByASlowParent)
    assert Child(CRASH).next() == WorkerExited(7, 3)
    assert "the last words" in caplog.text


def test_a_child_that_does_not_leave_is_killed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(child_process, "LEAVE_S", 0.3)
    gone = Child(STUBBORN).next()
    assert isinstance(gone, WorkerExited)
    assert "does not leave" in caplog.text


def test_a_command_that_does_not_exist_is_an_oserror() -> None:
    with pytest.raises(OSError, match="nonexistent"):
        WorkerProcess(1, ["/nonexistent/worker"], lambda message: None)


@pytest.mark.parametrize("missing", ["stderr", "write", "read"])
def test_a_system_without_a_thread_left_is_an_oserror_and_leaves_no_child(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused(threading.Thread):
        def start(self) -> None:
            if self.name.endswith(missing):
                raise RuntimeError("can't start new thread")
            super().start()

    real, started = subprocess.Popen, []

    def start(*given: object, **more: object) -> object:
        started.append(real(*given, **more))
        return started[-1]

    monkeypatch.setattr(child_process.threading, "Thread", Refused)
    monkeypatch.setattr(child_process.subprocess, "Popen", start)
    with pytest.raises(OSError, match="can't start new thread"):
        Child(DEAF)
    with started[0] as child:
        assert child.wait(LIMIT_S) != 0
