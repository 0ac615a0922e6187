"""The source of the models: a line for a folder or an https address, and a folder dialog. GUI thread."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from saywrite.foundation.files import is_folder
from saywrite.foundation.paths import expand_home
from saywrite.storage.settings.option import Option
from saywrite.ui.toolkit.screen_reader import add_clear_button
from saywrite.ui.toolkit.translation import set_text, tr, worded

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def source_problem(text: str) -> str:
    """Why a source is not valid, as a sentence with its remedy; "" when it is.

    Nothing is downloaded to test it.
    """
    if not text:
        return ""
    if "://" in text:
        try:
            parts = urlsplit(text)
            host = parts.hostname or ""
        except ValueError:
            return tr("This is no address. Write it as https://models.example.com/whisper.")
        if parts.scheme == "https" and host:
            return ""
        if parts.scheme == "http" and host in LOOPBACK:
            return ""
        return tr(
            "Models come over https only, so that nobody can change them on the way. Write https:// before the host."
        )
    path = expand_home(Path(text))
    if not path.is_absolute():
        return tr("Write the whole path of the folder, or an address that begins with https://.")
    if not is_folder(path):
        return tr("There is no such folder. Choose one that holds the model files, or leave the line empty.")
    return ""


class ModelSourceField(QWidget):
    """Keeps an invalid value in its line to correct, and does not report it as chosen."""

    chosen = Signal(str)
    """A valid source; "" for the official one."""
    refused = Signal(str)
    """Why the value is not valid; "" when it is valid again."""

    def __init__(self, option: Option) -> None:
        super().__init__()
        self._problem = ""
        self.line = QLineEdit()
        set_text(self.line.setPlaceholderText, tr("The official source"))
        add_clear_button(self.line, option.label)
        self.line.editingFinished.connect(self.take)
        self.browse = worded(QPushButton(), tr("Choose…"))
        self.browse.setAutoDefault(False)
        set_text(self.browse.setAccessibleName, tr("{label}: choose a folder", label=option.label))
        self.browse.clicked.connect(self.choose_folder)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.browse)

    def show_value(self, value: str) -> None:
        """Show the source of the settings, unless the line contains an invalid value to correct."""
        if not self._problem and self.line.text() != value:
            set_text(self.line.setText, value)

    def take(self) -> None:
        """Take the value of the line when it loses the focus."""
        text = self.line.text().strip()
        self._problem = source_problem(text)
        self.refused.emit(self._problem)
        if not self._problem:
            text = str(expand_home(Path(text))) if text and "://" not in text else text
            set_text(self.line.setText, text)
            self.chosen.emit(text)

    def choose_folder(self) -> None:
        """Ask for a folder, and take it as the source."""
        dialog = QFileDialog(self.window(), tr("Choose the folder that holds the models"), self.line.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take_folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _take_folder(self, name: str) -> None:
        set_text(self.line.setText, name)
        self.take()
