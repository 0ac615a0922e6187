"""Keys through the desktop portal, on a real bus against a portal that is as strict and as odd as the real ones."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import psutil
import pytest
from jeepney import DBusAddress, HeaderFields, new_signal
from jeepney.io.blocking import open_dbus_connection
from tests.system.lab.desktop import wait_for
from tests.system.lab.portal import PATH, SHORTCUTS, MockPortal, PortalBehavior
from tests.system.lab.session_bus import session_bus

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.base import (
    CANCEL,
    FIRST,
    SECOND,
    Binding,
    GrabResult,
    HotkeysLost,
    KeyPressed,
    KeyReleased,
)
from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.hotkeys.portal import CLOSED, FAILED, GONE, NO_BUS, NOT_OFFERED, REFUSED, PortalHotkeys

LIMIT_S = 20.0
APP_ID = "io.github.saywrite.Saywrite"
DICTATE = Binding(FIRST, parse("Ctrl+Alt+Space"), "Dictate")
GERMAN = Binding(SECOND, parse("Super+F9"), "Dictate in German")
ESCAPE = Binding(CANCEL, parse("Escape"), "Cancel")


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


class HotkeyEvents:
    """What was posted, in order."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.thread = DesktopThread()
        self.keys = PortalHotkeys(self.heard.put, time.monotonic, APP_ID, self.thread)

    def next(self) -> object:
        return self.heard.get(timeout=LIMIT_S)

    def close(self) -> None:
        self.keys.release()
        self.thread.close()

    def grab(self, *bindings: Binding) -> object:
        self.keys.grab(bindings)
        return self.next()


@pytest.fixture
def events(bus: str) -> Iterator[HotkeyEvents]:
    made = HotkeyEvents()
    yield made
    made.close()


@pytest.fixture
def portal(bus: str) -> Iterator[MockPortal]:
    made = MockPortal()
    yield made
    made.close()
    assert made.faults == []


def kinds(events: HotkeyEvents, count: int) -> list[tuple[type, str]]:
    found = []
    for _ in range(count):
        event = events.next()
        assert isinstance(event, KeyPressed | KeyReleased), event
        found.append((type(event), event.binding))
    return found


def test_keys_are_registered_and_bound_once_and_reported_with_the_desktops_names(
    portal: MockPortal, events: HotkeyEvents
) -> None:
    assert events.grab(DICTATE, GERMAN) == GrabResult(((FIRST, f"Press {FIRST}"), (SECOND, f"Press {SECOND}")))
    assert list(portal.registered.values()) == [APP_ID]
    (session,) = portal.sessions.values()
    wanted = [
        (FIRST, {"description": ("s", "Dictate"), "preferred_trigger": ("s", "CTRL+ALT+space")}),
        (SECOND, {"description": ("s", "Dictate in German"), "preferred_trigger": ("s", "LOGO+F9")}),
    ]
    assert session.bound == wanted
    assert session.offered == wanted  # KDE 5.27 wants them when the session is created


def test_a_press_and_a_release_are_reported_with_our_clock(portal: MockPortal, events: HotkeyEvents) -> None:
    events.grab(DICTATE)
    before = time.monotonic()
    portal.press(FIRST)
    pressed = events.next()
    portal.release(FIRST)
    released = events.next()
    assert isinstance(pressed, KeyPressed)
    assert isinstance(released, KeyReleased)
    assert before <= pressed.at <= released.at <= time.monotonic()


def test_repeated_presses_are_posted_because_a_release_may_be_lost(portal: MockPortal, events: HotkeyEvents) -> None:
    events.grab(DICTATE)
    for _ in range(3):
        portal.press(FIRST)
    assert kinds(events, 3) == [(KeyPressed, FIRST)] * 3


def test_escape_is_never_bound(portal: MockPortal, events: HotkeyEvents) -> None:
    """It would be taken from every program for good."""
    events.grab(DICTATE, ESCAPE)
    (session,) = portal.sessions.values()
    assert [name for name, _details in session.bound] == [FIRST]
    assert not events.keys.supports_temporary_grabs


def test_other_keys_need_another_session_under_the_same_name(portal: MockPortal, events: HotkeyEvents) -> None:
    """The old one is closed before; KDE keeps the keys that the user assigned under the session's name."""
    events.grab(DICTATE)
    ((path, first),) = portal.sessions.items()
    events.grab(DICTATE, GERMAN)
    ((same_path, second),) = portal.sessions.items()
    assert first is not second
    assert path == same_path
    assert [name for name, _details in second.bound] == [FIRST, SECOND]
    assert events.grab() == GrabResult(())
    assert portal.sessions == {}


def test_keys_that_change_while_a_session_is_opened_are_bound_in_the_next(
    portal: MockPortal, events: HotkeyEvents
) -> None:
    """The answers to the first opening are still on their way; the fixture finds a second registration."""
    events.keys.grab((DICTATE,))
    events.keys.grab((DICTATE, GERMAN))
    outcome = events.next()
    while outcome == GrabResult(((FIRST, f"Press {FIRST}"),)):
        outcome = events.next()
    assert outcome == GrabResult(((FIRST, f"Press {FIRST}"), (SECOND, f"Press {SECOND}")))
    assert [[name for name, _details in session.bound] for session in portal.sessions.values()] == [[FIRST, SECOND]]


@pytest.fixture
def portal_with(bus: str) -> Iterator[list[MockPortal]]:
    """Portals that a test makes are closed behind it."""
    made: list[MockPortal] = []
    yield made
    for each in made:
        each.close()
        assert each.faults == []


@pytest.mark.parametrize(
    ("behavior", "outcome"),
    [
        (PortalBehavior(offers=False), GrabResult((), (NOT_OFFERED,))),
        (PortalBehavior(responses=(1, 0)), GrabResult((), (REFUSED,))),
        (PortalBehavior(responses=(0, 1)), GrabResult((), (REFUSED,))),
        (PortalBehavior(responses=(0, 2)), GrabResult((), (FAILED,))),
        (PortalBehavior(has_registry=False), GrabResult((), (FAILED,))),
        (PortalBehavior(has_registry=False, needs_registration=False), GrabResult(((FIRST, f"Press {FIRST}"),))),
        (PortalBehavior(names_none=True), GrabResult(((FIRST, ""),))),
    ],
)
def test_answer_of_the_desktop_is_reported(
    portal_with: list[MockPortal], events: HotkeyEvents, behavior: PortalBehavior, outcome: GrabResult
) -> None:
    portal_with.append(MockPortal(behavior))
    assert events.grab(DICTATE) == outcome


def test_a_portal_without_shortcuts_is_registered_with_once(
    portal_with: list[MockPortal], events: HotkeyEvents
) -> None:
    """The fixture finds a second registration; the bus reports the portal's start only after the first grab."""
    portal_with.append(MockPortal(PortalBehavior(offers=False)))
    for _ in range(3):
        assert events.grab(DICTATE) == GrabResult((), (NOT_OFFERED,))


def test_key_that_the_user_did_not_assign_is_named(portal_with: list[MockPortal], events: HotkeyEvents) -> None:
    portal_with.append(MockPortal(PortalBehavior(leaves_out=(SECOND,))))
    outcome = events.grab(DICTATE, GERMAN)
    assert isinstance(outcome, GrabResult)
    assert [(each.binding, each.what) for each in outcome.problems] == [
        (SECOND, "The desktop has no key for Dictate in German yet.")
    ]


def test_no_portal_at_all_is_a_problem_until_one_appears(portal_with: list[MockPortal], events: HotkeyEvents) -> None:
    assert events.grab(DICTATE) == GrabResult((), (NOT_OFFERED,))
    portal_with.append(MockPortal())
    assert events.next() == GrabResult(((FIRST, f"Press {FIRST}"),))


def test_missing_session_bus_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    events = HotkeyEvents()
    assert events.next() == NO_BUS
    events.close()


def test_a_session_still_being_created_is_closed_before_the_next(
    portal_with: list[MockPortal], events: HotkeyEvents
) -> None:
    slow = MockPortal(PortalBehavior(responses=(None, 0)))
    portal_with.append(slow)
    events.keys.grab((DICTATE,))
    wait_for(lambda: slow.sessions, "no session was asked for")
    slow.behavior = PortalBehavior()
    assert events.grab(GERMAN) == GrabResult(((SECOND, f"Press {SECOND}"),))
    assert len(slow.sessions) == 1


def test_while_the_user_is_being_asked_another_grab_and_the_end_are_not_delayed(
    portal_with: list[MockPortal], events: HotkeyEvents
) -> None:
    patient = MockPortal(PortalBehavior(responses=(0, None)))
    portal_with.append(patient)
    events.keys.grab((DICTATE,))
    wait_for(lambda: any(session.binds for session in patient.sessions.values()), "nothing was asked")
    patient.behavior = PortalBehavior()
    assert events.grab(GERMAN) == GrabResult(((SECOND, f"Press {SECOND}"),))


def test_the_users_change_of_a_key_in_the_desktops_settings_is_reported(
    portal: MockPortal, events: HotkeyEvents
) -> None:
    events.grab(DICTATE)
    portal.change_triggers({FIRST: "Meta+D"})
    assert events.next() == GrabResult(((FIRST, "Meta+D"),))


def test_a_permission_taken_away_releases_the_key(portal: MockPortal, events: HotkeyEvents) -> None:
    events.grab(DICTATE)
    portal.press(FIRST)
    portal.end_session()
    assert kinds(events, 2) == [(KeyPressed, FIRST), (KeyReleased, FIRST)]
    assert events.next() == GrabResult((), (CLOSED,))


def test_a_portal_that_dies_releases_the_key_and_is_asked_again_when_it_is_back(
    bus: str, events: HotkeyEvents, portal_with: list[MockPortal]
) -> None:
    first = MockPortal()
    events.grab(DICTATE)
    first.press(FIRST)
    assert kinds(events, 1) == [(KeyPressed, FIRST)]
    first.close()
    assert kinds(events, 1) == [(KeyReleased, FIRST)]
    assert events.next() == GrabResult((), (NOT_OFFERED,))
    second = MockPortal()
    portal_with.append(second)
    assert events.next() == GrabResult(((FIRST, f"Press {FIRST}"),))
    assert list(second.registered.values()) == [APP_ID]
    second.press(FIRST)
    assert kinds(events, 1) == [(KeyPressed, FIRST)]


def test_a_desktop_that_still_remembers_the_session_of_a_portal_that_died_is_asked_once_more(
    bus: str, events: HotkeyEvents, portal_with: list[MockPortal]
) -> None:
    first = MockPortal()
    assert isinstance(events.grab(DICTATE), GrabResult)
    first.close()
    assert events.next() == GrabResult((), (NOT_OFFERED,))
    second = MockPortal(PortalBehavior(remembers=True))
    portal_with.append(second)
    assert events.next() == GrabResult(((FIRST, f"Press {FIRST}"),))
    assert second.refused == 1
    second.press(FIRST)
    assert kinds(events, 1) == [(KeyPressed, FIRST)]


def test_signals_of_other_programs_are_ignored(portal: MockPortal, events: HotkeyEvents) -> None:
    events.grab(DICTATE)
    (session,) = portal.sessions.values()
    with open_dbus_connection("SESSION") as stranger:
        forged = new_signal(
            DBusAddress(PATH, interface=SHORTCUTS), "Activated", "osta{sv}", (session.path, FIRST, 1, {})
        )
        forged.header.fields[HeaderFields.destination] = session.client
        stranger.send(forged)
    portal.press(FIRST)
    portal.release(FIRST)
    assert kinds(events, 2) == [(KeyPressed, FIRST), (KeyReleased, FIRST)]


def test_end_of_the_bus_is_reported_once() -> None:
    with pytest.MonkeyPatch.context() as patch, session_bus() as address:
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        events = HotkeyEvents()
        assert events.grab() == GrabResult(())
    assert events.next() == GONE
    assert isinstance(GONE, HotkeysLost)
    events.close()
    assert events.heard.empty()


def test_two_hundred_presses_come_in_order_and_leave_no_file_or_thread(portal: MockPortal) -> None:
    process = psutil.Process()
    files, threads = process.num_fds(), threading.active_count()
    events = HotkeyEvents()
    events.grab(DICTATE)
    for _ in range(200):
        portal.press(FIRST)
        portal.release(FIRST)
    assert kinds(events, 400) == [(KeyPressed, FIRST), (KeyReleased, FIRST)] * 200
    events.close()
    assert (process.num_fds(), threading.active_count()) == (files, threads)
