"""The Wayland clipboard without a compositor: programs that read our text, and such as stop reading."""

from __future__ import annotations

import os
import struct
from collections import deque
from collections.abc import Callable, Iterator

import pytest

from saywrite.desktop.insertion.wayland import data_control
from saywrite.desktop.insertion.wayland.data_control import Clipboard, of_text
from saywrite.desktop.insertion.wayland.wire_protocol import Arguments, Wire

LONG = "a long text " * 20_000
"""More than a pipe takes at once."""


class QuietWire(Wire):
    """A connection on which nothing arrives by itself. `handlers`: those of the objects that were made, in order."""

    def __init__(self) -> None:
        self.handlers: list[Callable[[int, Arguments], None]] = []
        self._ends = os.pipe()

    def fileno(self) -> int:
        return self._ends[0]

    def new(self, handler: Callable[[int, Arguments], None]) -> int:
        self.handlers.append(handler)
        return len(self.handlers)

    def bind(self, interface: str, version: int, handler: Callable[[int, Arguments], None]) -> int:
        return self.new(handler)

    def send(self, object_id: int, opcode: int, *arguments: int | str, fd: int | None = None) -> None:
        pass

    def serve(self) -> None:
        pass

    def roundtrip(self) -> None:
        pass

    def end(self) -> None:
        for number in self._ends:
            os.close(number)


@pytest.fixture
def wire() -> Iterator[QuietWire]:
    made = QuietWire()
    yield made
    made.end()


def ask_for_text(wire: QuietWire) -> int:
    """Ask for the text as a program does; the end of the pipe that it reads."""
    reading, writing = os.pipe()
    name = b"text/plain\0"
    data = struct.pack("=I", len(name)) + name + bytes(-len(name) % 4)
    wire.handlers[-1](0, Arguments(data, deque([writing])))
    return reading


def test_program_that_stops_reading_no_longer_counts_and_its_pipe_is_closed(
    wire: QuietWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard = Clipboard(wire)
    clipboard.own("clipboard", of_text(LONG))
    reading = ask_for_text(wire)
    clipboard.serve()
    assert clipboard.busy
    monkeypatch.setattr(data_control, "STALLED_S", -1.0)
    clipboard.serve()
    arrived = b""
    while piece := os.read(reading, 65_536):  # it would wait for ever, were the pipe still open
        arrived += piece
    assert LONG.encode().startswith(arrived)
    assert not clipboard.busy
    os.close(reading)
    clipboard.close()


def test_program_that_reads_slowly_gets_all(wire: QuietWire) -> None:
    clipboard = Clipboard(wire)
    clipboard.own("clipboard", of_text(LONG))
    reading = ask_for_text(wire)
    arrived = b""
    while len(arrived) < len(LONG):
        arrived += os.read(reading, 4_096)
        clipboard.serve()
    assert arrived.decode() == LONG
    assert not clipboard.busy
    os.close(reading)
    clipboard.close()
