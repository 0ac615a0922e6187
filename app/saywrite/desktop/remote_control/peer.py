"""Which user is at the other end of a local socket, as the kernel knows it. Any thread."""

from __future__ import annotations

import _socket
import sys

_LOCAL_PEERCRED = 1  # macOS, sys/un.h; its level SOL_LOCAL is 0
_UCRED = 12  # bytes of Linux's struct ucred: pid, uid, gid
_XUCRED = 76  # bytes of macOS's struct xucred: version, uid, number of groups, 16 groups


def peer_uid(connection: _socket.socket) -> int | None:
    """The user id of the process at the other end; None where the system does not report it.

    Raises OSError.
    """
    if sys.platform == "linux":
        credentials = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, _UCRED)
    elif sys.platform == "darwin":
        credentials = connection.getsockopt(0, _LOCAL_PEERCRED, _XUCRED)
    else:
        return None
    return int.from_bytes(credentials[4:8], sys.byteorder)  # in both structures the user id is the second word
