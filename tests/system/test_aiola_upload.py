"""Files through the test service's batch endpoint: every word once, lines that break, long files in little memory."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from tests.aiola_server import tones
from tests.aiola_server.fault_proxy import FaultProxy
from tests.aiola_server.hosting import ServiceProcess, ServiceThread
from tests.sounds import encode
from tests.speech.aiola.scripted_http import jwt
from tests.speech.event_poster import EventPoster

from saywrite.dictation.assembly import find_account
from saywrite.foundation.events import SAMPLE_RATE, Final, RecognizerFinished
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.upload_engine import UploadRecognizer
from saywrite.speech.engine import Incoming, Request
from saywrite.speech.network.network import Network
from saywrite.storage.settings.keyring import SessionSecrets
from saywrite.storage.settings.schema import Settings

WORDS = tones.utterances(6, seed=7)
SPOKEN = [word for utterance in WORDS for word in utterance]


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


def transcribe(find: Callable[[], Account], file: Path, during: Callable[[], object] = lambda: None) -> list[object]:
    """All that is told of one file, from a recognizer of its own that is closed behind it."""
    inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
    recognizer = EventPoster(UploadRecognizer(inbox.put, find, Network()), inbox.put)
    told: list[object] = []
    recognizer.start(Request("d1", "en", live=False, file=file))
    recognizer.feed(b"", 600 * SAMPLE_RATE)
    recognizer.finish()
    deadline = time.monotonic() + 60
    while not any(isinstance(event, RecognizerFinished) for event in told):
        assert time.monotonic() < deadline, told
        recognizer.wake(time.monotonic())
        during()
        try:
            message = inbox.get(timeout=0.02)
        except queue.Empty:
            continue
        if isinstance(message, Incoming):
            recognizer.receive(message.message)
        else:
            told.append(message)
    recognizer.close()
    return told


def text_of(told: list[object]) -> list[str]:
    (final,) = [event for event in told if isinstance(event, Final)]
    return final.text.split()


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3"])
def test_every_word_of_a_file_comes_back_once(service: ServiceThread, tmp_path: Path, kind: str) -> None:
    pcm = np.frombuffer(tones.speech(WORDS), dtype="<i2")
    path = tmp_path / f"words.{kind}"
    path.write_bytes(encode(pcm[:, None], tones.RATE, kind))
    account = find_account(Settings(), SessionSecrets(), service.environment())
    told = transcribe(lambda: account, path)
    assert text_of(told) == SPOKEN
    (final,) = [event for event in told if isinstance(event, Final)]
    assert 0.5 * SAMPLE_RATE < final.start < 2 * SAMPLE_RATE
    assert abs(final.end - (len(pcm) - 1.2 * SAMPLE_RATE)) < SAMPLE_RATE


def test_a_file_the_service_cannot_read_is_refused_with_a_remedy(service: ServiceThread, tmp_path: Path) -> None:
    path = tmp_path / "words.mp3"
    path.write_bytes(b"no sound at all" * 1_000)
    account = find_account(Settings(), SessionSecrets(), service.environment())
    assert "does not take this sound" in repr(transcribe(lambda: account, path))


def test_a_service_that_is_down_for_a_while(service: ServiceThread, tmp_path: Path) -> None:
    path = tones.write_wav(tmp_path / "words.wav", tones.speech(WORDS))
    account = find_account(Settings(), SessionSecrets(), service.environment())
    service.down(1.0)
    assert text_of(transcribe(lambda: account, path)) == SPOKEN


def test_a_line_that_breaks_in_the_middle(tmp_path: Path) -> None:
    path = tones.write_wav(tmp_path / "words.wav", tones.speech(WORDS))
    breaks = 3
    # In a process of its own: aiohttp leaves the half of a form in a file that nobody closes, which fails a test.
    with ServiceProcess() as service, FaultProxy(service.port) as line:
        account = find_account(Settings(), SessionSecrets(), service.environment(line.url))

        def during() -> None:
            nonlocal breaks
            if breaks and line.state()["up"] > 100_000 * (4 - breaks):
                breaks -= 1
                line.reset()

        line.shape(rate=400_000.0)
        told = transcribe(lambda: account, path, during)
    assert breaks == 0
    assert text_of(told) == SPOKEN


def test_a_token_withdrawn_meanwhile_and_a_slot_taken_for_a_while(service: ServiceThread, tmp_path: Path) -> None:
    path = tones.write_wav(tmp_path / "words.wav", tones.speech(WORDS))
    account = find_account(Settings(), SessionSecrets(), service.environment())
    service.refuse("file", status=401, code="TOKEN_EXPIRED", times=1)
    service.refuse("session", status=429, code="MAX_CONCURRENCY_REACHED", times=1, headers={"Retry-After": "1"})
    assert text_of(transcribe(lambda: account, path)) == SPOKEN


def test_a_long_file_takes_no_memory(tmp_path: Path) -> None:
    size = 300_000_000
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.truncate(size)
    process = psutil.Process()
    largest = 0

    def look() -> None:
        nonlocal largest
        largest = max(largest, process.memory_info().rss)

    with Drain() as drain:
        find = lambda: Account("token", jwt(exp=time.time() + 3_600), drain.url, drain.url)  # noqa: E731
        path_of_nothing = tmp_path / "short.wav"
        path_of_nothing.write_bytes(b"x")
        transcribe(find, path_of_nothing)  # what is imported and made once is no part of it
        before = process.memory_info().rss
        told = transcribe(find, path, look)
    assert text_of(told) == ["all"]
    assert drain.received > size
    assert largest - before < 30_000_000


class Drain:
    """A service that swallows uploads without keeping them."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.received = 0
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Drain:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        buffer = bytearray(1_000_000)
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(1)
                left = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                while left:
                    count = connection.recv_into(buffer, min(left, len(buffer)))
                    left -= count
                    self.received += count
                connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{"transcript": "all"}')
