"""Follows the window that has the focus by the protocol for foreign toplevel management."""

from __future__ import annotations

import struct

from saywrite.desktop.insertion.base import TargetWindow
from saywrite.desktop.insertion.wayland.wire_protocol import Arguments, Wire

_ACTIVATED = 2  # zwlr_foreign_toplevel_handle_v1.state


class Toplevels:
    """Follows the windows. `front` may be read on any thread; everything else belongs to the worker."""

    def __init__(self, wire: Wire, own: str) -> None:
        """`own`: Saywrite's own app id."""
        self.front: TargetWindow | None = None
        self._wire = wire
        self._own = own
        self._programs: dict[int, str] = {}
        self._active: dict[int, bool] = {}
        wire.bind("zwlr_foreign_toplevel_manager_v1", 1, self._take_manager)
        wire.roundtrip()
        wire.roundtrip()

    def activate(self, window: int, seat: int) -> bool:
        """Ask the compositor to give the focus to a window; whether that window still exists."""
        if window not in self._programs:
            return False
        self._wire.send(window, 4, seat)
        return True

    def _take_manager(self, opcode: int, arguments: Arguments) -> None:
        if opcode == 0:
            window = arguments.number()
            self._programs[window] = ""
            self._wire.adopt(window, lambda event, each: self._take_window(window, event, each))

    def _take_window(self, window: int, opcode: int, arguments: Arguments) -> None:
        if opcode == 1:
            self._programs[window] = arguments.text()
        elif opcode == 4:
            states = arguments.blob()
            self._active[window] = _ACTIVATED in struct.unpack(f"={len(states) // 4}I", states)
        elif opcode == 5:
            self._look()
        elif opcode == 6:
            self._programs.pop(window, None)
            self._active.pop(window, None)
            self._wire.send(window, 7)
            self._wire.forget(window)
            self._look()

    def _look(self) -> None:
        front = next((window for window, active in self._active.items() if active), 0)
        program = self._programs.get(front, "")
        self.front = TargetWindow(front, program, own=program == self._own) if front else None
