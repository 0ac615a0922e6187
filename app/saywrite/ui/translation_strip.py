"""The translations of the rows on screen, below the transcript where there is no room beside it. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy

from saywrite.ui.theme import blend, readable
from saywrite.ui.transcript_editor import MARGIN, TranscriptEditor

LINES = 5


class TranslationStrip(QPlainTextEdit):
    """Follows the transcript: what is on screen above is translated here."""

    def __init__(self, editor: TranscriptEditor) -> None:
        super().__init__()
        self._editor = editor
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Translation")
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(MARGIN)
        self.setFont(editor.font())
        self._color()
        self.hide()
        editor.updateRequest.connect(lambda *_: self.refresh())

    def sizeHint(self) -> QSize:
        return QSize(200, LINES * self.fontMetrics().lineSpacing() + 2 * MARGIN)

    def refresh(self) -> None:
        if self.isHidden():
            return
        rows = self._editor.transcript.rows
        found = [rows[index].translation for index, _ in self._editor.visible_rows()]
        text = "\n".join(translation for translation in found if translation)
        if text != self.toPlainText():
            self.setPlainText(text)
            scroll = self.verticalScrollBar()
            scroll.setValue(scroll.maximum())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        palette = QPalette(self._editor.palette())
        base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
        palette.setColor(QPalette.ColorRole.Text, readable(blend(base, text, 0.62), base))
        if self.palette().color(QPalette.ColorRole.Text) != palette.color(QPalette.ColorRole.Text):
            self.setPalette(palette)
