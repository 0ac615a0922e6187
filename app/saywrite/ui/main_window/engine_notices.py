"""Shows the state of the chosen engine: indicator, model bar, and a notice while it is unavailable. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from saywrite.foundation.events import (
    ConnectionChanged,
    EngineChanged,
    EngineState,
    FrontEndEvent,
    StateChanged,
)
from saywrite.storage.settings.schema import Settings
from saywrite.ui.main_window.empty_state import AT_REST
from saywrite.ui.main_window.engine_indicator import model_indication
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.models.state import KnownModel, ModelsState
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import NoticeActions, Severity

ACCOUNT_KEY, NETWORK_KEY = "account", "network"
"""Notices about these matters (`Failed.about`) are withdrawn when the service is reached."""


class EngineStatus(QObject):
    """Keeps the newest state of every engine, so that the state of a newly chosen one is shown at once."""

    account_requested = Signal()
    """The user asked for the settings of the account."""
    models_requested = Signal(bool)
    """The user asked for the settings of the models; True: for the field with their source."""

    def __init__(self, window: MainWindow, choices: EngineChoices, models: ModelsState) -> None:
        super().__init__(window)
        self._notices = window.notices
        self._indicator = window.control_bar.indicator
        self._model_bar = window.model_bar
        self._empty_state = window.empty
        self._choices = choices
        self._models = models
        self._engine = ""
        self._model = ""
        self._recording = False
        self._engines: dict[str, EngineChanged] = {}
        self._problem: EngineChanged | None = None
        """The state of the chosen engine that a notice was shown about."""
        self._connection: ConnectionChanged | None = None
        models.changed.connect(self._show_model)
        self._model_bar.action_requested.connect(self._run_model_action)
        self._model_bar.settings_requested.connect(self.models_requested)

    def choose(self, settings: Settings) -> None:
        """Show the engine and the model of the settings."""
        if (settings.engine, settings.local_model) == (self._engine, self._model):
            return
        self._notices.withdraw(f"engine {self._engine}")
        self._problem = None
        self._engine, self._model = settings.engine, settings.local_model
        choice = self._choices.engine(self._engine)
        if choice is not None and not choice.needs_account:
            self.end_account_problem()
        self._show_model()

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show the state of an engine or of its connection; events of other kinds are ignored."""
        match event:
            case EngineChanged():
                self._take_engine(event)
            case ConnectionChanged():
                self._take_connection(event)
            case StateChanged(state=state):
                self._recording = state not in AT_REST
                self._show_indicator()

    @property
    def missing_model(self) -> KnownModel | None:
        """The model of the settings, if it is not ready and is all that the chosen engine lacks."""
        choice, known = self._choices.engine(self._engine), self._models.model(self._model)
        engine = self._state_of(self._engine)
        lacks_more = engine.state is EngineState.UNAVAILABLE and not engine.awaits_model
        needed = choice is not None and not choice.needs_network and not lacks_more
        return known if needed and known is not None and not known.is_ready else None

    def actions_for(self, about: str) -> NoticeActions:
        """The buttons of a notice about this matter (`Failed.about`)."""
        return ((tr("aiOla &settings…"), self.account_requested.emit),) if about == ACCOUNT_KEY else ()

    @Slot()
    def end_account_problem(self) -> None:
        """Withdraw the notice about the account: another key is saved, or the engine needs none."""
        self._notices.withdraw(ACCOUNT_KEY)

    def _take_engine(self, event: EngineChanged) -> None:
        self._engines[event.engine] = event
        choice = self._choices.engine(event.engine)
        if choice and choice.needs_network and self._connection and self._connection.state in ("refused", "closed"):
            self._connection = None  # this event is newer than the end of the last connection
        if event.engine == self._engine:
            self._show_engine(event)

    def _take_connection(self, event: ConnectionChanged) -> None:
        was_refused = self._connection is not None and self._connection.state == "refused"
        if event.state == "closed" and was_refused:
            return  # the reason of the refusal is more useful
        self._connection = event
        if event.state == "connected":
            for key in (ACCOUNT_KEY, NETWORK_KEY):
                self._notices.withdraw(key)
        self._show_indicator()

    def _show_engine(self, event: EngineChanged) -> None:
        choice = self._choices.engine(event.engine)
        self._show_indicator()
        self._model_bar.show_model(self.missing_model)
        key = f"engine {event.engine}"
        problem = event if event.state is EngineState.UNAVAILABLE and self.missing_model is None else None
        if problem is self._problem:
            return  # a download of a model changes nothing about the notice, which the user may have dismissed
        self._problem = problem
        if problem is not None:
            what = event.reason or tr("The recognizer is not available.")
            actions = self.actions_for(ACCOUNT_KEY if choice and choice.needs_account else "")
            self._notices.notify(
                Severity.ERROR, what, event.remedy, key=key, passing=False, counted=False, actions=actions
            )
        else:
            self._notices.withdraw(key)

    @Slot()
    def _show_model(self) -> None:
        self._show_engine(self._state_of(self._engine))
        self._empty_state.show_engine(self._engine, self._model, missing=self.missing_model is not None)

    @Slot(str, str)
    def _run_model_action(self, action: str, model: str) -> None:
        (self._models.pause if action == "pause" else self._models.download)(model)

    def _show_indicator(self) -> None:
        """Show a missing model, else the connection of an engine over the network, else the engine's state."""
        choice, engine = self._choices.engine(self._engine), self._state_of(self._engine)
        over_network, missing = bool(choice and choice.needs_network), self.missing_model
        if missing is not None:
            self._indicator.show_indication(model_indication(missing, recording=self._recording))
        elif over_network and self._connection is not None and engine.state is not EngineState.UNAVAILABLE:
            self._indicator.show_connection(self._connection)
        else:
            self._indicator.show_engine(engine, over_network=over_network)

    def _state_of(self, engine: str) -> EngineChanged:
        return self._engines.get(engine, EngineChanged(engine, EngineState.UNLOADED))
