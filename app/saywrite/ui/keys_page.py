"""What the settings' page of push-to-talk has besides its options: recorders for the keys, lines for the desktop.

GUI thread.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial

from PySide6.QtWidgets import QFormLayout

from saywrite.desktop.hotkeys.bindings import FIRST, SECOND
from saywrite.desktop.hotkeys.ways import Way, choose
from saywrite.events import KeysChanged
from saywrite.ui.key_lines import KeyLines
from saywrite.ui.key_recorder import KeyRecorder
from saywrite.ui.option_editors import OptionEditors
from saywrite.ui.preferences import Preferences

BINDINGS = {"hotkey": FIRST, "second_hotkey": SECOND}


class KeysPage:
    """Makes the editors, and shows in them what became of the keys."""

    def __init__(
        self,
        editors: OptionEditors,
        preferences: Preferences,
        environ: Mapping[str, str] = os.environ,
        platform: str = sys.platform,
    ) -> None:
        self._editors = editors
        self._preferences = preferences
        self._by_command = choose(platform, environ).way is Way.COMMAND_LINE
        self.recorders: dict[str, KeyRecorder] = {}
        self.lines = KeyLines(environ)
        self.lines.setVisible(False)
        self._show_lines(self._by_command)

    def recorder(self, option: str) -> KeyRecorder:
        """The editor of one of the options in `BINDINGS`."""
        others = [name for name in BINDINGS if name != option]
        made = KeyRecorder(lambda: [text for name in others if (text := getattr(self._preferences.settings, name))])
        made.chosen.connect(partial(self._editors.set, option))
        self._editors.refreshers.append(lambda settings: made.set_value(getattr(settings, option)))
        self.recorders[option] = made
        return made

    def add_lines(self, form: QFormLayout) -> None:
        """At the end of the page."""
        form.addRow(self.lines)
        self._editors.refreshers.append(lambda settings: self.lines.show_key(settings.hotkey))

    def show(self, keys: KeysChanged) -> None:
        """Which keys are heard now; where none can be, how the desktop hears them for us."""
        for option, recorder in self.recorders.items():
            mine = [each for each in keys.problems if each.binding in (BINDINGS[option], "")]
            wanted = bool(getattr(self._preferences.settings, option))
            recorder.show_problem(f"{mine[0].what} {mine[0].remedy}" if mine and wanted else "")
        self._show_lines(self._by_command or any(not each.binding for each in keys.problems))

    def _show_lines(self, wanted: bool) -> None:
        self.lines.setVisible(wanted and sys.platform == "linux")
