"""Carries out the commands of the remote control and answers them with the status.

Runs on the desktop thread. It never waits for the window, and for the dictation at most `COMMAND_LIMIT_S`.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from saywrite import __version__
from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.remote_control.dbus_service import ControlBus
from saywrite.desktop.remote_control.request import Answer, ControlRequest
from saywrite.desktop.remote_control.server import ControlServer
from saywrite.desktop.remote_control.server_socket import ServerSocket
from saywrite.dictation.api import Dictation
from saywrite.dictation.observers import StatusBoard
from saywrite.foundation.catalog import FORMER_NAMES
from saywrite.foundation.errors import ControlRefused
from saywrite.foundation.events import State
from saywrite.storage.settings.schema import OPTIONS, Settings

COMMAND_LIMIT_S = 0.25
"""Seconds that an answer waits until the dictation has carried out the command, to report its outcome."""

FOR_ONE_DICTATION = ("start", "toggle")


@dataclass(frozen=True, slots=True)
class WindowCalls:
    """What only the window can do. Both return at once, on any thread; `show` takes an activation token."""

    show: Callable[[str], None]
    quit: Callable[[], None]


class RemoteControl:
    """Carries out the commands; `answer` is passed to the socket and to the D-Bus service."""

    def __init__(self, dictation: Dictation, board: StatusBoard, settings: Settings, window: WindowCalls) -> None:
        """`settings`: used until the dictation has its own."""
        self._dictation = dictation
        self._board = board
        self._settings = settings
        self._window = window

    def answer(self, request: ControlRequest) -> Answer:
        """Carry out a command and return the status after it. Raises ControlRefused."""
        request = request._replace(engine=FORMER_NAMES.get(request.engine, request.engine))
        self._check(request)
        match request.verb:
            case "start":
                self._dictation.start(request.engine, request.language, insert=True)
            case "toggle":
                self._dictation.toggle(request.engine, request.language, insert=True)
            case "stop":
                self._dictation.stop()
            case "cancel":
                self._dictation.cancel()
            case "show":
                self._window.show(request.activation)
            case "quit":
                self._window.quit()
        if request.verb in (*FOR_ONE_DICTATION, "stop", "cancel"):
            done = threading.Event()
            self._dictation.after_this(done.set)
            if done.wait(COMMAND_LIMIT_S):
                self._raise_failure(request.verb)
        return self._status()

    def _raise_failure(self, verb: str) -> None:
        """Raise ControlRefused if the dictation could not begin, as far as that is known yet."""
        now = self._board.now
        if verb in FOR_ONE_DICTATION and now.problem and now.state in (State.IDLE, State.FAILED):
            raise ControlRefused(*now.problem)

    def _check(self, request: ControlRequest) -> None:
        for name, value in (("engine", request.engine), ("language", request.language)):
            if value and request.verb not in FOR_ONE_DICTATION:
                raise ControlRefused(f"“{request.verb}” takes no {name}.")
            if value and OPTIONS[name].problem(value):
                raise ControlRefused(f"The running Saywrite does not know this {name}.")

    def _status(self) -> Answer:
        now, settings, plan = self._board.now, self._dictation.settings or self._settings, self._dictation.plan
        running = plan is not None and plan.request.dictation == now.dictation
        return {
            "state": now.state.value,
            "engine": plan.engine if plan and running else settings.engine,
            "language": plan.request.language if plan and running else settings.language,
            "dictation": now.dictation or None,
            "heard_s": now.heard_s,
            "pending_s": now.pending_s,
            "problem": " ".join(now.problem).strip() or None,
            "version": __version__,
            "pid": os.getpid(),
        }


log = logging.getLogger(__name__)


class RemoteServers:
    """The socket and the D-Bus service of the running window.

    Opened when the dictation can be posted to, and closed first when the program ends.
    """

    def __init__(
        self,
        server_socket: ServerSocket | None,
        answer: Callable[[ControlRequest], Answer],
        thread: DesktopThread,
    ) -> None:
        """`answer` is called on `thread`. Without a socket the command line cannot drive this window."""
        self._answer = answer
        self._thread = thread
        self._listener = ControlServer(server_socket, answer, thread) if server_socket is not None else None
        self._bus: ControlBus | None = None
        self._closed = False

    def open(self) -> None:
        if self._listener is not None:
            self._listener.start()

    def join_bus(self) -> None:
        """Take commands from D-Bus too, where there is one. Its library is loaded on the desktop thread."""
        if sys.platform == "linux" and not self._closed and self._bus is None:
            self._bus = ControlBus(self._answer, os.environ, self._thread)
            self._bus.start()

    def close(self) -> None:
        """Stop taking commands. May be called twice."""
        self._closed = True
        if self._bus is not None:
            self._bus.stop()
            self._bus = None
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
