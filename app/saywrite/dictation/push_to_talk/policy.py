"""The push-to-talk policy: what a key does in each mode, and when the microphone closes anyway.

Pure: reads no clock and does no I/O. Keys, times and the present state of the dictation go in; actions come out, which
the caller carries out at once and in order, and then calls `carried_out`. Each call gets the state anew, so that a
dictation that began or ended elsewhere (window, remote control, failure) is always known.

Keys misbehave in these ways (measured and reported, see the tests): a held key repeats, as presses or as pairs of
release and press; contacts bounce; a release may never come.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from saywrite.desktop.hotkeys.base import CANCEL, KeyPressed, KeyReleased
from saywrite.dictation.states import CAPTURING
from saywrite.foundation.events import State

BOUNCE_S = 0.03
"""Seconds after a release in which a press of the same key continues the hold. The release keeps its own time."""

TAP_S = 0.4
"""Seconds: in the mode "both", a shorter press toggles, and a longer one dictates while it is held."""

REPEAT_GAP_S = 1.2
"""Seconds between two presses under which a held key repeats itself; above it, a release was lost.

The first repetition comes after 0.25-1 s, as the user has set it.
"""

TAKE_BACK_S = 8.0
"""Seconds in which a cancelled dictation can be taken back."""


class Mode(StrEnum):
    """What one press means; the values of the setting `hotkey_mode`."""

    HOLD = "hold"
    TOGGLE = "toggle"
    BOTH = "both"


class StopReason(StrEnum):
    """Why a dictation is stopped. All but the first two are reported to the user."""

    RELEASED = "released"
    PRESSED = "pressed"
    LIMIT = "limit"
    LOCKED = "locked"
    SUSPENDED = "suspended"
    KEYS_LOST = "keys lost"


@dataclass(frozen=True, slots=True)
class DictationState:
    """The state, and the newest dictation that has not ended ("" where there is none)."""

    state: State
    dictation: str = ""

    @property
    def capturing(self) -> bool:
        return self.state in CAPTURING


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a dictation with the engine and the language of `binding`, whose key went down at `at`."""

    binding: str
    at: float


@dataclass(frozen=True, slots=True)
class Stop:
    """End the capture; what was said becomes text. `at`: when the key or the event asked for it."""

    why: StopReason
    at: float


@dataclass(frozen=True, slots=True)
class Cancel:
    """Drop the dictation, but keep its recording: it may be taken back until `until`."""

    dictation: str
    until: float


@dataclass(frozen=True, slots=True)
class RestoreCancelled:
    """Make text of the cancelled dictation, as soon as nothing is captured."""

    dictation: str


@dataclass(frozen=True, slots=True)
class Discard:
    """Remove the recording of the cancelled dictation: it was not taken back in time."""

    dictation: str


@dataclass(frozen=True, slots=True)
class WatchCancelKey:
    """Grab Escape, or release it again for other programs."""

    wanted: bool


Action = Start | Stop | Cancel | RestoreCancelled | Discard | WatchCancelKey


@dataclass(slots=True)
class _Hold:
    """A key that is down. `released`: its release, as long as that may be a bounce. Times in monotonic seconds."""

    binding: str
    since: float
    pressed: float
    began: bool
    released: float | None = None


@dataclass(slots=True)
class _KeyDictation:
    """The dictation that a key began. `dictation` is "" until a `DictationState` names it."""

    binding: str
    since: float
    dictation: str = ""


class PushToTalk:
    """The state of the keys. Methods return the actions to carry out; `due` says when to call `wake` next."""

    def __init__(self, mode: Mode = Mode.BOTH, limit_s: float = 900.0) -> None:
        """`limit_s`: seconds after which a dictation that a key began ends in any case."""
        self.mode = mode
        self.limit_s = limit_s
        self._holds: dict[str, _Hold] = {}
        self._own: _KeyDictation | None = None
        self._cancelled: dict[str, float] = {}
        self._watching = False

    @property
    def due(self) -> float | None:
        """When to call `wake` at the latest, in monotonic seconds; None: not before the next event."""
        times = [hold.released + BOUNCE_S for hold in self._holds.values() if hold.released is not None]
        times += self._cancelled.values()
        if self._own is not None:
            times.append(self._own.since + self.limit_s)
        return min(times, default=None)

    @property
    def holding(self) -> bool:
        """Whether a key is down, or was released so recently that it may be a bounce."""
        return bool(self._holds)

    def key(self, event: KeyPressed | KeyReleased, now: DictationState) -> tuple[Action, ...]:
        """Take a press or a release."""
        actions = self._expire(now, event.at, except_for=event.binding)
        now = _after(actions, now)
        if isinstance(event, KeyReleased):
            hold = self._holds.get(event.binding)
            if hold is not None and hold.released is None:
                hold.released = event.at
        elif event.binding == CANCEL:
            actions += self._cancel(now, event.at)
        elif not self._continues(event):
            actions += self._press(event, now, too_late=any(_at_limit(action) for action in actions))
        return (*self._watch(now), *actions)

    def wake(self, at: float, now: DictationState) -> tuple[Action, ...]:
        """Return what is due at `at`."""
        actions = self._expire(now, at)
        return (*self._watch(now), *actions)

    def on_state_changed(self, now: DictationState) -> tuple[Action, ...]:
        """Note a changed state, also where another part changed it. To be called for every `StateChanged`."""
        if now.capturing or (self._own is not None and self._own.dictation):
            self._recognize(now)  # what we have just asked for and has not begun is still awaited
        return tuple(self._watch(now))

    def carried_out(self, now: DictationState) -> None:
        """Note that the actions were carried out, so that a refused start is forgotten.

        To be called after every method but `on_state_changed`.
        """
        self._recognize(now)

    def interrupt(self, why: StopReason, at: float, now: DictationState) -> tuple[Action, ...]:
        """Note that the screen was locked, that the computer sleeps, or that the keys were lost.

        Sleep ends every dictation. The other two end a dictation that a key began, because the user cannot end it
        without a screen or a keyboard; one that was begun in the window may be meant to continue behind a locked
        screen.
        """
        actions = self._expire(now, at)
        now = _after(actions, now)
        if now.capturing and (why is StopReason.SUSPENDED or self._own is not None):
            actions += self._stop(why, at)
        for hold in self._holds.values():
            hold.began = False  # its release ends nothing any more
        return (*self._watch(now), *actions)

    def cancel(self, at: float, now: DictationState) -> tuple[Action, ...]:
        """Cancel what is captured or worked out: asked for in the tray, in the window or on the command line."""
        actions = self._expire(now, at)
        actions += self._cancel(now, at)
        return (*self._watch(now), *actions)

    def take_back(self, at: float, now: DictationState) -> tuple[Action, ...]:
        """Restore the dictation that was cancelled last, if it is still there."""
        actions = self._expire(now, at)
        if self._cancelled:
            dictation, _until = self._cancelled.popitem()
            actions.append(RestoreCancelled(dictation))
        return (*self._watch(now), *actions)

    def set_mode(self, mode: Mode, limit_s: float) -> None:
        """Use another mode and limit, also for the keys that are down."""
        self.mode, self.limit_s = mode, limit_s

    def _continues(self, event: KeyPressed) -> bool:
        """Whether this press is a repetition or a bounce of a held key."""
        hold = self._holds.get(event.binding)
        if hold is None:
            return False
        if hold.released is None:
            continues = event.at - hold.pressed < REPEAT_GAP_S
        else:
            continues = event.at - hold.released < BOUNCE_S
        if continues:
            hold.released, hold.pressed = None, event.at
        return continues

    def _press(self, event: KeyPressed, now: DictationState, too_late: bool) -> list[Action]:
        """Take a new press. `too_late`: the limit has just ended the dictation that the press was to end."""
        held = self._holds.pop(event.binding, None)
        actions = self._release(held, now) if held is not None else []
        now = _after(actions, now)
        other = self._own is not None and self._own.binding != event.binding and not self._holds
        begins = not too_late and (not now.capturing or other)
        if now.capturing:
            actions += self._stop(StopReason.PRESSED, event.at)
        if begins:
            self._own = _KeyDictation(event.binding, event.at)
            actions.append(Start(event.binding, event.at))
        self._holds[event.binding] = _Hold(event.binding, event.at, event.at, began=begins)
        return actions

    def _release(self, hold: _Hold, now: DictationState) -> list[Action]:
        """End a hold for certain. Where the release was lost, the length of the hold is unknown."""
        if hold.released is None or not hold.began or not now.capturing:
            return []
        if self._own is None or self._own.since != hold.since:
            return []
        if self.mode is Mode.HOLD or (self.mode is Mode.BOTH and hold.released - hold.since >= TAP_S):
            return self._stop(StopReason.RELEASED, hold.released)
        return []

    def _expire(self, now: DictationState, at: float, except_for: str = "") -> list[Action]:
        """Return what has become due by `at`; the caller decides about the key `except_for`."""
        self._recognize(now)
        actions: list[Action] = []
        for hold in list(self._holds.values()):
            if hold.binding != except_for and hold.released is not None and at >= hold.released + BOUNCE_S:
                del self._holds[hold.binding]
                actions += self._release(hold, now)
        if self._own is not None and at >= self._own.since + self.limit_s:
            actions += self._stop(StopReason.LIMIT, at)
        for dictation, until in list(self._cancelled.items()):
            if at >= until:
                del self._cancelled[dictation]
                actions.append(Discard(dictation))
        return actions

    def _recognize(self, now: DictationState) -> None:
        """Learn the name of the dictation that our `Start` began, and forget it when it has ended."""
        if self._own is None:
            return
        if not now.capturing or self._own.dictation not in ("", now.dictation):
            self._own = None
        else:
            self._own.dictation = now.dictation

    def _stop(self, why: StopReason, at: float) -> list[Action]:
        self._own = None
        return [Stop(why, at)]

    def _cancel(self, now: DictationState, at: float) -> list[Action]:
        self._own = None
        if not now.dictation or now.dictation in self._cancelled:
            return []
        self._cancelled[now.dictation] = at + TAKE_BACK_S
        return [Cancel(now.dictation, at + TAKE_BACK_S)]

    def _watch(self, now: DictationState) -> list[Action]:
        """Grab Escape exactly while a dictation that a key began is captured.

        Always the first action: while a `Start` among the others is carried out, its state change asks for Escape.
        """
        wanted = self._own is not None and bool(self._own.dictation) and now.capturing
        if wanted == self._watching:
            return []
        self._watching = wanted
        return [WatchCancelKey(wanted)]


def _after(actions: list[Action], now: DictationState) -> DictationState:
    """The state after `actions` are carried out, as far as it matters here."""
    stopped = any(isinstance(action, Stop) for action in actions)
    return DictationState(State.FINISHING, now.dictation) if stopped else now


def _at_limit(action: Action) -> bool:
    return isinstance(action, Stop) and action.why is StopReason.LIMIT
