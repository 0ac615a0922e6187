"""`python -m saywrite` and the installed command."""

from __future__ import annotations

import atexit
import os
import sys

from saywrite.cli.ending.interrupts import INTERRUPTED


def main() -> int:
    """Run Saywrite with the arguments of the process; the exit code."""
    codes: list[int] = []
    try:
        from saywrite.cli.remote_commands import drive_at_once  # here: it takes most of the time up to a command

        code = drive_at_once(sys.argv[1:])
        if code is not None:
            os._exit(code)  # everything is written: taking the interpreter apart would cost a tenth of the command
        atexit.register(_end_with, codes)  # the first one registered is the last one called: Qt and the log end before
        from saywrite.main import main as run  # later: it loads what reads any command line

        codes.append(run())
    except KeyboardInterrupt:  # before a command takes the signal: nothing was begun
        codes.append(INTERRUPTED)
    return codes[0]


def _end_with(codes: list[int]) -> None:
    """End the process before the interpreter is taken apart, unless an exception ends it.

    The interpreter ends a thread that is inside a C++ library with `pthread_exit`, which aborts the process: "terminate
    called without an active exception". A thread that decodes a file or waits for a sound server may be there.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            return  # the interpreter reports it
    if codes:
        os._exit(codes[0])


if __name__ == "__main__":
    raise SystemExit(main())
