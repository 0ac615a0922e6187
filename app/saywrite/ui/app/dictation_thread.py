"""The thread the dictation runs on. Created on the GUI thread; `run()` is the dictation thread.

No slots: a slot of a QThread subclass would run on the thread that made it, which is the GUI's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from saywrite.foundation.events import Failed

log = logging.getLogger(__name__)

ENDED_WHAT = "The dictation stopped working because of an error in Saywrite. What was recorded is on disk."
ENDED_REMEDY = "Start Saywrite again; it offers the recording. Help > Copy diagnostics helps us to find the cause."


class DictationThread(QThread):
    """Runs the dictation's loop. `told` carries every event to the front end, on any thread, in order."""

    told = Signal(object)
    """One `events.FrontEndEvent`. Its `emit` is the `tell` the dictation is made with."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dictation")
        self.loop: Callable[[], None] | None = None
        """The dictation's `run`; set once, before `start()`."""

    def run(self) -> None:
        threading.current_thread().name = self.objectName()  # Python, and so the log, does not know Qt's name
        if self.loop is None:
            log.error("the dictation thread was started without a loop")
            return
        try:
            self.loop()
        except Exception:  # the outermost edge of this thread
            log.exception("the dictation thread ended with an error")
            self.told.emit(Failed("", ENDED_WHAT, ENDED_REMEDY, fatal=True))
