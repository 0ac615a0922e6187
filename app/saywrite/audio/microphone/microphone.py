"""The microphone as a source of sound. A `CaptureSession` does the work between start and end.

Owned by the dictation thread, on which every method is called and which calls `post` receives into its inbox.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from saywrite.audio.backend.audio_thread import AudioThread
from saywrite.audio.backend.pulse_server import SoundServer
from saywrite.audio.microphone.capture_session import CaptureSession
from saywrite.audio.source import Post, SoundSink
from saywrite.foundation.events import Device


class Microphone:
    """Implements `Source`. `device` None: the system's default device, also after it changes.

    `audio` and `server` are shared by the whole program. After `stop()` the capture continues for 250 ms; then its last
    blocks are taken. `now` and `clock` are monotonic seconds.
    """

    def __init__(
        self,
        post: Post,
        device: Device | None,
        audio: AudioThread,
        server: SoundServer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._post = post
        self._device = device
        self._audio = audio
        self._server = server
        self._clock = clock
        self._session: CaptureSession | None = None

    def start(self, sink: SoundSink) -> None:
        if self._session is not None and not self._session.over:
            raise RuntimeError("the microphone is in use")
        self._session = CaptureSession(sink, self._post, self._device, self._audio, self._server, self._clock)

    def allow(self, samples: int) -> None:
        """Do nothing, because speech does not wait."""

    def stop(self, now: float) -> None:
        if self._session is not None and not self._session.over:
            self._session.stop(now)

    def abort(self) -> None:
        if self._session is not None:
            self._session.end(finish=False)

    def receive(self, message: object) -> None:
        if self._session is not None and not self._session.over:
            self._session.receive(message)

    def wake(self, now: float) -> float | None:
        if self._session is None or self._session.over:
            return None
        return self._session.wake(now)
