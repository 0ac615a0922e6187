"""A field with words to search for, as every list and window with a search has it. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.screen_reader import add_clear_button, name_field_button
from saywrite.ui.toolkit.translation import set_text, tr


class SearchField(QLineEdit):
    """Escape first empties the field; only the next Escape does what it does in the window around it."""

    def __init__(self, name: str, placeholder: str) -> None:
        """`name`: for screen readers. `placeholder`: shown while the field is empty."""
        super().__init__()
        set_text(self.setPlaceholderText, placeholder)
        set_text(self.setAccessibleName, name)
        add_clear_button(self, name)
        magnifier = self.addAction(icon("find"), QLineEdit.ActionPosition.LeadingPosition)
        name_field_button(self, magnifier, tr("Search"))
        magnifier.triggered.connect(lambda: self.begin())

    def begin(self) -> None:
        """Give the field the focus and select its words, so that the next letter replaces them."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the shortcuts of the window while there is something to empty."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_emptied_by(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_emptied_by(event):
            self.clear()
        else:
            super().keyPressEvent(event)

    def _is_emptied_by(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        return event.key() == Qt.Key.Key_Escape and plain and bool(self.text())
