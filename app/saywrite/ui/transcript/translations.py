"""Shows the translations beside the transcript, or below it in a narrow window. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QMenu, QPlainTextEdit, QSizePolicy, QWidget

from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.theme import page_colors
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.transcript.editor import MARGIN, TranscriptEditor
from saywrite.ui.transcript.pane import TranscriptPane
from saywrite.ui.transcript.rows import Row

STRIP_LINES = 5


class TranslationStrip(QPlainTextEdit):
    """The translations of the visible rows, below the transcript."""

    def __init__(self, editor: TranscriptEditor) -> None:
        super().__init__()
        self._editor = editor
        self._shown = ""
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        set_text(self.setAccessibleName, tr("Translation"))
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(MARGIN)
        self.setFont(editor.font())
        self._set_color()
        self.hide()
        editor.updateRequest.connect(lambda *_: self.refresh())

    def sizeHint(self) -> QSize:
        return QSize(200, STRIP_LINES * self.fontMetrics().lineSpacing() + 2 * MARGIN)

    def refresh(self) -> None:
        """Show the translations of the rows that are visible now."""
        if self.isHidden():
            return
        rows = self._editor.transcript.rows
        visible = self._editor.visible_rows(lambda row: row.translation)
        text = "\n".join(rows[index].translation for index, _ in visible)
        if text != self._shown:  # toPlainText() would have spaces for no-break spaces
            self._shown = text
            self.setPlainText(text)
            scroll = self.verticalScrollBar()
            scroll.setValue(scroll.maximum())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._set_color()

    def _set_color(self) -> None:
        palette = QPalette(self._editor.palette())
        palette.setColor(QPalette.ColorRole.Text, page_colors(palette).uncertain)
        if self.palette().color(QPalette.ColorRole.Text) != palette.color(QPalette.ColorRole.Text):
            self.setPalette(palette)


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
