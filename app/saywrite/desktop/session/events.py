"""When the screen locks and when the computer sleeps: reasons to close the microphone.

Signals of logind (system bus) and of the screen savers (session bus). One thread for both buses, asleep until one
speaks; a bus or a service that is not there means no signals, and nothing else. Lockers that send none are looked for
while the microphone is open (`screen_lockers.py`). A sleep that no signal told of shows in the clocks:
`SuspendDetector`, pure.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from saywrite.desktop.session.screen_lockers import LOOK_S, Lockers, open_lockers
from saywrite.foundation.selector_thread import SelectorThread

if TYPE_CHECKING:
    from jeepney import Message

    from saywrite.desktop.dbus import Bus

log = logging.getLogger(__name__)

JOIN_S = 2.0
SLEPT_S = 3.0
"""A sleep shorter than this is none: threads are held up, clocks are read one after the other."""

_LOOKS = 2

LOGIND = "org.freedesktop.login1"
SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
)
"""All tell `ActiveChanged(b)`."""


@dataclass(frozen=True, slots=True)
class ScreenLocked:
    """The screen is locked, or about to be. `at`: monotonic seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class ScreenUnlocked:
    """The user is back. `at`: monotonic seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class Suspending:
    """The computer is about to sleep. `at`: monotonic seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """The computer is awake again: connections are dead, devices may have changed. `at`: monotonic seconds."""

    at: float


class SessionWatch:
    """Posts the events above from its making until `close()`. Linux only; elsewhere see `SuspendDetector`."""

    def __init__(
        self, post: Callable[[object], None], clock: Callable[[], float], environ: Mapping[str, str] = os.environ
    ) -> None:
        self._post = post
        self._clock = clock
        self._environ = environ
        self._session = ""
        self._locked = False
        self._capturing = False
        self._seen = 0
        self._lockers: Lockers | None = None
        self._thread = SelectorThread("session watch", self._run)

    def close(self) -> None:
        if not self._thread.close(JOIN_S):
            log.warning("the session watch did not end in time")

    def capture(self, on: bool) -> None:
        """The microphone is open now, or no longer."""

        def order() -> None:
            self._capturing, self._seen = on, 0
            if on and self._lockers is None:
                self._lockers = open_lockers(self._environ)

        self._thread.order(order)

    def _run(self, thread: SelectorThread) -> None:
        buses = [bus for bus in (_system_bus(self, thread), _session_bus(thread)) if bus is not None]
        while not thread.closing:
            for bus in list(buses):
                try:
                    while messages := bus.signals():
                        for message in messages:
                            self._take(message)
                except OSError:
                    log.info("a bus went away: it no longer tells of locks and sleep")
                    bus.close()
                    buses.remove(bus)
            thread.wait([bus.fileno() for bus in buses], LOOK_S if self._capturing else None)
            if self._capturing and self._lockers is not None:
                self._look(self._lockers)
        for bus in buses:
            bus.close()
        if self._lockers is not None:
            self._lockers.close()

    def _look(self, lockers: Lockers) -> None:
        """A locker at two looks in a row ends the capture, and with it the looking."""
        self._seen = self._seen + 1 if lockers.is_locked() else 0
        if self._seen == _LOOKS:
            log.info("a screen locker without signals is there")
            self._post(ScreenLocked(self._clock()))

    def follow_session(self, path: str) -> None:
        """Of all the users' sessions, logind's `Lock` at this path is ours. On the watch's own thread."""
        self._session = path

    def _take(self, message: Message) -> None:
        from jeepney import HeaderFields

        from saywrite.desktop.dbus import field

        match field(message, HeaderFields.member), message.body:
            case "PrepareForSleep", (True,):
                self._post(Suspending(self._clock()))
            case "PrepareForSleep", (False,):
                self._post(Resumed(self._clock()))
            case "ActiveChanged", (bool() as active,):
                self._lock(active)
            case "Lock", _ if field(message, HeaderFields.path) == self._session:
                self._lock(True)
            case "Unlock", _ if field(message, HeaderFields.path) == self._session:
                self._lock(False)

    def _lock(self, locked: bool) -> None:
        """Several services tell of the same lock: it is posted once."""
        if locked != self._locked:
            self._locked = locked
            self._post(ScreenLocked(self._clock()) if locked else ScreenUnlocked(self._clock()))


def _system_bus(watch: SessionWatch, thread: SelectorThread) -> Bus | None:
    from jeepney import DBusAddress, MatchRule

    from saywrite.desktop.dbus import Bus, NoReply

    manager = DBusAddress("/org/freedesktop/login1", LOGIND, f"{LOGIND}.Manager")
    try:
        bus = Bus("SYSTEM", thread)
    except OSError:
        log.info("no system bus: no signal when the computer sleeps")
        return None
    with contextlib.suppress(NoReply, OSError):  # no logind: nobody will speak
        bus.listen(MatchRule(type="signal", sender=LOGIND, interface=f"{LOGIND}.Manager", member="PrepareForSleep"))
        bus.listen(MatchRule(type="signal", sender=LOGIND, interface=f"{LOGIND}.Session"))
        name = os.environ.get("XDG_SESSION_ID")
        if name:
            answer = bus.call(manager, "GetSession", "s", (name,))
        else:
            answer = bus.call(manager, "GetSessionByPID", "u", (os.getpid(),))
        watch.follow_session(str(answer.body[0]))
    return bus


def _session_bus(thread: SelectorThread) -> Bus | None:
    from jeepney import MatchRule

    from saywrite.desktop.dbus import Bus, NoReply

    try:
        bus = Bus("SESSION", thread)
    except OSError:
        log.info("no session bus: no signal when the screen locks")
        return None
    with contextlib.suppress(NoReply, OSError):
        for saver in SAVERS:
            bus.listen(MatchRule(type="signal", interface=saver, member="ActiveChanged"))
    return bus


class SuspendDetector:
    """Finds a sleep by two clocks, one that goes on while the computer sleeps and one that does not. No timers: ask
    it whenever something happens anyway (while a dictation runs, several times a second).
    """

    def __init__(self) -> None:
        self._lead: float | None = None

    def slept(self, through: float, awake: float) -> float:
        """Seconds slept since the last call, 0.0 if none. `through` goes on in sleep, `awake` stops."""
        before, self._lead = self._lead, through - awake
        if before is None or self._lead - before < SLEPT_S:
            return 0.0
        return self._lead - before


def sleep_clocks() -> tuple[float, float]:
    """The clocks for `SuspendDetector.slept`, in seconds: the one that goes on in sleep, the one that stops."""
    if sys.platform == "win32":
        ticks = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))
        return time.monotonic(), ticks.value / 10_000_000
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(time.CLOCK_UPTIME_RAW)
    boot: Any = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(boot), time.clock_gettime(time.CLOCK_MONOTONIC)
