"""What the window shows of the chosen engine: its chip, and a notice while it cannot be used. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from saywrite.events import ConnectionChanged, EngineChanged, EngineState
from saywrite.ui.choosers import Choices
from saywrite.ui.main_window import MainWindow
from saywrite.ui.notices import Kind

ACCOUNT_KEY, NETWORK_KEY = "account", "network"
"""Notices about these (`Failed.about`) go when the service is reached."""


class EngineStatus(QObject):
    """Remembers what was told of each engine, so that another choice shows at once."""

    account_wanted = Signal()
    """The user wants to see the account's settings."""

    def __init__(self, window: MainWindow, choices: Choices) -> None:
        super().__init__(window)
        self._window = window
        self._choices = choices
        self._engine = ""
        self._engines: dict[str, EngineChanged] = {}
        self._connection: ConnectionChanged | None = None

    def choose(self, engine: str) -> None:
        """The settings' engine."""
        if engine != self._engine:
            self._window.notices.withdraw(f"engine {self._engine}")
            self._engine = engine
            self._present(self._of(engine))

    def show_engine(self, event: EngineChanged) -> None:
        self._engines[event.engine] = event
        choice = self._choices.engine(event.engine)
        if choice and choice.needs_network and self._connection and self._connection.state in ("refused", "closed"):
            self._connection = None  # what is told now is newer than how the last connection ended
        if event.engine == self._engine:
            self._present(event)

    def _present(self, event: EngineChanged) -> None:
        choice = self._choices.engine(event.engine)
        self._show_chip()
        key, notices = f"engine {event.engine}", self._window.notices
        if event.state is EngineState.UNAVAILABLE:
            what = event.reason or "The speech engine is not available."
            ways = self.ways_out(ACCOUNT_KEY if choice and choice.needs_account else "")
            notices.tell(Kind.ERROR, what, event.remedy, key=key, passing=False, counted=False, actions=ways)
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

    def _show_chip(self) -> None:
        """Of an engine over the network the connection, as soon as there was one; else the engine itself."""
        choice, chip, engine = self._choices.engine(self._engine), self._window.control_bar.chip, self._of(self._engine)
        over_network = bool(choice and choice.needs_network)
        if over_network and self._connection is not None and engine.state is not EngineState.UNAVAILABLE:
            chip.show_connection(self._connection)
        else:
            chip.show_engine(engine, over_network=over_network)

    def _of(self, engine: str) -> EngineChanged:
        return self._engines.get(engine, EngineChanged(engine, EngineState.UNLOADED))
