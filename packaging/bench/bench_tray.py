"""Idle in the tray: what Saywrite costs while nobody dictates and no window is shown.

Wakeups are the times the kernel put one of its threads back to work by its own will (voluntary context switches), those
of the recognizer's child process aside.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import rig
from table import Row, amount

IDLE_S = amount(60, 10, 1)
SETTLE_S = amount(15, 5, 1)


def measure() -> list[Row]:
    desktop, sound, tray = rig.lab("desktop"), rig.lab("sound"), rig.lab("tray")
    with (
        desktop.desktop() as screen,
        sound.sound_lab(("desk:48000:1",)) as lab,
        tempfile.TemporaryDirectory() as name,
    ):
        folder = Path(name)
        with tray.panel(screen, folder) as panel:
            panel.start()
            return _costs(folder, {**screen.env, **lab.env}, panel)


def _costs(folder: Path, environment: dict[str, str], panel: object) -> list[Row]:
    settings = folder / "program" / "config" / "saywrite.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("start_hidden = true\n")
    runs = amount(3, 1, 1)
    cpu, wakeups, memory = [], [], []
    with rig.window(folder / "program", environment) as window:
        window.wait_for("tray icon shown")
        window.wait_for("engine local ready")
        pid = window.process.pid
        rig.cpu_share(pid, SETTLE_S)
        for _ in range(runs):
            before = _switches(pid)
            cpu.append(max(0.0, round(rig.cpu_share(pid, IDLE_S), 4)))
            after = _switches(pid)
            wakeups.append(sum(after[task] - before[task] for task in after.keys() & before.keys()) / IDLE_S)
            memory.append(rig.memory_mb(pid))
    return [
        Row.of("CPU in the tray, idle", cpu, "% of a core", 0.1),
        Row.of("wakeups in the tray, idle", wakeups, "1/s"),
        Row.of("memory in the tray (RSS)", memory, "MB", 150),
    ]


def _switches(pid: int) -> dict[str, int]:
    """Voluntary context switches of every thread so far."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        lines = (task / "status").read_text().splitlines()
        found[task.name] = sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
    return found
