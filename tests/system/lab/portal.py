"""A desktop portal of our own on a private bus: GlobalShortcuts as its documentation says, and as desktops do it.

It checks what it is asked as the real one does (registration, one bind per session, signatures), and can refuse, die
and come back. `press` and `release` stand in for the user's keyboard.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
UNKNOWN = "org.freedesktop.DBus.Error.UnknownMethod"
DENIED = "org.freedesktop.portal.Error.NotAllowed"


@dataclass
class PortalBehavior:
    """How this desktop behaves. `responses`: to CreateSession and BindShortcuts; None: the dialog stays open.
    `leaves_out`: ids the user gave no key; `names_none`: success without a list (as seen with GNOME and Hyprland).
    """

    offers: bool = True
    has_registry: bool = True
    needs_registration: bool = True
    responses: tuple[int | None, int | None] = (0, 0)
    leaves_out: tuple[str, ...] = ()
    names_none: bool = False
    remembers: bool = False
    """It refuses the first session: it still has one of that name (as seen with KDE 5.27)."""


@dataclass
class Session:
    path: str
    client: str
    bound: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    offered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    binds: int = 0


class MockPortal:
    """On the bus from its making until `close()`."""

    def __init__(self, behavior: PortalBehavior | None = None) -> None:
        self.behavior = behavior or PortalBehavior()
        self.registered: dict[str, str] = {}
        self.sessions: dict[str, Session] = {}
        self.faults: list[str] = []
        self.refused = 0
        self._connection = open_dbus_connection("SESSION")
        self._connection.send_and_get_reply(message_bus.RequestName(PORTAL))
        self._thread = threading.Thread(target=self._serve, name="mock portal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        self._connection.close()

    def press(self, name: str) -> None:
        self._tell_key("Activated", name)

    def release(self, name: str) -> None:
        self._tell_key("Deactivated", name)

    def change_triggers(self, triggers: dict[str, str]) -> None:
        (session,) = self.sessions.values()
        shortcuts = [(name, {"trigger_description": ("s", text)}) for name, text in triggers.items()]
        self._signal(SHORTCUTS, "ShortcutsChanged", "oa(sa{sv})", (session.path, shortcuts), session.client)

    def end_session(self) -> None:
        """As when the user takes the permission away."""
        (session,) = self.sessions.values()
        self._signal("org.freedesktop.portal.Session", "Closed", "", (), session.client, session.path)
        self.sessions.clear()

    def _tell_key(self, member: str, name: str) -> None:
        (session,) = self.sessions.values()
        self._signal(SHORTCUTS, member, "osta{sv}", (session.path, name, 4711, {}), session.client)

    def _signal(
        self, interface: str, member: str, signature: str, body: tuple[Any, ...], to: str, path: str = PATH
    ) -> None:
        message = new_signal(DBusAddress(path, interface=interface), member, signature or None, body)
        message.header.fields[HeaderFields.destination] = to
        self._connection.send(message)

    def _serve(self) -> None:
        while True:
            try:
                message = self._connection.receive()
            except OSError:
                return
            if message.header.message_type is MessageType.method_call:
                self._answer(message)

    def _answer(self, call: Message) -> None:
        fields = call.header.fields
        interface, member = fields.get(HeaderFields.interface, ""), fields[HeaderFields.member]
        sender, signature = fields[HeaderFields.sender], fields.get(HeaderFields.signature, "")
        match interface, member, signature:
            case "org.freedesktop.host.portal.Registry", "Register", "sa{sv}" if self.behavior.has_registry:
                if sender in self.registered:
                    self.faults.append("registered twice on one connection")
                self.registered[sender] = call.body[0]
                self._connection.send(new_method_return(call))
            case "org.freedesktop.DBus.Properties", "Get", "ss" if self.behavior.offers:
                self._connection.send(new_method_return(call, "v", (("u", 1),)))
            case _, "CreateSession", "a{sv}" if interface == SHORTCUTS and self.behavior.offers:
                self._create(call, sender)
            case _, "BindShortcuts", "oa(sa{sv})sa{sv}" if interface == SHORTCUTS and self.behavior.offers:
                self._bind(call, sender)
            case "org.freedesktop.portal.Session", "Close", "" if fields[HeaderFields.path] in self.sessions:
                self.sessions.pop(fields[HeaderFields.path])
                self._connection.send(new_method_return(call))
            case "org.freedesktop.portal.Session", "Close", "":
                self.faults.append("a session was closed that is not there")
                self._connection.send(new_error(call, UNKNOWN, "s", ("no such session",)))
            case _:
                self._connection.send(new_error(call, UNKNOWN, "s", (f"no {member}({signature})",)))

    def _create(self, call: Message, sender: str) -> None:
        if self.behavior.needs_registration and sender not in self.registered:
            self._connection.send(new_error(call, DENIED, "s", ("An app id is required",)))
            return
        options = call.body[0]
        session = Session(self._path("session", sender, options["session_handle_token"][1]), sender)
        if session.path in self.sessions:
            self.faults.append("a session was created before the last one was closed")
        if self.behavior.remembers and not self.refused:
            self.refused += 1
            self._respond(call, sender, options, 2, {})
            return
        session.offered = options.get("shortcuts", ("", []))[1]
        self.sessions[session.path] = session
        results = {"session_handle": ("s", session.path)}
        self._respond(call, sender, options, self.behavior.responses[0], results)

    def _bind(self, call: Message, sender: str) -> None:
        path, shortcuts, _window, options = call.body
        session = self.sessions[path]
        session.binds += 1
        if session.binds > 1:
            self.faults.append("bound twice in one session")
        session.bound = shortcuts
        named = [
            (name, {"description": details["description"], "trigger_description": ("s", f"Press {name}")})
            for name, details in shortcuts
            if name not in self.behavior.leaves_out
        ]
        results = {} if self.behavior.names_none else {"shortcuts": ("a(sa{sv})", named)}
        self._respond(call, sender, options, self.behavior.responses[1], results)

    def _respond(
        self, call: Message, sender: str, options: dict[str, Any], response: int | None, results: dict[str, Any]
    ) -> None:
        path = self._path("request", sender, options["handle_token"][1])
        self._connection.send(new_method_return(call, "o", (path,)))
        if response is not None:
            body = (response, results if response == 0 else {})
            self._signal("org.freedesktop.portal.Request", "Response", "ua{sv}", body, sender, path)

    @staticmethod
    def _path(what: str, sender: str, token: str) -> str:
        return f"{PATH}/{what}/{sender.removeprefix(':').replace('.', '_')}/{token}"
