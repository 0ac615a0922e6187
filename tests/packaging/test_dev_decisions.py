"""What packaging/dev.py decides: which Python, which system packages, how they are asked for.

Programs it would call are small scripts in a folder that is the whole PATH; they write down their calls.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.packaging_modules import load_script

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Only on POSIX: apt and its like")

STATUS = """\
Package: libportaudio2
Status: install ok installed
Version: 19.6.0

Package: xvfb
Status: deinstall ok config-files
Version: 2:21

Package: libglib2.0-0t64
Status: install ok installed
Provides: libglib2.0-0 (= 2.80.0-1), libglib2.0-zero
Description: a library
 Package: not-a-field
"""


@pytest.fixture
def dev(tmp_path: Path) -> ModuleType:
    """dev.py as a module of its own, in a checkout that does not exist."""
    module = load_script("dev")
    module.ROOT = tmp_path / "checkout"
    module.VENV = module.ROOT / ".venv"
    module.STAMP = module.VENV / "saywrite-setup.json"
    module.MODEL_LOCK = module.ROOT / "packaging/model-base.lock"
    module.DPKG_STATUS = tmp_path / "status"
    module.DPKG_STATUS.write_text(STATUS)
    return module


class Programs:
    """Stand-ins for what is on PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.log = folder / "calls"
        self.add("env", 'while [ "${1#*=}" != "$1" ]; do export "$1"; shift; done; exec "$@"', logged=False)

    def add(self, name: str, script: str = "", logged: bool = True) -> None:
        path = self.folder / name
        log = f'echo "$DEBIAN_FRONTEND {name} $*" >>{self.log}\n' if logged else ""
        path.write_text(f"#!/bin/sh\n{log}{script}\n")
        path.chmod(0o755)

    def calls(self, name: str) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line.strip() for line in lines if f" {name} " in f"{line} "]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    for name in ("CI", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.delenv(name, raising=False)
    programs = Programs(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(programs.folder))
    return programs


# Which Python


def interpreter(programs: Programs, name: str, version: tuple[int, ...], **more: object) -> None:
    said = {"version": version, "usable": True, "venv": True, "path": str(programs.folder / name)} | more
    programs.add(name, f"echo '{json.dumps(said)}'")


def versions(dev: ModuleType) -> list[str]:
    return [".".join(map(str, each["version"])) for each in dev.pythons()]


def test_the_best_python_comes_first_and_unusable_ones_not_at_all(dev: ModuleType, programs: Programs) -> None:
    interpreter(programs, "python3.14", (3, 14, 1))
    interpreter(programs, "python3.13", (3, 13, 9), usable=False)  # free-threaded, 32 bits or PyPy
    interpreter(programs, "python3.12", (3, 12, 3))
    interpreter(programs, "python3", (3, 10, 2))
    mine = "{}.{}.{}".format(*sys.version_info[:3])
    others = [version for version in ("3.14.1", "3.12.3") if version[:4] != mine[:4]]
    assert [version for version in versions(dev) if version != mine] == others


def test_a_shim_that_leads_nowhere_is_skipped(dev: ModuleType, programs: Programs) -> None:
    programs.add("python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    shim = str(programs.folder / "python3.13")
    assert [shim] in dev.places("3.13")
    assert dev.probe([shim]) is None
    assert shim not in [each["path"] for each in dev.pythons()]


def test_pyenv_and_uv_folders_are_searched_newest_patch_release_first(
    dev: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for place in ("pyenv/versions/3.13.2", "pyenv/versions/3.13.11", "uv/cpython-3.13.4-linux-x86_64-gnu"):
        path = tmp_path / place / "bin/python3.13"
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    found = [command[0] for command in dev.places("3.13")]
    assert [re.findall(r"3\.13\.\d+", path)[0] for path in found[:3]] == ["3.13.11", "3.13.2", "3.13.4"]


def test_without_any_python_the_message_says_which_to_install(
    dev: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("apt-get")
    monkeypatch.setattr(dev, "pythons", list)
    with pytest.raises(dev.SetupError, match=r"3\.11, 3\.12, 3\.13 or 3\.14.*apt-get install python3 python3-venv"):
        dev.make_venv()


def test_a_python_without_venv_gets_its_package(
    dev: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    dev.VENV.parent.mkdir()
    programs.add("apt-get")
    programs.add("python3.12", f"mkdir -p {dev.VENV}/bin; : >{dev.VENV}/bin/python")
    path = str(programs.folder / "python3.12")
    only = {"version": [3, 12, 3], "usable": True, "venv": False, "path": path}
    monkeypatch.setattr(dev, "pythons", lambda: [only])
    monkeypatch.setenv("PATH", f"{programs.folder}:/bin:/usr/bin")
    assert dev.make_venv()["base"] == path
    assert any(line.endswith("--no-remove python3.12-venv") for line in programs.calls("apt-get"))


# The virtual environment


def venv_of(dev: ModuleType, **stamp: object) -> str:
    """A `.venv` with a stamp; returns what is wrong with it."""
    scripts = dev.VENV / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").symlink_to(sys.executable)
    good = {"state": "ready", "root": str(dev.ROOT), "base": sys.executable, "locks": {}}
    dev.write_stamp(good | stamp)
    return dev.venv_problem(dev.read_stamp())


def test_an_environment_in_order_is_used(dev: ModuleType) -> None:
    assert venv_of(dev) == ""


def test_a_moved_checkout_needs_a_new_environment(dev: ModuleType) -> None:
    assert venv_of(dev, root="/somewhere/else") == "the checkout was moved"


def test_an_interrupted_set_up_needs_a_new_environment(dev: ModuleType) -> None:
    assert venv_of(dev, state="making") == ".venv was left half-made"


def test_a_vanished_interpreter_needs_a_new_environment(dev: ModuleType) -> None:
    assert "is gone" in venv_of(dev, base="/nowhere/python3.13")
    (dev.VENV / "bin/python").unlink()
    (dev.VENV / "bin/python").symlink_to("/nowhere/python3.13")
    assert "is gone" in dev.venv_problem(dev.read_stamp())


# System packages


def test_installed_is_what_dpkg_says_with_what_it_provides(dev: ModuleType) -> None:
    assert dev.installed_packages(STATUS) == {
        "libportaudio2",
        "libglib2.0-0t64",
        "libglib2.0-0",
        "libglib2.0-zero",
    }


def test_of_alternatives_one_is_enough_and_the_first_is_asked_for(dev: ModuleType) -> None:
    everything = {name.split("|")[0] for name in dev.wanted_packages("run")}
    assert dev.missing_packages("run", everything) == []
    without = everything - {"libasound2-plugins"}
    assert dev.missing_packages("run", without) == ["libasound2-plugins"]
    assert dev.missing_packages("run", without | {"pipewire-alsa"}) == []


def test_the_tests_need_what_the_program_needs_and_more(dev: ModuleType) -> None:
    run, test = dev.missing_packages("run", set()), dev.missing_packages("test", set())
    assert set(run) < set(test)
    assert {"pulseaudio", "xvfb"} <= set(test) - set(run)
    assert len(test) == len(set(test))


def test_root_installs_without_questions_and_without_removing_anything(
    dev: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    programs.add("apt-get")
    stamp = dev.provide_system_packages({}, "run")
    update, install = programs.calls("apt-get")
    assert update.startswith("noninteractive ")
    assert update.endswith(" update")
    assert " install -y --no-install-recommends --no-remove " in install
    assert "libxcb-cursor0" in install
    assert "libportaudio2" not in install
    assert dev.provide_system_packages(stamp, "run") == stamp
    assert len(programs.calls("apt-get")) == 2


def test_a_failed_installation_is_tried_once_more_then_named(
    dev: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    programs.add("apt-get", "exit 100")
    assert dev.install_apt(["xvfb"], "the tests need") is False
    assert len(programs.calls("apt-get")) == 4
    assert "by hand: apt-get install -y" in capfd.readouterr().err


def test_changed_records_of_dpkg_are_looked_at_again(
    dev: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    programs.add("apt-get")
    stamp = dev.provide_system_packages({}, "run")
    dev.DPKG_STATUS.write_text(STATUS + "\n")
    assert dev.provide_system_packages(stamp, "run") != stamp
    assert len(programs.calls("apt-get")) == 4


@pytest.mark.parametrize(("sudo", "line"), [(True, "run: sudo apt-get install"), (False, "as root, run: apt-get")])
def test_without_a_terminal_to_ask_on_the_exact_command_is_named(
    sudo: bool,
    line: str,
    dev: ModuleType,
    programs: Programs,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    programs.add("apt-get")
    if sudo:
        programs.add("sudo", "exit 1")
    stamp = dev.provide_system_packages({}, "run")
    assert line in capfd.readouterr().err
    assert not programs.calls("apt-get")
    assert dev.provide_system_packages(stamp, "run") == stamp, "asked twice"
    assert "still missing: libasound2-plugins" in capfd.readouterr().err


@pytest.mark.parametrize(("answer", "installs"), [("y\n", True), ("\n", True), ("n\n", False)])
def test_on_a_terminal_sudo_is_used_after_a_yes(
    answer: str,
    installs: bool,
    dev: ModuleType,
    programs: Programs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return answer

        def write(self, text: str) -> int:
            return len(text)

        def flush(self) -> None:
            pass

        def fileno(self) -> int:
            return 2

    monkeypatch.setattr("os.geteuid", lambda: 1000)
    programs.add("apt-get")
    programs.add("sudo", '[ "$1" != -n ] && exec "$@"')
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert dev.install_apt(["xvfb"], "the tests need") is installs
    assert bool(programs.calls("apt-get")) is installs


def test_elsewhere_the_packages_are_named_as_that_system_calls_them(
    dev: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    programs.add("pacman")
    dev.provide_system_packages({}, "run")
    said = capfd.readouterr().err
    assert "not found: portaudio xcb-cursor EGL" in said
    assert "sudo pacman -S --needed portaudio" in said
    assert not programs.calls("pacman")


def test_macos_and_windows_need_nothing_more(
    dev: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    dev.provide_system_packages({}, "test")
    assert capfd.readouterr().err == ""


def test_the_pythons_named_are_those_of_the_project(dev: ModuleType) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'requires-python = ">=3.11,<3.15"' in project
    assert sorted(dev.PYTHONS) == ["3.11", "3.12", "3.13", "3.14"]


# The processes that tests run in

WHOLE_SUITE = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "40"]


@pytest.mark.parametrize(
    "arguments", [[], ["-q"], ["tests/text", "tests/ui"], ["-k", "test_hotkeys"], ["-m", "system"]]
)
def test_whole_folders_of_tests_use_every_core(
    arguments: list[str], dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1}, raising=False)
    monkeypatch.delenv("CI", raising=False)
    assert dev.across_cores(arguments) == WHOLE_SUITE


def test_a_run_in_ci_ends_itself_before_it_is_cut_off_without_a_summary(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1}, raising=False)
    monkeypatch.setenv("CI", "1")
    assert dev.across_cores([]) == [*WHOLE_SUITE, "--session-timeout", "2550"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["tests/text/test_spacing.py"],
        ["tests/text/test_spacing.py::test_one"],
        ["tests/text", "-n", "3"],
        ["-n0"],
        ["--numprocesses=3"],
        ["tests/ui", "--pdb"],
        ["--collect-only"],
    ],
)
def test_a_file_a_debugger_and_a_chosen_number_of_processes_are_left_alone(
    arguments: list[str], dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1}, raising=False)
    named = dev.ROOT / "tests/text/test_spacing.py"
    named.parent.mkdir(parents=True)
    named.touch()
    assert dev.across_cores(arguments) == []


@pytest.mark.parametrize(("cores", "processes"), [(1, []), (2, ["-n", "2"]), (4, ["-n", "4"]), (64, ["-n", "4"])])
def test_there_is_a_process_for_each_core_up_to_four(
    cores: int, processes: list[str], dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(cores)), raising=False)
    assert dev.across_cores([])[:2] == processes
