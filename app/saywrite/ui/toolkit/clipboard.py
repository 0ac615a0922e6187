"""Plain text onto the clipboard, with the line breaks it was written with. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication

from saywrite.ui.transcript.rows import clean


def plain_text(text: str) -> QMimeData:
    """`text` as the only format, so that no program pastes fonts or Qt's own line separators."""
    data = QMimeData()
    data.setText(clean(text))
    return data


def copy_text(text: str, mode: QClipboard.Mode = QClipboard.Mode.Clipboard) -> None:
    """Put `text` on the clipboard."""
    QGuiApplication.clipboard().setMimeData(plain_text(text), mode)
