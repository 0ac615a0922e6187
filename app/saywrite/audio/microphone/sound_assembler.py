"""Turns the blocks of one dictation into its sound: converts and measures it, and counts its gaps.

Pure but for the sink it calls, on the dictation thread. One stream may follow another; `DropoutDetector` is for one of
them. Time for which no stream has delivered sound is a gap.
"""

from __future__ import annotations

from math import inf

from saywrite.audio.levels import measure, measure_swing
from saywrite.audio.microphone.dropout_detector import LATE_S, Dropout, DropoutDetector
from saywrite.audio.microphone.input_stream import AudioBlock
from saywrite.audio.resampling import Converter
from saywrite.audio.source import SoundSink
from saywrite.foundation.events import SAMPLE_RATE
from saywrite.foundation.messages import message

SILENT_AT_START_S = 1.0
SILENT_LATER_S = 3.0
"""Seconds of exact zeros after which the microphone counts as muted, or withheld by the system."""

QUIET_DBFS = -60.0
QUIET_S = 8.0
"""A microphone counts as very quiet when its sound stays below this level for so many seconds from the beginning:
speech is louder at any usable input level. An offset does not count as sound here.
"""

CAUSE_UNKNOWN = message("Some sound got lost on its way.")
CAUSE_OVERFLOW = message("The computer was too busy to take all sound.")


class SoundAssembler:
    """Delivers the sound of one dictation to `sink`. `cause`: why sound is missing now, "" for unknown."""

    def __init__(self, sink: SoundSink) -> None:
        self._sink = sink
        self._timeline: DropoutDetector | None = None
        self._converter: Converter | None = None
        self._heard_until: float | None = None
        self._zeros_s = 0.0
        self._any_signal = False
        self._quiet_s = 0.0
        self.silent = False
        self.quiet = False
        self.cause = ""

    @property
    def opened(self) -> bool:
        return self._heard_until is not None

    @property
    def hearing(self) -> bool:
        """Whether a stream delivers sound; otherwise a gap is running."""
        return self._timeline is not None

    @property
    def late(self) -> bool:
        """Whether the sound is behind the clock: what is missing was lost, or is still to come."""
        return self._timeline is not None and self._timeline.holding

    def open(self, block: AudioBlock) -> None:
        """Begin the first stream of the dictation with `block`, which is added afterwards."""
        first = _first_sample(block)
        self._heard_until = first
        self._sink.opened(block.format.label, first)

    def add(self, block: AudioBlock) -> None:
        """Take the next block; the time without sound since the last one is a gap."""
        if self._timeline is None:
            self._begin(block)
        assert self._timeline is not None
        for item in self._timeline.add(block.pcm, block.at, block.overflow):
            self._emit(item, block)
        self._heard_until = self._timeline.end
        self._listen_for_silence(block)

    def _begin(self, block: AudioBlock) -> None:
        if self._heard_until is None:
            self.open(block)
        else:
            self._gap(_first_sample(block) - self._heard_until, self.cause or CAUSE_UNKNOWN)
        self._timeline = DropoutDetector(block.format.rate, block.format.channels)
        self._converter = Converter(block.format.rate, block.format.channels)

    def interrupt(self) -> None:
        """This stream has ended (or is no longer to be recorded); until the next block nothing is heard."""
        if self._timeline is None:
            return
        for item in self._timeline.flush():
            self._emit(item, None)
        self._heard_until = self._timeline.end
        self._flush()
        self._timeline = self._converter = None

    def finish(self, until: float) -> None:
        """The dictation ends at `until` (monotonic): what was not heard until then is a gap too."""
        self.interrupt()
        if self._heard_until is not None and until - self._heard_until > LATE_S:
            self._gap(until - self._heard_until, self.cause or CAUSE_UNKNOWN)

    def _emit(self, item: bytes | Dropout, block: AudioBlock | None) -> None:
        if isinstance(item, Dropout):
            self._flush()
            self._gap(item.seconds, CAUSE_OVERFLOW if item.overflow else self.cause or CAUSE_UNKNOWN)
            return
        assert self._converter is not None
        self._sound(self._converter.convert(item), block.at if block else self._heard_until or 0.0)

    def _flush(self) -> None:
        if self._converter is not None:
            self._sound(self._converter.flush(), self._heard_until or 0.0)

    def _sound(self, pcm: bytes, at: float) -> None:
        if pcm:
            self._sink.sound(pcm, measure(pcm, at))
            self._listen_for_quiet(pcm)

    def _listen_for_quiet(self, pcm: bytes) -> None:
        """Set `quiet` when nothing but very quiet sound has come from the beginning on."""
        if self._quiet_s == inf:
            return
        self._quiet_s = inf if measure_swing(pcm) > QUIET_DBFS else self._quiet_s + len(pcm) / (2 * SAMPLE_RATE)
        self.quiet = QUIET_S <= self._quiet_s < inf

    def _gap(self, seconds: float, cause: str) -> None:
        if (length := round(seconds * SAMPLE_RATE)) > 0:
            self._sink.gap(length, cause)
        self.cause = ""

    def _listen_for_silence(self, block: AudioBlock) -> None:
        """Set `silent` at too long a run of exact zeros."""
        if block.pcm.count(0) != len(block.pcm):
            self._any_signal = True
            self._zeros_s = 0.0
            return
        self._zeros_s += len(block.pcm) / (2 * block.format.channels * block.format.rate)
        if self._zeros_s >= (SILENT_LATER_S if self._any_signal else SILENT_AT_START_S):
            self.silent = True


def _first_sample(block: AudioBlock) -> float:
    """Monotonic time of the first sample: arrival less length (the device's own delay is not known)."""
    return block.at - len(block.pcm) / (2 * block.format.channels * block.format.rate)
