"""Sway without a screen (wlroots' headless backend), with a configuration of the test's; keys come from wtype.

Sway refuses to run as root; then it runs as nobody, in a runtime folder of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.system.lab.desktop import LIMIT_S, wait_for

AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
HEADLESS = {"WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1"}


class Sway:
    """Use `sway()`. `folder` can be written by what Sway starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unprivileged = AS_NOBODY if os.getuid() == 0 else []
        self.env = {**os.environ, **HEADLESS, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
        self.env.pop("DISPLAY", None)

    def complaints(self, lines: list[str]) -> str:
        """What Sway has against these lines of a configuration, "" if nothing."""
        config = self._write("to-check", lines)
        done = subprocess.run(
            [*self._unprivileged, "sway", "--validate", "--config", str(config)],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        return "" if done.returncode == 0 else "\n".join(x for x in done.stderr.splitlines() if "config.c" in x)

    @contextmanager
    def running(self, lines: list[str]) -> Iterator[None]:
        """Sway with these lines in its configuration."""
        ready = self._write("ready", [])
        config = self._write("config", ["xwayland disable", *lines, f'exec echo "$WAYLAND_DISPLAY" > {ready}'])
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*self._unprivileged, "sway", "--config", str(config)],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                wait_for(lambda: ready.read_text().strip(), "sway did not start")
                self.env["WAYLAND_DISPLAY"] = ready.read_text().strip()
                yield
            finally:
                process.terminate()
                process.wait(LIMIT_S)

    def wtype(self, *arguments: str) -> None:
        """Press and release keys as wtype is told (`-P key`, `-p key`, `-M mod`, `-m mod`, `-s ms`)."""
        done = subprocess.run(
            [*self._unprivileged, "wtype", *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _write(self, name: str, lines: list[str]) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines))
        if self._unprivileged:
            os.chown(path, 65534, 65534)
        return path


@contextmanager
def sway() -> Iterator[Sway]:
    """A folder and the environment for one. Fails where a program is missing, with the packages to install."""
    for program in ("sway", "wtype", "setpriv"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: apt-get install sway wtype util-linux")
    folder = Path(tempfile.mkdtemp(prefix="saywrite-sway-"))
    folder.chmod(0o700)
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
    try:
        yield Sway(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
