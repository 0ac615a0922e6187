"""What each command of the user does: which engine, which source and which record it takes. Dictation thread only."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.audio.source import Source
from saywrite.dictation.engines.listening_along import OFF, ON
from saywrite.dictation.loop import CurrentSettings, Loop, Services
from saywrite.dictation.models.backlog import Backlog
from saywrite.dictation.observers import LatencyWatch, preview
from saywrite.dictation.persistence.archive import Archive, StoredDictation, StoredSource
from saywrite.dictation.persistence.file_record import FileRecord
from saywrite.dictation.persistence.recorder import RecordingSink
from saywrite.dictation.session import MICROPHONE, SessionPlan
from saywrite.dictation.states import CAPTURING
from saywrite.foundation.catalog import AIOLA, AIOLA_FILE, FORMER_NAMES, LOCAL, permitted_engine
from saywrite.foundation.events import Failed, FrontEndEvent, ModelsChanged, PlaybackChanged
from saywrite.foundation.messages import message
from saywrite.foundation.paths import display_path
from saywrite.speech.engine import Request, VoiceSettings
from saywrite.storage.recordings.journal import Header
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword, Keywords

if TYPE_CHECKING:
    from saywrite.audio.player import Player

SENT_WHOLE = frozenset({".mp3", ".m4a", ".ogg", ".flac"})
"""Kinds of files that the service takes as they are: smaller than the sound that is in them."""


def is_sent_whole(path: Path, settings: Settings) -> bool:
    """Whether a file goes to the service as it is. The service translates streams only."""
    translates = settings.aiola_translate_to not in ("", settings.language)
    return settings.engine == AIOLA and path.suffix.lower() in SENT_WHOLE and not translates


def request_for(
    dictation: str,
    settings: Settings,
    keywords: Iterable[Keyword],
    *,
    live: bool,
    paced: bool = False,
    file: Path | None = None,
) -> Request:
    """What the settings mean for their engine. `live`: from a microphone. `paced`: a file, at the pace of speech."""
    spoken = {keyword.spoken: keyword.written for keyword in keywords}
    paced = live or paced
    partials = paced and settings.live_text
    request = Request(dictation, settings.language, spoken, live=live, file=file, paced=paced, partials=partials)
    if settings.engine != AIOLA:
        return request
    into = settings.aiola_translate_to
    return replace(
        request,
        voice=VoiceSettings(
            threshold=settings.aiola_threshold / 100,
            min_speech_ms=settings.aiola_min_speech_ms,
            min_silence_ms=settings.aiola_min_silence_ms,
            max_segment_ms=settings.aiola_max_segment_ms,
        ),
        translate_to="" if into == settings.language else into,
        take_local_words=settings.aiola_while_away == LOCAL or settings.aiola_patience_s > 0,
    )


def plan_again(
    stored: StoredDictation, settings: Settings, keywords: Iterable[Keyword], *, automatic: bool
) -> SessionPlan:
    """Plan to continue a dictation that is on disk.

    `automatic`: the recognizer on this computer does it, whatever the settings say now, because what was dictated for
    it must not be sent elsewhere without the user's consent.
    """
    header = stored.recording.metadata.header
    if automatic:
        settings = replace(settings, engine=LOCAL, language=header.language or settings.language)
    return SessionPlan(
        request=request_for(stored.dictation, settings, keywords, live=False),
        engine=settings.engine,
        source=stored.source,
        began=stored.began,
        base=stored.confirmed,
        missing=stored.missing,
        begun_with=FORMER_NAMES.get(header.engine, header.engine),
        automatic=automatic,
        earlier=stored.segments,
        earlier_gaps=stored.recording.metadata.gaps,
        earlier_peaks=stored.peaks,
        earlier_traffic=stored.traffic,
    )


def header_of(plan: SessionPlan) -> Header:
    """The header of the recording of a new dictation."""
    request = plan.request
    return Header(
        dictation=request.dictation,
        began=plan.began,
        language=request.language,
        engine=plan.engine,
        source=plan.source,
        keywords=request.keywords,
    )


def account_changed(before: Settings, after: Settings) -> bool:
    """Whether account, host, workflow or the permission for the network differ: connections begin anew."""
    names = ("aiola_sign_in", "aiola_token_url", "aiola_base_url", "aiola_auth_url", "aiola_workflow", "stay_offline")
    return any(getattr(before, name) != getattr(after, name) for name in names)


log = logging.getLogger(__name__)

DISK_LIMIT_S = 1.5
"""Seconds that the end of the program waits for the disk; the next start offers what is not written by then."""

NO_SUCH_ENGINE = (
    message("aiOla's streaming service is not in this version of Saywrite."),
    message("Choose the recognizer on this computer, or use --engine local."),
)


@dataclass(frozen=True, slots=True)
class Hardware:
    """The sound hardware, and files.

    `refresh` lists the devices and posts `DevicesChanged`; `prepare` loads what would delay the first recording;
    `close` closes every device.
    """

    microphone: Callable[[Settings], Source]
    file: Callable[[Path], Source]
    player: Player
    refresh: Callable[[], None]
    prepare: Callable[[], None]
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class FileUse:
    """What happens with files.

    `keep`: they get a journal and a history. `send_whole`: they may go to the service as they are. `again`: the
    dictation of the history whose recording is transcribed as a file.
    """

    keep: bool = True
    send_whole: bool = True
    again: str = ""


class DictationCommands:
    """Carries out the commands of the user. `emit` takes every event for the front end."""

    def __init__(
        self,
        services: Services,
        hardware: Hardware,
        settings: CurrentSettings,
        keywords: tuple[Keyword, ...],
        emit: Callable[[FrontEndEvent], None],
        files: FileUse = FileUse(),
    ) -> None:
        self.archive: Archive = services.archive
        self.latency = LatencyWatch(self.archive.keep_latency)
        backlog = Backlog(services.recognizers[LOCAL], self._transcribe_waiting)
        self.loop = Loop(services, settings, Keywords(keywords), emit, backlog)
        self.loop.observers.append(self._observe)
        self.latest = LatestLevel()
        self.envelope = Envelope()
        self.plan: SessionPlan | None = None
        self._services = services
        self._hardware = hardware
        self._emit = emit
        self._keywords = keywords
        self._files = files

    def open(self) -> None:
        """Get ready in the background: history, engine, recordings that were left unfinished."""
        settings = self.loop.settings
        self.archive.open()
        self._prepare_engine()
        self.archive.look_for_unfinished()
        self.archive.tidy(settings.keep_recordings_days)

    def start_microphone(self, engine: str = "", language: str = "") -> bool:
        """Begin to dictate; return whether a dictation began.

        `engine`, `language`: for this dictation only; "" means as in the settings.
        """
        now = self.loop.settings
        engine = permitted_engine(engine, stay_offline=now.stay_offline) or now.engine
        once = replace(now, engine=engine, language=language or now.language)
        if self.loop.state in CAPTURING or not self._engine_exists(once.engine):
            return False
        self.stop_playing()
        self.loop.suspend_automatic()
        plan = self._plan(MICROPHONE, once)
        self._begin(plan, self._hardware.microphone(self.loop.settings), self.archive.record(header_of(plan)))
        return True

    def transcribe_file(self, path: Path, language: str = "") -> None:
        """Make text of a file, as of a dictation. `language`: "" means as in the settings."""
        settings = replace(self.loop.settings, language=language or self.loop.settings.language)
        if self.loop.state in CAPTURING:
            self._emit(
                Failed("", message("A dictation is running."), message("Stop it first, then transcribe the file."))
            )
            return
        if not self._engine_exists(settings.engine):
            return
        plan = self._plan(display_path(path), settings, path)
        record: RecordingSink
        if self._files.keep:
            record = self.archive.record(header_of(plan))
        else:
            record = FileRecord(plan.began, plan.engine, self.archive.write_ledger, self._files.again)
        source = self._hardware.file(path)
        if self._files.send_whole and is_sent_whole(path, settings):
            plan = replace(plan, heard_by=AIOLA_FILE, listen_along=OFF)
        self._begin(plan, source, record)

    def continue_stored(self, stored: StoredDictation, settings: Settings, file: Path) -> None:
        """Transcribe the recording of a queued file; a dictation that the user starts has precedence.

        The service gets the file itself where it takes such files, none of its sound has a text yet, and it is still
        there.
        """
        plan = replace(plan_again(stored, settings, self._keywords, automatic=False), automatic=True)
        if is_sent_whole(file, settings) and not stored.confirmed and file.is_file():
            plan = replace(plan, heard_by=AIOLA_FILE, request=replace(plan.request, file=file))
        self._begin(plan, StoredSource(stored, self._services.clock), self.archive.resume(stored, settings.language))

    @property
    def idle(self) -> bool:
        """Whether nothing is captured or recognized."""
        return not self.loop.sessions and self.loop.state not in CAPTURING

    def lacks_model(self, engine: str) -> bool:
        """Whether the recognizer waits for a model, or is not part of this version."""
        recognizer = self._services.recognizers.get(engine)
        return recognizer is None or recognizer.waits

    def transcribe_unfinished(self, dictation: str) -> None:
        """Continue a stored dictation where its confirmed text ends."""
        self.archive.fetch(dictation, lambda stored: self._services.inbox.post(lambda: self._continue(stored)))

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        """Replace the text of one segment, in a running dictation and in the history."""
        for session in self.loop.sessions:
            if session.id == dictation:
                with suppress(KeyError):  # removed meanwhile by "scratch that"
                    session.transcript.edit(number, text)
        self.archive.edit_segment(dictation, number, text, keep_text=self.loop.settings.suggest_keywords)

    def apply(self, settings: Settings) -> None:
        """Use other settings; a running dictation keeps its engine, its language and its microphone."""
        before, self.loop.settings = self.loop.settings, settings
        self.loop.renew_rules()
        if (settings.engine, settings.aiola_listen_along) != (before.engine, before.aiola_listen_along):
            self._prepare_engine()
        if account_changed(before, settings):
            self.renew_account()
        elif settings.local_model != before.local_model:
            self.loop.deliver(self._services.recognizers[LOCAL].renew())

    def renew_account(self) -> None:
        """Try again at once what was refused: the key, the host or the workflow has changed."""
        for recognizer in self._services.recognizers.values():
            self.loop.deliver(recognizer.renew())

    def set_keywords(self, keywords: tuple[Keyword, ...]) -> None:
        self._keywords = keywords
        self.loop.keywords = Keywords(keywords)
        self.loop.renew_rules()
        for session in self.loop.sessions:
            spoken = {k.spoken: k.written for k in keywords}
            session.recognition.set_keywords(spoken)
            session.along.set_keywords(spoken)

    def refresh_devices(self) -> None:
        """List the microphones, and load what would delay the first recording."""
        self._hardware.refresh()
        self._hardware.prepare()

    def play(self, dictation: str, start: int, end: int) -> None:
        """Play the sound of a stored dictation between two sample offsets; `PlaybackChanged` follows."""
        player, post = self._hardware.player, self._services.inbox.post

        def report(at: float | None) -> None:
            post(PlaybackChanged(dictation, start, end, at))

        def refuse() -> None:
            player.stop()
            report(None)

        self.archive.fetch_sound(dictation, start, end, lambda pcm: post(lambda: player.play(pcm, report)), refuse)

    def preview_sounds(self) -> None:
        """Play the sounds for start, end and failure; not while a microphone would record them."""
        if self.loop.state not in CAPTURING:
            self._hardware.player.play(preview(self.loop.settings.sound_volume))

    def stop_playing(self) -> None:
        self._hardware.player.stop()

    def end_all(self) -> None:
        """End every dictation, and the loop."""
        self.stop_playing()
        self.loop.quit()

    def close(self) -> None:
        """Close the sound hardware and the files, after `end_all`."""
        self._hardware.close()
        if not self.archive.close(DISK_LIMIT_S):
            log.warning("the disk did not answer in time at the end")

    def _transcribe_waiting(self, dictation: str) -> None:
        """Transcribe a dictation that waited for a recognition model."""
        post = self._services.inbox.post
        self.archive.fetch(dictation, lambda stored: post(lambda: self._continue(stored, automatic=True)))

    def _observe(self, event: FrontEndEvent) -> None:
        """Take one event of a dictation, after the front end has it."""
        self.latency.receive(event, self._services.clock())
        if isinstance(event, ModelsChanged):
            self.loop.deliver(self._services.recognizers[LOCAL].renew())

    def _prepare_engine(self) -> None:
        settings, recognizers = self.loop.settings, self._services.recognizers
        recognizer, local = recognizers.get(settings.engine), recognizers[LOCAL]
        if recognizer is not None:
            self.loop.deliver(recognizer.prepare())
        if settings.engine == AIOLA and settings.aiola_listen_along == ON and not local.waits:
            self.loop.deliver(local.prepare())

    def _engine_exists(self, engine: str) -> bool:
        """Whether this version has the engine; reports it where it does not."""
        if engine in self._services.recognizers:
            return True
        self._emit(Failed("", *NO_SUCH_ENGINE, fatal=True))
        return False

    def _begin(self, plan: SessionPlan, source: Source, record: RecordingSink) -> None:
        self.loop.begin(plan, source, record)
        if self.loop.session is not None:
            self.plan = self.loop.session.plan
            self.latest, self.envelope = self.loop.session.latest, self.loop.session.envelope

    def _continue(self, stored: StoredDictation, *, automatic: bool = False) -> None:
        if automatic and self.loop.sessions:
            stored.recording.close()
            self.loop.backlog.set_aside(stored.dictation)
            return
        if self.loop.state in CAPTURING or any(session.id == stored.dictation for session in self.loop.sessions):
            stored.recording.close()
            remedy = message("Stop it first, then transcribe the unfinished one.")
            self._emit(Failed("", message("A dictation is running."), remedy))
            return
        plan = plan_again(stored, self.loop.settings, self._keywords, automatic=automatic)
        source = StoredSource(stored, self._services.clock)
        self._begin(plan, source, self.archive.resume(stored, plan.request.language))

    def new_id(self) -> tuple[str, datetime]:
        """An id for a dictation that begins now, and the time."""
        began = self._services.today()
        return f"{began:%Y%m%d-%H%M%S}-{os.urandom(2).hex()}", began

    def _plan(self, source: str, settings: Settings, file: Path | None = None) -> SessionPlan:
        dictation, began = self.new_id()
        request = request_for(
            dictation, settings, self._keywords, live=file is None, paced=not self._files.send_whole, file=file
        )
        along = settings.aiola_listen_along if settings.engine == AIOLA and request.paced else OFF
        patience_s = settings.aiola_patience_s if request.live else 0
        return SessionPlan(
            request,
            settings.engine,
            source,
            began,
            listen_along=along,
            patience_s=patience_s,
            marks_differences=settings.aiola_mark_differences,
        )
