"""The commands of the remote control on the session bus, for compositors and scripts. On the desktop thread.

    busctl --user call io.github.saywrite.Saywrite /io/github/saywrite/Saywrite io.github.saywrite.Saywrite Toggle

Every method returns the status (a{sv}). The bus admits only programs of this user. Without a bus, and while another
Saywrite (with another data folder) owns the name, the service does nothing. jeepney is loaded on the thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from saywrite.desktop.remote_control.protocol import TEXT_LIMIT, VERBS
from saywrite.desktop.remote_control.request import Answer, ControlRequest
from saywrite.foundation.catalog import APP_ID
from saywrite.foundation.errors import ControlRefused
from saywrite.foundation.messages import message

if TYPE_CHECKING:
    from jeepney import Message

    from saywrite.desktop.dbus import BusClient, CallFailed
    from saywrite.desktop.desktop_thread import DesktopThread

log = logging.getLogger(__name__)

NAME = APP_ID
PATH = "/io/github/saywrite/Saywrite"

_METHODS = {verb.capitalize(): verb for verb in VERBS}
_WITH = {"StartWith": "start", "ToggleWith": "toggle", "ShowWith": "show"}
"""Methods with one argument (a{sv}): "engine" and "language" of this dictation; "activation-token" of the caller."""
_NAMES = {"engine": "engine", "language": "language", "activation-token": "activation"}

_OWNER = 1  # the reply of RequestName: this connection owns the name
_NO_REPLY = 1  # the flag of a call that wants no answer
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
    """The service on the session bus, from `start()` to `stop()`; without a bus it does nothing."""

    def __init__(
        self, answer: Callable[[ControlRequest], Answer], environ: Mapping[str, str], thread: DesktopThread
    ) -> None:
        """`answer` is called on `thread`."""
        self._answer = answer
        self._environ = environ
        self._thread = thread
        self._bus: BusClient | None = None

    def start(self) -> None:
        self._thread.submit(self._join)

    def stop(self) -> None:
        """Leave the bus. A command that is being carried out gets its answer first."""
        self._thread.run(self._leave)

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection to the bus; on the thread only."""
        return self._bus is not None

    def _join(self) -> None:
        """Connect, and ask for our name; an instance that has it already keeps it."""
        address = bus_address(self._environ)
        if not address:
            return
        from jeepney.bus_messages import DBusNameFlags

        from saywrite.desktop.dbus import BusClient

        try:
            self._bus = BusClient(address, self._thread, self._serve)
        except OSError as error:  # "disabled:", "autolaunch:", refused, not there any more
            log.info("there is no session bus that can be used: %s", type(error).__name__)
            return
        self._bus.lost = self._leave
        self._bus.request_name(NAME, DBusNameFlags.do_not_queue, self._named)

    def _named(self, reply: Message | CallFailed) -> None:
        if isinstance(reply, Exception) or reply.body[0] != _OWNER:
            log.info("another Saywrite has the name on the session bus")
            self._leave()
        else:
            log.info("commands are taken from the session bus")

    def _leave(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()

    def _serve(self, message: Message) -> None:
        from jeepney import MessageType

        if message.header.message_type is not MessageType.method_call or self._bus is None:
            return
        reply = self._reply(message)
        if self._bus is not None and not message.header.flags & _NO_REPLY:
            self._bus.send(reply)

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
    """The address of the session bus; "" where there is none."""
    return environ.get("DBUS_SESSION_BUS_ADDRESS", "")


def request_of(method: str, options: Mapping[str, tuple[str, Any]]) -> ControlRequest:
    """The command of a method. Raises ControlRefused for an option that is unknown or no text."""
    values = {}
    for name, (kind, value) in options.items():
        if name not in _NAMES or kind != "s" or len(value) > TEXT_LIMIT:
            raise ControlRefused(
                message(
                    "{method} knows only the options engine, language and activation-token, as text.", method=method
                )
            )
        values[_NAMES[name]] = str(value)
    return ControlRequest(_METHODS.get(method) or _WITH[method], **values)


def variants(answer: Answer) -> dict[str, tuple[str, Any]]:
    """The status as D-Bus variants; a missing value becomes an empty text."""
    kinds = {bool: "b", int: "x", float: "d", str: "s"}
    return {name: ("s", "") if value is None else (kinds[type(value)], value) for name, value in answer.items()}
