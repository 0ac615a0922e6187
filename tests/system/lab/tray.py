"""A panel with a tray (tint2, XEmbed), and what is in it: found on the screen, clicked as a person does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from tests.system.lab.desktop import LIMIT_S, Desktop, wait_for

GROUND = 0x202020
ICON = 24
"""Width and height of an icon, in pixels."""
PANEL = f"""rounded = 0
border_width = 0
background_color = #{GROUND:06x} 100
border_color = #{GROUND:06x} 100
panel_background_id = 1
panel_items = S
panel_size = 200 30
panel_position = bottom right horizontal
panel_layer = top
systray_icon_size = {ICON}
systray_padding = 4 2 4
systray_sort = ascending
"""


class Panel:
    """Use `panel()`."""

    def __init__(self, screen: Desktop, folder: Path) -> None:
        self._screen = screen
        self._folder = folder
        self._config = folder / "tint2rc"
        self._config.write_text(PANEL)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["tint2", "-c", str(self._config)],
            env={**os.environ, **self._screen.env, "HOME": str(self._folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: self.picture() is not None, "tint2 shows no panel")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(LIMIT_S)
            self._process = None

    def place(self) -> tuple[int, int, int, int] | None:
        """x, y, width and height of the panel on the screen."""
        found = self._screen.xdotool("search", "--onlyvisible", "--class", "^tint2$", check=False).split()
        if not found:
            return None
        shape = self._screen.xdotool("getwindowgeometry", "--shell", found[-1], check=False)
        values = dict(line.split("=") for line in shape.splitlines() if "=" in line)
        if not {"X", "Y", "WIDTH", "HEIGHT"} <= values.keys():
            return None
        return int(values["X"]), int(values["Y"]), int(values["WIDTH"]), int(values["HEIGHT"])

    def picture(self) -> QImage | None:
        """What the panel looks like now, None while there is none."""
        place = self.place()
        if place is None:
            return None
        return QImage(str(self._screen.shot(self._folder / "screen.png"))).copy(*place)

    def icon(self) -> tuple[int, int, int, int] | None:
        """x, y, width and height of what is in the panel, in pixels of the screen; None when it is empty."""
        place, picture = self.place(), self.picture()
        if place is None or picture is None:
            return None
        inked = [
            (x, y)
            for y in range(picture.height())
            for x in range(picture.width())
            if picture.pixel(x, y) & 0xFFFFFF != GROUND
        ]
        if not inked:
            return None
        left, top = min(x for x, _ in inked), min(y for _, y in inked)
        width, height = max(x for x, _ in inked) - left + 1, max(y for _, y in inked) - top + 1
        return place[0] + left, place[1] + top, width, height

    def reds(self) -> int:
        """Pixels of the panel in the red of listening."""
        picture = self.picture()
        if picture is None:
            return 0
        colors = (picture.pixelColor(x, y) for y in range(picture.height()) for x in range(picture.width()))
        return sum(color.red() > 180 and color.green() < 80 and color.blue() < 90 for color in colors)

    def wait_icon(self) -> tuple[int, int, int, int]:
        """The place of the icon, once nothing covers it: a message beside it is larger than an icon."""
        found: list[tuple[int, int, int, int]] = []

        def look() -> bool:
            found[:] = [
                each for each in [self.icon()] if each is not None and min(each[2:]) >= 10 and max(each[2:]) <= ICON
            ]
            return bool(found)

        wait_for(look, "no icon in the panel")
        return found[0]

    def click(self, button: int = 1) -> None:
        x, y, width, height = self.wait_icon()
        self._screen.xdotool("mousemove", str(x + width // 2), str(y + height // 2), "click", str(button))

    def open_menu(self) -> None:
        """Right-click the icon; its menu has the keyboard then. A screen reader cannot read the menus of icons."""
        before = self._above()
        self.click(3)
        wait_for(lambda: self._above() != before, "no menu opens")
        # Painted is not yet in possession of the keyboard: an arrow key that moves the mark shows that it is.
        opened = self._above()

        def marked() -> bool:
            self._screen.key("Up")
            return self._above() != opened

        wait_for(marked, "the menu does not hear the keyboard")

    def choose_text(self, entry: int) -> None:
        """Choose an entry of the newest text: 1 inserts it again, 2 copies it.

        The texts are below Recognizer. R opens its menu and Escape leaves that, with Recognizer selected. Return opens
        the menu of the text with its first entry selected.
        """
        self.open_menu()
        self._screen.key("r", "Escape", "Down", "Return", *["Down"] * (entry - 1), "Return")

    def _above(self) -> QImage:
        """The part of the screen above the icon, where its menu and messages are."""
        place = self.place()
        assert place is not None, "there is no panel"
        x, y, width, _ = place
        return QImage(str(self._screen.shot(self._folder / "screen.png"))).copy(x, y - 150, width, 140)


@contextmanager
def panel(screen: Desktop, folder: Path) -> Iterator[Panel]:
    """A panel that is not started yet; ended with the block."""
    if shutil.which("tint2") is None:
        pytest.skip("tint2 is missing: apt-get install tint2")
    made = Panel(screen, folder)
    try:
        yield made
    finally:
        made.kill()
