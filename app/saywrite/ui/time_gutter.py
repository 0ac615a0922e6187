"""The clock times beside the transcript: when each row was said; a click on one is a wish to hear it. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from saywrite.ui.theme import blend, readable
from saywrite.ui.transcript_editor import MARGIN, TranscriptEditor
from saywrite.ui.transcript_rows import Kind, Row

WIDEST = "00:00:00"
MARK_RADIUS = 2.6


class TimeGutter(QWidget):
    """Paints the times of the rows on screen, and only those."""

    hear_asked = Signal(object)
    """The row whose time was clicked."""

    def __init__(
        self, editor: TranscriptEditor, time_of: Callable[[Row], str], note_of: Callable[[Row], str] = lambda _row: ""
    ) -> None:
        """`note_of`: what is special about a row ("" for most), told in its tooltip and marked by a small ring."""
        super().__init__(editor)
        self._editor = editor
        self._time_of = time_of
        self._note_of = note_of
        self._hovered: Row | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Times")
        self.setAccessibleDescription("When each row was said. Ctrl+Enter in the text plays the row.")
        editor.updateRequest.connect(lambda *_: self.update())

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self._font()).horizontalAdvance(WIDEST) + 2 * MARGIN + 4
        return QSize(int(width) + 1, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
        painter.fillRect(event.rect(), base)
        painter.setFont(self._font())
        painter.setPen(readable(blend(base, text, 0.55), base))
        right = self.width() - MARGIN - QFontMetricsF(self._font()).horizontalAdvance(WIDEST)
        for row, top, baseline in self._rows():
            if row is self._hovered:
                self._paint_hovered(painter, row, QPointF(right, top + baseline))
            else:
                painter.drawText(QPointF(right, top + baseline), self._time_of(row))
            if self._note_of(row):
                self._paint_mark(painter, QPointF(right / 2, top + baseline * 0.66))

    @staticmethod
    def _paint_mark(painter: QPainter, middle: QPointF) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(painter.pen().color(), 1.4))
        painter.drawEllipse(middle, MARK_RADIUS, MARK_RADIUS)
        painter.restore()

    def _paint_hovered(self, painter: QPainter, row: Row, place: QPointF) -> None:
        painter.save()
        font = self._font()
        font.setUnderline(True)
        painter.setFont(font)
        painter.setPen(self.link_color())
        painter.drawText(place, self._time_of(row))
        painter.restore()

    def link_color(self) -> QColor:
        """The accent as text: the palette's own link color is a pure blue where no theme sets it."""
        palette = self.palette()
        base = palette.color(QPalette.ColorRole.Base)
        return readable(palette.color(QPalette.ColorRole.Highlight), base)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._row_under(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_under(event.position().toPoint())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.hear_asked.emit(row)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._editor.viewport(), event)

    def _font(self) -> QFont:
        font = QFont(self._editor.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * 0.88)
        return font

    def _rows(self) -> list[tuple[Row, float, float]]:
        """The timed rows on screen, with their top and how far below it their first line stands."""
        rows, baseline = self._editor.transcript.rows, QFontMetricsF(self._editor.font()).ascent()
        return [
            (rows[index], place.top(), baseline)
            for index, place in self._editor.visible_rows()
            if rows[index].kind is not Kind.HEADING
        ]

    def _row_under(self, point: QPoint) -> Row | None:
        height = QFontMetricsF(self._editor.font()).height()
        for row, top, _ in self._rows():
            if row.kind is Kind.SEGMENT and top <= point.y() <= top + height:
                return row
        return None

    def _hover(self, row: Row | None) -> None:
        if row is self._hovered:
            return
        self._hovered = row
        self.setCursor(Qt.CursorShape.PointingHandCursor if row else Qt.CursorShape.ArrowCursor)
        note = self._note_of(row) if row else ""
        self.setToolTip("\n".join(line for line in ("Hear from here" if row else "", note) if line))
        self.update()
