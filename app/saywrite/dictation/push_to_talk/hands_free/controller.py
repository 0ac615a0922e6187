"""Connects the hands-free mode with the microphone, the recognizer on this computer and push-to-talk.

While it waits, the microphone that push-to-talk keeps open between dictations (`preroll.py`) is heard by a
`PhraseListener`; nothing of it is written anywhere. "Start listening" begins a dictation as a press of the key does. It
takes over the open microphone from the end of the phrase on, so that no word is lost while the phrase is recognized.
Its utterances are inserted as they become final; "stop listening" at the end of one is cut off and ends it.

Dictation thread only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from saywrite.desktop.hotkeys.base import HANDS_FREE, KeyPressed, KeyReleased
from saywrite.desktop.session.events import Resumed, ScreenLocked, ScreenUnlocked, Suspending
from saywrite.dictation.loop import Loop
from saywrite.dictation.push_to_talk.hands_free.phrase_listener import PhraseListener
from saywrite.dictation.push_to_talk.hands_free.phrases import is_start, phrases_of, split_stop
from saywrite.dictation.push_to_talk.hands_free.policy import Conditions, EndReason, HandsFree, ToggleKey
from saywrite.dictation.push_to_talk.hotkey_controller import KeyMessage
from saywrite.dictation.push_to_talk.policy import DictationState
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import (
    EngineChanged,
    EngineState,
    Failed,
    Final,
    FrontEndEvent,
    HandsFreeChanged,
    HandsFreeState,
    State,
    StateChanged,
)
from saywrite.foundation.messages import message
from saywrite.speech.engine import Recognizer
from saywrite.speech.local.engine import LOOK_FOR_MODEL_S
from saywrite.storage.settings.schema import Settings

log = logging.getLogger(__name__)

NO_MODEL = (
    message("The hands-free mode needs a recognition model on this computer, and there is none."),
    message("Download one in Settings → Recognition; then Saywrite waits for the phrase by itself."),
)

_GO_ON = message("What you said is kept. Say the phrase again to go on.")
_NOTICES = {
    EndReason.LIMIT: (message("The dictation was ended: the longest time for a dictation was reached."), _GO_ON),
    EndReason.LOCKED: (
        message("The microphone was closed when the screen was locked."),
        message("What you said is kept. Saywrite waits for the phrase again when the screen is unlocked."),
    ),
}


class VoiceDictation(Protocol):
    """What the mode asks of push-to-talk."""

    def situation(self) -> DictationState:
        """The state of the dictation now."""
        ...

    def start_by_voice(self, newest: int, cut: Callable[[Final], Final]) -> str:
        """Begin a dictation with the `newest` samples of the open microphone; return its id, "" if none began.

        `cut` removes from each final what is not to be written. Each final is inserted when it is there.
        """
        ...

    def stop(self, at: float) -> None:
        """End the capture."""

    def listen_for_phrase(self, wanted: bool) -> None:
        """Open the microphone for the phrase, or close it unless it is open for another reason."""

    def notice(self, what: str, remedy: str) -> None:
        """Tell the user."""


class VoiceEnd:
    """The end of one dictation by voice. `said`: its speaker has asked for it."""

    def __init__(self, language: str) -> None:
        self.said = False
        self._language = language

    def cut(self, final: Final) -> Final:
        """Remove the phrase from the end of a final, and everything that is said after it."""
        split = split_stop("" if self.said else final.text, self._language)
        self.said = self.said or split.said
        return replace(final, text=split.text)


class HandsFreeController:
    """The hands-free mode of a running program; it is off until `switch(True)`. Implements `SoundListener`."""

    def __init__(
        self,
        port: VoiceDictation,
        loop: Loop,
        local: Recognizer,
        clock: Callable[[], float],
        emit: Callable[[FrontEndEvent], None],
    ) -> None:
        """`local`: the recognizer on this computer. `clock`: monotonic seconds."""
        self._port = port
        self._loop = loop
        self._local = local
        self._clock = clock
        self._emit = emit
        self._mode = HandsFree()
        self._key = ToggleKey()
        self._listener = PhraseListener(local, loop.deliver, self._on_text)
        self._microphone_problem: tuple[str, str] | None = None
        self._recognizer_problem: tuple[str, str] | None = None
        self._reported_problem: tuple[str, str] | None = None
        self._end = VoiceEnd("")
        self._lacks_model = False
        self._look_at = 0.0
        self._listening = False
        self._shown = HandsFreeChanged(HandsFreeState.OFF)

    @property
    def is_on(self) -> bool:
        """Whether the mode is switched on, also while it cannot wait."""
        return self._mode.on

    def apply(self, settings: Settings) -> None:
        """Use other settings."""
        self._mode.silence_s = float(settings.hands_free_silence_s)
        self._mode.limit_s = 60.0 * settings.hotkey_limit_minutes

    def switch(self, on: bool) -> None:
        """Switch the mode on or off, as the user wishes. A dictation that the phrase began ends with the mode."""
        self._mode.switch(on)
        self._microphone_problem = self._reported_problem = None
        self._lacks_model = self._local.waits
        if on and not self._lacks_model:
            self._loop.deliver(self._local.prepare())
            self._loop.schedule_release()

    def take_key(self, message: KeyMessage) -> bool:
        """Take a message of keys and session; return whether only this mode is concerned."""
        match message:
            case KeyPressed(binding=binding) | KeyReleased(binding=binding) if binding == HANDS_FREE:
                if self._key.is_pressed_anew(message):
                    self.switch(not self._mode.on)
                return True
            case ScreenLocked() | Suspending():
                self._mode.lock(True)
            case ScreenUnlocked() | Resumed():
                self._mode.lock(False)
        return False

    def take_event(self, event: object) -> bool:
        """Take an event of a recognizer; return whether it was about the phrase."""
        return self._listener.take(event)

    def receive(self, event: FrontEndEvent) -> None:
        """Take one event for front ends: a dictation that begins gets the recognizer at once."""
        match event:
            case StateChanged(state=State.STARTING):
                self._listener.release()
            case EngineChanged(engine=engine, state=state, reason=what, remedy=remedy) if engine == LOCAL:
                self._recognizer_problem = (what, remedy) if state is EngineState.UNAVAILABLE else None

    def wake(self, now: float) -> float | None:
        """Do what is due, and bring the microphone into line; return when to be called again. Monotonic seconds."""
        if self._listener.take_voice():
            self._mode.hear_voice(now)
        if self._end.said:
            self._mode.hear_stop()
        dictation = self._mode.dictation
        reason = self._mode.step(now, self._conditions())
        if reason is not None:
            log.info("%s: hands-free dictation ends: %s", dictation, reason)
            self._port.stop(now)
            if reason in _NOTICES:
                self._port.notice(*_NOTICES[reason])
        looks = self._look_for_model(now)
        self._follow(self._mode.state(self._conditions()))
        return min((at for at in (looks, self._mode.due) if at is not None), default=None)

    def close(self) -> None:
        """End the mode with the program."""
        self._mode.switch(False)
        self._listener.release()

    # `SoundListener`, for the microphone:

    def microphone_opened(self) -> None:
        self._listener.begin()
        self._microphone_problem = None

    def hear(self, pcm: bytes) -> None:
        self._microphone_problem = None
        self._listener.hear(pcm)

    def microphone_failed(self, error: AudioError, ended: bool) -> None:
        problem = error.what, error.remedy
        if ended:
            self._microphone_problem = problem
        elif problem != self._reported_problem:
            self._reported_problem = problem
            self._emit(Failed("", *problem, about="microphone"))

    def _on_text(self, text: str, since: int) -> None:
        """Compare a short utterance, which ended `since` samples ago, with the phrase."""
        language = self._loop.settings.language
        if self._mode.state(self._conditions()) is HandsFreeState.WAITING and is_start(text, language):
            end = VoiceEnd(language)
            dictation = self._port.start_by_voice(since, end.cut)
            log.info("hands-free dictation: %s", dictation or "refused")
            if dictation:
                self._end = end
                self._mode.began(dictation, self._clock())

    def _look_for_model(self, now: float) -> float | None:
        """Look whether the model is there, not with every sound; return when to look again."""
        if self._mode.on and now >= self._look_at:
            self._look_at = now + LOOK_FOR_MODEL_S
            self._lacks_model = self._local.waits
        return self._look_at if self._mode.on and self._lacks_model else None

    def _conditions(self) -> Conditions:
        busy = bool(self._loop.sessions)
        return Conditions(self._port.situation(), busy, blocked=self._problem is not None)

    @property
    def _problem(self) -> tuple[str, str] | None:
        """What keeps the mode from waiting."""
        if self._lacks_model:
            return NO_MODEL
        return self._recognizer_problem or self._microphone_problem

    def _follow(self, state: HandsFreeState) -> None:
        """Open the microphone for the phrase or close it, recognize what it heard, and show the state."""
        able = not self._lacks_model and self._recognizer_problem is None
        listening = able and state in (HandsFreeState.WAITING, HandsFreeState.BLOCKED)
        if listening != self._listening:
            self._listening = listening
            self._port.listen_for_phrase(listening)
            self._listener.release()
        if listening and self._listener.has_utterance:
            self._loop.schedule_release()
            self._listener.decode(self._loop.settings.language)
        self._show(state)

    def _show(self, state: HandsFreeState) -> None:
        phrases = phrases_of(self._loop.settings.language)
        shown = HandsFreeChanged(state, (phrases.stop if state is HandsFreeState.DICTATING else phrases.start)[0])
        if state is HandsFreeState.BLOCKED and self._problem is not None:
            what, remedy = self._problem
            shown = replace(shown, what=what, remedy=remedy, needs_model=self._lacks_model)
        if state is HandsFreeState.OFF:
            shown = HandsFreeChanged(state)
        if shown != self._shown:
            self._shown = shown
            log.info("hands-free %s", state)
            self._emit(shown)
