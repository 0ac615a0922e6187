"""Push-to-talk joined up: what the keys ask is done at the desk, what was dictated goes to the program in front.

Also what the window, the tray and the command line have in common with the keys: cancelling, and taking that back.
Dictation thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from saywrite.audio.microphone.preroll import PrerollController
from saywrite.desktop.hotkeys.base import SECOND, GrabResult, Hotkeys, KeyPressed, KeyReleased
from saywrite.dictation.loop import CAPTURING
from saywrite.dictation.push_to_talk.hotkey_controller import HotkeyController, KeyMessage
from saywrite.dictation.push_to_talk.insertion_queue import InsertionQueue
from saywrite.dictation.push_to_talk.policy import DictationState
from saywrite.foundation.events import (
    Cancelled,
    Failed,
    Finished,
    FrontEndEvent,
    Inserted,
    InsertionEvent,
    InsertionUncertain,
    KeyProblem,
    KeysChanged,
    SegmentsRemoved,
)
from saywrite.storage.settings.schema import Settings

if TYPE_CHECKING:
    from saywrite.dictation.commands import DictationCommands

CLOSE_S = 0.5
"""What the end of the program waits for a text that is on its way."""


class SessionWatching(Protocol):
    """`desktop.session.SessionWatch`: posts when the screen is locked and the computer sleeps."""

    def capture(self, on: bool) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class DesktopServices:
    """What push-to-talk needs of the desktop."""

    open_keys: Callable[[], Hotkeys | None]
    watch_session: Callable[[], SessionWatching | None]
    insertion_queue: InsertionQueue
    standby: PrerollController


class PushToTalkController:
    """Implements `keyboard.Dictates`; owned by the desk of a program with a window, from `open` to `close`."""

    def __init__(
        self,
        commands: DictationCommands,
        desktop: DesktopServices,
        clock: Callable[[], float],
        tell: Callable[[FrontEndEvent], None],
    ) -> None:
        self.insertion_queue = desktop.insertion_queue
        self.keyboard = HotkeyController(self, desktop.open_keys)
        self._commands = commands
        self._desktop = desktop
        self._clock = clock
        self._tell = tell
        self._ahead: tuple[object, ...] = (0,)
        self._watch: SessionWatching | None = None
        self._capturing = False
        self._cancelled: set[str] = set()
        self._returning: list[str] = []
        self._leaving: list[str] = []

    def open(self) -> None:
        """Grab the keys, find the way into other programs: none of it keeps the window waiting."""
        self.insertion_queue.inserter.start()
        self._watch = self._desktop.watch_session()
        self.apply(self._commands.loop.settings)

    def close(self) -> None:
        """Let go of the keys first: nothing begins any more."""
        self.keyboard.close()
        self._desktop.standby.keep(0)
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self.insertion_queue.inserter.close(CLOSE_S)

    def apply(self, settings: Settings) -> None:
        self.insertion_queue.apply(settings)
        self.keyboard.apply(settings)
        ahead = settings.preroll_ms, settings.microphone_host_api, settings.microphone_name
        if ahead != self._ahead and (settings.preroll_ms or self._ahead[0]):
            self._desktop.standby.keep(settings.preroll_ms)
        self._ahead = ahead

    # What the loop does for it.

    def handle(self, message: object) -> bool:
        """Take a message out of the inbox; whether it was one for this."""
        if isinstance(message, KeyMessage):
            if isinstance(message, KeyReleased) or (isinstance(message, KeyPressed) and not self.keyboard.held):
                self.insertion_queue.inserter.note_own_key(message.at, down=isinstance(message, KeyPressed))
            self.keyboard.handle(message, self._clock())
        elif isinstance(message, InsertionEvent):
            if isinstance(message, Inserted | InsertionUncertain):
                self._commands.latency.inserted(message.dictation, message.at)
            self._tell(message)
        else:
            return False
        return True

    def hear(self, message: object) -> None:
        """A message of a microphone's own threads."""
        self._desktop.standby.receive(message)

    def follow(self) -> None:
        """The dictation's state has changed."""
        capturing = self.situation().capturing
        if capturing != self._capturing:
            self._capturing = capturing
            self.insertion_queue.inserter.note_own_key(self._clock(), down=None)
            if self._watch is not None:
                self._watch.capture(capturing)
        self.keyboard.follow()

    def receive(self, event: FrontEndEvent) -> None:
        """One event of the dictation, as the front end has it."""
        self.insertion_queue.receive(event)
        if isinstance(event, Finished) and event.dictation in self._cancelled and not event.heard:
            self._settle(event.dictation)  # nothing was heard: there is nothing to take back

    def wake(self, now: float) -> float | None:
        """Do what is due; when to be called again at the latest."""
        due = [self.keyboard.wake(now), self._desktop.standby.wake(now)]
        running = {session.id for session in self._commands.loop.sessions}
        for dictation in [each for each in self._leaving if each not in running]:
            self._leaving.remove(dictation)
            self._commands.loop.pending_cancellations.discard(dictation)
            self._commands.archive.discard_unfinished(
                dictation, tuple(self._commands.loop.pending_cancellations), with_text=True
            )
        if self._returning and self._returning[0] not in running and not self.situation().capturing:
            dictation = self._returning.pop(0)
            self._commands.loop.pending_cancellations.discard(dictation)
            self._commands.transcribe_unfinished(dictation)
        due.append(self.insertion_queue.wake(now, held=self.keyboard.held and self.situation().capturing))
        return min((at for at in due if at is not None), default=None)

    # What the keys ask for.

    def situation(self) -> DictationState:
        session = self._commands.loop.session
        return DictationState(self._commands.loop.state, session.id if session is not None else "")

    def start(self, binding: str, at: float) -> None:
        settings = self._commands.loop.settings
        self._commands.latency.key_down(at)
        second = binding == SECOND
        self._commands.start_microphone(
            settings.second_engine if second else "", settings.second_language if second else "", insert=True
        )

    def stop(self, at: float) -> None:
        self._commands.latency.key_up(self.situation().dictation, at)
        self._commands.loop.stop()

    def cancel(self, until: float) -> None:
        dictation = self.situation().dictation
        self._cancelled.add(dictation)
        self._commands.loop.pending_cancellations.add(dictation)
        self.insertion_queue.cancel(dictation)
        self._tell(Cancelled(dictation, revocable=True))
        session = self._commands.loop.session
        if session is not None and (numbers := tuple(segment.number for segment in session.transcript.segments)):
            self._tell(SegmentsRemoved(dictation, numbers))  # taken back, they are told again
        self._commands.loop.cancel(keep=True)

    def take_back(self, dictation: str) -> None:
        if dictation in self._cancelled:
            self._settle(dictation)
            self.insertion_queue.want_again(dictation)
            self._returning.append(dictation)

    def discard(self, dictation: str) -> None:
        if dictation in self._cancelled:
            self._settle(dictation)
            self.insertion_queue.forget(dictation)
            self._leaving.append(dictation)

    def insert_again(self) -> None:
        """Insert the last text once more."""
        self.insertion_queue.inserter.again()

    def undo_insertion(self) -> None:
        """Take the last insertion back."""
        self.insertion_queue.inserter.take_back()

    def forget_cancelled(self) -> None:
        """The program ends, and with it the offer to take anything back; no dictation is running any more."""
        for dictation in (*self._cancelled, *self._leaving):
            self._commands.archive.discard_unfinished(dictation, with_text=True)

    def notice(self, what: str, remedy: str) -> None:
        self._tell(Failed("", what, remedy))

    def keys_changed(self, grabbed: GrabResult) -> None:
        problems = tuple(KeyProblem(each.binding, each.what, each.remedy) for each in grabbed.problems)
        self._tell(KeysChanged(grabbed.triggers, problems))

    # What the user asks for elsewhere.

    def undo(self, *, cancel: bool) -> None:
        """Cancel what is running, so that it can be taken back; or take that back."""
        (self.keyboard.cancel if cancel else self.keyboard.take_back)(self._clock())

    def expect(self) -> None:
        """The dictation that has just begun goes into the program in front."""
        session = self._commands.loop.session
        if session is not None and self._commands.loop.state in CAPTURING:
            self.insertion_queue.expect(session.id, session.plan.request.language)

    def _settle(self, dictation: str) -> None:
        """The offer to take it back is over."""
        self._cancelled.discard(dictation)
        self._tell(Cancelled(dictation, revocable=False))
