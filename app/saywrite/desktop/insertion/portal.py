"""Insertion on GNOME and KDE under Wayland, through a RemoteDesktop session with the clipboard.

The desktop asks the user once and returns a token that works once; each start returns the next one, which the caller
stores. The desktop reports neither the window with the focus nor who reads, so any program that reads after the keys
counts as the target. Runs on the insertion thread.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus

from saywrite.desktop.dbus import connect
from saywrite.desktop.insertion.base import (
    MOST_BYTES,
    PASSWORD_HINT,
    READ_S,
    FailureReason,
    InsertionResult,
    PasteMethod,
    TargetWindow,
    Undo,
    unavailable,
)
from saywrite.desktop.insertion.clipboard_paste import ClipboardPaste
from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.wayland.data_control import Contents, read_pipe
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
REQUEST = "org.freedesktop.portal.Request"
CONNECT_S = 1.0
CALL_S = 5.0


class PortalBus:
    """The portal's interfaces, with file descriptors. Every method raises `InsertionUnavailable` without a portal."""

    def __init__(self, interfaces: tuple[str, ...], take: Callable[[Message], None]) -> None:
        """`take` gets the portal's signals of these interfaces, during `wait()` and `receive()`."""
        try:
            self._connection: Any = connect("SESSION", limit_s=CONNECT_S, enable_fds=True)
        except OSError as error:
            raise unavailable(message("There is no session bus, so text cannot be put into other programs.")) from error
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
        method: str,
        signature: str,
        body: tuple[Any, ...],
        options: dict[str, Any],
        limit_s: float,
    ) -> dict[str, Any]:
        """Call a method of the remote desktop whose answer comes later, as a signal of a request object."""
        token = handle()
        sender = str(self._connection.unique_name).removeprefix(":").replace(".", "_")
        path = f"{PATH}/request/{sender}/{token}"
        self.call(REMOTE, method, signature, (*body, {**options, "handle_token": ("s", token)}))
        self.wait(lambda: path in self._responses, limit_s)
        response, results = self._responses.pop(path, (2, {}))
        if response == 1:
            raise unavailable(message("The desktop was not allowed to let Saywrite insert text into other programs."))
        if response != 0:
            raise unavailable(message("The desktop could not let Saywrite insert text into other programs."))
        return results

    def call(self, address: DBusAddress, method: str, signature: str = "", body: tuple[Any, ...] = ()) -> Message:
        """Call a method and wait for its answer."""
        return self._ask(new_method_call(address, method, signature or None, body))

    def receive(self, wait_s: float) -> None:
        """Handle the messages that have come; wait at most `wait_s` seconds for the first."""
        while True:
            try:
                arrived = self._kept.popleft() if self._kept else self._connection.receive(timeout=wait_s)
            except TimeoutError:
                return
            except OSError as error:
                raise unavailable(
                    message("The session bus is gone, so text cannot be put into other programs.")
                ) from error
            wait_s = 0.0
            if arrived.header.message_type is not MessageType.signal:
                continue
            if arrived.header.fields.get(HeaderFields.member) == "Response":
                path = arrived.header.fields.get(HeaderFields.path, "")
                self._responses[path] = (int(arrived.body[0]), dict(arrived.body[1]))
            else:
                self._take(arrived)

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        """Handle messages until `done()`; False if it is not done after `limit_s` seconds."""
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
                answer = self._connection.receive(timeout=left)
                if answer.header.fields.get(HeaderFields.reply_serial) != serial:
                    self._kept.append(answer)
                elif answer.header.message_type is MessageType.error:
                    raise unavailable(message("The desktop does not let Saywrite insert text into other programs."))
                else:
                    return answer
        except TimeoutError:
            log.info("the portal does not answer")
        except OSError as error:
            raise unavailable(message("The session bus is gone, so text cannot be put into other programs.")) from error
        raise unavailable(message("The desktop's portal does not answer."))


def handle() -> str:
    """A unique name for a request or a session."""
    return f"saywrite_{os.urandom(8).hex()}"


REMOTE = DBusAddress(PATH, PORTAL, "org.freedesktop.portal.RemoteDesktop")
CLIPBOARD = DBusAddress(PATH, PORTAL, "org.freedesktop.portal.Clipboard")
SESSION = "org.freedesktop.portal.Session"

ASK_S = 60.0
"""Seconds that the user has to answer the question of the desktop, the first time."""

AGAIN_S = 2.5
"""Seconds for a start with a token, which does not ask the user; after them it counts as hung."""

TOLD_S = 0.5  # an empty clipboard is perhaps not reported at all
WATCHERS_S = 0.03
"""Seconds that clipboard managers have to read before the keys are sent."""

PIPE_S = 2.0
TEXT = ("text/plain;charset=utf-8", "text/plain", "UTF8_STRING")

_KEYBOARD, _UNTIL_REVOKED = 1, 2  # bits of `types`, and a value of `persist_mode`
_KEYSYMS = {"ctrl": 0xFFE3, "shift": 0xFFE1, "v": 0x76, "z": 0x7A, "insert": 0xFF63, "backspace": 0xFF08}
_CHORDS: Mapping[str, tuple[str, ...]] = {
    PasteMethod.CTRL_V: ("ctrl", "v"),
    PasteMethod.CTRL_SHIFT_V: ("ctrl", "shift", "v"),
    PasteMethod.SHIFT_INSERT: ("shift", "insert"),
    Undo.CTRL_Z: ("ctrl", "z"),
}


class Portal:
    """The `InsertionBackend` and `PasteBackend` of the portal.

    It cannot type: desktops map typed characters through the layout and lose some.
    """

    name = "RemoteDesktop portal"

    def __init__(self, token: str = "", keep_token: Callable[[str], None] = lambda _token: None) -> None:
        """`token`: the last one that `keep_token` got, "" the first time."""
        self._bus = PortalBus((SESSION, CLIPBOARD.interface), self._take)
        self._token, self._keep_token = token, keep_token
        self._session = ""
        self._types: tuple[str, ...] = ()
        self._told = False
        self._ours = False
        self._offered: Contents = {}
        self._reads: list[float] = []
        self.activity = UserActivity()
        self._paste: ClipboardPaste[Contents] = ClipboardPaste(self, self.activity)

    def focus(self) -> TargetWindow | None:
        return None

    def fileno(self) -> int | None:
        return self._bus.fileno()

    def serve(self) -> None:
        self._bus.receive(0.0)

    def wake(self, now: float) -> float | None:
        return self._paste.wake(now)

    def deliver(
        self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool = False
    ) -> InsertionResult:
        self._start()
        return self._paste.deliver(text, target, means, replace=replace)

    # PasteBackend

    def save(self, means: PasteMethod, kept: Contents | None) -> tuple[Contents, FailureReason]:
        if kept is not None:
            return kept, FailureReason.NONE
        return (self._offered, FailureReason.NONE) if self._ours else self._read_all()

    def offer(self, text: str, means: PasteMethod, before: Contents | None) -> bool:
        self._own(dict.fromkeys(TEXT, text.encode("utf-8")) | PASSWORD_HINT)
        return True

    def keep(self) -> None:
        """Do nothing: the selection is served as long as Saywrite runs."""

    def is_ours(self) -> bool:
        return self._ours

    def wait_until_free(self) -> FailureReason:
        return FailureReason.NONE

    def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
        self._bus.receive(WATCHERS_S)
        self._reads.clear()  # so far only programs that watch the clipboard can have looked
        self._press(_CHORDS[means])
        return True

    def type(self, text: str, target: TargetWindow | None) -> bool:
        return False

    def sees_reads(self) -> bool:
        return True

    def last_read(self) -> float:
        return max(self._reads, default=0.0)

    def is_unclear(self) -> bool:
        return False

    def is_busy(self) -> bool:
        return False

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        return self._bus.wait(done, limit_s)

    def watch_user(self) -> None:
        """Do nothing: the portal does not report the user's input."""

    def restore(self, saved: Contents) -> None:
        self._own(saved)

    def activate_window(self, target: TargetWindow) -> bool:
        return False

    def take_back(self, undo: Undo, steps: int) -> bool:
        self._start()
        for _ in range(steps if undo is Undo.BACKSPACE else 1):
            self._press(("backspace",) if undo is Undo.BACKSPACE else _CHORDS[undo])
        return True

    def close(self) -> None:
        with contextlib.suppress(InsertionUnavailable):
            self._paste.restore_now()
        self._end_session()
        self._bus.close()

    def _end_session(self) -> None:
        session, self._session, self._told = self._session, "", False
        if session:
            with contextlib.suppress(InsertionUnavailable):
                self._bus.call(DBusAddress(session, PORTAL, SESSION), "Close")

    def _start(self) -> None:
        """A session with keyboard and clipboard, if there is none."""
        if self._session:
            return
        limit_s = AGAIN_S if self._token else ASK_S
        results = self._bus.request("CreateSession", "a{sv}", (), {"session_handle_token": ("s", handle())}, CALL_S)
        self._session = str(results["session_handle"][1])
        try:
            self._begin(limit_s)
        except InsertionUnavailable:
            self._end_session()
            raise
        # The portal reports the contents of the clipboard by itself, a little later.
        self._bus.wait(lambda: self._told, TOLD_S)

    def _begin(self, limit_s: float) -> None:
        session = self._session
        options: dict[str, Any] = {"types": ("u", _KEYBOARD), "persist_mode": ("u", _UNTIL_REVOKED)}
        if self._token:
            options["restore_token"] = ("s", self._token)
        self._bus.request("SelectDevices", "oa{sv}", (session,), options, CALL_S)
        self._bus.call(CLIPBOARD, "RequestClipboard", "oa{sv}", (session, {}))
        self._token = ""  # it works once, even if the start fails
        self._keep_token("")
        results = self._bus.request("Start", "osa{sv}", (session, ""), {}, limit_s)
        if not results.get("devices", ("u", 0))[1] & _KEYBOARD or not results.get("clipboard_enabled", ("b", False))[1]:
            raise unavailable(message("The desktop gave Saywrite no keyboard or no clipboard to insert text with."))
        if "restore_token" in results:
            self._token = str(results["restore_token"][1])
            self._keep_token(self._token)

    def _press(self, names: tuple[str, ...]) -> None:
        for name, down in [*((name, 1) for name in names), *((name, 0) for name in reversed(names))]:
            body: tuple[Any, ...] = (self._session, {}, _KEYSYMS[name], down)
            self._bus.call(REMOTE, "NotifyKeyboardKeysym", "oa{sv}iu", body)

    def _own(self, contents: Mapping[str, bytes]) -> None:
        self._offered, self._ours = contents, True
        self._bus.call(CLIPBOARD, "SetSelection", "oa{sv}", (self._session, {"mime_types": ("as", list(contents))}))

    def _read_all(self) -> tuple[Contents, FailureReason]:
        """Read every format; returns the reason where one of them failed."""
        found: dict[str, bytes] = {}
        deadline = time.monotonic() + READ_S
        for name in self._types:
            try:
                reply = self._bus.call(CLIPBOARD, "SelectionRead", "os", (self._session, name))
            except InsertionUnavailable:
                continue  # refused
            value = read_pipe(reply.body[0].to_raw_fd(), MOST_BYTES - sum(map(len, found.values())), deadline)
            if isinstance(value, FailureReason):
                return found, value
            found[name] = value
        return found, FailureReason.NONE

    def _give(self, name: str, serial: int) -> None:
        """Write a format of our clipboard for a program that reads it."""
        value = self._offered.get(name)
        reply = self._bus.call(CLIPBOARD, "SelectionWrite", "ou", (self._session, serial))
        given = _write(reply.body[0].to_raw_fd(), value or b"") and value is not None
        self._bus.call(CLIPBOARD, "SelectionWriteDone", "oub", (self._session, serial, given))
        if given and name in TEXT:
            self._reads.append(time.monotonic())

    def _take(self, message: Message) -> None:
        path = message.header.fields.get(HeaderFields.path, "")
        match message.header.fields.get(HeaderFields.member):
            case "SelectionOwnerChanged":
                options, self._told = message.body[1], True
                self._ours = bool(options.get("session_is_owner", ("b", False))[1])
                types = options.get("mime_types", ("as", []))[1]
                self._types = tuple(types[0] if isinstance(types, tuple) else types)
            case "SelectionTransfer" if message.body[0] == self._session:
                self._give(str(message.body[1]), int(message.body[2]))
            case "Closed" if path == self._session:
                self._session, self._ours, self._told = "", False, False


def _write(pipe: int, value: bytes) -> bool:
    """Write `value` into a pipe; whether the reader took all of it in time."""
    os.set_blocking(pipe, False)
    left = memoryview(value)
    try:
        while left:
            if not select.select([], [pipe], [], PIPE_S)[1]:
                return False
            left = left[os.write(pipe, left) :]
        return True
    except OSError:
        return False
    finally:
        os.close(pipe)
