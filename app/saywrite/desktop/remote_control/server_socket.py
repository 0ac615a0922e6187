"""The socket through which the running window takes commands of its own user only.

A Unix domain socket in the runtime folder (0600 in a folder of 0700; the kernel names the user who connects). On
Windows a port of the loopback interface, and a token in a file that only this user can read.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from saywrite.desktop.remote_control.peer import peer_uid
from saywrite.desktop.remote_control.runtime_folder import runtime_folder
from saywrite.foundation.errors import ControlRefused
from saywrite.foundation.messages import message

BACKLOG = 128
"""Connections that the kernel queues until they are accepted, for instance while the window is being built."""


class ServerSocket:
    """A listening socket; see `open_server_socket`. The instance file holds its `address` and `token`."""

    def __init__(self, listening: socket.socket, address: str, *, uid: int | None = None, token: str = "") -> None:
        """`uid`: the only user who may connect, where the system tells the user; else the `token` decides."""
        self.socket = listening
        self.address = address
        self.token = token
        self._uid = uid

    def authorize_peer(self, connection: socket.socket) -> bool:
        """Whether the user at the other end may send commands."""
        if self._uid is None:
            return True
        try:
            return peer_uid(connection) in (self._uid, None)
        except OSError:
            return False

    def check_token(self, token: str) -> bool:
        """Whether this is the token of the instance file, where one is needed."""
        if not self.token:
            return True
        import hmac  # late: it loads OpenSSL, and only Windows has a token

        return hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())

    def close(self) -> None:
        """Stop listening and remove the socket's file. May be called twice."""
        self.socket.close()
        if self._uid is not None:
            with suppress(OSError):
                Path(self.address).unlink(missing_ok=True)


def open_server_socket(data: Path, environ: Mapping[str, str]) -> ServerSocket:
    """Listen for commands to the instance of this data folder, whose lock the caller holds.

    Raises ControlRefused when the runtime folder is not safe, and OSError.
    """
    if sys.platform == "win32":
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        return _listen(ServerSocket(listening, "", token=os.urandom(24).hex()), ("127.0.0.1", 0))
    else:  # noqa: RET505 - each system's type checker sees its own branch
        return open_server_socket_at(_path(data, environ, os.geteuid()), os.geteuid())


def open_server_socket_at(path: Path, uid: int) -> ServerSocket:
    """Listen for `uid` at `path`, and replace the socket that a killed instance left there.

    Raises as `open_server_socket`, and BlockingIOError when another process listens there (the data folder is on a
    file system without locks).
    """
    assert sys.platform != "win32"
    with suppress(FileNotFoundError):
        about = path.lstat()
        if not stat.S_ISSOCK(about.st_mode) or about.st_uid != uid:
            raise ControlRefused(
                message(
                    "{path} is where Saywrite's socket should be; commands from other programs are not taken.",
                    path=path,
                ),
                message("Remove {path}.", path=path),
            )
        if _is_alive(path):
            raise BlockingIOError(errno.EADDRINUSE, "another process listens there")
        path.unlink()
    server_socket = _listen(
        ServerSocket(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), str(path), uid=uid), str(path)
    )
    path.chmod(0o600)
    return server_socket


def _path(data: Path, environ: Mapping[str, str], uid: int) -> Path:
    """The path of the socket for a data folder; links to the folder give the same path."""
    name = f"{zlib.crc32(os.fsencode(data.resolve())):08x}.sock"  # hashlib would load OpenSSL at each start
    return runtime_folder(environ, uid, len(name)) / name


def _is_alive(path: Path) -> bool:
    assert sys.platform != "win32"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except BlockingIOError:
            return True  # it listens, and its queue is full
        except OSError:
            return False
    return True


def _listen(server_socket: ServerSocket, where: str | tuple[str, int]) -> ServerSocket:
    try:
        server_socket.socket.bind(where)
        server_socket.socket.listen(BACKLOG)
        server_socket.socket.setblocking(False)
    except OSError:
        server_socket.socket.close()
        raise
    if isinstance(where, tuple):
        server_socket.address = str(server_socket.socket.getsockname()[1])
    return server_socket
