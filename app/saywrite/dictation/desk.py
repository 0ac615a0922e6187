"""What each wish of the user means: which engine, which source, which record. Dictation thread only."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.audio.source import Source
from saywrite.dictation.archive import Archive, Stored
from saywrite.dictation.backlog import Backlog
from saywrite.dictation.latency import LatencyWatch
from saywrite.dictation.loop import Loop, Parts
from saywrite.dictation.planning import (
    HEARD_BY_THE_SERVICE_ONLY,
    account_changed,
    header_of,
    is_sent_whole,
    plan_again,
    request_for,
)
from saywrite.dictation.record import NoRecord, Recorded
from saywrite.dictation.sent_file import SentFile
from saywrite.dictation.states import CAPTURING
from saywrite.dictation.stored_source import StoredSource
from saywrite.dictation.take import MICROPHONE, Plan
from saywrite.errors import SaywriteError
from saywrite.events import Failed, FrontEndEvent, ModelsChanged
from saywrite.paths import display_path
from saywrite.settings.schema import Settings
from saywrite.speech.engines import AIOLA_FILE, LOCAL
from saywrite.text.keywords import Keyword, Keywords

if TYPE_CHECKING:
    from saywrite.dictation.model_library import ModelLibrary
    from saywrite.dictation.talk import Talk

log = logging.getLogger(__name__)

DISK_LIMIT_S = 1.5
"""Seconds the end of the program waits for the disk; what is not written then is offered at the next start."""

NO_SUCH_ENGINE = (
    "aiOla's streaming service is not in this version of Saywrite.",
    "Choose the recognizer on this computer, or use --engine local.",
)


class Player(Protocol):
    """Plays sound without keeping anybody waiting."""

    def play(self, pcm: bytes) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Hardware:
    """The computer's side of sound. `refresh` lists the devices and posts `DevicesChanged`; `prepare` loads what the
    first recording would have to wait for; `close` lets go of everything.
    """

    microphone: Callable[[Settings], Source]
    file: Callable[[Path], Source]
    player: Player
    refresh: Callable[[], None]
    prepare: Callable[[], None]
    close: Callable[[], None]


class Desk:
    """Turns wishes into dictations."""

    def __init__(
        self,
        parts: Parts,
        hardware: Hardware,
        settings: Settings,
        keywords: tuple[Keyword, ...],
        tell: Callable[[FrontEndEvent], None],
        keep_files: bool = True,
        send_whole: bool = True,
    ) -> None:
        """`keep_files`: files get a journal and a history. `send_whole`: the service may be sent files as they are."""
        self.archive: Archive = parts.archive
        self.latency = LatencyWatch(self.archive.keep_latency)
        backlog = Backlog(parts.recognizers[LOCAL], self._transcribe_waiting)
        self.loop = Loop(parts, settings, Keywords(keywords), self._tell_all, backlog)
        self.latest = LatestLevel()
        self.envelope = Envelope()
        self.plan: Plan | None = None
        self.talk: Talk | None = None
        """Push-to-talk, where there is a desktop for it; set once, before `run`."""
        self.models: ModelLibrary | None = None
        """The recognition models on this computer; set once, before `run`."""
        self._parts = parts
        self._hardware = hardware
        self._tell = tell
        self._keywords = keywords
        self._keep_files = keep_files
        self._send_whole = send_whole

    def run(self) -> None:
        """Get ready in the background, then live until `quit`."""
        settings = self.loop.settings
        self.archive.open()
        self._prepare_engine()
        self.archive.look_for_unfinished(except_for=())
        self.archive.tidy(settings.keep_recordings_days)
        if self.models is not None:
            self.models.open()
        if self.talk is not None:
            self.talk.open()
        self.loop.run()

    def toggle(self, engine: str = "", language: str = "", *, insert: bool = False) -> None:
        if self.loop.state in CAPTURING:
            self.loop.stop()
        else:
            self.start_microphone(engine, language, insert=insert)

    def start_microphone(self, engine: str = "", language: str = "", *, insert: bool = False) -> None:
        """`engine`, `language`: of this one dictation; "" as the settings say. `insert`: its text goes into the
        program in front, too.
        """
        now = self.loop.settings
        once = replace(now, engine=engine or now.engine, language=language or now.language)
        if self.loop.state not in CAPTURING and self._engine_is_there(once.engine):
            self.stop_playing()
            self.loop.set_automatic_aside()
            plan = self._plan(MICROPHONE, once)
            self._begin(plan, self._hardware.microphone(self.loop.settings), self.archive.record(header_of(plan)))
            if insert and self.talk is not None:
                self.talk.expect()

    def transcribe_file(self, path: Path) -> None:
        """The same pipeline with a file as the source."""
        if self.loop.state in CAPTURING:
            self._tell(Failed("", "A dictation is running.", "Stop it first, then transcribe the file."))
            return
        if not self._engine_is_there(self.loop.settings.engine):
            return
        plan = self._plan(display_path(path), self.loop.settings, path)
        record = self.archive.record(header_of(plan)) if self._keep_files else NoRecord()
        source = self._hardware.file(path)
        if self._send_whole and is_sent_whole(path, self.loop.settings):
            plan = replace(plan, heard_by=AIOLA_FILE)
            if path.suffix.lower() in HEARD_BY_THE_SERVICE_ONLY:
                source = SentFile(path, self._parts.clock)
        self._begin(plan, source, record)

    def transcribe_unfinished(self, dictation: str) -> None:
        """Go on where the confirmed text of a stored dictation ends."""
        self.archive.fetch(dictation, lambda stored: self._parts.inbox.post(lambda: self._continue(stored)))

    def _transcribe_waiting(self, dictation: str) -> None:
        """The model has come: give a dictation that waited for it its text."""
        post = self._parts.inbox.post
        self.archive.fetch(dictation, lambda stored: post(lambda: self._continue(stored, automatic=True)))

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        for take in self.loop.takes:
            if take.id == dictation:
                with suppress(KeyError):  # taken back meanwhile by "scratch that"
                    take.transcript.edit(number, text)
        self.archive.edit_segment(dictation, number, text)

    def apply(self, settings: Settings) -> None:
        before, self.loop.settings = self.loop.settings, settings
        self.loop.renew_rules()
        if self.models is not None:
            self.models.apply(before, settings)
        if self.talk is not None:
            self.talk.apply(settings)
        if settings.engine != before.engine:
            self._prepare_engine()
        if account_changed(before, settings):
            self.renew_account()
        elif settings.local_model != before.local_model:
            self._parts.recognizers[LOCAL].renew()

    def renew_account(self) -> None:
        """The key, the host or the workflow is another one: what was refused is tried again at once."""
        for recognizer in self._parts.recognizers.values():
            recognizer.renew()

    def set_keywords(self, keywords: tuple[Keyword, ...]) -> None:
        self._keywords = keywords
        self.loop.keywords = Keywords(keywords)
        self.loop.renew_rules()
        for take in self.loop.takes:
            take.recognition.set_keywords({k.spoken: k.written for k in keywords})

    def refresh_devices(self) -> None:
        """List the microphones, and load what the first recording would have to wait for."""
        self._hardware.refresh()
        self._hardware.prepare()

    def play(self, dictation: str, start: int, end: int) -> None:
        player, post = self._hardware.player, self._parts.inbox.post
        self.archive.fetch_sound(dictation, start, end, lambda pcm: post(lambda: player.play(pcm)))

    def stop_playing(self) -> None:
        self._hardware.player.stop()

    def quit(self) -> None:
        if self.talk is not None:
            self.talk.close()
        if self.models is not None:
            self.models.close()
        self.stop_playing()
        self.loop.quit()
        if self.talk is not None:
            self.talk.forget_cancelled()
        self._hardware.close()
        if not self.archive.close(DISK_LIMIT_S):
            log.warning("the disk did not answer in time at the end")

    def _tell_all(self, event: FrontEndEvent) -> None:
        self.latency.receive(event, self._parts.clock())
        if isinstance(event, ModelsChanged):
            self._parts.recognizers[LOCAL].renew()
        self._tell(event)
        if self.models is not None:
            self.models.receive(event)
        if self.talk is not None:
            self.talk.receive(event)

    def _prepare_engine(self) -> None:
        recognizer = self._parts.recognizers.get(self.loop.settings.engine)
        if recognizer is not None:
            recognizer.prepare()

    def _engine_is_there(self, engine: str) -> bool:
        if engine in self._parts.recognizers:
            return True
        self._tell(Failed("", *NO_SUCH_ENGINE, fatal=True))
        return False

    def _begin(self, plan: Plan, source: Source, record: Recorded) -> None:
        self.loop.begin(plan, source, record)
        if self.loop.take is not None:
            self.plan = self.loop.take.plan
            self.latest, self.envelope = self.loop.take.latest, self.loop.take.envelope

    def _continue(self, stored: Stored, *, automatic: bool = False) -> None:
        if automatic and self.loop.takes:
            stored.recording.close()
            self.loop.backlog.set_aside(stored.dictation)
            return
        if self.loop.state in CAPTURING or any(take.id == stored.dictation for take in self.loop.takes):
            self._tell(Failed("", "A dictation is running.", "Stop it first, then transcribe the unfinished one."))
            return
        plan = plan_again(stored, self.loop.settings, self._keywords, automatic=automatic)
        source = StoredSource(stored, self._parts.clock)
        self._begin(plan, source, self.archive.record_again(stored))

    def _plan(self, source: str, settings: Settings, file: Path | None = None) -> Plan:
        began = self._parts.today()
        dictation = f"{began:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        request = request_for(
            dictation, settings, self._keywords, live=file is None, paced=not self._send_whole, file=file
        )
        return Plan(request, settings.engine, source, began)


def as_failed(error: SaywriteError, dictation: str = "") -> Failed:
    """An error of a part in the words of an event; nothing ends because of it."""
    return Failed(dictation, error.what, error.remedy)
