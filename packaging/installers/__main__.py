"""Builds what a person installs. `dev.py package` with one of these options starts it.

The results lie in dist/; their paths go to standard output.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / name) for name in (".", "frozen", "linux", "windows", "macos")]
sys.path[:0] = [str(HERE.parents[1] / "app")]

import appimage  # noqa: E402 - found by the lines above
import archive  # noqa: E402
import deb  # noqa: E402
import freeze  # noqa: E402
import image  # noqa: E402
import installer  # noqa: E402
import release  # noqa: E402
import reproducible  # noqa: E402

DIST = freeze.ROOT / "dist"
PACKAGES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "deb": (deb.build, "the package for Debian and Ubuntu"),
    "archive": (archive.build, "the portable archive for Linux"),
    "appimage": (appimage.build, "the AppImage; needs appimagetool"),
    "windows": (installer.build, "the installer for Windows; needs Inno Setup"),
    "macos": (image.build, "the disk image for macOS, signed and notarized where the certificates are named"),
}
AFTERWARDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "sign-release": (release.sign, "the signed file that the check for updates reads"),
    "manifests": (release.manifests, "the manifests of winget and Homebrew, with the hashes of dist/"),
    "checksums": (release.checksums, "SHA256SUMS of everything in dist/"),
}


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options in the arguments."""
    parser = argparse.ArgumentParser(prog="dev.py package", description=__doc__)
    parser.add_argument("--folder", action="store_true", help="the frozen folder, where its sources changed")
    parser.add_argument("--frozen", action="store_true", help="take the frozen folder that is there")
    for name, (_, what) in (PACKAGES | AFTERWARDS).items():
        parser.add_argument(f"--{name}", action="store_true", help=what)
    parser.add_argument("--compare", action="store_true", help="build the Linux packages twice and compare every byte")
    parser.add_argument("--new-key", type=Path, metavar="FILE", help="make a new key for the check for updates")
    return parser.parse_args(arguments)


def build(options: argparse.Namespace) -> int:
    """Build what the options name; the exit code. Raises PackagingError."""
    chosen = vars(options)
    if options.new_key:
        print(release.new_key(options.new_key))
    if options.compare:
        return reproducible.compare()
    packages = [make for name, (make, _) in PACKAGES.items() if chosen[name]]
    if options.folder:
        print(freeze.provide())
    elif packages and not options.frozen:
        freeze.freeze()
    for make in packages:
        print(make(DIST))
    for name, (make_file, _) in AFTERWARDS.items():
        if chosen[name.replace("-", "_")]:
            print(make_file(DIST))
    return 0


def main(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    try:
        return build(parse(arguments))
    except freeze.PackagingError as problem:
        freeze.say(str(problem))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
