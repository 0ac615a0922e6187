"""The window with the changelog, which opens once after an update. GUI thread; loaded when it is opened."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from saywrite.foundation.paths import resource
from saywrite.ui.settings.placement import fill_dialog
from saywrite.ui.toolkit.translation import set_text, tr

PREFERRED_SIZE = QSize(560, 460)
CHANGELOG = "changelog.md"


def changelog() -> str:
    """Return the changelog as Markdown. Raises OSError without the file."""
    return resource(CHANGELOG).read_text(encoding="utf-8")


class WhatsNewWindow(QDialog):
    """Shows the changelog; keys scroll it, Escape closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_text(self.setWindowTitle, tr("What's new"))
        self.text = QTextBrowser()
        self.text.setObjectName("changelog")
        set_text(self.text.setAccessibleName, tr("What is new"))
        self.text.setMarkdown(changelog())
        fill_dialog(self, self.text, PREFERRED_SIZE)
