"""How the program starts itself, and what it knows of how it was installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests import sounds

from saywrite.foundation.program import (
    RECORD,
    Installation,
    checkout_commit,
    installation,
    program_command,
    restore_library_path,
    window_command,
    worker_command,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a frozen program that runs now."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "saywrite"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "_internal"))
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path))
    return tmp_path


def test_installed_program_is_started_by_its_python() -> None:
    assert program_command() == (sys.executable, "-m", "saywrite")
    assert worker_command(Path("m")) == (*program_command(), "--worker", "local", "--model-folder", "m")


def test_frozen_program_is_started_by_its_executable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program_command() == (sys.executable,)
    assert worker_command(Path("m")) == (sys.executable, "--worker", "local", "--model-folder", "m")
    assert window_command(None, None) == (sys.executable,)


def test_window_opens_in_the_folders_of_this_run(tmp_path: Path) -> None:
    command = window_command(tmp_path, None)
    assert command[-2:] == ("--config", str(tmp_path))
    assert window_command(None, Path("d"))[-2:] == ("--data", str(Path("d").absolute()))


def test_frozen_window_program_of_windows_needs_no_console(frozen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(frozen / "saywrite.exe"))
    assert window_command(None, None) == (str(frozen / "saywrite.exe"),)
    (frozen / "saywrite-window.exe").touch()
    assert window_command(None, None) == (str(frozen / "saywrite-window.exe"),)


def test_window_of_an_appimage_is_started_by_the_image(frozen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPIMAGE", "/home/user/Saywrite.AppImage")
    assert window_command(None, None) == ("/home/user/Saywrite.AppImage",)


def test_other_programs_get_the_library_path_of_the_user(frozen: Path) -> None:
    changed = {"LD_LIBRARY_PATH": "/usr/lib/saywrite/_internal"}
    restore_library_path(changed)
    assert changed == {}
    changed = {"LD_LIBRARY_PATH": "/usr/lib/saywrite/_internal", "LD_LIBRARY_PATH_ORIG": "/opt/lib"}
    restore_library_path(changed)
    assert changed == {"LD_LIBRARY_PATH": "/opt/lib"}


def test_library_path_of_a_checkout_stays() -> None:
    kept = {"LD_LIBRARY_PATH": "/opt/lib"}
    restore_library_path(kept)
    assert kept == {"LD_LIBRARY_PATH": "/opt/lib"}


def test_packaged_program_reads_its_record(frozen: Path) -> None:
    (frozen / RECORD).write_text(json.dumps({"kind": "deb", "commit": COMMIT}), encoding="utf-8")
    found = installation({})
    assert (found.kind, found.commit) == ("deb", COMMIT)
    assert str(found).startswith("commit 0123456789ab, Debian package, with")
    assert installation({"FLATPAK_ID": "x"}).kind == "flatpak"
    assert installation({"APPIMAGE": "x"}).kind == "appimage"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kind": "deb"', "\udcff"])
def test_damaged_record_is_a_folder_of_unknown_commit(frozen: Path, content: str) -> None:
    (frozen / RECORD).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert installation({})[:2] == ("folder", "")


def test_model_inside_is_named(frozen: Path) -> None:
    (frozen / "share/saywrite/models/whisper-base").mkdir(parents=True)
    assert installation({}).model == "whisper-base"
    assert str(Installation("deb", f"{COMMIT}-changed", "")) == (
        "commit 0123456789ab-changed, Debian package, without a model"
    )


@pytest.mark.parametrize("packed", [False, True])
def test_commit_of_a_checkout_and_of_its_worktree_is_that_of_git(tmp_path: Path, packed: bool) -> None:
    def git(*arguments: str, folder: Path = tmp_path / "main") -> str:
        names = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *names, *arguments], cwd=folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    (tmp_path / "main").mkdir()
    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    git("commit", "-q", "--allow-empty", "-m", "second")
    if packed:
        git("pack-refs", "--all")
    assert checkout_commit(tmp_path / "main") == git("rev-parse", "HEAD")
    assert checkout_commit(tmp_path / "other") == git("rev-parse", "other")
    git("checkout", "-q", "--detach")
    assert checkout_commit(tmp_path / "main") == git("rev-parse", "HEAD")
    assert checkout_commit(tmp_path / "nowhere") == ""


EARLY_INTERRUPT = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores the signal for what it starts behind it
sys.meta_path.insert(0, Interrupt())
from saywrite.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("module", ["saywrite.desktop.remote_control.client", "saywrite.main"])
def test_an_interrupt_before_the_command_has_begun_ends_it_without_a_traceback(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY_INTERRUPT, "devices", module], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_process_ends_while_its_threads_decode(tmp_path: Path) -> None:
    """Taking the interpreter apart aborts 3 of 10 such processes, and prints what libsoxr leaked in most others."""
    file = sounds.write_wav(tmp_path / "a.wav", np.zeros(48_000 * 60, "int16"), 48_000)
    program = tmp_path / "program.py"
    program.write_text(
        "import atexit, sys, threading\n"
        "from pathlib import Path\n"
        "import saywrite.__main__, saywrite.main\n"
        "from saywrite.audio.files.decoder import opened\n"
        "def decode(began):\n"
        "    while True:\n"
        "        with opened(Path(sys.argv[1])) as file:\n"
        "            for _ in file.blocks(0.25): began.set()\n"
        "def run():\n"
        "    for began in (threading.Event() for _ in range(3)):\n"
        "        threading.Thread(target=decode, args=(began,), daemon=True).start()\n"
        "        began.wait()\n"
        "    atexit.register(print, 'a callback at exit')\n"
        "    print('a text')\n"
        "    return 7\n"
        "saywrite.main.main = run\n"
        "raise SystemExit(saywrite.__main__.main())\n"
    )
    for _ in range(10):
        ended = subprocess.run([sys.executable, program, file], capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (7, "")
        assert ended.stdout == "a text\na callback at exit\n"


def test_error_inside_the_program_ends_it_with_a_traceback() -> None:
    program = "import saywrite.__main__, saywrite.main; saywrite.main.main = lambda: 1 // 0; saywrite.__main__.main()"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr
