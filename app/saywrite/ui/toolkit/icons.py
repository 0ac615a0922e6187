"""Line icons in the text color of the current palette. GUI thread.

An icon is an SVG in `resources/icons` drawn in `currentColor`. It is rendered for every size, state and color, so it
is sharp on every screen and follows light and dark schemes by itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton

from saywrite.foundation import paths
from saywrite.ui.toolkit.theme.tokens import TARGET
from saywrite.ui.toolkit.translation import changed, set_text

_KEYS = re.compile(r"\(([^()]*)\)[^()]*$")
ICON_SIDE, ICON_STEP = 16, 8
"""The side of an icon beside usual text, and the steps in which it grows; device-independent pixels."""
APP_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def icon(name: str) -> QIcon:
    """The line icon `resources/icons/<name>.svg`. Raises OSError without that file."""
    _source(name)
    return QIcon(_TintedEngine(name))


class IconButton(QToolButton):
    """A button with a line icon that is as high as a line of text, so that it grows with the text."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setIcon(icon(name))
        _fit_icon(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            _fit_icon(self)


class IconPushButton(QPushButton):
    """A button with a text and, before it, a line icon that grows with the text."""

    def __init__(self, name: str) -> None:
        super().__init__(icon(name), "")
        _fit_icon(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            _fit_icon(self)


def icon_button(name: str, text: str, focus: Qt.FocusPolicy = Qt.FocusPolicy.TabFocus) -> QToolButton:
    """A flat button with a line icon.

    `text` is its tooltip; without the shortcut in brackets it is also its name for screen readers, and the shortcut its
    description.
    """
    button = IconButton(name)
    button.setAutoRaise(True)
    set_text(button.setToolTip, text)
    set_text(button.setAccessibleName, without_keys(text))
    if "(" in text:
        set_text(button.setAccessibleDescription, keys_in(text))
    button.setFocusPolicy(focus)
    button.setMinimumSize(TARGET, TARGET)
    return button


def without_keys(text: str) -> str:
    """Return a tooltip without the shortcut in brackets at its end."""
    return changed(text, lambda words: words.split(" (", maxsplit=1)[0])


def keys_in(text: str) -> str:
    """Return the shortcut in brackets at the end of a tooltip: "Ctrl+P"."""
    return changed(text, lambda words: "".join(_KEYS.findall(words)))


def app_icon() -> QIcon:
    """The icon of the program, in the sizes that window managers use."""
    result = QIcon()
    for size in APP_ICON_SIZES:
        result.addFile(str(paths.resource(f"icons/saywrite-{size}.png")), QSize(size, size))
    return result


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Draw the icon into `rect` (device-independent pixels) in `color`."""
    _renderer(name, color.rgba()).render(painter, rect)


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return paths.resource(f"icons/{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def _renderer(name: str, rgba: int) -> QSvgRenderer:
    color = QColor.fromRgba(rgba)
    svg = _source(name).replace(
        'stroke="currentColor"', f'stroke="{color.name()}" stroke-opacity="{color.alphaF():.3f}"'
    )
    return QSvgRenderer(QByteArray(svg.encode()))


class _TintedEngine(QIconEngine):
    """Paints one icon in the color of the application's palette at each paint."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        paint_icon(painter, self._name, square, _color(mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        result = QPixmap(size)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return result

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name)


def _fit_icon(button: QAbstractButton) -> None:
    side = icon_side(button.fontMetrics().height())
    button.setIconSize(QSize(side, side))


def icon_side(line: int) -> int:
    """The side of an icon beside lines of this height: 16, 24, 32…, in which its strokes are sharp."""
    return max(ICON_SIDE, line // ICON_STEP * ICON_STEP)


def _color(mode: QIcon.Mode) -> QColor:
    palette = QGuiApplication.palette()
    if mode == QIcon.Mode.Disabled:
        return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    if mode == QIcon.Mode.Selected:
        return palette.color(QPalette.ColorRole.HighlightedText)
    return palette.color(QPalette.ColorRole.WindowText)
