"""Shows and hides the overlay, and gives it the words of the dictation. GUI thread.

The overlay is created when it is first needed. On Wayland there is none: a program cannot place a window there, and
every new window takes the keyboard focus.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from saywrite.foundation.events import (
    Cancelled,
    Failed,
    Finished,
    FrontEndEvent,
    HandsFreeChanged,
    HandsFreeState,
    Inserted,
    InsertionUncertain,
    InsertionUndone,
    NotInserted,
    Partial,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    Started,
    State,
    StateChanged,
)
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import Settings
from saywrite.text.spacing import gap, join
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.theme.motion import reduces_motion
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.tray.overlay_position import OverlayPosition, packed, unpacked
from saywrite.ui.tray.state_icons import TrayState, tray_state_of

if TYPE_CHECKING:
    from saywrite.audio.levels import Envelope
    from saywrite.ui.tray.overlay import Overlay

PROBLEM_MS, DONE_MS = 6_000, 3_000
"""How long a problem is shown, and how long where the text went."""
KEPT_SEGMENTS, KEPT_LETTERS = 20, 200
CANCELLED = message("The dictation was cancelled")


class OverlayController(QObject):
    """Follows the events of the dictation and the settings."""

    def __init__(
        self,
        window: MainWindow,
        envelope: Callable[[], Envelope],
        restore_cancelled: Callable[[], None],
        undo_insertion: Callable[[], None],
    ) -> None:
        """`restore_cancelled` restores the last cancelled dictation; `undo_insertion` removes the text."""
        super().__init__(window)
        self._restore_cancelled = restore_cancelled
        self._undo_insertion = undo_insertion
        self._offers_restore = self._is_done = self._is_file = False
        self._window = window
        self._envelope = envelope
        self._settings = Settings()
        self._position = OverlayPosition()
        self._state = State.IDLE
        self._phrase = ""
        """What begins a dictation, while the microphone waits for it."""
        self._dictation = self._language = ""
        self._segments: dict[int, Segment] = {}
        self._heard = ""
        """The newest text of the segments."""
        self.overlay: Overlay | None = None
        self._problem_timer = QTimer(self, singleShot=True, interval=PROBLEM_MS)
        self._problem_timer.timeout.connect(self._hide)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._follow_focus, Qt.ConnectionType.QueuedConnection)

    def apply(self, settings: Settings) -> None:
        """Follow other settings."""
        self._settings = settings
        if settings.overlay == "off":
            self._hide()
            if self.overlay is not None:
                self.overlay.hide()
        elif self.overlay is not None:
            self._apply_settings(self.overlay)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show the state, the words and fatal problems; events of other kinds are ignored."""
        match event:
            case StateChanged():
                self._show_state(event)
            case Started(dictation=which, source=source) if which == self._dictation:
                self._language = event.language
                self._is_file = source != "microphone"
                if self._is_file:
                    self._hide()
            case Inserted(program=program) if self._can_show_outcome:
                self._show_inserted(program)
            case NotInserted(what=what) | InsertionUncertain(unusual=True, what=what) if self._can_show_outcome:
                self._show_problem(what)
            case InsertionUndone() if self._is_done:
                self._end_done()
            case Partial(dictation=which, text=text, agreed=agreed) if which == self._dictation:
                before = self._heard + gap(self._heard, text, self._language)
                self._show(before + text[:agreed], text[agreed:])
            case SegmentAdded(dictation=which, segment=segment) if which == self._dictation:
                self._segments[segment.number] = segment
                self._show_segments()
            case SegmentsRemoved(dictation=which, numbers=numbers) if which == self._dictation:
                for number in numbers:
                    self._segments.pop(number, None)
                self._show_segments()
            case Finished(dictation=which) if which == self._dictation and self._state is not State.FAILED:
                self._hide()
            case Cancelled(revocable=True):
                self._offer_restore()
            case Cancelled(revocable=False) if self._offers_restore:
                self._offers_restore = False
                if self._state is State.IDLE:
                    self._hide()
            case HandsFreeChanged(state=state, phrase=phrase):
                self._phrase = phrase if state is HandsFreeState.WAITING else ""
                if self._state in (State.IDLE, State.FAILED):
                    self._hide()
            case Failed(dictation=which, fatal=True, what=what) if not (self._is_file and which == self._dictation):
                self._show_problem(what)

    def state(self) -> dict[str, Any]:
        """What `restore()` gets at the next start."""
        return {"overlay": packed(self._position)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over the position of the last run."""
        self._position = unpacked(state.get("overlay"))

    def close(self) -> None:
        """Delete the overlay at quit; as a window without a parent it is not deleted automatically."""
        if self.overlay is not None:
            self.overlay.close()
            self.overlay.deleteLater()
            self.overlay = None

    @property
    def is_enabled(self) -> bool:
        """Whether the overlay should be shown: not while the window is active, which shows more."""
        on_wayland = QGuiApplication.platformName().startswith("wayland")
        return self._settings.overlay != "off" and not on_wayland and not self._window.isActiveWindow()

    @property
    def _can_show_outcome(self) -> bool:
        """Whether what became of a text can be shown: not while the next one is dictated, nor for a file."""
        return not self._is_file and tray_state_of(self._state, problem=False) is not TrayState.LISTENING

    def _show_state(self, event: StateChanged) -> None:
        self._state = event.state
        if event.state is State.STARTING:
            self._dictation, self._language = event.dictation, ""
            self._segments, self._heard = {}, ""
            self._offers_restore = self._is_done = self._is_file = False
            self._problem_timer.stop()
            if self.overlay is not None and not self.is_enabled:
                self.overlay.hide()  # what it says is about the dictation before, and the window is active
        if event.state in (State.IDLE, State.FAILED):
            self._is_file = False  # what is inserted from now on is no text of the file
            self._hide()  # a problem that is shown stays
        else:
            self._show(self._heard)

    def _show_segments(self) -> None:
        newest = sorted(self._segments.values(), key=lambda segment: segment.start)[-KEPT_SEGMENTS:]
        self._heard = join((segment.text for segment in newest), self._language)[-KEPT_LETTERS:]
        self._show(self._heard)

    def _show(self, words: str, tail: str = "") -> None:
        if self._offers_restore or self._is_done or self._is_file or self._state in (State.IDLE, State.FAILED):
            return
        if self.is_enabled or (self.overlay is not None and self.overlay.isVisible()):
            self._get_overlay().present(tray_state_of(self._state, problem=False), words, tail)

    def _offer_restore(self) -> None:
        """Offer to restore a cancelled dictation, unless clicks reach the window below."""
        if self.is_enabled and self._settings.overlay != "through":
            self._offers_restore = True
            self._get_overlay().present(TrayState.IDLE, CANCELLED, offer=tr("Undo"))

    def _show_inserted(self, program: str) -> None:
        """Say for `DONE_MS` where the text went, and offer to undo it unless clicks reach the window below."""
        if self.is_enabled:
            self._offers_restore, self._is_done = False, True
            offer = tr("Undo") if self._settings.overlay != "through" else ""
            self._get_overlay().present(
                TrayState.IDLE, tr("Inserted into {program}", program=program), offer=offer, done=True
            )
            self._problem_timer.start(DONE_MS)

    def _end_done(self) -> None:
        self._is_done = False
        self._problem_timer.stop()
        self._hide()

    @Slot()
    def _take_click(self) -> None:
        if self._offers_restore:
            self._restore_cancelled()
        elif self._is_done:
            self._end_done()
            self._undo_insertion()

    def _show_problem(self, what: str) -> None:
        if self.is_enabled:
            self._offers_restore = self._is_done = False
            self._get_overlay().present(TrayState.PROBLEM, what)
            self._problem_timer.start(PROBLEM_MS)

    @Slot()
    def _hide(self) -> None:
        stays = (self._problem_timer.isActive() or self._offers_restore) and self._settings.overlay != "off"
        if stays:
            return
        self._is_done = False
        if self._phrase and self.is_enabled:
            self._get_overlay().present(TrayState.WAITING, tr("Hands-free: say “{phrase}”", phrase=self._phrase))
        elif self.overlay is not None:
            self.overlay.dismiss()

    @Slot()
    def _follow_focus(self) -> None:
        """Show the overlay as soon as the window, which shows more, is not active any more."""
        if self._state not in (State.IDLE, State.FAILED):
            if self.overlay is None or not self.overlay.isVisible():
                self._show(self._heard)
        elif self._phrase and not self._is_done:
            self._hide()

    def _get_overlay(self) -> Overlay:
        if self.overlay is None:
            from saywrite.ui.tray.overlay import Overlay

            self.overlay = Overlay(self._envelope)
            self.overlay.position = self._position
            self.overlay.moved.connect(self._save_position)
            self.overlay.clicked.connect(self._take_click)
            self._apply_settings(self.overlay)
        return self.overlay

    def _apply_settings(self, overlay: Overlay) -> None:
        reduced = reduces_motion()
        overlay.set_behavior(click_through=self._settings.overlay == "through", reduced_motion=reduced)

    @Slot(object)
    def _save_position(self, position: OverlayPosition) -> None:
        self._position = position
