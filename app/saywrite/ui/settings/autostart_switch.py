"""The switch “Start at login” in the settings, which shows the state of the system. GUI thread.

A pool thread asks the system each time the switch is shown, so changes in the system's own settings are visible.
"""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QVBoxLayout, QWidget

from saywrite.desktop.autostart import Autostart
from saywrite.foundation.messages import message
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.theme.tokens import XS
from saywrite.ui.toolkit.translation import error_text, set_text, tr, worded

HELP = message("The system keeps this, so its own settings show it too.")


class AutostartSwitch(QWidget):
    """A check box, with a note below it."""

    def __init__(self, autostart: Autostart) -> None:
        super().__init__()
        self._autostart = autostart
        self._known = False
        self.box = worded(QCheckBox(), tr("Start at login"))
        self.box.setEnabled(False)
        set_text(self.box.setAccessibleDescription, HELP)
        self.box.clicked.connect(self._switch)
        self.note = NoteLabel(HELP)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addWidget(self.box)
        column.addWidget(self.note)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        run_task(self._autostart.is_on, self._show, self._show_problem, owner=self, in_order=True)

    def _switch(self, on: bool) -> None:
        self.box.setEnabled(False)
        autostart = self._autostart

        def switch() -> bool:
            autostart.switch(on)
            return autostart.is_on()

        run_task(switch, self._show, self._show_problem, owner=self, in_order=True)

    def _show(self, on: bool) -> None:
        self._known = on
        self._show_note(HELP)

    def _show_problem(self, error: Exception) -> None:
        self._show_note(error_text(error))

    def _show_note(self, words: str) -> None:
        self.box.setChecked(self._known)
        self.box.setEnabled(True)
        set_text(self.note.setText, words)
        set_text(self.box.setAccessibleDescription, words)
