"""The recognizer that sends a whole file to aiOla's batch endpoint and reports one final.

Owned by the dictation thread; signing in and sending happen on worker threads. After a lost connection or a temporary
failure of the service the file is sent again; an error that another attempt cannot cure ends the dictation.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from saywrite.foundation.catalog import AIOLA_CAPABILITIES, AIOLA_FILE, language
from saywrite.foundation.errors import (
    KeyRefused,
    LanguageUnknown,
    RateLimited,
    SaywriteError,
    ServiceError,
    ServiceUnreachable,
    TokenExpired,
    TooManyDictations,
)
from saywrite.foundation.events import SAMPLE_RATE, Failed, Final, RecognizerFinished
from saywrite.foundation.messages import message
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.connection import CROWDED_S, SILENT_REFUSALS, delays
from saywrite.speech.aiola.net.error_mapping import SETTINGS, host_of
from saywrite.speech.aiola.progress_reporter import ProgressReporter
from saywrite.speech.aiola.token_provider import AuthFailed, TokenFetched, TokenProvider
from saywrite.speech.aiola.upload_messages import FileTranscribed, UploadFailed, UploadProgressed
from saywrite.speech.engine import EventBuffer, Events, Incoming, LocalWords, Post, Request

if TYPE_CHECKING:
    from saywrite.speech.aiola.file_request import FileRequest
    from saywrite.speech.network.network import Network

GIVE_UP_S = 600.0
"""Seconds after the first failure in a row until a file, which can be sent again, is given up."""

QUIT_S = 1.0
"""Seconds the end of the program waits for the session to be closed."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    """One file. `failing_since`: monotonic, None while all is well. `refusals`: tokens refused in a row.

    `silent_refusals`: connections that were lost after the request had begun to go out.
    """

    request: Request
    report: ProgressReporter
    delays: Iterator[float]
    host: str = ""
    heard: int = 0
    complete: bool = False
    sending: FileRequest | None = None
    result: FileTranscribed | None = None
    retry_at: float | None = None
    failing_since: float | None = None
    refusals: int = 0
    silent_refusals: int = 0
    is_connected: bool = False
    sent_before: int = 0
    sent: int = 0


class UploadRecognizer:
    """Implements `engine.Recognizer` for requests with a `file`; the sound it is fed is only counted."""

    capabilities = AIOLA_CAPABILITIES
    waits = False
    window = 60 * SAMPLE_RATE

    def __init__(
        self,
        post: Post,
        find_account: Callable[[], Account],
        network: Network,
        *,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self._incoming = lambda message: post(Incoming(AIOLA_FILE, message))
        self._events = EventBuffer()
        self._network = network
        self._clock = clock
        self._random = random or Random()
        self._grants = TokenProvider(self._incoming, find_account, network)
        self._job: _Job | None = None
        self._uploads = 0

    def prepare(self) -> Events:
        """Do nothing: a file can wait, and a sign-in ahead of time would take one of the account's sessions."""
        return ()

    def start(self, request: Request) -> Events:
        """Begin to send the file. Raises ValueError for a request without a file."""
        if self._job is not None:
            raise RuntimeError("the last dictation has not ended")
        if request.file is None:
            raise ValueError("this engine takes files only")
        job = self._job = _Job(request, ProgressReporter(request.dictation, self._events), delays(self._random))
        try:
            language(request.language)
        except LanguageUnknown as error:
            self._give_up(job, error)
        else:
            self._begin(job)
        return self._events.take()

    def feed(self, pcm: bytes, end: int) -> Events:
        """Count the sound: the file is sent instead of it."""
        if self._job is not None:
            self._job.heard = max(self._job.heard, end)
            self._job.report.progress(self._job.heard, 0)
        return self._events.take()

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        """Use them in the next attempt, if there is one; the dictation applies them to the final in any case."""
        if self._job is not None:
            self._job.request = replace(self._job.request, keywords=keywords)

    def note_local_words(self, heard: LocalWords) -> Events:
        return ()  # it sends the whole file at once

    def stand_by(self) -> Events:
        return ()  # no other engine stands in for a file

    def finish(self) -> Events:
        if self._job is not None:
            self._job.complete = True
            self._end_when_done(self._job)
        return self._events.take()

    def abort(self) -> Events:
        if self._job is not None:
            self._job.report.closed()
            self._end(self._job, complete=False)
        return self._events.take()

    def receive(self, message: object) -> Events:
        """Take a message of a sign-in or of the upload; one of an earlier upload is ignored."""
        job = self._job
        if self._grants.receive(message):
            if job is not None and isinstance(message, TokenFetched):
                self._send(job)
            elif job is not None and isinstance(message, AuthFailed):
                self._failed(job, message.error)
        elif job is not None and job.sending and getattr(message, "upload", None) == job.sending.number:
            if isinstance(message, UploadProgressed):
                self._tell_traffic(job, message.sent)
            elif isinstance(message, UploadFailed):
                self._failed(job, message.error)
            elif isinstance(message, FileTranscribed):
                job.sending, job.result = None, message
                sent = job.sent_before + job.sent
                job.report.traffic(job.host, sent, message.received, self._clock(), at_once=True)
                self._end_when_done(job)
        return self._events.take()

    def wake(self, now: float) -> tuple[Events, float | None]:
        job = self._job
        if job is not None and job.retry_at is not None and now >= job.retry_at:
            job.retry_at = None
            self._begin(job)
        waits = [self._grants.wake(now), None if job is None else job.retry_at]
        return self._events.take(), min((due for due in waits if due is not None), default=None)

    def renew(self) -> Events:
        job = self._job
        self._grants.forget(revoke=job is None or job.sending is None)
        if job is not None and job.retry_at is not None:
            job.retry_at = self._clock()
        elif job is not None and job.sending is None and job.result is None:
            self._begin(job)  # it was waiting for the grant that is forgotten now
        return self._events.take()

    def release(self) -> Events:
        events = self.abort()
        self._grants.forget(revoke=True)
        return events

    def close(self, timeout_s: float = QUIT_S) -> None:
        """Close the session at the end of the program; wait `timeout_s` for that at most."""
        self.abort()
        self._grants.close(timeout_s)

    def _begin(self, job: _Job) -> None:
        job.report.connecting()
        if self._grants.current() is None:
            self._grants.fetch()
        else:
            self._send(job)

    def _send(self, job: _Job) -> None:
        grant = self._grants.current()
        if grant is None or job.sending is not None or job.retry_at is not None or job.result is not None:
            return
        from saywrite.speech.aiola.file_request import FileRequest  # late: it imports the network's libraries

        self._uploads += 1
        job.host = host_of(grant.account.base_url)
        job.sent_before, job.sent = job.sent_before + job.sent, 0
        number = self._uploads
        job.sending = FileRequest(number, job.request, grant, self._network, self._incoming)
        job.sending.start()

    def _tell_traffic(self, job: _Job, sent: int) -> None:
        if sent == 0:
            job.report.connected()
            job.is_connected = True
        job.sent = sent
        job.report.traffic(job.host, job.sent_before + sent, 0, self._clock(), at_once=True)

    def _failed(self, job: _Job, error: SaywriteError) -> None:
        """Schedule another attempt, or end the dictation where that is pointless."""
        job.sending = None
        now = self._clock()
        job.failing_since = now if job.failing_since is None else job.failing_since
        self._read_silence(job, error)
        if isinstance(error, TokenExpired):
            job.refusals += 1
            account = self._grants.account
            self._grants.forget()
            if job.refusals > 1 or (account is not None and account.sign_in == "token"):
                error = KeyRefused(error.what, message("Check how to sign in, in {settings}.", settings=SETTINGS))
        if not (isinstance(error, ServiceError) and error.curable) or now - job.failing_since >= GIVE_UP_S:
            self._give_up(job, error)
            return
        wait_s = _wait(error, job.delays)
        log.info("%s; again in %.1f s", type(error).__name__, wait_s)
        job.report.down(error, wait_s)
        job.retry_at = now + wait_s

    def _read_silence(self, job: _Job, error: SaywriteError) -> None:
        """Replace the token once after several connections that were lost without a reason: it may be refused."""
        was_connected, job.is_connected = job.is_connected, False
        if not (was_connected and isinstance(error, ServiceUnreachable)):
            return
        job.silent_refusals += 1
        account = self._grants.account
        if job.silent_refusals == SILENT_REFUSALS and account is not None and account.sign_in != "token":
            self._grants.forget(revoke=True)

    def _give_up(self, job: _Job, error: SaywriteError) -> None:
        about = ""
        if isinstance(error, ServiceError):
            job.report.down(error, None)
            about = "network" if error.curable else "account"
        self._events.add(Failed(job.request.dictation, error.what, error.remedy, fatal=True, about=about))
        self._end(job, complete=False)

    def _end_when_done(self, job: _Job) -> None:
        """Report the text as soon as all sound was counted, too, because only then the file's length is known."""
        result = job.result
        if result is None or not job.complete:
            return
        dictation = job.request.dictation
        end = job.heard if result.end_s is None else round(result.end_s * SAMPLE_RATE)
        end = min(end, job.heard) if job.heard else end
        if result.transcript:
            start = min(round(result.start_s * SAMPLE_RATE), end)
            self._events.add(Final(dictation, result.transcript, start, end))
        job.report.progress(job.heard, job.heard)
        job.report.closed()
        self._end(job, complete=True)

    def _end(self, job: _Job, *, complete: bool) -> None:
        if job.sending is not None:
            job.sending.abort()
        self._job = None
        self._events.add(RecognizerFinished(job.request.dictation, complete))


def _wait(error: ServiceError, ordinary: Iterator[float]) -> float:
    """Seconds until the next attempt."""
    if error.retry_after_s is not None:
        return error.retry_after_s
    if isinstance(error, TokenExpired):
        return 0.0
    return CROWDED_S if isinstance(error, (TooManyDictations, RateLimited)) else next(ordinary)
