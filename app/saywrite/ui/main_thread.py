"""Jobs that only the main thread may do, for those who are on another one. Made on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot


class MainThread(QObject):
    _wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._wanted.connect(self._run)

    def do(self, job: Callable[[], None]) -> None:
        """Run it on the GUI thread soon; at once, if that is where this is called. Any thread."""
        self._wanted.emit(job)

    @Slot(object)
    def _run(self, job: Callable[[], None]) -> None:
        job()
