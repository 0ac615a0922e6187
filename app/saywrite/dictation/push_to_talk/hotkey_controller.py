"""The keys at work: what the settings say is grabbed, what is heard is decided, what is decided is done.

Joins the ways of hearing keys (`desktop/hotkeys`), the decision (`push_to_talk.py`) and the dictation. Dictation
thread only.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Protocol

from saywrite.desktop.hotkeys.base import (
    CANCEL,
    FIRST,
    SECOND,
    Binding,
    GrabResult,
    HotkeyProblem,
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
from saywrite.storage.settings.schema import OPTIONS, Settings

log = logging.getLogger(__name__)

KeyMessage = KeyPressed | KeyReleased | GrabResult | HotkeysLost | ScreenLocked | ScreenUnlocked | Suspending | Resumed
"""What the keys' threads post to the inbox; `HotkeyController.handle` takes it."""

ESCAPE = Binding(CANCEL, KeyCombination("Escape"), "Cancel the dictation")

_GO_ON = "What you said is kept. Press the key to go on."
_TOLD = {
    StopReason.LIMIT: (
        "The microphone was closed: the longest time for a key was reached.",
        f"{_GO_ON} See the settings.",
    ),
    StopReason.LOCKED: ("The microphone was closed when the screen was locked.", _GO_ON),
    StopReason.SUSPENDED: ("The microphone was closed when the computer went to sleep.", _GO_ON),
    StopReason.KEYS_LOST: ("The microphone was closed: the key is no longer heard.", _GO_ON),
}


class DictationPort(Protocol):
    """What the keys ask of the dictation; each is done when it returns, and its `StateChanged` was followed."""

    def situation(self) -> DictationState: ...

    def start(self, binding: str, at: float) -> None:
        """Begin a dictation with the engine and the language of `binding` (`FIRST` or `SECOND`), whose key went down
        at `at`.
        """

    def stop(self, at: float) -> None:
        """End the capture; the key came up at `at`."""

    def cancel(self, until: float) -> None:
        """Drop the newest dictation, and offer "Take that back" until the monotonic time `until`; the recording stays
        until `discard`.
        """

    def take_back(self, dictation: str) -> None: ...

    def discard(self, dictation: str) -> None: ...

    def notice(self, what: str, remedy: str) -> None:
        """Tell the user."""

    def keys_changed(self, grabbed: GrabResult) -> None:
        """What is heard now, and what is not, and why."""


class HotkeyController:
    """The keys of a running Saywrite, from `apply` to `close`."""

    def __init__(
        self,
        dictates: DictationPort,
        open_keys: Callable[[], Hotkeys | None],
        clocks: Callable[[], tuple[float, float]] = sleep_clocks,
        platform: str = sys.platform,
    ) -> None:
        """`open_keys`: opens this system's way; None where keys are bound in the desktop's own settings."""
        self._dictates = dictates
        self._open_keys = open_keys
        self._clocks = clocks
        self._platform = platform
        self._keys = PushToTalk()
        self._hotkeys: Hotkeys | None = None
        self._bindings: tuple[Binding, ...] = ()
        self._refused: tuple[HotkeyProblem, ...] = ()
        self._sleep = SuspendDetector()
        self._captured = ""
        self._watching = False
        self._told: GrabResult | None = None

    @property
    def held(self) -> bool:
        """A key of ours is down."""
        return self._keys.holding

    def apply(self, settings: Settings) -> None:
        """Grab what the settings say now; the first time, and after the keys were lost, open the way."""
        self._keys.set_mode(Mode(settings.hotkey_mode), 60.0 * settings.hotkey_limit_minutes)
        bindings, refused = bindings_of(settings, self._platform)
        if self._hotkeys is not None and (bindings, refused) == (self._bindings, self._refused):
            return
        self._bindings, self._refused = bindings, refused
        if self._hotkeys is None and bindings:
            self._hotkeys = self._open_keys()
        if self._hotkeys is not None:
            self._grab()
        else:
            self._tell(GrabResult(()))

    def handle(self, message: KeyMessage, at: float) -> None:
        """Take one message of the keys' threads, at the monotonic time `at`."""
        self._notice_sleep(at)
        match message:
            case KeyPressed() | KeyReleased():
                self._do(self._keys.key(message, self._dictates.situation()))
            case GrabResult():
                self._tell(message)
            case HotkeysLost():
                self._interrupt(StopReason.KEYS_LOST, at)
                self.close()
                self._tell(GrabResult((), (HotkeyProblem("", message.what, message.remedy),)))
            case ScreenLocked():
                self._interrupt(StopReason.LOCKED, message.at)
            case Suspending():
                self._interrupt(StopReason.SUSPENDED, message.at)
            case ScreenUnlocked() | Resumed():
                pass

    def follow(self) -> None:
        """The dictation's state has changed. To be called for every `StateChanged`."""
        for action in self._keys.follow(self._dictates.situation()):
            self._carry_out(action)

    def wake(self, at: float) -> float | None:
        """Do what is due at `at`, and look whether the computer slept; when to be called next at the latest."""
        self._notice_sleep(at)
        if self._keys.due is not None and at >= self._keys.due:
            self._do(self._keys.wake(at, self._dictates.situation()))
        return self._keys.due

    def cancel(self, at: float) -> None:
        """Cancel what is running, so that it can be taken back: for the window, the tray and the command line."""
        self._do(self._keys.cancel(at, self._dictates.situation()))

    def take_back(self, at: float) -> None:
        self._do(self._keys.take_back(at, self._dictates.situation()))

    def close(self) -> None:
        """Let go of every key. `apply` opens the way again."""
        hotkeys, self._hotkeys = self._hotkeys, None
        if hotkeys is not None:
            hotkeys.release()

    def _grab(self) -> None:
        assert self._hotkeys is not None
        escape = (ESCAPE,) if self._watching and self._hotkeys.supports_temporary_grabs else ()
        self._hotkeys.grab((*self._bindings, *escape))

    def _tell(self, grabbed: GrabResult) -> None:
        """Tell what has changed for the user's own keys; Escape comes and goes with every dictation."""
        problems = (*self._refused, *(each for each in grabbed.problems if each.binding != CANCEL))
        told = GrabResult(tuple(each for each in grabbed.triggers if each[0] != CANCEL), problems)
        if told != self._told:
            self._told = told
            self._dictates.keys_changed(told)

    def _interrupt(self, why: StopReason, at: float) -> None:
        self._do(self._keys.interrupt(why, at, self._dictates.situation()))

    def _notice_sleep(self, at: float) -> None:
        """A dictation that was being captured at the last look, and slept through what lies between, ends."""
        now = self._dictates.situation()
        before, self._captured = self._captured, now.dictation if now.capturing else ""
        if self._sleep.slept(*self._clocks()) and before and before == self._captured:
            self._interrupt(StopReason.SUSPENDED, at)

    def _do(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            self._carry_out(action)
        self._keys.carried_out(self._dictates.situation())

    def _carry_out(self, action: Action) -> None:
        match action:
            case Start(binding=binding, at=at):
                self._dictates.start(binding, at)
            case Stop(why=why, at=at):
                log.info("a key's dictation ends: %s", why)
                self._dictates.stop(at)
                if why in _TOLD:
                    self._dictates.notice(*_TOLD[why])
            case Cancel(until=until):
                self._dictates.cancel(until)
            case RestoreCancelled(dictation=dictation):
                self._dictates.take_back(dictation)
            case Discard(dictation=dictation):
                self._dictates.discard(dictation)
            case WatchCancelKey(wanted=wanted):
                self._watching = wanted
                if self._hotkeys is not None and self._hotkeys.supports_temporary_grabs:
                    self._grab()


def bindings_of(settings: Settings, platform: str) -> tuple[tuple[Binding, ...], tuple[HotkeyProblem, ...]]:
    """The keys that the settings name, and those that cannot be used, with the reason."""
    wanted = ((FIRST, settings.hotkey, "Dictate"), (SECOND, settings.second_hotkey, _second_label(settings)))
    bindings: list[Binding] = []
    problems: list[HotkeyProblem] = []
    for name, text, label in wanted:
        if not text.strip():
            continue
        try:
            chord = parse(text)
        except SettingsError as error:
            problems.append(HotkeyProblem(name, error.what, error.remedy))
            continue
        others = [binding.chord for binding in bindings]
        refused = [each.text for each in objections(chord, platform, others) if each.refused]
        if refused:
            problems.append(HotkeyProblem(name, refused[0], "Choose another key in the settings."))
        else:
            bindings.append(Binding(name, chord, label))
    return tuple(bindings), tuple(problems)


def _second_label(settings: Settings) -> str:
    """What the desktop shows for the second key: it tells the two apart."""
    language = dict(OPTIONS["second_language"].choices)[settings.second_language]
    engine = dict(OPTIONS["second_engine"].choices)[settings.second_engine]
    if settings.second_language:
        return f"Dictate in {language}"
    return f"Dictate with {engine}" if settings.second_engine else "Dictate (second key)"
