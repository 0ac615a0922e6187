"""Push-to-talk joined up: what the keys ask is done at the desk, what was dictated goes to the program in front.

Also what the window, the tray and the command line have in common with the keys: cancelling, and taking that back.
Dictation thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from saywrite.audio.standby import Standby
from saywrite.desktop.hotkeys.bindings import SECOND, Grabbed, Hotkeys, KeyPressed, KeyReleased
from saywrite.dictation.handover import Handover
from saywrite.dictation.keyboard import Keyboard, KeyMessage
from saywrite.dictation.push_to_talk import Situation
from saywrite.dictation.states import CAPTURING
from saywrite.events import (
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
from saywrite.settings.schema import Settings

if TYPE_CHECKING:
    from saywrite.dictation.desk import Desk

CLOSE_S = 0.5
"""What the end of the program waits for a text that is on its way."""


class SessionWatching(Protocol):
    """`desktop.session.SessionWatch`: posts when the screen is locked and the computer sleeps."""

    def capture(self, on: bool) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Desktop:
    """What push-to-talk needs of the desktop."""

    open_keys: Callable[[], Hotkeys | None]
    watch_session: Callable[[], SessionWatching | None]
    handover: Handover
    standby: Standby


class Talk:
    """Implements `keyboard.Dictates`; owned by the desk of a program with a window, from `open` to `close`."""

    def __init__(
        self, desk: Desk, desktop: Desktop, clock: Callable[[], float], tell: Callable[[FrontEndEvent], None]
    ) -> None:
        self.handover = desktop.handover
        self.keyboard = Keyboard(self, desktop.open_keys)
        self._desk = desk
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
        self.handover.inserter.start()
        self._watch = self._desktop.watch_session()
        self.apply(self._desk.loop.settings)

    def close(self) -> None:
        """Let go of the keys first: nothing begins any more."""
        self.keyboard.close()
        self._desktop.standby.keep(0)
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self.handover.inserter.close(CLOSE_S)

    def apply(self, settings: Settings) -> None:
        self.handover.apply(settings)
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
                self.handover.inserter.note_own_key(message.at, down=isinstance(message, KeyPressed))
            self.keyboard.handle(message, self._clock())
        elif isinstance(message, InsertionEvent):
            if isinstance(message, Inserted | InsertionUncertain):
                self._desk.latency.inserted(message.dictation, message.at)
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
            self.handover.inserter.note_own_key(self._clock(), down=None)
            if self._watch is not None:
                self._watch.capture(capturing)
        self.keyboard.follow()

    def receive(self, event: FrontEndEvent) -> None:
        """One event of the dictation, as the front end has it."""
        self.handover.receive(event)
        if isinstance(event, Finished) and event.dictation in self._cancelled and not event.heard:
            self._settle(event.dictation)  # nothing was heard: there is nothing to take back

    def wake(self, now: float) -> float | None:
        """Do what is due; when to be called again at the latest."""
        due = [self.keyboard.wake(now), self._desktop.standby.wake(now)]
        running = {take.id for take in self._desk.loop.takes}
        for dictation in [each for each in self._leaving if each not in running]:
            self._leaving.remove(dictation)
            self._desk.loop.kept_back.discard(dictation)
            self._desk.archive.discard_unfinished(dictation, tuple(self._desk.loop.kept_back), with_text=True)
        if self._returning and self._returning[0] not in running and not self.situation().capturing:
            dictation = self._returning.pop(0)
            self._desk.loop.kept_back.discard(dictation)
            self._desk.transcribe_unfinished(dictation)
        due.append(self.handover.wake(now, held=self.keyboard.held and self.situation().capturing))
        return min((at for at in due if at is not None), default=None)

    # What the keys ask for.

    def situation(self) -> Situation:
        take = self._desk.loop.take
        return Situation(self._desk.loop.state, take.id if take is not None else "")

    def start(self, binding: str, at: float) -> None:
        settings = self._desk.loop.settings
        self._desk.latency.key_down(at)
        second = binding == SECOND
        self._desk.start_microphone(
            settings.second_engine if second else "", settings.second_language if second else "", insert=True
        )

    def stop(self, at: float) -> None:
        self._desk.latency.key_up(self.situation().dictation, at)
        self._desk.loop.stop()

    def cancel(self, until: float) -> None:
        dictation = self.situation().dictation
        self._cancelled.add(dictation)
        self._desk.loop.kept_back.add(dictation)
        self.handover.cancel(dictation)
        self._tell(Cancelled(dictation, revocable=True))
        take = self._desk.loop.take
        if take is not None and (numbers := tuple(segment.number for segment in take.transcript.segments)):
            self._tell(SegmentsRemoved(dictation, numbers))  # taken back, they are told again
        self._desk.loop.cancel(keep=True)

    def take_back(self, dictation: str) -> None:
        if dictation in self._cancelled:
            self._settle(dictation)
            self.handover.want_again(dictation)
            self._returning.append(dictation)

    def discard(self, dictation: str) -> None:
        if dictation in self._cancelled:
            self._settle(dictation)
            self.handover.forget(dictation)
            self._leaving.append(dictation)

    def forget_cancelled(self) -> None:
        """The program ends, and with it the offer to take anything back; no dictation is running any more."""
        for dictation in (*self._cancelled, *self._leaving):
            self._desk.archive.discard_unfinished(dictation, with_text=True)

    def notice(self, what: str, remedy: str) -> None:
        self._tell(Failed("", what, remedy))

    def keys_changed(self, grabbed: Grabbed) -> None:
        problems = tuple(KeyProblem(each.binding, each.what, each.remedy) for each in grabbed.problems)
        self._tell(KeysChanged(grabbed.triggers, problems))

    # What the user asks for elsewhere.

    def undo(self, *, cancel: bool) -> None:
        """Cancel what is running, so that it can be taken back; or take that back."""
        (self.keyboard.cancel if cancel else self.keyboard.take_back)(self._clock())

    def expect(self) -> None:
        """The dictation that has just begun goes into the program in front."""
        take = self._desk.loop.take
        if take is not None and self._desk.loop.state in CAPTURING:
            self.handover.expect(take.id, take.plan.request.language)

    def _settle(self, dictation: str) -> None:
        """The offer to take it back is over."""
        self._cancelled.discard(dictation)
        self._tell(Cancelled(dictation, revocable=False))
