"""The frozen program of the packages on its main path: it starts, dictates, writes into another program and ends.

The folder is built where its sources changed: `dev.py package --folder`, 80 s of work, and 20 s more for the
environment of the build in a fresh checkout. The Debian package and the portable archive contain it, byte for byte but
for the record of the kind. Nothing of the checkout is reachable from it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.keyboard import Keyboard
from tests.system.lab.targets import editor
from tests.system.lab.window import Room, Window, recordings, room, window

from saywrite import __version__

if sys.platform != "linux":
    pytest.skip("Only on Linux: the package is built for the system of the test", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[2]
GIVEN = os.environ.get("FROZEN_SAYWRITE")
CHORD = ("Control_L", "Alt_L", "space")
BUILD_LIMIT_S = 900
SMALLEST, LARGEST = 300_000_000, 480_000_000

pytestmark = [pytest.mark.system, pytest.mark.package, pytest.mark.timeout(BUILD_LIMIT_S + 300)]


@pytest.fixture(scope="module")
def program() -> Path:
    """The frozen program, built from this checkout; FROZEN_SAYWRITE names one that is there."""
    if GIVEN:
        return Path(GIVEN)
    command = [sys.executable, ROOT / "packaging/installers", "--folder"]
    built = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_LIMIT_S, check=False)
    assert built.returncode == 0, built.stderr[-3000:]
    return Path(built.stdout.strip()) / "saywrite"


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


@pytest.fixture
def frozen_window(program: Path, desk: Room, tmp_path: Path) -> Iterator[Window]:
    with window(desk, tmp_path / "home", 'hotkey_mode = "hold"\n', program=[str(program)]) as shown:
        yield shown
        assert shown.troubles() == []


def run(program: Path, *arguments: str | Path) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_says_its_version_commit_and_model(program: Path, private_home: Path) -> None:
    version, installed = run(program, "--version").splitlines()
    assert version == f"saywrite {__version__}"
    assert installed.startswith("commit ")
    assert installed.endswith("with the model whisper-base")


def test_doctor_finds_the_model_inside_and_knows_that_it_is_frozen(program: Path, private_home: Path) -> None:
    done = subprocess.run([program, "doctor", "--json"], capture_output=True, text=True, timeout=120, check=False)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert str(program.parent) in checks["model"]["what"]
    assert checks["model"]["ok"]
    assert checks["engine"]["ok"]
    assert "checkout" not in checks["installed"]["what"]


def test_it_needs_no_network_to_write_down_a_file(program: Path, private_home: Path) -> None:
    command = ["unshare", "--net", program, "transcribe", ROOT / "tests/data/weather.flac"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd="/")
    assert "weather" in done.stdout.casefold(), done.stderr


def test_folder_has_no_tests_and_no_unused_part_of_qt_and_fits_its_size(program: Path) -> None:
    files = [path for path in program.parent.rglob("*") if path.is_file() and not path.is_symlink()]
    names = {path.relative_to(program.parent).as_posix() for path in files}
    qt = {"de", "es", "fr", "it", "ja", "pt_BR", "zh_CN"}
    ours = {"de", "es", "fr", "it", "ja", "pt", "zh"}
    translations = {f"_internal/PySide6/Qt/translations/qtbase_{code}.qm" for code in qt}
    translations |= {f"_internal/saywrite/_resources/translations/saywrite_{code}.qm" for code in ours}
    assert {name for name in names if "translations/" in name and name.endswith((".qm", ".ts"))} == translations
    unwanted = ("Qml", "Quick", "WebEngine", "QtTest", "/tests/", "Network", "eglfs", "pytest")
    assert not [name for name in names if any(part in name for part in unwanted)]
    assert SMALLEST < sum(path.stat().st_size for path in files) < LARGEST


def test_held_key_puts_the_words_into_another_program(
    desk: Room, frozen_window: Window, tmp_path_factory: pytest.TempPathFactory
) -> None:
    speech = recordings(tmp_path_factory.mktemp("speech"))["weather"]
    fingers = Keyboard(desk.screen)
    try:
        with editor(desk.screen) as target:
            for key in CHORD:
                fingers.down(key)
            frozen_window.wait_state("listening")
            desk.sound.play("desk", speech)
            for key in reversed(CHORD):
                fingers.up(key)
            wait_for(lambda: "weather" in target.text().casefold(), "the words are not in the editor", 60)
            assert "weather" in frozen_window.wait_transcript("weather").casefold()
    finally:
        fingers.close()
