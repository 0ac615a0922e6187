"""The standard streams of a command: UTF-8 in any locale, and a failed write becomes an error. Main thread.

Every command for the running window loads this module, and such a command takes at most 60 ms. So it imports nothing
beyond what Python has loaded at its start; the exceptions are imported where a write has failed.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # the name that type checkers know, without loading `typing`
if TYPE_CHECKING:
    from typing import IO

    from saywrite.foundation.errors import OutputUnwritable


def prepare_streams() -> None:
    """Make standard output and standard error take any text, and reserve their descriptors.

    If the parent process has closed one of them, the next file that is opened gets its number (1 or 2), and child
    processes would write into that file. Without a standard error, `print` would fall back to standard output.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # open() returns the lowest free number, which is this one
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - stays open to the end


def tell(text: str) -> None:
    """Write one line to standard error. A line that cannot be written there is dropped: no other place shows it."""
    try:  # noqa: SIM105 - contextlib is not loaded here
        print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass


def flush_output() -> None:
    """Write what `print` has left in the buffer. Raises OutputUnwritable and discards the rest."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        discard(sys.stdout)
        raise unwritable(error) from error


def discard(stream: IO[str]) -> None:
    """Send the rest of the buffer to the null device, on which the interpreter would fail at its end."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
        stream.flush()
    except (OSError, ValueError):
        pass


def unwritable(error: OSError) -> OutputUnwritable:
    """The error of the tree for a failed write to standard output."""
    from saywrite.foundation.errors import OutputUnwritable

    if isinstance(error, BrokenPipeError):
        return OutputUnwritable("Standard output was closed by the program that read it.")
    return OutputUnwritable(
        f"Standard output cannot be written: {error.strerror or type(error).__name__}.",
        "Free some space where it goes to, or use --output FILE.",
    )
