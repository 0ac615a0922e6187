"""The history: find, read, copy, export or delete past dictations. GUI thread; queries run on a pool thread.

Loaded when it is opened for the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QFont, QFontMetrics, QKeySequence, QPainter, QPalette, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import clock, length, moment
from saywrite.storage.history.store import Dictated, HistoryStore, Summary
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme import blend, readable

PADDING = 7


class TwoLineDelegate(QStyledItemDelegate):
    """Paints the text of an entry as a small first line and a second line of full size."""

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


DELETE_ALL = "Delete this dictation and its recording for good?"
DELETE_TEXT = "Delete this text for good? Its recording has no complete text yet and stays among the unfinished ones."
PAGE = 100
SEARCH_AFTER_MS = 200
ID, SUMMARY = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class HistoryWindow(QWidget):
    """A list of past dictations with search, and the text of the selected one."""

    export_requested = Signal(object)
    """The user asked to export a `Dictated`."""
    details_requested = Signal(object)
    """The user asked for the details of a `Dictated`."""

    def __init__(
        self,
        open_history: Callable[[], HistoryStore],
        now: Callable[[], datetime] = datetime.now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._history = _OpenOnce(open_history)
        self._now = now
        self._shown: Dictated | None = None
        self._asked = 0
        self._more_to_come = False
        self.query = QLineEdit()
        self.list = QListWidget()
        self.text = QPlainTextEdit()
        self.note = ThemedLabel()
        self.copy = QPushButton(icon("copy"), "&Copy")
        self.export = QPushButton(icon("export"), "&Export…")
        self.details = QPushButton(icon("info"), "De&tails…")
        self.delete = QPushButton(icon("clear"), "&Delete…")
        self.confirm = QPushButton("Delete for good")
        self.keep = QPushButton("Keep")
        self._search_timer = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS)
        self.setWindowTitle("History – Saywrite")
        self.resize(860, 560)
        self._arrange()
        self._connect()
        self._show_dictated(None)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the database; the next query opens it again."""
        run_task(self._history.close, in_order=True)
        super().closeEvent(event)

    def reload(self) -> None:
        """Load the list: the newest dictations, or those that match the search."""
        self._asked += 1
        asked, query = self._asked, self.query.text().strip()
        if query:
            self._ask(lambda history: history.search(query, PAGE), lambda hits: self._list_hits(asked, hits))
        else:
            self._ask(lambda history: history.recent(PAGE), lambda rows: self._list_recent(asked, rows))

    def _ask(self, question: Callable[[HistoryStore], object], answer: Callable[[object], None]) -> None:
        run_task(
            lambda: question(self._history.get()),
            answer,
            lambda error: self.note.setText(str(error)),
            owner=self,
            in_order=True,
        )

    def _list_recent(self, asked: int, rows: object) -> None:
        assert isinstance(rows, tuple)
        if asked != self._asked:
            return
        self.list.clear()
        self._append(rows)
        self._show_empty_note("No dictations yet. What you dictate is kept here.")

    def _append(self, rows: tuple[Summary, ...]) -> None:
        self._more_to_come = len(rows) == PAGE
        now = self._now()
        for row in rows:
            head = f"{moment(_local(row.began), now)} · {length(seconds(row.heard))}"
            item = QListWidgetItem(f"{head}\n{row.excerpt or 'No text'}")
            item.setData(ID, row.dictation)
            item.setData(SUMMARY, row)
            self.list.addItem(item)

    def _list_hits(self, asked: int, hits: object) -> None:
        assert isinstance(hits, tuple)
        if asked != self._asked:
            return
        self.list.clear()
        now = self._now()
        for hit in hits:
            head = f"{moment(_local(hit.began), now)} · at {clock(seconds(hit.start))}"
            item = QListWidgetItem(f"{head}\n{hit.snippet}")
            item.setData(ID, hit.dictation)
            self.list.addItem(item)
        self._show_empty_note("Nothing found.")

    def _show_empty_note(self, empty: str) -> None:
        self.note.setText("" if self.list.count() else empty)
        if not self.list.count():
            self._show_dictated(None)
            announce(self, empty)
        elif self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def _more(self) -> None:
        """Load the next page when the list is scrolled to its end."""
        bar = self.list.verticalScrollBar()
        last = self.list.item(self.list.count() - 1)
        before = last.data(SUMMARY) if last is not None else None
        if before is None or bar.value() < bar.maximum() or not self._more_to_come:
            return
        asked = self._asked
        self._ask(
            lambda history: history.recent(PAGE, before),
            lambda rows: self._append(rows) if asked == self._asked and isinstance(rows, tuple) else None,
        )

    def _open(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        dictation = str(item.data(ID))

        def show(dictated: object) -> None:
            current = self.list.currentItem()
            if current is None or current.data(ID) != dictation:
                return
            if isinstance(dictated, Dictated):
                self._show_dictated(dictated)
            else:  # deleted since the list was made
                self._show_dictated(None)
                self.list.takeItem(self.list.row(current))
                announce(self, "This dictation was deleted meanwhile.")

        self._ask(lambda history: history.load(dictation), show)

    def _show_dictated(self, dictated: Dictated | None) -> None:
        self._shown = dictated
        self.text.setPlainText(_prose(dictated) if dictated else "")
        for button in (self.copy, self.export, self.details, self.delete):
            button.setEnabled(dictated is not None)
        self._ask_to_delete(False)

    def _copy(self) -> None:
        cursor = self.text.textCursor()
        copy_text(cursor.selectedText() if cursor.hasSelection() else self.text.toPlainText())
        announce(self, "Copied")

    def _ask_to_delete(self, asking: bool) -> None:
        """Show or end the question before a dictation is deleted, in the place of the buttons."""
        for button in (self.copy, self.export, self.details, self.delete):
            button.setVisible(not asking)
        for button in (self.confirm, self.keep):
            button.setVisible(asking)
        if asking:
            self.keep.setFocus()
            lacks_text = self._shown is not None and self._shown.summary.pending > 0
            self.note.setText(DELETE_TEXT if lacks_text else DELETE_ALL)
        elif self.list.count():
            self.note.setText("")

    def _delete(self) -> None:
        if self._shown is None:
            return
        dictation = self._shown.summary.dictation
        self._show_dictated(None)
        self._ask(lambda history: history.delete(dictation), lambda _none: self.reload())

    def _arrange(self) -> None:
        self.query.setPlaceholderText("Search in everything you dictated")
        self.query.setAccessibleName("Search the history")
        self.query.setClearButtonEnabled(True)
        self.query.addAction(icon("find"), QLineEdit.ActionPosition.LeadingPosition)
        self.list.setAccessibleName("Dictations")
        self.list.setItemDelegate(TwoLineDelegate(self.list))
        self.list.setWordWrap(False)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text.setReadOnly(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.document().setDocumentMargin(10)
        self.text.setAccessibleName("Text of the dictation")
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.query)
        column.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.note, 1)
        for button in (self.copy, self.export, self.details, self.delete, self.confirm, self.keep):
            buttons.addWidget(button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text, 1)
        column.addLayout(buttons)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([320, 540])
        split.setChildrenCollapsible(False)
        QVBoxLayout(self).addWidget(split)

    def _connect(self) -> None:
        self.query.textChanged.connect(lambda _text: self._search_timer.start())
        self._search_timer.timeout.connect(self.reload)
        self.list.currentItemChanged.connect(lambda item, _before: self._open(item))
        self.list.verticalScrollBar().valueChanged.connect(lambda _value: self._more())
        self.copy.clicked.connect(self._copy)
        self.export.clicked.connect(lambda: self.export_requested.emit(self._shown))
        self.details.clicked.connect(lambda: self.details_requested.emit(self._shown))
        self.delete.clicked.connect(lambda: self._ask_to_delete(True))
        self.confirm.clicked.connect(self._delete)
        self.keep.clicked.connect(lambda: self._ask_to_delete(False))
        QShortcut(QKeySequence.StandardKey.Find, self, self.query.setFocus)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)


class _OpenOnce:
    """The history, opened at the first query."""

    # It needs no lock: every call is an `in_order` job, and these run one after the other.

    def __init__(self, open_history: Callable[[], HistoryStore]) -> None:
        self._open_history = open_history
        self._history: HistoryStore | None = None

    def get(self) -> HistoryStore:
        if self._history is None:
            self._history = self._open_history()
        return self._history

    def close(self) -> None:
        history, self._history = self._history, None
        if history is not None:
            history.close()


def _prose(dictated: Dictated) -> str:
    """The text of a dictation: as it was finished, or joined from segments that were edited since.

    With translations, each segment is on a line and its translation below it.
    """
    if any(segment.translation for segment in dictated.segments):
        lines = (line for s in dictated.segments for line in (s.text.strip(), s.translation and f"\t{s.translation}"))
        return "\n".join(line for line in lines if line)
    return dictated.text or " ".join(segment.text for segment in dictated.segments)


def _local(began: datetime) -> datetime:
    """The local time without a time zone."""
    return began.astimezone().replace(tzinfo=None) if began.tzinfo else began
