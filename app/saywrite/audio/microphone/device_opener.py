"""Opens the streams of a capture session, and decides when to try again.

Runs on the dictation thread, as the `CaptureSession` that owns it.
"""

from __future__ import annotations

import logging

from saywrite.audio.backend.audio_thread import HANG_S, AudioThread
from saywrite.audio.backend.devices import as_source, not_answering
from saywrite.audio.backend.portaudio import REMEDY_NONE, silence_remedy
from saywrite.audio.backend.pulse_server import HOST_API, ServerSnapshot, ServerSource, SoundServer
from saywrite.audio.microphone.input_stream import InputStream
from saywrite.audio.microphone.source_router import SourceRouter
from saywrite.audio.source import Post, SoundSink
from saywrite.foundation.errors import AudioError, MicrophoneDenied, MicrophoneLost, NoMicrophone
from saywrite.foundation.events import Device
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)


class OncePerProblemNotifier:
    """Reports a problem once, although every attempt meets it again."""

    def __init__(self, sink: SoundSink) -> None:
        self._sink = sink
        self._told: set[object] = set()

    def report(self, kind: object, error: AudioError) -> None:
        """Show an `error` that does not end the dictation; each `kind` once."""
        if kind not in self._told:
            self._told.add(kind)
            log.info("problem with the microphone: %s", kind.__name__ if isinstance(kind, type) else kind)
            self._sink.failed(error, False)

    def over(self, *kinds: object) -> None:
        """Allow these kinds to be reported again; without `kinds`, all but `SILENT`.

        `SILENT` is reported once in a dictation.
        """
        self._told = self._told - set(kinds) if kinds else self._told & {SILENT}


SILENT = "silent"
LOST = "lost"
STALLED = "stalled"
HUNG = "hung"
"""Kinds of problems. The kind of a failed open is the class of its error."""


FIRST_SOUND_S = 3.0
DROP_S = 9.0
"""A stream that is open without any block for so long is reported as a problem; after `DROP_S` it is dropped."""

RETRY_S = (0.25, 2.0)
"""The first wait between two tries, doubling up to the second."""


class DeviceOpener:
    """Makes one attempt at a time to open a stream. Times are monotonic seconds."""

    def __init__(
        self,
        post: Post,
        audio: AudioThread,
        server: SoundServer,
        device: Device | None,
        route: SourceRouter,
        problems: OncePerProblemNotifier,
        first_try: float,
    ) -> None:
        self.attempt: InputStream | None = None
        self.served = False
        self.retry_at = first_try
        self._post = post
        self._audio = audio
        self._server = server
        self._device = device
        self._route = route
        self._problems = problems
        self._backoff = RETRY_S[0]
        self._since = first_try
        self._due = first_try
        self._open = False
        self._patient = False

    def is_for(self, number: int) -> bool:
        return self.attempt is not None and self.attempt.number == number

    def start(self, now: float, snapshot: ServerSnapshot | None) -> NoMicrophone | None:
        """Begin an attempt if one is possible now. Returns the error where there is no microphone."""
        self.retry_at = now + self._backoff
        self._backoff = min(RETRY_S[1], self._backoff * 2)
        source: ServerSource | None = None
        wants_server = self._device is None or self._device.host_api == HOST_API
        if snapshot is not None and snapshot.present and wants_server:
            source = self._route.target(snapshot)
            if source is None:
                return NoMicrophone(message("There is no microphone."), REMEDY_NONE)
        elif self.served:
            self._server.look()
            return None
        elif snapshot is None and self._device is not None and wants_server:
            source = as_source(self._device)
        if self._audio.stuck:
            self._problems.report(HUNG, not_answering())
            return None
        self.attempt = InputStream(self._post, self._audio, source, self._device)
        log.debug("stream %d: opening %s", self.attempt.number, "a source" if source else "a device")
        self._since, self._due, self._open, self._patient = now, now + HANG_S, False, False
        self.attempt.open()
        return None

    def opened(self, now: float) -> None:
        """Note that the attempt is open; its first sound is awaited now."""
        assert self.attempt is not None
        log.debug("stream %d: open after %.3f s", self.attempt.number, now - self._since)
        self._since, self._due, self._open = now, now + FIRST_SOUND_S, True

    def adopt(self) -> InputStream:
        """Give the attempt, which delivers sound, to the caller as its capture."""
        attempt, self.attempt = self.attempt, None
        assert attempt is not None
        log.debug("stream %d: has sound", attempt.number)
        self.served = self.served or attempt.source is not None
        self._backoff = RETRY_S[0]
        return attempt

    def drop(self) -> None:
        """Close the attempt, if there is one."""
        attempt, self.attempt = self.attempt, None
        if attempt is not None:
            log.debug("stream %d: not needed any more", attempt.number)
            attempt.close()

    def retry(self, at: float) -> None:
        """Schedule the next try for `at`; the waits behind it begin with the shortest again."""
        self.retry_at = at
        self._backoff = RETRY_S[0]

    @property
    def due(self) -> float | None:
        """When the attempt has taken too long."""
        return None if self.attempt is None else self._due

    def act(self, now: float) -> None:
        """Report an attempt that has taken too long, or give it up."""
        attempt = self.attempt
        if attempt is None or now < self._due:
            return
        if not self._open:
            self._due = attempt.job_began + HANG_S  # it may wait behind other streams, whose jobs do not hang
            if now < self._due:
                return
            self.attempt = None
            attempt.give_up()
            self._problems.report(HUNG, not_answering())
        elif not self._patient:
            self._patient, self._due = True, self._since + DROP_S
            label = attempt.source.label if attempt.source else message("The microphone")
            self._problems.report(STALLED, no_sound(label))
        else:
            self.drop()


def no_sound(label: str) -> MicrophoneLost:
    return MicrophoneLost(
        message("{label} delivers no sound.", label=label), message("Recording goes on as soon as sound arrives.")
    )


def silence(label: str, muted: bool) -> MicrophoneDenied:
    """The problem of a microphone that delivers exact zeros, which a working one never does."""
    if muted:
        return MicrophoneDenied(
            message("{label} is muted.", label=label),
            message("Unmute it in the sound settings or with its mute key."),
        )
    return MicrophoneDenied(message("{label} delivers nothing but silence.", label=label), silence_remedy())


def very_quiet(label: str) -> AudioError:
    """The problem of a microphone that is not muted, but delivers nothing as loud as speech."""
    return AudioError(
        message("{label} is very quiet.", label=label),
        message("Raise its input level in the sound settings, or come closer to it."),
    )
