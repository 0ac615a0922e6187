"""Exports a document: file dialog, question before a file is replaced, and writing. GUI thread."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from saywrite.foundation.catalog import EXPORT_FORMATS, TXT
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.files import is_folder
from saywrite.text.export import Document
from saywrite.ui.export.writer import NEED_TIMES, NO_TIMES, WITHOUT_TIMES, ExportExists, write_export
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.translation import set_text, tr, translated
from saywrite.ui.transcript.export_document import has_times

_DIALOG_ASKS = sys.platform == "darwin"
"""On macOS the file dialog itself asks before a file is replaced; elsewhere only this module does."""


class ExportFlow(QObject):
    """Runs one export at a time; the dialog offers `folder` and `format`, and an export changes them."""

    exported = Signal(object, str)
    """A file was written: its `Path` and its format."""
    failed = Signal(object, object)
    """Nothing was written: what happened, and what to do. A signal of `str` would drop the template of a text."""

    def __init__(self, parent: QWidget, document: Callable[[], Document | None]) -> None:
        super().__init__(parent)
        self._parent = parent
        self._document = document
        self.folder: Path | None = None
        self.format = TXT

    def start(self, format: str = "") -> None:
        """Ask for a file, and write in `format`, by default in the last one."""
        document = self._document()
        if document is None:
            self.failed.emit(tr("There is no text to export yet."), tr("Dictate something first."))
            return
        wanted = format if format in EXPORT_FORMATS else self.format
        if wanted in NEED_TIMES and not has_times(document):
            self.failed.emit(NO_TIMES, WITHOUT_TIMES)
            return
        dialog = self._dialog(document, wanted)
        dialog.fileSelected.connect(lambda name: self._chosen(document, name, dialog.selectedNameFilter()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_possible(self, actions: Mapping[str, QAction]) -> None:
        """Enable the possible formats of the Export menu; tooltips tell why others need times."""
        document = self._document()
        timed = document is not None and has_times(document)
        for name, action in actions.items():
            possible = document is not None and (timed or name not in NEED_TIMES)
            action.setEnabled(possible)
            set_text(action.setToolTip, NO_TIMES if document is not None and not possible else "")

    def save(self, document: Document, target: Path, format: str, *, overwrite: bool = False) -> None:
        """Write to `target`; ask before an existing file is replaced."""

        def done(path: Path) -> None:
            self.folder, self.format = path.parent, format
            self.exported.emit(path, format)

        def fail(error: Exception) -> None:
            if isinstance(error, ExportExists):
                self._ask(document, target, format)
            elif isinstance(error, SaywriteError):
                self.failed.emit(error.what, error.remedy)
            else:
                raise error

        run_task(
            lambda: write_export(document, format, target, overwrite=overwrite), done, fail, owner=self, in_order=True
        )

    def _dialog(self, document: Document, format: str) -> QFileDialog:
        filters = {
            name: f"{translated(kind.label)} (*{kind.suffix})"
            for name, kind in EXPORT_FORMATS.items()
            if name not in NEED_TIMES or has_times(document)
        }
        dialog = QFileDialog(self._parent, tr("Export the transcript"), str(start_folder(self.folder)))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setNameFilters(list(filters.values()))
        dialog.selectNameFilter(filters[format])
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("&Export"))
        dialog.filterSelected.connect(lambda chosen: self._fit_name(dialog, chosen))
        dialog.selectFile(f"{document.title}{EXPORT_FORMATS[format].suffix}")
        return dialog

    def _fit_name(self, dialog: QFileDialog, chosen: str) -> None:
        """Change the suffix of the name in the dialog to that of the chosen format."""
        names, format = dialog.selectedFiles(), _format_of(chosen)
        if names and format and (suffix := Path(names[0]).suffix) in {kind.suffix for kind in EXPORT_FORMATS.values()}:
            dialog.selectFile(Path(names[0]).name.removesuffix(suffix) + EXPORT_FORMATS[format].suffix)

    def _chosen(self, document: Document, name: str, chosen_filter: str) -> None:
        typed = Path(name)
        format = next((key for key, kind in EXPORT_FORMATS.items() if kind.suffix == typed.suffix.lower()), "")
        if format in NEED_TIMES and not has_times(document):
            self.failed.emit(NO_TIMES, WITHOUT_TIMES)
            return
        target = typed
        if not format:
            format = _format_of(chosen_filter) or self.format
            target = typed.with_name(typed.name + EXPORT_FORMATS[format].suffix)
        self.save(document, target, format, overwrite=_DIALOG_ASKS and target == typed)

    def _ask(self, document: Document, target: Path, format: str) -> None:
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        set_text(box.setWindowTitle, tr("Export the transcript"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        set_text(box.setText, tr("“{name}” exists already. Replace it?", name=target.name))
        set_text(box.setInformativeText, tr("What is in it now will be gone."))
        replace = box.addButton(tr("&Replace"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(tr("&Keep it"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)

        def answered() -> None:
            if box.clickedButton() is replace:
                self.save(document, target, format, overwrite=True)

        box.finished.connect(answered)
        box.finished.connect(box.deleteLater)
        box.open()


def start_folder(wanted: Path | None) -> Path:
    """The folder in which a dialog opens: the wanted one if it is there, else that of the documents."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    for folder in (wanted, Path(documents) if documents else None):
        if folder is not None and is_folder(folder):
            return folder
    return Path.home()


def _format_of(chosen_filter: str) -> str:
    return next((key for key, kind in EXPORT_FORMATS.items() if chosen_filter.endswith(f"(*{kind.suffix})")), "")
