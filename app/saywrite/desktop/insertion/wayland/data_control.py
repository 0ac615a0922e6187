"""The Wayland clipboard through data control: reads every format, offers ours, and records reads.

The protocol does not name the program that reads. Programs that watch the clipboard read as soon as it changes, so any
program that reads after the paste keys counts as the target.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from saywrite.desktop.insertion.base import MOST_BYTES, PASSWORD_HINT, READ_S, FailureReason, unavailable
from saywrite.desktop.insertion.wayland.wire_protocol import Arguments, Wire
from saywrite.foundation.messages import message
from saywrite.foundation.selector_thread import wait_readable

MANAGERS = ("ext_data_control_manager_v1", "zwlr_data_control_manager_v1")
TEXT = ("text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "TEXT", "STRING")
STALLED_S = 10.0
"""Seconds without a byte after which a program no longer counts as reading."""

Contents = Mapping[str, bytes]
"""Values by MIME type."""

_FIRST = ("text/plain;charset=utf-8", "text/plain", "image/png", "text/html", "text/uri-list")


def of_text(text: str) -> dict[str, bytes]:
    """A text in the formats that programs ask for, with the password hint."""
    return dict.fromkeys(TEXT, text.encode("utf-8")) | PASSWORD_HINT


def read_pipe(pipe: int, most: int, deadline: float) -> bytes | FailureReason:
    """Read a pipe to its end, `most` bytes at most, and close it; returns the reason where that failed."""
    pieces: list[bytes] = []
    size = 0
    try:
        while (left := deadline - time.monotonic()) > 0 and wait_readable([pipe], left):
            piece = os.read(pipe, 64 * 1024)
            if not piece:
                return b"".join(pieces)
            size += len(piece)
            if size > most:
                return FailureReason.CLIPBOARD_BIG
            pieces.append(piece)
        return FailureReason.CLIPBOARD_SLOW
    finally:
        os.close(pipe)


@dataclass(slots=True)
class _OfferedContents:
    """The contents that we offer, and the object of their offer."""

    source: int
    contents: Contents


@dataclass(slots=True)
class _Writing:
    """A value that is being written into the pipe of a program that reads it."""

    left: memoryview
    moved: float = field(default_factory=time.monotonic)


class Clipboard:
    """Both selections: "clipboard" and "primary"."""

    def __init__(self, wire: Wire) -> None:
        seat = wire.bind("wl_seat", 1, lambda _opcode, _arguments: None)
        manager = next((bound for name in MANAGERS if (bound := wire.bind(name, 2, lambda _o, _a: None))), 0)
        if not seat or not manager:
            raise unavailable(message("This compositor lets no program without a window use the clipboard."))
        self.seat = seat
        self.reads: list[float] = []
        """When a program read the text, in monotonic seconds. The caller empties it."""
        self._wire = wire
        self._manager = manager
        self._device = wire.new(self._take_device)
        wire.send(manager, 1, self._device, seat)
        self._types: dict[int, list[str]] = {}
        self._offers: dict[str, int] = {}
        self._held: dict[str, _OfferedContents] = {}
        self._writing: dict[int, _Writing] = {}
        self._poll = select.epoll()
        self._poll.register(wire.fileno(), select.EPOLLIN)
        wire.roundtrip()

    def fileno(self) -> int:
        """Readable when `serve()` has something to do, for the connection and for the pipes alike."""
        return self._poll.fileno()

    def serve(self, wait_s: float = 0.0) -> None:
        """Serve what is ready; wait for it `wait_s` seconds at most."""
        for number, _ in self._poll.poll(wait_s):
            if number != self._wire.fileno():
                self._write(number)
        self._end_stalled()
        self._wire.serve()

    def read(self, selection: str, limit_s: float = READ_S) -> tuple[Contents, FailureReason]:
        """All formats of a selection, empty if there are none.

        With CLIPBOARD_SLOW or CLIPBOARD_BIG the contents are incomplete: they took too long or are too large.
        """
        held = self._held.get(selection)
        if held is not None:
            return held.contents, FailureReason.NONE
        offer = self._offers.get(selection, 0)
        found: dict[str, bytes] = {}
        left = MOST_BYTES
        deadline = time.monotonic() + limit_s
        names = dict.fromkeys(self._types.get(offer, []))
        for name in sorted(names, key=lambda each: _FIRST.index(each) if each in _FIRST else len(_FIRST)):
            value = self._receive(offer, name, left, deadline)
            if isinstance(value, FailureReason):
                return found, value
            found[name] = value
            left -= len(value)
        return found, FailureReason.NONE

    def own(self, selection: str, contents: Contents) -> None:
        """Offer `contents`; the selection becomes empty if there are none."""
        source = 0
        if contents:
            source = self._wire.new(lambda opcode, arguments: self._take_source(source, opcode, arguments))
            self._wire.send(self._manager, 0, source)
            for name in contents:
                self._wire.send(source, 0, name)
            self._held[selection] = _OfferedContents(source, contents)
        else:
            self._held.pop(selection, None)
        self._wire.send(self._device, 0 if selection == "clipboard" else 2, source)
        self._wire.roundtrip()

    def holds(self, selection: str) -> bool:
        return selection in self._held

    @property
    def busy(self) -> bool:
        """Whether a program is reading a value."""
        self._end_stalled()
        return bool(self._writing)

    def close(self) -> None:
        for number in tuple(self._writing):
            self._end(number)
        self._poll.close()

    def _receive(self, offer: int, name: str, most: int, deadline: float) -> bytes | FailureReason:
        """Read one format from its owner; returns the reason where that failed."""
        reading, writing = os.pipe()
        try:
            self._wire.send(offer, 0, name, fd=writing)
        finally:
            os.close(writing)
        return read_pipe(reading, most, deadline)

    def _take_device(self, opcode: int, arguments: Arguments) -> None:
        if opcode == 0:
            offer = arguments.number()
            self._types[offer] = []
            self._wire.adopt(offer, lambda _opcode, each: self._types[offer].append(each.text()))
        elif opcode in (1, 3):
            selection = "clipboard" if opcode == 1 else "primary"
            old = self._offers.pop(selection, 0)
            if old:
                self._wire.send(old, 1)
                self._wire.forget(old)
                self._types.pop(old, None)
            self._offers[selection] = arguments.number()

    def _take_source(self, source: int, opcode: int, arguments: Arguments) -> None:
        if opcode == 0:
            self._answer(source, arguments.text(), arguments.fd())
        else:  # cancelled: another program owns it now, or we offer something newer
            self._held = {name: held for name, held in self._held.items() if held.source != source}
            self._wire.send(source, 1)
            self._wire.forget(source)

    def _answer(self, source: int, name: str, pipe: int) -> None:
        value = next((held.contents.get(name) for held in self._held.values() if held.source == source), None)
        if value is None:
            os.close(pipe)
            return
        if name in TEXT:
            self.reads.append(time.monotonic())
        os.set_blocking(pipe, False)
        self._writing[pipe] = _Writing(memoryview(value))
        self._poll.register(pipe, select.EPOLLOUT)
        self._write(pipe)

    def _write(self, pipe: int) -> None:
        writing = self._writing.get(pipe)
        if writing is None:
            return
        try:
            while writing.left:
                written = os.write(pipe, writing.left)
                writing.left, writing.moved = writing.left[written:], time.monotonic()
        except BlockingIOError:
            return
        except OSError:
            pass  # the reader has enough
        self._end(pipe)

    def _end_stalled(self) -> None:
        """Close the pipes of programs that have stopped reading: those never become writable."""
        limit = time.monotonic() - STALLED_S
        for pipe in [number for number, each in self._writing.items() if each.moved < limit]:
            self._end(pipe)

    def _end(self, pipe: int) -> None:
        self._poll.unregister(pipe)
        del self._writing[pipe]
        os.close(pipe)
