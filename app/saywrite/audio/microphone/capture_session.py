"""Captures the sound of one dictation, although devices and sound servers may come and go.

Everything here runs on the dictation thread. An `InputStream` is opened and closed on the audio thread and posts its
blocks, the sound server's thread posts its snapshots; both arrive through `receive()`, time through `wake()`.

    start ─► attempt ─first block─► capture ─► stop: tail of 250 ms ─► close ─► Closed ─► ended
              ▲    │ failed, hung      │ ended, gone: lost
              └────┴─ again after ◄────┘ stalled: a second attempt beside it; the first to speak wins

`SoundAssembler` counts what is missing meanwhile; `SourceRouter` decides which source of the server is recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from saywrite.audio.backend.audio_thread import AudioThread
from saywrite.audio.backend.portaudio import REMEDY_NONE
from saywrite.audio.backend.pulse_server import ABSENT, ChangePending, ServerSnapshot, SoundServer
from saywrite.audio.microphone.device_opener import (
    LOST,
    RETRY_S,
    SILENT,
    STALLED,
    DeviceOpener,
    OncePerProblemNotifier,
    no_sound,
    silence,
    very_quiet,
)
from saywrite.audio.microphone.input_stream import (
    AudioBlock,
    InputStream,
    OpenFailed,
    StreamClosed,
    StreamEnded,
    StreamOpened,
)
from saywrite.audio.microphone.sound_assembler import SoundAssembler
from saywrite.audio.microphone.source_router import SourceRouter, StreamLocation
from saywrite.audio.source import FromSource, Post, SoundSink
from saywrite.foundation.errors import AudioError, MicrophoneLost, NoMicrophone
from saywrite.foundation.events import Device
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

TAIL_S = 0.25
"""Capture continues for this long after stop: users release the key with the last word."""

TAIL_LIMIT_S = 0.1
"""Blocks arrive up to 40 ms after their sound; the wait for the end of the tail is no longer than this, and
`SECOND_LOOK_S`, where the machine is busy.
"""

DRAIN_LIMIT_S = 0.4
"""Closing takes 1 ms; a frozen sound server never answers. The dictation ends then, and the audio thread waits on."""

SERVER_LIMIT_S = 0.3
"""The sound server's answer takes 10 ms; without it the device is opened unseen."""

STALL_S = 1.0
REOPEN_S = 3.0
"""A stream without blocks for `STALL_S` has stalled; after `REOPEN_S` another one is tried beside it."""

UNSETTLED_LIMIT_S = 1.0
"""The sound server reports a change within 30 ms; blocks wait for its report no longer than this."""

SECOND_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Due:
    """A session's message to itself, to do what is due."""


class CaptureSession:
    """The capture of one dictation. `over` turns True with `ended()`. Times are monotonic seconds."""

    def __init__(
        self,
        sink: SoundSink,
        post: Post,
        device: Device | None,
        audio: AudioThread,
        server: SoundServer,
        clock: Callable[[], float],
    ) -> None:
        now = clock()
        self.over = False
        self._sink = sink
        self._post = post
        self._device = device
        self._server = server
        self._clock = clock
        self._track = SoundAssembler(sink)
        self._route = SourceRouter(device)
        self._problems = OncePerProblemNotifier(sink)
        self._opening = DeviceOpener(post, audio, server, device, self._route, self._problems, now + SERVER_LIMIT_S)
        self._snapshot: ServerSnapshot | None = None
        self._capture: InputStream | None = None
        self._opened_as = device.label if device else message("The microphone")
        self._last_at = now
        self._stalled = False
        self._deaf = False
        self._unsettled_since: float | None = None
        self._waiting: list[AudioBlock] = []
        self._stop_at: float | None = None
        self._drain_until: float | None = None
        self._look_again_at: float | None = None
        self._asked = False
        server.subscribe(self, lambda change: post(FromSource((self, change))), closely=True)

    def stop(self, now: float) -> None:
        if self._stop_at is not None:
            return
        self._stop_at = now
        if self._capture is None and self._opening.attempt is None:
            self.end()
        elif self._stalled:
            self._drain(now)

    def receive(self, message: object) -> None:
        """Take a message of a stream, of the sound server or of this session."""
        match message:
            case AudioBlock():
                self._on_block(message)
            case (owner, Due()) if owner is self:
                self._asked = False
                now, due = self._clock(), self._due()
                if due is not None and now >= due:  # a message that came meanwhile may have changed it
                    self._act(now)
            case (owner, ServerSnapshot() | ChangePending() as change) if owner is self:
                self._on_server(change)
            case StreamOpened(number) if self._opening.is_for(number):
                self._opening.opened(self._clock())
            case OpenFailed(number, error) if self._opening.is_for(number):
                self._opening.attempt = None
                self._on_failure(error)
            case StreamEnded(number) if self._opening.is_for(number):
                log.info("stream %d ended before it had sound", number)
                self._opening.drop()
            case StreamEnded(number) if self._is_capture(number) and self._drain_until is None:
                self._lose()
            case StreamClosed(number) if self._is_capture(number) and self._drain_until is not None:
                self.end()
            case _:
                pass  # of an earlier session, or of a capture that was given up

    def wake(self, now: float) -> float | None:
        """Do what is due after a second look, and behind all messages that wait in the inbox by then.

        If this thread or the whole program was late, the blocks and answers that seemed missing have come by then.
        """
        due = self._due()
        if due is None or self._asked:
            return None
        if now < due:
            self._look_again_at = None
            return due
        if self._look_again_at is None:
            self._look_again_at = now + SECOND_LOOK_S
        if now < self._look_again_at:
            return self._look_again_at
        self._look_again_at = None
        self._asked = True
        self._post(FromSource((self, Due())))
        return None

    def end(self, finish: bool = True) -> None:
        """End the session without a wait; what is still open closes on the audio thread."""
        if self.over:
            return
        self._server.unsubscribe(self)
        self._opening.drop()
        if self._capture is not None and self._drain_until is None:
            self._capture.close()
        if finish:
            self._settle()
            self._track.finish(self._clock() if self._stop_at is None else self._stop_at)
        self.over = True
        self._sink.ended()

    def _open(self, now: float) -> None:
        error = self._opening.start(now, self._snapshot)
        if error is not None:
            self._on_failure(error)

    def _on_failure(self, error: AudioError) -> None:
        """End the dictation if it has no sound so far; else report the error, and opening is tried again."""
        if self._stop_at is not None:
            return
        if not self._track.opened:
            self._sink.failed(error, True)
            self.end(finish=False)
        elif not isinstance(error, NoMicrophone):  # the loss has been reported
            self._problems.report(type(error), error)

    def _on_block(self, block: AudioBlock) -> None:
        if self._opening.is_for(block.capture):
            self._adopt(block)
            self._follow()  # the server may have spoken before the first block
            if not self._is_capture(block.capture):
                return
        elif not self._is_capture(block.capture):
            return
        self._last_at = block.at
        if self._stalled:
            self._stalled = False
            self._problems.over(STALLED)
            self._opening.drop()
        if self._unsettled_since is not None:
            self._waiting.append(block)
        elif not self._deaf:
            self._hear(block)
        if self._stop_at is None or self._drain_until is not None:
            return
        if block.at >= self._stop_at + TAIL_S and not self._track.late:  # closing drops what is buffered
            self._drain(block.at)

    def _adopt(self, block: AudioBlock) -> None:
        """Make the attempt, which has delivered its first block, the capture."""
        known = self._track.opened
        self._settle()
        self._track.interrupt()
        if self._capture is not None:
            self._capture.close()
        capture = self._capture = self._opening.adopt()
        self._opened_as = block.format.label
        self._stalled = self._deaf = False
        self._problems.over()
        note = message("Capture goes on.") if known else ""
        if capture.source is not None:
            note = self._route.opened(capture.source, self._snapshot or ABSENT) or note
        elif self._device is not None and block.format.fallback:
            note = message(
                "{label} is not connected. Using {other}.", label=self._device.label, other=block.format.label
            )
        if not known:
            self._track.open(block)
        if note:
            self._sink.source_changed(block.format.label, note)

    def _hear(self, block: AudioBlock) -> None:
        self._track.add(block)
        if self._track.silent:
            heard = self._route.heard.name if self._route.heard else None
            microphones = self._snapshot.microphones if self._snapshot else ()
            muted = any(source.name == heard and source.muted for source in microphones)
            self._problems.report(SILENT, silence(self._label(), muted))
        elif self._track.quiet:
            self._problems.report(SILENT, very_quiet(self._label()))

    def _lose(self) -> None:
        """Close a capture that was lost, and schedule another one unless the dictation is being stopped."""
        assert self._capture is not None
        label = self._label()
        self._settle()
        self._track.interrupt()
        self._track.cause = message("{label} was not available.", label=label)
        self._capture.close()
        self._capture = None
        if self._stop_at is not None:
            self.end()
            return
        self._problems.report(
            LOST,
            MicrophoneLost(
                message("{label} went away.", label=label), message("Capture goes on as soon as it is back.")
            ),
        )
        self._opening.retry(self._clock() + RETRY_S[0])

    def _due(self) -> float | None:
        """When `_act()` has something to do if no message comes before; None: never."""
        if self.over:
            return None
        if self._stop_at is not None:
            return self._drain_until or self._stop_at + TAIL_S + TAIL_LIMIT_S
        dues = [self._opening.due]
        if self._capture is not None and not self._stalled:
            dues.append(self._last_at + STALL_S)
        elif self._opening.attempt is None:
            dues.append(self._opening.retry_at)
        if self._unsettled_since is not None:
            dues.append(self._unsettled_since + UNSETTLED_LIMIT_S)
        return min((due for due in dues if due is not None), default=None)

    def _act(self, now: float) -> None:
        if self._unsettled_since is not None and now >= self._unsettled_since + UNSETTLED_LIMIT_S:
            self._settle()
        if self._drain_until is not None:
            self.end()
            return
        if self._stop_at is not None:
            self._drain(now)
            return
        if self._capture is not None and not self._stalled and now >= self._last_at + STALL_S:
            self._on_stall()
        self._opening.act(now)
        waiting = self._capture is None or self._stalled
        if waiting and self._opening.attempt is None and now >= self._opening.retry_at:
            self._open(now)

    def _on_stall(self) -> None:
        self._stalled = True
        self._opening.retry(self._last_at + REOPEN_S)
        if self._track.hearing:
            self._track.cause = message("{label} delivered no sound.", label=self._label())
            self._problems.report(STALLED, no_sound(self._label()))

    def _on_server(self, change: ServerSnapshot | ChangePending) -> None:
        now = self._clock()
        if isinstance(change, ChangePending):
            self._unsettled_since = self._unsettled_since or now
            return
        before, self._snapshot = self._snapshot, change
        if before is None:
            log.debug("sound server: %s", f"{len(change.microphones)} microphones" if change.present else "none")
        self._follow()
        self._settle()
        if self._stop_at is not None or self.over:
            return
        stream = self._capture or self._opening.attempt
        if before is None and change.present and self._device is None and stream is not None and stream.source is None:
            self._replace_unseen(change)
        if stream is not None:
            return
        if before is None or (change.microphones and change.microphones != before.microphones):
            self._opening.retry(now)
            self._open(now)

    def _replace_unseen(self, snapshot: ServerSnapshot) -> None:
        """Replace the default device, opened before the server answered and maybe a monitor, by a source."""
        if self._capture is not None and self._route.target(snapshot) is None:
            self._sink.failed(NoMicrophone(message("There is no microphone."), REMEDY_NONE), True)
            self.end(finish=False)
            return
        self._opening.drop()
        self._opening.retry(self._clock())
        self._open(self._clock())

    def _follow(self) -> None:
        capture, snapshot = self._capture, self._snapshot
        if capture is None or capture.source is None or snapshot is None or not snapshot.present:
            return
        position = self._route.follow(snapshot, capture.tag, self._clock())
        if position.stream is not None and position.move_to is not None:
            self._server.move(position.stream, position.move_to)
        if position.place is StreamLocation.GONE:
            self._lose()
        elif position.place is StreamLocation.MONITOR and not self._deaf:
            self._deaf = True
            self._track.interrupt()
            self._track.cause = message("There was no microphone.")
            if position.move_to is None:
                self._problems.report(LOST, MicrophoneLost(message("The microphone went away."), REMEDY_NONE))
        elif position.place is StreamLocation.HEARD:
            assert position.source is not None
            note = position.note or (message("{label} is back.", label=position.source.label) if self._deaf else "")
            if note:
                if not self._deaf:
                    self._track.cause = message("The microphone changed to {label}.", label=position.source.label)
                self._sink.source_changed(position.source.label, note)
            self._deaf = False
            self._problems.over(LOST)
            fits = position.source.layout == capture.source.layout or position.move_to is not None
            if not fits and self._opening.attempt is None and self._stop_at is None:
                # The server fills the channels that we asked for by name, here with silence: open a stream that fits.
                # The old one ends with the first sound of the new one.
                self._opening.retry(self._clock())
                self._open(self._clock())

    def _settle(self) -> None:
        """Take the blocks that waited for the server's report; drop them where they are of a monitor."""
        self._unsettled_since = None
        waiting, self._waiting = self._waiting, []
        for block in waiting:
            if self._is_capture(block.capture) and not self._deaf:
                self._hear(block)

    def _drain(self, now: float) -> None:
        """Close the capture and wait for its last blocks, for `DRAIN_LIMIT_S` at most."""
        if self._capture is None:
            self.end()
            return
        self._drain_until = now + DRAIN_LIMIT_S
        self._capture.close()

    def _is_capture(self, number: int) -> bool:
        return self._capture is not None and self._capture.number == number

    def _label(self) -> str:
        if self._route.heard is not None:
            return self._route.heard.label
        return self._opened_as
