"""The few functions of Windows' user32 that hot keys need, through ctypes. The hotkey thread, except `wake`."""

from __future__ import annotations

import ctypes
from ctypes import wintypes
from typing import Any

_NO_REPEAT = 0x4000
_HOTKEY = 0x0312
_WAKE = 0x8000  # WM_APP
_ALL_INPUT = 0x04FF
_INPUT_AVAILABLE = 0x0004
_REMOVE = 0x0001
_FOREVER = 0xFFFFFFFF
_DOWN = 0x8000


class User32:
    """Hot keys belong to the thread that registers them; their messages come into its queue."""

    def __init__(self) -> None:
        windll: Any = ctypes.windll  # type: ignore[attr-defined,unused-ignore]
        self._user32 = windll.user32
        self._user32.GetAsyncKeyState.restype = ctypes.c_short
        self._thread = windll.kernel32.GetCurrentThreadId()
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
