"""The table of keywords: keyboard, empty state, and marks on rows with a problem. GUI thread."""

from __future__ import annotations

import sys

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionHeader,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from saywrite.foundation.messages import message
from saywrite.ui.keywords.model import HEADERS, PROBLEM_ROLE, SPOKEN
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme import page_colors, theme_colors
from saywrite.ui.toolkit.theme.tokens import M, S
from saywrite.ui.toolkit.translation import set_text, tr

EMPTY_TITLE = message("Words it should know")
EMPTY_TEXT = message(
    "Say “k eight s”, write “Kubernetes”.\n\nNames, products, jargon: on the left as heard, on the right as written."
)
PADDING = 6
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def place_words(height: int, title: int, body: int) -> tuple[int, bool]:
    """Return the top of words in the middle of a table, and whether their title has room above them."""
    top = (height - body) // 2
    return (max(title, top), True) if title + body <= height else (max(0, top), False)


class MarkingDelegate(QStyledItemDelegate):
    """Paints a hint in empty cells, and a mark at the edge of rows with a problem."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if not option.text:
            palette = option.palette
            option.text = tr("spoken") if index.column() == SPOKEN else tr("written")
            option.font.setItalic(True)
            palette.setColor(QPalette.ColorRole.Text, page_colors(palette).muted)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        widget = option.widget
        widget.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, self._styled(option, index), painter, widget
        )
        inside = QStyleOptionViewItem(option)
        inside.rect = option.rect.adjusted(PADDING, 0, -PADDING // 2, 0)
        super().paint(painter, inside, index)
        if index.data(PROBLEM_ROLE) and index.column() == SPOKEN:
            edge = QRect(option.rect)
            edge.setWidth(3)
            if option.direction == Qt.LayoutDirection.RightToLeft:
                edge.moveRight(option.rect.right())
            painter.fillRect(edge, theme_colors(option.palette).warn)

    def _styled(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QStyleOptionViewItem:
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        return styled

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        # A table gives screen readers its cells only, so an editor in its viewport would not exist for them.
        editor = super().createEditor(self._view.parentWidget() or parent, option, index)
        set_text(
            editor.setAccessibleName,
            tr("{column}, keyword {row}", column=HEADERS[index.column()], row=index.row() + 1),
        )
        if sys.platform.startswith("linux"):
            # Qt reports the cursor before the focus; Orca then takes the field as known and does not read its name.
            QTimer.singleShot(0, editor, lambda: announce(editor, editor.accessibleName()))
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().updateEditorGeometry(editor, option, index)
        viewport, around = self._view.viewport(), editor.parentWidget()
        visible = editor.geometry() & viewport.rect()  # it may not lie over what is beside the table
        if around is not None and around is not viewport:
            editor.setGeometry(QRect(viewport.mapTo(around, visible.topLeft()), visible.size().expandedTo(QSize(0, 0))))


class AlignedHeader(QHeaderView):
    """A header whose texts are aligned with those of the cells."""

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        super().initStyleOptionForIndex(option, section)
        option.text = ""  # drawn in `paintSection`

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        super().paintSection(painter, rect, section)
        style = self.style()
        place = rect.adjusted(self._margin(), 0, -PADDING, 0)
        text = self.fontMetrics().elidedText(self._text(section), Qt.TextElideMode.ElideRight, place.width())
        flags = QStyle.visualAlignment(self.layoutDirection(), self.defaultAlignment())
        style.drawItemText(painter, place, int(flags), self.palette(), True, text, QPalette.ColorRole.ButtonText)

    def sectionSizeFromContents(self, section: int) -> QSize:
        width = self._margin() + self.fontMetrics().horizontalAdvance(self._text(section)) + PADDING
        return super().sectionSizeFromContents(section).expandedTo(QSize(width, 0))

    def _text(self, section: int) -> str:
        return str(self.model().headerData(section, self.orientation()) or "")

    def _margin(self) -> int:
        return PADDING + self.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, self) + 1

    def viewportEvent(self, event: QEvent) -> bool:
        """Show a heading that does not fit in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            section = self.logicalIndexAt(event.pos())
            cut = section >= 0 and self.sectionSizeFromContents(section).width() > self.sectionSize(section)
            QToolTip.showText(event.globalPos(), plain_tooltip(self._text(section)) if cut else "", self)
            return True
        return super().viewportEvent(event)


class KeywordsTable(QTableView):
    """Edited with the keyboard: Insert adds, F2 or Enter edits, Delete removes."""

    add_requested = Signal()
    delete_requested = Signal()
    undo_requested = Signal()

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(MarkingDelegate(self))
        set_text(self.setAccessibleName, tr("Keywords"))
        set_text(self.setAccessibleDescription, tr("Insert adds a keyword, F2 edits, Delete removes."))
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = AlignedHeader(Qt.Orientation.Horizontal, self)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self._fit_rows()

    def _fit_rows(self) -> None:
        """Give the rows and the header the height of the text."""
        height = self.fontMetrics().height() + 2 * PADDING
        self.verticalHeader().setDefaultSectionSize(height)
        self.horizontalHeader().setMinimumHeight(height)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_rows()

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 4 * self.fontMetrics().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if editing:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Insert:
            self.add_requested.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
        elif event.key() in _ENTER and not self.currentIndex().isValid():
            self.add_requested.emit()
        elif event.key() in _ENTER:
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.updateEditorGeometries()  # the viewport moves its children only

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """After Enter in the spoken form, edit the written form."""
        index = self.currentIndex()
        super().closeEditor(editor, hint)
        submitted = hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache
        if submitted and index.isValid() and index.column() == SPOKEN:
            beside = index.siblingAtColumn(SPOKEN + 1)
            self.setCurrentIndex(beside)
            if not beside.data():
                self.edit(beside)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model().rowCount():
            return
        painter = QPainter(self.viewport())
        area = self.viewport().rect().adjusted(M, 0, -M, 0)
        title, words = self._empty_words()
        strong = QFont(self.font())
        strong.setWeight(QFont.Weight.DemiBold)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        body = painter.boundingRect(area, int(flags), words)
        strong_line = QFontMetrics(strong).height()
        top, has_title = place_words(area.height(), strong_line + S, body.height())
        painter.setPen(page_colors(self.palette()).uncertain)
        painter.drawText(QRect(area.left(), top, area.width(), body.height()), int(flags), words)
        if has_title:
            painter.setFont(strong)
            painter.setPen(self.palette().color(QPalette.ColorRole.Text))
            painter.drawText(QRect(area.left(), top - strong_line - S, area.width(), strong_line), int(flags), title)

    def _empty_words(self) -> tuple[str, str]:
        source = getattr(self.model(), "sourceModel", lambda: None)()
        if source is not None and source.rowCount():
            return tr("Nothing found"), tr("No keyword has these letters.")
        return tr(EMPTY_TITLE), tr(EMPTY_TEXT)
