"""The window of the first run: four steps, each with real checks; it can be left at any time. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from saywrite.foundation.events import FrontEndEvent
from saywrite.foundation.messages import message
from saywrite.ui.app.first_run.key_step import KeyStep
from saywrite.ui.app.first_run.recognizer_step import RecognizerStep
from saywrite.ui.app.first_run.sentence_step import SentenceStep
from saywrite.ui.app.first_run.speak_step import SpeakStep
from saywrite.ui.app.first_run.step import Step
from saywrite.ui.models.state import ModelsState
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.layouts.dialogs import center_on_parent, opening_size
from saywrite.ui.toolkit.layouts.flow_layout import FlowLayout
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import TARGET, L, M, S
from saywrite.ui.toolkit.translation import joined, set_text, tr, worded
from saywrite.ui.widgets.choosers import EngineChoices

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

PREFERRED_SIZE = QSize(620, 580)
NEXT, DONE = message("&Next"), message("&Done")


class FirstRunWindow(QDialog):
    """Shows one step at a time, which is entered when it appears and left when it disappears."""

    refresh_devices_requested = Signal()
    """The list of microphones is opened: look for devices again."""
    account_changed = Signal()
    """A key was saved or removed."""
    unknown_language_chosen = Signal(str)
    """The user chose a language that the recognizer does not know."""

    def __init__(
        self,
        dictation: Dictation,
        preferences: Preferences,
        choices: EngineChoices,
        account: AccountAccess | None = None,
        models: ModelsState | None = None,
        has_tray: Callable[[], bool] = lambda: True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        set_text(self.setWindowTitle, tr("Welcome to Saywrite"))
        self.speak = SpeakStep(dictation, preferences)
        self.recognizer = RecognizerStep(preferences, choices, account, models)
        self.key = KeyStep(dictation, preferences, has_tray)
        self.sentence = SentenceStep(dictation, preferences)
        self.steps: tuple[Step, ...] = (self.speak, self.recognizer, self.key, self.sentence)
        self._entered: Step | None = None
        self._labels = [
            ThemedLabel(joined("  ", str(number), step.name)) for number, step in enumerate(self.steps, start=1)
        ]
        self._pages = QStackedWidget()
        for step in self.steps:
            self._pages.addWidget(step)
        self.skip = worded(QPushButton(), tr("S&kip"))
        self.back = worded(QPushButton(), tr("&Back"))
        self.next = worded(QPushButton(), NEXT)
        self._arrange()
        self._connect()
        self._show_step(0)
        self.resize(opening_size(self, PREFERRED_SIZE))

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.steps[self._pages.currentIndex()]

    def receive(self, event: FrontEndEvent) -> None:
        """Give an event of the dictation to every step."""
        for step in self.steps:
            step.receive(event)

    def begin(self) -> None:
        """Show the first step."""
        self._show_step(0)

    def showEvent(self, event: QShowEvent) -> None:
        center_on_parent(self)
        super().showEvent(event)
        self._enter(self.step)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._enter(None)

    def _show_step(self, number: int) -> None:
        if number >= len(self.steps):
            self.accept()
            return
        self._pages.setCurrentIndex(number)
        for index, label in enumerate(self._labels):
            font = label.font()
            font.setBold(index == number)
            label.setFont(font)
            label.set_tone("" if index == number else "muted")
        last = number == len(self.steps) - 1
        self.back.setEnabled(number > 0)
        set_text(self.next.setText, DONE if last else NEXT)
        self.skip.setVisible(not last)
        if self.isVisible():
            self._enter(self.step)
            announce(
                self,
                tr("Step {number} of {steps}: {name}", number=number + 1, steps=len(self.steps), name=self.step.name),
            )

    def _enter(self, step: Step | None) -> None:
        if step is self._entered:
            return
        if self._entered is not None:
            self._entered.leave()
        self._entered = step
        if step is not None:
            step.enter()

    def _arrange(self) -> None:
        names = QWidget()
        flow = FlowLayout(names, spacing=L)
        for label in self._labels:
            flow.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.skip)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        for button in (self.skip, self.back, self.next):
            button.setAutoDefault(False)
            button.setMinimumHeight(TARGET)
        self.next.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(names)
        column.addWidget(self._pages, 1)
        column.addLayout(row)

    def _connect(self) -> None:
        self.skip.clicked.connect(self.reject)
        self.back.clicked.connect(lambda: self._show_step(self._pages.currentIndex() - 1))
        self.next.clicked.connect(lambda: self._show_step(self._pages.currentIndex() + 1))
        self.speak.refresh_requested.connect(self.refresh_devices_requested)
        self.recognizer.account_changed.connect(self.account_changed)
        self.recognizer.language.unknown_chosen.connect(self.unknown_language_chosen)
