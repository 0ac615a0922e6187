"""The edited keywords of the lab, with the hits of each in the last trial. GUI thread."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt

from saywrite.text.keyword_sets.trial import KeywordResult, KeywordWarning, TriedKeywords
from saywrite.ui.keywords.model import PROBLEM_ROLE, Index, KeywordsModel, Role
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.translation import joined, number_text, tr, translated

HITS = 2
"""The column behind those of the keywords."""

UNKNOWN = "–"
"""In place of the hits of a keyword that was not tried."""


class RulesModel(KeywordsModel):
    """Keywords with a column of hits; a keyword that was changed since the trial has none."""

    def __init__(self) -> None:
        super().__init__()
        self._results: Mapping[tuple[str, ...], KeywordResult] = {}
        self._tried_on = 0

    def show_results(self, tried: TriedKeywords) -> None:
        """Show the hits and the warnings of a trial."""
        self._results, self._tried_on = tried.results, len(tried.texts)
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, HITS))

    def result(self, row: int) -> KeywordResult | None:
        """What a keyword did in the last trial; None when it was not tried."""
        entry = self._entries[row]
        found = self._results.get(entry.key)
        return found if found is not None and found.keyword.written == entry.written else None

    def spoken_key(self, row: int) -> tuple[str, ...]:
        """What the spoken form of a row is compared by."""
        return self._entries[row].key

    def advice(self, row: int) -> str:
        """The problem of a row, or the warnings of the trial, as sentences; "" when there is nothing to say."""
        result = self.result(row)
        if problem := self.problem(row):
            return problem
        if result is None:
            return ""
        return joined(" ", *(describe_warning(each, result, self._tried_on) for each in result.warnings))

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else HITS + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags & ~Qt.ItemFlag.ItemIsEditable if index.column() == HITS else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        if section != HITS:
            return super().headerData(section, orientation, role)
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return str(tr("Hits"))
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """Return the data of a cell; warnings are marked and described as problems are."""
        row = index.row()
        if role in (PROBLEM_ROLE, Role.AccessibleDescriptionRole):
            return translated(self.advice(row)) or None
        if role == Role.ToolTipRole and (advice := self.advice(row)):
            return plain_tooltip(translated(advice))
        if index.column() != HITS:
            return super().data(index, role)
        result = self.result(row)
        hits = number_text(result.hits) if result else UNKNOWN
        if role == Role.DisplayRole:
            return hits
        if role == Role.AccessibleTextRole:
            return str(tr("Hits: {hits}", hits=hits) if result else tr("Hits: not tried"))
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        return None


def describe_warning(warning: KeywordWarning, result: KeywordResult, tried_on: int) -> str:
    """Say why a keyword should be looked at, in a sentence."""
    spoken = result.keyword.spoken
    match warning:
        case KeywordWarning.NEVER:
            return tr("“{spoken}” is in none of these dictations.", spoken=spoken)
        case KeywordWarning.ORDINARY:
            return tr("“{spoken}” is ordinary speech: it would be replaced everywhere.", spoken=spoken)
    return tr(
        "“{spoken}” is in {some} of {all} dictations: check that it always means this.",
        spoken=spoken,
        some=result.dictations,
        all=tried_on,
    )
