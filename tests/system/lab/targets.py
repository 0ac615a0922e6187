"""Other people's programs to insert text into: a Qt editor, xterm, mousepad. Each is read back by its own means."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.system.lab.desktop import LIMIT_S, wait_for


class Program(Protocol):
    """A program with text in it."""

    name: str
    window: str
    process: subprocess.Popen[Any]

    def text(self) -> str: ...

    def clear(self) -> None: ...


class Screen(Protocol):
    """A display that programs appear on: `desktop.Desktop` or `wayland.Compositor`."""

    env: dict[str, str]

    def key(self, *keys: str) -> None: ...

    def window(self, title: str) -> str: ...


class Editor:
    """`tests/system/lab/editor.py` as a process of its own. Qt's selection of text/plain keeps every character."""

    name = "Test-editor"

    def __init__(self, env: Mapping[str, str], title: str) -> None:
        self.window = ""
        self.title = title
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.system.lab.editor", title],
            env={**os.environ, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def ask(self, order: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def text(self) -> str:
        return str(json.loads(self.ask("text")))

    def clear(self) -> None:
        self.ask("clear")

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        if self.process.poll() is None:
            try:
                self.process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


class Terminal:
    """xterm with a program that takes every key as it comes (a carriage return for Return)."""

    name = "XTerm"

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self.window = ""
        self._file = folder / "xterm.txt"
        self._file.touch()
        command = f"stty raw -echo; printf ready >> {self._file}; exec cat >> {self._file}"
        self.process = subprocess.Popen(
            ["xterm", "-u8", "-title", "target-xterm", "-e", "sh", "-c", command],
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: self._file.read_bytes() == b"ready", "xterm did not start")
        self.clear()

    def text(self) -> str:
        return self._file.read_bytes().decode("utf-8", "replace").replace("\r", "\n")

    def clear(self) -> None:
        os.truncate(self._file, 0)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(LIMIT_S)


class Mousepad:
    """A GTK editor; what is in it is read from the file that its own Save writes."""

    name = "Mousepad"

    def __init__(self, desktop: Screen, folder: Path) -> None:
        self.window = ""
        self._desktop = desktop
        self._file = folder / "target-mousepad.txt"
        self._file.write_text("")
        self.process = subprocess.Popen(
            ["mousepad", "--disable-server", str(self._file)],
            env={**os.environ, **desktop.env, "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def text(self) -> str:
        self._desktop.key("ctrl+s")
        return self._file.read_text()

    def clear(self) -> None:
        self._desktop.key("ctrl+a", "Delete", "ctrl+s")
        wait_for(lambda: self._file.read_text().strip() == "", "mousepad did not empty its file")

    def close(self) -> None:
        self.process.kill()
        self.process.wait(LIMIT_S)


@contextmanager
def editor(desktop: Screen, title: str = "target-editor") -> Iterator[Editor]:
    made = Editor(desktop.env, title)
    try:
        made.window = desktop.window(title)
        wait_for(lambda: made.ask("focused") == "True", "the editor has no focus")
        yield made
    finally:
        made.close()


@contextmanager
def terminal(desktop: Screen, folder: Path) -> Iterator[Terminal]:
    made = Terminal(desktop.env, folder)
    try:
        made.window = desktop.window("target-xterm")
        yield made
    finally:
        made.close()


@contextmanager
def mousepad(desktop: Screen, folder: Path) -> Iterator[Mousepad]:
    made = Mousepad(desktop, folder)
    try:
        made.window = desktop.window("target-mousepad")
        yield made
    finally:
        made.close()
