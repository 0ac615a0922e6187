"""Hotkeys on Wayland: the desktop portal's GlobalShortcuts reports the keys that the user has allowed.

A thread with a bus connection of its own, asleep until a signal comes. The portal prescribes the order: register the
application, create a session, bind all keys at once (once per session: other keys need a new one). The desktop may
ask the user, so the answer may take minutes; meanwhile the thread handles other signals.

Desktops differ (reported, and measured with KDE 5.27): KDE wants the shortcuts when the session is created and
repeats `Activated` while a key is held; Hyprland names no trigger. The user chooses the key in the settings of the
desktop; ours is a suggestion.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Callable
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message

from saywrite.desktop.dbus import BUS, Bus, CallFailed, field
from saywrite.desktop.hotkeys.base import (
    CANCEL,
    Binding,
    Clock,
    GrabResult,
    HotkeyProblem,
    HotkeysLost,
    KeyPressed,
    KeyReleased,
    Post,
)
from saywrite.desktop.hotkeys.key_combination import KeyCombination, Modifier
from saywrite.desktop.hotkeys.key_names import KEYS, wayland_symbol
from saywrite.foundation.messages import message
from saywrite.foundation.selector_thread import SelectorThread

log = logging.getLogger(__name__)

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = DBusAddress(PATH, PORTAL, "org.freedesktop.portal.GlobalShortcuts")
REGISTRY = DBusAddress(PATH, PORTAL, "org.freedesktop.host.portal.Registry")
PROPERTIES = DBusAddress(PATH, PORTAL, "org.freedesktop.DBus.Properties")
REQUEST = "org.freedesktop.portal.Request"
SESSION = "org.freedesktop.portal.Session"

SESSION_TOKEN = "saywrite"
"""Constant: without an app id, KDE stores the keys that the user assigned under this name."""

JOIN_S = 2.0
RESTARTS = 3
"""Restarts of the portal in a row after which it is given up."""

BY_HAND = message("In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.")
NO_BUS = HotkeysLost(message("There is no session bus, so no key is heard."), BY_HAND)
GONE = HotkeysLost(
    message("The desktop no longer tells which keys are pressed."), message("Choose the key again in the settings.")
)
NOT_OFFERED = HotkeyProblem("", message("This desktop lets no other program hear a key."), BY_HAND)
REFUSED = HotkeyProblem(
    "", message("The desktop was not allowed to give Saywrite a key."), message("Choose the key again to be asked.")
)
FAILED = HotkeyProblem("", message("The desktop could not set up the key."), BY_HAND)
CLOSED = HotkeyProblem("", message("The desktop took the key away."), message("Choose the key again in the settings."))

_TRIGGER = {Modifier.CTRL: "CTRL", Modifier.ALT: "ALT", Modifier.SHIFT: "SHIFT", Modifier.SUPER: "LOGO"}


def trigger(chord: KeyCombination) -> str:
    """The chord in the notation of the desktops' shortcuts specification."""
    return "+".join(
        [*(_TRIGGER[each] for each in Modifier if each in chord.modifiers), wayland_symbol(KEYS[chord.key])]
    )


class PortalHotkeys:
    """The keys of one portal session. Every method is safe on any thread and only submits a job."""

    supports_temporary_grabs = False

    def __init__(self, post: Post, clock: Clock, app_id: str) -> None:
        """`app_id`: the name of our .desktop file; newer portals serve nobody whose file they cannot find."""
        self._post = post
        self._clock = clock
        self._app_id = app_id
        # From here on used on the thread only.
        self._bindings: tuple[Binding, ...] = ()
        self._refused: tuple[HotkeyProblem, ...] = ()
        self._wanted = False
        self._session = ""
        self._owner = ""
        self._offers = False
        self._awaited: dict[str, Callable[[int, dict[str, Any]], None]] = {}
        self._held: set[str] = set()
        self._restarts = 0
        self._insisted = False
        self._bus: Any = None
        self._thread = SelectorThread("hotkeys", self._run)

    def grab(self, bindings: tuple[Binding, ...]) -> None:
        def job() -> None:
            wanted = [binding for binding in bindings if binding.id != CANCEL]
            self._bindings = tuple(each for each in wanted if not KEYS[each.chord.key].button)
            self._refused = tuple(_no_button(each) for each in wanted if KEYS[each.chord.key].button)
            self._wanted = True

        self._thread.submit(job)

    def release(self) -> None:
        if not self._thread.close(JOIN_S):
            log.warning("the hotkey thread did not end in time")

    def _run(self, thread: SelectorThread) -> None:
        try:
            self._bus = Bus("SESSION", thread)
        except OSError:
            self._post(NO_BUS)
            return
        try:
            self._listen(thread)
        except (OSError, CallFailed) as problem:
            log.info("no keys from the portal: %s", type(problem).__name__)
            self._let_go()
            if not thread.closing:
                self._post(GONE)
        finally:
            self._bus.close()

    def _listen(self, thread: SelectorThread) -> None:
        self._subscribe()
        while not thread.closing:
            if self._wanted:
                self._wanted = False
                self._open()
            while messages := self._bus.signals():
                for received in messages:
                    self._take(received)
            if not self._wanted:
                thread.wait([self._bus.fileno()])
        self._let_go()

    def _subscribe(self) -> None:
        for interface in (SHORTCUTS.interface, REQUEST, SESSION):
            self._bus.listen(MatchRule(type="signal", sender=PORTAL, interface=interface))
        owner_changed = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
        owner_changed.add_arg_condition(0, PORTAL)
        self._bus.listen(owner_changed)

    def _open(self) -> None:
        """Ask for the keys of the bindings in a new session."""
        self._end_session()
        if not self._bindings:
            self._post(GrabResult((), self._refused))
            return
        if not self._introduce():
            self._post(GrabResult((), (NOT_OFFERED,)))
            return
        shortcuts = [(binding.id, self._offer(binding)) for binding in self._bindings]
        options = {"session_handle_token": ("s", SESSION_TOKEN), "shortcuts": ("a(sa{sv})", shortcuts)}
        self._session = self._path("session", SESSION_TOKEN)
        self._request("CreateSession", "", (), options, self._created)

    def _introduce(self) -> bool:
        """Register once with each instance of the portal; whether it offers shortcuts."""
        if not self._owner:
            try:
                answer = self._bus.call(REGISTRY, "Register", "sa{sv}", (self._app_id, {}))
                self._owner = field(answer, HeaderFields.sender)
            except CallFailed as problem:  # an older portal, or one that does not find our file
                log.info("the portal did not register us: %s", problem.name)
        if not self._offers:
            try:
                answer = self._bus.call(PROPERTIES, "Get", "ss", (SHORTCUTS.interface, "version"))
            except CallFailed as problem:
                log.info("the portal offers no shortcuts: %s", problem.name)
                return False
            self._owner, self._offers = field(answer, HeaderFields.sender), True
        return True

    @staticmethod
    def _offer(binding: Binding) -> dict[str, tuple[str, str]]:
        label = binding.label or "Dictate"
        return {"description": ("s", label), "preferred_trigger": ("s", trigger(binding.chord))}

    def _request(
        self,
        method: str,
        signature: str,
        body: tuple[Any, ...],
        options: dict[str, Any],
        answered: Callable[[int, dict[str, Any]], None],
    ) -> None:
        """Call a method whose answer is a signal, at a path that is known before the call."""
        token = _token()
        self._awaited = {self._path("request", token): answered}
        try:
            self._bus.call(SHORTCUTS, method, f"{signature}a{{sv}}", (*body, {**options, "handle_token": ("s", token)}))
        except CallFailed as problem:
            log.info("the portal refused %s: %s", method, problem.name)
            self._session = "" if method == "CreateSession" else self._session
            self._end_session()
            self._post(GrabResult((), (FAILED,)))

    def _path(self, what: str, token: str) -> str:
        """Where the portal puts the session or the request that we call `token`."""
        return f"{PATH}/{what}/{self._bus.name.removeprefix(':').replace('.', '_')}/{token}"

    def _created(self, response: int, results: dict[str, Any]) -> None:
        if response == 2 and self._restarts and not self._insisted:
            # KDE 5.27: the desktop's half still has the session of the portal that died; refusing us, it drops it.
            self._session, self._insisted, self._wanted = "", True, bool(self._bindings)
            return
        if response != 0:
            self._session = ""
            self._post(GrabResult((), (REFUSED if response == 1 else FAILED,)))
            return
        self._session = str(results["session_handle"][1])
        shortcuts = [(binding.id, self._offer(binding)) for binding in self._bindings]
        self._request("BindShortcuts", "oa(sa{sv})s", (self._session, shortcuts, ""), {}, self._bound)

    def _bound(self, response: int, results: dict[str, Any]) -> None:
        if response != 0:
            self._post(GrabResult((), (REFUSED if response == 1 else FAILED,)))
            return
        self._restarts = 0
        self._tell(results.get("shortcuts", ("", []))[1])

    def _tell(self, shortcuts: list[Any]) -> None:
        """Post what the desktop has bound. Some desktops list nothing after a success: then all may work."""
        named = {str(name): str(details.get("trigger_description", ("s", ""))[1]) for name, details in shortcuts}
        triggers, problems = [], [*self._refused]
        for binding in self._bindings:
            if named and binding.id not in named:
                what = message("The desktop has no key for {value} yet.", value=binding.label or binding.chord)
                problems.append(
                    HotkeyProblem(binding.id, what, message("Assign one in the desktop's keyboard settings."))
                )
            else:
                triggers.append((binding.id, named.get(binding.id, "")))
        self._post(GrabResult(tuple(triggers), tuple(problems)))

    def _take(self, message: Message) -> None:
        sender, path = field(message, HeaderFields.sender), field(message, HeaderFields.path)
        match field(message, HeaderFields.member):
            case "NameOwnerChanged" if sender == BUS:
                self._portal_changed(str(message.body[2]))
            case _ if sender != self._owner:
                return
            case "Response" if path in self._awaited:
                self._awaited.pop(path)(int(message.body[0]), dict(message.body[1]))
            case "Activated" if message.body[0] == self._session:
                self._held.add(str(message.body[1]))
                self._post(KeyPressed(str(message.body[1]), self._clock()))
            case "Deactivated" if message.body[0] == self._session:
                self._held.discard(str(message.body[1]))
                self._post(KeyReleased(str(message.body[1]), self._clock()))
            case "ShortcutsChanged" if message.body[0] == self._session:
                self._tell(message.body[1])
            case "Closed" if path == self._session:
                self._session = ""
                self._let_go()
                self._post(GrabResult((), (CLOSED,)))

    def _portal_changed(self, owner: str) -> None:
        """The portal ended or started (at login perhaps after us): it knows nothing about us any more."""
        if owner == self._owner:
            return
        self._let_go()
        self._session, self._owner, self._awaited = "", "", {}
        self._offers = self._insisted = False
        self._restarts += 1
        if self._restarts > RESTARTS:
            self._post(GONE)
        else:
            self._wanted = bool(self._bindings)

    def _end_session(self) -> None:
        self._let_go()
        self._awaited = {}
        session, self._session = self._session, ""
        if session:
            with contextlib.suppress(CallFailed):
                self._bus.call(DBusAddress(session, PORTAL, SESSION), "Close")

    def _let_go(self) -> None:
        """Post a release for every key that is held."""
        for binding in sorted(self._held):
            self._post(KeyReleased(binding, self._clock()))
        self._held.clear()


def _no_button(binding: Binding) -> HotkeyProblem:
    what = message("This desktop passes no mouse buttons such as {chord} on to other programs.", chord=binding.chord)
    return HotkeyProblem(binding.id, what, message("Choose a key in the settings."))


def _token() -> str:
    return f"saywrite_{secrets.token_hex(8)}"
