"""Decides which source of the sound server to record, and what a move of our stream means.

Pure. PulseAudio and PipeWire move a stream without notice: when its source is unplugged (to any other, even
to a speaker's monitor), when the default source changes (even a stream opened by name), and when the user moves it
in the sound settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from saywrite.audio.backend.pulse_server import HOST_API, ServerSnapshot, ServerSource, ServerStream
from saywrite.foundation.events import Device
from saywrite.foundation.messages import message

DEFAULT_CHANGE_S = 2.0
"""A move within so many seconds of a change of the default source was made by the server, not by the user."""


class StreamLocation(Enum):
    """Where the server's list shows our stream."""

    UNKNOWN = auto()
    """Our stream is not in the list; the source is still there."""
    GONE = auto()
    """The source is gone and our stream is not in the list."""
    MONITOR = auto()
    """Our stream records what a speaker plays; that sound is dropped."""
    HEARD = auto()
    """Our stream records a microphone."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where our stream is. `move_to`: where it should be; `note`: for the user, when the source changed."""

    place: StreamLocation
    source: ServerSource | None = None
    stream: ServerStream | None = None
    move_to: ServerSource | None = None
    note: str = ""


class SourceRouter:
    """Chooses the sources of one dictation. `device`: the microphone that the user chose; None: the default."""

    def __init__(self, device: Device | None) -> None:
        self._wanted = device if device is not None and device.host_api == HOST_API else None
        self._pinned: str | None = None
        self.heard: ServerSource | None = None
        self._default: str | None = None
        self._default_changed = float("-inf")

    def target(self, snapshot: ServerSnapshot) -> ServerSource | None:
        """The source to record now, never a monitor.

        It is the one that the user moved our stream to, else the chosen one, the default one, or any.
        """
        microphones = {source.name: source for source in snapshot.microphones}
        wanted = self._wanted.key if self._wanted else None
        for name in (self._pinned, wanted, snapshot.default):
            if name is not None and name in microphones:
                return microphones[name]
        return next(iter(microphones.values()), None)

    def opened(self, source: ServerSource, snapshot: ServerSnapshot) -> str:
        """Note that our stream, a first or another one, is on `source`; return a note for the user."""
        if self._wanted is not None and self.heard is None and not self._is_wanted(source):
            self.heard = source
            return message(
                "{label} is not connected. Using {other} until it is.", label=self._wanted.label, other=source.label
            )
        return self._note(source, snapshot)

    def follow(self, snapshot: ServerSnapshot, tag: str, now: float) -> Position:
        """Find our stream `tag` in `snapshot`, and say where it is and where it should be."""
        if self._default is not None and snapshot.default != self._default:
            self._default_changed = now
        self._default = snapshot.default
        stream = next((stream for stream in snapshot.streams if stream.tag == tag), None)
        source = next((s for s in snapshot.sources if stream is not None and s.index == stream.source), None)
        if stream is None or source is None:
            names = {s.name for s in snapshot.sources}
            gone = self.heard is not None and self.heard.name not in names
            return Position(StreamLocation.GONE if gone else StreamLocation.UNKNOWN)
        if self._moved_by_hand(source, snapshot, now):
            self._pinned = source.name
        target = self.target(snapshot)
        move_to = target if target is not None and target.name != source.name else None
        if source.monitor:
            return Position(StreamLocation.MONITOR, source, stream, move_to)
        note = self._note(source, snapshot) if move_to is None else ""
        return Position(StreamLocation.HEARD, source, stream, move_to, note)

    def _moved_by_hand(self, source: ServerSource, snapshot: ServerSnapshot, now: float) -> bool:
        """Whether the user moved our stream: its old source is there, and the default has not just changed."""
        before = self.heard
        return (
            before is not None
            and not source.monitor
            and source.name != before.name
            and before.name in {s.name for s in snapshot.microphones}
            and now - self._default_changed > DEFAULT_CHANGE_S
            and source != self.target(snapshot)
        )

    def _note(self, source: ServerSource, snapshot: ServerSnapshot) -> str:
        before, self.heard = self.heard, source
        if before is None or before.name == source.name:
            return ""
        if self._pinned == source.name:
            return message("Moved to {label} in the sound settings.", label=source.label)
        if self._is_wanted(source):
            return _back(source)
        if self._is_wanted(before) or before.name not in {s.name for s in snapshot.sources}:
            return self._unplugged(before, source)
        return message("The system's microphone is now {label}.", label=source.label)

    def _is_wanted(self, source: ServerSource) -> bool:
        return self._wanted is not None and source.name == self._wanted.key

    def _unplugged(self, before: ServerSource, source: ServerSource) -> str:
        names = {"label": before.label, "other": source.label}
        if self._is_wanted(before):
            return message("{label} was unplugged. Using {other} until it is back.", **names)
        return message("{label} was unplugged. Using {other}.", **names)


def _back(source: ServerSource) -> str:
    return message("{label} is back.", label=source.label)
