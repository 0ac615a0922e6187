"""Makes the pictures of the README anew: `.venv/bin/python packaging/images`.

Each is the window with the scripted dictation of `tests/ui/demo_window.py` on a virtual desktop of its own, cut to the
windows on it. It needs Xvfb, openbox and xdotool, as the tests of the program do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCENES = {"window": "listening", "history": "history", "settings": "settings"}
"""The scene of the demonstration for each picture."""
SIZE = "1000x700"
GROUND = 0xFF000000
"""The color of a virtual desktop without windows."""


def cut(picture: QImage) -> QImage:
    """The part of a picture of the desktop that windows cover."""
    columns = [x for x in range(picture.width()) if any(picture.pixel(x, y) != GROUND for y in _lines(picture))]
    rows = [y for y in range(picture.height()) if any(picture.pixel(x, y) != GROUND for x in (columns[0], columns[-1]))]
    return picture.copy(QRect(columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1))


def _lines(picture: QImage) -> range:
    return range(0, picture.height(), 10)


def draw(name: str, scene: str) -> None:
    """Write the picture `name`.png."""
    sys.path.append(str(ROOT))
    from tests.system.lab.desktop import desktop

    with desktop() as screen, tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "screen.png"
        demo = [sys.executable, str(ROOT / "tests" / "ui" / "demo_window.py"), "--scene", scene, "--theme", "light"]
        environment = {**os.environ, **screen.env, "HOME": folder, "LANGUAGE": "en", "LC_ALL": "C.UTF-8"}
        subprocess.run([*demo, "--size", SIZE, "--shot", str(shot)], env=environment, check=True)
        cut(QImage(str(shot)).convertToFormat(QImage.Format.Format_RGB32)).save(str(HERE / f"{name}.png"))


def main() -> int:
    for name, scene in SCENES.items():
        draw(name, scene)
        print(HERE / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
