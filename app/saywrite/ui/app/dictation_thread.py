"""The thread on which the dictation runs. Created on the GUI thread; `run()` is the dictation thread.

It has no slots: a slot of a QThread subclass runs on the thread that created the object, the GUI thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from saywrite.foundation.events import Failed, FrontEndEvent
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

ENDED_WHAT = message("The dictation stopped working because of an error in Saywrite. What was recorded is on disk.")
ENDED_REMEDY = message(
    "Start Saywrite again; it offers the recording. Help > Copy diagnostics helps us to find the cause."
)


class DictationThread(QThread):
    """Runs the loop of the dictation, and carries its events to the GUI thread."""

    event_emitted = Signal(object)
    """A `FrontEndEvent`, in order, from any thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dictation")
        self.loop: Callable[[], None] | None = None
        """`Dictation.run`; set once, before `start()`."""
        self.observe: Callable[[FrontEndEvent], None] = lambda _event: None
        """Takes an event on the caller's thread, before it is emitted; set once, before `start()`."""

    def begin(self, loop: Callable[[], None]) -> None:
        """Start the thread with this loop."""
        self.loop = loop
        self.start()

    def tell(self, event: FrontEndEvent) -> None:
        """Observe an event, then emit it."""
        self.observe(event)
        self.event_emitted.emit(event)

    def run(self) -> None:
        """Run the loop until the dictation quits; report an unexpected end as a failure."""
        threading.current_thread().name = self.objectName()  # Python, and so the log, does not know Qt's name
        if self.loop is None:
            log.error("the dictation thread was started without a loop")
            return
        try:
            self.loop()
        except Exception:  # the outermost edge of this thread
            log.exception("the dictation thread ended with an error")
            self.event_emitted.emit(Failed("", ENDED_WHAT, ENDED_REMEDY, fatal=True))
