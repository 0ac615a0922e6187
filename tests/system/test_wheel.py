"""The wheel, installed in a clean environment in another folder, starts there and finds what it ships.

Its dependencies are lent to it from our environment by a `.pth` line, so nothing is downloaded; our own sources are
not reachable that way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from saywrite import __version__
from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.speech.local.models import find_model

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS, SUFFIX = ("Scripts", ".exe") if sys.platform == "win32" else ("bin", "")

ABOUT = """
import json, pathlib, saywrite, saywrite.foundation.paths
shipped = pathlib.Path(saywrite.__file__).parent / "_resources"
files = [path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file()]
print(json.dumps({
    "package": saywrite.__file__,
    "resources": {path.as_posix(): str(saywrite.foundation.paths.resource(path.as_posix())) for path in files},
}))
"""


def resources() -> set[str]:
    """What resources/ holds, by its path in there."""
    folder = ROOT / "resources"
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def model_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data wheel of the model that the set-up has fetched."""
    model = find_model(DEFAULT_MODEL, Path("no data folder"))
    assert model is not None, "python3 packaging/dev.py model"
    command = [sys.executable, ROOT / "packaging/model_wheel.py", model, tmp_path_factory.mktemp("model dist")]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return Path(built.stdout.strip())


@pytest.fixture(scope="module")
def installed(wheel: Path, model_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of an environment that has both wheels."""
    venv = tmp_path_factory.mktemp("elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / SCRIPTS / f"python{SUFFIX}"
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(python), "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel), str(model_wheel)], check=True)
    asked = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    site = Path(asked.stdout.strip())
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return venv / SCRIPTS


def run(command: list[str | Path], home: Path, expect: int = 0) -> str:
    """Standard output of a command run outside of the checkout, with nothing of it in the environment."""
    keep = ("PATH", "HOME", "LC_ALL", "SYSTEMROOT", "PULSE_SERVER", "PYTHON_KEYRING_BACKEND")
    environment = {name: value for name, value in os.environ.items() if name in keep or name.startswith("XDG_")}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_its_resources_and_its_license_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {name.removeprefix("saywrite/_resources/") for name in names if "/_resources/" in name}
    assert shipped == resources()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"saywrite"}
    sources = {path.relative_to(ROOT / "app").as_posix() for path in (ROOT / "app").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == sources


def test_it_starts_and_says_its_version(installed: Path, private_home: Path) -> None:
    said = f"saywrite {__version__}\nwheel, with the model whisper-base\n"
    assert run([installed / f"saywrite{SUFFIX}", "--version"], private_home) == said
    assert run([installed / f"python{SUFFIX}", "-m", "saywrite", "--version"], private_home) == said


def test_it_finds_its_own_resources(installed: Path, private_home: Path) -> None:
    about = json.loads(run([installed / f"python{SUFFIX}", "-c", ABOUT], private_home))
    package = Path(about["package"]).parent
    assert package.is_relative_to(installed.parent)
    assert about["resources"].keys() == resources()
    for found in about["resources"].values():
        assert Path(found).is_relative_to(package)


def test_its_window_can_be_loaded(installed: Path, private_home: Path) -> None:
    loads = "import saywrite.ui.main_window.window as w; print(w.__file__)"
    found = run([installed / f"python{SUFFIX}", "-c", loads], private_home)
    assert Path(found.strip()).is_relative_to(installed.parent)


def test_model_wheel_holds_the_model_and_its_licenses_and_fits_the_package_index(model_wheel: Path) -> None:
    with zipfile.ZipFile(model_wheel) as archive:
        names = {Path(name).name for name in archive.namelist() if ".data/data/share/saywrite/models/" in name}
    model = {"model.bin", "config.json", "tokenizer.json", "vocabulary.txt"}
    assert names == {*model, "Whisper-MIT.txt", "faster-whisper-MIT.txt"}
    assert 60_000_000 < model_wheel.stat().st_size < 70_000_000


def test_damaged_model_is_not_packed(tmp_path: Path) -> None:
    model = find_model(DEFAULT_MODEL, Path("no data folder"))
    assert model is not None
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in model.iterdir():
        (copy / path.name).symlink_to(path)
    (copy / "config.json").unlink()
    (copy / "config.json").write_bytes(b"{}")
    command = [sys.executable, ROOT / "packaging/model_wheel.py", copy, tmp_path / "dist"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "config.json is not the file of the catalog" in done.stderr
    assert not list((tmp_path / "dist").glob("*.whl"))


def test_both_wheels_together_need_no_download(installed: Path, private_home: Path) -> None:
    offline = ["unshare", "--net"] if sys.platform == "linux" else []
    saywrite = installed / f"saywrite{SUFFIX}"
    checked = json.loads(run([*offline, saywrite, "models", "verify", "--json"], private_home))
    (model,) = checked["models"]
    assert model["ok"]
    assert Path(model["folder"]).is_relative_to(installed.parent)
    text = run([*offline, saywrite, "transcribe", ROOT / "tests/data/weather.flac"], private_home)
    assert "weather" in text.casefold()
