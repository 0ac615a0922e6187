"""How a dictation looks in the history's list: when and how long in small print, below it how it begins. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from saywrite.ui.theme import blend, readable

PADDING = 7


class TwoLineDelegate(QStyledItemDelegate):
    """Paints an entry's text as a small first and a full second line, on the style's own ground."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        small = QFontMetrics(_small(option.font))
        return QSize(80, small.height() + option.fontMetrics.height() + 2 * PADDING + 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        head, _, body = str(index.data()).partition("\n")
        option.text = ""
        style = option.widget.style() if option.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        roles = QPalette.ColorRole
        ground = option.palette.color(roles.Highlight if selected else roles.Base)
        ink = option.palette.color(roles.HighlightedText if selected else roles.Text)
        box = option.rect.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        painter.save()
        font = _small(option.font)
        painter.setFont(font)
        painter.setPen(ink if selected else readable(blend(ground, ink, 0.6), ground))
        height = QFontMetrics(font).height()
        _line(painter, QRect(box.left(), box.top(), box.width(), height), head)
        painter.setFont(option.font)
        painter.setPen(ink)
        _line(painter, box.adjusted(0, height + 2, 0, 0), body)
        painter.restore()


def _line(painter: QPainter, box: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, shown)


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.9)
    return small
