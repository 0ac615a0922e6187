"""The log and the file of crashes can be read by their user only, whatever the umask is, also after a rotation."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.system.small_disk import SmallDisk, small_disk

from saywrite import __version__
from saywrite.foundation.logging_setup import start_log

if sys.platform == "win32":
    pytest.skip("Only on POSIX: file modes", allow_module_level=True)

LOGS = """
import logging, os, sys
from pathlib import Path
from saywrite.foundation.logging_setup import start_log
os.umask(0)
path = Path(sys.argv[1])
start_log(path, "info", to_stderr=False)
for _ in range(int(sys.argv[2])):
    logging.getLogger("test").info("x" * 1000)
"""

LINES = (
    LOGS.split("for _")[0]
    + """
for line in sys.stdin:
    logging.getLogger("test").info(line.strip())
    print(flush=True)
"""
)

BUSY = LOGS.replace(
    "for _",
    """
rename = os.rename
def refuse(source, target):
    if source == str(path) and path.stat().st_size < 1_500_000:
        raise PermissionError(13, "Another process has it open", source)
    rename(source, target)
os.rename = refuse
for _""",
)


APP = str(Path(start_log.__code__.co_filename).parents[2])


def run_log(path: Path, lines: int, program: str = LOGS) -> str:
    """What was written to standard error."""
    command = [sys.executable, "-c", program, str(path), str(lines)]
    return subprocess.run(
        command, check=True, env={**os.environ, "PYTHONPATH": APP}, stderr=subprocess.PIPE, text=True
    ).stderr


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in sorted(folder.iterdir())}


def test_log_and_crash_file_are_private(tmp_path: Path) -> None:
    run_log(tmp_path / "logs/saywrite.log", 1)
    assert modes(tmp_path / "logs") == {"crash.log": "0o600", "saywrite.log": "0o600"}
    assert oct(stat.S_IMODE((tmp_path / "logs").stat().st_mode)) == "0o700"


def test_rotated_logs_are_private_and_at_most_five(tmp_path: Path) -> None:
    run_log(tmp_path / "saywrite.log", 7_000)
    found = modes(tmp_path)
    assert set(found) == {"crash.log", "saywrite.log", *(f"saywrite.log.{number}" for number in range(1, 6))}
    assert set(found.values()) == {"0o600"}
    assert all((tmp_path / name).stat().st_size <= 1_000_000 for name in found)


def test_file_that_another_process_has_rotated_is_not_written_any_more(tmp_path: Path) -> None:
    path = tmp_path / "saywrite.log"
    with subprocess.Popen(
        [sys.executable, "-c", LINES, str(path)],
        env={**os.environ, "PYTHONPATH": APP}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdin is not None
        assert other.stdout is not None
        print("before", file=other.stdin, flush=True)
        other.stdout.readline()
        run_log(path, 1_000)
        print("behind", file=other.stdin, flush=True)
        other.stdout.readline()
        other.stdin.close()
    assert "before" in path.with_name("saywrite.log.1").read_text()
    assert path.read_text().splitlines()[-1].endswith("test: behind")


def test_log_that_cannot_be_rotated_for_a_while_goes_on(tmp_path: Path) -> None:
    """Windows does not rename a file that another process has open."""
    assert run_log(tmp_path / "saywrite.log", 2_500, BUSY) == ""
    lines = [(tmp_path / name).read_text().count("\n") for name in ("saywrite.log.1", "saywrite.log")]
    assert sum(lines) == 2_500
    assert lines[0] > 1_500


def test_log_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    (tmp_path / "saywrite.log").touch(mode=0o644)
    run_log(tmp_path / "saywrite.log", 1)
    assert modes(tmp_path)["saywrite.log"] == "0o600"


def test_payload_of_chatty_libraries_is_not_logged(tmp_path: Path) -> None:
    code = LOGS + "logging.getLogger('urllib3').info('a token'); logging.getLogger('urllib3').warning('no host')\n"
    app = str(Path(start_log.__code__.co_filename).parents[2])
    path = tmp_path / "saywrite.log"
    subprocess.run([sys.executable, "-c", code, str(path), "0"], check=True, env={**os.environ, "PYTHONPATH": app})
    text = path.read_text("utf-8")
    assert "no host" in text
    assert "a token" not in text
    assert logging.getLogger("urllib3").level == logging.NOTSET, "this process was not set up"


def test_crash_file_names_its_program_once(tmp_path: Path) -> None:
    crashes = tmp_path / "crash.log"
    run_log(tmp_path / "saywrite.log", 1)
    run_log(tmp_path / "saywrite.log", 1)
    (header,) = crashes.read_text("utf-8").splitlines()
    assert header.startswith(f"Saywrite {__version__}, commit ")
    crashes.write_text(f"{header}\nFatal Python error\n", "utf-8")
    run_log(tmp_path / "saywrite.log", 1)
    assert crashes.read_text("utf-8").splitlines() == [header, "Fatal Python error", header]


def test_a_crash_file_that_cannot_be_written_is_a_line_of_the_log(tmp_path: Path) -> None:
    """Standard error does not say that there is no log."""
    (tmp_path / "crash.log").mkdir()
    assert run_log(tmp_path / "saywrite.log", 1) == ""
    problem, line = (tmp_path / "saywrite.log").read_text("utf-8").splitlines()
    assert problem.endswith("crashes of native code are not recorded: Is a directory")
    assert line.endswith("x" * 1000)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(SmallDisk.fill, "No space left on device"), (SmallDisk.make_read_only, "Read-only file system")],
    ids=["full", "read-only"],
)
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "there already"])
def test_a_disk_that_takes_no_log_is_reported_in_one_line(
    spoil: Callable[[SmallDisk], None], reason: str, is_new: bool, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk.path / "logs").mkdir()
        if not is_new:
            run_log(disk.path / "logs/saywrite.log", 1)
        spoil(disk)
        told = run_log(disk.path / "logs/saywrite.log", 10)
    assert told == f"saywrite: there is no log: {reason}. Name another folder with --data.\n"
