"""What stands beside the transcript's text: clock times, and the translations of the rows. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.theme import page_colors
from saywrite.ui.toolkit.theme.motion import fade_ms
from saywrite.ui.toolkit.theme.tokens import LARGE, SMALL, sized
from saywrite.ui.toolkit.translation import joined, set_text, tr
from saywrite.ui.transcript.editor import MARGIN, TranscriptEditor
from saywrite.ui.transcript.rows import Row, RowKind

WIDEST = "00:00:00"
MARK_RADIUS = 2.6
FADED = 0.8
"""The opacity of the times while the mouse is elsewhere: with it they still have the contrast of shapes, 3."""


def begins_paragraph(row: Row) -> bool:
    """Whether a paragraph begins with the row, by a pause or by a spoken line break."""
    return row.lead is None or row.text.startswith("\n")


PlacedRow = tuple[Row, float, float]
"""A visible row with a time or a remark: its top, and the baseline of its first line below it."""


class TimeGutter(QWidget):
    """The time at which each visible paragraph begins; a click on a time plays the paragraph."""

    play_requested = Signal(object)
    """The row that begins at the time that was clicked."""

    def __init__(
        self,
        editor: QPlainTextEdit,
        rows: Callable[[], Sequence[PlacedRow]],
        time_of: Callable[[Row], str],
        note_of: Callable[[Row], str],
    ) -> None:
        """`rows` gives the rows beside which a time or a mark stands, from top to bottom.

        `note_of` gives a remark about a row ("" for most): it is a tooltip, and a small ring marks the row.
        """
        super().__init__(editor)
        self._editor = editor
        self._rows = rows
        self._time_of = time_of
        self._note_of = note_of
        self._hovered: Row | None = None
        self._shown = 0.0
        self._fade = QVariantAnimation(self, startValue=0.0, endValue=1.0)
        self._fade.valueChanged.connect(self._show_share)
        self.setMouseTracking(True)
        set_text(self.setAccessibleName, tr("Times"))
        set_text(
            self.setAccessibleDescription,
            tr("When each paragraph begins. Ctrl+Enter in the text plays the sentence at the cursor."),
        )
        editor.updateRequest.connect(lambda *_: self.update())

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self._font()).horizontalAdvance(WIDEST) + 2 * MARGIN + 4
        return QSize(int(width) + 1, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.setFont(self._font())
        painter.setPen(page_colors(self.palette()).muted)
        painter.setOpacity(FADED + (1 - FADED) * self._shown)
        right = self.width() - MARGIN - QFontMetricsF(self._font()).horizontalAdvance(WIDEST)
        for row, top, baseline in self._rows():
            if row is self._hovered:
                self._paint_hovered(painter, row, QPointF(right, top + baseline))
            elif begins_paragraph(row):
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
        painter.setPen(page_colors(self.palette()).link)
        painter.drawText(place, self._time_of(row))
        painter.restore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._row_under(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_under(event.position().toPoint())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.play_requested.emit(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()  # it is not a click into the text

    def enterEvent(self, event: QEnterEvent) -> None:
        self._start_fade(QVariantAnimation.Direction.Forward)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        self._start_fade(QVariantAnimation.Direction.Backward)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._editor.viewport(), event)

    def _start_fade(self, direction: QVariantAnimation.Direction) -> None:
        self._fade.setDuration(fade_ms())
        self._fade.setDirection(direction)
        self._fade.start()

    def _show_share(self, share: float) -> None:
        self._shown = share
        self.update()

    def _font(self) -> QFont:
        return sized(self._editor.font(), SMALL / LARGE)

    def _row_under(self, point: QPoint) -> Row | None:
        descent = QFontMetricsF(self._editor.font()).descent()
        for row, top, baseline in self._rows():
            if row.kind is RowKind.SEGMENT and top <= point.y() <= top + baseline + descent:
                return row
        return None

    def _note_beside(self, row: Row) -> str:
        """The remark about a later row that begins in the line where `row` begins."""
        rows = self._rows()
        lines = {id(each): round(top + baseline) for each, top, baseline in rows}
        same = (each for each, _, _ in rows if lines[id(each)] == lines.get(id(row)))
        return next((note for each in same if (note := self._note_of(each))), "")

    def _hover(self, row: Row | None) -> None:
        if row is self._hovered:
            return
        self._hovered = row
        self.setCursor(Qt.CursorShape.PointingHandCursor if row else Qt.CursorShape.ArrowCursor)
        note = self._note_of(row) or self._note_beside(row) if row else ""
        set_text(self.setToolTip, plain_tooltip(joined("\n", tr("Hear from here") if row else "", note)))
        self.update()


def rows_with_times(editor: TranscriptEditor, note_of: Callable[[Row], str]) -> list[PlacedRow]:
    """The visible rows of the transcript that begin a paragraph or have a remark.

    A row with a remark in the middle of a paragraph shows its time when hovered.
    """
    ascent = QFontMetricsF(editor.font()).ascent()
    visible = editor.visible_rows(
        lambda row: row.kind is not RowKind.HEADING and (begins_paragraph(row) or note_of(row))
    )
    return [(editor.transcript.rows[index], place.top(), editor.first_line(index) + ascent) for index, place in visible]


MIN_COLUMN_WIDTH = 560
"""A narrower transcript shows its translations below; device-independent pixels."""
COLUMN_SHARE = 0.46
_WRAPPED = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


def without_overlap(places: Sequence[tuple[float, float]], bottom: float) -> list[float]:
    """Tops for boxes, (wanted top, height) each, so that none overlaps another.

    Boxes move as little as possible. The last one ends above `bottom` if there is room above it.
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
    """The translations of the visible rows, in a column beside them."""

    menu_requested = Signal(object, object)
    """The user asked for a context menu of a row's translation: the row and a global position (QPoint)."""

    def __init__(self, editor: TranscriptEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self.active = False
        """Whether there is a translation to show, here or in the strip."""
        set_text(self.setAccessibleName, tr("Translation"))
        self.hide()
        editor.updateRequest.connect(lambda *_: self.update())

    def preferred_width(self, total: int) -> int:
        """The width beside a transcript `total` wide; 0 if that is too narrow or nothing is translated."""
        return round(total * COLUMN_SHARE) if self.active and total >= MIN_COLUMN_WIDTH else 0

    def set_newest(self, translation: str) -> None:
        """Give screen readers the newest translation."""
        set_text(self.setAccessibleDescription, translation)
        self.update()

    def placed(self) -> list[tuple[Row, QRectF]]:
        """The visible rows that have a translation, with its rectangle."""
        rows, width = self._editor.transcript.rows, self.width() - 2 * MARGIN
        visible = self._editor.visible_rows(lambda row: row.translation)
        found = [(rows[index], place.top() + self._editor.first_line(index)) for index, place in visible]
        heights = [self._height(row.translation, width) for row, _ in found]
        # The last translation may use the height of the words being heard, which have no translation.
        bottom = float(self.height() - MARGIN)
        tops = without_overlap([(top, height) for (_, top), height in zip(found, heights, strict=True)], bottom)
        return [
            (row, QRectF(MARGIN, top, width, height))
            for (row, _), top, height in zip(found, tops, heights, strict=True)
        ]

    def row_at(self, point: QPoint) -> Row | None:
        """The row whose translation is at `point`, or None."""
        return next((row for row, box in self.placed() if box.top() <= point.y() < box.bottom()), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colors = page_colors(self.palette())
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(colors.rule)
        painter.drawLine(0, 0, 0, self.height())
        painter.setFont(self._editor.font())
        painter.setPen(colors.uncertain)
        for row, box in self.placed():
            painter.drawText(box, _WRAPPED, row.translation)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.row_at(event.pos())
        if row is not None:
            self.menu_requested.emit(row, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._editor.viewport(), event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()

    def _height(self, text: str, width: int) -> float:
        metrics = self._editor.fontMetrics()
        return float(metrics.boundingRect(0, 0, width, 1 << 16, int(_WRAPPED), text).height())
