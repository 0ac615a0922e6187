"""Where the translations of the transcript are shown: beside it, or below it where it is narrow. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.transcript.margins import TranslationStrip
from saywrite.ui.transcript.pane import TranscriptPane
from saywrite.ui.transcript.rows import Row


class Translations(QObject):
    """Nothing of it is seen until there is a translation."""

    def __init__(self, pane: TranscriptPane, parent: QWidget) -> None:
        super().__init__(parent)
        self._pane = pane
        self._rows = pane.editor.transcript
        self.column = pane.column
        self.strip = TranslationStrip(pane.editor)
        self.column.menu_asked.connect(self._show_menu)
        pane.editor.resized.connect(self._fit)
        self._rows.changed.connect(self._look_whether_all_is_gone)

    def refresh(self) -> None:
        """A translation came."""
        self.column.active = True
        self._show()

    def look(self) -> None:
        """Rows came or went by the hundred: is there a translation among them?"""
        self.column.active = any(row.translation for row in self._rows.rows)
        self._show()

    def _show(self) -> None:
        self._pane.place()
        self._fit()
        newest = next((row.translation for row in reversed(self._rows.rows) if row.translation), "")
        self.column.tell(newest)
        self.strip.refresh()

    def _look_whether_all_is_gone(self) -> None:
        if self.column.active and not self._rows.rows:
            self.column.active = False
            self._show()

    def _fit(self) -> None:
        below = self.column.active and not self.column.wanted_width(self._pane.editor.width())
        if below == self.strip.isHidden():
            self.strip.setVisible(below)
            self.strip.refresh()

    def _show_menu(self, row: Row, place: QPoint) -> None:
        menu = QMenu(self.column)
        menu.addAction("&Copy this translation").triggered.connect(lambda: copy_text(row.translation))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
