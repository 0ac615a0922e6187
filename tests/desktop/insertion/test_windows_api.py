"""What reaches the functions of Windows, with libraries that take arguments as ctypes converts them.

They stand in for the real ones, which only Windows has: a handle with 64 bits must arrive whole.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from saywrite.desktop.insertion.windows.winapi import WindowsApi

WINDOW = 0x7FFF_1234_5678_9ABC
"""A handle that does not fit into 32 bits."""

HWND_MESSAGE = 2**64 - 3


class Function:
    """A function with the declared types, called through ctypes as a real one is."""

    def __init__(self, name: str, calls: list[tuple[str, tuple[Any, ...]]]) -> None:
        self.restype: Any = ctypes.c_int
        self.argtypes: Any = None
        self._name, self._calls = name, calls

    def __call__(self, *arguments: Any) -> Any:
        result = WINDOW if self.restype is ctypes.c_void_p else 1

        def note(*arrived: Any) -> int:
            self._calls.append((self._name, arrived))
            return result

        # An undeclared argument is C's int. A handle that a callback receives is a number, None for 0.
        types = self.argtypes if self.argtypes is not None else (ctypes.c_int,) * len(arguments)
        made: Callable[..., Any] = ctypes.CFUNCTYPE(self.restype, *types)(note)
        return made(*arguments)


class Library:
    def __init__(self, calls: list[tuple[str, tuple[Any, ...]]]) -> None:
        self._calls = calls

    def __getattr__(self, name: str) -> Function:
        function = Function(name, self._calls)
        setattr(self, name, function)
        return function


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    noted: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(ctypes, "WinDLL", lambda name: Library(noted), raising=False)
    monkeypatch.setattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE, raising=False)
    return noted


def test_window_for_a_promised_text_is_made_below_the_parent_of_message_windows(
    calls: list[tuple[str, tuple[Any, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = WindowsApi()
    monkeypatch.setattr(api, "_set", lambda kind, data: None)  # it would write to the address of the stand-in
    assert api.promise_text("hello", lambda: None)
    (created,) = (arguments for name, arguments in calls if name == "CreateWindowExW")
    assert created[8] == HWND_MESSAGE
    assert {arguments[0] for name, arguments in calls if name in ("SetWindowLongPtrW", "OpenClipboard")} == {WINDOW}
    assert api.ours()


def test_handle_of_a_window_in_front_is_passed_on_whole(calls: list[tuple[str, tuple[Any, ...]]]) -> None:
    api = WindowsApi()
    target = api.front()
    assert target is not None
    assert target.window == WINDOW
    assert api.activate(target.window)
    passed = [arguments[0] for name, arguments in calls if name in ("GetWindowThreadProcessId", "SetForegroundWindow")]
    assert passed == [WINDOW, WINDOW]
    assert [arguments for name, arguments in calls if name == "CloseHandle"] == [(WINDOW,)]
