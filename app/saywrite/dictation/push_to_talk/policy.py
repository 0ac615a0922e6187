"""What a key means: hold, toggle or both, and when the microphone has to close whatever the keys say.

Pure: reads no clock and does nothing. Keys, times and the dictation's present state go in, actions come out, to be
carried out in order, at once; `carried_out` ends it. The state is asked for anew each time, so a dictation that was
begun or ended elsewhere (window, remote control, failure) leaves no wrong belief behind. Dictation thread.

What keys do when they misbehave (measured and reported, see the tests): held keys repeat, as presses or as
release/press pairs; contacts bounce; a release may never come.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from saywrite.desktop.hotkeys.base import CANCEL, KeyPressed, KeyReleased
from saywrite.dictation.loop import CAPTURING
from saywrite.foundation.events import State

BOUNCE_S = 0.03
"""A press this soon after a release of the same key continues the hold. The release counts from its own time."""

TAP_S = 0.4
"""In the mode "both", a shorter press toggles, a longer one was held to talk."""

REPEAT_GAP_S = 1.2
"""Presses that follow one another faster are a held key repeating itself; later ones mean that a release was lost.
The first repetition comes after 0.25-1 s, as the user has set it."""

TAKE_BACK_S = 8.0
"""How long a cancelled dictation can be taken back."""


class Mode(StrEnum):
    """What one press means; the values of the setting `hotkey_mode`."""

    HOLD = "hold"
    TOGGLE = "toggle"
    BOTH = "both"


class StopReason(StrEnum):
    """Why a dictation is stopped; all but the first two are told to the user."""

    RELEASED = "released"
    PRESSED = "pressed"
    LIMIT = "limit"
    LOCKED = "locked"
    SUSPENDED = "suspended"
    KEYS_LOST = "keys lost"


@dataclass(frozen=True, slots=True)
class DictationState:
    """How it is now: the state and the newest dictation that is not over ("" if none)."""

    state: State
    dictation: str = ""

    @property
    def capturing(self) -> bool:
        return self.state in CAPTURING


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a dictation with what belongs to `binding`; the key went down at `at`."""

    binding: str
    at: float


@dataclass(frozen=True, slots=True)
class Stop:
    """End the capture; what was said becomes text. `at`: when the user or the event wanted it, maybe a moment ago."""

    why: StopReason
    at: float


@dataclass(frozen=True, slots=True)
class Cancel:
    """Drop the dictation, but keep its recording until `Discard`: it may be taken back until `until`."""

    dictation: str
    until: float


@dataclass(frozen=True, slots=True)
class RestoreCancelled:
    """The cancelled dictation is wanted after all: make text of it, as soon as nothing is being captured."""

    dictation: str


@dataclass(frozen=True, slots=True)
class Discard:
    """The cancelled dictation was not taken back in time: its recording goes."""

    dictation: str


@dataclass(frozen=True, slots=True)
class WatchCancelKey:
    """Escape is wanted from now on, or no longer (it belongs to the other programs)."""

    wanted: bool


Action = Start | Stop | Cancel | RestoreCancelled | Discard | WatchCancelKey


@dataclass(slots=True)
class _Hold:
    """A key that is down: since when, its latest press, and its release while it may still be a bounce."""

    binding: str
    since: float
    pressed: float
    began: bool
    released: float | None = None


@dataclass(slots=True)
class _Own:
    """The dictation that a key began. `dictation` is "" until the situation names it."""

    binding: str
    since: float
    dictation: str = ""


class PushToTalk:
    """One user's keys. Every method returns the actions to carry out; `due` says when to call `wake` next."""

    def __init__(self, mode: Mode = Mode.BOTH, limit_s: float = 900.0) -> None:
        """`limit_s`: a dictation begun by a key ends after so many seconds, come what may."""
        self.mode = mode
        self.limit_s = limit_s
        self._holds: dict[str, _Hold] = {}
        self._own: _Own | None = None
        self._cancelled: dict[str, float] = {}
        self._watching = False

    @property
    def due(self) -> float | None:
        """When `wake` has to be called at the latest, monotonic seconds; None: nothing is waited for."""
        times = [hold.released + BOUNCE_S for hold in self._holds.values() if hold.released is not None]
        times += self._cancelled.values()
        if self._own is not None:
            times.append(self._own.since + self.limit_s)
        return min(times, default=None)

    @property
    def holding(self) -> bool:
        """A key is down, or came up so short ago that it may be a bounce."""
        return bool(self._holds)

    def key(self, event: KeyPressed | KeyReleased, now: DictationState) -> tuple[Action, ...]:
        """A key went down or came up."""
        actions = self._settle(now, event.at, except_for=event.binding)
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
        """Time has passed: do what is due at `at`."""
        actions = self._settle(now, at)
        return (*self._watch(now), *actions)

    def follow(self, now: DictationState) -> tuple[Action, ...]:
        """The state has changed, whoever changed it. To be called for every `StateChanged`."""
        if now.capturing or (self._own is not None and self._own.dictation):
            self._recognize(now)  # what we have just asked for and has not begun is still awaited
        return tuple(self._watch(now))

    def carried_out(self, now: DictationState) -> None:
        """The actions of a call (not of `follow`) have been carried out: a start that was refused is not awaited."""
        self._recognize(now)

    def interrupt(self, why: StopReason, at: float, now: DictationState) -> tuple[Action, ...]:
        """The screen was locked, the computer sleeps, or the keys are no longer heard.

        A sleeping computer ends every dictation. The others end those that a key began: without a screen or a
        keyboard nobody can end them. One begun in the window may be meant to go on behind a locked screen.
        """
        actions = self._settle(now, at)
        now = _after(actions, now)
        if now.capturing and (why is StopReason.SUSPENDED or self._own is not None):
            actions += self._stop(why, at)
        for hold in self._holds.values():
            hold.began = False  # its release, should one come, ends nothing any more
        return (*self._watch(now), *actions)

    def cancel(self, at: float, now: DictationState) -> tuple[Action, ...]:
        """The user cancels what is being captured or worked out: Escape, the tray, the window, the command line."""
        actions = self._settle(now, at)
        actions += self._cancel(now, at)
        return (*self._watch(now), *actions)

    def take_back(self, at: float, now: DictationState) -> tuple[Action, ...]:
        """The user wants the dictation that was cancelled last, if it is still there."""
        actions = self._settle(now, at)
        if self._cancelled:
            dictation, _until = self._cancelled.popitem()
            actions.append(RestoreCancelled(dictation))
        return (*self._watch(now), *actions)

    def set_mode(self, mode: Mode, limit_s: float) -> None:
        """The user chose otherwise; it holds for the keys that are down, too."""
        self.mode, self.limit_s = mode, limit_s

    def _continues(self, event: KeyPressed) -> bool:
        """This press is the held key repeating itself or bouncing."""
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
        """A new press. `too_late`: the limit has just ended what the press was to end; it begins nothing."""
        held = self._holds.pop(event.binding, None)
        actions = self._release(held, now) if held is not None else []
        now = _after(actions, now)
        other = self._own is not None and self._own.binding != event.binding and not self._holds
        begins = not too_late and (not now.capturing or other)
        if now.capturing:
            actions += self._stop(StopReason.PRESSED, event.at)
        if begins:
            self._own = _Own(event.binding, event.at)
            actions.append(Start(event.binding, event.at))
        self._holds[event.binding] = _Hold(event.binding, event.at, event.at, began=begins)
        return actions

    def _release(self, hold: _Hold, now: DictationState) -> list[Action]:
        """The key is up for certain. Without a release (it was lost) nothing says how long it was held."""
        if hold.released is None or not hold.began or not now.capturing:
            return []
        if self._own is None or self._own.since != hold.since:
            return []
        if self.mode is Mode.HOLD or (self.mode is Mode.BOTH and hold.released - hold.since >= TAP_S):
            return self._stop(StopReason.RELEASED, hold.released)
        return []

    def _settle(self, now: DictationState, at: float, except_for: str = "") -> list[Action]:
        """Draw the conclusions of the time that has passed; of the key `except_for` the caller knows more."""
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
        """Our dictation is the one that runs since our `Start`; it is no longer ours when it is over."""
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
        """Escape is ours exactly while a dictation that a key began is being captured.

        Always the first action: a `Start` among the others is followed, and asks for Escape, while it is carried out.
        """
        wanted = self._own is not None and bool(self._own.dictation) and now.capturing
        if wanted == self._watching:
            return []
        self._watching = wanted
        return [WatchCancelKey(wanted)]


def _after(actions: list[Action], now: DictationState) -> DictationState:
    """The situation once `actions` are carried out, as far as the keys need to know it."""
    stopped = any(isinstance(action, Stop) for action in actions)
    return DictationState(State.FINISHING, now.dictation) if stopped else now


def _at_limit(action: Action) -> bool:
    return isinstance(action, Stop) and action.why is StopReason.LIMIT
