"""The keywords at the side of the window; a change takes effect with the next words. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from saywrite.foundation.catalog import CSV, JSON
from saywrite.foundation.errors import KeywordsError, SaywriteError
from saywrite.text.keywords import Keyword
from saywrite.ui.keywords import files as keywords_files
from saywrite.ui.keywords.message_bar import KeywordsReport
from saywrite.ui.keywords.model import SPOKEN, KeywordsModel
from saywrite.ui.keywords.table import KeywordsTable
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import accept_as_copy
from saywrite.ui.toolkit.icons import IconPushButton, icon_button
from saywrite.ui.toolkit.theme.tokens import TARGET, XS, S
from saywrite.ui.toolkit.translation import error_text, set_text, tr, tr_count, worded
from saywrite.ui.widgets.fields.search_field import SearchField

FILTER_FROM = 8
"""With fewer keywords the filter is hidden."""


class KeywordsPanel(QWidget):
    """The table with filter, buttons and messages."""

    changed = Signal(object)
    """The keywords without a problem (a tuple of `Keyword`), after each change."""
    lab_requested = Signal()
    """The user wants to try the keywords."""

    def __init__(self, model: KeywordsModel | None = None) -> None:
        """`model`: another one with the same columns at its beginning."""
        super().__init__()
        self.model = model or KeywordsModel()
        self.shown = QSortFilterProxyModel(self)
        self.shown.setSourceModel(self.model)
        self.shown.setFilterKeyColumn(-1)
        self.shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.shown.setDynamicSortFilter(False)  # an edited row stays until the filter changes
        self.table = KeywordsTable(self.shown)
        self.filter = SearchField(tr("Filter keywords"), tr("Filter"))
        self.report = KeywordsReport()
        self.add_button = worded(IconPushButton("add"), tr("Add"))
        self.remove_button = icon_button(
            "remove", tr("Remove the selected keywords (Delete)"), Qt.FocusPolicy.StrongFocus
        )
        self.import_button = icon_button(
            "import", tr("Import keywords from a CSV or JSON file"), Qt.FocusPolicy.StrongFocus
        )
        self.export_button = icon_button(
            "export", tr("Export keywords to a CSV or JSON file"), Qt.FocusPolicy.StrongFocus
        )
        self.lab_button = icon_button("lab", tr("Try keywords on your last dictations"), Qt.FocusPolicy.StrongFocus)
        self._removed: list[list[tuple[int, Keyword]]] = []
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self._refresh()

    def set_keywords(self, keywords: Sequence[Keyword]) -> None:
        """Show these keywords without emitting `changed`."""
        self._removed.clear()
        self.report.dismiss()
        self.model.reset(keywords)
        self._refresh()

    def keywords(self) -> tuple[Keyword, ...]:
        """The keywords without a problem."""
        return self.model.keywords()

    def rows(self) -> tuple[Keyword, ...]:
        """All rows, those with a problem included."""
        return tuple(keyword for _row, keyword in self.model.entries(range(self.model.rowCount())))

    def replace_all(self, rows: Sequence[Keyword]) -> None:
        """Replace all rows; a message offers to undo it, and then to undo this."""
        before = self.rows()
        if tuple(rows) == before:
            return
        self.set_keywords(rows)
        self.changed.emit(self.keywords())
        self.report.show_message(tr("The keywords were changed."), undo=lambda: self.replace_all(before))

    def add(self, keyword: Keyword) -> None:
        """Add a keyword, or change the written form of a known one."""
        self.model.merge((keyword,))

    def add_row(self) -> None:
        """Add a row at the end, and edit its spoken form."""
        self.filter.clear()
        row = self.model.rowCount()
        self.model.put([(row, Keyword("", ""))])
        index = self.shown.mapFromSource(self.model.index(row, SPOKEN))
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index)
        self.table.edit(index)

    def remove_selected(self) -> None:
        """Remove the selected keywords; a message offers to undo it."""
        rows = [self.shown.mapToSource(index).row() for index in self.table.selectionModel().selectedRows()]
        if not rows:
            return
        self._removed.append(self.model.take(rows))
        self.report.show_message(
            tr_count("{n:,} keyword removed.", "{n:,} keywords removed.", len(rows)),
            undo=self.undo_removal,
        )

    def undo_removal(self) -> None:
        """Restore the keywords that were removed last."""
        if self._removed:
            self.model.put(self._removed.pop())
            self.report.dismiss()

    def choose_import(self) -> None:
        """Ask for keyword files, and import them."""
        dialog = QFileDialog(self, tr("Import keywords"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([tr("Keywords (*.csv *.json *.txt)"), tr("All files (*)")])
        dialog.filesSelected.connect(lambda names: self.import_files([Path(name) for name in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_files(self, paths: Sequence[Path]) -> None:
        """Import files on a pool thread; one message says what came of each."""
        run_task(
            partial(keywords_files.load_each, paths),
            self._merge,
            lambda error: self.report.show_message(_words(error), problem=True),
            owner=self,
            in_order=True,
        )

    def choose_export(self) -> None:
        """Ask for a file, and export the keywords."""
        dialog = QFileDialog(self, tr("Export keywords"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("CSV table (*.csv)"), tr("JSON (*.json)")])
        dialog.setDefaultSuffix(CSV)
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(JSON if JSON in chosen else CSV))
        dialog.selectFile("keywords.csv")
        dialog.fileSelected.connect(lambda name: self.export_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_file(self, path: Path) -> None:
        """Write the keywords to a file on a pool thread."""
        keywords = self.keywords()
        run_task(
            lambda: keywords_files.save(path, keywords),
            lambda _: self.report.show_message(
                tr(
                    "{keywords} exported to {name}.",
                    keywords=tr_count("{n:,} keyword", "{n:,} keywords", len(keywords)),
                    name=path.name,
                )
            ),
            lambda error: self.report.show_message(_words(error), problem=True),
            owner=self,
            in_order=True,
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if keywords_files.dropped(event.mimeData()):
            accept_as_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        accept_as_copy(event)
        self.import_files(keywords_files.dropped(event.mimeData()))

    def _merge(self, files: Sequence[keywords_files.LoadedKeywords | KeywordsError]) -> None:
        self.report.show_imports(
            [
                each if isinstance(each, KeywordsError) else (each, *self.model.merge(each.content.keywords))
                for each in files
            ]
        )

    def _lay_out(self) -> None:
        set_text(self.add_button.setToolTip, tr("Add a keyword (Insert)"))
        self.add_button.setAutoDefault(False)
        for control in (self.add_button, self.filter):
            control.setMinimumHeight(TARGET)
        buttons = QHBoxLayout()
        buttons.setSpacing(XS)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        buttons.addWidget(self.lab_button)
        buttons.addWidget(self.import_button)
        buttons.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(S, S, S, S)
        column.setSpacing(S)
        column.addWidget(self.filter)
        column.addWidget(self.table, 1)
        column.addWidget(self.report)
        column.addLayout(buttons)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self.shown.setFilterFixedString)
        self.add_button.clicked.connect(self.add_row)
        self.remove_button.clicked.connect(self.remove_selected)
        self.import_button.clicked.connect(self.choose_import)
        self.export_button.clicked.connect(self.choose_export)
        self.lab_button.clicked.connect(self.lab_requested)
        self.table.add_requested.connect(self.add_row)
        self.table.delete_requested.connect(self.remove_selected)
        self.table.undo_requested.connect(self.undo_removal)
        self.model.committed.connect(self.changed)
        for signal in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            signal.connect(self._refresh)
        self.table.selectionModel().selectionChanged.connect(self._refresh)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_Insert), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.add_row)

    def _refresh(self) -> None:
        rows = self.model.rowCount()
        self.filter.setVisible(rows >= FILTER_FROM or bool(self.filter.text()))
        self.export_button.setEnabled(rows > 0)
        self.remove_button.setEnabled(self.table.selectionModel().hasSelection())


def _words(error: Exception) -> str:
    if not isinstance(error, SaywriteError):
        raise error
    return error_text(error)
