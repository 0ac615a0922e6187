"""The window as a user meets it: how soon it is painted, what it costs while idle and while recording."""

from __future__ import annotations

import tempfile
from pathlib import Path

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
        environment = {**screen.env, **lab.env}
        painted = [_painted(Path(folder) / str(number), environment) for number in range(STARTS + 1)][1:]
        return [
            Row.of("process start to window painted", painted, "s", 0.8),
            *_costs(Path(folder), environment, screen),
        ]


def _painted(folder: Path, environment: dict[str, str]) -> float:
    with rig.window(folder, environment) as window:
        return window.wait_for("window painted") - window.began


def _costs(folder: Path, environment: dict[str, str], screen: object) -> list[Row]:
    runs = amount(3, 1, 1)
    idle, recording, memory, worker = [], [], [], []
    for number in range(runs):
        with rig.window(folder / f"cost{number}", environment) as window:
            window.wait_for("engine local ready")
            pid = window.process.pid
            rig.cpu_share(pid, 3)
            idle.append(rig.cpu_share(pid, IDLE_S))
            screen.window("Saywrite")  # type: ignore[attr-defined]
            screen.key("F9")  # type: ignore[attr-defined]
            window.wait_for("state listening")
            rig.cpu_share(pid, 2)
            recording.append(rig.cpu_share(pid, RECORD_S))
            memory.append(rig.memory_mb(pid))
            child = rig.worker_of(pid)
            worker.append(rig.memory_mb(child.pid) if child else 0.0)
    return [
        Row.of("CPU of the window, idle", idle, "% of a core", 0.3),
        Row.of("CPU of the window, recording, waveform shown", recording, "% of a core", 6),
        Row.of("memory of the window's process (RSS)", memory, "MB", 150),
        Row.of("memory of the recognizer's process (RSS)", worker, "MB"),
    ]
