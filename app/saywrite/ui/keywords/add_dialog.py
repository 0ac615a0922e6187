"""The dialog “Always write as…”, which makes a keyword of a misheard phrase. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from saywrite.text.keywords import Keyword, has_text
from saywrite.ui.keywords.panel import KeywordsPanel
from saywrite.ui.toolkit.labels import PlainLabel
from saywrite.ui.toolkit.layouts.dialogs import CANCEL, center_on_parent, dialog_buttons
from saywrite.ui.toolkit.theme.tokens import M
from saywrite.ui.toolkit.translation import set_text, tr, tr_count
from saywrite.ui.transcript.view import TranscriptView


class AlwaysWriteDialog(QDialog):
    """Asks how a phrase should be written, and whether to replace it in the text."""

    keyword_accepted = Signal(object, bool)
    """The `Keyword`, and whether to replace it in the text now."""

    def __init__(self, spoken: str, count_occurrences: Callable[[str], int], parent: QWidget) -> None:
        super().__init__(parent)
        self._places_of = count_occurrences
        set_text(self.setWindowTitle, tr("Always write as"))
        self.spoken = QLineEdit(spoken)
        self.written = QLineEdit()
        set_text(self.written.setPlaceholderText, tr("As it should be written"))
        self.replace = QCheckBox()
        self.buttons = dialog_buttons(self, CANCEL)
        self.add = self.buttons.addButton(tr("&Add keyword"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self.spoken.textChanged.connect(self._refresh)
        self.written.textChanged.connect(self._refresh)
        self.buttons.accepted.connect(self.accept)
        self.accepted.connect(self._report_keyword)
        self._refresh()
        self.replace.setChecked(self.replace.isEnabled())
        self.written.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        center_on_parent(self)
        super().showEvent(event)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("When I &hear"), self.spoken)
        form.addRow(tr("&write"), self.written)
        self.written.setMinimumWidth(self.fontMetrics().averageCharWidth() * 32)
        column = QVBoxLayout(self)
        column.setSpacing(M)
        column.addLayout(form)
        column.addWidget(self.replace)
        note = PlainLabel(tr("The keyword joins the list at the side and counts from the next words on."))
        note.setWordWrap(True)
        note.setForegroundRole(self.foregroundRole())
        column.addWidget(note)
        column.addWidget(self.buttons)
        self.add.setDefault(True)

    def _keyword(self) -> Keyword:
        return Keyword(self.spoken.text().strip(), self.written.text().strip())

    def _refresh(self) -> None:
        keyword = self._keyword()
        self.add.setEnabled(bool(keyword.spoken) and has_text(keyword.written) and keyword.spoken != keyword.written)
        places = self._places_of(keyword.spoken) if keyword.spoken else 0
        where = tr_count("in {n:,} place", "in {n:,} places", places) if places else tr("(it is not in the text)")
        set_text(self.replace.setText, tr("&Replace it in the text now {where}", where=where))
        self.replace.setEnabled(places > 0)

    def _report_keyword(self) -> None:
        self.keyword_accepted.emit(self._keyword(), self.replace.isEnabled() and self.replace.isChecked())


def open_add_dialog(view: TranscriptView, panel: KeywordsPanel, spoken: str) -> AlwaysWriteDialog:
    """Ask how `spoken` should be written; then add the keyword, and replace it in the text if asked to."""
    dialog = AlwaysWriteDialog(spoken, view.count_occurrences, view)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def add(keyword: Keyword, replace: bool) -> None:
        panel.add(keyword)
        if replace:
            view.replace_all(keyword)

    dialog.keyword_accepted.connect(add)
    dialog.open()
    return dialog
