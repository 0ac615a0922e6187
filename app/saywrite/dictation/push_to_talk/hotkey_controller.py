"""Connects the hotkey backend, the push-to-talk policy and the dictation. Dictation thread only.

Grabs the keys of the settings, gives their presses to `policy.py`, and carries out the actions that it decides on.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Protocol

from saywrite.desktop.hotkeys.base import (
    CANCEL,
    FIRST,
    HANDS_FREE,
    SECOND,
    Binding,
    GrabResult,
    Hotkeys,
    HotkeysLost,
    KeyPressed,
    KeyReleased,
)
from saywrite.desktop.hotkeys.conflicts import objections
from saywrite.desktop.hotkeys.key_combination import KeyCombination, parse
from saywrite.desktop.session.events import (
    Resumed,
    ScreenLocked,
    ScreenUnlocked,
    SuspendDetector,
    Suspending,
    sleep_clocks,
)
from saywrite.dictation.push_to_talk.policy import (
    BOUNCE_S,
    Action,
    Cancel,
    DictationState,
    Discard,
    Mode,
    PushToTalk,
    RestoreCancelled,
    Start,
    Stop,
    StopReason,
    WatchCancelKey,
)
from saywrite.foundation.errors import SettingsError
from saywrite.foundation.events import KeyProblem
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import OPTIONS, Settings

log = logging.getLogger(__name__)

KeyMessage = KeyPressed | KeyReleased | GrabResult | HotkeysLost | ScreenLocked | ScreenUnlocked | Suspending | Resumed
"""The messages of the hotkey and session threads, which `HotkeyController.handle` takes."""

ESCAPE = Binding(CANCEL, KeyCombination("Escape"), message("Cancel the dictation"))

_GO_ON = message("What you said is kept. Press the key to go on.")
_NOTICES = {
    StopReason.LIMIT: (
        message("The microphone was closed: the time limit of the key was reached."),
        message("{go_on} See the settings.", go_on=_GO_ON),
    ),
    StopReason.LOCKED: (message("The microphone was closed when the screen was locked."), _GO_ON),
    StopReason.SUSPENDED: (message("The microphone was closed when the computer went to sleep."), _GO_ON),
    StopReason.KEYS_LOST: (message("The microphone was closed: the key is no longer heard."), _GO_ON),
}


class DictationPort(Protocol):
    """What the keys ask of the dictation. When a method returns, the controller knows the changed state."""

    def situation(self) -> DictationState:
        """The state of the dictation now."""
        ...

    def start(self, binding: str, at: float) -> None:
        """Begin a dictation as `binding` (`FIRST`, `SECOND`) asks; the key went down at `at`."""

    def stop(self, at: float) -> None:
        """End the capture; the key came up at `at`."""

    def cancel(self, until: float) -> None:
        """Drop the newest dictation, and offer to take that back until the monotonic time `until`.

        The recording stays until `discard`.
        """

    def take_back(self, dictation: str) -> None: ...

    def discard(self, dictation: str) -> None: ...

    def notice(self, what: str, remedy: str) -> None:
        """Tell the user."""

    def keys_changed(self, grabbed: GrabResult) -> None:
        """Report which keys are grabbed, and which are not and why."""


class HotkeyController:
    """The hotkeys of a running program, from `apply` to `close`."""

    def __init__(
        self,
        dictation: DictationPort,
        open_keys: Callable[[], Hotkeys | None],
        clocks: Callable[[], tuple[float, float]] = sleep_clocks,
        platform: str = sys.platform,
    ) -> None:
        """`open_keys`: opens this system's backend; None where the desktop's own settings bind the keys."""
        self._dictation = dictation
        self._open_keys = open_keys
        self._clocks = clocks
        self._platform = platform
        self._policy = PushToTalk()
        self._hotkeys: Hotkeys | None = None
        self._bindings: tuple[Binding, ...] = ()
        self._refused: tuple[KeyProblem, ...] = ()
        self._sleep = SuspendDetector()
        self._bounce_until = 0.0
        self._captured = ""
        self._watching = False
        self._reported: GrabResult | None = None

    @property
    def held(self) -> bool:
        """Whether one of our keys is down."""
        return self._policy.holding

    def apply(self, settings: Settings) -> None:
        """Grab the keys of the settings; the first call, and one after the keys were lost, opens the backend."""
        self._policy.set_mode(Mode(settings.hotkey_mode), 60.0 * settings.hotkey_limit_minutes)
        bindings, refused = bindings_of(settings, self._platform)
        if self._hotkeys is not None and (bindings, refused) == (self._bindings, self._refused):
            return
        self._bindings, self._refused = bindings, refused
        if self._hotkeys is None and bindings:
            self._hotkeys = self._open_keys()
        if self._hotkeys is not None:
            self._grab()
        else:
            self._report_grabs(GrabResult(()))

    def handle(self, message: KeyMessage, at: float) -> None:
        """Take one message of the hotkey and session threads, at the monotonic time `at`."""
        self._notice_sleep(at)
        match message:
            case KeyPressed() | KeyReleased():
                if isinstance(message, KeyReleased):
                    self._bounce_until = at + BOUNCE_S
                self._do(self._policy.key(message, self._dictation.situation()))
            case GrabResult():
                self._report_grabs(message)
            case HotkeysLost():
                self._interrupt(StopReason.KEYS_LOST, at)
                self.close()
                self._report_grabs(GrabResult((), (KeyProblem("", message.what, message.remedy),)))
            case ScreenLocked():
                self._interrupt(StopReason.LOCKED, message.at)
            case Suspending():
                self._interrupt(StopReason.SUSPENDED, message.at)
            case ScreenUnlocked() | Resumed():
                pass

    def on_state_changed(self) -> None:
        """Note a changed state of the dictation. To be called for every `StateChanged`."""
        for action in self._policy.on_state_changed(self._dictation.situation()):
            self._carry_out(action)

    def wake(self, at: float) -> float | None:
        """Do what is due at `at`, and check whether the computer slept; return when to be called next."""
        self._notice_sleep(at)
        due = self._due()
        if due is not None and at >= due:
            self._do(self._policy.wake(at, self._dictation.situation()))
        return self._due()

    def _due(self) -> float | None:
        """When something is due. A release that is handled late may be a bounce too: its press is the next message."""
        return None if self._policy.due is None else max(self._policy.due, self._bounce_until)

    def cancel(self, at: float) -> None:
        """Cancel the newest dictation, so that it can be taken back, for window, tray and command line."""
        self._do(self._policy.cancel(at, self._dictation.situation()))

    def take_back(self, at: float) -> None:
        """Restore the dictation that was cancelled last."""
        self._do(self._policy.take_back(at, self._dictation.situation()))

    def close(self) -> None:
        """Release every key. `apply` opens the backend again."""
        hotkeys, self._hotkeys = self._hotkeys, None
        if hotkeys is not None:
            hotkeys.release()

    def _grab(self) -> None:
        assert self._hotkeys is not None
        escape = (ESCAPE,) if self._watching and self._hotkeys.supports_temporary_grabs else ()
        self._hotkeys.grab((*self._bindings, *escape))

    def _report_grabs(self, grabbed: GrabResult) -> None:
        """Report a change of the user's own keys. Escape, which every dictation grabs, is left out."""
        problems = (*self._refused, *(each for each in grabbed.problems if each.binding != CANCEL))
        report = GrabResult(tuple(each for each in grabbed.triggers if each[0] != CANCEL), problems)
        if report != self._reported:
            self._reported = report
            self._dictation.keys_changed(report)

    def _interrupt(self, why: StopReason, at: float) -> None:
        self._do(self._policy.interrupt(why, at, self._dictation.situation()))

    def _notice_sleep(self, at: float) -> None:
        """End a dictation that was captured at the last check, where the computer has slept since then."""
        now = self._dictation.situation()
        before, self._captured = self._captured, now.dictation if now.capturing else ""
        if self._sleep.slept(*self._clocks()) and before and before == self._captured:
            self._interrupt(StopReason.SUSPENDED, at)

    def _do(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            self._carry_out(action)
        self._policy.carried_out(self._dictation.situation())

    def _carry_out(self, action: Action) -> None:
        match action:
            case Start(binding=binding, at=at):
                self._dictation.start(binding, at)
            case Stop(why=why, at=at):
                log.info("a key's dictation ends: %s", why)
                self._dictation.stop(at)
                if why in _NOTICES:
                    self._dictation.notice(*_NOTICES[why])
            case Cancel(until=until):
                self._dictation.cancel(until)
            case RestoreCancelled(dictation=dictation):
                self._dictation.take_back(dictation)
            case Discard(dictation=dictation):
                self._dictation.discard(dictation)
            case WatchCancelKey(wanted=wanted):
                self._watching = wanted
                if self._hotkeys is not None and self._hotkeys.supports_temporary_grabs:
                    self._grab()


def bindings_of(settings: Settings, platform: str) -> tuple[tuple[Binding, ...], tuple[KeyProblem, ...]]:
    """Return the keys that the settings name, and the problems of those that cannot be used."""
    wanted = (
        (FIRST, settings.hotkey, message("Dictate")),
        (SECOND, settings.second_hotkey, _second_label(settings)),
        (HANDS_FREE, settings.hands_free_hotkey, message("Hands-free mode on and off")),
    )
    bindings: list[Binding] = []
    problems: list[KeyProblem] = []
    for name, text, label in wanted:
        if not text.strip():
            continue
        try:
            chord = parse(text)
        except SettingsError as error:
            problems.append(KeyProblem(name, error.what, error.remedy))
            continue
        others = [binding.chord for binding in bindings]
        refused = [each.text for each in objections(chord, platform, others) if each.refused]
        if refused:
            problems.append(KeyProblem(name, refused[0], message("Choose another key in the settings.")))
        else:
            bindings.append(Binding(name, chord, label))
    return tuple(bindings), tuple(problems)


def _second_label(settings: Settings) -> str:
    """The label of the second key in the desktop's settings, which distinguishes it from the first."""
    language = dict(OPTIONS["second_language"].choices)[settings.second_language]
    engine = dict(OPTIONS["second_engine"].choices)[settings.second_engine]
    if settings.second_language:
        return message("Dictate in {language}", language=language)
    if settings.second_engine:
        return message("Dictate with {recognizer}", recognizer=engine)
    return message("Dictate (second key)")
