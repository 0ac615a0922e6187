"""The list of dictations or search hits, with a heading for each day. GUI thread."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPalette,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import clock, day_of_month, full_date, length
from saywrite.storage.history.search import SearchHit
from saywrite.storage.history.store import Summary
from saywrite.ui.history.listing.empty_list import EmptyListNote
from saywrite.ui.toolkit.document_text import index_at_utf16, utf16_length
from saywrite.ui.toolkit.theme import blend, readable
from saywrite.ui.toolkit.theme.tokens import SMALL, S, sized
from saywrite.ui.toolkit.translation import follow_language, joined, set_text, tr

PADDING = S
ELLIPSIS = "…"
_SPACE = re.compile(r"\s")
ID, SUMMARY, HIT, DAY, MARKS = (Qt.ItemDataRole.UserRole + number for number in range(5))
"""Data of an item: dictation, `Summary`, `SearchHit`, heading above it, marked ranges of its second line."""


class DictationList(QListWidget):
    """Dictations by day, the newest first. Several can be selected."""

    reading_requested = Signal()
    """The user wants to read the current dictation: a double click, or Enter."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._today = now().date()
        self.empty = EmptyListNote(self)
        set_text(self.setAccessibleName, tr("Dictations"))
        follow_language(self._translate)
        self.setItemDelegate(DayDelegate(self))
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        # Not `itemActivated`: some styles activate with a single click.
        self.doubleClicked.connect(lambda _index: self.reading_requested.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.reading_requested.emit()
        else:
            super().keyPressEvent(event)

    def follow_day(self) -> None:
        """Name the days anew when another one has begun: the list may be open at midnight."""
        if self._today != (today := self._now().date()):
            self._today = today
            self._translate()

    def show_found(self, found: Sequence[Summary | SearchHit]) -> None:
        """Show these dictations or search hits instead of what was shown."""
        self.clear()
        self.append(found)

    def append(self, found: Sequence[Summary | SearchHit]) -> None:
        """Show these below the others. In search hits the found words are marked.

        An entry that `refresh` kept may be among them, or belong below them.
        """
        self.follow_day()
        below = range(self._row_for(found[0]) if found else self.count(), self.count())
        listed = {identity(_shown(self.item(row))) for row in below}
        self._insert(each for each in found if identity(each) not in listed)

    def refresh(self, found: Sequence[Summary | SearchHit], kept: Summary | None) -> None:
        """Show these instead of what was shown; the selected entries and what is visible stay.

        The current entry stays also when it is not among them; it then shows `kept`, if that is the same dictation: the
        user may have selected another one since. A kept entry becomes the hit of its dictation when there is one again.
        """
        self.follow_day()
        top = self.itemAt(0, 0) if self.verticalScrollBar().value() else None
        before = self.visualItemRect(top).top() if top is not None else 0
        wanted = {identity(each): each for each in found}
        current = self.currentItem()
        for item in reversed(list(map(self.item, range(self.count())))):
            is_kept = item is current and kept is not None and kept.dictation == item.data(ID)
            known = identity(_shown(item))
            if is_kept and item.data(SUMMARY) is not None:
                known = next((each for each in wanted if each[0] == item.data(ID)), known)
            if (shown := wanted.pop(known, kept if is_kept else None)) is not None:
                if shown != _shown(item):
                    self._describe(item, shown)
            elif item is not current:
                self.takeItem(self.row(item))
        self._insert(wanted.values())
        if top is not None and (row := self.row(top)) >= 0:
            bar = self.verticalScrollBar()
            self.doItemsLayout()
            bar.setValue(bar.value() + self.visualItemRect(self.item(row)).top() - before)

    def explain_empty(self, query: str, *, filtered: bool) -> str:
        """Say in the middle of an empty list why it is empty; returns the words, "" for a list with entries."""
        if self.count():
            self.empty.hide()
            return ""
        return self.empty.explain(query, filtered=filtered)

    def chosen(self) -> list[str]:
        """The selected dictations, each once, in the order of the list."""
        items = sorted(self.selectedItems(), key=self.row)
        return list(dict.fromkeys(str(item.data(ID)) for item in items))

    def current(self) -> Summary | SearchHit | None:
        """What the current entry shows."""
        item = self.currentItem()
        return _shown(item) if item is not None else None

    def row_of(self, dictations: Sequence[str]) -> int:
        """The first row of these dictations."""
        return next((row for row in range(self.count()) if self.item(row).data(ID) in dictations), 0)

    def remove(self, dictations: Sequence[str]) -> list[Summary | SearchHit]:
        """Remove dictations from the list; returns what their entries showed, in the order of the list."""
        removed = []
        for row in reversed(range(self.count())):
            if self.item(row).data(ID) in dictations:
                removed.append(_shown(self.takeItem(row)))
        self._head_days()
        return removed[::-1]

    def put_back(self, removed: Sequence[Summary | SearchHit]) -> None:
        """Show removed entries again where they were, and select the first one."""
        self._insert(removed)
        if removed:
            first = self._row_for(max(removed, key=_age_order))
            self.setCurrentRow(first, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _insert(self, found: Iterable[Summary | SearchHit]) -> None:
        """Add entries where they belong by their time."""
        for each in found:
            item = QListWidgetItem()
            self._describe(item, each)
            self.insertItem(self._row_for(each), item)
        self._head_days()

    def _row_for(self, shown: Summary | SearchHit) -> int:
        """The row where an entry belongs."""
        place = _age_order(shown)
        return bisect_left(range(self.count()), True, key=lambda row: _age_order(_shown(self.item(row))) <= place)

    def _describe(self, item: QListWidgetItem, shown: Summary | SearchHit) -> None:
        """Give an entry what it shows, in the language that the program has now."""
        text = _words_of(shown)
        day = name_of_day(local_time(shown.began).date(), self._now().date())
        item.setText(text)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, str(joined(", ", day, *text.split("\n"))))
        item.setData(ID, shown.dictation)
        item.setData(SUMMARY, shown if isinstance(shown, Summary) else None)
        item.setData(HIT, shown if isinstance(shown, SearchHit) else None)
        item.setData(MARKS, shown.matches if isinstance(shown, SearchHit) else None)

    def _head_days(self) -> None:
        """Give the first entry of each day the heading of the day."""
        above: date | None = None
        for item in map(self.item, range(self.count())):
            day = local_time(_shown(item).began).date()
            heading = name_of_day(day, self._now().date()) if day != above else None
            if heading != item.data(DAY):
                item.setData(DAY, heading)
            above = day

    def _translate(self) -> None:
        """Show all entries in the language that the program has now."""
        for item in map(self.item, range(self.count())):
            self._describe(item, _shown(item))
        self._head_days()


def identity(shown: Summary | SearchHit) -> tuple[str, int | None]:
    """What tells an entry from the others, whatever its text is."""
    return shown.dictation, shown.number if isinstance(shown, SearchHit) else None


def _age_order(shown: Summary | SearchHit) -> tuple[float, str, int]:
    """Sorts entries in the reverse order of the list."""
    return shown.began.timestamp(), shown.dictation, -shown.number if isinstance(shown, SearchHit) else 0


def _shown(item: QListWidgetItem) -> Summary | SearchHit:
    shown: Summary | SearchHit = item.data(SUMMARY) or item.data(HIT)
    return shown


def _words_of(shown: Summary | SearchHit) -> str:
    """The two lines of an entry. A line break of the text is a space: the matches of a hit stay where they are."""
    time = f"{local_time(shown.began):%H:%M}"
    if isinstance(shown, SearchHit):
        return joined(
            "\n",
            tr("{time} · at {start}", time=time, start=clock(seconds(shown.start))),
            _SPACE.sub(" ", shown.snippet),
        )
    heard = length(seconds(shown.heard)) if shown.heard else ""  # not known before the end
    return joined("\n", joined(" · ", time, heard), " ".join(shown.excerpt.split()) or tr("No text"))


class DayDelegate(QStyledItemDelegate):
    """Paints an entry as a small first line and a second line of full size, below the heading of its day."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        lines = QFontMetrics(_small(option.font)).height() + option.fontMetrics.height()
        return QSize(80, lines + 2 * PADDING + 2 + self._heading_height(option, index))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        head, _, body = str(index.data()).partition("\n")
        option.text = ""
        heading = self._heading_height(option, index)
        if heading:
            self._paint_heading(painter, option, str(index.data(DAY)), heading)
            option.rect.setTop(option.rect.top() + heading)
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
        body_box = box.adjusted(0, height + 2, 0, 0)
        marks = index.data(MARKS)
        if marks:
            _marked_line(painter, body_box, body, marks, None if selected else hit_color(option.palette))
        else:
            _line(painter, body_box, body)
        painter.restore()

    @staticmethod
    def _heading_height(option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> int:
        return option.fontMetrics.height() + 2 * PADDING if index.data(DAY) else 0

    @staticmethod
    def _paint_heading(painter: QPainter, option: QStyleOptionViewItem, day: str, height: int) -> None:
        base, text = (option.palette.color(role) for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Text))
        painter.save()
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(readable(blend(base, text, 0.75), base))
        _line(painter, QRect(option.rect.left() + PADDING, option.rect.top(), option.rect.width(), height), day)
        painter.restore()


def hit_color(palette: QPalette) -> QColor:
    """The ground of a found word: the accent color mixed into the page."""
    return blend(palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Highlight), 0.35)


def name_of_day(day: date, today: date) -> str:
    """Name a day: "Today", "Yesterday", "Sunday, November 22", in other years with the year."""
    if day == today:
        return tr("Today")
    if (today - day).days == 1:
        return tr("Yesterday")
    if day.year == today.year:
        return tr("{day:%A}, {day:%B} {number}", day=day, number=day_of_month(day))
    return tr(full_date(day))


def local_time(moment: datetime) -> datetime:
    """The local time without a time zone."""
    return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment


def _line(painter: QPainter, box: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, shown)


def _marked_line(
    painter: QPainter, box: QRect, text: str, marks: Sequence[tuple[int, int]], ground: QColor | None
) -> None:
    """Paint a line that shows its first mark, with all marks bold, and on `ground`."""
    mark = QTextCharFormat()
    mark.setFontWeight(QFont.Weight.Bold)
    if ground is not None:
        mark.setBackground(ground)
    layout = marked_layout(text, marks, painter.font(), mark, box.width())
    painter.save()
    painter.setClipRect(box)
    layout.draw(painter, QPointF(box.left(), box.top() + (box.height() - layout.lineAt(0).height()) / 2))
    painter.restore()


def marked_layout(
    text: str, marks: Sequence[tuple[int, int]], font: QFont, mark: QTextCharFormat, width: int
) -> QTextLayout:
    """The text on one line of at most `width`, shortened at both ends so that its first mark is in it."""
    metrics = QFontMetrics(font)
    first = marks[0][0]
    room = metrics.horizontalAdvance(text[: marks[0][1]])
    cut = 0
    while room > width * 0.7 and cut < first:
        cut = text.find(" ", cut, first) + 1 or first
        room = metrics.horizontalAdvance(ELLIPSIS + text[cut : marks[0][1]])
    lead = ELLIPSIS if cut else ""
    text = lead + text[cut:]
    shift = len(lead) - cut
    marks = [(begin + shift, end + shift) for begin, end in marks]
    layout = _one_line(text, marks, font, mark)
    if layout.lineAt(0).naturalTextWidth() <= width:
        return layout
    left = width - metrics.horizontalAdvance(ELLIPSIS)
    kept = index_at_utf16(text, layout.lineAt(0).xToCursor(left, QTextLine.CursorPosition.CursorOnCharacter))
    marks = [(begin, min(end, kept)) for begin, end in marks if begin < kept]
    return _one_line(text[:kept] + ELLIPSIS, marks, font, mark)


def _one_line(text: str, marks: Sequence[tuple[int, int]], font: QFont, mark: QTextCharFormat) -> QTextLayout:
    layout = QTextLayout(text, font)
    ranges = []
    for begin, end in marks:
        span = QTextLayout.FormatRange()
        span.start = utf16_length(text[:begin])
        span.length = utf16_length(text[begin:end])
        span.format = mark
        ranges.append(span)
    layout.setFormats(ranges)
    layout.beginLayout()
    layout.createLine().setLineWidth(1 << 20)
    layout.endLayout()
    return layout


def _small(font: QFont) -> QFont:
    return sized(font, SMALL)
