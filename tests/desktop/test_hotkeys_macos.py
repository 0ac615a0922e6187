"""The Mac's hot keys: registered as Carbon wants them, against a Carbon made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from saywrite.desktop.hotkeys.base import CANCEL, FIRST, SECOND, Binding, GrabResult, KeyPressed, KeyReleased
from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.hotkeys.macos import TAKEN, MacHotkeys

F9, SPACE = 0x65, 0x31


class HandMadeCarbon:
    """Keys that a test presses; `errors` by key."""

    def __init__(self) -> None:
        self.registered: dict[int, tuple[int, int]] = {}
        self.errors: dict[int, int] = {}
        self._heard: Callable[[int, bool], None] | None = None

    def listen(self, heard: Callable[[int, bool], None]) -> None:
        self._heard = heard

    def unlisten(self) -> None:
        assert self.registered == {}
        self._heard = None

    def register(self, number: int, modifiers: int, key: int) -> int:
        assert number not in self.registered
        if error := self.errors.get(key, 0):
            return error
        self.registered[number] = (modifiers, key)
        return 0

    def unregister(self, number: int) -> None:
        del self.registered[number]

    def event(self, number: int, pressed: bool) -> None:
        assert self._heard is not None
        self._heard(number, pressed)


class HotkeyEvents:
    """What was posted, in order, at times that count up. `main` holds what the main thread still has to do."""

    def __init__(self) -> None:
        self.carbon = HandMadeCarbon()
        self.main: list[Callable[[], None]] = []
        self.heard: list[object] = []
        self.time = 0.0
        self.keys = MacHotkeys(self.heard.append, self.clock, self.make_carbon, self.main.append)

    def clock(self) -> float:
        self.time += 1.0
        return self.time

    def grab(self, **chords: str) -> object:
        self.keys.grab(tuple(Binding(name.replace("_", "-"), parse(chord)) for name, chord in chords.items()))
        self.run_main()
        return self.heard.pop()

    def run_main(self) -> None:
        while self.main:
            self.main.pop(0)()

    def make_carbon(self) -> HandMadeCarbon:
        return self.carbon


@pytest.fixture
def events() -> HotkeyEvents:
    return HotkeyEvents()


def test_the_chord_is_registered_as_carbon_wants_it(events: HotkeyEvents) -> None:
    outcome = events.grab(dictate="Alt+Space", dictate_second="Ctrl+Shift+Cmd+F9")
    assert outcome == GrabResult(((FIRST, "Alt+Space"), (SECOND, "Ctrl+Shift+Super+F9")))
    assert list(events.carbon.registered.values()) == [(0x0800, SPACE), (0x1000 | 0x0200 | 0x0100, F9)]


def test_a_press_and_a_release_are_reported(events: HotkeyEvents) -> None:
    events.grab(dictate="F9")
    (number,) = events.carbon.registered
    events.carbon.event(number, True)
    events.carbon.event(number, False)
    events.carbon.event(4711, True)  # another part of the program has hot keys of its own
    assert events.heard == [KeyPressed(FIRST, 1.0), KeyReleased(FIRST, 2.0)]


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (TAKEN, "Another program has already taken F9."),
        (-9868, "macOS does not give F9 to programs (-9868)."),
    ],
)
def test_a_refused_key_is_named_with_its_reason(events: HotkeyEvents, error: int, what: str) -> None:
    events.carbon.errors[F9] = error
    outcome = events.grab(dictate="F9", dictate_second="Pause", cancel="Escape")
    assert isinstance(outcome, GrabResult)
    assert outcome.triggers == ((CANCEL, "Escape"),)
    assert [each.what for each in outcome.problems] == [what, "macOS does not report Pause to other programs."]


def test_grabbing_and_releasing_escape_leaves_a_key_that_is_down_registered(events: HotkeyEvents) -> None:
    events.grab(dictate="F9")
    (number,) = events.carbon.registered
    events.carbon.event(number, True)
    events.grab(dictate="F9", cancel="Escape")
    events.grab(dictate="F9")
    assert list(events.carbon.registered) == [number]
    events.carbon.event(number, False)
    assert [type(event) for event in events.heard] == [KeyPressed, KeyReleased]


def test_key_that_is_released_by_us_while_it_is_down_is_posted_as_released(events: HotkeyEvents) -> None:
    events.grab(dictate="F9")
    (number,) = events.carbon.registered
    events.carbon.event(number, True)
    events.keys.release()
    events.run_main()
    assert events.heard == [KeyPressed(FIRST, 1.0), KeyReleased(FIRST, 2.0)]


def test_carbon_is_left_alone_outside_the_main_thread_and_when_there_is_nothing_to_end(events: HotkeyEvents) -> None:
    events.keys.grab((Binding(FIRST, parse("F9")),))
    assert events.carbon.registered == {}
    events.keys.release()
    events.keys.release()
    events.run_main()
    assert events.carbon.registered == {}
