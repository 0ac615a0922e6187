"""Builds what a person installs. `dev.py package` with one of these options starts it.

    --folder      only the frozen folder: build/frozen/saywrite
    --deb         the package for Debian and Ubuntu
    --archive     the portable archive for Linux
    --compare     build both twice and compare every byte
    --documents   man page and completions into a folder: build/documents

The paths of the results go to standard output. The results lie in dist/.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "app")]

import archive  # noqa: E402 - found by the line above
import deb  # noqa: E402
import freeze  # noqa: E402
import reproducible  # noqa: E402

DIST = freeze.ROOT / "dist"


def main(arguments: list[str]) -> int:
    """Build what the arguments name; the exit code."""
    parser = argparse.ArgumentParser(prog="dev.py package", description=__doc__.splitlines()[0])
    for name in ("folder", "deb", "archive", "compare"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--frozen", action="store_true", help="take the folder that is there, do not build it again")
    options = parser.parse_args(arguments)
    try:
        if options.compare:
            return reproducible.compare()
        folder = freeze.FOLDER if options.frozen else freeze.freeze()
        if options.folder:
            print(folder)
        if options.deb:
            print(deb.build(DIST))
        if options.archive:
            print(archive.build(DIST))
    except freeze.PackagingError as problem:
        freeze.say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
