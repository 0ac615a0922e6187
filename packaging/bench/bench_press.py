"""From the press to the first sound in the journal, against the device's own start in the same run."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import rig
from table import Row, amount

PRESSES = amount(25, 5, 1)
BLOCK = 960
"""Frames: 20 ms at 48,000 Hz, as the microphone opens it."""


def measure() -> list[Row]:
    sound = rig.lab("sound")
    with sound.sound_lab(("desk:48000:1",)) as lab, sound.inside(lab), tempfile.TemporaryDirectory() as folder:
        own = [_device_start(lab.env) for _ in range(PRESSES + 2)][2:]
        ours = _presses(Path(folder))
    own_ms, ours_ms = [1000 * one for one in own], [1000 * one for one in ours]
    beyond = [one - sorted(own_ms)[len(own_ms) // 2] for one in ours_ms]
    return [
        Row.of("the device's own start (open to first block)", own_ms, "ms"),
        Row.of("press to first sound in the journal, warm", ours_ms, "ms"),
        Row.of("beyond the device's own start", beyond, "ms", 45),
    ]


def _device_start(environment: dict[str, str]) -> float:
    """The bare library: open the server's device, wait for the first block."""
    import sounddevice

    first = threading.Event()
    index = next(d["index"] for d in sounddevice.query_devices() if d["name"] == "pulse")
    began = time.perf_counter()
    with sounddevice.RawInputStream(
        samplerate=48_000, channels=1, dtype="int16", device=index, blocksize=BLOCK, callback=lambda *_: first.set()
    ):
        assert first.wait(10)
        return time.perf_counter() - began


def _presses(folder: Path) -> list[float]:
    """The whole application without its window; the time until the file in the recordings has its first byte."""
    from saywrite.dictation.api import Dictation
    from saywrite.dictation.assembly import RunOptions, ServiceContext, assemble
    from saywrite.dictation.inbox import Inbox
    from saywrite.foundation.events import Finished
    from saywrite.foundation.paths import default_paths
    from saywrite.foundation.program import worker_command
    from saywrite.speech.network.network import Network
    from saywrite.storage.settings.keyring import LateSecrets
    from saywrite.storage.settings.schema import Settings

    paths = default_paths(folder / "config", folder / "data")
    over = threading.Event()

    def tell(event: object) -> None:
        if isinstance(event, Finished):
            over.set()

    inbox = Inbox()
    settings, wishes = Settings(keep_recordings_days=-1), RunOptions(worker_command, paths.data)
    means = ServiceContext(LateSecrets(), Network(), {})
    dictation = Dictation(inbox, lambda: assemble(inbox, paths, settings, (), tell, wishes, means))
    thread = threading.Thread(target=dictation.run)
    thread.start()
    taken = []
    seen: set[Path] = set()
    for _ in range(PRESSES + 2):
        threading.Event().wait(0.3)
        over.clear()
        began = time.perf_counter()
        dictation.start()
        taken.append(_first_byte(paths.recordings, seen) - began)
        dictation.stop()
        assert over.wait(30)
    dictation.quit()
    thread.join(10)
    return taken[2:]


def _first_byte(recordings: Path, seen: set[Path]) -> float:
    deadline = time.perf_counter() + 10
    while time.perf_counter() < deadline:
        for path in recordings.glob("*/audio.pcm"):
            if path not in seen and path.stat().st_size:
                seen.add(path)
                return time.perf_counter()
        time.sleep(0.0005)
    raise TimeoutError("no sound in the journal")
