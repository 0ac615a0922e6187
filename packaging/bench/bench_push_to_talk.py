"""Push-to-talk with the real program: from the key to the first sound, and from its release to the text in a program.

The text's time is counted beyond the engine's own: from the moment the recognizer is done (the dictation's state goes
idle in the log) to the moment another program has the text.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import rig
from table import Row, amount

sys.path.insert(0, str(rig.ROOT))

HOLDS = amount(10, 3, 1)
CHORD = ("Control_L", "Alt_L", "space")
LIMIT_S = 30.0


def measure() -> list[Row]:
    seats = importlib.import_module("tests.system.lab.window")
    targets = importlib.import_module("tests.system.lab.targets")
    hands = importlib.import_module("tests.system.lab.keyboard")
    os.chdir(rig.ROOT)  # the other program is a module of the tests
    first, whole, beyond = [], [], []
    with tempfile.TemporaryDirectory() as folder, seats.room(["desk:48000:1"]) as desk:
        spoken = seats.recordings(Path(folder))["weather"]
        home = Path(folder) / "home"
        with seats.window(desk, home, 'hotkey_mode = "hold"\n') as saywrite, targets.editor(desk.screen) as program:
            fingers = hands.Keyboard(desk.screen)
            for _ in range(HOLDS + 1):
                program.clear()
                seen: set[Path] = set((home / "data" / "recordings").glob("*/audio.pcm"))
                pressed = time.perf_counter()
                for name in CHORD:
                    fingers.down(name)
                first.append(1000 * (_first_byte(home / "data" / "recordings", seen) - pressed))
                saywrite.wait_state("listening")
                desk.sound.play("desk", spoken)
                known = len(saywrite.lines)
                for name in reversed(CHORD):
                    fingers.up(name)
                released = time.time()
                there = _text(program.text)
                done = _logged(saywrite.wait_log("state idle", since=known))
                whole.append(1000 * (there - released))
                beyond.append(1000 * (there - done))
                threading.Event().wait(1.0)
            fingers.close()
    return [
        Row.of("key down to first sound in the journal", first[1:], "ms"),
        Row.of("key up to the text in another program (250 ms of it: the tail)", whole[1:], "ms"),
        Row.of("of it beyond the engine's own time", beyond[1:], "ms", 60),
    ]


def _first_byte(recordings: Path, seen: set[Path]) -> float:
    deadline = time.perf_counter() + LIMIT_S
    while time.perf_counter() < deadline:
        if any(path not in seen and path.stat().st_size for path in recordings.glob("*/audio.pcm")):
            return time.perf_counter()
        time.sleep(0.0005)
    raise TimeoutError("no sound in the journal")


def _text(read: Callable[[], str]) -> float:
    """Wall-clock time at which `read` gives words."""
    deadline = time.time() + LIMIT_S
    while time.time() < deadline:
        if read().strip():
            return time.time()
        time.sleep(0.001)
    raise TimeoutError("no text")


def _logged(line: str) -> float:
    """The time that stands before a line of the log."""
    found = re.match(r"\S+ \S+", line)
    assert found is not None
    return datetime.strptime(found[0], "%Y-%m-%d %H:%M:%S.%f").astimezone().timestamp()
