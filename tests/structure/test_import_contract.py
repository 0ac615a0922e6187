"""Imports go down only, and a program without a window never loads Qt."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LINT = """
import sys
from importlinter.cli import lint_imports
sys.path.insert(0, sys.argv[1])
sys.exit(lint_imports(no_cache=True, no_logo=True))
"""

LOADED = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import saywrite
names = ["saywrite." + name for name in sys.argv[2:]]
for name in names:
    module = importlib.import_module(name)
    for _, inner, _ in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(inner)
print(sorted({name.split(".")[0] for name in sys.modules} & {"PySide6", "shiboken6", "pyqtgraph"}))
"""
WITHOUT_WINDOW = ["main", "cli", "dictation", "audio", "speech", "storage", "desktop", "text", "foundation"]


def lint(app: Path) -> subprocess.CompletedProcess[str]:
    """Run the contract of pyproject.toml over the package in `app`."""
    return subprocess.run(
        [sys.executable, "-P", "-c", LINT, str(app)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def copy_of_the_program(to: Path) -> Path:
    shutil.copytree(ROOT / "app", to / "app", ignore=shutil.ignore_patterns("__pycache__"))
    return to / "app"


def test_imports_go_down_only() -> None:
    result = lint(ROOT / "app")
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_import_upwards_is_found(tmp_path: Path) -> None:
    app = copy_of_the_program(tmp_path)
    with (app / "saywrite/foundation/paths.py").open("a") as file:
        file.write("import saywrite.dictation\n")
    result = lint(app)
    assert result.returncode == 1
    assert "saywrite.foundation.paths -> saywrite.dictation" in result.stdout


def test_a_clock_in_pure_logic_is_found(tmp_path: Path) -> None:
    app = copy_of_the_program(tmp_path)
    pure = ("text/spacing.py", "speech/aiola/delivery/tracker.py", "dictation/push_to_talk/policy.py")
    for name in pure:
        with (app / "saywrite" / name).open("a") as file:
            file.write("import time\n")
    result = lint(app)
    assert result.returncode == 1
    for name in pure:
        assert f"saywrite.{name.removesuffix('.py').replace('/', '.')} -> time" in result.stdout


def test_a_package_without_a_place_in_the_order_is_found(tmp_path: Path) -> None:
    app = copy_of_the_program(tmp_path)
    (app / "saywrite/telepathy.py").write_text('"""New."""\n')
    result = lint(app)
    assert result.returncode == 1
    assert "telepathy" in result.stdout


def qt_loaded_by(app: Path, *names: str) -> str:
    result = subprocess.run(
        [sys.executable, "-P", "-c", LOADED, str(app), *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_the_program_without_its_window_loads_no_qt() -> None:
    assert qt_loaded_by(ROOT / "app", *WITHOUT_WINDOW) == "[]"


def test_qt_loaded_on_the_way_is_seen(tmp_path: Path) -> None:
    app = copy_of_the_program(tmp_path)
    with (app / "saywrite/foundation/paths.py").open("a") as file:
        file.write("import PySide6.QtCore\n")
    assert "PySide6" in qt_loaded_by(app, "foundation.paths")
