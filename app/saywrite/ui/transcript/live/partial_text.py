"""Paints the words being heard, which may still change, in a lighter color than final text. GUI thread.

The part on which the recognizer agrees with itself has the color of final text. The lines break as in the editor, so
that the final text appears in exactly the same place.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from saywrite.ui.toolkit.document_text import as_paragraph, utf16_length
from saywrite.ui.toolkit.page_layout import place_lines
from saywrite.ui.toolkit.theme import page_colors
from saywrite.ui.toolkit.translation import set_text, tr


def lay_out(text: str, font: QFont, width: int, direction: Qt.LayoutDirection) -> QTextLayout:
    """Break `text` into lines as the editor breaks a row."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(direction)
    layout = QTextLayout(as_paragraph(text), font)
    layout.setTextOption(option)
    place_lines(layout, font, width)
    return layout


def height_of(layout: QTextLayout) -> int:
    """The height of a layout in whole pixels."""
    return math.ceil(layout.boundingRect().bottom())


def lighter_text(palette: QPalette) -> QColor:
    """The color of text that may still change."""
    return page_colors(palette).uncertain


class PartialText(QWidget):
    """The words being heard; the mouse reaches the editor below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._agreed = (0, 0)
        self._layout: QTextLayout | None = None
        self._laid_out_for: tuple[object, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_text(self.setAccessibleName, tr("Being heard"))

    def text(self) -> str:
        """The words shown."""
        return self._text

    @property
    def agreed(self) -> tuple[int, int]:
        """The range of characters that will hardly change."""
        return self._agreed

    @property
    def agreed_text(self) -> str:
        """The part in the color of final text."""
        return self._text[slice(*self._agreed)]

    def set_text(self, text: str, agreed: tuple[int, int] = (0, 0)) -> None:
        """Show `text`; `agreed` is the range of its characters that will hardly change."""
        self._text, self._agreed = text, agreed
        self._laid_out_for = ()
        set_text(self.setAccessibleDescription, text)
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """The height in whole pixels; 0 without text."""
        layout = self._laid_out(width)
        return height_of(layout) if layout is not None else 0

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.heightForWidth(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        layout = self._laid_out(self.width())
        if layout is not None:
            painter = QPainter(self)
            painter.setPen(lighter_text(self.palette()))
            layout.draw(painter, QPointF(0, 0), [self._agreed_format()])

    def _agreed_format(self) -> QTextLayout.FormatRange:
        start, end = self._agreed
        part = QTextLayout.FormatRange()
        part.start = utf16_length(self._text[:start])
        part.length = utf16_length(self._text[start:end])
        style = QTextCharFormat()
        style.setForeground(self.palette().color(QPalette.ColorRole.Text))
        part.format = style
        return part

    def _laid_out(self, width: int) -> QTextLayout | None:
        """The lines of the text at this width; laid out again only after a change."""
        if not self._text or width <= 0:
            return None
        key = (width, self.font().key(), self.layoutDirection())
        if self._laid_out_for == key:
            return self._layout
        self._layout, self._laid_out_for = lay_out(self._text, self.font(), width, self.layoutDirection()), key
        return self._layout
