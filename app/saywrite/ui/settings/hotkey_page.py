"""The page of the push-to-talk keys, with help for desktops that pass no keys to programs. GUI thread."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from saywrite.desktop.hotkeys.base import FIRST, HANDS_FREE, SECOND
from saywrite.desktop.hotkeys.key_combination import KeyCombination, parse
from saywrite.desktop.hotkeys.manual_binding import Instructions, desktop_of, instructions
from saywrite.desktop.hotkeys.select import HotkeyBackend, choose
from saywrite.foundation.errors import SettingsError
from saywrite.foundation.events import KeysChanged
from saywrite.foundation.messages import message
from saywrite.foundation.program import program_command
from saywrite.ui.settings.hotkey_recorder import KeyRecorder
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.labels import NoteLabel, PlainLabel
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.translation import joined, set_text, tr, worded
from saywrite.ui.widgets.option_editors import OptionEditors

INTRODUCTION = message("This desktop hears keys itself and passes none on. Give it the key in its own settings:")
FALLBACK = KeyCombination("F9")


def lines_for(hotkey: str, environ: Mapping[str, str], command: str) -> Instructions:
    """How to configure this desktop for the key of the settings."""
    try:
        key = parse(hotkey)
    except SettingsError:
        key = FALLBACK
    return instructions(desktop_of(environ), key, command)


def command_here() -> str:
    """The command with which the desktop can start Saywrite's command line."""
    return "saywrite" if shutil.which("saywrite") else shlex.join(program_command())


class ManualBindingHelp(QWidget):
    """Lines for the settings of the desktop, with a button that copies them."""

    def __init__(self, environ: Mapping[str, str] = os.environ, command: str = "") -> None:
        super().__init__()
        self._environ = environ
        self._command = command or command_here()
        self._where = NoteLabel()
        self._note = NoteLabel()
        self.lines = PlainLabel()
        self.lines.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.lines.setWordWrap(True)
        self.copy_button = worded(QPushButton(), tr("Copy"))
        self.copy_button.setAutoDefault(False)
        set_text(self.copy_button.setAccessibleName, tr("Copy the lines for the desktop's settings"))
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
        """Show the lines for this key."""
        found = lines_for(hotkey, self._environ, self._command)
        set_text(self._where.setText, found.where)
        set_text(self.lines.setText, "\n".join(found.lines))
        set_text(self._note.setText, found.note)
        self._note.setVisible(bool(found.note))


BINDINGS = {"hotkey": FIRST, "second_hotkey": SECOND, "hands_free_hotkey": HANDS_FREE}


class KeysPage:
    """Makes the editors of the keys, and shows in them which keys work."""

    def __init__(self, editors: OptionEditors, preferences: Preferences) -> None:
        self._editors = editors
        self._preferences = preferences
        self._by_command = choose(sys.platform, os.environ) is HotkeyBackend.COMMAND_LINE
        self.recorders: dict[str, KeyRecorder] = {}
        self.lines = ManualBindingHelp()
        if not (self._by_command and sys.platform == "linux"):
            self.lines.hide()  # `setVisible(True)` would show a window of its own: it has no parent yet

    def recorder(self, option: str) -> KeyRecorder:
        """The editor of one of the options in `BINDINGS`."""
        others = [name for name in BINDINGS if name != option]
        made = KeyRecorder(lambda: [text for name in others if (text := getattr(self._preferences.settings, name))])
        made.chosen.connect(partial(self._editors.set, option))
        self._editors.refreshers.append(lambda settings: made.set_value(getattr(settings, option)))
        self.recorders[option] = made
        return made

    def add_lines(self, form: QFormLayout) -> None:
        """Add the help for the desktop at the end of the page."""
        form.addRow(self.lines)
        self._editors.refreshers.append(lambda settings: self.lines.show_key(settings.hotkey))

    def show(self, keys: KeysChanged) -> None:
        """Show problems of the keys, and the help if the desktop passes no keys to programs."""
        for option, recorder in self.recorders.items():
            mine = [each for each in keys.problems if each.binding in (BINDINGS[option], "")]
            wanted = bool(getattr(self._preferences.settings, option))
            recorder.show_problem(joined(" ", mine[0].what, mine[0].remedy) if mine and wanted else "")
        self._show_lines(self._by_command or any(not each.binding for each in keys.problems))

    def _show_lines(self, wanted: bool) -> None:
        self.lines.setVisible(wanted and sys.platform == "linux")
