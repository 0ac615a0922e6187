"""Shows the translations beside the transcript, or below it in a narrow window. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.transcript.margins import TranslationStrip
from saywrite.ui.transcript.pane import TranscriptPane
from saywrite.ui.transcript.rows import Row


class Translations(QObject):
    """The column and the strip of translations; both are hidden until there is a translation."""

    def __init__(self, pane: TranscriptPane, parent: QWidget) -> None:
        super().__init__(parent)
        self._pane = pane
        self._document = pane.editor.transcript
        self.column = pane.column
        self.strip = TranslationStrip(pane.editor)
        self.column.menu_requested.connect(self._show_menu)
        pane.editor.resized.connect(self._fit)
        self._document.changed.connect(self._hide_when_empty)

    def refresh(self) -> None:
        """Show or hide translations after some were added, or rows with them were added or removed."""
        newest = next((row.translation for row in reversed(self._document.rows) if row.translation), "")
        self.column.active = bool(newest)
        self._pane.place()
        self._fit()
        self.column.set_newest(newest)
        self.strip.refresh()

    def _hide_when_empty(self) -> None:
        if self.column.active and not self._document.rows:
            self.refresh()

    def _fit(self) -> None:
        below = self.column.active and not self.column.preferred_width(self._pane.editor.width())
        if below == self.strip.isHidden():
            self.strip.setVisible(below)
            self.strip.refresh()

    def _show_menu(self, row: Row, place: QPoint) -> None:
        menu = QMenu(self.column)
        menu.addAction(tr("&Copy this translation")).triggered.connect(lambda: copy_text(row.translation))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
