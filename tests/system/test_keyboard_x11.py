"""Real keys on a real X server decide over a dictation: none is lost, Escape is borrowed and given back."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from tests.dictation.keyboard_stage import HotkeySetup
from tests.system.lab.desktop import Desktop, desktop
from tests.system.lab.keyboard import Keyboard as Fingers

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.base import CANCEL, Binding, GrabResult, Hotkeys
from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.hotkeys.x11 import X11Hotkeys
from saywrite.dictation.push_to_talk.policy import BOUNCE_S, TAP_S
from saywrite.foundation.events import State
from saywrite.storage.settings.schema import Settings

LIMIT_S = 20.0


class RealDesk(HotkeySetup):
    """Hears the keys of a display; its clock is the real one. `pump` is the dictation thread's loop."""

    def __init__(self, screen: Desktop, mode: str) -> None:
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.display = screen.env["DISPLAY"]
        self.thread = DesktopThread()
        super().__init__(settings=Settings(hotkey="Ctrl+Alt+Space", second_hotkey="F8", hotkey_mode=mode))
        self.pump(lambda: self.keys)

    def open(self) -> Hotkeys:  # type: ignore[override]
        return X11Hotkeys(self.inbox.put, time.monotonic, self.thread, self.display)

    def grabbed(self) -> list[str]:
        """What our side believes to have, so that a test need not take Escape itself to find out."""
        hotkeys = self.keyboard._hotkeys
        assert isinstance(hotkeys, X11Hotkeys)
        return list(hotkeys._grabs.copy().values())

    def story(self) -> list[str]:
        """What was done with dictations, without the offers that ran out meanwhile."""
        return [each.split(" until")[0] for each in self.done if not each.startswith("discard")]

    def pump(self, until: Callable[[], object]) -> None:
        """Take messages and wake when it is due, until the condition holds."""
        end = time.monotonic() + LIMIT_S
        while not until():
            self.at = time.monotonic()
            assert self.at < end, f"it does not happen: {self.state}, {self.done[-5:]}"
            due = self.keyboard.wake(self.at)
            try:
                message = self.inbox.get(timeout=0.02 if due is None else max(0.0, min(due - self.at, 0.02)))
            except queue.Empty:
                continue
            self.at = time.monotonic()
            self.hear(message)

    def pump_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.pump(lambda: time.monotonic() >= end)


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with desktop() as made:
        yield made


@pytest.fixture
def fingers(screen: Desktop) -> Iterator[Fingers]:
    made = Fingers(screen)
    yield made
    made.close()


CHORD = ("Control_L", "Alt_L", "space")


def down(fingers: Fingers) -> None:
    for name in CHORD:
        fingers.down(name)


def up(fingers: Fingers, order: tuple[str, ...] = CHORD) -> None:
    for name in order:
        fingers.up(name)


@pytest.fixture(params=["both", "hold", "toggle"])
def setup(screen: Desktop, request: pytest.FixtureRequest) -> Iterator[RealDesk]:
    made = RealDesk(screen, request.param)
    yield made
    made.keyboard.close()
    made.thread.close()


def test_tap_and_hold_do_what_the_mode_defines(setup: RealDesk, fingers: Fingers) -> None:
    mode = setup.keyboard._policy.mode
    down(fingers)
    setup.pump(lambda: setup.done)
    up(fingers)
    setup.pump_for(4 * BOUNCE_S)
    assert setup.done == ["start dictate", *(["stop"] if mode == "hold" else [])]
    if mode != "hold":
        fingers.strike(*CHORD)
        setup.pump(lambda: setup.done[-1] == "stop")
        setup.pump_for(4 * BOUNCE_S)
    down(fingers)
    setup.pump_for(TAP_S + 0.5)  # the server repeats the key meanwhile
    up(fingers)
    setup.pump_for(4 * BOUNCE_S)
    assert setup.done[2:] == ["start dictate", *([] if mode == "toggle" else ["stop"])]


def escape_is_taken(screen: Desktop) -> bool:
    """Whether another program would be refused Escape right now."""
    heard: queue.SimpleQueue[object] = queue.SimpleQueue()
    thread = DesktopThread()
    other = X11Hotkeys(heard.put, time.monotonic, thread, screen.env["DISPLAY"])
    other.grab((Binding(CANCEL, parse("Escape")),))
    outcome = heard.get(timeout=LIMIT_S)
    other.release()
    thread.close()
    assert isinstance(outcome, GrabResult)
    return bool(outcome.problems)


def test_escape_is_grabbed_only_during_a_dictation(setup: RealDesk, fingers: Fingers, screen: Desktop) -> None:
    assert not escape_is_taken(screen)
    down(fingers)
    setup.pump(lambda: CANCEL in setup.grabbed())
    assert escape_is_taken(screen)
    fingers.strike("Escape")
    setup.pump(lambda: setup.done[-1].startswith("cancel"))
    up(fingers)
    setup.pump(lambda: CANCEL not in setup.grabbed())
    assert not escape_is_taken(screen)
    assert setup.state is State.IDLE


@pytest.mark.parametrize("setup", ["hold"], indirect=True)
def test_two_hundred_holds_with_bounces_escapes_and_other_starts_leave_nothing_open(
    setup: RealDesk, fingers: Fingers
) -> None:
    process, chance = psutil.Process(), random.Random(7)
    files, threads = process.num_fds(), threading.active_count()
    for number in range(200):
        known = len(setup.story())
        down(fingers)
        for _ in range(chance.choice([0, 0, 1, 3])):
            fingers.up("space")
            fingers.down("space")
        cancels = chance.random() < 0.2
        if cancels:
            setup.pump(lambda since=known: len(setup.story()) > since)
            setup.pump_for(0.02)  # Escape is grabbed meanwhile
            fingers.strike("Escape")
        setup.pump_for(chance.choice([0.0, 0.0, 0.02]))
        up(fingers, tuple(chance.sample(CHORD, 3)))
        setup.pump(lambda since=known: len(setup.story()) > since + 1)
        setup.pump_for(2 * BOUNCE_S)
        assert setup.story()[known:] == ["start dictate", "cancel" if cancels else "stop"], number
        assert not setup.situation().capturing
        if setup.state is State.FINISHING and chance.random() < 0.5:
            setup.to(State.IDLE)
    assert setup.story().count("cancel") > 20
    assert (process.num_fds(), threading.active_count()) == (files, threads)
