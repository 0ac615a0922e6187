"""The interface of every hotkey backend: it takes bindings and posts presses, releases and problems.

The values may cross threads. The desktop thread reads X11 and the portal, a thread of its own Windows, and the main
thread macOS; each only posts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from saywrite.desktop.hotkeys.key_combination import KeyCombination
from saywrite.foundation.events import KeyProblem

FIRST = "dictate"
"""The binding of the dictation key. The ids never change: desktops store the user's choice under them."""

SECOND = "dictate-second"
"""The binding of the key for another language or engine."""

HANDS_FREE = "hands-free"
"""The binding of the key that switches the hands-free mode on and off."""

CANCEL = "cancel"
"""The binding of Escape, which is grabbed only during a dictation that a hotkey started."""

Post = Callable[[object], None]
"""Puts one value into the dictation's inbox; safe on every thread, never blocks."""

Clock = Callable[[], float]
"""Monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A key combination and its purpose. `label`: the description that the desktop may show."""

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
class GrabResult:
    """The outcome of a `grab()`; posted again when it changes.

    `triggers`: the bindings that work, each with the desktop's own name of its key ("" where it has none).
    """

    triggers: tuple[tuple[str, str], ...]
    problems: tuple[KeyProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class HotkeysLost:
    """Hotkeys no longer work: the display or the portal is gone. Held keys were posted as released."""

    what: str
    remedy: str


class Hotkeys(Protocol):
    """A backend. It posts `KeyPressed`, `KeyReleased`, `GrabResult` and `HotkeysLost`; nothing waits for it."""

    supports_temporary_grabs: bool
    """Whether a key can be grabbed for a while (Escape during a dictation) without asking the user."""

    def grab(self, bindings: tuple[Binding, ...]) -> None:
        """Grab these keys and release all others. The outcome is posted as `GrabResult`."""

    def release(self) -> None:
        """Release every key and end; held keys are posted as released. Waits 2 s at most."""
