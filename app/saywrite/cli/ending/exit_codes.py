"""Turns whatever ends a command into its exit code (the contract of the README). Main thread.

Every command for the running window loads this module, so it imports the exceptions only when one was raised.
"""

from __future__ import annotations

import errno
import sys

from saywrite.cli.ending.interrupts import INTERRUPTED, Interrupted
from saywrite.cli.ending.streams import discard, flush_output, prepare_streams, tell, unwritable

TYPE_CHECKING = False  # the name that type checkers know, without loading `typing`
if TYPE_CHECKING:
    from collections.abc import Callable

DONE, FAILED, USAGE, NO_INSTANCE = 0, 1, 2, 3

_WRITING = frozenset(
    getattr(errno, name, errno.EPIPE)  # Windows lacks some
    for name in ("EPIPE", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "EBADF", "EINVAL", "EAGAIN", "ENXIO")
)
"""What writing to standard output fails with. Other errors without a file name, such as EMFILE, are not its fault."""


def run_to_exit_code(command: Callable[[], int]) -> int:
    """Run `command` and return its exit code.

    A problem is written to standard error as a sentence. What the command printed is flushed before this returns.
    """
    prepare_streams()
    try:
        code = _run(command)
        flush_output()
    except (Interrupted, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        if error.filename is not None or error.errno not in _WRITING:
            raise
        discard(sys.stdout)  # a `print` to a full disk or to a pipe that was closed
        tell(f"saywrite: {unwritable(error)}")
        return FAILED
    except Exception as error:  # noqa: BLE001 - the outermost edge of the main thread
        return _exit_code_of(error)
    return code


def _run(command: Callable[[], int]) -> int:
    try:
        return command()
    except SystemExit as ended:  # argparse: --help, --version, wrong usage
        return ended.code if isinstance(ended.code, int) else DONE


def _exit_code_of(error: Exception) -> int:
    """Report one of our own errors and return its exit code; raise any other error again."""
    from saywrite.foundation.errors import NotRunning, SaywriteError

    if not isinstance(error, SaywriteError):
        raise error
    tell(f"saywrite: {error}")
    return NO_INSTANCE if isinstance(error, NotRunning) else FAILED
