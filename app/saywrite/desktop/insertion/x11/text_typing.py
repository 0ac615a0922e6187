"""Types a text through XTEST: by the keys of the active layout, and by free key codes for the rest.

A program translates a key when it handles the event, with the bindings of that moment. So a code is bound anew only
when the program has shown that it is done with the keys so far: it answers `_NET_WM_PING` in the order of its events.
Programs that do not know the ping (xterm, st) get a pause, and are then waited for while one of their threads runs.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from Xlib import X
from Xlib.protocol.event import ClientMessage

from saywrite.desktop.insertion.x11.connection import X11Connection
from saywrite.desktop.insertion.x11.key_press import KeyPresser, ascii_strokes, find_code
from saywrite.desktop.insertion.x11.spare_keys import SpareKeys, Stroke

_NAMED = {"\n": "Return", "\t": "Tab"}
_BURST = 40
"""Keys between two pauses, so that a slow program's queue does not grow without bound."""

_PAUSE_S = 0.004
_UNKNOWN_S = 0.4
"""Without a ping: the pause before a code is bound anew."""

_LOOK_S = 0.05
_LOOKS = 3
"""Without a ping: the program must be seen asleep so many times, at this interval in seconds."""

_ASLEEP_LIMIT_S = 3.0
"""The wait ends after so long, because some programs never sleep, such as a terminal that prints without end."""

_PING_S = 5.0


class TextTyper:
    """Types into the window that has the focus."""

    def __init__(self, connection: X11Connection, keys: KeyPresser, spare: SpareKeys) -> None:
        self._x = connection
        self._keys = keys
        self._spare = spare
        self._answered = False

    def type(self, text: str, window: int) -> bool:
        """Type the text; whether all of it could be sent.

        `window`: the top-level window that has the focus, 0 if not known.
        """
        room = self._spare.room()
        key_map = self._keys.key_map()
        present = ascii_strokes(key_map)
        for char, name in _NAMED.items():
            if char in text:
                code = find_code(key_map, name)
                if not code:
                    return False
                present[char] = Stroke(code)
        shift = find_code(key_map, "Shift_L")
        if not room or not shift:
            return False
        caps = self._keys.caps_lock
        if caps:
            self._keys.tap("Caps_Lock")
        try:
            for part in batches(text, room, present):
                missing = [char for char in dict.fromkeys(part) if char not in present]
                self._send(part, present | self._spare.bind(missing), shift)
                self._wait_until_done(window)
        finally:
            if caps:
                self._keys.tap("Caps_Lock")
        return True

    def _send(self, part: str, strokes: Mapping[str, Stroke], shift: int) -> None:
        sticky = self._keys.sticky
        for start in range(0, len(part), _BURST):
            burst = part[start : start + _BURST]
            self._keys.strike([strokes[char] for char in burst], shift, sticky=sticky)
            self._x.wait(lambda: False, _PAUSE_S)

    def _wait_until_done(self, window: int) -> None:
        """Wait until the program has taken the keys sent so far, as far as that can be known."""
        if not window or not self._knows_ping(window):
            self._x.wait(lambda: False, _UNKNOWN_S)
            self._wait_until_asleep(self._x.pid(window) if window else 0)
            return
        self._answered = False
        target = self._x.display.create_resource_object("window", window)
        self._x.handlers.append(self._take)
        # Qt answers with the one mask, GTK with the other.
        self._x.root.change_attributes(event_mask=X.SubstructureNotifyMask | X.StructureNotifyMask)
        try:
            ping = self._x.atom("_NET_WM_PING")
            data = (32, [ping, self._x.server_time(), window, 0, 0])
            target.send_event(ClientMessage(window=target, client_type=self._x.atom("WM_PROTOCOLS"), data=data))
            self._x.wait(lambda: self._answered, _PING_S)
        finally:
            self._x.root.change_attributes(event_mask=X.NoEventMask)
            self._x.handlers.remove(self._take)

    def _wait_until_asleep(self, pid: int) -> None:
        """Wait until the program waits for events.

        One that has some left runs, or waits for a processor to run on.
        """
        asleep, waited = 0, 0.0
        while pid and asleep < _LOOKS and waited < _ASLEEP_LIMIT_S:
            asleep = 0 if is_at_work(Path("/proc"), pid) else asleep + 1
            self._x.wait(lambda: False, _LOOK_S)
            waited += _LOOK_S

    def _knows_ping(self, window: int) -> bool:
        target = self._x.display.create_resource_object("window", window)
        protocols = target.get_full_property(self._x.atom("WM_PROTOCOLS"), X.AnyPropertyType)
        return protocols is not None and self._x.atom("_NET_WM_PING") in protocols.value

    def _take(self, event: Any) -> None:
        if isinstance(event, ClientMessage) and event.client_type == self._x.atom("WM_PROTOCOLS"):
            self._answered = self._answered or event.data[1][0] == self._x.atom("_NET_WM_PING")


def is_at_work(processes: Path, pid: int) -> bool:
    """Whether a thread of the process runs or is to run, or is stopped. False where that is not known.

    `processes`: /proc. The state is the letter after the name in parentheses, which may hold any character (proc(5)).
    """
    try:
        states = [
            thread.read_bytes().rpartition(b")")[2].split()[0] for thread in (processes / f"{pid}/task").glob("*/stat")
        ]
    except (OSError, IndexError):  # a thread or the program ended meanwhile
        return False
    return any(state != b"S" for state in states)


def batches(text: str, room: int, present: Container[str] = ()) -> Iterator[str]:
    """The text in stretches of at most `room` different characters that are not `present` already."""
    start, seen = 0, set[str]()
    for at, char in enumerate(text):
        if char in present or char in seen:
            continue
        if len(seen) == room:
            yield text[start:at]
            start, seen = at, set()
        seen.add(char)
    if start < len(text):
        yield text[start:]
