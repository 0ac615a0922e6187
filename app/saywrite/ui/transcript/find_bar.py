"""Finds words in the transcript: a bar with the words, a count, and buttons for previous and next. GUI thread."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from saywrite.text.folding import Pattern, pattern
from saywrite.ui.toolkit.icons import icon_button
from saywrite.ui.toolkit.labels import PlainLabel
from saywrite.ui.toolkit.screen_reader import add_clear_button, announce
from saywrite.ui.toolkit.theme import page_colors
from saywrite.ui.toolkit.theme.tokens import TARGET, XS, S
from saywrite.ui.toolkit.translation import set_text, tr, worded
from saywrite.ui.transcript.editor import MARGIN
from saywrite.ui.transcript.pane import TranscriptPane
from saywrite.ui.transcript.rows import Row

ROWS_AT_ONCE = 500
"""Rows searched before the event loop runs again: about 2 ms, at most 30 ms where every row has accents and hits."""


class FindScan(QObject):
    """All occurrences of a pattern, in order, found some rows at a time."""

    progressed = Signal()
    """There are more occurrences, or the scan is done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pattern: Pattern | None = None
        self._rows: list[Row] = []
        self._next = 0
        self._row_of = array("I")
        self._at = array("I")
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._scan_some)

    def start(self, rows: list[Row], wanted: Pattern | None) -> None:
        """Search `rows`, the document's own list: start again after every change of it."""
        self.pattern, self._rows, self._next = wanted, rows, 0
        self._row_of, self._at = array("I"), array("I")
        self._scan_some()

    def finish(self) -> None:
        """Search the remaining rows now: 0.4 s for 100,000 of them."""
        while not self.done:
            self._scan_some()

    @property
    def done(self) -> bool:
        """Whether all rows were searched."""
        return self.pattern is None or self._next >= len(self._rows)

    def __len__(self) -> int:
        return len(self._at)

    def place(self, number: int) -> tuple[int, int, int]:
        """Row index, first and last character (exclusive) of an occurrence. Raises IndexError."""
        row, at = self._row_of[number], self._at[number]
        places = self.pattern.places(self._rows[row].text) if self.pattern else ()
        return row, at, next((last for first, last in places if first == at), at)

    def first_from(self, row: int, character: int) -> int:
        """The number of the first occurrence at or behind a character of a row; `len()` when there is none."""
        number = bisect_left(self._row_of, row)
        while number < len(self) and self._row_of[number] == row and self._at[number] < character:
            number += 1
        return number

    def number_of(self, row: int, character: int) -> int | None:
        """The number of the occurrence that begins exactly there, or None."""
        number = self.first_from(row, character)
        here = number < len(self) and (self._row_of[number], self._at[number]) == (row, character)
        return number if here else None

    def places_in(self, row: int) -> Iterator[tuple[int, int]]:
        """First and last character (exclusive) of each occurrence in one row, scanned or not."""
        if self.pattern is not None and row < len(self._rows) and self._rows[row].editable:
            yield from self.pattern.places(self._rows[row].text)

    @Slot()
    def _scan_some(self) -> None:
        if self.pattern is None:
            self._timer.stop()
            self.progressed.emit()
            return
        end = min(len(self._rows), self._next + ROWS_AT_ONCE)
        for index in range(self._next, end):
            row = self._rows[index]
            if row.editable:
                for first, _last in self.pattern.places(row.text):
                    self._row_of.append(index)
                    self._at.append(first)
        self._next = end
        if self.done:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        self.progressed.emit()


PAUSE_MS = 120
MIN_LETTERS, GOOD_LETTERS = 12, 24
"""The minimum width of the field in letters, and the width below which the bar has two rows."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FindBar(QWidget):
    """The bar above the transcript; it marks every visible occurrence."""

    closed = Signal()
    """The user has closed the bar."""

    def __init__(self, pane: TranscriptPane) -> None:
        super().__init__()
        self._pane = pane
        self._document = pane.editor.transcript
        self._scan = FindScan(self)
        self._current: int | None = None
        self.words = QLineEdit()
        self.count = PlainLabel()
        self.case = worded(QCheckBox(), tr("Match &case"))
        self.previous = icon_button("up", tr("Previous (Shift+F3)"))
        self.next = icon_button("down", tr("Next (F3)"))
        self._close = icon_button("close", tr("Close find (Esc)"))
        self._again = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        self._wrapped = False
        self._lay_out()
        self._connect()
        self.hide()

    def open(self, words: str = "") -> None:
        """Show the bar, and look for `words` unless they contain a line break."""
        if words and "\n" not in words:
            set_text(self.words.setText, words)
        self.show()
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()
        self._search()

    def close_bar(self) -> None:
        """Hide the bar and its marks, and give the keyboard focus to the text."""
        self.hide()
        self._again.stop()
        self._scan.start([], None)
        self._pane.editor.setExtraSelections([])
        self._pane.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def go(self, step: int) -> None:
        """Go to the next (1) or previous (-1) occurrence; the first follows the last."""
        if self.isHidden():
            self.open()
        elif self._again.isActive():
            self._search()  # the occurrences are those of other words, or of a text that has changed since
        self._scan.finish()
        if not len(self._scan):
            return
        cursor = self._pane.editor.textCursor()
        if self._current is not None:
            number = self._current + step
        else:
            number = self._scan.first_from(*(self._document.locate(cursor.selectionStart()) or (0, 0))) + min(0, step)
        self._show(number % len(self._scan))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in _ENTER:
            self.go(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._highlight()

    def _lay_out(self) -> None:
        set_text(self.words.setPlaceholderText, tr("Find in the transcript"))
        set_text(self.words.setAccessibleName, tr("Find in the transcript"))
        for control in (self.words, self.case):
            control.setMinimumHeight(TARGET)
        add_clear_button(self.words, tr("Find in the transcript"))
        self.count.setMinimumWidth(self.fontMetrics().horizontalAdvance("1,000 of 1,000"))
        self.count.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(MARGIN, S, MARGIN, 0)
        rows.setSpacing(XS)
        for row in (self._first, self._second):
            row.setSpacing(S)
            rows.addLayout(row)
        self._second.addStretch(1)
        self._first.addWidget(self.words, 1)
        for widget in (self.previous, self.next, self._close):
            self._first.addWidget(widget)
        self._place(wrapped=False)

    def minimumSizeHint(self) -> QSize:
        """The width of the two-row form, so that an opened bar does not widen the window."""
        buttons = sum(button.minimumSizeHint().width() + 6 for button in (self.previous, self.next, self._close))
        field = self.fontMetrics().averageCharWidth() * MIN_LETTERS
        second = self.count.minimumWidth() + 6 + self.case.minimumSizeHint().width()
        return QSize(max(field + buttons, second) + 2 * MARGIN, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        others = (self.count, self.previous, self.next, self.case, self._close)
        room = self.width() - 2 * MARGIN - sum(max(one.sizeHint().width(), one.minimumWidth()) + 6 for one in others)
        wrapped = room < self.fontMetrics().averageCharWidth() * GOOD_LETTERS
        if wrapped != self._wrapped:
            self._place(wrapped=wrapped)

    def _place(self, *, wrapped: bool) -> None:
        """Place count and case beside the field, or below it in a narrow bar."""
        self._wrapped = wrapped
        for widget in (self.count, self.case):
            self._first.removeWidget(widget)
            self._second.removeWidget(widget)
        if wrapped:
            self._second.insertWidget(0, self.count)
            self._second.addWidget(self.case)
        else:
            self._first.insertWidget(1, self.count)
            self._first.insertWidget(4, self.case)

    def _connect(self) -> None:
        self.words.textChanged.connect(self._again.start)
        self.case.toggled.connect(self._search)
        self.previous.clicked.connect(lambda: self.go(-1))
        self.next.clicked.connect(lambda: self.go(1))
        self._close.clicked.connect(self.close_bar)
        self._again.timeout.connect(self._search)
        self._scan.progressed.connect(self._show_count)
        self._document.changed.connect(self._text_changed)
        self._pane.editor.updateRequest.connect(lambda _rect, dy: self._highlight() if dy else None)
        for key, step in ((QKeySequence.StandardKey.FindNext, 1), (QKeySequence.StandardKey.FindPrevious, -1)):
            for widget in (self._pane, self):
                shortcut = QShortcut(QKeySequence(key), widget)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(lambda step=step: self.go(step))

    def _search(self) -> None:
        self._again.stop()
        self._current = None
        self._scan.start(self._document.rows, pattern(self.words.text(), case=self.case.isChecked()))
        self._highlight()

    def _text_changed(self) -> None:
        if not self.isHidden() and self._scan.pattern is not None and not self._again.isActive():
            self._again.start()

    def _show(self, number: int) -> None:
        self._current = number
        row, first, last = self._scan.place(number)
        cursor = self._document.cursor(row, first)
        cursor.setPosition(self._document.cursor(row, last).position(), cursor.MoveMode.KeepAnchor)
        self._pane.reveal(cursor)
        self._highlight()
        self._show_count()
        announce(self, self.count.text())

    def _show_count(self) -> None:
        found = len(self._scan)
        if self._current is None:
            self._current = self._selected_place()
        if self._scan.pattern is None:
            text = ""
        elif not found:
            text = tr("Not found") if self._scan.done else tr("Searching…")
        elif self._current is None:
            text = tr("{found:,} found", found=found)
        else:
            text = tr("{number:,} of {found:,}", number=self._current + 1, found=found)
        set_text(self.count.setText, text)
        self.previous.setEnabled(bool(found))
        self.next.setEnabled(bool(found))

    def _selected_place(self) -> int | None:
        cursor = self._pane.editor.textCursor()
        if not cursor.hasSelection():
            return None
        found = self._document.locate(cursor.selectionStart())
        return None if found is None else self._scan.number_of(*found)

    def _highlight(self) -> None:
        """Mark every visible occurrence; scrolling marks the others."""
        if self.isHidden() or self._scan.pattern is None:
            return
        ground = page_colors(self._pane.palette()).highlight
        marks = []
        for row, _ in self._pane.editor.visible_rows():
            for first, last in self._scan.places_in(row):
                mark = QTextEdit.ExtraSelection()
                mark.cursor = self._document.cursor(row, first)
                mark.cursor.setPosition(self._document.cursor(row, last).position(), mark.cursor.MoveMode.KeepAnchor)
                mark.format.setBackground(ground)
                marks.append(mark)
        self._pane.editor.setExtraSelections(marks)
