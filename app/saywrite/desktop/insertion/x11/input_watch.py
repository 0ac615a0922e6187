"""Notices keys and clicks of the user: the server's idle counter of the keyboard, and raw buttons.

Which key it was is never asked. Watches only from an insertion to the user's next action. Insertion worker.

Sources: X Synchronization Extension protocol 3.1 (alarms on system counters), X Input Extension protocol 2.3.
"""

from __future__ import annotations

import struct
import time
from typing import Any

from Xlib.ext import ge, xinput
from Xlib.protocol import rq

from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.x11.connection import X11Connection

SYNC = "SYNC"
COUNTERS = ("DEVICEIDLETIME 3", "IDLETIME")
"""The counter of the master keyboard; without it the one that also counts movements of the mouse."""

WHEEL = range(4, 8)
_ABSOLUTE, _NEGATIVE_TRANSITION = 0, 1
_ALL_VALUES = 0b111111


class _Initialize(rq.ReplyRequest):
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(0), rq.RequestLength(), rq.Card8("major"), rq.Card8("minor"), rq.Pad(2)
    )
    _reply = rq.Struct(rq.ReplyCode(), rq.Pad(1), rq.Card16("sequence_number"), rq.ReplyLength(), rq.Pad(24))


class _ListSystemCounters(rq.ReplyRequest):
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(1), rq.RequestLength())
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card32("count"),
        rq.Pad(20),
        rq.Binary("rest", pad=0),
    )


class _CreateAlarm(rq.Request):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(8),
        rq.RequestLength(),
        rq.Card32("alarm"),
        rq.Card32("mask"),
        rq.Card32("counter"),
        rq.Card32("value_type"),
        rq.Int32("value_high"),
        rq.Card32("value_low"),
        rq.Card32("test_type"),
        rq.Int32("delta_high"),
        rq.Card32("delta_low"),
        rq.Card32("events"),
    )


class _DestroyAlarm(rq.Request):
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(11), rq.RequestLength(), rq.Card32("alarm"))


class _AlarmNotify(rq.Event):
    _code = None
    _fields = rq.Struct(
        rq.Card8("type"),
        rq.Card8("kind"),
        rq.Card16("sequence_number"),
        rq.Card32("alarm"),
        rq.Int32("counter_high"),
        rq.Card32("counter_low"),
        rq.Int32("alarm_high"),
        rq.Card32("alarm_low"),
        rq.Card32("time"),
        rq.Card8("state"),
        rq.Pad(3),
    )


class InputWatch:
    """Notes the user's input in `activity` while it is wanted there."""

    def __init__(self, connection: X11Connection, activity: UserActivity) -> None:
        self._x = connection
        self._activity = activity
        self._alarm = 0
        self._counter, self._opcode, self._notify = self._find_counter()
        self._xinput = connection.display.query_extension(xinput.extname)
        if self._xinput is not None:
            connection.display.xinput_query_version()
        activity.known = bool(self._counter)
        connection.handlers.append(self._take)

    def start(self) -> None:
        """Watch from now on until the activity is settled. Our own keys must have been processed (`sync`)."""
        self.stop()
        if not self._counter:
            return
        display = self._x.display.display
        self._alarm = display.allocate_resource_id()
        _CreateAlarm(
            display=display, opcode=self._opcode, alarm=self._alarm, mask=_ALL_VALUES, counter=self._counter,
            value_type=_ABSOLUTE, value_high=0, value_low=1, test_type=_NEGATIVE_TRANSITION,
            delta_high=0, delta_low=0, events=1,
        )  # fmt: skip
        self._select_clicks(xinput.RawButtonPressMask)
        self._x.display.flush()

    def stop(self) -> None:
        if self._alarm:
            _DestroyAlarm(display=self._x.display.display, opcode=self._opcode, alarm=self._alarm)
            self._select_clicks(0)
            self._x.display.flush()
            self._alarm = 0

    def _select_clicks(self, mask: int) -> None:
        if self._xinput is not None:
            self._x.root.xinput_select_events([(xinput.AllMasterDevices, mask)])

    def _find_counter(self) -> tuple[int, int, int]:
        """The counter, the extension's opcode, the number of its event; zeros where there is none."""
        found = self._x.display.query_extension(SYNC)
        if found is None:
            return 0, 0, 0
        display = self._x.display.display
        _Initialize(display=display, opcode=found.major_opcode, major=3, minor=1)
        notify = found.first_event + 1
        self._x.display.extension_add_event(notify, _AlarmNotify)
        reply = _ListSystemCounters(display=display, opcode=found.major_opcode)
        counters = parse_counters(bytes(reply.rest), reply.count)
        counter = next((counters[name] for name in COUNTERS if name in counters), 0)
        return counter, int(found.major_opcode), notify

    def _take(self, event: Any) -> None:
        if not self._alarm:
            return
        if event.type == self._notify and event.alarm == self._alarm:
            self._note(event.time)
        elif (
            self._xinput is not None
            and event.type == ge.GenericEventCode
            and event.extension == self._xinput.major_opcode
            and event.evtype == xinput.RawButtonPress
        ):
            _device, at, button = struct.unpack_from("=HII", bytes(event.data))
            if button not in WHEEL:
                self._note(at)

    def _note(self, server_time: int) -> None:
        now = time.monotonic()
        self._activity.note_input(self._x.monotonic(server_time, now))
        if self._activity.is_settled(now):
            self.stop()


def parse_counters(data: bytes, count: int) -> dict[str, int]:
    """Name and id of every counter of a ListSystemCounters reply."""
    found: dict[str, int] = {}
    at = 0
    for _ in range(count):
        counter, length = struct.unpack_from("=I8xH", data, at)
        found[data[at + 14 : at + 14 + length].decode("latin-1")] = counter
        at += 14 + length + -(14 + length) % 4
    return found
