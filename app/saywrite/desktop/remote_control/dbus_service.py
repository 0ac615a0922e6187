"""The same commands on the session bus, for compositors and scripts that speak D-Bus: one thread, asleep until called.

    busctl --user call io.github.saywrite.Saywrite /io/github/saywrite/Saywrite io.github.saywrite.Saywrite Toggle

Every method answers with the status (a{sv}). The bus lets only this user's programs in. Where there is no bus, or
another Saywrite (with another data folder) has the name, nothing happens. jeepney is loaded on the thread.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from saywrite.desktop.remote_control.protocol import TEXT_LIMIT, VERBS
from saywrite.desktop.remote_control.request import Answer, ControlRequest
from saywrite.foundation.catalog import APP_ID
from saywrite.foundation.errors import ControlRefused

if TYPE_CHECKING:
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

log = logging.getLogger(__name__)

NAME = APP_ID
PATH = "/io/github/saywrite/Saywrite"

_METHODS = {verb.capitalize(): verb for verb in VERBS}
_WITH = {"StartWith": "start", "ToggleWith": "toggle", "ShowWith": "show"}
"""Methods with one argument (a{sv}): "engine" and "language" of this dictation; "activation-token" of the caller."""
_NAMES = {"engine": "engine", "language": "language", "activation-token": "activation"}

_CONNECT_LIMIT_S = 5.0
_STOP_LIMIT_S = 2.0
_NO_REPLY = 1
_INTROSPECTION = "".join(
    [
        '<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"'
        ' "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd"><node>'
        f'<interface name="{NAME}">',
        *(f'<method name="{m}"><arg name="status" type="a{{sv}}" direction="out"/></method>' for m in _METHODS),
        *(
            f'<method name="{m}"><arg name="options" type="a{{sv}}" direction="in"/>'
            '<arg name="status" type="a{sv}" direction="out"/></method>'
            for m in _WITH
        ),
        "</interface>"
        '<interface name="org.freedesktop.DBus.Introspectable"><method name="Introspect">'
        '<arg name="data" type="s" direction="out"/></method></interface>'
        '<interface name="org.freedesktop.DBus.Peer"><method name="Ping"/></interface></node>',
    ]
)


class ControlBus:
    """On the bus from `start()` to `stop()`, as far as there is one."""

    def __init__(self, answer: Callable[[ControlRequest], Answer], environ: Mapping[str, str]) -> None:
        """`answer` is called on this object's thread."""
        self._answer = answer
        self._environ = environ
        self._connection: DBusConnection | None = None
        self._stopping = threading.Event()
        self._answering = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="D-Bus", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._connection is not None:
            answered = self._answering.acquire(timeout=_STOP_LIMIT_S)  # "Quit" gets its answer too
            with suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)  # wakes the thread
            if answered:
                self._answering.release()
        self._thread.join(_STOP_LIMIT_S)

    def _run(self) -> None:
        try:
            connection = self._join()
            if connection is None:
                return
            try:
                while not self._stopping.is_set():
                    message = connection.receive()
                    with self._answering:
                        self._serve(connection, message)
            finally:
                connection.close()
        except (OSError, TimeoutError) as error:
            if not self._stopping.is_set():
                log.info("the session bus is gone: %s", type(error).__name__)
        except Exception:  # the outermost edge of this thread
            log.exception("taking commands from the session bus stopped working")

    def _join(self) -> DBusConnection | None:
        """A connection that has our name; None when there is no bus or the name is taken."""
        address = bus_address(self._environ)
        if not address:
            return None
        from jeepney.bus_messages import DBusNameFlags, message_bus
        from jeepney.io.blocking import Proxy, open_dbus_connection

        try:
            connection = open_dbus_connection(address, auth_timeout=_CONNECT_LIMIT_S)
        except (OSError, ValueError, RuntimeError) as error:  # "disabled:", "autolaunch:", refused, not there any more
            log.info("there is no session bus that can be used: %s", type(error).__name__)
            return None
        self._connection = connection
        bus = Proxy(message_bus, connection, timeout=_CONNECT_LIMIT_S)
        if bus.RequestName(NAME, DBusNameFlags.do_not_queue)[0] != 1:
            log.info("another Saywrite has the name on the session bus")
            connection.close()
            return None
        log.info("commands are taken from the session bus")
        return connection

    def _serve(self, connection: DBusConnection, message: Message) -> None:
        from jeepney import MessageType

        if message.header.message_type is not MessageType.method_call:
            return
        reply = self._reply(message)
        if not message.header.flags & _NO_REPLY:
            connection.send(reply)

    def _reply(self, message: Message) -> Message:
        from jeepney import HeaderFields, new_error, new_method_return

        fields = message.header.fields
        method, interface = fields.get(HeaderFields.member, ""), fields.get(HeaderFields.interface, NAME)
        match interface, method:
            case "org.freedesktop.DBus.Introspectable", "Introspect":
                return new_method_return(message, "s", (_INTROSPECTION,))
            case "org.freedesktop.DBus.Peer", "Ping":
                return new_method_return(message)
        signature = {**dict.fromkeys(_METHODS, ""), **dict.fromkeys(_WITH, "a{sv}")}.get(method)
        if interface != NAME or signature is None:
            words = ("There is no such method.",)
            return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "s", words)
        if fields.get(HeaderFields.signature, "") != signature:
            words = (f"{method} takes {signature or 'nothing'}.",)
            return new_error(message, "org.freedesktop.DBus.Error.InvalidArgs", "s", words)
        try:
            request = request_of(method, message.body[0] if message.body else {})
            return new_method_return(message, "a{sv}", (variants(self._answer(request)),))
        except ControlRefused as error:
            return new_error(message, f"{NAME}.Error.Refused", "s", (str(error),))


def bus_address(environ: Mapping[str, str]) -> str:
    """Where the session bus is; "" where there is none."""
    return environ.get("DBUS_SESSION_BUS_ADDRESS", "")


def request_of(method: str, options: Mapping[str, tuple[str, Any]]) -> ControlRequest:
    """The command a method stands for. Raises ControlRefused for an option that is unknown or no text."""
    values = {}
    for name, (kind, value) in options.items():
        if name not in _NAMES or kind != "s" or len(value) > TEXT_LIMIT:
            raise ControlRefused(f"{method} knows only the options engine, language and activation-token, as text.")
        values[_NAMES[name]] = str(value)
    return ControlRequest(_METHODS.get(method) or _WITH[method], **values)


def variants(answer: Answer) -> dict[str, tuple[str, Any]]:
    """The status with its types, as D-Bus wants it; a value that is not there is an empty text."""
    kinds = {bool: "b", int: "x", float: "d", str: "s"}
    return {name: ("s", "") if value is None else (kinds[type(value)], value) for name, value in answer.items()}
