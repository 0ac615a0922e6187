"""The lock file in the data folder: one process at a time holds it and writes where it takes commands. Any thread.

The system releases the lock when its holder dies, however it dies, so the text may be out of date: a reader connects
to the address to find out. `flock`, or on Windows `msvcrt.locking` of a byte far behind the text, which others can
still read. Every command for the running window loads this module, so it imports little.
"""

from __future__ import annotations

import os
import sys
import time

from saywrite.desktop.remote_control.json_object import decode_object, encode_object

TYPE_CHECKING = False  # the name that type checkers know, without loading `typing`
if TYPE_CHECKING:
    from pathlib import Path

NAME = "instance.lock"

_LIMIT = 4_096
_FAR = 1 << 30  # Windows locks bytes for readers, too: this one is behind every record
_QUERY_S = 0.02
_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class InstanceRecord:
    """Which process holds the file. A plain class, because `typing` and `dataclasses` take too long to load.

    `address`: the path of a socket, or the digits of a port of the loopback interface; "" when the process takes no
    commands. `token`: proves to such a port that the client can read this file. `display`: where the window is.
    """

    __slots__ = ("address", "display", "host", "pid", "token")

    def __init__(self, pid: int, host: str, address: str, token: str = "", display: str = "") -> None:
        self.pid = pid
        self.host = host
        self.address = address
        self.token = token
        self.display = display


class InstanceFile:
    """The file, locked by this process until `release()`."""

    def __init__(self, data: Path | str) -> None:
        """Lock the file. Raises BlockingIOError when another process holds it, and OSError.

        A refused lock is tried once more, because a command of another process may be looking (`is_held`).
        """
        self._fd = os.open(f"{data}{os.sep}{NAME}", os.O_CREAT | os.O_RDWR | _BINARY | _NO_LINKS, 0o600)
        try:
            try:
                _lock(self._fd)
            except BlockingIOError:
                time.sleep(_QUERY_S)
                _lock(self._fd)
        except OSError:
            os.close(self._fd)
            raise

    def write(self, address: str, token: str, display: str = "") -> None:
        """Write where this process takes commands, and where its window is."""
        from socket import gethostname

        values = {"pid": os.getpid(), "host": gethostname(), "address": address, "token": token}
        text = encode_object({**values, "display": display}).encode("ascii")
        os.lseek(self._fd, 0, os.SEEK_SET)
        os.write(self._fd, text)
        os.ftruncate(self._fd, len(text))

    def release(self) -> None:
        """Empty the file and unlock it."""
        # It is not removed: a process that waits for this lock would get it on a file that has no name any more.
        try:
            os.ftruncate(self._fd, 0)
        finally:
            self.close()

    def close(self) -> None:
        """Unlock the file and leave its text, which is that of another process."""
        os.close(self._fd)


def read_record(data: Path | str) -> InstanceRecord | None:
    """What the last holder wrote; None if there is no such file or its text makes no sense."""
    try:
        fd = os.open(f"{data}{os.sep}{NAME}", os.O_RDONLY | _BINARY | _NO_LINKS)
    except OSError:
        return None
    try:
        values = decode_object(os.read(fd, _LIMIT))
        record = InstanceRecord(**values or {})  # type: ignore[arg-type]  # checked below
    except (OSError, TypeError):  # TypeError: fields are missing, or there are others
        return None
    finally:
        os.close(fd)
    texts = (record.host, record.address, record.token, record.display)
    return record if isinstance(record.pid, int) and all(map(_encodes, texts)) else None


def _encodes(text: object) -> bool:
    """Whether `text` is one that the system accepts as a path or a name."""
    try:
        return isinstance(text, str) and b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def is_held(data: Path | str) -> bool:
    """Whether a process holds the file now. Locks it for an instant to find out, which a start waits for."""
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
            return  # some network file systems have no locks; there only the socket shows another instance
