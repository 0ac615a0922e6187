"""Where models are downloaded from: a line for a folder or an https address, and a folder chooser. GUI thread."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from saywrite.storage.settings.schema import Option

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def source_problem(text: str) -> str:
    """Why models cannot come from there, as a sentence with its remedy; "" when they can, as far as it can be seen."""
    if not text:
        return ""
    if "://" in text:
        try:
            parts = urlsplit(text)
            host = parts.hostname or ""
        except ValueError:
            return "This is no address. Write it as https://models.example.com/whisper."
        if parts.scheme == "https" and host:
            return ""
        if parts.scheme == "http" and host in LOOPBACK:
            return ""
        return "Models come over https only, so that nobody can change them on the way. Write https:// before the host."
    path = Path(text).expanduser()
    if not path.is_absolute():
        return "Write the whole path of the folder, or an address that begins with https://."
    if not path.is_dir():
        return "There is no such folder. Choose one that holds the model files, or leave the line empty."
    return ""


class ModelSourceField(QWidget):
    """A value that cannot be right is not taken; the line keeps it, so that it can be corrected."""

    chosen = Signal(str)
    refused = Signal(str)
    """Why, in words; "" when the line is right again."""

    def __init__(self, option: Option) -> None:
        super().__init__()
        self._label = option.label
        self._problem = ""
        self.line = QLineEdit()
        self.line.setPlaceholderText("The official source")
        self.line.setClearButtonEnabled(True)
        self.line.editingFinished.connect(self.take)
        self.browse = QPushButton("Choose…")
        self.browse.setAutoDefault(False)
        self.browse.setAccessibleName(f"{option.label}: choose a folder")
        self.browse.clicked.connect(self.choose_folder)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.browse)

    def show_value(self, value: str) -> None:
        """The setting in force; a line that waits for its correction keeps what was typed."""
        if not self._problem and self.line.text() != value:
            self.line.setText(value)

    def take(self) -> None:
        """When the line is left: a folder or address that can be right holds at once."""
        text = self.line.text().strip()
        self._problem = source_problem(text)
        self.refused.emit(self._problem)
        if not self._problem:
            text = str(Path(text).expanduser()) if text and "://" not in text else text
            self.line.setText(text)
            self.chosen.emit(text)

    def choose_folder(self) -> None:
        dialog = QFileDialog(self.window(), "Choose the folder that holds the models", self.line.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take_folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _take_folder(self, name: str) -> None:
        self.line.setText(name)
        self.take()
