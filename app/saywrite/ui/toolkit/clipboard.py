"""Copies text to the clipboard as plain text only, and takes files that are dropped. GUI thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication

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


def local_files(data: QMimeData) -> tuple[Path, ...]:
    """The files of this computer among dragged data."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def accept_as_copy(event: QDropEvent) -> None:
    """Take dragged data and leave the original: a file manager may delete files after a "move"."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
