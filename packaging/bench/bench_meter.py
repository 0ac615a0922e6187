"""How old the level is that the meter shows, also right after the GUI stood still for a second."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from table import Row, amount

if TYPE_CHECKING:
    from saywrite.audio.levels import LatestLevel
    from saywrite.foundation.events import Level

SECONDS = amount(20, 3, 1)
BLOCK_S = 0.02


class Watched:
    """A `LatestLevel` that notes how old each level is when the meter takes it."""

    def __init__(self) -> None:
        from saywrite.audio.levels import LatestLevel

        self.slot = LatestLevel()
        self.ages: list[float] = []

    def take(self) -> Level | None:
        level = self.slot.take()
        if level is not None:
            self.ages.append(1000 * (time.monotonic() - level.at))
        return level


def measure() -> list[Row]:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from saywrite.ui.widgets.level_meter import LevelMeter

    application = QApplication([])
    watched = Watched()
    meter = LevelMeter(watched.take)
    meter.resize(400, 24)
    meter.show()
    meter.set_recording(True)
    over = threading.Event()
    sound = threading.Thread(target=_speak, args=(watched.slot, over))
    sound.start()
    steady: list[float] = []

    def stand_still() -> None:
        steady.extend(watched.ages[5:])
        time.sleep(1.0)  # the GUI thread; sound goes on
        watched.ages.clear()
        QTimer.singleShot(300, application.quit)

    QTimer.singleShot(SECONDS * 1000, stand_still)
    application.exec()
    over.set()
    sound.join()
    return [
        Row.of("age of the level the meter shows", steady, "ms", 40),
        Row("the same, first value after the GUI stood still for 1 s", watched.ages[0], "ms", 40),
    ]


def _speak(slot: LatestLevel, over: threading.Event) -> None:
    """A block of 20 ms at a time, as the dictation thread measures them."""
    from saywrite.audio.levels import measure as level_of

    block = bytes(range(256)) * 2 + bytes(128)
    while not over.wait(BLOCK_S):
        slot.put(level_of(block, time.monotonic()))
