"""When the overlay comes and goes, and what it says meanwhile. GUI thread.

The overlay itself is made when it is first wanted. On Wayland there is none: a program may not place a window there,
and every new window takes the focus, which is what must not happen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from saywrite.foundation.events import (
    Cancelled,
    Failed,
    Finished,
    FrontEndEvent,
    Partial,
    SegmentAdded,
    State,
    StateChanged,
)
from saywrite.storage.settings.schema import Settings
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.tray.overlay_position import OverlayPosition, packed, unpacked
from saywrite.ui.tray.state_icons import TrayState, face_of

if TYPE_CHECKING:
    from saywrite.ui.tray.overlay import Overlay
    from saywrite.ui.waveform.model import PeakSource

PROBLEM_MS = 6_000
"""How long a problem stays, where the window cannot tell it."""
KEPT_LETTERS = 200
CANCELLED = "Cancelled. Click here to take that back."


class OverlayController(QObject):
    """Give it every event and the settings."""

    def __init__(self, window: MainWindow, envelope: Callable[[], PeakSource], take_back: Callable[[], None]) -> None:
        """`take_back` brings the dictation back that was cancelled last."""
        super().__init__(window)
        self._take_back = take_back
        self._offers_return = False
        self._window = window
        self._envelope = envelope
        self._settings = Settings()
        self._spot = OverlayPosition()
        self._state = State.IDLE
        self._dictation = ""
        self._heard = ""
        self.overlay: Overlay | None = None
        self._farewell = QTimer(self, singleShot=True, interval=PROBLEM_MS)
        self._farewell.timeout.connect(self._hide)

    def apply(self, settings: Settings) -> None:
        self._settings = settings
        if settings.overlay == "off":
            self._hide()
        elif self.overlay is not None:
            self._fit(self.overlay)

    def receive(self, event: FrontEndEvent) -> None:
        match event:
            case StateChanged():
                self._follow(event)
            case Partial(dictation=which, text=text, agreed=agreed) if which == self._dictation:
                self._show(f"{self._heard} {text[:agreed]}", text[agreed:])
            case SegmentAdded(dictation=which, segment=segment) if which == self._dictation:
                self._heard = f"{self._heard} {segment.text}"[-KEPT_LETTERS:]
                self._show(self._heard)
            case Finished(dictation=which) if which == self._dictation and self._state is not State.FAILED:
                self._hide()
            case Cancelled(revocable=True):
                self._offer_return()
            case Cancelled(revocable=False) if self._offers_return:
                self._offers_return = False
                if self._state is State.IDLE:
                    self._hide()
            case Failed(fatal=True, what=what):
                self._complain(what)

    def state(self) -> dict[str, Any]:
        """What is remembered until the next start."""
        return {"overlay": packed(self._spot)}

    def restore(self, state: dict[str, Any]) -> None:
        self._spot = unpacked(state.get("overlay"))

    def close(self) -> None:
        """At quit: a window without a parent is ended by hand."""
        if self.overlay is not None:
            self.overlay.close()
            self.overlay.deleteLater()
            self.overlay = None

    @property
    def wanted(self) -> bool:
        """The window shows the same and more: while the user looks at it, there is no overlay."""
        on_wayland = QGuiApplication.platformName().startswith("wayland")
        return self._settings.overlay != "off" and not on_wayland and not self._window.isActiveWindow()

    def _follow(self, event: StateChanged) -> None:
        self._state = event.state
        if event.state is State.STARTING:
            self._dictation, self._heard, self._offers_return = event.dictation, "", False
            self._farewell.stop()
        if event.state is State.IDLE:
            self._hide()
        elif event.state is not State.FAILED:
            self._show(self._heard)

    def _show(self, words: str, tail: str = "") -> None:
        if self._offers_return or self._state in (State.IDLE, State.FAILED):
            return
        if self.wanted or (self.overlay is not None and self.overlay.isVisible()):
            self._made().present(face_of(self._state, problem=False), words, tail)

    def _offer_return(self) -> None:
        """Offer to take the cancelling back, unless clicks pass through the overlay to what is below."""
        if self.wanted and self._settings.overlay != "through":
            self._offers_return = True
            self._made().present(TrayState.IDLE, CANCELLED)

    @Slot()
    def _clicked(self) -> None:
        if self._offers_return:
            self._take_back()

    def _complain(self, what: str) -> None:
        if self.wanted:
            self._made().present(TrayState.PROBLEM, what)
            self._farewell.start()

    @Slot()
    def _hide(self) -> None:
        stays = (self._farewell.isActive() or self._offers_return) and self._settings.overlay != "off"
        if self.overlay is not None and not stays:
            self.overlay.hide()

    def _made(self) -> Overlay:
        if self.overlay is None:
            from saywrite.ui.tray.overlay import Overlay

            self.overlay = Overlay(self._envelope)
            self.overlay.spot = self._spot
            self.overlay.moved.connect(self._keep_spot)
            self.overlay.clicked.connect(self._clicked)
            self._fit(self.overlay)
        return self.overlay

    def _fit(self, overlay: Overlay) -> None:
        from saywrite.ui.tray.overlay import system_wants_calm

        calm = self._settings.motion == "reduced" or system_wants_calm()
        overlay.set_ways(through=self._settings.overlay == "through", calm=calm)

    @Slot(object)
    def _keep_spot(self, spot: OverlayPosition) -> None:
        self._spot = spot
