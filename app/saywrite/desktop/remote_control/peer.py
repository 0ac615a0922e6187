"""Who is at the other end of a local socket, by the kernel's word. Any thread."""

from __future__ import annotations

import socket
import struct
import sys

_LOCAL_PEERCRED = 1  # macOS, sys/un.h; its level SOL_LOCAL is 0
_XUCRED = 76  # bytes of struct xucred: version, uid, number of groups, 16 groups


def peer_uid(connection: socket.socket) -> int | None:
    """The user id of the process that connected or listens there; None where the system does not tell.

    Raises OSError.
    """
    uid: int | None = None
    if sys.platform == "linux":
        answer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        uid = struct.unpack("3i", answer)[1]
    elif sys.platform == "darwin":
        answer = connection.getsockopt(0, _LOCAL_PEERCRED, _XUCRED)
        uid = struct.unpack_from("2I", answer)[1]
    return uid
