"""Reports when the screen is locked and when the computer sleeps: reasons to close the microphone.

On the desktop thread: signals of logind (system bus) and of the screen savers (session bus), where these exist, and
lockers that send no signal, which are looked for while the microphone is open (`screen_lockers.py`).
`SuspendDetector` is pure and finds a sleep that no signal reported by comparing two clocks.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from saywrite.desktop.desktop_thread import DesktopThread, Timer
from saywrite.desktop.session.screen_lockers import LOOK_S, Lockers, open_lockers

if TYPE_CHECKING:
    from jeepney import Message

    from saywrite.desktop.dbus import BusClient, CallFailed

log = logging.getLogger(__name__)

SLEPT_S = 3.0
"""Seconds that count as a sleep; less is a thread that had to wait between its readings of the two clocks."""

_SIGHTINGS = 2  # one may be a window that covers the screen for a moment

LOGIND = "org.freedesktop.login1"
SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
)
"""Services that send the signal `ActiveChanged(b)`."""


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
        self,
        post: Callable[[object], None],
        clock: Callable[[], float],
        thread: DesktopThread,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """`post` is called on `thread`."""
        self._post = post
        self._clock = clock
        self._environ = environ
        self._thread = thread
        # From here on used on the thread only.
        self._session = ""
        self._locked = False
        self._capturing = False
        self._sightings = 0
        self._lockers: Lockers | None = None
        self._next_look: Timer | None = None
        self._buses: list[BusClient] = []
        thread.submit(self._open)

    def close(self) -> None:
        self._thread.run(self._close)

    def capture(self, on: bool) -> None:
        """Tell whether the microphone is open: lockers that send no signal are looked for only then."""
        self._thread.submit(lambda: self._capture(on))

    def _open(self) -> None:
        for bus, follow in (("SYSTEM", self._follow_logind), ("SESSION", self._follow_screen_savers)):
            client = self._connect(bus)
            if client is not None:
                follow(client)

    def _connect(self, bus: str) -> BusClient | None:
        from saywrite.desktop.dbus import BusClient

        try:
            client = BusClient(bus, self._thread, self._receive)
        except OSError:
            log.info("no %s bus: its signals of locks and sleep are missing", bus.lower())
            return None
        self._buses.append(client)
        return client

    def _close(self) -> None:
        self._capture(False)
        for bus in self._buses:
            bus.close()
        if self._lockers is not None:
            self._lockers.close()
            self._lockers = None

    def _capture(self, on: bool) -> None:
        self._capturing, self._sightings = on, 0
        if self._next_look is not None:
            self._next_look.cancel()
            self._next_look = None
        if on:
            if self._lockers is None:
                self._lockers = open_lockers(self._environ)
            self._look_later()

    def _look_later(self) -> None:
        if self._capturing and self._lockers is not None:
            self._next_look = self._thread.call_later(LOOK_S, self._look)

    def _look(self) -> None:
        """Look for a locker; the second sighting in a row is posted, and that it has gone then."""
        assert self._lockers is not None
        before, self._sightings = self._sightings, self._sightings + 1 if self._lockers.is_locked() else 0
        if before >= _SIGHTINGS and not self._sightings and not self._locked:
            self._post(ScreenUnlocked(self._clock()))
        if self._sightings == _SIGHTINGS:
            log.info("a screen locker without signals is there")
            self._post(ScreenLocked(self._clock()))
        self._look_later()

    def _follow_logind(self, bus: BusClient) -> None:
        """Listen for sleep, and ask for our session: logind reports the locks of all users."""
        from jeepney import DBusAddress, MatchRule

        manager = DBusAddress("/org/freedesktop/login1", LOGIND, f"{LOGIND}.Manager")
        bus.listen(MatchRule(type="signal", sender=LOGIND, interface=manager.interface, member="PrepareForSleep"))
        bus.listen(MatchRule(type="signal", sender=LOGIND, interface=f"{LOGIND}.Session"))
        name = self._environ.get("XDG_SESSION_ID")
        if name:
            bus.call(manager, "GetSession", "s", (name,), self._follow_session)
        else:
            bus.call(manager, "GetSessionByPID", "u", (os.getpid(),), self._follow_session)

    def _follow_session(self, reply: Message | CallFailed) -> None:
        if not isinstance(reply, Exception):  # without logind there are no signals of it either
            self._session = str(reply.body[0])

    def _follow_screen_savers(self, bus: BusClient) -> None:
        from jeepney import MatchRule

        for saver in SAVERS:
            bus.listen(MatchRule(type="signal", interface=saver, member="ActiveChanged"))

    def _receive(self, message: Message) -> None:
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
        """Post a change; several services report the same lock."""
        if locked != self._locked:
            self._locked = locked
            self._post(ScreenLocked(self._clock()) if locked else ScreenUnlocked(self._clock()))


class SuspendDetector:
    """Finds a sleep by two clocks, one that runs while the computer sleeps and one that stops.

    It has no timer: call it whenever something happens anyway (several times a second while a dictation runs).
    """

    def __init__(self) -> None:
        self._lead: float | None = None

    def slept(self, through: float, awake: float) -> float:
        """Seconds slept since the last call, or 0.0. `through`: the clock that runs in sleep, `awake`: the other."""
        before, self._lead = self._lead, through - awake
        if before is None or self._lead - before < SLEPT_S:
            return 0.0
        return self._lead - before


def sleep_clocks() -> tuple[float, float]:
    """Both clocks for `SuspendDetector.slept`, in seconds: the one that runs in sleep, the one that stops."""
    if sys.platform == "win32":
        ticks = ctypes.c_ulonglong()
        _unbiased_time()(ctypes.byref(ticks))
        return time.monotonic(), ticks.value / 10_000_000
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC), time.clock_gettime(time.CLOCK_UPTIME_RAW)
    boot: Any = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(boot), time.clock_gettime(time.CLOCK_MONOTONIC)


@cache
def _unbiased_time() -> Any:
    """QueryUnbiasedInterruptTime of Windows: units of 100 ns without those in sleep."""
    library: Any = getattr(ctypes, "WinDLL")("kernel32")  # noqa: B009 - only Windows has it
    read = library.QueryUnbiasedInterruptTime
    read.restype, read.argtypes = ctypes.c_int, (ctypes.c_void_p,)
    return read
