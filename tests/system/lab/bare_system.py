"""A bare Linux in a folder: what `debootstrap` makes, with nothing added, in namespaces of its own. Needs root.

Each `BareSystem` writes into a layer above the folder (overlayfs), which is removed with it. Its processes see this
machine's /dev, /tmp and network, so that they reach the screen, the screen reader and the sound server of a test; all
of them end with it, and so do its mounts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

LIMIT_S = 900.0
ROOT = Path(__file__).resolve().parents[3]
CACHE = Path(os.environ.get("BARE_SYSTEMS", ROOT / "build/bare"))
HOME = "/root"


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a distribution. `options`: further options of debootstrap."""

    mirror: str
    options: tuple[str, ...] = ()


RELEASES = {
    "bookworm": Release("http://deb.debian.org/debian"),
    "trixie": Release("http://deb.debian.org/debian"),
    # Debian has no key of Ubuntu's archive; the address is one of TLS, and apt in the system checks signatures again.
    "jammy": Release("https://archive.ubuntu.com/ubuntu", ("--no-check-gpg", "--components=main,universe")),
}

INIT = """
import os, subprocess, sys
base, layer = sys.argv[1:]
root = f"{layer}/root"
def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)
mount("-t", "overlay", "overlay", "-o", f"lowerdir={base},upperdir={layer}/upper,workdir={layer}/work", root)
mount("-t", "proc", "proc", f"{root}/proc")
mount("--rbind", "/dev", f"{root}/dev")
mount("--rbind", "/tmp", f"{root}/tmp")
sleeper = subprocess.Popen(["sleep", "infinity"])
print("ready", flush=True)
while True:
    os.wait()
"""
"""The first process of the namespaces: it mounts, and takes the exit codes of orphans."""


class BareSystem:
    """Use `bare_system()`."""

    def __init__(self, init: int, layer: Path) -> None:
        self._init = init
        self._layer = layer

    @property
    def home(self) -> Path:
        """The user's folder, to be read from outside; writing there would confuse the file system above it."""
        return self._layer / "upper" / HOME.lstrip("/")

    def command(self, *command: str | Path, env: Mapping[str, str] | None = None) -> list[str]:
        """What starts `command` in the system, with nothing of this process in its environment."""
        variables = {
            "PATH": f"{HOME}/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": HOME,
            "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "XDG_RUNTIME_DIR": "/run/user/0",
        } | dict(env or {})
        enter = ["nsenter", f"--target={self._init}", "--mount", "--pid", "chroot", str(self._layer / "root")]
        return [*enter, "env", "-i", *(f"{name}={value}" for name, value in variables.items()), *map(str, command)]

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None, code: int = 0) -> str:
        """Run a command to its end; what it printed. Fails where its exit code is another."""
        done = subprocess.run(
            self.command(*command, env=env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout[-3000:]}"
        return done.stdout

    def write(self, path: str, text: str) -> None:
        """Write a file of the system."""
        self.run("sh", "-c", 'mkdir -p "${1%/*}" && printf %s "$2" > "$1"', "sh", path, text)

    def is_running(self, name: str) -> bool:
        """Whether a process with this name runs in the system."""
        search = f"grep -qsx {name} /proc/[0-9]*/comm; echo $?"
        return self.run("sh", "-c", search).strip() == "0"

    def apt(self, *arguments: str | Path) -> None:
        """Run apt-get, without recommended packages."""
        self.run("apt-get", "-q", "-y", "--no-install-recommends", "-o", "APT::Sandbox::User=root", *arguments)

    def installed_field(self, package: str, name: str) -> str:
        """A field of an installed package, by its name in the control file."""
        return self.run("dpkg-query", "--show", f"--showformat=${{{name}}}", package)

    def missing_libraries(self, folder: str) -> set[str]:
        """The libraries that the files below `folder` are linked to and the loader does not find.

        Without Qt's plugin for GTK: where GTK is missing, Qt does without it.
        """
        find = f"find {folder} -name '*.so*' -not -name 'libqgtk3*' -type f -print0"
        shown = self.run("sh", "-c", f"{find} | xargs -0 -n 50 ldd 2>/dev/null || true; ldd {folder}/saywrite")
        return {line.split()[0] for line in shown.splitlines() if line.endswith("not found")}

    def files(self) -> set[str]:
        """Every path of the system, without the places that are this machine's."""
        skip = " -o ".join(f"-path {path}" for path in ("/proc", "/dev", "/tmp", "/run", "/sys"))
        return set(self.run("sh", "-c", f"find / \\( {skip} \\) -prune -o -print").splitlines())

    def close(self) -> None:
        """End every process of the system."""
        psutil.Process(self._init).kill()


@contextmanager
def bare_system(name: str) -> Iterator[BareSystem]:
    """A system of this release, with the lists of its packages fetched."""
    base = _base(name)
    layer = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=CACHE))  # /tmp may be a disk that overlayfs cannot use
    for part in ("upper", "work", "root"):
        (layer / part).mkdir()
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private"]
    command = [*unshare, sys.executable, "-c", INIT, str(base), str(layer)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "the namespaces could not be made: this needs root"
        system = BareSystem(psutil.Process(process.pid).children()[0].pid, layer)
        system.run("mkdir", "-p", "-m", "700", "/run/user/0")
        system.apt("update")
        yield system
        system.close()
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        shutil.rmtree(layer)


def _base(name: str) -> Path:
    """The folder of the release, made by debootstrap where it is not there (a minute or two)."""
    base, complete = CACHE / name, CACHE / f"{name}.complete"
    if not complete.exists():
        shutil.rmtree(base, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        release = RELEASES[name]
        command: Sequence[str | Path] = ["debootstrap", "--variant=minbase", *release.options, name, base]
        subprocess.run([*command, release.mirror], check=True, stdout=subprocess.DEVNULL, timeout=LIMIT_S)
        sources = base / "etc/apt/sources.list"
        sources.write_text(sources.read_text().replace("https:", "http:"))  # no certificates in there
        for file in ("resolv.conf", "hosts"):
            shutil.copyfile(f"/etc/{file}", base / "etc" / file)
        complete.touch()
    return base
