"""Hotkeys on Wayland: the desktop portal's GlobalShortcuts reports the keys that the user has allowed.

Runs on the desktop thread, which never waits for the portal. The portal prescribes the order: close the session
before, register the application, create a session, bind all keys at once (once per session: other keys need a new
one). Each step begins with the answer to the one before. The desktop may ask the user, which may take minutes.

Desktops differ (reported, and measured with KDE 5.27): KDE wants the shortcuts when the session is created and
repeats `Activated` while a key is held; Hyprland names no trigger. The user chooses the key in the settings of the
desktop; ours is a suggestion.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message

from saywrite.desktop.dbus import BUS, BusClient, CallFailed, Reply, field
from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.base import (
    CANCEL,
    Binding,
    Clock,
    GrabResult,
    HotkeysLost,
    KeyPressed,
    KeyReleased,
    Post,
)
from saywrite.desktop.hotkeys.key_combination import KeyCombination, Modifier
from saywrite.desktop.hotkeys.key_names import KEYS, wayland_symbol
from saywrite.foundation.events import KeyProblem
from saywrite.foundation.messages import message

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

RESTARTS = 3
"""Restarts of the portal in a row after which it is given up."""

BY_HAND = message("In the desktop's keyboard settings, bind a key to each command shown in Saywrite's settings.")
NO_BUS = HotkeysLost(message("There is no session bus, so no key is heard."), BY_HAND)
GONE = HotkeysLost(
    message("The desktop no longer tells which keys are pressed."), message("Choose the key again in the settings.")
)
NOT_OFFERED = KeyProblem("", message("This desktop lets no other program hear a key."), BY_HAND)
REFUSED = KeyProblem(
    "", message("The desktop was not allowed to give Saywrite a key."), message("Choose the key again to be asked.")
)
FAILED = KeyProblem("", message("The desktop could not set up the key."), BY_HAND)
CLOSED = KeyProblem("", message("The desktop took the key away."), message("Choose the key again in the settings."))

_TRIGGER = {Modifier.CTRL: "CTRL", Modifier.ALT: "ALT", Modifier.SHIFT: "SHIFT", Modifier.SUPER: "LOGO"}


def trigger(chord: KeyCombination) -> str:
    """The chord in the notation of the desktops' shortcuts specification."""
    return "+".join(
        [*(_TRIGGER[each] for each in Modifier if each in chord.modifiers), wayland_symbol(KEYS[chord.key])]
    )


class PortalHotkeys:
    """The keys of one portal session. `grab` and `release` are safe on any thread."""

    supports_temporary_grabs = False

    def __init__(self, post: Post, clock: Clock, app_id: str, thread: DesktopThread) -> None:
        """`app_id`: the name of our .desktop file; newer portals serve only programs whose file they find."""
        self._post = post
        self._clock = clock
        self._app_id = app_id
        self._thread = thread
        # From here on used on the thread only.
        self._bindings: tuple[Binding, ...] = ()
        self._refused: tuple[KeyProblem, ...] = ()
        self._opening = False
        """Whether a new session is being opened; another is only opened after it."""
        self._open_again = False
        self._session = ""
        self._owner = ""
        self._offers = False
        self._awaited: dict[str, Callable[[int, dict[str, Any]], None]] = {}
        self._held: set[str] = set()
        self._restarts = 0
        self._insisted = False
        self._bus: BusClient | None = None
        thread.submit(self._connect)

    def grab(self, bindings: tuple[Binding, ...]) -> None:
        def job() -> None:
            wanted = [binding for binding in bindings if binding.id != CANCEL]
            self._bindings = tuple(each for each in wanted if not KEYS[each.chord.key].button)
            self._refused = tuple(_no_button(each) for each in wanted if KEYS[each.chord.key].button)
            self._open()

        self._thread.submit(job)

    def release(self) -> None:
        self._thread.run(self._close)

    def _connect(self) -> None:
        try:
            self._bus = BusClient("SESSION", self._thread, self._take)
        except OSError:
            self._post(NO_BUS)
            return
        self._bus.lost = self._bus_lost
        for interface in (SHORTCUTS.interface, REQUEST, SESSION):
            self._bus.listen(MatchRule(type="signal", sender=PORTAL, interface=interface))
        owner_changed = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
        owner_changed.add_arg_condition(0, PORTAL)
        self._bus.listen(owner_changed)

    def _close(self) -> None:
        self._let_go()
        if self._bus is not None:
            self._bus.close()
            self._bus = None

    def _bus_lost(self) -> None:
        self._close()
        self._post(GONE)

    def _call(
        self, address: DBusAddress, method: str, reply: Reply, signature: str = "", body: tuple[Any, ...] = ()
    ) -> None:
        if self._bus is not None:
            self._bus.call(address, method, signature, body, reply)

    def _open(self) -> None:
        """Ask for the keys of the bindings in a new session, as soon as no other is being opened."""
        if self._bus is None:
            return
        if self._opening:
            self._open_again = True
            return
        self._opening, self._open_again = True, False
        self._end_session(self._register)

    def _opened(self, outcome: GrabResult | None = None) -> None:
        """Note the end of an opening; post its outcome, unless the keys have changed meanwhile."""
        self._opening = False
        if self._open_again:
            self._open()
        elif outcome is not None:
            self._post(outcome)

    def _register(self) -> None:
        """Register once with each instance of the portal, and ask whether it offers shortcuts."""
        if not self._bindings:
            self._opened(GrabResult((), self._refused))
        elif self._owner:
            self._ask_for_offer()
        else:
            self._call(REGISTRY, "Register", self._registered, "sa{sv}", (self._app_id, {}))

    def _registered(self, answer: Message | CallFailed) -> None:
        if isinstance(answer, CallFailed):  # an older portal, or one that does not find our file
            log.info("the portal did not register us: %s", answer.name)
        else:
            self._owner = field(answer, HeaderFields.sender)
        self._ask_for_offer()

    def _ask_for_offer(self) -> None:
        if self._offers:
            self._create()
        else:
            self._call(PROPERTIES, "Get", self._offer_known, "ss", (SHORTCUTS.interface, "version"))

    def _offer_known(self, answer: Message | CallFailed) -> None:
        if isinstance(answer, CallFailed):
            log.info("the portal offers no shortcuts: %s", answer.name)
            self._opened(GrabResult((), (NOT_OFFERED,)))
            return
        self._owner, self._offers = field(answer, HeaderFields.sender), True
        self._create()

    def _create(self) -> None:
        shortcuts = [(binding.id, self._offer(binding)) for binding in self._bindings]
        options = {"session_handle_token": ("s", SESSION_TOKEN), "shortcuts": ("a(sa{sv})", shortcuts)}
        self._session = self._path("session", SESSION_TOKEN)
        self._request("CreateSession", "", (), options, self._created)

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
        path = self._path("request", token)
        self._awaited = {path: answered}

        def reply(answer: Message | CallFailed) -> None:
            outcome = None
            if isinstance(answer, CallFailed):
                log.info("the portal refused %s: %s", method, answer.name)
                if path in self._awaited:  # else the portal has ended, or other keys are wanted
                    self._session = "" if method == "CreateSession" else self._session
                    self._end_session(lambda: None)
                    outcome = GrabResult((), (FAILED,))
            if method == "CreateSession":
                self._opened(outcome)
            elif outcome is not None:
                self._post(outcome)

        self._call(SHORTCUTS, method, reply, f"{signature}a{{sv}}", (*body, {**options, "handle_token": ("s", token)}))

    def _path(self, what: str, token: str) -> str:
        """Where the portal puts the session or the request that we call `token`."""
        name = self._bus.name if self._bus is not None else ""
        return f"{PATH}/{what}/{name.removeprefix(':').replace('.', '_')}/{token}"

    def _created(self, response: int, results: dict[str, Any]) -> None:
        if response == 2 and self._restarts and not self._insisted:
            # KDE 5.27: the desktop's half still has the session of the portal that died; refusing us, it drops it.
            self._session, self._insisted = "", True
            self._open()
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
                problems.append(KeyProblem(binding.id, what, message("Assign one in the desktop's keyboard settings.")))
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
        """The portal ended or started (at login perhaps after us): it has forgotten our session."""
        if owner == self._owner:
            return
        self._let_go()
        self._session, self._owner, self._awaited = "", "", {}
        self._offers = self._insisted = False
        self._restarts += 1
        if self._restarts > RESTARTS:
            self._post(GONE)
        elif self._bindings:
            self._open()

    def _end_session(self, then: Callable[[], None]) -> None:
        """Close the session, and call `then` when the portal has closed it."""
        self._let_go()
        self._awaited = {}
        session, self._session = self._session, ""
        if session:
            self._call(DBusAddress(session, PORTAL, SESSION), "Close", lambda _answer: then())
        else:
            then()

    def _let_go(self) -> None:
        """Post a release for every key that is down."""
        for binding in sorted(self._held):
            self._post(KeyReleased(binding, self._clock()))
        self._held.clear()


def _no_button(binding: Binding) -> KeyProblem:
    what = message("This desktop passes no mouse buttons such as {chord} on to other programs.", chord=binding.chord)
    return KeyProblem(binding.id, what, message("Choose a key in the settings."))


def _token() -> str:
    return f"saywrite_{os.urandom(8).hex()}"
