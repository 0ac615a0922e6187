"""A dictation without sound for tests of the hotkeys, and a hotkey backend that records its calls."""

from __future__ import annotations

from saywrite.desktop.hotkeys.base import FIRST, Binding, GrabResult, KeyPressed, KeyReleased
from saywrite.dictation.push_to_talk.hotkey_controller import HotkeyController
from saywrite.dictation.push_to_talk.policy import DictationState
from saywrite.dictation.states import CAPTURING, move
from saywrite.foundation.events import State
from saywrite.storage.settings.schema import Settings

SETTINGS = Settings(hotkey="F9", hotkey_mode="hold", hotkey_limit_minutes=1)


class Way:
    """A hotkey backend that records its grabs."""

    def __init__(self, supports_temporary_grabs: bool) -> None:
        self.supports_temporary_grabs = supports_temporary_grabs
        self.grabs: list[tuple[Binding, ...]] = []
        self.released = False

    def grab(self, bindings: tuple[Binding, ...]) -> None:
        self.grabs.append(bindings)

    def release(self) -> None:
        self.released = True


class HotkeySetup:
    """A dictation without sound, and its hotkeys. `told`: messages for the user; `done`: actions of the dictation."""

    def __init__(self, supports_temporary_grabs: bool = True, settings: Settings = SETTINGS) -> None:
        self.state, self.dictation, self.number = State.IDLE, "", 0
        self.told: list[str] = []
        self.done: list[str] = []
        self.keys: list[GrabResult] = []
        self.ways: list[Way] = []
        self.clocks = (1_000.0, 1_000.0)
        self.at = 0.0
        self.supports_temporary_grabs: bool | None = supports_temporary_grabs
        self.keyboard = HotkeyController(self, self.open, lambda: self.clocks, "linux")
        self.keyboard.apply(settings)

    def open(self) -> Way | None:
        if self.supports_temporary_grabs is None:
            return None
        self.ways.append(Way(self.supports_temporary_grabs))
        return self.ways[-1]

    def hear(self, message: object) -> None:
        self.keyboard.handle(message, self.at)  # type: ignore[arg-type]

    def press(self, binding: str = FIRST) -> None:
        self.hear(KeyPressed(binding, self.at))

    def release(self, binding: str = FIRST) -> None:
        self.hear(KeyReleased(binding, self.at))

    def wait(self, seconds: float) -> None:
        """Time passes while the computer is awake."""
        end = self.at + seconds
        through, awake = self.clocks
        self.clocks = through + seconds, awake + seconds
        while (due := self.keyboard.wake(self.at)) is not None and due <= end:
            self.at = due
        self.at = end
        self.keyboard.wake(end)

    def sleep(self, seconds: float) -> None:
        through, awake = self.clocks
        self.clocks = through + seconds, awake

    def to(self, state: State) -> None:
        self.state = move(self.state, state)
        if state is State.IDLE:
            self.dictation = ""
        self.keyboard.on_state_changed()

    # What the keys ask for.

    def situation(self) -> DictationState:
        return DictationState(self.state, self.dictation)

    def start(self, binding: str, at: float = 0.0) -> None:
        self.number += 1
        self.dictation = f"d{self.number}"
        self.done.append(f"start {binding}")
        self.to(State.STARTING)

    def stop(self, at: float = 0.0) -> None:
        self.done.append("stop")
        self.to(State.FINISHING)

    def cancel(self, until: float) -> None:
        self.done.append(f"cancel until {until:g}")
        if self.state in CAPTURING:
            self.to(State.FINISHING)
        self.to(State.IDLE)

    def take_back(self, dictation: str) -> None:
        self.done.append(f"take back {dictation}")

    def discard(self, dictation: str) -> None:
        self.done.append(f"discard {dictation}")

    def notice(self, what: str, remedy: str) -> None:
        self.told.append(what)
        assert remedy

    def keys_changed(self, grabbed: GrabResult) -> None:
        self.keys.append(grabbed)
