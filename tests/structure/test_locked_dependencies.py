"""The lock files are in step with pyproject.toml, hashed, and name no index host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]
FULL = (ROOT / "packaging/requirements.lock").read_text(encoding="utf-8")
TO_RUN = (ROOT / "packaging/requirements-run.lock").read_text(encoding="utf-8")


PACKAGER = (ROOT / "packaging/installers/frozen/pyinstaller.lock").read_text(encoding="utf-8")


def locked(lock: str) -> dict[str, set[str]]:
    """The pinned versions of each package; more than one where they differ between Pythons."""
    result: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock, re.MULTILINE):
        result.setdefault(canonicalize_name(name), set()).add(version)
    return result


def out_of_step(wanted: list[Requirement], lock: str) -> list[str]:
    """Requirements that no pinned version fulfils."""
    pins = locked(lock)
    return [
        str(each)
        for each in wanted
        if not any(each.specifier.contains(version) for version in pins.get(canonicalize_name(each.name), ()))
    ]


def test_everything_asked_for_is_locked() -> None:
    assert not out_of_step(RUNTIME, TO_RUN)
    assert not out_of_step(RUNTIME + DEVELOPMENT, FULL)


def test_running_and_testing_use_the_same_versions() -> None:
    full = locked(FULL)
    assert not {name: versions for name, versions in locked(TO_RUN).items() if not versions <= full[name]}


def test_running_needs_no_development_tools() -> None:
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & locked(TO_RUN).keys()


def test_every_pin_has_hashes_and_no_host_is_named() -> None:
    for lock in (FULL, TO_RUN):
        pins = re.findall(r"^[A-Za-z0-9._-]+==.*\n(.*)", lock, re.MULTILINE)
        assert len(pins) > 30
        assert all(line.strip().startswith("--hash=sha256:") for line in pins)
        assert not re.search(r"https?://|^--?(index|extra|find|trusted)", lock, re.MULTILINE)


def test_tools_that_freeze_the_program_are_locked_with_hashes() -> None:
    assert "pyinstaller" in locked(PACKAGER)
    pins = re.findall(r"^[A-Za-z0-9._-]+==.*\n(.*)", PACKAGER, re.MULTILINE)
    assert all(line.strip().startswith("--hash=sha256:") for line in pins)
    assert not re.search(r"https?://|^--?(index|extra|find|trusted)", PACKAGER, re.MULTILINE)


def test_a_missing_and_an_outdated_pin_are_found() -> None:
    wanted = [Requirement("numpy>=2.0"), Requirement("soxr>=1.0"), Requirement("Typing_Extensions")]
    assert out_of_step(wanted, "numpy==1.26.4 \\\ntyping-extensions==4.1\n") == ["numpy>=2.0", "soxr>=1.0"]
