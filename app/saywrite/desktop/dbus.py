"""Connections to a D-Bus bus, which the desktop thread reads.

A `BusClient` never waits: replies, signals and calls of other programs reach handlers. Any program on the bus can send
a signal to us, so match rules name the services whose signals are wanted.
"""

from __future__ import annotations

import contextlib
import logging
import struct
from collections.abc import Callable
from functools import partial
from typing import Any

from jeepney import DBusAddress, DBusErrorResponse, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from saywrite.desktop.desktop_thread import DesktopThread, Timer

log = logging.getLogger(__name__)

CALL_LIMIT_S = 5.0
"""Seconds that a service has for its answer to a call, its own start included."""

CONNECT_LIMIT_S = 5.0

BUS = "org.freedesktop.DBus"

NO_REPLY = f"{BUS}.Error.NoReply"


UNREADABLE = (ValueError, LookupError, TypeError, AssertionError, RecursionError, struct.error)
"""What jeepney raises for a message that it cannot read: unknown fields, text that is no UTF-8, a wrong length."""


class CallFailed(Exception):
    """A call was refused or got no answer in time. `name` is the D-Bus name of the error."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


Reply = Callable[[Message | CallFailed], None]
"""Called once with the answer to a call, or with the reason why there is none."""


class BusClient:
    """A connection whose messages the desktop thread hands to handlers. Every method runs on that thread."""

    def __init__(self, bus: str, thread: DesktopThread, receive: Callable[[Message], None]) -> None:
        """Connect to `bus`: "SESSION", "SYSTEM" or an address. Raises OSError where there is no such bus.

        `receive` gets the signals and calls of other programs. After the end of the bus `lost` is called, once.
        """
        self._connection: Any = connect(bus)
        self.name: str = self._connection.unique_name
        self._thread = thread
        self._receive = receive
        self._replies: dict[int, tuple[Reply, Timer]] = {}
        self.lost: Callable[[], None] = lambda: None
        thread.watch(self._descriptor, self._readable)

    def call(self, address: DBusAddress, method: str, signature: str, body: tuple[Any, ...], reply: Reply) -> None:
        """Call a method of a service; `reply` gets its answer within `CALL_LIMIT_S`."""
        self._ask(new_method_call(address, method, signature or None, body), reply)

    def listen(self, rule: MatchRule) -> None:
        """Have the signals that match the rule sent to this connection."""
        self._ask(message_bus.AddMatch(rule), lambda _reply: None)

    def request_name(self, name: str, flags: int, reply: Reply) -> None:
        """Ask the bus for a well-known name; the number in the reply is 1 when this connection owns it."""
        self._ask(message_bus.RequestName(name, flags), reply)

    def send(self, message: Message) -> None:
        """Send a message that has no answer. The end of the bus is reported by `lost`."""
        with contextlib.suppress(OSError):
            self._connection.send(message)

    def close(self) -> None:
        """Close the connection; replies that have not come are dropped. May be called twice."""
        if self._connection is None:
            return
        self._thread.unwatch(self._descriptor)
        for _reply, timer in self._replies.values():
            timer.cancel()
        self._replies.clear()
        self._connection.close()
        self._connection = None

    @property
    def _descriptor(self) -> int:
        return int(self._connection.sock.fileno())

    def _ask(self, question: Message, reply: Reply) -> None:
        serial = next(self._connection.outgoing_serial)
        timer = self._thread.call_later(CALL_LIMIT_S, lambda: self._give_up(serial))
        self._replies[serial] = (reply, timer)
        with contextlib.suppress(OSError):  # the bus is gone: `_readable` finds out
            self._connection.send(question, serial=serial)

    def _give_up(self, serial: int) -> None:
        reply, _timer = self._replies.pop(serial)
        reply(CallFailed(NO_REPLY))

    def _readable(self) -> None:
        while self._connection is not None:  # a handler may close it
            try:
                message: Message = self._connection.receive(timeout=0)
            except TimeoutError:
                return
            except UNREADABLE as problem:
                if self._drop_unreadable(problem):
                    continue
                self._end()
                return
            except OSError:
                self._end()
                return
            # A handler that fails on one message gets the next one all the same.
            self._thread.guard(partial(self._dispatch, message))

    def _drop_unreadable(self, problem: Exception) -> bool:
        """Go on behind a message that jeepney cannot read; False where the length of one is unknown."""
        parser = self._connection.parser
        if parser.next_msg_size is None:
            return False
        log.warning("a message of the bus cannot be read: %s", type(problem).__name__)
        parser.next_msg_size = None  # jeepney has taken the message, and would take as many bytes of the next one
        return True

    def _end(self) -> None:
        log.info("a connection to a bus has ended")
        self.close()
        self.lost()

    def _dispatch(self, message: Message) -> None:
        serial = message.header.fields.get(HeaderFields.reply_serial)
        if serial is None:
            self._receive(message)
        elif serial in self._replies:
            reply, timer = self._replies.pop(serial)
            timer.cancel()
            reply(_failure(message) or message)


def connect(bus: str, *, limit_s: float = CONNECT_LIMIT_S, enable_fds: bool = False) -> Any:
    """Return a connection that has introduced itself to `bus`: "SESSION", "SYSTEM" or an address. Raises OSError."""
    try:
        return open_dbus_connection(bus, enable_fds, auth_timeout=limit_s)
    except (KeyError, ValueError, RuntimeError, StopIteration) as problem:  # no address, or one of an unknown kind
        raise OSError(f"no bus at {bus}") from problem


def _failure(message: Message) -> CallFailed | None:
    """The error that a message reports, if it is one."""
    if message.header.message_type is not MessageType.error:
        return None
    return CallFailed(DBusErrorResponse(message).name)


def field(message: Message, which: HeaderFields) -> str:
    """A header field as text; "" for a missing one."""
    return str(message.header.fields.get(which, ""))
