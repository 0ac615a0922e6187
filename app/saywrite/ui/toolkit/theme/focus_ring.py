"""A ring around the control that has the keyboard focus. GUI thread.

The Fusion style marks the focus by a line that has a contrast of 1.2 to its ground in a dark palette, and by none on a
table without a current cell. Other styles of systems have their own marks, which stay as they are.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import Shiboken

from saywrite.ui.toolkit.theme.contrast import GRAPHIC_CONTRAST, readable
from saywrite.ui.toolkit.theme.tokens import RADIUS_SMALL

WIDTH = 2
"""The width of the ring, and of the gap inside it that parts it from the control, device-independent pixels."""


class FocusRing(QObject):
    """Shows the ring where a key has moved the focus; a click with the mouse shows none."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.ring: Ring | None = None
        app.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, focused: QWidget | None) -> None:
        if self.ring is not None and Shiboken.isValid(self.ring):
            self.ring.remove()
        self.ring = None
        if focused is not None and focused.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
            self.ring = Ring(focused)


class Ring(QWidget):
    """Lies over a widget as its child, so that it moves, is clipped and ends with the widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        widget.installEventFilter(self)
        self.resize(widget.size())
        self.show()

    def remove(self) -> None:
        """Take the ring away."""
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.window().palette()
        ground = palette.color(QPalette.ColorRole.Window)
        color = readable(palette.color(QPalette.ColorRole.Highlight), ground, GRAPHIC_CONTRAST)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap, ring = (WIDTH + 0.5, ground, 1), (WIDTH / 2, color, WIDTH)
        # The text of a field begins where the gap would be, and its ground needs none.
        for inset, ink, width in (ring,) if isinstance(self.parent(), QLineEdit) else (gap, ring):
            painter.setPen(QPen(ink, width))
            edge = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(edge, RADIUS_SMALL, RADIUS_SMALL)
