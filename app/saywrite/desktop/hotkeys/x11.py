"""Hotkeys on X11: `XGrabKey` sends the press and the release of a key to us alone.

The desktop thread reads a connection of its own to the display. While a grabbed key is down, the server sends every
key to us; so Escape works without the modifiers that are held.

A held key repeats as release/press pairs with equal times (measured: after 660 ms, every 40 ms), which are ignored.
Times are those of the server, on the same computer the monotonic clock, so a delayed thread still measures exactly.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from Xlib import XK, X, display, error

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.base import (
    Binding,
    Clock,
    GrabResult,
    HotkeysLost,
    KeyPressed,
    KeyReleased,
    Post,
)
from saywrite.desktop.hotkeys.key_combination import KeyCombination, Modifier
from saywrite.desktop.hotkeys.key_names import KEYS, MEDIA_KEYSYMS, Key
from saywrite.foundation.events import KeyProblem
from saywrite.foundation.messages import message
from saywrite.foundation.selector_thread import wait_readable

_SYMBOLS = {
    Modifier.CTRL: ("Control_L", "Control_R"),
    Modifier.SHIFT: ("Shift_L", "Shift_R"),
    Modifier.ALT: ("Alt_L", "Alt_R", "Meta_L"),
    Modifier.SUPER: ("Super_L", "Super_R"),
}
_LOCKS = ("Num_Lock", "Scroll_Lock")
_ALL = 0xFF  # the eight modifiers; above them stand the mouse buttons and the keyboard group

for _group in ("xkb", "korean"):  # ISO_Level3_Shift and Hangul are among them
    XK.load_keysym_group(_group)

_EVDEV_UP = 111
"""The code of the arrow up under evdev; elsewhere it is another key."""


@dataclass(frozen=True, slots=True)
class KeyGrab:
    """A key code with exactly these modifiers held, in any state of the locks (Caps, Num, Scroll).

    `button`: the code is the number of a mouse button.
    """

    code: int
    mask: int
    button: bool = False


class X11Keyboard:
    """A snapshot of the server's keyboard; a `MappingNotify` makes it out of date."""

    def __init__(self, display: Any) -> None:
        """`display`: an `Xlib.display.Display` whose keyboard mapping is fresh."""
        self._display = display
        self._rows: list[list[int]] = [list(row) for row in display.get_modifier_mapping()]
        locks = {X.LockMask, *(self._mask_of((name,)) for name in _LOCKS)} - {0}
        self._ignored: int = sum(locks)
        self.variants = tuple(
            sum(some) for count in range(len(locks) + 1) for some in combinations(sorted(locks), count)
        )
        """Every combination of the locks: each grab is made with all of them."""

    def grabs_for(self, chord: KeyCombination) -> tuple[KeyGrab, ...]:
        """The grabs for a key combination; none where the keyboard lacks a key of it."""
        mask = 0
        for modifier in chord.modifiers:
            bit = self._mask_of(_SYMBOLS[modifier])
            if not bit:
                return ()
            mask |= bit
        key = KEYS[chord.key]
        if key.button:
            return (KeyGrab(key.button, mask, button=True),)
        return tuple(KeyGrab(code, mask) for code in self._codes(key))

    def mask(self, state: int) -> int:
        """The modifiers in the `state` of an event, without the locks."""
        return int(state) & _ALL & ~self._ignored

    def _codes(self, key: Key) -> list[int]:
        """The codes of a key.

        Under evdev its fixed code, if one of its symbols (or none) is there; else the codes that have its symbol.
        """
        if key.code and self._is_evdev():
            there = self._display.keycode_to_keysym(key.code, 0)
            if there in (X.NoSymbol, *map(keysym_number, (key.keysym, *key.also))) or key.keysym == "less":
                return [key.code]
        for name in (key.keysym, *key.also):
            if codes := self._carrying(name):
                return codes
        return []

    def _carrying(self, name: str) -> list[int]:
        """The codes that have the symbol at its lowest level, in the first layout that has it."""
        symbol = keysym_number(name)
        found = list(self._display.keysym_to_keycodes(symbol)) if symbol else []
        lowest = min((index for _code, index in found), default=0)
        return sorted({code for code, index in found if index == lowest})

    def _is_evdev(self) -> bool:
        return bool(self._display.keycode_to_keysym(_EVDEV_UP, 0) == XK.XK_Up)

    def _mask_of(self, names: tuple[str, ...]) -> int:
        """The modifier bit that a key with one of these symbols sets, or 0."""
        for name in names:
            codes = {code for code, _index in self._display.keysym_to_keycodes(XK.string_to_keysym(name))}
            for row, members in enumerate(self._rows):
                if codes & (set(members) - {0}):
                    return 1 << row
        return 0


def keysym_number(name: str) -> int:
    """The number of a keysym; 0 for a name that X11 does not know."""
    return MEDIA_KEYSYMS.get(name) or int(XK.string_to_keysym(name))


log = logging.getLogger(__name__)

PAIR_WAIT_S = 0.01
"""Seconds that a release waits for the press of a repetition; the server sends both at once."""

RECENT_S = 10.0
"""Seconds between the server's time and our clock above which they are different clocks."""

UNREACHABLE = HotkeysLost(
    message("The display cannot be reached, so no key is heard."),
    message("Start Saywrite from the desktop, not from another session."),
)
LOST = HotkeysLost(message("The display has gone; no key is heard any more."), message("Start Saywrite again."))


class X11Hotkeys:
    """The grabs of one display. `grab` and `release` are safe on any thread."""

    supports_temporary_grabs = True

    def __init__(self, post: Post, clock: Clock, thread: DesktopThread, display_name: str | None = None) -> None:
        """`display_name`: None for the one in the environment."""
        self._post = post
        self._clock = clock
        self._thread = thread
        self._name = display_name
        # From here on used on the thread only.
        self._bindings: tuple[Binding, ...] = ()
        self._grabs: dict[KeyGrab, str] = {}
        self._held: dict[tuple[int, bool], str] = {}
        """The bindings that are held, by code and whether it is a mouse button."""
        self._keyboard: X11Keyboard | None = None
        self._display: Any = None
        self._descriptor = -1
        thread.submit(self._open)

    def grab(self, bindings: tuple[Binding, ...]) -> None:
        def job() -> None:
            self._bindings = bindings
            if self._display is not None:
                self._attempt(self._regrab)

        self._thread.submit(job)

    def release(self) -> None:
        def job() -> None:
            self._post_all_releases()
            self._close()

        self._thread.run(job)

    def _open(self) -> None:
        try:
            self._display = display.Display(self._name)
        except (error.DisplayError, error.ConnectionClosedError, OSError) as problem:
            log.info("no keys from the display: %s", type(problem).__name__)
            self._post(UNREACHABLE)
            return
        self._display.set_error_handler(_ignore)
        self._descriptor = self._display.fileno()
        self._thread.watch(self._descriptor, lambda: self._attempt(lambda: None))
        self._attempt(self._read_keyboard)

    def _read_keyboard(self) -> None:
        self._keyboard = X11Keyboard(self._display)

    def _attempt(self, job: Callable[[], None]) -> None:
        """Run a job that speaks to the server and take the events that have come; report a lost display.

        An answer of the server may bring events along, for which the socket is not reported again.
        """
        try:
            job()
            while self._display.pending_events():
                self._take(self._display.next_event())
        except (error.ConnectionClosedError, OSError) as problem:
            log.info("the display has gone: %s", type(problem).__name__)
            self._post_all_releases()
            self._close()
            self._post(LOST)

    def _close(self) -> None:
        """Close the connection; the server then releases the grabs."""
        if self._display is not None:
            self._thread.unwatch(self._descriptor)  # a lost connection has none any more
            with contextlib.suppress(error.ConnectionClosedError, OSError):
                self._display.close()
            self._display = None

    def _post_all_releases(self) -> None:
        """Post a release for every key that is down."""
        for binding in self._held.values():
            self._post(KeyReleased(binding, self._clock()))
        self._held.clear()

    def _take(self, event: Any) -> None:
        if event.type in (X.KeyPress, X.ButtonPress):
            self._pressed(event)
        elif event.type in (X.KeyRelease, X.ButtonRelease):
            if _key(event) in self._held and not (event.type == X.KeyRelease and self._repeats(event)):
                self._post(KeyReleased(self._held.pop(_key(event)), self._time(event)))
        elif event.type == X.MappingNotify and event.request != X.MappingPointer:
            self._display.refresh_keyboard_mapping(event)
            self._regrab_where_keys_moved()

    def _pressed(self, event: Any) -> None:
        assert self._keyboard is not None
        code, is_button = _key(event)
        grip = KeyGrab(code, self._keyboard.mask(event.state), is_button)
        binding = self._held.get(_key(event)) or self._grabs.get(grip)
        if binding is None and self._held:  # the modifiers of the held key do not count
            binding = self._grabs.get(KeyGrab(code, 0, is_button))
        if binding is not None:
            self._held[_key(event)] = binding
            self._post(KeyPressed(binding, self._time(event)))

    def _repeats(self, release: Any) -> bool:
        """Whether the next event is the press that belongs to this release; it is taken out of the queue then."""
        if not self._display.pending_events():
            wait_readable([self._display.fileno()], PAIR_WAIT_S)
        if not self._display.pending_events():
            return False
        following = self._display.next_event()
        if following.type == X.KeyPress and _place(following) == _place(release):
            return True
        self._display.display.event_queue.insert(0, following)
        return False

    def _time(self, event: Any) -> float:
        """When the event happened, on our clock."""
        now = self._clock()
        ago = ((int(now * 1000) - event.time) & 0xFFFFFFFF) / 1000
        return now - ago if ago < RECENT_S else now

    def _regrab_where_keys_moved(self) -> None:
        """Grab again after a change of the layout, which has several steps; most do not move our keys."""
        keyboard = X11Keyboard(self._display)
        before, self._keyboard = self._keyboard, keyboard
        same = before is not None and before.variants == keyboard.variants
        if not same or any(self._grips(binding) != self._placed(binding) for binding in self._bindings):
            self._regrab()

    def _grips(self, binding: Binding) -> set[KeyGrab]:
        assert self._keyboard is not None
        return set(self._keyboard.grabs_for(binding.chord))

    def _placed(self, binding: Binding) -> set[KeyGrab]:
        return {grip for grip, owner in self._grabs.items() if owner == binding.id}

    def _regrab(self) -> None:
        """Grab the keys of all bindings anew, and post the outcome."""
        self._display.screen().root.ungrab_key(X.AnyKey, X.AnyModifier)
        self._display.screen().root.ungrab_button(X.AnyButton, X.AnyModifier)
        self._grabs.clear()
        problems, triggers = [], []
        for binding in self._bindings:
            grips = self._grips(binding)
            if not grips:
                problems.append(_no_such_key(binding))
            elif all(self._grab(grip) for grip in sorted(grips, key=lambda each: each.code)):
                self._grabs.update(dict.fromkeys(grips, binding.id))
                triggers.append((binding.id, str(binding.chord)))
            else:
                for grip in grips:
                    self._ungrab(grip)
                problems.append(_taken(binding))
        self._display.sync()
        self._post(GrabResult(tuple(triggers), tuple(problems)))

    def _grab(self, grip: KeyGrab) -> bool:
        """Grab one key under every state of the locks; False if another program has one of them."""
        assert self._keyboard is not None
        refused = error.CatchError(error.BadAccess)
        root = self._display.screen().root
        for locks in self._keyboard.variants:
            modes = X.GrabModeAsync, X.GrabModeAsync
            if grip.button:
                mask = X.ButtonPressMask | X.ButtonReleaseMask
                root.grab_button(grip.code, grip.mask | locks, False, mask, *modes, X.NONE, X.NONE, onerror=refused)
            else:
                root.grab_key(grip.code, grip.mask | locks, False, *modes, onerror=refused)
        self._display.sync()
        return refused.get_error() is None

    def _ungrab(self, grip: KeyGrab) -> None:
        assert self._keyboard is not None
        for locks in self._keyboard.variants:
            root = self._display.screen().root
            (root.ungrab_button if grip.button else root.ungrab_key)(grip.code, grip.mask | locks)


def _key(event: Any) -> tuple[int, bool]:
    return event.detail, event.type in (X.ButtonPress, X.ButtonRelease)


def _place(event: Any) -> tuple[int, int, int]:
    """Key, time and modifiers, which are equal for the release and the press of a repetition."""
    return event.detail, event.time, event.state


def _ignore(problem: Any, request: Any) -> None:
    """Replace python-xlib's handler of errors, which prints."""
    log.info("the display refused something: %s", type(problem).__name__)


def _no_such_key(binding: Binding) -> KeyProblem:
    return KeyProblem(
        binding.id,
        message("This keyboard has no {chord}.", chord=binding.chord),
        message("Choose another key in the settings."),
    )


def _taken(binding: Binding) -> KeyProblem:
    return KeyProblem(
        binding.id,
        message("Another program has already taken {chord}.", chord=binding.chord),
        message("Choose another key in the settings, or free it in the other program."),
    )
