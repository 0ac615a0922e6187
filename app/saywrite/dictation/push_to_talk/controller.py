"""Connects hotkeys, dictation and insertion: keys start dictations for the program in front.

Also what window, tray and command line share with the keys: cancelling a dictation and taking that back. Dictation
thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from saywrite.audio.microphone.preroll import PrerollController
from saywrite.audio.source import FromSource
from saywrite.desktop.hotkeys.base import SECOND, GrabResult, Hotkeys, KeyPressed, KeyReleased
from saywrite.desktop.session.events import SessionWatch
from saywrite.dictation.commands import DictationCommands
from saywrite.dictation.push_to_talk.hands_free.controller import HandsFreeController
from saywrite.dictation.push_to_talk.hotkey_controller import HotkeyController, KeyMessage
from saywrite.dictation.push_to_talk.insertion_queue import InsertionQueue
from saywrite.dictation.push_to_talk.policy import DictationState
from saywrite.dictation.states import CAPTURING
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import (
    Cancelled,
    Failed,
    Final,
    Finished,
    FrontEndEvent,
    Inserted,
    InsertionEvent,
    InsertionUncertain,
    KeysChanged,
    NotInserted,
    SegmentAdded,
    SegmentsRemoved,
    StateChanged,
)
from saywrite.speech.engine import Recognizer
from saywrite.storage.settings.schema import Settings

CLOSE_S = 0.5
"""Seconds that the end of the program waits for an insertion that has begun."""


@dataclass(frozen=True, slots=True)
class DesktopServices:
    """What push-to-talk needs of the desktop. Opened when it is first used."""

    open_keys: Callable[[], Hotkeys | None]
    watch_session: Callable[[], SessionWatch | None]
    insertion_queue: InsertionQueue
    standby: PrerollController


class PushToTalkController:
    """Implements `DictationPort` with the commands. It exists in a program with a window, from `open` to `close`."""

    def __init__(
        self,
        commands: DictationCommands,
        desktop: DesktopServices,
        clock: Callable[[], float],
        emit: Callable[[FrontEndEvent], None],
        local: Recognizer,
    ) -> None:
        """`clock`: monotonic seconds. `emit` takes the events for the front end. `local`: hears the phrase."""
        self.insertion_queue = desktop.insertion_queue
        self.keyboard = HotkeyController(self, desktop.open_keys)
        self.hands_free = HandsFreeController(self, commands.loop, local, clock, emit)
        self._commands = commands
        self._desktop = desktop
        self._clock = clock
        self._emit = emit
        self._kept_open: tuple[object, ...] = (0, False)
        self._hears_phrase = False
        self._watch: SessionWatch | None = None
        self._capturing = False
        self._watching = False
        self._cancelled: set[str] = set()
        self._to_restore: list[str] = []
        self._to_discard: list[str] = []
        commands.loop.message_handlers.append(self.handle)
        commands.loop.timers.append(self.wake)
        commands.loop.observers.append(self.receive)

    def open(self) -> None:
        """Grab the keys and open the insertion, without blocking."""
        self.insertion_queue.inserter.start()
        self._watch = self._desktop.watch_session()
        self.apply(self._commands.loop.settings)
        if self._commands.loop.settings.hands_free_at_start:
            self.hands_free.switch(True)

    def close(self) -> None:
        """Release the keys first, so that nothing begins any more."""
        self.keyboard.close()
        self.hands_free.close()
        self._desktop.standby.keep(0)
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self.insertion_queue.inserter.close(CLOSE_S)

    def apply(self, settings: Settings) -> None:
        """Use other settings: keys, insertion, and the microphone that is kept open."""
        self.insertion_queue.apply(settings)
        self.keyboard.apply(settings)
        self.hands_free.apply(settings)
        self._keep_open(settings)

    def _keep_open(self, settings: Settings) -> None:
        """Keep the microphone open between dictations for the time before a key, or for the phrase."""
        wanted = settings.preroll_ms, self._hears_phrase, settings.microphone_host_api, settings.microphone_name
        if wanted != self._kept_open and (any(wanted[:2]) or any(self._kept_open[:2])):
            self._desktop.standby.keep(settings.preroll_ms, self.hands_free if self._hears_phrase else None)
        self._kept_open = wanted

    # What the loop calls.

    def handle(self, message: object) -> bool:
        """Handle a message of the inbox; return whether it was one of the keys, the insertion or a microphone."""
        if isinstance(message, FromSource):
            self._desktop.standby.receive(message.message)
        elif isinstance(message, KeyMessage):
            if isinstance(message, KeyReleased) or (isinstance(message, KeyPressed) and not self.keyboard.held):
                self.insertion_queue.inserter.note_own_key(message.at, down=isinstance(message, KeyPressed))
            if not self.hands_free.take_key(message):
                self.keyboard.handle(message, self._clock())
        elif isinstance(message, InsertionEvent):
            if isinstance(message, Inserted | InsertionUncertain):
                self._commands.latency.inserted(message.dictation, message.at)
            if isinstance(message, Inserted | InsertionUncertain | NotInserted):
                self._commands.archive.keep_receipt(message)
            if isinstance(message, NotInserted):
                self.release_recording(message.dictation)
            self._emit(message)
        else:
            return self.hands_free.take_event(message)
        return True

    def receive(self, event: FrontEndEvent) -> None:
        """Take one event of a dictation, after the front end has it."""
        if (
            isinstance(event, SegmentAdded)
            and event.segment.engine == LOCAL
            and self.insertion_queue.wants(event.dictation)
        ):
            self._commands.archive.hold(event.dictation)  # the service is asked for its text later
        self.insertion_queue.receive(event)
        self.hands_free.receive(event)
        if isinstance(event, Finished) and event.dictation in self._cancelled and not event.heard:
            self._end_offer(event.dictation)  # nothing was heard: there is nothing to take back
        elif isinstance(event, StateChanged):
            self._on_state_changed()

    def wake(self, now: float) -> float | None:
        """Do what is due; return when to be called again. Both are monotonic seconds."""
        due = [self.keyboard.wake(now), self.hands_free.wake(now), self._desktop.standby.wake(now)]
        self._watch_for_locks()
        running = {session.id for session in self._commands.loop.sessions}
        for dictation in [each for each in self._to_discard if each not in running]:
            self._to_discard.remove(dictation)
            self._commands.loop.pending_cancellations.discard(dictation)
            self._commands.archive.discard_unfinished(dictation, with_text=True)
        if self._to_restore and self._to_restore[0] not in running and not self.situation().capturing:
            dictation = self._to_restore.pop(0)
            self._commands.loop.pending_cancellations.discard(dictation)
            self._commands.transcribe_unfinished(dictation)
        due.append(self.insertion_queue.wake(now, held=self.keyboard.held and self.situation().capturing))
        return min((at for at in due if at is not None), default=None)

    # What the keys ask for: `DictationPort`.

    def situation(self) -> DictationState:
        """The state, and the newest dictation."""
        session = self._commands.loop.session
        return DictationState(self._commands.loop.state, session.id if session is not None else "")

    def start(self, binding: str, at: float) -> None:
        """Begin to dictate for another program, with engine and language of the binding."""
        settings = self._commands.loop.settings
        self._commands.latency.key_down(at)
        second = binding == SECOND
        if self._commands.start_microphone(
            settings.second_engine if second else "", settings.second_language if second else ""
        ):
            self.expect_insertion()

    def start_by_voice(self, newest: int, cut: Callable[[Final], Final]) -> str:
        """Begin to dictate for another program with the newest samples that were heard; return the dictation."""
        self._desktop.standby.pass_on(newest)
        began = self._commands.start_microphone()
        self._desktop.standby.pass_on(None)
        session = self._commands.loop.session
        if not began or session is None:
            return ""
        session.cut = cut
        self.insertion_queue.expect(session.id, session.plan.request.language, at_once=True)
        return session.id

    def listen_for_phrase(self, wanted: bool) -> None:
        """Open the microphone for the phrase, or close it unless the time before a key is to be heard."""
        self._hears_phrase = wanted
        self._keep_open(self._commands.loop.settings)

    def stop(self, at: float) -> None:
        """End the capture; the key came up at `at`, in monotonic seconds."""
        self._commands.latency.key_up(self.situation().dictation, at)
        self._commands.loop.stop()

    def cancel(self, until: float) -> None:
        """Drop the newest dictation, and offer to take that back."""
        dictation = self.situation().dictation
        self._cancelled.add(dictation)
        self._commands.loop.pending_cancellations.add(dictation)
        self.insertion_queue.cancel(dictation)
        self._emit(Cancelled(dictation, revocable=True))
        session = self._commands.loop.session
        if session is not None and (numbers := tuple(segment.number for segment in session.transcript.segments)):
            self._emit(SegmentsRemoved(dictation, numbers))  # a restored dictation emits its segments again
        self._commands.loop.cancel(revocable=True)

    def take_back(self, dictation: str) -> None:
        """Restore a cancelled dictation as soon as nothing is captured."""
        if dictation in self._cancelled:
            self._end_offer(dictation)
            self.insertion_queue.restore(dictation)
            self._to_restore.append(dictation)

    def discard(self, dictation: str) -> None:
        """Remove a cancelled dictation that was not taken back."""
        if dictation in self._cancelled:
            self._end_offer(dictation)
            self.insertion_queue.forget(dictation)
            self._to_discard.append(dictation)

    def notice(self, what: str, remedy: str) -> None:
        self._emit(Failed("", what, remedy))

    def keys_changed(self, grabbed: GrabResult) -> None:
        self._emit(KeysChanged(grabbed.triggers, grabbed.problems))

    # What the user asks for elsewhere.

    def cancel_newest(self) -> None:
        """Cancel what is captured or worked out, as Escape does."""
        self.keyboard.cancel(self._clock())

    def restore_cancelled(self) -> None:
        """Take back the dictation that was cancelled last."""
        self.keyboard.take_back(self._clock())

    def expect_insertion(self) -> None:
        """Insert the text of the dictation that has just begun into the program in front."""
        session = self._commands.loop.session
        if session is not None and self._commands.loop.state in CAPTURING:
            self.insertion_queue.expect(session.id, session.plan.request.language)

    def insert_again(self) -> None:
        """Insert the last text once more."""
        self.insertion_queue.inserter.again()

    def insert_text(self, dictation: str, text: str, language: str) -> None:
        """Insert the text of an earlier dictation into the program that has the focus."""
        self.insertion_queue.add_earlier(dictation, text, language)

    def release_recording(self, dictation: str) -> None:
        """Let a recording be removed that was held for the service, if its age is that of the settings."""
        if self._commands.archive.release(dictation):
            self._commands.archive.tidy(self._commands.loop.settings.keep_recordings_days)

    def undo_insertion(self) -> None:
        """Undo the last insertion in its program."""
        self.insertion_queue.inserter.take_back()

    def forget_cancelled(self) -> None:
        """Remove what was cancelled: the program ends, and no dictation runs any more."""
        for dictation in (*self._cancelled, *self._to_discard):
            self._commands.archive.discard_unfinished(dictation, with_text=True)

    def _on_state_changed(self) -> None:
        capturing = self.situation().capturing
        if capturing != self._capturing:
            self._capturing = capturing
            self.insertion_queue.inserter.note_own_key(self._clock(), down=None)
        self._watch_for_locks()
        self.keyboard.on_state_changed()

    def _watch_for_locks(self) -> None:
        """Look for screen lockers while the microphone is open, or would be if the screen were not locked."""
        wanted = self._capturing or self.hands_free.is_on
        if wanted != self._watching and self._watch is not None:
            self._watching = wanted
            self._watch.capture(wanted)

    def _end_offer(self, dictation: str) -> None:
        """End the offer to take a cancelled dictation back."""
        self._cancelled.discard(dictation)
        self._emit(Cancelled(dictation, revocable=False))
