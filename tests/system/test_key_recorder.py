"""What the recorder in the settings takes, the grab takes: every key of an X keyboard in several layouts, for real."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.system.lab.desktop import LIMIT_S, Desktop, desktop, wait_for
from tests.system.lab.keyboard import Keyboard
from Xlib.display import Display

from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.hotkeys.x11 import X11Keyboard as Grips
from saywrite.desktop.insertion.x11.xkb import Xkb

ESCAPE = 9
NO_KEYS = range(203, 208), range(92, 93)
"""Codes by which layouts set modifiers; no keyboard sends them."""


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with desktop() as made:
        yield made


class Recorder:
    """`tests/system/lab/recorder.py`, and what it printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = process
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def next(self, limit_s: float = LIMIT_S) -> str:
        return self.lines.get(timeout=limit_s)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.put(line.strip())

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()


@contextmanager
def recorder(screen: Desktop) -> Iterator[Recorder]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.system.lab.recorder"],
        env={**os.environ, **screen.env, "XKB_DEFAULT_LAYOUT": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    made = Recorder(process)
    try:
        assert made.next() == "ready"
        screen.window("key-recorder")
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert made.next() == "recording"
        yield made
    finally:
        made.close()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()


@pytest.mark.parametrize("layout", ["us", "de"])
def test_every_key_that_the_recorder_takes_is_one_the_grab_takes(layout: str, screen: Desktop) -> None:
    keyboard = Keyboard(screen)
    keyboard.layout(layout)
    display = Display(screen.env["DISPLAY"])
    grips = Grips(display)
    taken: dict[int, str] = {}
    try:
        with recorder(screen) as shown:
            for code, levels in Xkb(display).key_map().items():
                if not levels or code == ESCAPE or any(code in each for each in NO_KEYS):
                    continue
                keyboard.strike(f"#{code}")
                try:
                    answer, _, words = shown.next(2.0).partition(" ")
                except queue.Empty:
                    continue  # a lock, a dead key: nothing to take
                if answer == "taken":
                    taken[code] = words
                    assert code in {grip.code for grip in grips.grabs_for(parse(words))}, (code, words)
    finally:
        display.close()
        keyboard.layout("us")
        keyboard.close()
    expected = {
        105: "Right Ctrl",
        108: "Right Alt",
        148: "Calculator",
        156: "Launch 1",
        163: "Mail",
        180: "Home Page",
        **{178 + number: f"F{number}" for number in (13, 14, 15, 16, 17, 18, 20, 21, 22, 23)},
    }
    assert expected.items() <= taken.items()


def test_the_thumb_buttons_of_a_mouse_are_taken(screen: Desktop) -> None:
    with recorder(screen) as shown:
        window = screen.window("key-recorder")
        screen.xdotool("mousemove", "--window", window, "60", "50", "click", "8")
        assert shown.next() == "taken Mouse 8"
        screen.xdotool("keydown", "ctrl", "click", "9", "keyup", "ctrl")
        assert shown.next() == "taken Ctrl+Mouse 9"
        wait_for(shown.lines.empty, "more was taken")
