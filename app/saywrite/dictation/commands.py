"""What each wish of the user means: which engine, which source, which record. Dictation thread only."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from saywrite.audio.files.file_source import UploadSource
from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.audio.source import Source
from saywrite.dictation.loop import CAPTURING, Loop, PushToTalkPort, Services
from saywrite.dictation.models.backlog import Backlog
from saywrite.dictation.observers import LatencyWatch
from saywrite.dictation.persistence.archive import Archive, StoredDictation, StoredSource
from saywrite.dictation.persistence.recorder import NoRecord, RecordingSink
from saywrite.dictation.session import MICROPHONE, SessionPlan
from saywrite.foundation.catalog import AIOLA, AIOLA_FILE, FORMER_NAMES, LOCAL
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.events import Failed, FrontEndEvent, ModelsChanged
from saywrite.foundation.paths import display_path
from saywrite.speech.engine import Request, VoiceSettings
from saywrite.storage.recordings.journal import Header
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword, Keywords

if TYPE_CHECKING:
    from saywrite.dictation.models.library import ModelLibrary


SENT_WHOLE = frozenset({".mp3", ".m4a", ".ogg", ".flac"})
"""Files the service takes as they are; smaller on their way than what they sound like."""

HEARD_BY_THE_SERVICE_ONLY = frozenset({".m4a"})
"""Of these, what nothing on this computer decodes."""


def is_sent_whole(path: Path, settings: Settings) -> bool:
    """Whether a file goes to the service as it is. A translation is only made of a stream."""
    kind = path.suffix.lower()
    if settings.engine != AIOLA or kind not in SENT_WHOLE:
        return False
    return kind in HEARD_BY_THE_SERVICE_ONLY or settings.aiola_translate_to in ("", settings.language)


def request_for(
    dictation: str,
    settings: Settings,
    keywords: Iterable[Keyword],
    *,
    live: bool,
    paced: bool = False,
    file: Path | None = None,
) -> Request:
    """The user's wishes as the engine of the settings understands them. `live`: somebody is speaking. `paced`: a file
    is read at the pace of speech.
    """
    spoken = {keyword.spoken: keyword.written for keyword in keywords}
    paced = live or paced
    partials = paced and settings.live_text
    if settings.engine != AIOLA:
        return Request(dictation, settings.language, spoken, live=live, file=file, paced=paced, partials=partials)
    into = settings.aiola_translate_to
    return Request(
        dictation,
        settings.language,
        spoken,
        voice=VoiceSettings(
            threshold=settings.aiola_threshold / 100,
            min_speech_ms=settings.aiola_min_speech_ms,
            min_silence_ms=settings.aiola_min_silence_ms,
            max_segment_ms=settings.aiola_max_segment_ms,
        ),
        translate_to="" if into == settings.language else into,
        live=live,
        file=file,
        paced=paced,
        partials=partials,
    )


def plan_again(
    stored: StoredDictation, settings: Settings, keywords: Iterable[Keyword], *, automatic: bool
) -> SessionPlan:
    """Go on with a dictation that is on disk. `automatic`: with the recognizer on this computer, whatever the settings
    say now, because what was dictated for it must not go elsewhere unasked.
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
        begun_with=FORMER_NAMES.get(header.engine, header.engine),
        automatic=automatic,
        earlier=stored.segments,
        earlier_gaps=stored.recording.metadata.gaps,
        earlier_peaks=stored.peaks,
        earlier_traffic=stored.traffic,
    )


def header_of(plan: SessionPlan) -> Header:
    """What stands over the recording of a new dictation."""
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
    """Whether another account, host or workflow is asked for, so that what was granted no longer holds."""
    names = ("aiola_sign_in", "aiola_token_url", "aiola_base_url", "aiola_auth_url", "aiola_workflow")
    return any(getattr(before, name) != getattr(after, name) for name in names)


log = logging.getLogger(__name__)

DISK_LIMIT_S = 1.5
"""Seconds the end of the program waits for the disk; what is not written then is offered at the next start."""

NO_SUCH_ENGINE = (
    "aiOla's streaming service is not in this version of Saywrite.",
    "Choose the recognizer on this computer, or use --engine local.",
)


class SoundPlayer(Protocol):
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
    player: SoundPlayer
    refresh: Callable[[], None]
    prepare: Callable[[], None]
    close: Callable[[], None]


class DictationCommands:
    """Turns wishes into dictations."""

    def __init__(
        self,
        parts: Services,
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
        self.plan: SessionPlan | None = None
        self.push_to_talk: PushToTalkPort | None = None
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
        if self.push_to_talk is not None:
            self.push_to_talk.open()
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
            if insert and self.push_to_talk is not None:
                self.push_to_talk.expect()

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
                source = UploadSource(path, self._parts.clock)
        self._begin(plan, source, record)

    def transcribe_unfinished(self, dictation: str) -> None:
        """Go on where the confirmed text of a stored dictation ends."""
        self.archive.fetch(dictation, lambda stored: self._parts.inbox.post(lambda: self._continue(stored)))

    def _transcribe_waiting(self, dictation: str) -> None:
        """The model has come: give a dictation that waited for it its text."""
        post = self._parts.inbox.post
        self.archive.fetch(dictation, lambda stored: post(lambda: self._continue(stored, automatic=True)))

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        for session in self.loop.sessions:
            if session.id == dictation:
                with suppress(KeyError):  # taken back meanwhile by "scratch that"
                    session.transcript.edit(number, text)
        self.archive.edit_segment(dictation, number, text)

    def apply(self, settings: Settings) -> None:
        before, self.loop.settings = self.loop.settings, settings
        self.loop.renew_rules()
        if self.models is not None:
            self.models.apply(before, settings)
        if self.push_to_talk is not None:
            self.push_to_talk.apply(settings)
        if settings.engine != before.engine:
            self._prepare_engine()
        if account_changed(before, settings):
            self.renew_account()
        elif settings.local_model != before.local_model:
            self.loop.deliver(self._parts.recognizers[LOCAL].renew())

    def renew_account(self) -> None:
        """The key, the host or the workflow is another one: what was refused is tried again at once."""
        for recognizer in self._parts.recognizers.values():
            self.loop.deliver(recognizer.renew())

    def set_keywords(self, keywords: tuple[Keyword, ...]) -> None:
        self._keywords = keywords
        self.loop.keywords = Keywords(keywords)
        self.loop.renew_rules()
        for session in self.loop.sessions:
            session.recognition.set_keywords({k.spoken: k.written for k in keywords})

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
        if self.push_to_talk is not None:
            self.push_to_talk.close()
        if self.models is not None:
            self.models.close()
        self.stop_playing()
        self.loop.quit()
        if self.push_to_talk is not None:
            self.push_to_talk.forget_cancelled()
        self._hardware.close()
        if not self.archive.close(DISK_LIMIT_S):
            log.warning("the disk did not answer in time at the end")

    def _tell_all(self, event: FrontEndEvent) -> None:
        self.latency.receive(event, self._parts.clock())
        if isinstance(event, ModelsChanged):
            self.loop.deliver(self._parts.recognizers[LOCAL].renew())
        self._tell(event)
        if self.models is not None:
            self.models.receive(event)
        if self.push_to_talk is not None:
            self.push_to_talk.receive(event)

    def _prepare_engine(self) -> None:
        recognizer = self._parts.recognizers.get(self.loop.settings.engine)
        if recognizer is not None:
            self.loop.deliver(recognizer.prepare())

    def _engine_is_there(self, engine: str) -> bool:
        if engine in self._parts.recognizers:
            return True
        self._tell(Failed("", *NO_SUCH_ENGINE, fatal=True))
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
            self._tell(Failed("", "A dictation is running.", "Stop it first, then transcribe the unfinished one."))
            return
        plan = plan_again(stored, self.loop.settings, self._keywords, automatic=automatic)
        source = StoredSource(stored, self._parts.clock)
        self._begin(plan, source, self.archive.record_again(stored))

    def _plan(self, source: str, settings: Settings, file: Path | None = None) -> SessionPlan:
        began = self._parts.today()
        dictation = f"{began:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        request = request_for(
            dictation, settings, self._keywords, live=file is None, paced=not self._send_whole, file=file
        )
        return SessionPlan(request, settings.engine, source, began)


def as_failed(error: SaywriteError, dictation: str = "") -> Failed:
    """An error of a part in the words of an event; nothing ends because of it."""
    return Failed(dictation, error.what, error.remedy)
