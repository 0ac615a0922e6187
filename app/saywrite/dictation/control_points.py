"""Where commands are taken while the window runs: its socket and the session bus. Called on the GUI thread."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable

from saywrite.desktop.control_bus import ControlBus
from saywrite.desktop.control_door import Door
from saywrite.desktop.control_listener import Listener
from saywrite.desktop.control_message import Answer, Request

log = logging.getLogger(__name__)


class ControlPoints:
    """Opened when the dictation can be posted to, closed first when the program ends."""

    def __init__(self, door: Door | None, answer: Callable[[Request], Answer]) -> None:
        """`answer` is called on the threads of the points. No door: nothing is taken from the command line."""
        self._answer = answer
        self._listener = Listener(door, answer) if door is not None else None
        self._bus: ControlBus | None = None
        self._closed = False

    def open(self) -> None:
        if self._listener is not None:
            self._listener.start()

    def join_bus(self) -> None:
        """Take commands from D-Bus too, where there is one. Loads its library on a thread of its own."""
        if sys.platform == "linux" and not self._closed and self._bus is None:
            self._bus = ControlBus(self._answer, os.environ)
            self._bus.start()

    def close(self) -> None:
        """Take no more commands; may be called twice."""
        self._closed = True
        if self._bus is not None:
            self._bus.stop()
            self._bus = None
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
