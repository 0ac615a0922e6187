"""Hotkeys on Windows: `RegisterHotKey` reports the press; the state of a held key is polled.

No keyboard hook: Windows removes one silently when a Python pause makes it late. One thread with a message queue,
asleep in it while nothing is held (no timer, no polling).
"""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Callable
from ctypes import wintypes
from itertools import count
from queue import SimpleQueue
from typing import Any, Protocol

from saywrite.desktop.hotkeys.base import Binding, Clock, GrabResult, HotkeysLost, KeyPressed, KeyReleased, Post
from saywrite.desktop.hotkeys.key_combination import Modifier
from saywrite.desktop.hotkeys.key_names import KEYS
from saywrite.foundation.events import KeyProblem
from saywrite.foundation.messages import message

_NO_REPEAT = 0x4000  # MOD_NOREPEAT
_HOTKEY = 0x0312  # WM_HOTKEY
_WAKE = 0x8000  # WM_APP
_ALL_INPUT = 0x04FF  # QS_ALLINPUT
_INPUT_AVAILABLE = 0x0004  # MWMO_INPUTAVAILABLE: also for messages that were seen, but not taken
_REMOVE = 0x0001  # PM_REMOVE
_FOREVER = 0xFFFFFFFF  # INFINITE
_DOWN = 0x8000  # of GetAsyncKeyState; the low bit reports earlier presses


class User32:
    """Hot keys belong to the thread that registers them; their messages come into its queue."""

    def __init__(self) -> None:
        # Libraries of its own: what is declared for those of `ctypes.windll` would hold in every module.
        load: Any = ctypes.WinDLL  # type: ignore[attr-defined,unused-ignore]
        user, kernel, pointer = load("user32"), load("kernel32"), ctypes.c_void_p
        user.GetAsyncKeyState.restype, user.GetAsyncKeyState.argtypes = ctypes.c_short, (ctypes.c_int,)
        user.RegisterHotKey.restype = wintypes.BOOL
        user.RegisterHotKey.argtypes = (wintypes.HWND, ctypes.c_int, wintypes.UINT, wintypes.UINT)
        user.UnregisterHotKey.restype, user.UnregisterHotKey.argtypes = wintypes.BOOL, (wintypes.HWND, ctypes.c_int)
        user.MsgWaitForMultipleObjectsEx.restype = wintypes.DWORD
        user.MsgWaitForMultipleObjectsEx.argtypes = (wintypes.DWORD, pointer, *[wintypes.DWORD] * 3)
        user.PostThreadMessageW.restype = wintypes.BOOL
        user.PostThreadMessageW.argtypes = (wintypes.DWORD, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
        user.PeekMessageW.restype = wintypes.BOOL
        user.PeekMessageW.argtypes = (pointer, wintypes.HWND, *[wintypes.UINT] * 3)
        kernel.GetCurrentThreadId.restype, kernel.GetCurrentThreadId.argtypes = wintypes.DWORD, ()
        self._user32 = user
        self._thread = kernel.GetCurrentThreadId()
        self._message = wintypes.MSG()
        self._take()  # makes the queue, so that a `wake` from now on is not lost

    def register(self, number: int, modifiers: int, key: int) -> bool:
        return bool(self._user32.RegisterHotKey(None, number, modifiers | _NO_REPEAT, key))

    def unregister(self, number: int) -> None:
        self._user32.UnregisterHotKey(None, number)

    def wait(self, timeout_ms: int | None) -> int | None:
        timeout = _FOREVER if timeout_ms is None else timeout_ms
        if not self._take():
            self._user32.MsgWaitForMultipleObjectsEx(0, None, timeout, _ALL_INPUT, _INPUT_AVAILABLE)
            if not self._take():
                return None
        return int(self._message.wParam) if self._message.message == _HOTKEY else None

    def wake(self) -> None:
        self._user32.PostThreadMessageW(self._thread, _WAKE, 0, 0)

    def is_down(self, key: int) -> bool:
        return bool(self._user32.GetAsyncKeyState(key) & _DOWN)

    def _take(self) -> bool:
        return bool(self._user32.PeekMessageW(ctypes.byref(self._message), None, 0, 0, _REMOVE))


log = logging.getLogger(__name__)

JOIN_S = 2.0
POLL_MS = 12
"""Milliseconds between two queries of the state of a held key."""

LOST = HotkeysLost(message("Windows reports no key to Saywrite any more."), message("Start Saywrite again."))

_MODIFIERS = {Modifier.ALT: 1, Modifier.CTRL: 2, Modifier.SHIFT: 4, Modifier.SUPER: 8}


class WindowsKeys(Protocol):
    """The parts of user32 that hotkeys use, on the thread that made it (`wake` on every thread)."""

    def register(self, number: int, modifiers: int, key: int) -> bool:
        """Register a hotkey without repetition; False if another program has it."""

    def unregister(self, number: int) -> None: ...

    def wait(self, timeout_ms: int | None) -> int | None:
        """Wait for a hotkey and return its number; None after the time limit or a call of `wake`."""

    def wake(self) -> None: ...

    def is_down(self, key: int) -> bool: ...


class WindowsHotkeys:
    """The registered keys of one thread. Every method is safe on any thread and only submits a job."""

    supports_temporary_grabs = True

    def __init__(self, post: Post, clock: Clock, keys: Callable[[], WindowsKeys]) -> None:
        """`keys` is called on the hotkey thread, which owns what it makes."""
        self._post = post
        self._clock = clock
        self._jobs: SimpleQueue[tuple[Binding, ...] | None] = SimpleQueue()
        self._system: WindowsKeys | None = None
        self._ready = threading.Event()
        # From here on used on the thread only.
        self._registered: dict[int, Binding] = {}
        self._held: dict[int, str] = {}
        self._numbers = count(1)
        self._thread = threading.Thread(target=self._run, args=(keys,), name="hotkeys", daemon=True)
        self._thread.start()

    def grab(self, bindings: tuple[Binding, ...]) -> None:
        self._jobs.put(bindings)
        self._wake()

    def release(self) -> None:
        self._jobs.put(None)
        self._wake()
        self._thread.join(JOIN_S)
        if self._thread.is_alive():
            log.warning("the hotkey thread did not end in time")

    def _wake(self) -> None:
        self._ready.wait(JOIN_S)
        if self._system is not None:
            self._system.wake()

    def _run(self, keys: Callable[[], WindowsKeys]) -> None:
        try:
            system = self._system = keys()
            self._ready.set()
            while self._run_jobs(system):
                number = system.wait(POLL_MS if self._held else None)
                if number in self._registered:
                    self._press(self._registered[number])
                self._post_new_releases(system)
        except Exception:
            log.exception("the hotkey thread ended")
            self._post_all_releases()
            self._post(LOST)
        finally:
            self._ready.set()

    def _run_jobs(self, system: WindowsKeys) -> bool:
        """Run the submitted jobs; False at the end."""
        while not self._jobs.empty():
            bindings = self._jobs.get()
            self._register(system, bindings or ())
            if bindings is None:
                self._post_all_releases()
                return False
        return True

    def _post_all_releases(self) -> None:
        """Post a release for every key that is down."""
        for binding in self._held.values():
            self._post(KeyReleased(binding, self._clock()))

    def _register(self, system: WindowsKeys, bindings: tuple[Binding, ...]) -> None:
        """Change only the keys that differ, so that a key that is held stays registered."""
        for number, binding in list(self._registered.items()):
            if binding not in bindings:
                system.unregister(number)
                del self._registered[number]
        problems = []
        for binding in bindings:
            if binding not in self._registered.values():
                problems += self._register_one(system, binding)
        heard = tuple((binding.id, str(binding.chord)) for binding in bindings if binding in self._registered.values())
        self._post(GrabResult(heard, tuple(problems)))

    def _register_one(self, system: WindowsKeys, binding: Binding) -> list[KeyProblem]:
        key, number = KEYS[binding.chord.key].windows, next(self._numbers)
        if key is None:
            what = message("Windows does not report {chord} to other programs.", chord=binding.chord)
            return [KeyProblem(binding.id, what, message("Choose another key in the settings."))]
        if not system.register(number, sum(_MODIFIERS[each] for each in binding.chord.modifiers), key):
            what = message("Another program has already taken {chord}.", chord=binding.chord)
            return [KeyProblem(binding.id, what, message("Choose another key, or free it in the other program."))]
        self._registered[number] = binding
        return []

    def _press(self, binding: Binding) -> None:
        key = KEYS[binding.chord.key].windows
        assert key is not None
        self._held[key] = binding.id
        self._post(KeyPressed(binding.id, self._clock()))

    def _post_new_releases(self, system: WindowsKeys) -> None:
        """Post a release for every key that is no longer down."""
        for key in [key for key in self._held if not system.is_down(key)]:
            self._post(KeyReleased(self._held.pop(key), self._clock()))
