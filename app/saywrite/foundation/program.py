"""How this program was installed, and the commands that start it.

It starts plain, as the recognizer's child, or with a window.

Reads one small file beside a packaged program, or the files of Git in a checkout. Any thread.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import NamedTuple

from saywrite.foundation.catalog import DEFAULT_MODEL, KEY_VARIABLE, LOCAL

RECORD = "installation.json"
"""The file beside a packaged program; `packaging/installers/freeze.py` writes it."""

KINDS = {
    "deb": "Debian package",
    "archive": "portable archive",
    "appimage": "AppImage",
    "flatpak": "Flatpak",
    "windows": "Windows installer",
    "macos": "macOS application",
    "folder": "frozen folder",
    "checkout": "checkout",
    "pipx": "wheel, by pipx",
    "wheel": "wheel",
}
WINDOWED = {"python.exe": "pythonw.exe", "saywrite.exe": "saywrite-window.exe"}
"""Programs of Windows that open a console, and those that do the same without one."""


class Installation(NamedTuple):
    """`kind`: a key of KINDS. `commit`: of the source, "" if unknown. `model`: the id of the one inside, or ""."""

    kind: str
    commit: str
    model: str

    def __str__(self) -> str:
        commit = f"commit {self.commit[:12]}{'-changed' if self.commit.endswith('-changed') else ''}"
        parts = [commit if self.commit else "", KINDS.get(self.kind, self.kind)]
        return ", ".join([*filter(None, parts), f"with the model {self.model}" if self.model else "without a model"])


class Release(NamedTuple):
    """A published version, and the page that a user installs it from."""

    version: str
    page: str


def installation(environ: Mapping[str, str] = os.environ) -> Installation:
    """Return how the running program was installed."""
    shipped = DEFAULT_MODEL if any((base / DEFAULT_MODEL).is_dir() for base in shipped_model_folders()) else ""
    if getattr(sys, "frozen", False):
        kind, commit = _read_record(Path(sys.executable).with_name(RECORD))
        kind = "appimage" if environ.get("APPIMAGE") else "flatpak" if environ.get("FLATPAK_ID") else kind
        return Installation(kind, commit, shipped)
    root = Path(__file__).resolve().parents[3]
    if (root / "pyproject.toml").is_file():
        return Installation("checkout", checkout_commit(root), shipped)
    return Installation("pipx" if "pipx" in Path(sys.prefix).parts else "wheel", "", shipped)


def shipped_model_folders() -> tuple[Path, ...]:
    """Return the folders where an installation has models, in the order of the search."""
    import site  # late: the commands for a running window load neither this nor the models

    bases = [sys.prefix, site.getuserbase()]
    if getattr(sys, "frozen", False):
        bases.append(str(Path(sys.executable).parent))
    return tuple(Path(base, "share", "saywrite", "models") for base in bases)


def _read_record(path: Path) -> tuple[str, str]:
    import json

    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return str(record["kind"]), str(record["commit"])
    except (OSError, ValueError, KeyError, TypeError):
        return "folder", ""


def checkout_commit(root: Path) -> str:
    """Return the commit that is checked out in `root`, "" where Git's files do not say.

    The files are those of gitrepository-layout(5).
    """
    try:
        folder = root / ".git"
        if folder.is_file():  # a worktree of another checkout
            folder = root / folder.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return head
        name, common = head.removeprefix("ref:").strip(), folder
        if (folder / "commondir").is_file():
            common = folder / (folder / "commondir").read_text(encoding="utf-8").strip()
        if (common / name).is_file():
            return (common / name).read_text(encoding="utf-8").strip()
        lines = (common / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line.split()[0] for line in lines if line.endswith(f" {name}")), "")
    except (OSError, UnicodeDecodeError):
        return ""


def restore_library_path(environ: MutableMapping[str, str]) -> None:
    """Give back the search path of libraries that PyInstaller's start changed.

    Otherwise programs that this one starts, for example the browser, load our libraries in place of theirs.
    """
    if getattr(sys, "frozen", False) and sys.platform == "linux":
        original = environ.pop("LD_LIBRARY_PATH_ORIG", "")
        environ.pop("LD_LIBRARY_PATH", None)
        if original:
            environ["LD_LIBRARY_PATH"] = original


def take_environment(environ: MutableMapping[str, str]) -> dict[str, str]:
    """Return a copy of `environ`, and remove the key from it, because child processes inherit it."""
    ours = dict(environ)
    environ.pop(KEY_VARIABLE, None)
    return ours


def program_command() -> tuple[str, ...]:
    """Return the command of this program."""
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "saywrite")


def worker_command(model: Path) -> tuple[str, ...]:
    """Return the command of the recognizer's child process with the model in this folder."""
    return (*program_command(), "--worker", LOCAL, "--model-folder", str(model))


def window_command(config: Path | None, data: Path | None) -> tuple[str, ...]:
    """Return the command that opens a window without a console. A folder of None is the default one."""
    folders: list[str] = []
    for name, folder in (("--config", config), ("--data", data)):
        folders += [name, str(folder.absolute())] if folder is not None else []
    program, *module = program_command()
    windowed = Path(program).with_name(WINDOWED.get(Path(program).name.lower(), "-"))
    appimage = os.environ.get("APPIMAGE") if getattr(sys, "frozen", False) else None
    # the program of an AppImage lies in a folder that vanishes with the process
    start = appimage or (str(windowed) if windowed.exists() else program)
    return (start, *module, *folders)


# Parameters of glibc's `mallopt` (malloc.h).
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

MAPPED_FROM = 1 << 20
"""Bytes from which a block of memory is mapped by itself. A picture of the window takes four to six million."""


def share_memory() -> None:
    """Let all later threads use one heap without large blocks, where the C library is glibc.

    Otherwise each of a dozen threads has a heap with free memory of its own, and the next threads use these in turn:
    a window that had taken 60 utterances had 247 MB instead of 201. They rarely allocate at the same time, because
    Python runs one of them at a time.

    A large block that is mapped by itself returns to the system when it is freed. glibc allocates such blocks in the
    heap once one of them was freed, up to 32 MiB, and what is allocated behind one keeps its place taken: the heap of a
    window that had taken 110 utterances had 40 to 54 MB, and 36 with this.
    """
    if sys.platform != "linux":
        return
    import ctypes

    set_parameter = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if set_parameter is not None:
        set_parameter.restype, set_parameter.argtypes = ctypes.c_int, (ctypes.c_int, ctypes.c_int)
        set_parameter(_M_ARENA_MAX, 1)
        set_parameter(_M_MMAP_THRESHOLD, MAPPED_FROM)
        set_parameter(_M_TRIM_THRESHOLD, 2 * MAPPED_FROM)
