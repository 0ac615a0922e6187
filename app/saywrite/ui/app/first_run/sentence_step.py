"""The step “Say a sentence”: the whole way from speech to inserted text, with its time. GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from saywrite.dictation.states import CAPTURING
from saywrite.foundation.events import FrontEndEvent, State, StateChanged
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.first_run.practice_field import PracticeField
from saywrite.ui.app.first_run.step import Step
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.theme.tokens import TARGET
from saywrite.ui.toolkit.translation import key_text, set_text, tr, worded

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

START, STOP = message("&Start"), message("&Stop")


class SentenceStep(Step):
    """A field, and a button for a computer on which the key does not work."""

    name = message("Say a sentence")

    def __init__(self, dictation: Dictation, preferences: Preferences) -> None:
        super().__init__(tr("Say a sentence"), "")
        self._dictation = dictation
        self._captures = False
        self._began_here = False
        """The button began the dictation that is being captured, or that is about to be."""
        self.practice = PracticeField(dictation, 4)
        self.button = worded(QPushButton(), START)
        self.button.setMinimumHeight(TARGET)
        self.button.setAutoDefault(False)
        set_text(self.button.setAccessibleDescription, tr("Starts and stops without the key"))
        self.button.clicked.connect(self._toggle)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        self.column.addWidget(self.practice)
        self.column.addLayout(row)
        self.column.addStretch(1)
        preferences.changed.connect(self._show_settings)
        self._show_settings(preferences.settings)

    def enter(self) -> None:
        self.practice.activate(True)

    def leave(self) -> None:
        self.practice.activate(False)
        if self._began_here:
            self._began_here = False
            self._dictation.stop()  # what was said keeps its text; the button that stops it goes away

    def receive(self, event: FrontEndEvent) -> None:
        self.practice.receive(event)
        if isinstance(event, StateChanged):
            captured, self._captures = self._captures, event.state in CAPTURING
            if (captured and not self._captures) or event.state is State.FAILED:
                self._began_here = False
            set_text(self.button.setText, STOP if self._captures else START)
            self.button.setEnabled(event.state is not State.FINISHING)

    def _toggle(self) -> None:
        self._began_here = not self._captures
        self.practice.field.setFocus()  # the text goes where the focus is
        self._dictation.toggle(insert=True)

    def _show_settings(self, settings: Settings) -> None:
        key = key_text(settings.hotkey)
        if not settings.hotkey:
            request = tr("Press Start and speak.")
        elif settings.hotkey_mode == "toggle":
            request = tr("Press {hotkey}, say any sentence, and press it again.", hotkey=key)
        else:
            request = tr("Hold {hotkey}, say any sentence, and let go.", hotkey=key)
        set_text(self.explanation.setText, tr("{key} This is how it works in every program.", key=request))
