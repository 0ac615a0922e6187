"""A Wayland desktop of its own without a screen: Sway on wlroots' headless backend."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.system.lab.desktop import LIMIT_S, wait_for

from saywrite.desktop.insertion.wayland.virtual_keyboard import CTRL, VirtualKeyboard
from saywrite.desktop.insertion.wayland.wire_protocol import Wire

CONFIG = """
xwayland disable
output HEADLESS-1 resolution 1280x800 position 0 0
focus_follows_mouse no
exec_always echo "$WAYLAND_DISPLAY $SWAYSOCK" > {folder}/ready
"""
NOBODY = 65_534
KEYS = {"a": 30, "s": 31, "F5": 63, "Delete": 111}
"""Key codes as in linux/input-event-codes.h."""


class Compositor:
    """Use `sway()`. `env` holds the variables a program needs to appear here."""

    def __init__(self, display: str, control: str) -> None:
        self.display = display
        self.env = {
            "WAYLAND_DISPLAY": display,
            "SWAYSOCK": control,
            "QT_QPA_PLATFORM": "wayland",
            "GDK_BACKEND": "wayland",
            "XDG_SESSION_TYPE": "wayland",
        }

    def run(self, *command: str, data: bytes = b"") -> bytes:
        done = subprocess.run(
            command, env={**os.environ, **self.env}, input=data, capture_output=True, timeout=LIMIT_S, check=False
        )
        return done.stdout

    @contextmanager
    def copied(self, kind: str, data: bytes) -> Iterator[None]:
        """`data` on the clipboard, offered by a program of its own."""
        owner = subprocess.Popen(
            ["wl-copy", "--foreground", "-t", kind],
            env={**os.environ, **self.env},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert owner.stdin is not None
        with owner.stdin as pipe:
            pipe.write(data)
        try:
            wait_for(lambda: self.pasted(kind) == data, "nothing was copied")
            yield
        finally:
            owner.kill()
            owner.wait()

    def pasted(self, kind: str = "text/plain;charset=utf-8") -> bytes:
        return self.run("wl-paste", "--no-newline", "-t", kind)

    def focused(self) -> str:
        """The title of the window with the focus."""

        def search(node: dict) -> str:
            if node.get("focused"):
                return node.get("name") or ""
            return next((found for each in node["nodes"] if (found := search(each))), "")

        return search(json.loads(self.run("swaymsg", "-t", "get_tree")))

    def key(self, *keys: str) -> None:
        """Press keys such as "ctrl+s" or "Delete"."""
        wire = Wire(self.display)
        keyboard = VirtualKeyboard(wire, wire.bind("wl_seat", 1, lambda _opcode, _arguments: None))
        for key in keys:
            *modifiers, name = key.split("+")
            keyboard.keys([{"ctrl": CTRL}[each] for each in modifiers], KEYS[name])
        wire.close()

    def window(self, title: str) -> str:
        """As `Desktop.window`: focus it when it is there."""
        self.focus(title)
        return title

    def focus(self, title: str) -> None:
        """Wait for the window and give it the focus."""

        def there() -> bool:
            self.run("swaymsg", f'[title="{title}"] focus')
            return title in self.focused()

        wait_for(there, f"no window called {title}")


@contextmanager
def sway() -> Iterator[Compositor]:
    """A running compositor. It refuses to run as root, and runs as nobody then."""
    for program in ("sway", "swaymsg", "wtype", "wl-copy"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: apt-get install sway wtype wl-clipboard")
    folder = Path(tempfile.mkdtemp(prefix="saywrite-sway-"))
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    folder.chmod(0o711)
    (folder / "config").write_text(CONFIG.format(folder=folder))
    (folder / "ready").touch()
    command = ["sway", "-c", str(folder / "config")]
    if os.geteuid() == 0:
        os.chown(runtime, NOBODY, NOBODY)
        os.chown(folder / "ready", NOBODY, NOBODY)
        command = [
            *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"),
            *command,
        ]
    log = (folder / "log").open("wb")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")},
        "XDG_RUNTIME_DIR": str(runtime),
        "HOME": str(runtime),
        "WLR_BACKENDS": "headless",
        "WLR_RENDERER": "pixman",
        "WLR_LIBINPUT_NO_DEVICES": "1",
    }
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    keyboard: subprocess.Popen[bytes] | None = None
    try:
        wait_for(lambda: (folder / "ready").read_text().strip(), f"sway did not start: {folder}/log")
        name, control = (folder / "ready").read_text().split()
        made = Compositor(str(runtime / name), control)
        # A keyboard that stays plugged in, as people have one: else the keys of one that goes away are dropped.
        keyboard = subprocess.Popen(
            ["wtype", "-s", "3600000", "-k", "F12"],
            env={**os.environ, **made.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        yield made
    finally:
        if keyboard is not None:
            keyboard.kill()
            keyboard.wait()
        process.terminate()
        process.wait(LIMIT_S)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
