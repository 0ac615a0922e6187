"""Sends a command to the running window over its socket and reads the answer. Any thread.

Every command line that drives the window passes through here, and such a command takes at most 60 ms, the start of
Python included. So this module imports little: exceptions are imported when one is raised, and `_socket` replaces
`socket`, whose wrapper in Python takes 12 ms to load and adds nothing that is needed here.
"""

from __future__ import annotations

import _socket
import os
import sys
import time

from saywrite.desktop.remote_control.instance_record import InstanceRecord, is_held, read_record
from saywrite.desktop.remote_control.peer import peer_uid
from saywrite.desktop.remote_control.protocol import LIMIT, format_request, parse_answer
from saywrite.foundation.messages import message

TYPE_CHECKING = False  # the name that type checkers know, without loading `typing`
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from saywrite.desktop.remote_control.request import Answer
    from saywrite.foundation.errors import ControlRefused, NotRunning

ANSWER_LIMIT_S = 10.0
"""Seconds to wait for an answer: a window that is just opening on a slow computer needs less."""

_PAUSE_S = 0.01

QUIT_LIMIT_S = 20.0
"""Seconds to wait for the end of the process after "quit": it stores what it still has in memory first."""


def ask(
    data: Path | str,
    verb: str,
    *,
    engine: str = "",
    language: str = "",
    activation: str = "",
    limit_s: float = ANSWER_LIMIT_S,
) -> Answer:
    """Send a command to the window with this data folder and return its answer.

    After "quit" it returns once the process has ended. The values are those of `ControlRequest`. Blocks for at most
    `limit_s`. Raises NotRunning and ControlRefused.
    """
    record = read_record(data)
    if record is None:
        raise not_running()
    if not record.address:
        raise _refused(
            message("Saywrite is running (process {pid}) but takes no commands.", pid=record.pid),
            message("The reason is in its log."),
        )
    values = {"verb": verb, "engine": engine, "language": language, "activation": activation}
    try:
        connection = _connected(data, record, limit_s)
        try:
            return exchange(connection, record, values)
        finally:
            connection.close()
    except TimeoutError as error:
        raise _refused(
            message("Saywrite (process {pid}) does not answer.", pid=record.pid),
            message(
                "Try again in a moment; if that does not help, end process {pid} and start Saywrite again.",
                pid=record.pid,
            ),
        ) from error
    except (FileNotFoundError, ConnectionError) as error:
        raise not_running() from error
    except OSError as error:
        raise _refused(message("Saywrite cannot be asked: {reason}.", reason=error.strerror)) from error


def not_running() -> NotRunning:
    """The error for a data folder that no window uses."""
    from saywrite.foundation.errors import NotRunning

    return NotRunning(message("Saywrite is not running."), message("Start it with: saywrite"))


def _refused(what: str, remedy: str = "") -> ControlRefused:
    from saywrite.foundation.errors import ControlRefused

    return ControlRefused(what, remedy)


def exchange(connection: _socket.socket, record: InstanceRecord, values: Mapping[str, str]) -> Answer:
    """Send a command over a connection to the process that wrote the record, and read the answer.

    Raises as `ask` does, ConnectionError and OSError.
    """
    if values["verb"] == "show":
        _give_foreground(record.pid)
    connection.sendall(format_request({**values, "token": record.token}))
    line = _read_line(connection)
    if not line.endswith(b"\n"):
        raise ConnectionResetError("the connection ended before the answer")
    answer = parse_answer(line)
    if values["verb"] == "quit":
        connection.settimeout(QUIT_LIMIT_S)
        _read_line(connection)  # the window never closes this connection: the end of its process does
    return answer


def _connected(data: Path | str, record: InstanceRecord, limit_s: float) -> _socket.socket:
    if sys.platform == "win32":
        if not (record.address.isdecimal() and is_held(data)):  # another program may have the port by now
            raise not_running()
        connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        connection.settimeout(limit_s)
        connection.connect(("127.0.0.1", int(record.address)))
        return connection
    else:  # noqa: RET505 - each system's type checker sees its own branch
        return _connected_to_socket(record, limit_s)


def _connected_to_socket(record: InstanceRecord, limit_s: float) -> _socket.socket:
    assert sys.platform != "win32"
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.settimeout(limit_s)
        _connect(connection, record.address, time.monotonic() + limit_s)
        if peer_uid(connection) not in (os.geteuid(), None):
            raise _refused(
                message("The Saywrite with this data folder belongs to another user."), message("Use --data.")
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(connection: _socket.socket, address: str, deadline: float) -> None:
    """Connect; the system's own call fails at once when the queue of the socket is full."""
    while True:
        try:
            return connection.connect(address)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError from None
            time.sleep(_PAUSE_S)


def _read_line(connection: _socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) <= LIMIT and (more := connection.recv(LIMIT)):
        line += more
    return line


def _give_foreground(pid: int) -> None:
    """Allow the window to come to the front: on Windows only the program started last can do so."""
    if sys.platform == "win32":
        import ctypes

        allow = ctypes.WinDLL("user32").AllowSetForegroundWindow
        allow.restype, allow.argtypes = ctypes.c_int, (ctypes.c_ulong,)
        allow(pid)
