"""What every way of hearing a key speaks: a binding in, presses, releases and problems out.

Values for every thread. Each way has a thread of its own (the Mac's uses the main one), which only posts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from saywrite.desktop.hotkeys.key_combination import KeyCombination

FIRST = "dictate"
"""The binding of the key that dictates. The ids are stable: desktops remember the user's choice by them."""

SECOND = "dictate-second"
"""The binding of the key for another language or engine."""

CANCEL = "cancel"
"""The binding of Escape: grabbed only while a dictation that a key began is running."""

Post = Callable[[object], None]
"""Puts one value into the dictation's inbox; safe on every thread, never blocks."""

Clock = Callable[[], float]
"""Monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A chord and what it is for. `label` is what the desktop shows for it where it shows something."""

    id: str
    chord: KeyCombination
    label: str = ""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The key of `binding` went down at `at` (monotonic seconds). May come again while it is held (auto-repeat)."""

    binding: str
    at: float


@dataclass(frozen=True, slots=True)
class KeyReleased:
    """The key of `binding` came up at `at` (monotonic seconds)."""

    binding: str
    at: float


@dataclass(frozen=True, slots=True)
class HotkeyProblem:
    """Why a binding is not heard, in words for a person. `binding` is "" when it is about all of them."""

    binding: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class GrabResult:
    """The outcome of a `grab()`, told again when it changes: what is heard, by which trigger in the desktop's own
    words ("" where it has none), and what is not, and why.
    """

    triggers: tuple[tuple[str, str], ...]
    problems: tuple[HotkeyProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class HotkeysLost:
    """No key is heard any more (the display or the portal went away); what was held counts as released before."""

    what: str
    remedy: str


class Hotkeys(Protocol):
    """One way. Posts `KeyPressed`, `KeyReleased`, `GrabResult` and `HotkeysLost`; nothing waits for it."""

    lends_keys: bool
    """A key can be grabbed for a few seconds (Escape, while a dictation runs) without asking the user."""

    def grab(self, bindings: tuple[Binding, ...]) -> None:
        """Hear these from now on, and no others. The outcome is posted as `GrabResult`."""

    def release(self) -> None:
        """Let go of every key and end; what is held is posted as released. Waits 2 s at most."""
