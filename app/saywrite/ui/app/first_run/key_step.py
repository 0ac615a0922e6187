"""The step “Hold the key”: the user chooses the key of push-to-talk and presses it for real. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFormLayout

from saywrite.foundation.events import FrontEndEvent, KeysChanged
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.app.first_run.practice_field import PracticeField
from saywrite.ui.app.first_run.step import Findings, Step
from saywrite.ui.settings.account_access import AccessState
from saywrite.ui.settings.hotkey_page import KeysPage
from saywrite.ui.toolkit.labels import NoteLabel, PlainLabel
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.translation import key_text, set_text, tr
from saywrite.ui.widgets.option_editors import OptionEditors

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

NO_TRAY = AccessState(
    None,
    message("This desktop shows no tray icon."),
    message("Saywrite stays open as a window. On GNOME the extension AppIndicator adds a tray."),
)
NOT_YET = message("The key was not pressed yet.")
HEARD = AccessState(True, message("Saywrite hears the key, in every program."))


class KeyStep(Step):
    """The recorder of the key, and a field in which to try it."""

    name = message("Hold the key")

    def __init__(self, dictation: Dictation, preferences: Preferences, has_tray: Callable[[], bool]) -> None:
        super().__init__("", tr("The text is written where your cursor is, in whatever program you use."))
        self._has_tray = has_tray
        self._heard = False
        self._problems: tuple[AccessState, ...] = ()
        self._editors = OptionEditors(preferences, self)
        self.keys = KeysPage(self._editors, preferences)
        self.recorder = self.keys.recorder("hotkey")
        set_text(self.recorder.setAccessibleName, OPTIONS["hotkey"].label)
        label = PlainLabel(tr("Ke&y"))
        label.setBuddy(self.recorder)  # the name of its button has the word already
        self.request = NoteLabel("", "", size=1.0)
        self.practice = PracticeField(dictation, 2)
        self.findings = Findings()
        self.column.addWidget(label)
        self.column.addWidget(self.recorder)
        form = QFormLayout()
        self.keys.add_lines(form)
        self.column.addLayout(form)
        for widget in (self.request, self.practice, self.findings):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self.practice.key_heard.connect(self._take_key)
        preferences.changed.connect(self._show_settings)
        self._show_settings(preferences.settings)

    def enter(self) -> None:
        self.practice.activate(True)
        self._show_findings()

    def leave(self) -> None:
        self.practice.activate(False)

    def receive(self, event: FrontEndEvent) -> None:
        self.practice.receive(event)
        if isinstance(event, KeysChanged):
            self.keys.show(event)
            self._problems = tuple(AccessState(False, each.what, each.remedy) for each in event.problems)
            self._show_findings()

    def _take_key(self) -> None:
        self._heard = True
        self._show_findings()

    def _show_settings(self, settings: Settings) -> None:
        self._editors.refresh(settings)
        is_tapped, key = settings.hotkey_mode == "toggle", key_text(settings.hotkey)
        self.show_headline(tr("Press a key, speak, press it again") if is_tapped else tr("Hold a key, speak, let go"))
        if not settings.hotkey:
            request = tr("Choose a key first.")
        elif is_tapped:
            request = tr("Press {hotkey}, say “one, two, three”, and press it again:", hotkey=key)
        else:
            request = tr("Hold {hotkey}, say “one, two, three”, and let go:", hotkey=key)
        set_text(self.request.setText, request)
        self._heard = False
        self._show_findings()

    def _show_findings(self) -> None:
        tray = () if self._has_tray() else (NO_TRAY,)
        key = HEARD if self._heard else AccessState(None, NOT_YET)
        problems = () if self._heard else self._problems
        self.findings.show_findings([*problems, *((key,) if not problems else ()), *tray])
