"""The Debian package and the portable archive in bare systems: installed, used, upgraded and removed.

Marked `bare`, which a run of every test leaves out: it needs root, debootstrap, a mirror of each distribution and some
minutes for each system. `.venv/bin/python -m pytest -m bare tests/system/test_bare_systems.py` builds both packages
first; PACKAGES names a folder that has them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.lab.bare_system import HOME, RELEASES, BareSystem, bare_system
from tests.system.lab.desktop import wait_for
from tests.system.lab.keyboard import Keyboard
from tests.system.lab.targets import editor
from tests.system.lab.window import Room, Window, recordings, room

from saywrite import __version__
from saywrite.foundation.catalog import APP_ID

if sys.platform != "linux":
    pytest.skip("Only on Linux: the packages are for it", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[2]
CHORD = ("Control_L", "Alt_L", "space")
SETTINGS = 'hotkey_mode = "hold"\n'
OLDER = "0.0.9"
PATIENCE_S = 120.0
RECORDS = ("/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/log", "/etc/ld.so.cache")
"""Where dpkg, apt and the caches of fonts write for themselves."""
FONT_MARK = "/.uuid"
"""The file with which fontconfig of Ubuntu 22.04 marks a folder of fonts, when root's first program looks for fonts."""
USERS = (f"{HOME}/.config", f"{HOME}/.local", f"{HOME}/.cache")

pytestmark = [pytest.mark.bare, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def dist() -> Path:
    """The folder with both packages."""
    if given := os.environ.get("PACKAGES"):
        return Path(given)
    command = [sys.executable, ROOT / "packaging/installers", "--deb", "--archive"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=1800)
    return ROOT / "dist"


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recordings(tmp_path_factory.mktemp("speech"))["weather"]


@pytest.fixture(params=list(RELEASES))
def bare(request: pytest.FixtureRequest) -> Iterator[tuple[str, BareSystem]]:
    with bare_system(request.param) as system:
        yield request.param, system


def with_version(package: Path, version: str, target: Path) -> Path:
    """The same package as an older release: with another version, and with a file that the newer one has not."""
    tree = target / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"Version: {__version__}\n", f"Version: {version}\n"))
    (tree / "usr/lib/saywrite/_internal/of-the-older-release").touch()
    older = target / f"saywrite_{version}_amd64.deb"
    packed = subprocess.run(["dpkg-deb", "-Zzstd", "-z1", "--root-owner-group", "--build", tree, older], check=False)
    assert packed.returncode == 0
    shutil.rmtree(tree)
    return older


def install_dependencies(system: BareSystem, package: Path) -> None:
    """Install what the package depends on, and `gio`, which starts a desktop entry as a menu does."""
    asked = subprocess.run(["dpkg-deb", "--field", package, "Depends"], capture_output=True, text=True, check=True)
    system.apt("satisfy", asked.stdout.strip())
    system.apt("install", "libglib2.0-bin")


def dictations(system: BareSystem) -> list[str]:
    """The texts of the history, oldest first."""
    file = system.home / ".local/share/saywrite/history.sqlite3"
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as history:
        rows = history.execute("SELECT text FROM segments ORDER BY id").fetchall()
    return [str(text) for (text,) in rows]


@contextlib.contextmanager
def started(system: BareSystem, desk: Room, entry: str) -> Iterator[Window]:
    """The window, started from its desktop entry, with its recognizer ready; ended by `saywrite quit`."""
    program = "saywrite"
    if entry.startswith(HOME):
        program = f"{HOME}/.local/bin/saywrite"
    env = {**desk.screen.env, **desk.reader.env, **desk.sound.env}
    process = subprocess.Popen(
        system.command("gio", "launch", entry, env=env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    shown = Window(process, desk.screen, desk.reader)
    try:
        desk.screen.window("^Saywrite$")
        yield shown
        system.run(program, "quit")
        wait_for(lambda: shown.title() == "", "the window stays", PATIENCE_S)
        wait_for(lambda: not system.is_running("saywrite"), "the program stays", PATIENCE_S)
    finally:
        process.wait(PATIENCE_S)
        shown._thread.join(PATIENCE_S)
        assert process.stderr is not None
        process.stderr.close()


def skip_the_welcome(shown: Window, artifacts: Path, desk: Room, name: str) -> None:
    """Close the window of the first start."""
    button = shown.wait_for("push button", "^Skip$", PATIENCE_S)
    desk.screen.shot(artifacts / f"package-{name}-welcome.png")
    shown.click(button)
    shown.wait_gone("push button", "^Skip$")


def dictate(shown: Window, system: BareSystem, desk: Room, speech: Path, program: str = "saywrite") -> None:
    """Dictate into the window with F9, until its text is there and the program is idle again."""
    shown.press("F9")
    wait_for(lambda: system.run(program, "status").startswith("listening"), "it does not listen", PATIENCE_S)
    desk.sound.play("desk", speech)
    shown.press("F9")
    shown.wait_transcript("weather", PATIENCE_S)
    wait_for(lambda: system.run(program, "status").startswith("idle"), "it does not end", PATIENCE_S)


def hold_to_talk(shown: Window, system: BareSystem, desk: Room, speech: Path, picture: Path) -> None:
    """Hold the push-to-talk key over another program's editor until its text holds the words."""
    fingers = Keyboard(desk.screen)
    try:
        with editor(desk.screen) as target:
            for key in CHORD:
                fingers.down(key)
            wait_for(lambda: system.run("saywrite", "status").startswith("listening"), "no key", PATIENCE_S)
            desk.sound.play("desk", speech)
            for key in reversed(CHORD):
                fingers.up(key)
            wait_for(lambda: "weather" in target.text().casefold(), "no words in the editor", PATIENCE_S)
            desk.screen.shot(picture)
    finally:
        fingers.close()


def test_package_is_installed_used_upgraded_and_removed(
    bare: tuple[str, BareSystem], dist: Path, desk: Room, speech: Path, artifacts: Path, tmp_path: Path
) -> None:
    name, system = bare
    (package,) = dist.glob(f"saywrite_{__version__}_*.deb")
    entry = f"/usr/share/applications/{APP_ID}.desktop"
    assert package.stat().st_size < 190_000_000
    install_dependencies(system, package)
    before = system.files()

    system.apt("install", with_version(package, OLDER, tmp_path))
    assert system.installed_field("saywrite", "Version") == OLDER
    assert int(system.installed_field("saywrite", "Installed-Size")) * 1024 < 480_000_000
    assert system.missing_libraries("/usr/lib/saywrite") == set()
    assert "Debian package" in system.run("saywrite", "--version")
    system.run("unshare", "--net", "saywrite", "doctor", "--self-test")
    system.write(f"{HOME}/.config/saywrite/saywrite.toml", SETTINGS)
    with started(system, desk, entry) as shown:
        skip_the_welcome(shown, artifacts, desk, name)
        dictate(shown, system, desk, speech)
        desk.screen.shot(artifacts / f"package-{name}-window.png")
    (text,) = dictations(system)
    settings = (system.home / ".config/saywrite/saywrite.toml").read_text()
    assert SETTINGS.strip() in settings

    system.apt("install", shutil.copy(package, tmp_path))  # the system sees this machine's /tmp only
    assert system.installed_field("saywrite", "Version") == __version__
    assert "/usr/lib/saywrite/_internal/of-the-older-release" not in system.files()
    assert (system.home / ".config/saywrite/saywrite.toml").read_text() == settings
    with started(system, desk, entry) as shown:
        hold_to_talk(shown, system, desk, speech, artifacts / f"package-{name}-editor.png")
        assert shown.see("push button", "^Skip$") is None  # the first start was before the upgrade
    assert dictations(system)[0] == text
    assert len(dictations(system)) == 2

    owned = {path for path in system.files() if path.startswith(USERS)}
    system.apt("remove", "saywrite")
    left = {path for path in system.files() - before if not path.startswith(RECORDS) and not path.endswith(FONT_MARK)}
    assert left == owned
    assert len(dictations(system)) == 2


def test_archive_is_unpacked_installed_for_the_user_used_and_removed(
    bare: tuple[str, BareSystem], dist: Path, desk: Room, speech: Path, artifacts: Path, tmp_path: Path
) -> None:
    name, system = bare
    (package,) = dist.glob(f"saywrite_{__version__}_*.deb")
    (archive,) = dist.glob(f"saywrite-{__version__}-linux-*.tar.zst")
    install_dependencies(system, package)
    before = system.files()

    subprocess.run(["tar", "--zstd", "-C", tmp_path, "-xf", archive], check=True)
    unpacked = tmp_path / f"saywrite-{__version__}"
    assert system.missing_libraries(str(unpacked)) == set()
    assert "portable archive" in system.run(unpacked / "saywrite", "--version")
    system.run("unshare", "--net", unpacked / "saywrite", "doctor", "--self-test")

    system.run(unpacked / "install.sh", "--install")
    with started(system, desk, f"{HOME}/.local/share/applications/{APP_ID}.desktop") as shown:
        skip_the_welcome(shown, artifacts, desk, name)
        dictate(shown, system, desk, speech, f"{HOME}/.local/bin/saywrite")
        desk.screen.shot(artifacts / f"archive-{name}-window.png")
    assert len(dictations(system)) == 1

    system.run(f"{HOME}/.local/lib/saywrite/install.sh", "--remove")
    left = {path for path in system.files() - before if not path.startswith(RECORDS) and not path.endswith(FONT_MARK)}
    assert {path for path in left if not path.startswith(USERS)} == set()
    assert not [path for path in left if path.startswith((f"{HOME}/.local/bin/", f"{HOME}/.local/lib/"))]
    assert not [path for path in left if APP_ID in path or path.endswith(("saywrite.png", "saywrite.svg"))]
    assert len(dictations(system)) == 1
