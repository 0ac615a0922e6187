"""Where the desktop hears the keys for us: ready lines for its settings, with a button that copies them. GUI thread."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from saywrite.desktop.hotkeys.chords import Chord, parse
from saywrite.desktop.hotkeys.command_lines import Instructions, desktop_of, instructions
from saywrite.errors import SettingsError
from saywrite.ui.clipboard import copy_text
from saywrite.ui.labels import NoteLabel

INTRODUCTION = "This desktop hears keys itself and passes none on. Give it the key in its own settings:"
FALLBACK = Chord("F9")


def lines_for(hotkey: str, environ: Mapping[str, str], command: str) -> Instructions:
    """What to do on this desktop for the key of the settings."""
    try:
        chord = parse(hotkey)
    except SettingsError:
        chord = FALLBACK
    return instructions(desktop_of(environ), chord, command)


def command_here() -> str:
    """How the desktop can start our command line."""
    return "saywrite" if shutil.which("saywrite") else f"{sys.executable} -m saywrite"


class KeyLines(QWidget):
    def __init__(self, environ: Mapping[str, str] = os.environ, command: str = "") -> None:
        super().__init__()
        self._environ = environ
        self._command = command or command_here()
        self._where = NoteLabel()
        self._note = NoteLabel()
        self.lines = QLabel()
        self.lines.setTextFormat(Qt.TextFormat.PlainText)
        self.lines.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.lines.setWordWrap(True)
        self.copy_button = QPushButton("Copy")
        self.copy_button.setAutoDefault(False)
        self.copy_button.setAccessibleName("Copy the lines for the desktop's settings")
        self.copy_button.clicked.connect(lambda: copy_text(self.lines.text()))
        row = QHBoxLayout()
        row.addWidget(self.lines, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(NoteLabel(INTRODUCTION))
        column.addWidget(self._where)
        column.addLayout(row)
        column.addWidget(self._note)

    def show_key(self, hotkey: str) -> None:
        found = lines_for(hotkey, self._environ, self._command)
        self._where.setText(found.where)
        self.lines.setText("\n".join(found.lines))
        self._note.setText(found.note)
        self._note.setVisible(bool(found.note))
