"""Copies text to the clipboard as plain text only. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from saywrite.ui.toolkit.document_text import clean


def plain_text(text: str) -> QMimeData:
    """Clipboard data with `text` as its only format.

    Other programs then paste neither fonts nor Qt's line separators.
    """
    data = QMimeData()
    data.setText(clean(text))
    return data


def copy_text(text: str) -> None:
    """Put `text` on the clipboard."""
    QGuiApplication.clipboard().setMimeData(plain_text(text))
