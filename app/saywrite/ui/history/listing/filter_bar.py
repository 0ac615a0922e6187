"""What selects dictations of the history: a search and four filters. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QSizePolicy, QWidget

from saywrite.foundation.messages import message
from saywrite.storage.history.filters import EVERYTHING, FILES, LENGTHS, FilterChoices, HistoryFilter
from saywrite.ui.toolkit.screen_reader import name_chooser
from saywrite.ui.toolkit.theme.tokens import XS
from saywrite.ui.toolkit.translation import add_item, set_text, tr
from saywrite.ui.widgets.choosers import EngineChoices, NarrowComboBox
from saywrite.ui.widgets.fields.search_field import SearchField

LENGTH_LABELS = {
    "short": message("Up to 10 s"),
    "medium": message("10 s to 1 min"),
    "long": message("1 min to 10 min"),
    "very long": message("Over 10 min"),
}
assert LENGTH_LABELS.keys() == LENGTHS.keys()


LEAST_LETTERS, MOST_LEAST_WIDTH = 26, 240
"""The minimum width in letters, so that the headings of the list have room, and its limit in pixels."""
LETTERS_IN_TWO_COLUMNS = 20
"""Letters for each chooser, with its edges and its arrow; in a narrower bar each has a row of its own."""


SEARCH_AFTER_MS = 15


class HistorySearch(SearchField):
    """The words to search for in the history."""

    searched = Signal()
    """The words changed, and the user does not type the next letter at this moment."""

    def __init__(self) -> None:
        super().__init__(tr("Search the history"), tr("Search in everything you dictated"))
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS)
        self._timer.timeout.connect(self.searched)
        self.textChanged.connect(lambda _text: self._timer.start())

    def note_search(self) -> None:
        """Emit `searched` for later words only: there is a search for the present ones now."""
        self._timer.stop()


class FilterBar(QWidget):
    """Four choosers. One that has nothing to choose from is disabled."""

    changed = Signal()
    """The user chose another filter."""

    def __init__(self, choices: EngineChoices) -> None:
        super().__init__()
        self._choices = choices
        self.program = _chooser(tr("Program"), tr("Any program"))
        self.engine = _chooser(tr("Recognizer"), tr("Any recognizer"))
        self.language = _chooser(tr("Language"), tr("Any language"))
        self.length = _chooser(tr("Length"), tr("Any length"))
        for name, label in LENGTH_LABELS.items():
            add_item(self.length, label, name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(XS)
        self._columns = 0
        self._place(2)
        self.setMinimumWidth(min(LEAST_LETTERS * self.fontMetrics().averageCharWidth(), MOST_LEAST_WIDTH))
        for chooser in self._all():
            chooser.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        letters = self.width() // (2 * self.fontMetrics().averageCharWidth())
        self._place(2 if letters >= LETTERS_IN_TWO_COLUMNS else 1)

    def _place(self, columns: int) -> None:
        """Put the choosers beside or below one another."""
        if columns != self._columns:
            self._columns = columns
            for number, chooser in enumerate(self._all()):
                self._grid.addWidget(chooser, number // columns, number % columns)

    def filter(self) -> HistoryFilter:
        """What the user has chosen."""
        return HistoryFilter(*(str(chooser.currentData() or "") for chooser in self._all()))

    def reset(self) -> None:
        """Choose everything."""
        if self.filter() == EVERYTHING:
            return
        for chooser in self._all():
            chooser.blockSignals(True)
            chooser.setCurrentIndex(0)
            chooser.blockSignals(False)
        self.changed.emit()

    def offer(self, found: FilterChoices) -> None:
        """Offer what occurs in the history; what is chosen stays chosen if it still occurs."""
        programs = [(name, name) for name in found.programs]
        programs += [(tr("Transcribed files"), FILES)] if found.files else []
        _fill(self.program, programs, least=1)  # not every dictation has a program
        _fill(self.engine, [(self._choices.engine_label(name), name) for name in found.engines])
        _fill(self.language, [(self._choices.language(code), code) for code in found.languages])

    def _all(self) -> tuple[QComboBox, ...]:
        return self.program, self.engine, self.language, self.length


def _chooser(name: str, everything: str) -> QComboBox:
    chooser = NarrowComboBox()
    name_chooser(chooser, name)
    set_text(chooser.setToolTip, name)
    add_item(chooser, everything, "")
    chooser.setMinimumContentsLength(5)
    chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    chooser.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return chooser


def _fill(chooser: QComboBox, entries: list[tuple[str, str]], least: int = 2) -> None:
    """Offer these entries; with fewer than `least` there is nothing to choose from."""
    chosen = chooser.currentData()
    chooser.blockSignals(True)
    while chooser.count() > 1:
        chooser.removeItem(1)
    for label, data in entries:
        add_item(chooser, label, data)
    found = max(chooser.findData(chosen), 0)
    chooser.setCurrentIndex(found)
    chooser.setEnabled(len(entries) >= least or found > 0)
    chooser.blockSignals(False)
    if found == 0 and chosen:
        chooser.currentIndexChanged.emit(0)
