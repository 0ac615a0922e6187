"""Scroll areas for windows that are too low for all of their content. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSplitter, QWidget

LEAST_LINES = 3
"""The lines of a message that are visible in a low window."""


class ScrolledView(QScrollArea):
    """Scrolls a view when a low window has no room for all of it; never narrower than the view."""

    def __init__(self, view: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(view)
        view.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        view = self.widget()
        width = view.minimumSizeHint().width() if view is not None else 0
        return QSize(width + bar, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class ScrolledMessage(ScrolledView):
    """Scrolls a message; it is as high as its content, or at least `LEAST_LINES` high in a low window."""

    def minimumSizeHint(self) -> QSize:
        least = LEAST_LINES * self.fontMetrics().lineSpacing()
        return QSize(super().minimumSizeHint().width(), min(least, self.sizeHint().height()))

    def sizeHint(self) -> QSize:
        view = self.widget()
        return view.minimumSizeHint() if view is not None else super().sizeHint()


class ScrolledSplit(ScrolledView):
    """Shows the sides of a splitter beside each other, in a narrow window below each other."""

    def __init__(self, split: QSplitter) -> None:
        super().__init__(split)
        self._split = split
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def minimumSizeHint(self) -> QSize:
        return QScrollArea.minimumSizeHint(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._turn()
        return super().eventFilter(watched, event)

    def _turn(self) -> None:
        sides = map(self._split.widget, range(self._split.count()))
        widths = [side.minimumSizeHint().width() for side in sides if side is not None]
        beside = sum(widths) + self._split.handleWidth() * (len(widths) - 1) <= self.width()
        self._split.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
