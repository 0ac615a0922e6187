"""The window as a user meets it: how soon it is painted, what it costs while idle and while recording.

A bare PySide6 main window runs beside it, so that the load of the machine counts for both. The history with 10,000
dictations is in `bench_history`, the transcript with 100,000 segments in `bench_transcript`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import rig
from table import Row, amount

STARTS = amount(11, 3, 1)
IDLE_S = amount(20, 5, 1)
RECORD_S = amount(20, 5, 2)


def measure() -> list[Row]:
    desktop, sound = rig.lab("desktop"), rig.lab("sound")
    with (
        desktop.desktop() as screen,
        sound.sound_lab(("desk:48000:1",)) as lab,
        tempfile.TemporaryDirectory() as folder,
    ):
        # An installation has bytecode: the first start, which is not counted, writes it.
        bytecode = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode")}
        environment = {**screen.env, **lab.env, **bytecode}
        pairs = [
            (_painted(Path(folder) / str(number), environment), _bare(environment)) for number in range(STARTS + 1)
        ][1:]
        painted, bare = [ours for ours, _ in pairs], [theirs for _, (theirs, _) in pairs]
        plain_mb = median(memory for _, (_, memory) in pairs)
        return [
            Row.of("process start to window painted", painted, "s", 0.8),
            Row.of("process start to a bare PySide6 window painted", bare, "s"),
            Row("start, times the bare window", median(painted) / median(bare), "×", 2.5, len(pairs)),
            Row("memory of a bare PySide6 window (RSS)", plain_mb, "MB", None, len(pairs)),
            *_costs(Path(folder), environment, screen, lab, plain_mb),
        ]


BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Bare(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, lambda: print("painted", flush=True))
app = QApplication([])
window = Bare()
window.resize(1040, 700)
window.show()
app.exec()
"""


def _bare(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until a main window without content is painted, and its memory in megabytes."""
    began = time.monotonic()
    command = [sys.executable, "-c", BARE]
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        painted, memory = time.monotonic() - began, rig.memory_mb(process.pid)
        process.terminate()
    return painted, memory


def _painted(folder: Path, environment: dict[str, str]) -> float:
    with rig.window(folder, environment) as window:
        return window.wait_for("window painted") - window.began


class Costs(NamedTuple):
    """What one run of the window cost: percent of a core, and megabytes."""

    idle: float
    silent: float
    speaking: float
    first_mb: float
    again_mb: float
    worker_mb: float


def _costs(folder: Path, environment: dict[str, str], screen: Any, lab: Any, plain_mb: float) -> list[Row]:
    speech = rig.lab("window").recordings(folder)["two_cities"]
    runs = [_cost(folder / f"cost{number}", environment, screen, lab, speech) for number in range(amount(3, 1, 1))]
    idle, silent, speaking, first, again, worker = (list(column) for column in zip(*runs, strict=True))
    return [
        Row.of("CPU of the window, idle", idle, "% of a core", 0.3),
        Row.of("CPU of the window, recording, waveform shown", silent, "% of a core", 6),
        Row.of("the same, while somebody speaks: 60 pictures per second", speaking, "% of a core"),
        Row.of("memory of the window's process (RSS), recording", first, "MB", 150),
        Row("memory recording, times the bare window", median(first) / plain_mb, "×", 2.5, len(first)),
        Row("memory in the second recording, times the bare window", median(again) / plain_mb, "×", None, len(again)),
        Row.of("memory of the recognizer's process (RSS)", worker, "MB"),
    ]


def _cost(folder: Path, environment: dict[str, str], screen: Any, lab: Any, speech: Path) -> Costs:
    with rig.window(folder, environment) as window:
        window.wait_for("engine local ready")
        pid = window.process.pid
        rig.cpu_share(pid, 3)
        idle = rig.cpu_share(pid, IDLE_S)
        screen.window("Saywrite")
        screen.key("F9")
        window.wait_for("state listening")
        rig.cpu_share(pid, 2)
        silent, first_mb = rig.cpu_share(pid, RECORD_S), rig.memory_mb(pid)
        child = rig.worker_of(pid)
        worker_mb = rig.memory_mb(child.pid) if child else 0.0
        speaking = _while_speaking(lab, speech, pid)
        screen.key("F9")
        window.wait_for("state idle")
        screen.key("F9")
        rig.cpu_share(pid, 3)
        return Costs(idle, silent, speaking, first_mb, rig.memory_mb(pid), worker_mb)


def _while_speaking(lab: Any, speech: Path, pid: int) -> float:
    """The CPU while the recording is played into the microphone again and again."""
    over = threading.Event()

    def speak() -> None:
        while not over.is_set():
            lab.play("desk", speech)

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        rig.cpu_share(pid, 2)
        return rig.cpu_share(pid, RECORD_S)
    finally:
        over.set()
        speaker.join()
