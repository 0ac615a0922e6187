"""The filters of the history: program, recognizer, language and length. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QSizePolicy, QWidget

from saywrite.foundation.messages import message
from saywrite.storage.history.filters import EVERYTHING, FILES, LENGTHS, FilterChoices, HistoryFilter
from saywrite.ui.toolkit.theme.tokens import XS
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.widgets.choosers import EngineChoices

LENGTH_LABELS = {
    "short": message("Up to 10 s"),
    "medium": message("10 s to 1 min"),
    "long": message("1 min to 10 min"),
    "very long": message("Over 10 min"),
}
assert LENGTH_LABELS.keys() == LENGTHS.keys()


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
            self.length.addItem(label, name)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(XS)
        for number, chooser in enumerate(self._all()):
            grid.addWidget(chooser, number // 2, number % 2)
            chooser.currentIndexChanged.connect(lambda _index: self.changed.emit())

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
        _fill(self.program, programs)
        _fill(self.engine, [(self._choices.engine_label(name), name) for name in found.engines])
        _fill(self.language, [(self._choices.language(code), code) for code in found.languages])

    def _all(self) -> tuple[QComboBox, ...]:
        return self.program, self.engine, self.language, self.length


def _chooser(name: str, everything: str) -> QComboBox:
    chooser = QComboBox()
    set_text(chooser.setAccessibleName, name)
    set_text(chooser.setToolTip, name)
    chooser.addItem(everything, "")
    chooser.setMinimumContentsLength(5)
    chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    chooser.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return chooser


def _fill(chooser: QComboBox, entries: list[tuple[str, str]]) -> None:
    chosen = chooser.currentData()
    chooser.blockSignals(True)
    while chooser.count() > 1:
        chooser.removeItem(1)
    for label, data in entries:
        chooser.addItem(label, data)
    found = next((row for row in range(chooser.count()) if chooser.itemData(row) == chosen), 0)
    chooser.setCurrentIndex(found)
    chooser.setEnabled(len(entries) > 1 or found > 0)
    chooser.blockSignals(False)
    if found == 0 and chosen:
        chooser.currentIndexChanged.emit(0)
