"""The file in the data folder that only one Saywrite can hold, and what it says about who holds it. Any thread.

The system frees it when its holder dies, however it dies, so what it says may be out of date: who believes it asks at
the address. `flock`, or on Windows `msvcrt.locking` of a byte far behind the text, which stays readable.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path  # not loaded: commands for the running window take less time than that

NAME = "instance.lock"

_LIMIT = 4_096
_FAR = 1 << 30
_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class InstanceRecord(NamedTuple):
    """Who holds the file. `address`: a socket's path, or "port" digits on the loopback; "" when it takes no commands.
    `token`: proves to a port on the loopback that the one who asks can read this file. `display`: where its window is.
    """

    pid: int
    host: str
    address: str
    token: str = ""
    display: str = ""


class InstanceFile:
    """The file, held from here to `release()`."""

    def __init__(self, data: Path | str) -> None:
        """Take it. Raises BlockingIOError when another process holds it, and OSError."""
        self._fd = os.open(f"{data}{os.sep}{NAME}", os.O_CREAT | os.O_RDWR | _BINARY | _NO_LINKS, 0o600)
        try:
            _lock(self._fd)
        except OSError:
            os.close(self._fd)
            raise

    def write(self, address: str, token: str, display: str = "") -> None:
        """Say where this process takes commands, and where its window is."""
        record = InstanceRecord(os.getpid(), socket.gethostname(), address, token, display)
        text = json.dumps(record._asdict()).encode("ascii")
        os.lseek(self._fd, 0, os.SEEK_SET)
        os.write(self._fd, text)
        os.ftruncate(self._fd, len(text))

    def release(self) -> None:
        # The file stays: removing it would let a second holder lock a name that no longer leads here.
        try:
            os.ftruncate(self._fd, 0)
        finally:
            os.close(self._fd)


def read_record(data: Path | str) -> InstanceRecord | None:
    """What the last holder wrote; None when nobody ever did, or nothing that makes sense."""
    try:
        fd = os.open(f"{data}{os.sep}{NAME}", os.O_RDONLY | _BINARY | _NO_LINKS)
    except OSError:
        return None
    try:
        values = json.loads(os.read(fd, _LIMIT))
        record = InstanceRecord(**values)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    finally:
        os.close(fd)
    texts = (record.host, record.address, record.token, record.display)
    return record if isinstance(record.pid, int) and all(map(_encodes, texts)) else None


def _encodes(text: object) -> bool:
    """Whether the system takes it as a path or a name."""
    try:
        return isinstance(text, str) and b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def is_held(data: Path | str) -> bool:
    """Does a process hold it now? Takes it for an instant where nobody does."""
    try:
        InstanceFile(data).release()
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _lock(fd: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(fd, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(error.errno, "held") from error
    else:
        import fcntl

        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            return  # some network file systems have no locks; then only the socket tells that there is another one
