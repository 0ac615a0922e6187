"""A desktop portal of our own on a private bus: RemoteDesktop with Clipboard as documented, and one program in front.

It checks the order and the signatures of what it is asked as the real one does, and can refuse. The program in front
pastes when it sees Ctrl+V or Shift+Insert, after `slow_s` seconds, unless it `ignores` the keys.
"""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
REMOTE = "org.freedesktop.portal.RemoteDesktop"
CLIPBOARD = "org.freedesktop.portal.Clipboard"
PASTES = ([0xFFE3, 0x76], [0xFFE1, 0xFF63])


@dataclass
class PortalBehavior:
    """How this desktop and the program in front behave."""

    start_response: int = 0
    clipboard_enabled: bool = True
    ignores: bool = False
    slow_s: float = 0.0


@dataclass
class MockInsertionPortal:
    """On the bus from its making until `close()`. `copied`: what another program holds, by MIME type."""

    behavior: PortalBehavior = field(default_factory=PortalBehavior)
    copied: dict[str, bytes] = field(default_factory=dict)
    pasted: list[bytes] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    keys: list[tuple[int, int]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self._connection = open_dbus_connection("SESSION", enable_fds=True)
        self._connection.send_and_get_reply(message_bus.RequestName(PORTAL))
        self._session, self._client, self._serial = "", "", 0
        self._down: list[int] = []
        self._pipes: dict[int, int] = {}
        self._readers: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._serve, name="mock portal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        for reader in self._readers:
            reader.join(20)
        self._connection.close()

    def read_back(self, name: str) -> None:
        """As a program that pastes by hand; the value comes into `pasted`."""
        self._serial += 1
        self._signal(CLIPBOARD, "SelectionTransfer", "osu", (self._session, name, self._serial))

    def copy(self, contents: dict[str, bytes]) -> None:
        """As a program in which somebody copies."""
        self.copied = contents
        body = {"mime_types": ("as", list(contents)), "session_is_owner": ("b", False)}
        self._signal(CLIPBOARD, "SelectionOwnerChanged", "oa{sv}", (self._session, body))

    def _signal(self, interface: str, member: str, signature: str, body: tuple[Any, ...], path: str = PATH) -> None:
        message = new_signal(DBusAddress(path, interface=interface), member, signature, body)
        message.header.fields[HeaderFields.destination] = self._client
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
        member, signature = fields[HeaderFields.member], fields.get(HeaderFields.signature, "")
        self._client = fields[HeaderFields.sender]
        self.calls.append(member)
        match member, signature:
            case "CreateSession", "a{sv}":
                sender = self._client.removeprefix(":").replace(".", "_")
                self._session = f"{PATH}/session/{sender}/{call.body[0]['session_handle_token'][1]}"
                self._respond(call, call.body[0], 0, {"session_handle": ("s", self._session)})
            case "SelectDevices", "oa{sv}":
                assert call.body[1]["types"] == ("u", 1)
                assert call.body[1]["persist_mode"] == ("u", 2)
                self.tokens.append(call.body[1].get("restore_token", ("s", ""))[1])
                self._respond(call, call.body[1], 0, {})
            case "Start", "osa{sv}":
                self._start(call)
            case "NotifyKeyboardKeysym", "oa{sv}iu":
                self._key(call.body[2], call.body[3])
                self._connection.send(new_method_return(call))
            case "SetSelection", "oa{sv}":
                self.offered = list(call.body[1]["mime_types"][1])
                self._connection.send(new_method_return(call))
                body = {"mime_types": ("as", self.offered), "session_is_owner": ("b", True)}
                self._signal(CLIPBOARD, "SelectionOwnerChanged", "oa{sv}", (self._session, body))
            case ("SelectionRead", "os") | ("SelectionWrite", "ou"):
                self._pipe(call, member)
            case ("RequestClipboard", "oa{sv}") | ("SelectionWriteDone", "oub") | ("Close", ""):
                self.closed = self.closed or member == "Close"
                self._connection.send(new_method_return(call))
            case _:
                error = "org.freedesktop.DBus.Error.UnknownMethod"
                self._connection.send(new_error(call, error, "s", (f"no {member}({signature})",)))

    def _start(self, call: Message) -> None:
        asked = "RequestClipboard" in self.calls
        results = {
            "devices": ("u", 1),
            "clipboard_enabled": ("b", self.behavior.clipboard_enabled and asked),
            "restore_token": ("s", f"token {len(self.tokens)}"),
        }
        self._respond(call, call.body[2], self.behavior.start_response, results)
        if self.behavior.start_response != 0:
            return
        body = {"mime_types": ("as", list(self.copied)), "session_is_owner": ("b", False)}
        self._signal(CLIPBOARD, "SelectionOwnerChanged", "oa{sv}", (self._session, body))

    def _key(self, keysym: int, state: int) -> None:
        self.keys.append((keysym, state))
        if state:
            self._down.append(keysym)
        else:
            self._down.remove(keysym)
        if self._down in PASTES and not self.behavior.ignores:
            timer = threading.Timer(self.behavior.slow_s, self.read_back, ("text/plain;charset=utf-8",))
            self._readers.append(timer)
            timer.start()

    def _pipe(self, call: Message, member: str) -> None:
        reading, writing = os.pipe()
        if member == "SelectionRead":
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(self.copied[call.body[1]])
            self._connection.send(new_method_return(call, "h", (reading,)))
            os.close(reading)
            return
        self._connection.send(new_method_return(call, "h", (writing,)))
        os.close(writing)
        reader = threading.Thread(target=self._take, args=(reading,))
        self._readers.append(reader)
        reader.start()

    def _take(self, reading: int) -> None:
        with os.fdopen(reading, "rb") as pipe:
            self.pasted.append(pipe.read())

    def _respond(self, call: Message, options: dict[str, Any], response: int, results: dict[str, Any]) -> None:
        sender = self._client.removeprefix(":").replace(".", "_")
        path = f"{PATH}/request/{sender}/{options['handle_token'][1]}"
        self._connection.send(new_method_return(call, "o", (path,)))
        body = (response, results if response == 0 else {})
        self._signal("org.freedesktop.portal.Request", "Response", "ua{sv}", body, path)
