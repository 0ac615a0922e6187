"""The translations beside the transcript, each at the height of its text, in a column of their own. GUI thread.

Painted like the times on the other side: only the rows on screen, nothing kept for the others. A translation that is
longer than its text moves the next ones down a little, until a shorter one makes up for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from saywrite.ui.theme import blend, readable
from saywrite.ui.transcript_editor import MARGIN, TranscriptEditor
from saywrite.ui.transcript_rows import Row

LEAST_WIDTH = 560
"""Narrower transcripts have no room for two columns, device-independent pixels."""
SHARE = 0.46
_WRAPPED = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


def spread(places: Sequence[tuple[float, float]], bottom: float) -> list[float]:
    """Tops for boxes that want to be at (top, height): never over each other, as little moved as that takes, the last
    one not below `bottom` where there is room above.
    """
    tops: list[float] = []
    free = float("-inf")
    for top, height in places:
        tops.append(max(top, free))
        free = tops[-1] + height
    limit = bottom
    for index in range(len(tops) - 1, -1, -1):
        tops[index] = min(tops[index], limit - places[index][1])
        limit = tops[index]
    return tops


class TranslationColumn(QWidget):
    menu_asked = Signal(object, object)
    """A row and a global position (QPoint): what can be done with its translation?"""

    def __init__(self, editor: TranscriptEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self.active = False
        """There is a translation to show, here or in the strip."""
        self.setAccessibleName("Translation")
        self.hide()
        editor.updateRequest.connect(lambda *_: self.update())

    def wanted_width(self, total: int) -> int:
        """Of a transcript that is `total` wide; 0 where it is too narrow or nothing is translated."""
        return round(total * SHARE) if self.active and total >= LEAST_WIDTH else 0

    def tell(self, translation: str) -> None:
        """A new one, for screen readers."""
        self.setAccessibleDescription(translation)
        self.update()

    def placed(self) -> list[tuple[Row, QRectF]]:
        """The rows on screen that have a translation, and where it stands."""
        rows, width = self._editor.transcript.rows, self.width() - 2 * MARGIN
        found = [(rows[index], place.top()) for index, place in self._editor.visible_rows() if rows[index].translation]
        heights = [self._height(row.translation, width) for row, _ in found]
        # What is at work below the text (words being heard) leaves its room to the last translation.
        bottom = float(self.height() - MARGIN)
        tops = spread([(top, height) for (_, top), height in zip(found, heights, strict=True)], bottom)
        return [
            (row, QRectF(MARGIN, top, width, height))
            for (row, _), top, height in zip(found, tops, heights, strict=True)
        ]

    def row_at(self, point: QPoint) -> Row | None:
        return next((row for row, box in self.placed() if box.top() <= point.y() < box.bottom()), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
        painter.fillRect(event.rect(), base)
        painter.setPen(blend(base, text, 0.16))
        painter.drawLine(0, 0, 0, self.height())
        painter.setFont(self._editor.font())
        painter.setPen(readable(blend(base, text, 0.68), base))
        for row, box in self.placed():
            painter.drawText(box, _WRAPPED, row.translation)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.row_at(event.pos())
        if row is not None:
            self.menu_asked.emit(row, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._editor.viewport(), event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()

    def _height(self, text: str, width: int) -> float:
        metrics = self._editor.fontMetrics()
        return float(metrics.boundingRect(0, 0, width, 1 << 16, int(_WRAPPED), text).height())
