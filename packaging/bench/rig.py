"""What several benchmarks need: the tests' virtual microphone and desktop, a running window, and what it costs."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import psutil

ROOT = Path(__file__).resolve().parents[2]
SPEECH = ROOT / "resources" / "sounds" / "selftest.flac"


def lab(name: str) -> ModuleType:
    """The module `tests/system/lab/<name>.py`."""
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    return importlib.import_module(f"tests.system.lab.{name}")


class Window:
    """A running `saywrite`, and its log lines with the time each arrived."""

    def __init__(self, process: subprocess.Popen[str], began: float) -> None:
        self.process = process
        self.began = began
        self.lines: list[tuple[float, str]] = []
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self.lines.append((time.monotonic(), line))
                self._news.notify_all()

    def wait_for(self, words: str, limit_s: float = 60.0) -> float:
        """Monotonic time at which a log line with `words` first came."""
        with self._news:
            found: list[float] = []

            def there() -> bool:
                found[:] = [at for at, line in self.lines if words in line]
                return bool(found)

            if not self._news.wait_for(there, limit_s):
                raise TimeoutError(f"no “{words}” in:\n" + "".join(line for _, line in self.lines))
            return found[0]


@contextmanager
def window(
    folder: Path, environment: dict[str, str], program: Sequence[str] = (sys.executable, "-m", "saywrite")
) -> Iterator[Window]:
    """The program as a user starts it, in private folders."""
    began = time.monotonic()
    process = subprocess.Popen(
        [*program, "-v", "--config", str(folder / "config"), "--data", str(folder / "data")],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT / "app")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Window(process, began)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def cpu_share(pid: int, seconds: float) -> float:
    """Percent of one core that the process (not its children) used over `seconds`."""
    process = psutil.Process(pid)
    before, start = process.cpu_times(), time.monotonic()
    threading.Event().wait(seconds)
    after = process.cpu_times()
    used_s = float(after.user + after.system - before.user - before.system)
    return 100 * used_s / (time.monotonic() - start)


def memory_mb(pid: int) -> float:
    """Resident memory (RSS) in megabytes, shared libraries included."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def worker_of(pid: int) -> psutil.Process | None:
    """The recognizer's child process."""
    for child in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "--worker" in child.cmdline():
                return child
    return None
