"""The desktop portal on the session bus, for one thread: calls that answer at once, and requests that answer later."""

from __future__ import annotations

import logging
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from saywrite.errors import InsertionUnavailable

log = logging.getLogger(__name__)

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
REQUEST = "org.freedesktop.portal.Request"
CALL_S = 5.0


class PortalBus:
    """Everything raises `InsertionUnavailable` when the bus or the portal is gone. File descriptors can be passed."""

    def __init__(self, interfaces: tuple[str, ...], take: Callable[[Message], None]) -> None:
        """`take` gets the portal's signals of these interfaces, while somebody waits or calls `receive()`."""
        try:
            self._connection: Any = open_dbus_connection("SESSION", enable_fds=True)
        except (OSError, KeyError, RuntimeError, StopIteration) as error:
            raise unavailable("There is no session bus, so text cannot be put into other programs.") from error
        self._take = take
        self._responses: dict[str, tuple[int, dict[str, Any]]] = {}
        self._kept: deque[Message] = deque()
        for interface in (REQUEST, *interfaces):
            self._ask(message_bus.AddMatch(MatchRule(type="signal", sender=PORTAL, interface=interface)))

    def fileno(self) -> int:
        return int(self._connection.sock.fileno())

    def close(self) -> None:
        self._connection.close()

    def request(
        self,
        address: DBusAddress,
        method: str,
        signature: str,
        body: tuple[Any, ...],
        options: dict[str, Any],
        limit_s: float,
    ) -> dict[str, Any]:
        """A portal method whose answer comes later, as a signal of a request object."""
        token = handle()
        sender = str(self._connection.unique_name).removeprefix(":").replace(".", "_")
        path = f"{PATH}/request/{sender}/{token}"
        self.call(address, method, signature, (*body, {**options, "handle_token": ("s", token)}))
        self.wait(lambda: path in self._responses, limit_s)
        response, results = self._responses.pop(path, (2, {}))
        if response != 0:
            why = "was not allowed to" if response == 1 else "could not"
            raise unavailable(f"The desktop {why} let Saywrite insert text into other programs.")
        return results

    def call(self, address: DBusAddress, method: str, signature: str = "", body: tuple[Any, ...] = ()) -> Message:
        """Ask and wait for the answer."""
        return self._ask(new_method_call(address, method, signature or None, body))

    def receive(self, wait_s: float) -> None:
        """Take what has come, waiting `wait_s` seconds at most for something."""
        while True:
            try:
                message = self._kept.popleft() if self._kept else self._connection.receive(timeout=wait_s)
            except TimeoutError:
                return
            except OSError as error:
                raise unavailable("The session bus is gone, so text cannot be put into other programs.") from error
            wait_s = 0.0
            if message.header.message_type is not MessageType.signal:
                continue
            if message.header.fields.get(HeaderFields.member) == "Response":
                path = message.header.fields.get(HeaderFields.path, "")
                self._responses[path] = (int(message.body[0]), dict(message.body[1]))
            else:
                self._take(message)

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        """Take what comes until `done()`, at most `limit_s` seconds; whether it is done."""
        end = time.monotonic() + limit_s
        while not done():
            if (left := end - time.monotonic()) <= 0:
                return False
            self.receive(min(left, 0.05))
        return True

    def _ask(self, question: Message) -> Message:
        """Send and wait for the reply; signals that come meanwhile are kept for later."""
        serial = next(self._connection.outgoing_serial)
        try:
            self._connection.send(question, serial=serial)
            end = time.monotonic() + CALL_S
            while (left := end - time.monotonic()) > 0:
                message = self._connection.receive(timeout=left)
                if message.header.fields.get(HeaderFields.reply_serial) != serial:
                    self._kept.append(message)
                elif message.header.message_type is MessageType.error:
                    raise unavailable("The desktop does not let Saywrite insert text into other programs.")
                else:
                    return message
        except TimeoutError:
            log.info("the portal does not answer")
        except OSError as error:
            raise unavailable("The session bus is gone, so text cannot be put into other programs.") from error
        raise unavailable("The desktop's portal does not answer.")


def handle() -> str:
    """A name for a request or a session that nobody else has."""
    return f"saywrite_{secrets.token_hex(8)}"


def unavailable(what: str) -> InsertionUnavailable:
    """`what` with the remedy that always holds."""
    return InsertionUnavailable(what, "The text is in the history and can be copied from there.")
