"""The socket at which the running window takes commands: made safely, closed to others, removed at the end.

A Unix domain socket in the runtime folder (0600 in a folder of 0700, and the kernel names who connects). On Windows a
port of the loopback interface; there a token, readable only to this user, says that the one who asks may.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import secrets
import socket
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from saywrite.desktop.remote_control.peer import peer_uid
from saywrite.desktop.remote_control.runtime_folder import runtime_folder
from saywrite.foundation.errors import ControlRefused

BACKLOG = 128
"""Connections the kernel keeps until they are accepted: who comes while the window is being built waits there."""

_NAME_LENGTH = 16


class ServerSocket:
    """Use `open_door`. `address` and `token` are what the instance file says to those who ask."""

    def __init__(self, listening: socket.socket, address: str, *, uid: int | None = None, token: str = "") -> None:
        """`uid`: the only user who may come in, where the system tells who comes; else the `token` decides."""
        self.socket = listening
        self.address = address
        self.token = token
        self._uid = uid

    def authorize_peer(self, connection: socket.socket) -> bool:
        """May whoever connected there say anything at all?"""
        if self._uid is None:
            return True
        try:
            return peer_uid(connection) in (self._uid, None)
        except OSError:
            return False

    def check_token(self, token: str) -> bool:
        """Is this the token that the instance file holds (where one is needed)?"""
        return not self.token or hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())

    def close(self) -> None:
        """Take no more connections and leave nothing behind. May be called twice."""
        self.socket.close()
        if self._uid is not None:
            with suppress(OSError):
                Path(self.address).unlink(missing_ok=True)


def open_server_socket(data: Path, environ: Mapping[str, str]) -> ServerSocket:
    """Listen for the instance of this data folder, whose lock the caller holds.

    Raises ControlRefused when the place is not safe, and OSError.
    """
    if sys.platform == "win32":
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        return _listen(ServerSocket(listening, "", token=secrets.token_urlsafe(24)), ("127.0.0.1", 0))
    else:  # noqa: RET505 - each system's type checker sees its own branch
        return open_server_socket_at(_path(data, environ, os.geteuid()), os.geteuid())


def open_server_socket_at(path: Path, uid: int) -> ServerSocket:
    """A socket for `uid` at `path`; one that a killed instance left there is replaced. Raises as `open_door`, and
    BlockingIOError when somebody listens there after all (the data folder is on a file system without locks).
    """
    assert sys.platform != "win32"
    with suppress(FileNotFoundError):
        about = path.lstat()
        if not stat.S_ISSOCK(about.st_mode) or about.st_uid != uid:
            raise ControlRefused(
                f"{path} is in the way of Saywrite's socket; commands from other programs are not taken.",
                f"Remove {path}.",
            )
        if _is_alive(path):
            raise BlockingIOError(errno.EADDRINUSE, "somebody listens there")
        path.unlink()
    server_socket = _listen(
        ServerSocket(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), str(path), uid=uid), str(path)
    )
    path.chmod(0o600)
    return server_socket


def _path(data: Path, environ: Mapping[str, str], uid: int) -> Path:
    """One name for one data folder, whatever way leads to it."""
    digest = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:_NAME_LENGTH]
    name = f"{digest}.sock"
    return runtime_folder(environ, uid, len(name)) / name


def _is_alive(path: Path) -> bool:
    assert sys.platform != "win32"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except BlockingIOError:
            return True  # so alive that others wait before us
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
