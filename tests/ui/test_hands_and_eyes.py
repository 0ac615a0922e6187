"""Large controls, a visible focus in every palette, and less motion on request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget
from shiboken6 import Shiboken
from test_window_reach import everything, focusable

from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.toolkit.theme import contrast, plain_palette
from saywrite.ui.toolkit.theme.focus_ring import FocusRing
from saywrite.ui.toolkit.theme.motion import apply_motion, fade_ms, reduces_motion

__all__ = ["everything"]


def high_contrast_palette() -> QPalette:
    """White and yellow on black, as the high-contrast schemes of Windows and GNOME have it."""
    palette, roles = QPalette(QColor("black"), QColor("black")), QPalette.ColorRole
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.PlaceholderText, roles.BrightText):
        palette.setColor(role, QColor("white"))
    palette.setColor(roles.Base, QColor("black"))
    palette.setColor(roles.Highlight, QColor("yellow"))
    palette.setColor(roles.HighlightedText, QColor("black"))
    return palette


PALETTES = {
    "light": plain_palette(dark=False),
    "dark": plain_palette(dark=True),
    "high contrast": high_contrast_palette(),
}


@pytest.fixture(params=PALETTES)
def palette(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[QPalette]:
    before = qapp.palette()
    qapp.setPalette(PALETTES[request.param])
    yield PALETTES[request.param]
    qapp.setPalette(before)


def main_controls(root: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in focusable(root)
        if widget.isVisible() and isinstance(widget, (QAbstractButton, QComboBox, QLineEdit))
    ]


def low(root: QWidget) -> list[str]:
    """The main controls that are less than 32 pixels high, or narrower than that."""
    return [
        f"{widget.accessibleName() or type(widget).__name__}: {widget.width()} × {widget.height()}"
        for widget in main_controls(root)
        if min(widget.width(), widget.height()) < 32
    ]


def test_every_control_of_the_window_is_32_pixels_high(qtbot: Any, everything: FrontEnd) -> None:
    window = everything.window
    window.show_panels(keywords=True, waveform=True)
    window.transcript.find()
    qtbot.waitUntil(lambda: len(main_controls(window)) > 15 and all(each.width() for each in main_controls(window)))
    assert low(window) == []


def test_every_control_of_the_first_run_is_32_pixels_high(qtbot: Any, front: FrontEnd) -> None:
    front.dialogs.show_first_run()
    window = next(each for each in QApplication.topLevelWidgets() if type(each).__name__ == "FirstRunWindow")
    for _step in range(4):
        qtbot.waitUntil(lambda: len(main_controls(window)) >= 3)
        assert low(window) == []
        qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)


def changed_pixels(before: QImage, after: QImage) -> list[tuple[QColor, QColor]]:
    """The colors of each pixel that differs."""
    return [
        (before.pixelColor(x, y), after.pixelColor(x, y))
        for x in range(before.width())
        for y in range(before.height())
        if before.pixel(x, y) != after.pixel(x, y)
    ]


@pytest.fixture
def ring(qapp: QApplication) -> Iterator[FocusRing]:
    made = FocusRing(qapp)
    yield made
    Shiboken.delete(made)


def test_the_focus_is_visible_on_every_control(
    qtbot: Any, everything: FrontEnd, palette: QPalette, ring: FocusRing
) -> None:
    window = everything.window
    window.show_panels(keywords=True, waveform=True)
    qtbot.waitUntil(lambda: window.waveform.strip is not None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    faint = []
    for widget in focusable(window):
        if not (widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
            continue
        window.menuBar().setFocus()
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
        pixels = changed_pixels(without, widget.grab().toImage())
        strong = [pair for pair in pixels if contrast(*pair) >= 3.0]
        if len(strong) < 2 * min(widget.width(), widget.height()):
            faint.append(f"{widget.accessibleName() or type(widget).__name__}: {len(strong)} of {len(pixels)}")
    assert faint == []


def two_buttons(qtbot: Any) -> tuple[QWidget, QPushButton, QPushButton]:
    """An active window with two buttons."""
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    first, second = QPushButton("First"), QPushButton("Second")
    row.addWidget(first)
    row.addWidget(second)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window, first, second


def test_a_click_with_the_mouse_shows_no_ring(qtbot: Any, qapp: QApplication, ring: FocusRing) -> None:
    window, first, second = two_buttons(qtbot)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert ring.ring is not None
    assert (ring.ring.parent(), ring.ring.size()) == (second, second.size())
    window.resize(400, 100)
    qapp.processEvents()
    assert ring.ring.size() == second.size()
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert ring.ring is None


def test_the_ring_ends_with_its_widget(qtbot: Any, qapp: QApplication, ring: FocusRing) -> None:
    _window, first, second = two_buttons(qtbot)
    second.setFocus(Qt.FocusReason.ShortcutFocusReason)
    Shiboken.delete(second)
    first.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert ring.ring is not None
    assert ring.ring.parent() is first


def test_less_motion_is_a_setting_and_ends_fades(qapp: QApplication) -> None:
    try:
        apply_motion("reduced")
        assert reduces_motion()
        assert fade_ms() == 0
    finally:
        apply_motion("system")
    assert fade_ms() == 120
