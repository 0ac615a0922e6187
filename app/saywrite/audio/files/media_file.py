"""A sound or video file decoded by FFmpeg (PyAV): one audio track of it, as 16 kHz mono.

Runs on the thread of the file's reader. PyAV, which loads 50 MB of libraries, is imported when a file is opened. FFmpeg
reads through a Python file object, never by a name or an address: names need not be UTF-8, and a playlist or a
reference within a file cannot make it open anything else.
"""

from __future__ import annotations

import errno
import io
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, BinaryIO

from saywrite.audio.files.decoded_frames import convert, frames_of
from saywrite.audio.files.file_ends import Damage, find_damage
from saywrite.audio.files.file_view import FileView
from saywrite.audio.files.frame_chain import FRAMED, frame_length, mp3_length
from saywrite.audio.files.headers import WavData, find_wav_data, is_wav, repair_streamed, repaired
from saywrite.audio.files.ogg_pages import ogg_links
from saywrite.audio.files.timeline import LONGEST_S, Timeline
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE

log = logging.getLogger(__name__)

FORMATS = (
    "aac,ac3,eac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,flac,flv,gsm,ircam,loas,matroska,mov,mp3,mpc,mpc8,mpeg,"
    "mpegts,nist,nut,ogg,rm,sox,tak,tta,voc,w64,wav,wv,xwma"
)
"""FFmpeg's names of the containers that are read: none that fetches other files, draws pictures or reads text."""

_COUNTED = ("wav", "flac", "tta", "wv", "aiff", "au", "ape", "mov,mp4,m4a,3gp,3g2,mj2")
"""Containers whose length is counted; that of others is an estimate, or the last time stamp that is there."""

_MOV = "mov,mp4,m4a,3gp,3g2,mj2"

_STRUCTURED = (_MOV, "matroska,webm", "ogg", "avi", "caf", "w64", "flv")
"""Containers whose structure shows whether they break off."""

_TIMED = (_MOV, "matroska,webm", "ogg", "mpegts", "mpeg", "asf", "flv", "nut")
"""Containers that store when each packet is heard; that of others is counted from what was read."""

_CLOCKED = ("mpegts", "mpeg")
_CLOCK_JUMP_S = 10.0  # in streams that may change their clock; FFmpeg's own programs have the same limit

_PRIMING_S = 0.5  # decoders may drop that much of the beginning, which the encoder has added

_TAGS = (b"ID3", b"TAG", b"APETAGEX")  # between joined MP3 files

_CLOSE_S = 0.15  # a container's length counts what encoders add at both ends

_BUFFER = 1 << 17  # 128 KiB: with FFmpeg's default of 32 KiB it would call into Python four times as often
_SCAN_S = 60  # of each track, where there are several
_SILENT_RATIO = 0.01  # −40 dB below the loudest track

TOLERANCE_S = 0.1
"""Seconds that a counted length may be longer: encoders add and cut a frame at both ends."""


class Undecodable(Exception):
    """FFmpeg finds nothing to decode; the message says why: "format", "sound", "codec" or "unfinished"."""


@dataclass(slots=True)
class Report:
    """How the decoding of a file went, once `MediaFile.blocks()` is exhausted. Times are in seconds."""

    decoded_s: float = 0.0
    skipped_s: float = 0.0
    """The length of the parts in the middle that cannot be decoded."""
    filled_s: float = 0.0
    """The silence within `decoded_s` that stands for sound between two frames, skipped or never recorded."""
    promised_s: float | None = None
    broken: bool = False
    """Whether the file breaks off."""

    def is_short(self) -> bool:
        """Whether less was decoded and skipped than the header promised."""
        there = self.decoded_s + max(0.0, self.skipped_s - self.filled_s)
        return self.promised_s is not None and there < self.promised_s - TOLERANCE_S


@dataclass(slots=True)
class _EndOfFile:
    """The last packet: whether it shows that the file was cut."""

    failed: bool = False
    corrupt: bool = False
    length_s: float = 0.0
    """That of the last frame."""
    short: bool = False
    size: int = 0
    lost_s: float = 0.0
    """Those of the last packets that could not be decoded: what follows shows whether they are the end."""


class MediaFile:
    """An open file, which the caller closes. Raises Undecodable and OSError."""

    def __init__(self, path: Path) -> None:
        self.report = Report()
        self._file: BinaryIO = path.open("rb")
        try:
            self._size = self._file.seek(0, os.SEEK_END)
            self._container: Any = None
            self._wav: WavData | None = None
            self._timeline = Timeline()
            self._tail = _EndOfFile()
            self._parts = self._find_parts()
            self._container = self._open(self._parts[0])
            self._stream = self._choose_track(self._parts[0])
            self.format = str(self._container.format.name).split(",")[0].upper()
            context = self._stream.codec_context
            self.rate, self.channels = int(context.sample_rate or 0), int(context.channels or 0)
            self._restart_timeline()
            self._find_promise()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
        self._file.close()

    @property
    def seconds(self) -> float | None:
        """The length in the header; None where it has none."""
        return self.report.promised_s

    def blocks(self, block_s: float) -> Iterator[bytes]:
        """Yield 16 kHz mono s16le, `block_s` seconds at a time, fewer at the end; then `report` is complete."""
        size, waiting = int(block_s * SAMPLE_RATE) * BYTES_PER_SAMPLE, bytearray()
        for seconds, pcm in convert(self._placed()):
            self.report.decoded_s += seconds
            waiting += pcm
            while len(waiting) >= size:
                yield bytes(waiting[:size])
                del waiting[:size]
        if waiting:
            yield bytes(waiting)
        self._judge()

    def _find_parts(self) -> list[BinaryIO | FileView]:
        """The parts that FFmpeg reads, one after the other.

        They are the file itself, the file with corrected lengths (WAV, AIFF, AU), or the streams of a chained Ogg file.
        """
        self._file.seek(0)
        head = self._file.read(12)
        if is_wav(head):
            self._wav = data = find_wav_data(self._file, self._size)
            return [self._file if data is None or data.length == data.written else repaired(self._file, data)]
        if head.startswith(b"OggS"):
            links = ogg_links(self._file, self._size)
            if links != [(0, self._size)]:
                return [FileView(self._file, start, end) for start, end in links]
        return [repair_streamed(self._file, self._size) or self._file]

    def _open(self, part: BinaryIO | FileView) -> Any:
        import av

        av.logging.set_level(None)  # FFmpeg would write its messages to our standard error
        part.seek(0)
        try:
            return av.open(
                _Reader(part),
                container_options={"format_whitelist": FORMATS},
                metadata_errors="replace",
                buffer_size=_BUFFER,
                io_open=_refuse,
            )
        except av.error.FFmpegError as error:
            log.info("the file cannot be opened: %s", type(error).__name__)
            part.seek(0)
            boxes = part.read(8)[4:] == b"ftyp"
            raise Undecodable("unfinished" if boxes else "format") from error
        except ValueError as error:  # no such codec or layout
            raise Undecodable("codec") from error

    def _choose_track(self, part: BinaryIO | FileView) -> Any:
        """The track that FFmpeg would take, unless it is silent and another one is not."""
        tracks = [stream for stream in self._container.streams.audio if stream.codec_context is not None]
        if not tracks:
            raise Undecodable("codec" if self._container.streams.audio else "sound")
        best = self._container.streams.best("audio")
        chosen = best.index if best is not None and best in tracks else tracks[0].index
        if len(tracks) > 1:
            levels = self._scan([stream.index for stream in tracks])
            loudest = max(levels, key=lambda index: levels[index])
            if levels[chosen] < _SILENT_RATIO * levels[loudest]:
                chosen = loudest
            self._container.close()
            self._container = self._open(part)
        return self._container.streams[chosen]

    def _scan(self, indexes: list[int]) -> dict[int, float]:
        """The level of the first minute of each track."""
        import av
        import numpy as np

        levels = dict.fromkeys(indexes, 0.0)
        for packet in self._demux([self._container.streams[index] for index in indexes]):
            if packet.pts is not None and packet.pts * packet.time_base > _SCAN_S:
                break
            try:
                for frame in packet.decode():
                    level = float(np.std(frames_of(frame)))
                    levels[packet.stream_index] = max(levels[packet.stream_index], level)
            except av.error.FFmpegError:
                continue
        return levels

    def _find_promise(self) -> None:
        name = str(self._container.format.name)
        seconds = float(self._stream.duration * self._stream.time_base) if self._stream.duration else None
        if name in _COUNTED and seconds is not None:
            self.report.promised_s = seconds + self._timeline.silence_at_start(self._start(None, 0.0))
        elif name == "mp3":
            at = self._file.tell()  # FFmpeg reads on from here
            counted = mp3_length(self._file)
            self._file.seek(at)
            if counted is not None and seconds is not None:
                self.report.promised_s = min(counted, seconds)  # FFmpeg subtracts what the encoder added

    def _restart_timeline(self) -> None:
        """Begin with the time stamps of a part. Containers may start at any time: MPEG-TS counts on for days."""
        container, name = self._container, str(self._container.format.name)
        begin = (container.start_time or 0) / 1e6
        known = container.duration and name != _MOV  # that of a fragment, maybe
        end = begin + container.duration / 1e6 if known else None
        self._timeline.restart(begin, end, _CLOCK_JUMP_S if name in _CLOCKED else LONGEST_S)

    def _start(self, first: float | None, lost_s: float) -> float:
        """When the sound begins. FFmpeg reports 0 for a track that it has not met yet."""
        start = float((self._stream.start_time or 0) * self._stream.time_base)
        return first if first is not None and first > start + _PRIMING_S else start + lost_s

    def _demux(self, streams: Any) -> Iterator[Any]:
        """Yield the packets, until the rest cannot be read; `report` then says so."""
        import av

        packets = self._container.demux(streams)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except IndexError:  # PyAV meets a packet of a track that began behind the header
                packets = self._container.demux(streams)
                continue
            except av.error.FFmpegError as error:
                log.info("the file cannot be read on: %s", type(error).__name__)
                self.report.broken = True
                return
            yield packet

    def _placed(self) -> Iterator[tuple[float, Any]]:
        """Yield (seconds of silence before the frame, the frame) through all parts of the file."""
        for part in self._parts:
            if part is not self._parts[0]:
                self._container.close()
                try:
                    self._container = self._open(part)
                    self._stream = self._choose_track(part)
                except Undecodable:
                    self.report.broken = True
                    return
                self._restart_timeline()
            if str(self._container.format.name) in _TIMED:
                yield from self._place()
            else:
                yield from ((0.0, frame) for _, frame in self._decode())

    def _place(self) -> Iterator[tuple[float, Any]]:
        """Yield (seconds of silence before the frame by the time stamps, the frame) of one part."""
        first = True
        for (lost_s, frame), following in pairwise(chain(self._decode(), ((0.0, None),))):
            length, later = frame.samples / frame.sample_rate, following[1]
            silence_s = self._timeline.silence_before(frame.time, length, None if later is None else later.time)
            if first:
                silence_s = self._timeline.silence_at_start(self._start(frame.time, lost_s))
                self.report.filled_s += min(silence_s, lost_s)
                first = False
            else:
                self.report.filled_s += silence_s
            yield silence_s, frame

    def _decode(self) -> Iterator[tuple[float, Any]]:
        """Yield (seconds of what could not be decoded before the frame, the frame) of one part."""
        import av

        tail = self._tail
        name = str(self._container.format.name)
        constant, zeros_are_sound = name in ("ac3", "dts"), not name.startswith("amr")
        for packet in self._demux(self._stream):
            if packet.size and not (zeros_are_sound or any(memoryview(packet))):
                tail.lost_s += tail.length_s
                continue
            if packet.size:
                tail.corrupt, tail.failed = bool(packet.is_corrupt), False
                tail.short = frame_length(bytes(memoryview(packet)[:7])) > packet.size
                if constant:  # all frames have one size, give or take a word
                    tail.short = bool(tail.size) and abs(packet.size - tail.size) not in (0, 2)
                    tail.size = packet.size
            try:
                for frame in packet.decode():
                    tail.corrupt = tail.corrupt or bool(frame.is_corrupt)
                    if frame.samples and frame.sample_rate:
                        lost_s, tail.lost_s = tail.lost_s, 0.0
                        self.report.skipped_s += lost_s
                        tail.length_s = frame.samples / frame.sample_rate
                        yield lost_s, frame
            except av.error.FFmpegError:
                tail.failed = True
                if not bytes(memoryview(packet)[:8]).startswith(_TAGS):
                    tail.lost_s += float(packet.duration * packet.time_base) if packet.duration else tail.length_s

    def _judge(self) -> None:
        """Fill in the report at the end of the file."""
        report, tail = self.report, self._tail
        name = str(self._container.format.name)
        if self._wav is not None:
            report.broken = self._wav.promised is not None
            if self._wav.promised is not None:
                report.promised_s = report.decoded_s * self._wav.promised / max(1, self._wav.length)
            return
        damage = find_damage(self._file, name, int(self._stream.id))
        if damage.cut:
            report.broken = True
        elif report.promised_s is not None:
            report.broken = report.is_short()
        elif name in ("mp3", "aac"):  # what follows the last frame is often a tag
            report.broken = report.broken or tail.short
        elif name not in _STRUCTURED:
            report.broken = report.broken or tail.failed or tail.corrupt or tail.short
        self._count_holes(damage)

    def _count_holes(self, damage: Damage) -> None:
        """Count the pauses as skipped where sound is missing; without one, the rest of the file is."""
        report, name = self.report, str(self._container.format.name)
        if report.filled_s > TOLERANCE_S:
            if damage.holes or (
                name == "asf" and not self._has_moving_picture()
            ):  # a dictation machine leaves no pause
                report.skipped_s = max(report.skipped_s, report.filled_s)
        elif damage.holes and report.skipped_s <= TOLERANCE_S and name not in _CLOCKED:  # joined ones count anew
            # That of Ogg ends before what is missing, that of frames is an estimate by what is there.
            whole = None if name in ("ogg", *FRAMED) else self._container.duration
            report.broken = report.broken or not whole or report.decoded_s < whole / 1e6 - _CLOSE_S

    def _has_moving_picture(self) -> bool:
        from av.stream import Disposition

        return any(not stream.disposition & Disposition.attached_pic for stream in self._container.streams.video)


class _Reader:
    """The file for PyAV, without a name by which FFmpeg could open it."""

    def __init__(self, file: BinaryIO | FileView) -> None:
        self.read = file.read
        self.tell = file.tell
        self._seek = file.seek

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self._seek(offset, whence)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return -errno.EINVAL  # FFmpeg has the place from the file and goes on without it

    def seekable(self) -> bool:
        return True


def _refuse(url: str, flags: int, options: object) -> io.BytesIO:
    """Refuse to open another file or an address on the network for a file."""
    raise PermissionError("a file may not refer to another one")
