"""One signal ends any command properly, whatever it is held by: a service, a sound server, an instance, a reader."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests import sounds
from tests.aiola_server import tones
from tests.aiola_server.hosting import ServiceThread
from tests.system.lab.program import folders

if sys.platform == "win32":
    pytest.skip("Only on systems with these signals", allow_module_level=True)

LIMIT_S = 5.0
"""A loaded computer included; unloaded it is 2 s."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

pytestmark = pytest.mark.system


@pytest.fixture(autouse=True)
def hanging_up_is_not_ignored() -> Iterator[None]:
    """Our children start as on a terminal, also where the tests themselves were started with nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@contextmanager
def silent_socket(path: Path) -> Iterator[str]:
    """Somebody who lets everybody in and never says a word."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(16)
        yield str(path)


@contextmanager
def closed_port() -> Iterator[int]:
    """A port at which nobody listens, and which nobody else can take meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@contextmanager
def started(*arguments: str, at: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "saywrite", *arguments, *folders(at)]
    with subprocess.Popen(command, env={**os.environ, **environment}, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def end_of(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """Send one signal; the exit code and standard error."""
    process.send_signal(number)
    began = time.monotonic()
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - began < LIMIT_S
    assert "Traceback" not in errors
    return process.returncode, errors


def wait_until_connected(path: str) -> None:
    """Until somebody waits at the socket there."""
    deadline = time.monotonic() + 60
    while not any(path in line and line.split()[5] == "02" for line in Path("/proc/net/unix").read_text().splitlines()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("verb", ["devices", "doctor"])
def test_command_blocked_by_the_sound_server_ends(verb: str, number: signal.Signals, tmp_path: Path) -> None:
    with (
        silent_socket(tmp_path / "pulse") as server,
        started(verb, at=tmp_path, PULSE_SERVER=f"unix:{server}") as process,
    ):
        wait_until_connected(server)
        assert end_of(process, number)[0] == 130


@pytest.mark.parametrize("number", SIGNALS)
def test_a_command_for_a_window_that_does_not_answer_ends(number: signal.Signals, tmp_path: Path) -> None:
    from saywrite.desktop.remote_control.instance_record import InstanceFile

    (tmp_path / "data").mkdir()
    file = InstanceFile(tmp_path / "data")
    with silent_socket(tmp_path / "s") as address:
        file.write(address, "")
        with started("status", at=tmp_path) as process:
            wait_until_connected(address)
            assert end_of(process, number)[0] == 130
    file.release()


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_file_for_a_service_that_cannot_be_reached_ends(number: signal.Signals, kind: str, tmp_path: Path) -> None:
    """WAV goes as a stream, FLAC as it is."""
    (tmp_path / f"x.{kind}").write_bytes(sounds.encode(np.full((16_000, 1), 3_277, np.int16), 16_000, kind))
    sound = str(tmp_path / f"x.{kind}")
    with closed_port() as port:
        nobody = f"http://127.0.0.1:{port}"
        environment = {"AIOLA_API_KEY": "ak_test", "AIOLA_BASE_URL": nobody, "AIOLA_AUTH_BASE_URL": nobody}
        with started("transcribe", "--engine", "aiola", sound, at=tmp_path, **environment) as process:
            assert process.stderr is not None
            assert "tried again" in process.stderr.readline()
            assert end_of(process, number)[0] == 130


def test_a_hang_up_that_nohup_has_switched_off_ends_nothing(tmp_path: Path) -> None:
    with (
        silent_socket(tmp_path / "pulse") as server,
        subprocess.Popen(
            ["nohup", sys.executable, "-m", "saywrite", "devices", *folders(tmp_path)],
            env={**os.environ, "PULSE_SERVER": f"unix:{server}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        wait_until_connected(server)
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
        process.kill()


def test_output_without_a_reader_ends_with_one_signal(tmp_path: Path) -> None:
    """A pager that stands still: the pipe is full."""
    sound = tones.write_wav(tmp_path / "words.wav", tones.speech(tones.utterances(6, seed=7)))
    read, write = os.pipe()
    os.set_blocking(write, False)
    try:
        while True:
            os.write(write, b"x" * 4_096)
    except BlockingIOError:
        os.set_blocking(write, True)
    with ServiceThread() as service:
        command = [sys.executable, "-m", "saywrite", "transcribe", "--engine", "aiola", str(sound), "--events"]
        env = {**os.environ, **service.environment()}
        with subprocess.Popen([*command, *folders(tmp_path)], env=env, stdout=write, stderr=subprocess.PIPE) as process:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(3)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 130
            assert time.monotonic() - began < LIMIT_S
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("format", ["txt", "srt"])
def test_a_full_disk_behind_standard_output_ends_a_transcription(format: str, tmp_path: Path) -> None:
    first = tones.write_wav(tmp_path / "a.wav", tones.speech(tones.utterances(2, seed=7)))
    with ServiceThread() as service, Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "saywrite", "transcribe", "--engine", "aiola", str(first), "b.wav"]
        done = subprocess.run(
            [*command, "--format", format, *folders(tmp_path)],
            env={**os.environ, **service.environment()},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "Standard output cannot be written: No space left on device." in done.stderr
    assert "b.wav" not in done.stderr, "nothing more is begun"
