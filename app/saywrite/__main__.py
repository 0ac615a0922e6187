"""`python -m saywrite` and the installed command."""

from __future__ import annotations

import os
import sys

from saywrite.cli.remote_commands import drive_at_once


def main() -> int:
    """Run Saywrite with the arguments of the process; the exit code."""
    code = drive_at_once(sys.argv[1:])
    if code is not None:
        os._exit(code)  # everything is written: taking the interpreter apart would cost a tenth of the command
    from saywrite.main import main as run  # late: it loads what reads any command line

    return run()


if __name__ == "__main__":
    raise SystemExit(main())
