"""Saywrite as a process of its own, on the terminal, the way a user or a script runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psutil

LIMIT_S = 90.0


def folders(at: Path) -> list[str]:
    return ["--config", str(at / "config"), "--data", str(at / "data")]


def worker_memory_mb(process: psutil.Process) -> float:
    """The memory (RSS) of the recognizer's processes among the children of a program."""
    total = 0.0
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            total += child.memory_info().rss / 1e6 if "--worker" in child.cmdline() else 0.0
    return total


def heaps_of_threads(process: psutil.Process) -> int:
    """The 64 MB heaps that glibc has made for threads with an arena of their own (malloc/arena.c)."""
    maps = Path(f"/proc/{process.pid}/maps").read_text(encoding="ascii", errors="replace").splitlines()
    found, before = 0, 0
    for line in maps:
        span, rights, *_rest = line.split(maxsplit=2)
        start, end = (int(each, 16) for each in span.split("-"))
        if rights.startswith("---") and end - before == 2**26 and before % 2**26 == 0:
            found += 1
        before = start
    return found


def run(*arguments: str | Path, at: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run it to its end, in folders below `at`."""
    return subprocess.run(
        [sys.executable, "-m", "saywrite", *map(str, arguments), *folders(at)],
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


class Events:
    """A running `saywrite … --events`: its lines as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self.errors = ""
        self._news = threading.Condition()
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for reader in self._readers:
            reader.start()

    def wait(self, name: str, limit_s: float = LIMIT_S, **fields: object) -> dict[str, Any]:
        """The first event called `name` with these fields, now or when it comes."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found[:] = [
                line
                for line in self.lines
                if line["event"] == name and all(line.get(key) == value for key, value in fields.items())
            ]
            return bool(found)

        with self._news:
            assert self._news.wait_for(there, limit_s), f"no {name} {fields} among {self.lines[-5:]}; {self.errors}"
        return found[0]

    def all(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == name]

    def end(self) -> int:
        """Wait for the end; the exit code."""
        code = self.process.wait(LIMIT_S)
        for reader in self._readers:
            reader.join()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append(json.loads(line))
                self._news.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors = self.process.stderr.read()


@contextmanager
def running(*arguments: str, at: Path, env: Mapping[str, str] | None = None) -> Iterator[Events]:
    """`saywrite <arguments> --events`, killed at the latest when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "saywrite", *arguments, "--events", *folders(at)],
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    events = Events(process)
    try:
        yield events
    finally:
        process.kill()
        events.end()
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stderr.close()


class Terminal:
    """A running `saywrite …` as a user sees it: the lines of standard output and of standard error as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.output: list[str] = []
        self.errors: list[str] = []
        self._news = threading.Condition()
        pairs = ((process.stdout, self.output), (process.stderr, self.errors))
        self._readers = [threading.Thread(target=self._read, args=pair) for pair in pairs]
        for reader in self._readers:
            reader.start()

    def wait_for_output(self, text: str) -> None:
        self._wait_for(text, self.output)

    def wait_for_error(self, text: str) -> None:
        self._wait_for(text, self.errors)

    def end(self) -> int:
        """Wait for the end; the exit code."""
        code = self.process.wait(LIMIT_S)
        for reader in self._readers:
            reader.join()
        return code

    def _wait_for(self, text: str, lines: list[str]) -> None:
        with self._news:
            there = self._news.wait_for(lambda: any(text in line for line in lines), LIMIT_S)
        assert there, f"no {text!r} in {lines}; standard error: {self.errors}"

    def _read(self, stream: IO[str], lines: list[str]) -> None:
        for line in stream:
            with self._news:
                lines.append(line)
                self._news.notify_all()


@contextmanager
def on_terminal(*arguments: str, at: Path, env: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """`saywrite <arguments>`, killed at the latest when the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "saywrite", *arguments, *folders(at)],
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        terminal = Terminal(process)
        try:
            yield terminal
        finally:
            process.kill()
            terminal.end()
