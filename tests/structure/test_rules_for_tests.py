"""The rules of tests/conftest.py and tests/system/conftest.py, each broken on purpose in a pytest run of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.conftest import LONGEST, turn_of

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_CACHE = ("-p", "no:cacheprovider")


def outcome(
    tmp_path: Path, source: str, *plugins: str, ci: bool = False, options: tuple[str, ...] = ()
) -> tuple[str, str]:
    """Run `source` as a test file, or all in the folder, under our rules.

    Returns pytest's closing line without the time, and all output.
    """
    if source:
        (tmp_path / "test_made_up.py").write_text(source)
    arguments = [option for plugin in ("tests.conftest", *plugins) for option in ("-p", plugin)]
    environment = {**os.environ, "CI": "true" if ci else ""}
    environment.pop("PYTEST_XDIST_WORKER", None)  # it is no process of the run that this test is part of
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "pyproject.toml", *arguments, *options, str(tmp_path), *WITHOUT_CACHE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    closing = done.stdout.strip().splitlines()[-1]
    return re.sub(r" in [\d.]+s.*|^=+ |\x1b\[\d*m", "", closing).strip("= "), done.stdout + done.stderr


LOGS = """
import logging
def test_logs({fixture}):
    logging.getLogger("some.library").warning("about %s", "something")
"""
SKIPS = "import pytest\ndef test_skips():\n    pytest.skip('{reason}')\n"
MADE_UP = {
    "logs": LOGS.format(fixture=""),
    "caplog": LOGS.format(fixture="caplog"),
    "warns": "import warnings\ndef test_warns():\n    warnings.warn('old', DeprecationWarning)\n",
    "no_server": SKIPS.format(reason="no sound server"),
    "on_windows": SKIPS.format(reason="Only on Windows"),
    "as_root": SKIPS.format(reason="Only on Linux as root"),
    "may_mount": SKIPS.format(reason="Only on an account that may mount"),
    "no_module": "import pytest\npytest.importorskip('no_such_module')\n",
    "expected": "import pytest\n@pytest.mark.xfail\ndef test_x():\n    assert 0\n",
}
"""Files of tests by their names; all of them run in one pytest."""

Outcomes = dict[str, list[str]]


@pytest.fixture(scope="module", params=[False, True], ids=["elsewhere", "in CI"])
def made_up(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[bool, Outcomes, str]:
    """Whether it is CI, what became of the tests of each file, and all output."""
    folder = tmp_path_factory.mktemp("made_up")
    for name, source in MADE_UP.items():
        (folder / f"test_{name}.py").write_text(source)
    _closing, text = outcome(folder, "", ci=request.param, options=("-rA", "--continue-on-collection-errors"))
    lines = re.findall(r"^([A-Z]+) (?:\[1\] )?\S*test_(\w+)\.py\b", text, re.MULTILINE)
    return request.param, {name: [what for what, which in lines if which == name] for name in MADE_UP}, text


def test_a_warning_in_the_log_fails_a_test_that_does_not_look_at_it(made_up: tuple[bool, Outcomes, str]) -> None:
    _ci, outcomes, text = made_up
    assert sorted(outcomes["logs"]) == ["ERROR", "PASSED"]
    assert "WARNING some.library: about something" in text


def test_a_test_that_takes_caplog_may_provoke_a_warning(made_up: tuple[bool, Outcomes, str]) -> None:
    assert made_up[1]["caplog"] == ["PASSED"]


def test_a_python_warning_fails_a_test(made_up: tuple[bool, Outcomes, str]) -> None:
    assert made_up[1]["warns"] == ["FAILED"]


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux: what CI runs on")


@pytest.mark.parametrize(
    ("name", "in_ci"),
    [
        ("no_server", "FAILED"),
        ("on_windows", "SKIPPED"),
        pytest.param("as_root", "FAILED", marks=linux),
        pytest.param("may_mount", "FAILED", marks=linux),
        ("no_module", "ERROR"),
    ],
)
def test_in_ci_a_skipped_test_is_a_failed_one(name: str, in_ci: str, made_up: tuple[bool, Outcomes, str]) -> None:
    ci, outcomes, _text = made_up
    assert outcomes[name] == [in_ci if ci else "SKIPPED"]


def test_an_expected_failure_is_no_skip(made_up: tuple[bool, Outcomes, str]) -> None:
    assert made_up[1]["expected"] == ["XFAIL"]


def test_in_ci_a_failed_test_is_named_at_once(made_up: tuple[bool, Outcomes, str]) -> None:
    ci, _outcomes, text = made_up
    assert ("FAILED call of" in text) == ci


def test_every_test_has_an_empty_home_and_no_desktop(tmp_path: Path) -> None:
    source = (
        "import os, pathlib\n"
        "def check():\n"
        "    home = pathlib.Path.home()\n"
        "    assert [p.name for p in home.iterdir()] == ['run']\n"
        "    assert str(home) in os.environ['XDG_CONFIG_HOME']\n"
        "    assert 'DISPLAY' not in os.environ and os.environ['QT_QPA_PLATFORM'] == 'offscreen'\n"
        "    (home / 'left').touch()\n"
        "    os.environ['MADE_BY'] = 'a test'\n"
        "def test_one():\n    assert 'MADE_BY' not in os.environ; check()\n"
        "def test_two():\n    assert 'MADE_BY' not in os.environ; check()\n"
    )
    assert outcome(tmp_path, source)[0] == "2 passed"


def test_a_process_and_a_thread_left_behind_fail_a_system_test(tmp_path: Path) -> None:
    source = (
        "import subprocess, sys, threading\n"
        "import tests.system.conftest as rules\n"
        "rules.PATIENCE_S = 0.3\n"
        "def test_process():\n"
        "    global child\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "def test_thread():\n"
        "    threading.Thread(target=threading.Event().wait, args=(20,), name='forgotten', daemon=True).start()\n"
        "def test_tidy():\n"
        "    subprocess.run([sys.executable, '-c', 'pass'], check=True)\n"
    )
    closing, text = outcome(tmp_path, source, "tests.system.conftest")
    assert closing == "3 passed, 2 errors"
    assert re.search(r"process \d+: .*input\(\)", text)
    assert "thread forgotten" in text


WAITS = re.compile(r"^\s*[\w.]*qtbot\.(wait(?:Exposed|Active|Signals?|Callback)|assertNotEmitted)\(", re.MULTILINE)


def test_every_context_that_waits_is_entered() -> None:
    """pytest-qt waits at the end of a `with`; the call alone does nothing."""
    assert WAITS.search("    qtbot.waitExposed(window)\n")
    assert WAITS.search("    self._qtbot.waitExposed(window)\n")
    assert not WAITS.search("    with qtbot.waitExposed(window):\n        window.show()\n")
    found = [path.name for path in (ROOT / "tests/ui").rglob("*.py") if WAITS.search(path.read_text("utf-8"))]
    assert found == []


def test_the_longest_files_are_there() -> None:
    assert [name for name in LONGEST if not (ROOT / "tests/system" / name).exists()] == []


def is_locked(path: Path) -> bool:
    import fcntl

    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.mark.skipif(os.name != "posix", reason="Only on POSIX systems: locks between processes")
def test_a_test_that_is_alone_waits_for_the_others_and_those_behind_it_wait_too(tmp_path: Path) -> None:
    order: list[str] = []

    def take(alone: bool) -> threading.Thread:
        def run() -> None:
            with turn_of(tmp_path, alone):
                order.append("alone" if alone else "together")

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    with turn_of(tmp_path, alone=False):
        take(alone=False).join(20)
        assert order == ["together"]
        waiting = take(alone=True)
        while not is_locked(tmp_path / "turn"):
            assert waiting.is_alive()
        behind = take(alone=False)
        assert order == ["together"]
    waiting.join(20)
    behind.join(20)
    assert order == ["together", "alone", "together"]
    with turn_of(tmp_path, alone=True):
        assert is_locked(tmp_path / "machine")


MEETS = """
import os, pathlib, pytest, threading
{mark}
@pytest.mark.parametrize("number", range(4))
def test_meets(number):
    worker = os.environ["PYTEST_XDIST_WORKER"]
    place = pathlib.Path({place!r})
    (place / worker).touch()
    threading.Event().wait(0.2)
    try:
        assert {mark!r} == "" or len(list(place.glob("gw*"))) == 1
    finally:
        (place / worker).unlink()
"""


@pytest.mark.skipif(os.name != "posix", reason="Only on POSIX systems: locks between processes")
def test_in_two_processes_tests_are_alone_where_they_say_so(tmp_path: Path) -> None:
    source = MEETS.format(mark="@pytest.mark.alone", place=str(tmp_path))
    assert outcome(tmp_path, source, options=("-n", "2", "--dist", "load"))[0] == "4 passed"
