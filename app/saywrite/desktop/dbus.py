"""A connection to a D-Bus bus for a thread that sleeps until a signal comes. On the `SelectorThread` thread that made
it.

Calls are short questions; what comes meanwhile is kept in order. Only signals of the services that were asked for are
handed on: any program on the bus can send us one.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from jeepney import DBusAddress, DBusErrorResponse, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from saywrite.foundation.selector_thread import SelectorThread

CALL_LIMIT_S = 5.0
"""How long a service may take to answer a call, its start included."""

BUS = "org.freedesktop.DBus"


class NoReply(Exception):
    """The call was refused, or there is nobody to answer it. `name` is the D-Bus name of the error."""

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.detail = detail


class Bus:
    """The session's or the system's bus."""

    def __init__(self, which: str, thread: SelectorThread) -> None:
        """`which`: "SESSION" or "SYSTEM". Raises OSError where there is no such bus."""
        try:
            self._connection: Any = open_dbus_connection(which)
        except (KeyError, RuntimeError, StopIteration) as problem:  # no address, or one of a kind we do not speak
            raise OSError(f"no {which.lower()} bus") from problem
        self.name: str = self._connection.unique_name
        self._thread = thread
        self._kept: deque[Message] = deque()

    def fileno(self) -> int:
        return int(self._connection.sock.fileno())

    def close(self) -> None:
        self._connection.close()

    def call(self, address: DBusAddress, method: str, signature: str = "", body: tuple[Any, ...] = ()) -> Message:
        """Ask and wait for the answer, `CALL_LIMIT_S` at most. Raises Unanswered; OSError when the bus is gone."""
        return self._ask(new_method_call(address, method, signature or None, body))

    def listen(self, rule: MatchRule) -> None:
        """Have the signals that match brought to `signals()`."""
        self._ask(message_bus.AddMatch(rule))

    def signals(self) -> list[Message]:
        """The signals that have come, in order, without waiting. Raises OSError when the bus is gone."""
        while (message := self._receive()) is not None:
            self._kept.append(message)
        found = [message for message in self._kept if message.header.message_type is MessageType.signal]
        self._kept.clear()
        return found

    def _ask(self, question: Message) -> Message:
        serial = next(self._connection.outgoing_serial)
        self._connection.send(question, serial=serial)
        end = time.monotonic() + CALL_LIMIT_S
        while not self._thread.closing and time.monotonic() < end:
            message = self._receive()
            if message is None:
                self._thread.wait([self.fileno()], max(end - time.monotonic(), 0.0))
            elif message.header.fields.get(HeaderFields.reply_serial) != serial:
                self._kept.append(message)
            elif message.header.message_type is MessageType.error:
                error = DBusErrorResponse(message)
                raise NoReply(error.name, str(error.data[0]) if error.data else "")
            else:
                return message
        raise NoReply("org.freedesktop.DBus.Error.NoReply")

    def _receive(self) -> Message | None:
        try:
            message: Message = self._connection.receive(timeout=0)
        except TimeoutError:
            return None
        return message


def field(message: Message, which: HeaderFields) -> str:
    """A header field as text, "" if it is not there."""
    return str(message.header.fields.get(which, ""))
