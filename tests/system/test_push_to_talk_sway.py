"""Push-to-talk where the desktop hears the key: Sway starts our command line, the words stand in the program in front.

Sway runs as another user when the tests run as root; then a script between the two carries its orders over.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.sounds import RATE, frames_of
from tests.system.lab.desktop import LIMIT_S, wait_for
from tests.system.lab.program import folders
from tests.system.lab.sound import SoundLab, sound_lab
from tests.system.lab.targets import editor
from tests.system.lab.wayland import Compositor, sway
from tests.system.lab.window import Window, recordings

from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.hotkeys.manual_binding import DesktopKind, instructions

pytestmark = pytest.mark.system


@contextmanager
def saywrite_on(screen: Compositor, sound: SoundLab, at: Path) -> Iterator[Window]:
    process = subprocess.Popen(
        [sys.executable, "-m", "saywrite", *folders(at), "-v"],
        env={**os.environ, **screen.env, **sound.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    shown = Window(process, screen, None)  # type: ignore[arg-type]  # nobody reads its widgets here
    try:
        shown.wait_log("engine local ready")
        screen.focus("Saywrite")
        yield shown
    finally:
        shown.kill()
        assert process.stderr is not None
        process.stderr.close()


class Messenger:
    """Runs our command line with what Sway wrote into `orders`, one line for each call."""

    def __init__(self, folder: Path, at: Path) -> None:
        self.orders = folder / "orders"
        self.orders.touch()
        self.orders.chmod(0o666)
        self.script = folder / "saywrite"
        self.script.write_text(f'#!/bin/sh\necho "$1" >> {self.orders}\n')
        self.script.chmod(0o755)
        self.codes: list[int] = []
        self._at = at
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(LIMIT_S)

    def _carry(self) -> None:
        while not self._over.wait(0.005):
            for verb in self.orders.read_text().split()[len(self.codes) :]:
                command = [sys.executable, "-m", "saywrite", verb, *folders(self._at)]
                self.codes.append(subprocess.run(command, timeout=LIMIT_S, check=False).returncode)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Open to the user that Sway runs as."""
    made = tmp_path_factory.mktemp("sway")
    for each in (made, *made.parents[: len(made.parents) - 2]):
        each.chmod(each.stat().st_mode | 0o011)
    return made


def test_key_bound_in_sway_dictates_into_the_program_in_front(folder: Path, tmp_path: Path) -> None:
    spoken = recordings(tmp_path)["weather"]
    length_ms = round(1000 * frames_of(spoken) / RATE)
    at = tmp_path / "home"
    with sound_lab(["desk:48000:1"]) as sound, sway() as screen, saywrite_on(screen, sound, at) as saywrite:
        messenger = Messenger(folder, at)
        for line in instructions(DesktopKind.SWAY, parse("F9"), str(messenger.script)).lines:
            screen.run("swaymsg", line)
        with editor(screen) as program, screen.copied("image/png", b"\x89PNG\r\n\x1a\n" + bytes(2_000)):
            hold = subprocess.Popen(
                ["wtype", "-P", "F9", "-s", str(length_ms + 4_000), "-p", "F9"], env={**os.environ, **screen.env}
            )
            saywrite.wait_state("listening")
            sound.play("desk", spoken)
            assert hold.wait(LIMIT_S) == 0
            wait_for(lambda: len(program.text().split()) >= 3, f"no text: {saywrite.lines[-15:]}")
            saywrite.wait_state("idle")
            assert saywrite.states() == ["starting", "listening", "finishing", "idle"]
            assert messenger.codes == [0, 0]
            wait_for(lambda: screen.pasted("image/png")[:4] == b"\x89PNG", "the image did not come back")
        messenger.close()
        # Qt's own, when a window loses the focus on wlroots.
        assert [line for line in saywrite.troubles() if "qt.qpa.wayland.textinput" not in line] == []
