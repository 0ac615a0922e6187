"""Takes commands at the door, one thread for all who come; it sleeps until somebody does.

Whoever comes says one line, gets one line, and is let go. Who says nothing, half of it, too much or rubbish is let go
too, and keeps nobody waiting: the thread never waits for one connection. `answer` is called on this thread.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from saywrite.desktop.remote_control.protocol import LIMIT
from saywrite.desktop.remote_control.request import Answer, ControlRequest, format_answer, parse_request, refusal
from saywrite.desktop.remote_control.server_socket import ServerSocket
from saywrite.foundation.errors import ControlRefused

log = logging.getLogger(__name__)

PATIENCE_S = 2.0
"""Seconds in which a whole command has to be there."""

AT_ONCE = 64
"""Connections that may be open; for one more the oldest has to go."""

_PAUSE_S = 0.2
"""Seconds without a look at the door when the process has no file descriptor left."""

_STOP_LIMIT_S = 2.0


class ControlServer:
    """Serves a door from `start()` to `stop()`."""

    def __init__(self, server_socket: ServerSocket, answer: Callable[[ControlRequest], Answer]) -> None:
        self._server_socket = server_socket
        self._answer = answer
        self.leaving: list[socket.socket] = []
        """Who asked for the end of the program: closed by the system, with the process, which is how they see it."""
        self._visitors: dict[socket.socket, _Visitor] = {}  # in the order they came
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._open_again: float | None = None
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._selector.register(server_socket.socket, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="remote control", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let everybody go and close the door."""
        self._wake.close()
        self._thread.join(_STOP_LIMIT_S)
        if self._thread.is_alive():
            log.error("the remote control did not end")
        self._server_socket.close()

    def _run(self) -> None:
        try:
            while self._serve():
                pass
        except Exception:  # the outermost edge of this thread
            log.exception("the remote control stopped working")
        finally:
            for visitor in list(self._visitors):
                self._let_go(visitor)
            self._selector.close()
            self._woken.close()

    def _serve(self) -> bool:
        """Wait for something, do it; False when it is time to stop."""
        for key, _ in self._selector.select(self._pause()):
            if key.fileobj is self._woken:
                return False
            if key.fileobj is self._server_socket.socket:
                self._welcome()
            elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._visitors:
                self._hear(key.fileobj)
        self._tidy(time.monotonic())
        return True

    def _pause(self) -> float | None:
        due = [visitor.until for visitor in self._visitors.values()][:1]
        due += [] if self._open_again is None else [self._open_again]
        return max(min(due) - time.monotonic(), 0.0) if due else None

    def _tidy(self, now: float) -> None:
        for connection, visitor in list(self._visitors.items()):
            if visitor.until > now:
                break
            self._let_go(connection)
        if self._open_again is not None and now >= self._open_again:
            self._open_again = None
            self._selector.register(self._server_socket.socket, selectors.EVENT_READ)

    def _welcome(self) -> None:
        try:
            connection, _ = self._server_socket.socket.accept()
        except BlockingIOError:
            return
        except ConnectionError:
            return  # gone before we came to the door
        except OSError as error:
            self._make_room(error)
            return
        if not self._server_socket.authorize_peer(connection):
            log.info("a command of another user was refused")
            connection.close()
            return
        connection.setblocking(False)
        if len(self._visitors) >= AT_ONCE:
            self._let_go(next(iter(self._visitors)))
        self._visitors[connection] = _Visitor(time.monotonic() + PATIENCE_S)
        self._selector.register(connection, selectors.EVENT_READ)
        self._hear(connection)  # what it has to say usually came with it

    def _make_room(self, error: OSError) -> None:
        """No file descriptor is left: let somebody go, or look away for a moment instead of spinning."""
        log.info("nobody can be let in: %s", error.strerror)
        if self._visitors:
            self._let_go(next(iter(self._visitors)))
        else:
            self._selector.unregister(self._server_socket.socket)
            self._open_again = time.monotonic() + _PAUSE_S

    def _hear(self, connection: socket.socket) -> None:
        said = self._visitors[connection].said
        try:
            more = connection.recv(LIMIT)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        said += more
        line, newline, _ = said.partition(b"\n")
        if newline:
            self._reply(connection, bytes(line))
        elif len(said) >= LIMIT:
            self._reply(connection, bytes(said) + b" ")  # one byte too long to be a command
        elif not more:
            self._let_go(connection)

    def _reply(self, connection: socket.socket, line: bytes) -> None:
        stays = False
        try:
            request = parse_request(line)
            if not self._server_socket.check_token(request.token):
                raise ControlRefused("The command does not come from this user.")
            stays = request.verb == "quit"
            answer = self._answer(request)
        except ControlRefused as error:
            answer = refusal(error)
        except Exception:  # the outermost edge of one command: the next one is served
            log.exception("a command failed")
            answer = refusal(ControlRefused("Something went wrong inside Saywrite.", "Its log says what."))
        with suppress(OSError):  # BlockingIOError too: who does not read does not want to know
            connection.send(format_answer(answer))
        self._let_go(connection, stays=stays)

    def _let_go(self, connection: socket.socket, *, stays: bool = False) -> None:
        del self._visitors[connection]
        self._selector.unregister(connection)
        if stays:
            self.leaving.append(connection)
        else:
            connection.close()


class _Visitor:
    """`until`: monotonic time by which it has to have said everything; `said`: what it said so far."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.said = bytearray()
