"""Answers the commands that come through the socket of the running window. On the desktop thread.

A client sends one line, gets one line, and the connection is closed. A client that sends nothing, an incomplete line,
too much or rubbish is disconnected too, and no client delays another: the thread never waits for one connection.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import suppress

from saywrite.desktop.desktop_thread import DesktopThread, Timer
from saywrite.desktop.remote_control.protocol import LIMIT, format_line
from saywrite.desktop.remote_control.request import Answer, ControlRequest, parse_request, refusal
from saywrite.desktop.remote_control.server_socket import ServerSocket
from saywrite.foundation.errors import ControlRefused
from saywrite.foundation.files import os_error_reason
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

COMMAND_LIMIT_S = 2.0
"""Seconds in which a client has to send its whole command."""

CONNECTIONS = 64
"""Connections that may be open at once; one more closes the oldest."""

_PAUSE_S = 0.2
"""Seconds without accepting connections when the process has no file descriptor left."""


class ControlServer:
    """Serves a socket from `start()` to `stop()`."""

    def __init__(
        self, server_socket: ServerSocket, answer: Callable[[ControlRequest], Answer], thread: DesktopThread
    ) -> None:
        """`answer` is called on `thread`."""
        self._server_socket = server_socket
        self._answer = answer
        self._thread = thread
        self.leaving: list[int] = []
        """Descriptors of clients that asked the program to end: the system closes them with the process.

        Not sockets: the interpreter would close those at its end, seconds before that of the process on a slow system.
        """
        self._clients: dict[socket.socket, _Client] = {}  # in the order in which they connected
        self._reopening: Timer | None = None

    def start(self) -> None:
        self._thread.submit(self._listen)

    def stop(self) -> None:
        """Disconnect every client and close the socket."""
        self._thread.run(self._close_all)
        self._server_socket.close()

    def _listen(self) -> None:
        self._reopening = None
        self._thread.watch(self._server_socket.socket.fileno(), self._accept)

    def _pause_listening(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
            self._reopening = None
        self._thread.unwatch(self._server_socket.socket.fileno())

    def _close_all(self) -> None:
        self._pause_listening()
        for connection in list(self._clients):
            self._disconnect(connection)

    def _accept(self) -> None:
        try:
            connection, _ = self._server_socket.socket.accept()
        except (BlockingIOError, ConnectionError):
            return  # the client has given up already
        except OSError as error:
            self._make_room(error)
            return
        if not self._server_socket.authorize_peer(connection):
            log.info("a command of another user was refused")
            connection.close()
            return
        connection.setblocking(False)
        if len(self._clients) >= CONNECTIONS:
            self._disconnect(next(iter(self._clients)))
        timer = self._thread.call_later(COMMAND_LIMIT_S, lambda: self._disconnect(connection))
        self._clients[connection] = _Client(timer)
        self._thread.watch(connection.fileno(), lambda: self._read(connection))
        self._read(connection)  # the command usually arrives with the connection

    def _make_room(self, error: OSError) -> None:
        """No file descriptor is left: disconnect a client, or stop accepting for a moment instead of spinning."""
        log.info("no connection can be accepted: %s", os_error_reason(error))
        if self._clients:
            self._disconnect(next(iter(self._clients)))
        else:
            self._pause_listening()
            self._reopening = self._thread.call_later(_PAUSE_S, self._listen)

    def _read(self, connection: socket.socket) -> None:
        received = self._clients[connection].received
        try:
            more = connection.recv(LIMIT)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        received += more
        line, newline, _ = received.partition(b"\n")
        if newline:
            self._reply(connection, bytes(line))
        elif len(received) >= LIMIT:
            self._reply(connection, bytes(received) + b" ")  # one byte too long to be a command
        elif not more:
            self._disconnect(connection)

    def _reply(self, connection: socket.socket, line: bytes) -> None:
        is_quit = False
        try:
            request = parse_request(line)
            if not self._server_socket.check_token(request.token):
                raise ControlRefused(message("The command does not come from this user."))
            is_quit = request.verb == "quit"
            answer = self._answer(request)
        except ControlRefused as error:
            answer = refusal(error)
        except Exception:  # the outermost edge of one command: the next one is served
            log.exception("a command failed")
            answer = refusal(
                ControlRefused(message("Something went wrong inside Saywrite."), message("The reason is in its log."))
            )
        with suppress(OSError):  # BlockingIOError too: the client does not read its answer
            connection.send(format_line(answer))
        self._disconnect(connection, keep_open=is_quit)

    def _disconnect(self, connection: socket.socket, *, keep_open: bool = False) -> None:
        self._clients.pop(connection).timer.cancel()
        self._thread.unwatch(connection.fileno())
        if keep_open:
            self.leaving.append(connection.detach())
        else:
            connection.close()


class _Client:
    """A connection that has not sent its whole command yet. `timer` disconnects it."""

    def __init__(self, timer: Timer) -> None:
        self.timer = timer
        self.received = bytearray()
