"""What holds for every test: a home of its own, no screen, no sound of the user's, and silence in the log.

Nothing of the person who runs the tests is read or written. A log record at WARNING or above that a test does
not look at itself (by taking `caplog`) fails it, as does any warning (`filterwarnings`) or message of Qt's
(`qt_log_level_fail`, both in pyproject.toml). In CI a skipped test is a failed one: what cannot run there is
not tested.

`dev.py test` runs the files of tests in several processes (pytest-xdist). Each process has a sandbox of its own; a
test marked `alone` waits until no other process runs a test.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
ELSEWHERE = "Only on "
OTHER_SYSTEMS = ("Windows", "macOS") if sys.platform.startswith("linux") else ("Linux", "POSIX", "systems", "Windows")
"""A skip whose reason names one of these behind `ELSEWHERE` is accepted in CI. Under Linux the rights of root, loop
devices and the like are no other system: CI has them."""

SANDBOX = Path(tempfile.mkdtemp(prefix="saywrite-tests-"))  # short: a socket's path holds 107 bytes
_numbers = count(1)


def _private_home(home: Path) -> dict[str, str]:
    """The variables that make `home` the user's. Only the runtime folder has to exist (0700)."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True)
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "appdata"),
        "LOCALAPPDATA": str(home / "localappdata"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_RUNTIME_DIR": str(runtime),
    }


def _leave_the_desktop() -> None:
    """Forget the session pytest was started in; a test that wants a screen or a microphone starts its own."""
    for name in list(os.environ):
        if name.startswith(("AIOLA_", "PULSE_", "PIPEWIRE_", "SAYWRITE_", "XDG_", "QT_")):
            del os.environ[name]
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "LANGUAGE"):
        os.environ.pop(name, None)
    os.environ.update(_private_home(SANDBOX / "session"))
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    os.environ["PULSE_SERVER"] = f"unix:{SANDBOX}/no-sound-server"  # set, so that libpulse starts none either


_leave_the_desktop()  # at import: before Qt, platformdirs or PortAudio can look
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with SIGINT ignored

hypothesis.settings.register_profile(
    "dev", deadline=None, max_examples=50, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "ci",
    parent=hypothesis.settings.get_profile("dev"),
    max_examples=60,
    derandomize=True,
    database=None,
    print_blob=True,
)
hypothesis.settings.register_profile("thorough", parent=hypothesis.settings.get_profile("dev"), max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "dev"))


def pytest_unconfigure() -> None:
    shutil.rmtree(SANDBOX, ignore_errors=True)


FOLDERS = ("", "ui", "structure", "system")
"""Quick tests first, the real thing last; a folder that is not listed counts as the first."""

LONGEST = (
    "test_installed_package.py",
    "test_benchmarks.py",
    "test_aiola_faults.py",
    "test_insertion_clipboard.py",
    "test_insertion_x11.py",
    "test_local_worker.py",
    "test_push_to_talk.py",
    "test_insertion_sway.py",
    "test_listening_along.py",
    "test_listen.py",
    "test_window_faults.py",
    "test_hands_free.py",
    "test_transcribe.py",
    "test_tray.py",
    "test_dev_commands.py",
    "test_bit_exact.py",
    "test_aiola_endurance.py",
    "test_microphone_faults.py",
    "test_command_signals.py",
    "test_remote_control.py",
    "test_hotkeys_x11.py",
)
"""The files of tests/system that take more than half a minute, the longest first. A process that has no file left idles
until the others have finished theirs, so the last ones have to be short.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files of tests; whatever lies in tests/system is marked `system`."""

    def rank(item: pytest.Item) -> tuple[int, int]:
        inside = item.path.is_relative_to(ROOT / "tests")
        folder = item.path.relative_to(ROOT / "tests").parts[0] if inside else ""
        place = LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST)
        return (FOLDERS.index(folder) if folder in FOLDERS else 0, place)

    for item in items:
        if rank(item)[0] == FOLDERS.index("system"):
            item.add_marker(pytest.mark.system)
    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of pytest-xdist, before it starts, where the processes of this run meet."""
    node.workerinput["meeting_place"] = str(SANDBOX)


@contextmanager
def turn_of(folder: Path, alone: bool) -> Iterator[None]:
    """Hold the machine together with other tests, or `alone`; waits for it. `folder` is the same in every process."""
    import fcntl

    with (folder / "turn").open("w") as turn, (folder / "machine").open("w") as machine:
        fcntl.flock(turn, fcntl.LOCK_EX)  # or the other processes would always be back before the one that waits
        fcntl.flock(machine, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(turn, fcntl.LOCK_UN)
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Wait for the test's turn, outside of its time limit."""
    folder = getattr(item.config, "workerinput", {}).get("meeting_place")
    if folder is None:
        return (yield)
    with turn_of(Path(folder), alone=item.get_closest_marker("alone") is not None):
        return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name each failed test at once, in the process that prints: a run that is cut off has no summary."""
    if IN_CI and report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        sys.__stderr__.write(f"\nFAILED {report.when} of {report.nodeid}\n{report.longreprtext[-1500:]}\n")


def skip_as_failure(report: pytest.TestReport | pytest.CollectReport, in_ci: bool) -> None:
    """Turn a skip into a failure where nothing may be skipped; expected failures stay what they are."""
    if not (in_ci and report.outcome == "skipped") or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(tuple(ELSEWHERE + name for name in OTHER_SYSTEMS)):
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI, where everything has to run: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    skip_as_failure(report, IN_CI)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    skip_as_failure(report, IN_CI)
    return report


@pytest.fixture(autouse=True)
def private_home() -> Iterator[Path]:
    """Every test has a new, empty home; it is removed behind it."""
    home = SANDBOX / str(next(_numbers))
    before = dict(os.environ)
    os.environ.update(_private_home(home))
    yield home
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)
    shutil.rmtree(home, ignore_errors=True)


class UnexpectedRecords(logging.Handler):
    """Collects what nobody asked for: records of any logger at WARNING or above, on any thread."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + logging.Formatter().formatException(record.exc_info)
        self.records.append(text)


@pytest.fixture(autouse=True)
def nothing_unexpected_is_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that provokes a warning takes `caplog` and looks at it; in any other test it is a failure."""
    handler = UnexpectedRecords()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    if handler.records and "caplog" not in request.fixturenames:
        pytest.fail("Logged, and the test does not take `caplog`:\n" + "\n".join(handler.records), pytrace=False)


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots and other things to look at are left: `artifacts/` in the checkout, not in git."""
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder
