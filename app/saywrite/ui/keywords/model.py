"""The table model of the keywords: two editable columns, and the problem of each row. GUI thread."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from saywrite.foundation.messages import joined, message
from saywrite.text.keywords import Keyword, has_text
from saywrite.text.phrase_index import key
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.translation import tr

SPOKEN, WRITTEN = 0, 1
HEADERS = (message("When I say"), message("Write"))
PROBLEM_ROLE = Qt.ItemDataRole.UserRole
Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
BREAK = "↵"
"""Shows a line break in a table cell; the user can type it too."""
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
"""White space but for no-break spaces, which are a part of a written form."""


@dataclass(slots=True)
class KeywordRow:
    """A keyword as edited; it may have a problem. `key` compares spoken forms."""

    spoken: str
    written: str
    key: tuple[str, ...]


def row_of(keyword: Keyword) -> KeywordRow:
    """The row for a keyword."""
    return KeywordRow(keyword.spoken, keyword.written, key(keyword.spoken))


class KeywordsModel(QAbstractTableModel):
    """Rows of keywords; a row with a problem has no effect until it is corrected."""

    committed = Signal(object)
    """The keywords without a problem (a tuple), after each change."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[KeywordRow] = []
        self._problems: dict[int, str] = {}

    def keywords(self) -> tuple[Keyword, ...]:
        """The keywords without a problem."""
        return tuple(
            Keyword(entry.spoken.strip(), entry.written)
            for row, entry in enumerate(self._entries)
            if row not in self._problems
        )

    def entries(self, rows: Iterable[int]) -> list[tuple[int, Keyword]]:
        """The keywords of some rows, with their row numbers."""
        return [(row, Keyword(self._entries[row].spoken, self._entries[row].written)) for row in rows]

    def reset(self, keywords: Iterable[Keyword]) -> None:
        """Replace all keywords without emitting `committed`."""
        self.beginResetModel()
        self._entries = [row_of(keyword) for keyword in keywords]
        self._problems = self._find_problems()
        self.endResetModel()

    def put(self, entries: Sequence[tuple[int, Keyword]]) -> None:
        """Insert keywords, each with its row number in the result, ascending."""
        for row, keyword in entries:
            row = min(row, len(self._entries))
            self.beginInsertRows(QModelIndex(), row, row)
            self._entries.insert(row, row_of(keyword))
            self.endInsertRows()
        self._commit()

    def take(self, rows: Iterable[int]) -> list[tuple[int, Keyword]]:
        """Remove rows; returns the argument with which `put()` restores them."""
        taken = self.entries(sorted(set(rows)))
        for row, _ in reversed(taken):
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._entries[row]
            self.endRemoveRows()
        self._commit()
        return taken

    def merge(self, keywords: Iterable[Keyword]) -> tuple[int, int]:
        """Add new keywords, and change the written form of known ones; returns both numbers."""
        places = {entry.key: row for row, entry in enumerate(self._entries) if row not in self._problems}
        added = changed = 0
        self.beginResetModel()
        for keyword in keywords:
            entry = row_of(keyword)
            row = places.get(entry.key)
            if row is None:
                places[entry.key] = len(self._entries)
                self._entries.append(entry)
                added += 1
            elif self._entries[row].written != entry.written:
                self._entries[row] = entry
                changed += 1
        self._problems = self._find_problems()
        self.endResetModel()
        if added or changed:
            self.committed.emit(self.keywords())
        return added, changed

    def problem(self, row: int) -> str:
        """The problem of a row as a sentence; "" without one."""
        return self._problems.get(row, "")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable if index.isValid() else super().flags(index)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return str(tr(HEADERS[section]))
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        entry, problem = self._entries[index.row()], str(tr(self._problems.get(index.row(), "")))
        text = entry.spoken if index.column() == SPOKEN else entry.written
        if role in (Role.DisplayRole, Role.EditRole):
            return text.replace("\n", BREAK)
        if role == Role.ToolTipRole:
            return plain_tooltip(problem or (text if len(text) > 20 else "")) or None
        if role == Role.AccessibleTextRole:
            return str(tr(joined(": ", HEADERS[index.column()], text or tr("empty"))))
        if role == Role.AccessibleDescriptionRole:
            return problem or None
        return problem if role == PROBLEM_ROLE else None

    def setData(self, index: Index, value: object, role: int = Role.EditRole) -> bool:
        if role != Role.EditRole or not index.isValid():
            return False
        entry, text = self._entries[index.row()], str(value).replace(BREAK, "\n")
        text = text if "\n" in text else _SPACES.sub(" ", text).strip()
        if text == (entry.spoken if index.column() == SPOKEN else entry.written):
            return True
        if index.column() == SPOKEN:
            entry.spoken, entry.key = text, key(text)
        else:
            entry.written = text
        self._commit(index.row())
        return True

    def _commit(self, *edited: int) -> None:
        """Look for problems and emit `committed`. `edited`: the row of which a cell was changed."""
        before, self._problems = self._problems, self._find_problems()
        if rows := [row for row in {*edited, *before, *self._problems} if row < len(self._entries)]:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), self.columnCount() - 1))
        self.committed.emit(self.keywords())

    def _find_problems(self) -> dict[int, str]:
        problems: dict[int, str] = {}
        last: dict[tuple[str, ...], int] = {}
        for row, entry in enumerate(self._entries):
            if not entry.key:
                problems[row] = tr("Say what is heard: the spoken form is empty.")
            elif not has_text(entry.written):
                problems[row] = tr("Say how to write “{spoken}”: the written form is empty.", spoken=entry.spoken)
            else:
                if entry.key in last:
                    problems[last[entry.key]] = tr(
                        "“{spoken}” is listed again further down: that one counts.", spoken=entry.spoken
                    )
                last[entry.key] = row
        return problems
