"""From whatever ends a command to its exit code (a contract, design 9). Main thread; loads nothing slow."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from saywrite.cli.ending.interrupts import INTERRUPTED, Interrupted
from saywrite.cli.ending.standard_output import discard, flush_output, prepare_streams, tell, unwritable
from saywrite.foundation.errors import NotRunning, SaywriteError

if TYPE_CHECKING:
    from collections.abc import Callable

DONE, FAILED, NO_INSTANCE = 0, 1, 3


def run_to_exit_code(command: Callable[[], int]) -> int:
    """Run it; problems go to standard error in words. What it printed is written when this returns."""
    prepare_streams()
    try:
        code = _run(command)
        flush_output()
    except NotRunning as error:
        tell(f"saywrite: {error}")
        return NO_INSTANCE
    except SaywriteError as error:
        tell(f"saywrite: {error}")
        return FAILED
    except OSError as error:
        if error.filename is not None:
            raise
        discard(sys.stdout)  # a `print` to a full disk or to a pipe that was closed
        tell(f"saywrite: {unwritable(error)}")
        return FAILED
    except (Interrupted, KeyboardInterrupt):
        return INTERRUPTED
    return code


def _run(command: Callable[[], int]) -> int:
    try:
        return command()
    except SystemExit as ended:  # argparse: --help, --version, wrong usage
        return ended.code if isinstance(ended.code, int) else DONE
