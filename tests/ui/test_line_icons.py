"""Icons have the text color of the palette, are sharp at every size, and can all be painted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter

import saywrite
from saywrite.foundation import paths
from saywrite.ui.toolkit import theme
from saywrite.ui.toolkit.icons import APP_ICON_SIZES, app_icon, icon, paint_icon

NAMES = sorted(path.stem for path in paths.resource("icons").glob("*.svg") if path.stem != "saywrite")


def ink(image: QImage) -> set[str]:
    """The colors of the fully covered pixels."""
    found = set()
    for y in range(image.height()):
        for x in range(image.width()):
            color = image.pixelColor(x, y)
            if color.alpha() == 255:
                found.add(color.name())
    return found


def unused(names: list[str], sources: str) -> list[str]:
    """The icons that no source names."""
    return [name for name in names if f'"{name}"' not in sources]


def test_every_icon_is_used() -> None:
    sources = "".join(path.read_text("utf-8") for path in Path(saywrite.__file__).parent.rglob("*.py"))
    assert unused(NAMES, sources) == []
    assert unused(["stop", "lamp"], 'icon("stop")') == ["lamp"]


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_drawn_within_its_box_in_one_color(qapp: object, name: str) -> None:
    image = QImage(72, 72, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_icon(painter, name, QRectF(0, 0, 72, 72), QColor("#336699"))
    painter.end()
    assert ink(image) == {"#336699"}
    edge = [image.pixelColor(x, y).alpha() for i in range(72) for x, y in ((i, 0), (0, i), (i, 71), (71, i))]
    assert not any(edge), "the drawing is cut off"


def test_an_icon_follows_the_palette(qapp: object) -> None:
    try:
        found = {}
        for setting in ("light", "dark"):
            theme.apply_scheme(setting)
            picture = icon("stop").pixmap(QSize(32, 32)).toImage()
            found[setting] = theme.luminance(picture.pixelColor(16, 8)), picture.pixelColor(16, 8).alpha()
        assert found["light"][0] != found["dark"][0]
    finally:
        theme.apply_scheme("system")


def test_a_disabled_icon_is_paler(qapp: object) -> None:
    window = QGuiApplication.palette().window().color()

    def stroke(mode: QIcon.Mode) -> QColor:
        image = icon("stop").pixmap(QSize(64, 64), mode).toImage()
        return max((image.pixelColor(x, 32) for x in range(64)), key=lambda color: color.alpha())

    normal, disabled = stroke(QIcon.Mode.Normal), stroke(QIcon.Mode.Disabled)
    assert theme.contrast(disabled, window) < theme.contrast(normal, window)


def test_an_icon_that_does_not_exist_is_an_error(qapp: object) -> None:
    with pytest.raises(OSError, match="no-such-icon"):
        icon("no-such-icon")


def test_the_app_icon_has_a_picture_for_every_size(qapp: object) -> None:
    sizes = {size.width() for size in app_icon().availableSizes()}
    assert sizes == set(APP_ICON_SIZES)
    assert all(Path(paths.resource(f"icons/saywrite-{size}.png")).is_file() for size in APP_ICON_SIZES)
