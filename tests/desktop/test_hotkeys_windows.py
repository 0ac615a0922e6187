"""Windows' hot keys: registered on one thread, polled only while held, against a user32 made by hand."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import pytest
from tests.system.lab.desktop import wait_for

from saywrite.desktop.hotkeys.base import CANCEL, FIRST, SECOND, Binding, GrabResult, KeyPressed, KeyReleased
from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.hotkeys.windows import LOST, POLL_MS, WindowsHotkeys

LIMIT_S = 20.0
F9, SPACE, ESCAPE = 0x78, 0x20, 0x1B


class HandMadeUser32:
    """Keys that a test holds down; remembers who called and how long it was willing to wait."""

    def __init__(self) -> None:
        self.registered: dict[int, tuple[int, int]] = {}
        self.taken: set[int] = set()
        self.down: set[int] = set()
        self.waits: list[int | None] = []
        self.threads: set[int] = set()
        self._messages: queue.SimpleQueue[int | None] = queue.SimpleQueue()

    def register(self, number: int, modifiers: int, key: int) -> bool:
        self.threads.add(threading.get_ident())
        assert number not in self.registered
        if key in self.taken or (modifiers, key) in self.registered.values():
            return False
        self.registered[number] = (modifiers, key)
        return True

    def unregister(self, number: int) -> None:
        self.threads.add(threading.get_ident())
        del self.registered[number]

    def wait(self, timeout_ms: int | None) -> int | None:
        self.waits.append(timeout_ms)
        try:
            return self._messages.get(timeout=None if timeout_ms is None else timeout_ms / 1000)
        except queue.Empty:
            return None

    def wake(self) -> None:
        self._messages.put(None)

    def is_down(self, key: int) -> bool:
        return key in self.down

    def press(self, modifiers: int, key: int) -> None:
        (number,) = [number for number, chord in self.registered.items() if chord == (modifiers, key)]
        self.down.add(key)
        self._messages.put(number)

    def release(self, key: int) -> None:
        self.down.discard(key)


class HotkeyEvents:
    """What was posted, in order."""

    def __init__(self, user32: HandMadeUser32 | None = None) -> None:
        self.user32 = user32 or HandMadeUser32()
        self.heard: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.keys = WindowsHotkeys(self.heard.put, time.monotonic, lambda: self.user32)

    def next(self) -> object:
        return self.heard.get(timeout=LIMIT_S)

    def kind(self) -> tuple[type, str]:
        event = self.next()
        assert isinstance(event, KeyPressed | KeyReleased)
        return type(event), event.binding

    def grab(self, **chords: str) -> object:
        self.keys.grab(tuple(Binding(name.replace("_", "-"), parse(chord)) for name, chord in chords.items()))
        return self.next()


@pytest.fixture
def events() -> Iterator[HotkeyEvents]:
    made = HotkeyEvents()
    yield made
    made.keys.release()
    assert made.user32.registered == {}
    assert len(made.user32.threads - {threading.get_ident()}) <= 1


def test_the_chord_is_registered_as_windows_wants_it(events: HotkeyEvents) -> None:
    outcome = events.grab(dictate="Ctrl+Alt+Space", dictate_second="Shift+Super+F9")
    assert outcome == GrabResult(((FIRST, "Ctrl+Alt+Space"), (SECOND, "Shift+Super+F9")))
    assert list(events.user32.registered.values()) == [(0x0002 | 0x0001, SPACE), (0x0004 | 0x0008, F9)]


def test_key_is_polled_only_while_it_is_down(events: HotkeyEvents) -> None:
    events.grab(dictate="F9")
    events.user32.press(0, F9)
    assert events.kind() == (KeyPressed, FIRST)
    events.user32.release(F9)
    assert events.kind() == (KeyReleased, FIRST)
    waits = events.user32.waits
    wait_for(lambda: waits[-1] is None, "it goes on polling")
    assert waits[0] is None
    assert set(waits) == {None, POLL_MS}


def test_a_taken_key_and_one_that_windows_does_not_report_are_named(events: HotkeyEvents) -> None:
    events.user32.taken.add(F9)
    outcome = events.grab(dictate="F9", dictate_second="Right Ctrl", cancel="Escape")
    assert isinstance(outcome, GrabResult)
    assert outcome.triggers == ((CANCEL, "Escape"),)
    assert [(each.binding, each.what) for each in outcome.problems] == [
        (FIRST, "Another program has already taken F9."),
        (SECOND, "Windows does not report Right Ctrl to other programs."),
    ]


def test_grabbing_and_releasing_escape_leaves_a_key_that_is_down_registered(events: HotkeyEvents) -> None:
    events.grab(dictate="F9")
    before = dict(events.user32.registered)
    events.user32.press(0, F9)
    assert events.kind() == (KeyPressed, FIRST)
    events.grab(dictate="F9", cancel="Escape")
    assert before.items() < events.user32.registered.items()
    events.user32.press(0, ESCAPE)
    assert events.kind() == (KeyPressed, CANCEL)
    events.user32.release(ESCAPE)
    events.user32.release(F9)
    assert {events.kind(), events.kind()} == {(KeyReleased, CANCEL), (KeyReleased, FIRST)}
    events.grab(dictate="F9")
    assert events.user32.registered == before


def test_end_of_the_backend_posts_the_release_of_a_key_that_is_down() -> None:
    events = HotkeyEvents()
    events.grab(dictate="F9")
    events.user32.press(0, F9)
    assert events.kind() == (KeyPressed, FIRST)
    events.keys.release()
    assert events.next() == GrabResult(())
    assert events.kind() == (KeyReleased, FIRST)
    assert events.user32.registered == {}


def test_a_system_without_these_functions_ends_the_thread_and_delays_no_caller(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def missing() -> HandMadeUser32:
        raise OSError("no user32")

    keys = WindowsHotkeys(lambda event: None, time.monotonic, missing)
    keys.grab(())
    keys.release()
    assert "the hotkey thread ended" in caplog.text


def test_a_failing_call_of_windows_releases_the_held_key_and_reports_the_loss(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing(HandMadeUser32):
        def is_down(self, key: int) -> bool:
            if key not in self.down:
                raise OSError("access denied")
            return True

    events = HotkeyEvents(Failing())
    events.grab(dictate="F9")
    events.user32.press(0, F9)
    assert events.kind() == (KeyPressed, FIRST)
    events.user32.release(F9)
    assert events.kind() == (KeyReleased, FIRST)
    assert events.next() == LOST
    events.keys.release()
    assert events.heard.empty()
    assert "the hotkey thread ended" in caplog.text


def test_a_library_that_cannot_be_loaded_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    heard: queue.SimpleQueue[object] = queue.SimpleQueue()

    def load() -> HandMadeUser32:
        raise OSError("user32 is not there")

    keys = WindowsHotkeys(heard.put, time.monotonic, load)
    keys.grab((Binding(FIRST, parse("F9")),))
    assert heard.get(timeout=LIMIT_S) == LOST
    keys.release()
    assert "the hotkey thread ended" in caplog.text
