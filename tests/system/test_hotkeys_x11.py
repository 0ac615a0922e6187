"""Keys of a real X server: pressed by XTEST while another program has the focus, heard by our grab."""

from __future__ import annotations

import os
import queue
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from tests.system.lab.desktop import Desktop, desktop, wait_for
from tests.system.lab.keyboard import Keyboard
from tests.system.lab.threads import switches_in_a_second

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
from saywrite.desktop.hotkeys.x11 import X11Hotkeys

LIMIT_S = 20.0


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with desktop() as made:
        yield made


@pytest.fixture
def keyboard(screen: Desktop) -> Iterator[Keyboard]:
    made = Keyboard(screen)
    yield made
    made.close()


class HotkeyEvents:
    """What was posted, in order."""

    def __init__(self, screen: Desktop) -> None:
        self.heard: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.thread = DesktopThread()
        self.keys = X11Hotkeys(self.heard.put, time.monotonic, self.thread, screen.env["DISPLAY"])

    def grab(self, **chords: str) -> GrabResult:
        self.keys.grab(tuple(Binding(name.replace("_", "-"), parse(chord)) for name, chord in chords.items()))
        outcome = self.next()
        assert isinstance(outcome, GrabResult)
        return outcome

    def next(self) -> object:
        return self.heard.get(timeout=LIMIT_S)

    def nothing_more(self) -> None:
        """Whatever was on its way is here once the server has answered a new grab."""
        self.keys.grab(())
        outcome = self.next()
        assert outcome == GrabResult(()), f"heard {outcome}"

    def close(self) -> None:
        self.keys.release()
        self.thread.close()


@pytest.fixture
def events(screen: Desktop) -> Iterator[HotkeyEvents]:
    made = HotkeyEvents(screen)
    yield made
    made.close()


def kind(event: object) -> tuple[type, str]:
    assert isinstance(event, KeyPressed | KeyReleased), event
    return type(event), event.binding


PRESS = (KeyPressed, FIRST)
RELEASE = (KeyReleased, FIRST)


@pytest.mark.parametrize(
    ("chord", "keys"),
    [
        ("F9", ["F9"]),
        ("Ctrl+Alt+Space", ["Control_L", "Alt_L", "space"]),
        ("Super+J", ["Super_L", "j"]),
        ("Ctrl+Shift+F5", ["Shift_R", "Control_R", "F5"]),
        ("Right Ctrl", ["Control_R"]),
        ("Pause", ["Pause"]),
    ],
)
def test_a_key_is_heard_with_exactly_its_modifiers(
    events: HotkeyEvents, keyboard: Keyboard, chord: str, keys: list[str]
) -> None:
    assert events.grab(dictate=chord) == GrabResult(((FIRST, str(parse(chord))),))
    keyboard.strike(*keys)
    assert (kind(events.next()), kind(events.next())) == (PRESS, RELEASE)
    if len(keys) == 1:
        keyboard.strike("Shift_L", *keys)
    else:
        keyboard.strike(*keys[1:])
    events.nothing_more()


PEOPLES_KEYS = {
    **{f"F{number}": 178 + number for number in range(13, 25)},
    "Tools": 179,
    "Calculator": 148,
    "Mail": 163,
    "Media Play": 172,
    "Volume Up": 123,
    "Microphone Mute": 256,
    "Launch 1": 156,
    "Home Page": 180,
    "Ctrl+Less": 94,
    "Right Ctrl": 105,
    "Muhenkan": 102,
    "Menu": 135,
}
"""Keys and their codes under evdev."""


@pytest.mark.parametrize("layout", ["us", "de", "fr", "ru"])
def test_keys_that_people_use_are_grabbed_where_they_are(
    layout: str, screen: Desktop, events: HotkeyEvents, keyboard: Keyboard
) -> None:
    keyboard.layout(layout)
    try:
        for chord, code in PEOPLES_KEYS.items():
            if code > 255:
                continue
            outcome = events.grab(dictate=chord)
            while outcome.problems == () and not outcome.triggers:
                outcome = events.next()  # type: ignore[assignment]
            assert outcome.problems == (), (layout, chord)
            held = ["Control_L"] if chord.startswith("Ctrl+") else []
            keyboard.strike(*held, f"#{code}")
            assert [kind(events.next()), kind(events.next())] == [PRESS, RELEASE], (layout, chord)
    finally:
        keyboard.layout("us")


@pytest.mark.parametrize("layout", ["us", "de", "us-intl", "fr-bepo"])
def test_the_right_alt_key_is_heard_as_what_it_is_in_the_layout(
    layout: str, events: HotkeyEvents, keyboard: Keyboard
) -> None:
    name, _, variant = layout.partition("-")
    keyboard.layout(name, "-variant", variant)
    try:
        assert events.grab(dictate="AltGr").problems == ()
        keyboard.strike("#108")
        assert [kind(events.next()), kind(events.next())] == [PRESS, RELEASE]
    finally:
        keyboard.layout("us", "-variant", "")


@pytest.mark.parametrize("chord", ["Mouse 8", "Mouse 9", "Ctrl+Mouse 8"])
def test_the_thumb_buttons_of_a_mouse_are_heard_and_held(
    chord: str, screen: Desktop, events: HotkeyEvents, keyboard: Keyboard
) -> None:
    assert events.grab(dictate=chord) == GrabResult(((FIRST, chord),))
    number = chord[-1]
    if chord.startswith("Ctrl"):
        keyboard.down("Control_L")
    screen.xdotool("mousedown", number)
    pressed = events.next()
    screen.xdotool("mouseup", number)
    released = events.next()
    if chord.startswith("Ctrl"):
        keyboard.up("Control_L")
        screen.xdotool("click", number)
    assert [kind(pressed), kind(released)] == [PRESS, RELEASE]
    screen.xdotool("click", "1")
    events.nothing_more()


def test_a_mouse_button_that_another_program_has_is_reported(screen: Desktop, events: HotkeyEvents) -> None:
    other = HotkeyEvents(screen)
    try:
        assert other.grab(dictate="Mouse 8").problems == ()
        (problem,) = events.grab(dictate="Mouse 8").problems
        assert problem.what == "Another program has already taken Mouse 8."
    finally:
        other.close()


@pytest.mark.parametrize("locks", [["Caps_Lock"], ["Num_Lock"], ["Caps_Lock", "Num_Lock"]])
def test_caps_lock_and_num_lock_do_not_matter(events: HotkeyEvents, keyboard: Keyboard, locks: list[str]) -> None:
    events.grab(dictate="Ctrl+Alt+Space")
    for lock in locks:
        keyboard.strike(lock)
    assert keyboard.locks()
    try:
        keyboard.strike("Control_L", "Alt_L", "space")
        assert (kind(events.next()), kind(events.next())) == (PRESS, RELEASE)
    finally:
        for lock in locks:
            keyboard.strike(lock)


def test_key_that_the_server_repeats_is_one_press_and_one_release(events: HotkeyEvents, keyboard: Keyboard) -> None:
    events.grab(dictate="F9")
    assert keyboard.repeats(), "this server does not repeat keys: the test would prove nothing"
    keyboard.down("F9")
    began = time.monotonic()
    wait_for(lambda: time.monotonic() > began + 1.5, "time does not pass")
    keyboard.up("F9")
    pressed, released = events.next(), events.next()
    assert (kind(pressed), kind(released)) == (PRESS, RELEASE)
    assert isinstance(pressed, KeyPressed)
    assert isinstance(released, KeyReleased)
    assert 1.4 < released.at - pressed.at < 1.5 + LIMIT_S
    events.nothing_more()


def test_the_times_are_those_of_the_keys_not_of_a_thread_that_comes_late(
    events: HotkeyEvents, keyboard: Keyboard
) -> None:
    events.grab(dictate="F9")
    held_up, go_on = threading.Event(), threading.Event()

    def hold_up() -> None:
        held_up.set()
        go_on.wait(LIMIT_S)

    events.thread.submit(hold_up)
    assert held_up.wait(LIMIT_S)
    before = time.monotonic()
    keyboard.strike("F9")
    after = time.monotonic()
    wait_for(lambda: time.monotonic() > after + 0.3, "time does not pass")
    go_on.set()
    pressed = events.next()
    assert isinstance(pressed, KeyPressed)
    assert before - 0.05 <= pressed.at <= after + 0.05


def test_the_key_is_ours_alone(events: HotkeyEvents, keyboard: Keyboard, screen: Desktop) -> None:
    """A program with the focus sees every other key, and not this one."""
    listing = subprocess.Popen(
        ["xev", "-event", "keyboard"], stdout=subprocess.PIPE, text=True, env={**os.environ, **screen.env}
    )
    try:
        screen.window("Event Tester")
        events.grab(dictate="F9")
        keyboard.strike("F9")
        assert (kind(events.next()), kind(events.next())) == (PRESS, RELEASE)
        keyboard.strike("F8")
        assert listing.stdout is not None
        seen = []
        for line in listing.stdout:
            seen += [name for name in ("F8", "F9") if f", {name})" in line]
            if "F8" in seen:
                break
        assert seen == ["F8"]
    finally:
        listing.kill()
        listing.communicate()


def test_escape_is_reported_while_the_key_is_down_only_when_it_is_grabbed(
    events: HotkeyEvents, keyboard: Keyboard
) -> None:
    events.grab(dictate="Ctrl+Alt+Space", cancel="Escape")
    for name in ("Control_L", "Alt_L", "space", "Escape"):
        keyboard.down(name)
    assert (kind(events.next()), kind(events.next())) == (PRESS, (KeyPressed, CANCEL))
    for name in ("Escape", "space", "Alt_L", "Control_L"):
        keyboard.up(name)
    assert {kind(events.next()), kind(events.next())} == {RELEASE, (KeyReleased, CANCEL)}
    events.grab(dictate="Ctrl+Alt+Space")
    keyboard.strike("Escape")
    events.nothing_more()


def test_release_of_a_key_that_was_grabbed_again_while_down_is_reported(
    events: HotkeyEvents, keyboard: Keyboard
) -> None:
    """As when Escape is added at the start of a dictation."""
    events.grab(dictate="F9")
    keyboard.down("F9")
    assert kind(events.next()) == PRESS
    events.grab(dictate="F9", cancel="Escape")
    keyboard.up("F9")
    assert kind(events.next()) == RELEASE


def test_two_keys_are_distinguished(events: HotkeyEvents, keyboard: Keyboard) -> None:
    events.grab(dictate="F9", dictate_second="Shift+F9")
    keyboard.strike("F9")
    keyboard.strike("Shift_L", "F9")
    heard = [kind(events.next()) for _ in range(4)]
    assert heard == [PRESS, RELEASE, (KeyPressed, SECOND), (KeyReleased, SECOND)]


TAKER = """
import sys
from Xlib import X, XK, display
d = display.Display()
d.screen().root.grab_key(d.keysym_to_keycode(XK.string_to_keysym("F9")), 0, False, X.GrabModeAsync, X.GrabModeAsync)
d.sync()
print("taken", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_program_has_f9(screen: Desktop) -> Iterator[None]:
    """Without the variants for the locks, as careless programs do."""
    taker = subprocess.Popen(
        [sys.executable, "-c", TAKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **screen.env},
    )
    try:
        assert taker.stdout is not None
        taker.stdout.readline()
        yield
    finally:
        taker.communicate()


def test_a_key_that_another_program_has_is_reported_and_the_others_work(
    events: HotkeyEvents, keyboard: Keyboard, screen: Desktop
) -> None:
    with another_program_has_f9(screen):
        outcome = events.grab(dictate="F9", dictate_second="F8")
        assert outcome.triggers == ((SECOND, "F8"),)
        (problem,) = outcome.problems
        assert (problem.binding, problem.what) == (FIRST, "Another program has already taken F9.")
        keyboard.strike("F8")
        assert [kind(events.next()) for _ in range(2)] == [(KeyPressed, SECOND), (KeyReleased, SECOND)]
    assert events.grab(dictate="F9").problems == ()


def test_of_a_refused_key_no_variant_is_kept(events: HotkeyEvents, screen: Desktop) -> None:
    with another_program_has_f9(screen):
        assert events.grab(dictate="F9").problems
    other = HotkeyEvents(screen)
    assert other.grab(dictate="F9").problems == ()
    other.close()


def test_the_key_is_found_again_where_another_layout_puts_it(events: HotkeyEvents, keyboard: Keyboard) -> None:
    """German swaps Y and Z."""
    events.grab(dictate="Ctrl+Alt+Y")
    try:
        keyboard.layout("de")
        regrabbed = events.next()
        assert isinstance(regrabbed, GrabResult)
        assert regrabbed.problems == ()
        keyboard.strike("Control_L", "Alt_L", "y")
        heard = events.next()
        while isinstance(heard, GrabResult):  # the layout changes in several steps
            heard = events.next()
        assert (kind(heard), kind(events.next())) == (PRESS, RELEASE)
    finally:
        keyboard.layout("us")


def test_a_layout_without_the_key_is_a_problem_that_passes(events: HotkeyEvents, keyboard: Keyboard) -> None:
    events.grab(dictate="Ctrl+Alt+Y")

    def told(*problems: str) -> bool:
        outcome = events.next()
        return isinstance(outcome, GrabResult) and [problem.what for problem in outcome.problems] == list(problems)

    try:
        keyboard.layout("ru")
        wait_for(lambda: told("This keyboard has no Ctrl+Alt+Y."), "the missing key is not reported")
    finally:
        keyboard.layout("us")
    wait_for(told, "the key does not come back")
    keyboard.strike("Control_L", "Alt_L", "y")
    assert kind(events.next()) == PRESS


def test_end_of_the_backend_posts_the_release_of_a_key_that_is_down(screen: Desktop, keyboard: Keyboard) -> None:
    events = HotkeyEvents(screen)
    events.grab(dictate="F9")
    keyboard.down("F9")
    assert kind(events.next()) == PRESS
    events.close()
    assert kind(events.next()) == RELEASE


def test_a_display_that_dies_is_reported_once_and_watched_no_longer() -> None:
    before = threading.active_count()
    with desktop() as short_lived:
        events = HotkeyEvents(short_lived)
        keyboard = Keyboard(short_lived)
        events.grab(dictate="F9")
        keyboard.down("F9")
        assert kind(events.next()) == PRESS
        keyboard.abandon()
    assert kind(events.next()) == RELEASE
    lost = events.next()
    assert isinstance(lost, HotkeysLost)
    assert lost.what.startswith("The display has gone")
    assert events.thread.run(lambda: None, LIMIT_S)  # behind whatever else the thread had to do
    assert events.thread._readers == {}
    events.close()
    assert threading.active_count() == before
    assert events.heard.empty()


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_missing_display_is_reported() -> None:
    heard: queue.SimpleQueue[object] = queue.SimpleQueue()
    thread = DesktopThread()
    keys = X11Hotkeys(heard.put, time.monotonic, thread, ":4711")
    lost = heard.get(timeout=LIMIT_S)
    assert isinstance(lost, HotkeysLost)
    assert lost.what.startswith("The display cannot be reached")
    keys.release()
    thread.close()


def test_a_thousand_presses_with_random_timing_and_nothing_is_left(screen: Desktop, keyboard: Keyboard) -> None:
    """Not an event too many or too few, in order; afterwards no thread, file descriptor or grab."""
    process, chance, held = psutil.Process(), random.Random(4), threading.Event()
    files, threads = process.num_fds(), threading.active_count()
    events = HotkeyEvents(screen)
    events.grab(dictate="F9", dictate_second="Ctrl+F9")
    for number in range(1_000):
        second = chance.random() < 0.3
        wanted = SECOND if second else FIRST
        pause = chance.choice([0.0, 0.0, 0.001, 0.005])
        if second:
            keyboard.down("Control_L")
        keyboard.down("F9")
        held.wait(pause)
        if second and chance.random() < 0.5:
            keyboard.up("Control_L")
            keyboard.up("F9")
        else:
            keyboard.up("F9")
            if second:
                keyboard.up("Control_L")
        assert (kind(events.next()), kind(events.next())) == ((KeyPressed, wanted), (KeyReleased, wanted)), number
    events.nothing_more()
    events.close()
    wait_for(lambda: process.num_fds() <= files, f"more than {files} files stayed open")
    assert threading.active_count() == threads
    other = HotkeyEvents(screen)
    assert other.grab(dictate="F9", dictate_second="Ctrl+F9").problems == ()
    other.close()


def test_while_nothing_is_pressed_the_thread_does_not_wake(events: HotkeyEvents) -> None:
    events.grab(dictate="F9")

    wait_for(lambda: events.heard.empty(), "something is still coming")
    wait_for(lambda: switches_in_a_second(events.thread._thread._thread) <= 2, "the thread does not come to rest")
