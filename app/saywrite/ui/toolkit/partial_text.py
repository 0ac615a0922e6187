"""The words being heard: those the recognizer will hardly change in the text's own color, the rest lighter. GUI thread.

It is laid out as the transcript's editor lays out its rows, so that the final text takes exactly this place.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from saywrite.ui.toolkit.theme import blend, readable
from saywrite.ui.transcript.rows import shown, units

LIGHTER = 0.58
"""Share of the text's color in the lighter one, moved further where the contrast asks for it."""


def lighter_text(palette: QPalette) -> QColor:
    """The color of text that may still change."""
    base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
    return readable(blend(base, text, LIGHTER), base)


def lay_out(text: str, font: QFont, width: int, direction: Qt.LayoutDirection) -> QTextLayout:
    """The lines of `text`, as QPlainTextDocumentLayout breaks those of a row."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(direction)
    layout = QTextLayout(shown(text), font)
    layout.setTextOption(option)
    layout.beginLayout()
    top = 0.0
    while (line := layout.createLine()).isValid():
        line.setLeadingIncluded(True)
        line.setLineWidth(width)
        line.setPosition(QPointF(0, top))
        top += line.height()
    layout.endLayout()
    return layout


def height_of(layout: QTextLayout) -> int:
    """In whole pixels."""
    return math.ceil(layout.boundingRect().height())


class PartialText(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._agreed = (0, 0)
        self._layout: QTextLayout | None = None
        self._laid_out_for: tuple[object, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Being heard")

    def text(self) -> str:
        return self._text

    @property
    def agreed(self) -> tuple[int, int]:
        return self._agreed

    @property
    def agreed_text(self) -> str:
        """The part shown in the text's own color."""
        return self._text[slice(*self._agreed)]

    def set_text(self, text: str, agreed: tuple[int, int] = (0, 0)) -> None:
        """`agreed`: from which to which character nothing will change any more."""
        self._text, self._agreed = text, agreed
        self._laid_out_for = ()
        self.setAccessibleDescription(text)
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """In whole pixels; 0 without text."""
        layout = self._laid_out(width)
        return height_of(layout) if layout is not None else 0

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.heightForWidth(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        layout = self._laid_out(self.width())
        if layout is not None:
            painter = QPainter(self)
            painter.setPen(lighter_text(self.palette()))
            layout.draw(painter, QPointF(0, 0), [self._solid()])

    def _solid(self) -> QTextLayout.FormatRange:
        start, end = self._agreed
        place = QTextLayout.FormatRange()
        place.start = units(self._text[:start])
        place.length = units(self._text[start:end])
        style = QTextCharFormat()
        style.setForeground(self.palette().color(QPalette.ColorRole.Text))
        place.format = style
        return place

    def _laid_out(self, width: int) -> QTextLayout | None:
        """The lines of the text at this width, made anew only when something changed."""
        if not self._text or width <= 0:
            return None
        key = (width, self.font().key(), self.layoutDirection())
        if self._laid_out_for == key:
            return self._layout
        self._layout, self._laid_out_for = lay_out(self._text, self.font(), width, self.layoutDirection()), key
        return self._layout
