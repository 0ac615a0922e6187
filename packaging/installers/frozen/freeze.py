"""Builds the folder of the program with PyInstaller, and completes it: pruned, stripped, with model and licenses.

The environment of the build is `build/packager`: the locked packages of `run` and PyInstaller, with hashes. The same
commit gives the same bytes: file times, the order of files and the hashes of Python are fixed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import contents
import elf
import icons

from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.speech.local.models import find_model, get_model

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
PACKAGER = BUILD / "packager"
FOLDER = BUILD / "frozen/saywrite"
LOCKS = (ROOT / "packaging/requirements-run.lock", ROOT / "packaging/installers/frozen/pyinstaller.lock")
SOURCES = ("app", "resources", "packaging/installers/frozen", "packaging/requirements-run.lock", "LICENSE")
"""What the frozen folder is made of, with the model of the set-up."""
RECORD = "installation.json"
"""What `foundation/installation.py` reads beside the program."""


class PackagingError(Exception):
    """The package cannot be built. The text says why and what to do."""


def say(text: str) -> None:
    print(f"saywrite package: {text}", file=sys.stderr, flush=True)


def run(command: list[str | Path], **more: object) -> None:
    """Run a command of the build; its output goes to standard error. Raises PackagingError."""
    done = subprocess.run(command, stdout=sys.stderr, check=False, **more)  # type: ignore[call-overload]
    if done.returncode:
        raise PackagingError(f"{Path(str(command[0])).name} failed with {done.returncode} (see above).")


def commit() -> str:
    """The commit of the checkout, with "-changed" where files differ from it; "unknown" without Git."""
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
        state = ["git", "status", "--porcelain", "--untracked-files=no"]
        changed = subprocess.run(state, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("-changed" if changed else "")


def source_date() -> int:
    """The time that every packed file gets, in seconds: SOURCE_DATE_EPOCH, else the time of the commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(asked.stdout.strip() or 1_577_836_800)


def packager() -> Path:
    """The Python of the build environment, made or renewed where its lock files changed. Raises PackagingError."""
    state = hashlib.sha256(b"".join(lock.read_bytes() for lock in LOCKS)).hexdigest()
    stamp = PACKAGER / "saywrite-locks"
    python = PACKAGER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == state:
        return python
    say("making the build environment (a minute or two)")
    shutil.rmtree(PACKAGER, ignore_errors=True)
    run([sys.executable, "-m", "venv", PACKAGER])
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--no-input"]
    for lock in LOCKS:
        run([*pip, "--disable-pip-version-check", "--only-binary", ":all:", "-r", lock])
    stamp.write_text(state, encoding="ascii")
    return python


def provide() -> Path:
    """The folder, built where there is none of these sources and this commit. Raises PackagingError."""
    compile_translations()
    state = source_state()
    stamp = FOLDER.with_name("sources")
    if FOLDER.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == state:
        return FOLDER
    stamp.unlink(missing_ok=True)
    folder = freeze()
    stamp.write_text(state, encoding="ascii")
    return folder


def source_state(root: Path = ROOT) -> str:
    """Changes with the commit, the Python and each file that the folder is made of."""
    found = hashlib.sha256(f"{commit()} {sys.version}".encode())
    for path in sorted(each for name in SOURCES for each in [root / name, *(root / name).rglob("*")]):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def freeze() -> Path:
    """Build the folder; its path. Raises PackagingError."""
    compile_translations()
    environment = os.environ | {"PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": str(source_date()), "PYTHONPATH": ""}
    command: list[str | Path] = [packager(), "-P", "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", FOLDER.parent, "--workpath", BUILD / "pyinstaller"]
    icons.write(BUILD / "icons", ROOT / "resources/icons")
    say("freezing the program")
    run([*command, Path(__file__).with_name("saywrite.spec")], env=environment, cwd=ROOT)
    complete(FOLDER)
    if sys.platform == "darwin":
        complete(FOLDER.with_name("Saywrite.app") / "Contents/MacOS")
    return FOLDER


def compile_translations() -> None:
    """Make the translations that the window loads, where they are out of date. Raises PackagingError."""
    run([sys.executable, ROOT / "packaging/translations.py", "compile"])


def complete(folder: Path) -> None:
    """Prune and strip the libraries, and add what the installed program reads beside itself."""
    if sys.platform == "linux":
        removed = elf.remove_unneeded(folder, "_internal/PySide6/Qt/lib")
        say(f"{len(removed)} libraries of Qt that nothing needs are left out")
        elf.strip(folder)
        elf.remove_search_paths(folder)
        if missing := elf.missing_libraries(folder, contents.SYSTEM_LIBRARIES, contents.is_optional):
            raise PackagingError(f"No package is named for {', '.join(missing)}: see contents.SYSTEM_LIBRARIES.")
    add_model(folder)
    shutil.copytree(ROOT / "resources/licenses", folder / "licenses", dirs_exist_ok=True)
    shutil.copy(ROOT / "LICENSE", folder / "licenses/Saywrite-MIT.txt")
    write_record(folder, "folder")


def add_model(folder: Path) -> None:
    """Put the model of the set-up where the program looks for it. Raises PackagingError."""
    model, source = get_model(DEFAULT_MODEL), find_model(DEFAULT_MODEL, Path("no data folder"))
    if model is None or source is None:
        raise PackagingError("There is no recognition model: python3 packaging/dev.py model")
    target = folder / "share/saywrite/models" / DEFAULT_MODEL
    target.mkdir(parents=True, exist_ok=True)
    for file in model.files:
        shutil.copyfile(source / file.name, target / file.name)
        if hashlib.sha256((target / file.name).read_bytes()).hexdigest() != file.sha256:
            raise PackagingError(f"{source / file.name} is damaged: python3 packaging/dev.py model")


def write_record(folder: Path, kind: str) -> None:
    """Write how this program is installed: "folder", "deb", "archive", …, and the commit."""
    record = {"kind": kind, "commit": commit(), "model": DEFAULT_MODEL}
    (folder / RECORD).write_text(json.dumps(record, sort_keys=True) + "\n", encoding="utf-8")
