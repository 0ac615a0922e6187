"""What the window shows of the chosen engine: its name, its chip, and a bar or notice while it cannot be used.

GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from saywrite.foundation.events import ConnectionChanged, EngineChanged, EngineState, State
from saywrite.storage.settings.schema import Settings
from saywrite.ui.main_window.engine_indicator import model_chip_words
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.models.state import KnownModel, ModelsState
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

ACCOUNT_KEY, NETWORK_KEY = "account", "network"
"""Notices about these (`Failed.about`) go when the service is reached."""

RECORDING = frozenset({State.STARTING, State.LISTENING, State.RECONNECTING, State.FINISHING})


class EngineStatus(QObject):
    """Remembers what was told of each engine, so that another choice shows at once."""

    account_wanted = Signal()
    """The user wants to see the account's settings."""
    models_wanted = Signal(bool)
    """The user wants to see the settings of the models; true: where they come from."""

    def __init__(self, window: MainWindow, choices: EngineChoices, models: ModelsState) -> None:
        super().__init__(window)
        self._window = window
        self._choices = choices
        self._models = models
        self._engine = ""
        self._model = ""
        self._recording = False
        self._engines: dict[str, EngineChanged] = {}
        self._connection: ConnectionChanged | None = None
        models.changed.connect(self._show_model)
        window.model_bar.action_wanted.connect(self._act)
        window.model_bar.settings_wanted.connect(self.models_wanted)

    def choose(self, settings: Settings) -> None:
        """The settings' engine and model."""
        if (settings.engine, settings.local_model) == (self._engine, self._model):
            return
        self._window.notices.withdraw(f"engine {self._engine}")
        self._engine, self._model = settings.engine, settings.local_model
        self._show_model()

    def show_state(self, state: State) -> None:
        """Of the dictation: while one records without a model, the chip says what becomes of the words."""
        self._recording = state in RECORDING
        self._show_chip()

    def show_engine(self, event: EngineChanged) -> None:
        self._engines[event.engine] = event
        choice = self._choices.engine(event.engine)
        if choice and choice.needs_network and self._connection and self._connection.state in ("refused", "closed"):
            self._connection = None  # what is told now is newer than how the last connection ended
        if event.engine == self._engine:
            self._present(event)

    @property
    def missing_model(self) -> KnownModel | None:
        """The model of the settings, where it is not ready and is all that the chosen engine lacks."""
        choice, known = self._choices.engine(self._engine), self._models.model(self._model)
        engine = self._of(self._engine)
        lacks_more = engine.state is EngineState.UNAVAILABLE and not engine.awaits_model
        needed = choice is not None and not choice.needs_network and not lacks_more
        return known if needed and known is not None and not known.is_ready else None

    def _present(self, event: EngineChanged) -> None:
        choice = self._choices.engine(event.engine)
        self._show_chip()
        self._window.model_bar.show_model(self.missing_model)
        key, notices = f"engine {event.engine}", self._window.notices
        if event.state is EngineState.UNAVAILABLE and self.missing_model is None:
            what = event.reason or "The recognizer is not available."
            ways = self.ways_out(ACCOUNT_KEY if choice and choice.needs_account else "")
            notices.tell(Severity.ERROR, what, event.remedy, key=key, passing=False, counted=False, actions=ways)
        else:
            notices.withdraw(key)

    def show_connection(self, event: ConnectionChanged) -> None:
        was_refused = self._connection is not None and self._connection.state == "refused"
        if event.state == "closed" and was_refused:
            return  # why it was refused says more
        self._connection = event
        if event.state == "connected":
            for key in (ACCOUNT_KEY, NETWORK_KEY):
                self._window.notices.withdraw(key)
        self._show_chip()

    def ways_out(self, about: str) -> tuple[tuple[str, Callable[[], None]], ...]:
        """The buttons of a notice about this matter."""
        return (("aiOla &settings…", self.account_wanted.emit),) if about == ACCOUNT_KEY else ()

    def _show_model(self) -> None:
        self._present(self._of(self._engine))
        self._window.empty.show_engine(self._engine, self._model, missing=self.missing_model is not None)

    def _act(self, action: str, model: str) -> None:
        (self._models.pause if action == "pause" else self._models.download)(model)

    def _show_chip(self) -> None:
        """A model that is missing; of an engine over the network the connection, as soon as there was one; else the
        engine itself.
        """
        choice, chip, engine = self._choices.engine(self._engine), self._window.control_bar.chip, self._of(self._engine)
        over_network, missing = bool(choice and choice.needs_network), self.missing_model
        if missing is not None:
            chip.show_words(model_chip_words(missing, recording=self._recording))
        elif over_network and self._connection is not None and engine.state is not EngineState.UNAVAILABLE:
            chip.show_connection(self._connection)
        else:
            chip.show_engine(engine, over_network=over_network)

    def _of(self, engine: str) -> EngineChanged:
        return self._engines.get(engine, EngineChanged(engine, EngineState.UNLOADED))
