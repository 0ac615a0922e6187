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


def colored(text: str, start: int, end: int, color: QColor) -> QTextLayout.FormatRange:
    """A range of the characters of `text` in a color."""
    part = QTextLayout.FormatRange()
    part.start = utf16_length(text[:start])
    part.length = utf16_length(text[start:end])
    style = QTextCharFormat()
    style.setForeground(color)
    part.format = style
    return part


def lay_out(text: str, font: QFont, width: int, direction: Qt.LayoutDirection, hidden: int = 0) -> QTextLayout:
    """Break `text` into lines as the editor breaks a paragraph.

    The first `hidden` characters are not painted.
    """
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(direction)
    layout = QTextLayout(as_paragraph(text), font)
    layout.setTextOption(option)
    if hidden:
        layout.setFormats([colored(text, 0, hidden, QColor(Qt.GlobalColor.transparent))])
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
        self._behind = ""
        self._layout: QTextLayout | None = None
        self._laid_out_for: tuple[object, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_text(self.setAccessibleName, tr("Being heard"))

    def text(self) -> str:
        """The words shown."""
        return self._text

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

    def set_behind(self, text: str) -> None:
        """Leave free the place of `text`, the last line of the editor, which the words continue; "" for none."""
        if text != self._behind:
            self._behind = text
            self._laid_out_for = ()
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
        text, behind = self._behind + self._text, len(self._behind)
        start, end = self._agreed
        color = self.palette().color(QPalette.ColorRole.Text)
        return colored(text, behind + start, behind + end, color)

    def _laid_out(self, width: int) -> QTextLayout | None:
        """The lines of the text at this width; laid out again only after a change."""
        if not self._text or width <= 0:
            return None
        key = (width, self.font().key(), self.layoutDirection())
        if self._laid_out_for == key:
            return self._layout
        text = self._behind + self._text
        self._layout = lay_out(text, self.font(), width, self.layoutDirection(), hidden=len(self._behind))
        self._laid_out_for = key
        return self._layout
