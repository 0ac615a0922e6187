"""Standard output: any text in any locale, and a failure that is told and ends the command."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from saywrite.cli.ending.standard_output import StandardOutput, write_all
from saywrite.foundation.errors import OutputUnwritable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with pipes by descriptor")


def test_a_pipe_that_is_set_to_not_block_gets_everything() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    got: list[bytes] = []

    def take() -> None:
        with os.fdopen(read, "rb") as stream:
            got.append(stream.read())

    reader = threading.Thread(target=take)
    reader.start()
    write_all(write, b"x" * 300_000)
    os.close(write)
    reader.join()
    assert got == [b"x" * 300_000]


def test_reader_that_takes_nothing_does_not_delay_the_end_after_a_signal() -> None:
    read, write = os.pipe()
    with pytest.raises(InterruptedError):
        write_all(write, b"x" * 300_000, lambda: True)
    os.close(read)
    os.close(write)


def test_a_failure_is_raised_once_and_later_texts_are_dropped() -> None:
    with Path("/dev/full").open("w") as full:
        output = StandardOutput(full)
        with pytest.raises(OutputUnwritable, match="No space left on device"):
            output.write("text")
        output.write("more")
        assert output.failure is not None


def test_the_end_of_the_reader_is_noticed_before_the_next_text() -> None:
    read, write = os.pipe()
    gone = threading.Event()
    with os.fdopen(write, "w") as stream:
        output = StandardOutput(stream)
        output.watch_reader(gone.set)
        output.write("text")
        assert not gone.is_set()
        os.close(read)
        assert gone.wait(5)
        output.reader_gone()
        assert output.failure is not None
        assert output.failure.what == "Standard output was closed by the program that read it."


def run(arguments: str, redirection: str, at: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = f'"{sys.executable}" -m saywrite {arguments} --config "{at}/c" --data "{at}/d" {redirection}'
    env = {**os.environ, **environment}
    return subprocess.run(
        ["bash", "-c", command], env=env, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )


@pytest.mark.parametrize("arguments", ["--help", "--version", "doctor", "doctor --json", "listen --help"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_every_verb_fails_where_the_disk_is_full(arguments: str, unbuffered: str, tmp_path: Path) -> None:
    done = run(arguments, ">/dev/full", tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 1
    assert "Standard output cannot be written: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("arguments", ["--help", "doctor"])
def test_every_verb_fails_where_the_pipe_is_closed(arguments: str, tmp_path: Path) -> None:
    done = run(arguments, "| exec 0<&- ; exit ${PIPESTATUS[0]}", tmp_path)
    assert done.returncode in (1, 141)
    assert "Standard output was closed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii:strict", "LC_ALL": "POSIX"},
    ],
)
def test_what_is_printed_is_utf8_in_any_locale(locale: dict[str, str], tmp_path: Path) -> None:
    done = run("doctor", "", tmp_path, **locale)
    assert "✓ settings" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_closed_standard_error_does_not_send_messages_to_standard_output(tmp_path: Path) -> None:
    done = run("status", "2>&-", tmp_path)
    assert (done.returncode, done.stdout) == (3, "")


def test_descriptors_that_were_closed_are_not_given_to_other_files(tmp_path: Path) -> None:
    code = (
        "import os; from saywrite.cli.ending.streams import prepare_streams; prepare_streams();"
        "fd = os.open(os.environ['NEW'], os.O_CREAT | os.O_WRONLY); raise SystemExit(fd < 3)"
    )
    command = f'"{sys.executable}" -c "{code}" <&- >&- 2>&-'
    env = {**os.environ, "NEW": str(tmp_path / "new")}
    assert subprocess.run(["bash", "-c", command], env=env, check=False).returncode == 0
