"""The step “Who writes”: on this computer, by aiOla, or both. GUI thread.

What a choice needs is checked here: the model on this computer, or the account by a test that the user starts.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from saywrite.foundation.catalog import AIOLA, LOCAL
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.app.first_run.step import Step
from saywrite.ui.models.row import ModelRow
from saywrite.ui.models.state import ModelsState
from saywrite.ui.settings.account_access import SECRET_OF, AccountAccess
from saywrite.ui.settings.connection_test import ConnectionTest
from saywrite.ui.settings.secret_field import SecretField
from saywrite.ui.toolkit.labels import NoteLabel, PlainLabel
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.screen_reader import insert_tab_stops, set_label
from saywrite.ui.toolkit.theme.tokens import TARGET, XL, S
from saywrite.ui.toolkit.translation import set_text, tr, worded
from saywrite.ui.widgets.choosers import EngineChoices, LanguageChooser

BOTH = "both"
WAIT = str(OPTIONS["aiola_while_away"].default)
CHOICES = {
    LOCAL: (
        message("&This computer"),
        message("Private: what you say does not leave this computer. Needs no network and no account."),
    ),
    AIOLA: (
        message("&aiOla"),
        message("Accurate: what you say is sent to aiOla's service. Needs a network and an API key."),
    ),
    BOTH: (
        message("B&oth"),
        message("aiOla writes while it can be reached; this computer takes over while it cannot. Needs an API key."),
    ),
}
"""Label and note of each choice."""


def choice_of(settings: Settings) -> str:
    """Return the choice that the settings amount to."""
    if settings.engine != AIOLA:
        return LOCAL
    return BOTH if settings.aiola_while_away == LOCAL else AIOLA


def changes_for(choice: str) -> dict[str, str]:
    """Return the settings that a choice changes."""
    if choice == LOCAL:
        return {"engine": LOCAL}
    return {"engine": AIOLA, "aiola_while_away": LOCAL if choice == BOTH else WAIT}


class RecognizerStep(Step):
    """Language, the three choices, the model and the account."""

    name = message("Who writes")
    account_changed = Signal()
    """A key was saved or removed."""

    def __init__(
        self,
        preferences: Preferences,
        choices: EngineChoices,
        account: AccountAccess | None,
        models: ModelsState | None,
    ) -> None:
        super().__init__(tr("Who writes what you say?"), tr("You can change this at any time."))
        self._preferences = preferences
        self._choices = choices
        self._models = models
        self._row: ModelRow | None = None
        self.language = LanguageChooser(choices)
        self.language.setMinimumHeight(TARGET)
        self.language.chosen.connect(lambda code: preferences.update(language=code))
        self.buttons: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._model = QWidget()
        self._model_column = QVBoxLayout(self._model)
        self._model_column.setContentsMargins(XL, 0, 0, 0)
        self.secret: SecretField | None = None
        self.test: ConnectionTest | None = None
        self._account = QWidget()
        if account is not None:
            self._fill_account(account)
        self._arrange()
        preferences.changed.connect(self._show_settings)
        if models is not None:
            models.changed.connect(self._show_model)
        self._show_settings(preferences.settings)
        self._show_model()

    def enter(self) -> None:
        if self._models is not None:
            self._models.ask()
        if self.secret is not None:
            self.secret.refresh()

    def leave(self) -> None:
        if self.test is not None:
            self.test.abandon()

    def _arrange(self) -> None:
        spoken = PlainLabel(tr("I &speak"))
        set_label(spoken, self.language)
        self.column.addWidget(spoken)
        self.column.addWidget(self.language)
        for choice, (label, note) in CHOICES.items():
            if choice != LOCAL and (self.secret is None or self._choices.engine(AIOLA) is None):
                continue
            button = worded(QRadioButton(), label)
            button.setMinimumHeight(TARGET)
            set_text(button.setAccessibleDescription, note)
            button.clicked.connect(partial(self._choose, choice))
            self._group.addButton(button)
            self.buttons[choice] = button
            box = QVBoxLayout()
            box.setSpacing(0)
            box.addWidget(button)
            indented = QVBoxLayout()
            indented.setContentsMargins(XL, 0, 0, 0)
            indented.addWidget(NoteLabel(note))
            box.addLayout(indented)
            if choice == LOCAL:
                box.addSpacing(S)
                box.addWidget(self._model)
            self.column.addLayout(box)
        self.column.addWidget(self._account)
        self.column.addStretch(1)

    def _fill_account(self, access: AccountAccess) -> None:
        self.secret = SecretField(tr("API key"), SECRET_OF["key"], access.secrets)
        self.secret.changed.connect(self.account_changed)
        self.test = ConnectionTest(lambda: partial(access.test, self._preferences.settings, self._typed()))
        column = QVBoxLayout(self._account)
        column.setContentsMargins(XL, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(PlainLabel(tr("API key of your aiOla account")))
        column.addWidget(self.secret)
        column.addWidget(self.test)

    def _typed(self) -> str | None:
        return self.secret.typed() if self.secret is not None else None

    def _choose(self, choice: str) -> None:
        self._preferences.update(**changes_for(choice))

    def _show_settings(self, settings: Settings) -> None:
        choice = choice_of(settings)
        if choice in self.buttons:
            self.buttons[choice].setChecked(True)
        self.language.show_setting(settings.language, settings.engine)
        self._account.setVisible(choice != LOCAL and self.secret is not None)
        self._model.setVisible(choice != AIOLA)
        for name, button in self.buttons.items():
            button.setEnabled(name == LOCAL or not settings.stay_offline)
        if self.test is not None:
            self.test.clear()
        self._show_model()

    def _show_model(self) -> None:
        """Show the model of the settings: present, or its download."""
        name = self._preferences.settings.local_model
        known = self._models.model(name) if self._models is not None else None
        if known is None or self._models is None:
            return
        if self._row is not None and self._row.known.info.id != name:
            self._model_column.removeWidget(self._row)
            self._row.deleteLater()
            self._row = None
        if self._row is None:
            self._row = ModelRow(known, self._choices.language)
            self._row.download_requested.connect(partial(self._models.download, name))
            self._row.pause_requested.connect(partial(self._models.pause, name))
            self._row.cancel_requested.connect(partial(self._models.cancel, name))
            self._model_column.addWidget(self._row)
            if AIOLA in self.buttons:
                insert_tab_stops(self._row, self.buttons[AIOLA])
        self._row.show_model(known, used=True)
        for action in ("try", "check", "remove"):  # the settings offer these
            self._row.buttons[action].hide()
