"""Colors are computed from the palette and are readable in light, dark and high contrast."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QRadioButton

from saywrite.ui.toolkit import theme
from saywrite.ui.toolkit.theme.indicators import CLASSES, outline_indicators

LIGHT, DARK = theme.plain_palette(dark=False), theme.plain_palette(dark=True)
BLACK = QPalette(QColor("black"), QColor("black"))
PALETTES = pytest.mark.parametrize("palette", [LIGHT, DARK, BLACK], ids=["light", "dark", "high contrast"])
colors = st.builds(QColor, *[st.integers(0, 255)] * 3)


@PALETTES
@pytest.mark.parametrize("name", ["muted", "record_text", "good", "warn", "bad"])
def test_every_text_color_is_readable_on_window_and_notice(palette: QPalette, name: str) -> None:
    tones = theme.theme_colors(palette)
    shade = getattr(tones, name)
    for ground in (palette.color(QPalette.ColorRole.Window), tones.raised):
        assert theme.contrast(shade, ground) >= theme.TEXT_CONTRAST - 0.3
    assert theme.contrast(shade, tones.raised) >= theme.TEXT_CONTRAST


@PALETTES
def test_the_record_button_carries_readable_text(palette: QPalette) -> None:
    tones = theme.theme_colors(palette)
    assert theme.contrast(tones.on_record, tones.record) >= theme.TEXT_CONTRAST


@PALETTES
def test_the_record_button_stands_out_from_the_window(palette: QPalette) -> None:
    window = palette.color(QPalette.ColorRole.Window)
    assert theme.contrast(theme.theme_colors(palette).record, window) >= 2.5


@PALETTES
def test_the_palette_itself_is_readable(palette: QPalette) -> None:
    for ink, ground in (
        ("WindowText", "Window"),
        ("Text", "Base"),
        ("ButtonText", "Button"),
        ("HighlightedText", "Highlight"),
    ):
        roles = QPalette.ColorRole
        found = theme.contrast(palette.color(roles[ink]), palette.color(roles[ground]))
        assert found >= theme.TEXT_CONTRAST - 0.6, (ink, ground)


@given(color=colors, ground=colors)
def test_readable_reaches_its_contrast_on_any_ground(color: QColor, ground: QColor) -> None:
    assert theme.contrast(theme.readable(color, ground), ground) >= theme.TEXT_CONTRAST


@given(color=colors)
def test_readable_color_is_not_changed(color: QColor) -> None:
    moved = theme.readable(color, QColor("white"))
    if theme.contrast(color, QColor("white")) >= theme.TEXT_CONTRAST:
        assert moved.rgb() == color.rgb()


def test_contrast_is_that_of_the_standard() -> None:
    assert theme.contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert theme.contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("setting", "dark"), [("dark", True), ("light", False)])
def test_the_scheme_follows_the_setting_where_the_system_has_none(qapp: object, setting: str, dark: bool) -> None:
    try:
        theme.apply_scheme(setting)
        palette = QGuiApplication.palette()
        is_dark = theme.luminance(palette.color(QPalette.ColorRole.Window)) < 0.2
        assert is_dark is dark
    finally:
        theme.apply_scheme("system")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_the_outline_of_a_box_stands_out(scheme: str, kind: type[QAbstractButton], qtbot: Any) -> None:
    before = QApplication.palette()
    for name in ("dark", "light", scheme):
        theme.apply_scheme(name)
    button = kind("x")
    qtbot.addWidget(button)
    with qtbot.waitExposed(button):
        button.show()
    picture = button.grab().toImage()
    row = picture.height() // 2
    ground = QApplication.palette().color(QPalette.ColorRole.Window)
    best = max(theme.contrast(picture.pixelColor(x, row), ground) for x in range(3))
    theme.apply_scheme("system")
    QApplication.setPalette(before)
    assert best >= theme.GRAPHIC_CONTRAST


def test_the_outline_follows_a_palette_of_the_system(qapp: QApplication) -> None:
    before = QApplication.palette()
    seen = []
    for palette in (DARK, LIGHT):
        outline_indicators(palette)
        seen.append({QApplication.palette(name).color(QPalette.ColorRole.Window).lightness() for name in CLASSES})
    QApplication.setPalette(before)
    assert min(seen[0]) > max(seen[1])
