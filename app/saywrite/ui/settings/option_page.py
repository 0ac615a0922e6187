"""A page of the settings: the options of one task, the rarely used ones folded. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QScrollArea, QVBoxLayout, QWidget

from saywrite.storage.settings.option import Option, Page
from saywrite.ui.settings.fold import Fold
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.widgets.option_editors import OptionField, add_row, new_form

MakeEditor = Callable[[Option], tuple[QWidget, QWidget]]
"""Makes the widget that edits an option, and the widget for its row, often the same."""


class OptionPage(QScrollArea):
    """Scrolls when the window is too small for it. `form` takes further rows."""

    def __init__(self, page: Page, options: Iterable[Option], make: MakeEditor) -> None:
        super().__init__()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        plain = QWidget()
        self.form = new_form(plain)
        self.fold = Fold()
        advanced = new_form(self.fold.content)
        margins = self.form.contentsMargins()
        advanced.setContentsMargins(0, 0, 0, 0)
        fold = QWidget()
        inset = QVBoxLayout(fold)
        inset.setContentsMargins(margins.left(), 0, margins.right(), margins.bottom())
        inset.addWidget(self.fold)
        self._rows: dict[str, tuple[QFormLayout, OptionField]] = {}
        self._advanced: set[str] = set()
        for option in options:
            form = advanced if option.advanced else self.form
            self._rows[option.name] = form, add_row(form, option, *make(option))
            if option.advanced:
                self._advanced.add(option.name)
        column.addWidget(plain)
        column.addWidget(fold)
        column.addStretch(1)
        self.fold.setVisible(bool(self._advanced))
        set_text(self.setAccessibleName, tr(page))
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_matches(self, names: frozenset[str], *, searching: bool) -> None:
        """Show only the rows of these options; a match among the folded ones unfolds them."""
        for name, (form, field) in self._rows.items():
            form.setRowVisible(field, name in names)
        found = self._advanced & names
        self.fold.setVisible(bool(found))
        if searching and found:
            self.fold.open()
