"""The layout of a text to read in a QPlainTextEdit: a line height of 1.4 and space above paragraphs. GUI thread.

QPlainTextDocumentLayout ignores the line height of block formats. It lays a block out when it is first asked for the
block's size, unless the block has lines already (Qt 6.11, qplaintextedit.cpp). This class therefore places the lines
before Qt does. All extra height is above a line, so that Qt computes the right height of a block.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QTextBlock, QTextDocument, QTextLayout
from PySide6.QtWidgets import QPlainTextDocumentLayout

from saywrite.ui.toolkit.theme.tokens import LINE_HEIGHT, MEASURE


def place_lines(layout: QTextLayout, font: QFont, width: float, *, left: float = 0.0, above: float = 0.0) -> int:
    """Break a layout in `font` into lines `width` wide, below a space of `above`; returns their number.

    The layout of a block does not know the font of its document, which is therefore given.
    """
    extra = line_gap(font)
    top, number = above, 0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLeadingIncluded(True)
        line.setLineWidth(width)
        line.setPosition(QPointF(left, top + extra))
        top += line.height() + extra
        number += 1
    layout.endLayout()
    return number


_SAMPLE = "The words of a sentence that someone says are neither narrow nor wide."
"""A line of usual text; a text with narrower letters has a few more in a line."""


def widest_line(metrics: QFontMetrics) -> int:
    """The width of the longest line of `MEASURE` characters, in pixels."""
    return round(metrics.horizontalAdvance(_SAMPLE) * 0.95 * MEASURE / len(_SAMPLE))


def line_gap(font: QFont) -> float:
    """The height that is added above each line, in whole pixels."""
    return float(round(QFontMetricsF(font).height() * (LINE_HEIGHT - 1)))


class PageLayout(QPlainTextDocumentLayout):
    """Lays out blocks with `LINE_HEIGHT`; `space_above` gives the space above a block by its number."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.space_above: Callable[[int], float] = lambda _number: 0.0
        self.width = 0.0
        """The width of the text with its margins; 0 until the editor is shown."""
        self._blocks = document.blockCount()

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        if block.isValid() and not block.layout().lineCount():
            self._lay_out(block)
        return super().blockBoundingRect(block)

    def documentChanged(self, position: int, removed: int, added: int) -> None:
        document, blocks = self.document(), self._blocks
        self._blocks = document.blockCount()
        block, last = document.findBlock(position), document.findBlock(max(0, position + removed + added - 1))
        if block == last and self._blocks == blocks:
            self._change(block)
            return
        end = position + added
        while block.isValid() and block.position() <= end:  # the space above the block behind them may have changed
            block.clearLayout()
            block = block.next()
        super().documentChanged(position, removed, added)

    def _change(self, block: QTextBlock) -> None:
        """Lay out a block whose text has changed. Qt would do it with its own line height and paint everything."""
        before = super().blockBoundingRect(block).height()
        self._lay_out(block)
        grown = super().blockBoundingRect(block).height() - before
        # Nothing stands below the last block.
        if grown == 0 or (grown > 0 and not block.next().isValid()):
            self.updateBlock.emit(block)
        else:
            self.requestUpdate()

    def _lay_out(self, block: QTextBlock) -> None:
        layout, margin = block.layout(), self.document().documentMargin()
        option = self.document().defaultTextOption()
        option.setTextDirection(block.textDirection())
        layout.setTextOption(option)
        width = max(1.0, self.width - 2 * margin) if self.width > 0 else float(1 << 24)
        above = self.space_above(block.blockNumber())
        before = block.lineCount()
        block.setLineCount(place_lines(layout, self.document().defaultFont(), width, left=margin, above=above))
        if block.lineCount() != before:
            self.documentSizeChanged.emit(self.documentSize())
