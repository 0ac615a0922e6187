"""The policy of the hands-free mode: when it waits for the phrase, and when a dictation ends.

Pure: reads no clock and does no I/O. The state is derived from what is known at a time, so that a dictation that began
or ended elsewhere (key, window, a file, a failure) is always taken into account. `HandsFree.step` is called after every
message; its caller opens or closes the microphone as the state says, and ends the dictation if a reason is returned.

    OFF ─switch─► WAITING ─"start listening"─► DICTATING ─"stop listening", silence, limit, lock─► WAITING
                   │   ▲                          the key or the window may end it, too
                   ▼   │
        PAUSED (other work, locked screen) · BLOCKED (no model, no microphone)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from saywrite.desktop.hotkeys.base import KeyPressed, KeyReleased
from saywrite.dictation.push_to_talk.policy import BOUNCE_S, REPEAT_GAP_S, DictationState
from saywrite.foundation.events import HandsFreeState


class EndReason(StrEnum):
    """Why a hands-free dictation is ended."""

    SAID = "said"
    SILENCE = "silence"
    LIMIT = "limit"
    LOCKED = "locked"
    SWITCHED_OFF = "switched off"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the mode depends on. `busy`: a dictation or a file is captured or recognized. `blocked`: it cannot wait."""

    now: DictationState
    busy: bool = False
    blocked: bool = False


@dataclass(slots=True)
class _VoiceDictation:
    """The dictation that the phrase began. Monotonic seconds; `stop_said`: its speaker asked for its end."""

    dictation: str
    since: float
    voice_at: float
    stop_said: bool = False


class HandsFree:
    """The state of the mode. All times are arguments, in monotonic seconds."""

    def __init__(self, silence_s: float = 60.0, limit_s: float = 900.0) -> None:
        """`silence_s`: after so much silence a dictation ends. `limit_s`: the longest dictation."""
        self.silence_s = silence_s
        self.limit_s = limit_s
        self.on = False
        self._locked = False
        self._own: _VoiceDictation | None = None

    @property
    def due(self) -> float | None:
        """When to call `step` at the latest; None: not before the next message."""
        return None if self._own is None else self._ends_at(self._own)

    @property
    def dictation(self) -> str:
        """The dictation that the phrase began, "" while there is none."""
        return self._own.dictation if self._own is not None else ""

    def switch(self, on: bool) -> None:
        """Switch the mode on or off. What locked it before is forgotten: the user is here."""
        self.on, self._locked = on, False

    def lock(self, locked: bool) -> None:
        """Note that the screen was locked or the computer went to sleep, or that the user is back."""
        self._locked = locked

    def state(self, conditions: Conditions) -> HandsFreeState:
        """Return what the mode does. Only in `WAITING` the microphone is open for the phrase."""
        if not self.on:
            return HandsFreeState.OFF
        if self._is_own(conditions.now):
            return HandsFreeState.DICTATING
        if self._locked or conditions.busy:
            return HandsFreeState.PAUSED
        return HandsFreeState.BLOCKED if conditions.blocked else HandsFreeState.WAITING

    def began(self, dictation: str, at: float) -> None:
        """Note that the phrase began this dictation."""
        self._own = _VoiceDictation(dictation, at, at)

    def hear_voice(self, at: float) -> None:
        """Note that somebody speaks."""
        if self._own is not None:
            self._own.voice_at = max(self._own.voice_at, at)

    def hear_stop(self) -> None:
        """Note that the phrase was said that ends the dictation."""
        if self._own is not None:
            self._own.stop_said = True

    def step(self, at: float, conditions: Conditions) -> EndReason | None:
        """Return why the dictation that runs is to be ended now; it is returned once. None: nothing is to be ended."""
        own = self._own
        if own is None or not self._is_own(conditions.now):
            self._own = None  # it was ended elsewhere
            return None
        reason = self._reason(own, at)
        if reason is not None:
            self._own = None
        return reason

    def _reason(self, own: _VoiceDictation, at: float) -> EndReason | None:
        if own.stop_said:
            return EndReason.SAID
        if not self.on:
            return EndReason.SWITCHED_OFF
        if self._locked:
            return EndReason.LOCKED
        if at < self._ends_at(own):
            return None
        return EndReason.LIMIT if at >= own.since + self.limit_s else EndReason.SILENCE

    def _ends_at(self, own: _VoiceDictation) -> float:
        return min(own.voice_at + self.silence_s, own.since + self.limit_s)

    def _is_own(self, now: DictationState) -> bool:
        return self._own is not None and now.capturing and now.dictation == self._own.dictation


class ToggleKey:
    """Tells a new press of the key from a repetition of a held one, and from a bounce of its contact."""

    def __init__(self) -> None:
        self._pressed: float | None = None
        self._released: float | None = None

    def is_pressed_anew(self, event: KeyPressed | KeyReleased) -> bool:
        """Take an event of the key; return whether the user has pressed it once more."""
        if isinstance(event, KeyReleased):
            self._released = event.at
            return False
        held = self._pressed is not None and self._released is None and event.at - self._pressed < REPEAT_GAP_S
        bounced = self._released is not None and event.at - self._released < BOUNCE_S
        self._pressed, self._released = event.at, None
        return not (held or bounced)
