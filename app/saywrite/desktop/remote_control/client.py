"""Asks the running window: a socket, one line there, one line back. Loads nothing that is slow. Any thread.

Each command line that drives the window goes through here: done within 60 ms, start of Python included.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from typing import TYPE_CHECKING

from saywrite.desktop.remote_control.instance_record import InstanceRecord, is_held, read_record
from saywrite.desktop.remote_control.peer import peer_uid
from saywrite.desktop.remote_control.protocol import LIMIT, Answer, ControlRequest, format_request, parse_answer
from saywrite.foundation.errors import ControlRefused, NotRunning

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 10.0
"""Longer than a window takes to open on a slow computer: from then on it answers."""

_PAUSE_S = 0.01

END_PATIENCE_S = 20.0
"""Longer than a quitting window takes to put away what it holds."""


def ask(data: Path | str, request: ControlRequest, patience_s: float = PATIENCE_S) -> Answer:
    """The answer of the window with this data folder; after "quit" only once its process is gone.

    Blocks for at most `patience_s`. Raises NotRunning and ControlRefused.
    """
    record = read_record(data)
    if record is None:
        raise not_running()
    if not record.address:
        raise ControlRefused(f"Saywrite is running (process {record.pid}) but takes no commands.", "Its log says why.")
    try:
        with _connected(data, record, patience_s) as connection:
            return exchange(connection, record, request)
    except TimeoutError as error:
        raise ControlRefused(
            f"Saywrite (process {record.pid}) does not answer.",
            f"Try again in a moment; if that does not help, end process {record.pid} and start Saywrite again.",
        ) from error
    except (FileNotFoundError, ConnectionError) as error:
        raise not_running() from error
    except OSError as error:
        raise ControlRefused(f"Saywrite cannot be asked: {error.strerror}.") from error


def not_running() -> NotRunning:
    return NotRunning("Saywrite is not running.", "Start it with: saywrite")


def exchange(connection: socket.socket, record: InstanceRecord, request: ControlRequest) -> Answer:
    """Ask over a connection to the one who wrote the record. Raises as `ask`, ConnectionError and OSError."""
    if request.verb == "show":
        _give_foreground(record.pid)
    connection.sendall(format_request(request._replace(token=record.token)))
    line = _line(connection)
    if not line.endswith(b"\n"):
        raise ConnectionResetError("ended before it answered")
    answer = parse_answer(line)
    if request.verb == "quit":
        connection.settimeout(END_PATIENCE_S)
        _line(connection)  # its end is the end of the process
    return answer


def _connected(data: Path | str, record: InstanceRecord, patience_s: float) -> socket.socket:
    if sys.platform == "win32":
        if not (record.address.isdecimal() and is_held(data)):  # another program may have the port by now
            raise not_running()
        return socket.create_connection(("127.0.0.1", int(record.address)), patience_s)
    else:  # noqa: RET505 - each system's type checker sees its own branch
        return _connected_to_socket(record, patience_s)


def _connected_to_socket(record: InstanceRecord, patience_s: float) -> socket.socket:
    assert sys.platform != "win32"
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(patience_s)
        _connect(connection, record.address, time.monotonic() + patience_s)
        if peer_uid(connection) not in (os.geteuid(), None):
            raise ControlRefused("The Saywrite with this data folder belongs to another user.", "Use --data.")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(connection: socket.socket, address: str, deadline: float) -> None:
    """As the system's `connect`, which does not wait where many others wait to be let in."""
    while True:
        try:
            return connection.connect(address)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError from None
            time.sleep(_PAUSE_S)


def _line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) <= LIMIT and (more := connection.recv(LIMIT)):
        line += more
    return line


def _give_foreground(pid: int) -> None:
    """Windows lets a program come to the front only if the one the user has just started says so."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(pid)
