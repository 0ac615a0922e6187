"""The column that finds dictations: a search, filters, and the list, which is loaded page by page. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from saywrite.storage.history.filters import EVERYTHING, FilterChoices, HistoryFilter, filter_choices
from saywrite.storage.history.search import SearchHit
from saywrite.storage.history.store import HistoryStore, Summary
from saywrite.ui.history.dictation_list import DictationList, identity
from saywrite.ui.history.listing.filter_bar import FilterBar, HistorySearch
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.widgets.choosers import EngineChoices

PAGE = 100
"""Dictations or search hits."""

Question = Callable[[HistoryStore], object]
"""Reads the history on a pool thread."""
Answer = Callable[[object], None]


class DictationColumn(QWidget):
    """Lists the newest dictations or search hits. While it is disabled, the list stays as it is.

    What was searched for meanwhile is listed when it is enabled again.
    """

    loaded = Signal()
    """The list has what was searched for and filtered, from its beginning."""
    emptied = Signal()
    """The list has no entries."""

    def __init__(
        self, choices: EngineChoices, now: Callable[[], datetime], ask: Callable[[Question, Answer], None]
    ) -> None:
        """`ask` gives the history to a question and calls the answer with its result."""
        super().__init__()
        self._ask = ask
        self._asked = 0
        self._missed = False
        """An answer of `load` came while the column was disabled."""
        self._offered: FilterChoices | None = None
        self._refreshed = 0
        self._removed: list[Summary | SearchHit] = []  # since the list was loaded
        self._last: Summary | SearchHit | None = None  # of the last page, while more may follow
        self.query = HistorySearch()
        self.filters = FilterBar(choices)
        self.list = DictationList(now)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.query)
        column.addWidget(self.filters)
        column.addWidget(self.list, 1)
        self.query.searched.connect(self.load)
        self.filters.changed.connect(self.load)
        self.list.empty.everything_requested.connect(self._list_all)
        self.list.verticalScrollBar().valueChanged.connect(lambda _value: self._load_more())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and self.isEnabled() and self._missed:
            self.load()

    def begin(self) -> None:
        """Load the list and what can be filtered; the next letter begins a new search."""
        self.query.begin()
        self.load()
        self._offer_filters()

    def load(self) -> None:
        """Load the list from its beginning."""
        self._asked += 1
        self._last = None  # the next page of the list that is shown is not one of the list to come
        self.query.note_search()
        asked, query, only = self._asked, self.words, self.filters.filter()

        def find(history: HistoryStore) -> object:
            # Another letter was typed while this query waited for the one before it.
            return _find(history, query, only, PAGE) if asked == self._asked or not query else ()

        def show(found: object) -> None:
            assert isinstance(found, tuple)
            self._missed = not self.isEnabled()
            if asked != self._asked or self._missed:
                return
            self.list.show_found(found)
            self._removed = []
            self._remember_last(found, PAGE)
            self.loaded.emit()
            if empty := self.explain_empty():
                announce(self, empty)
            elif self.list.currentRow() < 0:
                self.list.setCurrentRow(0)

        self._ask(find, show)

    def refresh(self) -> None:
        """Read again what is listed and can be filtered.

        The selection and the place stay, and the current entry does in any case.
        """
        self._offer_filters()
        asked, query, only = self._asked, self.words, self.filters.filter()
        wanted = max(PAGE, self.list.count() + 1)
        current = self.list.current()

        def find(history: HistoryStore) -> object:
            found = _find(history, query, only, wanted)
            if current is None or identity(current) in map(identity, found):
                return found, None
            dictated = history.load(current.dictation)
            return found, dictated.summary if dictated is not None else None

        def show(answer: object) -> None:
            assert isinstance(answer, tuple)
            if asked != self._asked:
                return
            if self.list.count() >= wanted:  # another page has arrived meanwhile
                self.refresh()
                return
            found, kept = answer
            self._refreshed += 1
            self.list.refresh(found, kept)
            self._remember_last(found, wanted)
            if not self.explain_empty() and self.list.currentRow() < 0:
                self.list.setCurrentRow(0)
            self._load_more()

        self._ask(find, show)

    @property
    def words(self) -> str:
        """What is searched for; "" when everything is listed."""
        return self.query.text().strip()

    def remove(self, dictations: list[str]) -> None:
        """Remove dictations from the list, and select what follows the first one. `put_back` undoes this."""
        row = self.list.row_of(dictations)
        removed = self.list.remove(dictations)
        if not removed:  # the user deleted them twice before the first answer
            return
        self._removed += removed
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        if self.list.count() or self._last is None:
            self.explain_empty()
        else:  # the next page follows
            self.emptied.emit()
        self.list.doItemsLayout()
        self._load_more()

    def put_back(self, dictations: list[str]) -> None:
        """List removed dictations again, and select the first one. After another search only those that match are."""
        entries = [each for each in self._removed if each.dictation in dictations]
        self._removed = []
        self.list.put_back(entries)
        self.explain_empty()
        self.refresh()

    def explain_empty(self) -> str:
        """Say in an empty list why it is empty; returns the words."""
        words = self.list.explain_empty(self.words, filtered=self.filters.filter() != EVERYTHING)
        if words:
            self.emptied.emit()
        return words

    def _offer_filters(self) -> None:
        def offer(found: object) -> None:
            if isinstance(found, FilterChoices) and found != self._offered:
                self._offered = found
                self.filters.offer(found)

        self._ask(lambda history: filter_choices(history.reading), offer)

    def _list_all(self) -> None:
        self.query.clear()
        self.filters.reset()
        self.query.setFocus()

    def _load_more(self) -> None:
        """Load the next page when the list is scrolled to its end."""
        bar, last = self.list.verticalScrollBar(), self._last
        if last is None or bar.value() < bar.maximum():
            return
        self._last = None
        asked, refreshed, query, only = self._asked, self._refreshed, self.words, self.filters.filter()

        def append(found: object) -> None:
            if (asked, refreshed) == (self._asked, self._refreshed) and isinstance(found, tuple):
                self.list.append(found)
                self._remember_last(found, PAGE)
                if not self.explain_empty() and self.list.currentRow() < 0:
                    self.list.setCurrentRow(0)

        self._ask(lambda history: _find(history, query, only, PAGE, last), append)

    def _remember_last(self, found: tuple[Summary | SearchHit, ...], wanted: int) -> None:
        self._last = found[-1] if len(found) == wanted else None


def _find(
    history: HistoryStore, query: str, only: HistoryFilter, limit: int, before: Summary | SearchHit | None = None
) -> tuple[Summary | SearchHit, ...]:
    """Read a page of the list: search hits, or the newest dictations without a query."""
    if query:
        return history.search(query, limit, only, before if isinstance(before, SearchHit) else None)
    return history.recent(limit, before if isinstance(before, Summary) else None, only)
