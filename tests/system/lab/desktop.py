"""A desktop of its own without a screen: Xvfb with a window manager, for tests of the real window.

Keys and clicks come from xdotool (XTEST), as a person's would; screenshots are of the screen, not of a widget.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LIMIT_S = 30.0
END_LIMIT_S = 5.0


class Desktop:
    """Use `desktop()`. `env` holds the variables a program needs to appear here."""

    def __init__(self, display: str) -> None:
        self.env = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "XDG_SESSION_TYPE": "x11"}

    def xdotool(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["xdotool", *arguments],
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0 or not check, f"xdotool {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def window(self, title: str) -> str:
        """The id of the visible window with this title, once it is there and has the focus."""
        found: list[str] = []

        def look() -> bool:
            found[:] = self.xdotool("search", "--onlyvisible", "--name", title, check=False).split()
            return bool(found)

        wait_for(look, f"no window called {title}")
        self.xdotool("windowactivate", "--sync", found[-1])
        return found[-1]

    def key(self, *keys: str) -> None:
        self.xdotool("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", "12", text)

    def clipboard(self) -> str:
        """What another program pastes."""
        done = subprocess.run(
            ["xclip", "-selection", "clipboard", "-out"],
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        return done.stdout

    def shot(self, path: Path) -> Path:
        """The whole screen as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["import", "-window", "root", str(path)], env={**os.environ, **self.env}, timeout=LIMIT_S, check=True
        )
        return path


def wait_for(condition: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
    """Poll `condition` until it holds; fails with `what` after a generous limit."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@contextmanager
def desktop(size: str = "1280x800") -> Iterator[Desktop]:
    """A running desktop. Fails the test where a program is missing, with the packages to install."""
    for program in ("Xvfb", "openbox", "xdotool", "xclip", "import"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: apt-get install xvfb openbox xdotool xclip imagemagick")
    folder = Path(tempfile.mkdtemp(prefix="saywrite-desktop-"))
    reader, writer = os.pipe()
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(writer,),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    os.close(writer)
    running = [server]
    try:
        with os.fdopen(reader) as numbers:
            number = numbers.readline().strip()
        assert number, f"Xvfb did not start: {(folder / 'log').read_text()}"
        made = Desktop(f":{number}")
        environment = {**os.environ, **made.env, "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
        running.append(subprocess.Popen(["openbox"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        wait_for(lambda: _managed(made), "openbox did not start")
        yield made
    finally:
        for process in reversed(running):
            process.terminate()
            try:
                process.wait(END_LIMIT_S)
            except subprocess.TimeoutExpired:  # openbox, rarely, on a busy machine
                process.kill()
                process.wait(LIMIT_S)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _managed(made: Desktop) -> bool:
    done = subprocess.run(
        ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"],
        env={**os.environ, **made.env},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    return "window id" in done.stdout
