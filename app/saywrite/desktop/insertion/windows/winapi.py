"""The functions of Windows that insertion needs, through ctypes. The insertion worker, except `front`.

Written against Microsoft's documentation; not run on hardware yet (see the README).
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ctypes import wintypes
from pathlib import PureWindowsPath
from typing import Any

from saywrite.desktop.insertion.base import MOST_BYTES, READ_S, FailureReason, TargetWindow
from saywrite.desktop.insertion.windows.backend import INSERT, RETURN, TAB

_Functions = Mapping[str, tuple[Any, tuple[Any, ...]]]
"""By name, the type of the result and those of the arguments. Without them ctypes passes 32 bits of a handle."""

UNICODE_TEXT = 13  # CF_UNICODETEXT
HANDLES = frozenset((2, 3, 9, 14, 0x80, 0x81, 0x82, 0x83, 0x8E, *range(0x200, 0x400)))
"""Formats that are no memory: bitmaps (Windows makes them from the DIB), metafiles, palettes, private handles."""

_RENDER, _RENDER_ALL = 0x0305, 0x0306  # WM_RENDERFORMAT, WM_RENDERALLFORMATS
_MESSAGE_ONLY = -3  # HWND_MESSAGE: a window that is never shown
_WINDOW_PROCEDURE = -4  # GWLP_WNDPROC
_MOVEABLE, _REMOVE, _ALL_INPUT, _INPUT_AVAILABLE = 0x0002, 0x0001, 0x04FF, 0x0004
_EXTENDED, _UP, _UNICODE = 1, 2, 4  # KEYEVENTF_EXTENDEDKEY, KEYUP, UNICODE
_QUERY_LIMITED, _TOKEN_QUERY, _TOKEN_ELEVATION = 0x1000, 0x0008, 20
_OPEN_TRIES, _OPEN_PAUSE_S = 20, 0.01  # another program may have the clipboard open; 0.2 s are not noticed
_EXCLUDE = "ExcludeClipboardContentFromMonitorProcessing"
_HISTORY = ("CanIncludeInClipboardHistory", "CanUploadToCloudClipboard")


class _Mouse(ctypes.Structure):
    _fields_ = (
        ("dx", wintypes.LONG),
        ("dy", wintypes.LONG),
        ("data", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("extra", ctypes.c_size_t),
    )


class _Key(ctypes.Structure):
    _fields_ = (
        ("key", wintypes.WORD),
        ("scan", wintypes.WORD),
        ("flags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("extra", ctypes.c_size_t),
    )


class _LastInput(ctypes.Structure):
    _fields_ = (("size", wintypes.UINT), ("time", wintypes.DWORD))


class _Either(ctypes.Union):
    _fields_ = (("key", _Key), ("mouse", _Mouse))


class _Input(ctypes.Structure):
    _fields_ = (("type", wintypes.DWORD), ("either", _Either))


_BOOL, _INT, _UINT, _DWORD = wintypes.BOOL, ctypes.c_int, wintypes.UINT, wintypes.DWORD
_HANDLE, _SIZE, _TEXT = wintypes.HANDLE, ctypes.c_size_t, wintypes.LPCWSTR
_WORD, _LONG = ctypes.c_size_t, ctypes.c_ssize_t  # WPARAM and LPARAM, with 64 bits where pointers have them
_POINTER = ctypes.c_void_p

_USER: _Functions = {
    "CloseClipboard": (_BOOL, ()),
    "CreateWindowExW": (
        _HANDLE,
        (_DWORD, _TEXT, _TEXT, _DWORD, _INT, _INT, _INT, _INT, _HANDLE, _HANDLE, _HANDLE, _POINTER),
    ),
    "DefWindowProcW": (_LONG, (_HANDLE, _UINT, _WORD, _LONG)),
    "DestroyWindow": (_BOOL, (_HANDLE,)),
    "DispatchMessageW": (_LONG, (_POINTER,)),
    "EmptyClipboard": (_BOOL, ()),
    "EnumClipboardFormats": (_UINT, (_UINT,)),
    "GetAsyncKeyState": (ctypes.c_short, (_INT,)),
    "GetClipboardData": (_HANDLE, (_UINT,)),
    "GetClipboardOwner": (_HANDLE, ()),
    "GetForegroundWindow": (_HANDLE, ()),
    "GetLastInputInfo": (_BOOL, (_POINTER,)),
    "GetWindowThreadProcessId": (_DWORD, (_HANDLE, _POINTER)),
    "MsgWaitForMultipleObjectsEx": (_DWORD, (_DWORD, _POINTER, _DWORD, _DWORD, _DWORD)),
    "OpenClipboard": (_BOOL, (_HANDLE,)),
    "PeekMessageW": (_BOOL, (_POINTER, _HANDLE, _UINT, _UINT, _UINT)),
    "RegisterClipboardFormatW": (_UINT, (_TEXT,)),
    "SendInput": (_UINT, (_UINT, _POINTER, _INT)),
    "SetClipboardData": (_HANDLE, (_UINT, _HANDLE)),
    "SetForegroundWindow": (_BOOL, (_HANDLE,)),
    "SetWindowLongPtrW": (_LONG, (_HANDLE, _INT, _POINTER)),
}
_KERNEL: _Functions = {
    "CloseHandle": (_BOOL, (_HANDLE,)),
    "GetTickCount": (_DWORD, ()),
    "GlobalAlloc": (_HANDLE, (_UINT, _SIZE)),
    "GlobalFree": (_HANDLE, (_HANDLE,)),
    "GlobalLock": (_POINTER, (_HANDLE,)),
    "GlobalSize": (_SIZE, (_HANDLE,)),
    "GlobalUnlock": (_BOOL, (_HANDLE,)),
    "OpenProcess": (_HANDLE, (_DWORD, _BOOL, _DWORD)),
    "QueryFullProcessImageNameW": (_BOOL, (_HANDLE, _DWORD, wintypes.LPWSTR, _POINTER)),
}
_ADVAPI: _Functions = {
    "GetTokenInformation": (_BOOL, (_HANDLE, _INT, _POINTER, _DWORD, _POINTER)),
    "OpenProcessToken": (_BOOL, (_HANDLE, _DWORD, _POINTER)),
}


class WindowsApi:
    """Implements `WindowsDesktop` of `backend.py`.

    Its hidden window exists only while a text is promised: at other times its messages are not answered, and programs
    that empty the clipboard would wait for it.
    """

    def __init__(self) -> None:
        self._user, self._kernel = _load("user32", _USER), _load("kernel32", _KERNEL)
        self._advapi = _load("advapi32", _ADVAPI)
        procedure: Any = ctypes.WINFUNCTYPE  # type: ignore[attr-defined,unused-ignore]
        self._procedure = procedure(_LONG, _HANDLE, _UINT, _WORD, _LONG)(self._handle)
        self._window: int | None = None
        self._text, self._rendered = b"", False
        self._asked: Callable[[], None] = lambda: None

    def front(self) -> TargetWindow | None:
        window = self._user.GetForegroundWindow()
        if not window:
            return None
        pid = _pid(self._user, window)
        return TargetWindow(int(window), _program(self._kernel, pid), own=pid == os.getpid())

    def activate(self, window: int) -> bool:
        return bool(self._user.SetForegroundWindow(window))

    def elevated(self, window: int) -> bool:
        own = _elevation(self._kernel, self._advapi, self._kernel.OpenProcess(_QUERY_LIMITED, False, os.getpid()))
        return not own and _elevation(
            self._kernel, self._advapi, self._kernel.OpenProcess(_QUERY_LIMITED, False, _pid(self._user, window))
        )

    def down(self, key: int) -> bool:
        return bool(self._user.GetAsyncKeyState(key) & 0x8000)

    def read_all(self) -> tuple[Mapping[int, bytes], FailureReason]:
        """As `WindowsDesktop.read_all`; reads on a thread of its own, because an owner may not answer."""
        found: dict[int, bytes] = {}
        troubles: list[FailureReason] = []
        reader = threading.Thread(
            target=lambda: troubles.append(self._read_formats(found)), name="clipboard reader", daemon=True
        )
        reader.start()
        reader.join(READ_S)
        return dict(found), troubles[0] if troubles else FailureReason.CLIPBOARD_SLOW

    def _read_formats(self, found: dict[int, bytes]) -> FailureReason:
        """Read every format that is plain memory into `found`."""
        with self._opened(None) as opened:
            if not opened:
                return FailureReason.CLIPBOARD_SLOW
            kind, left = self._user.EnumClipboardFormats(0), MOST_BYTES
            while kind:
                memory = None if kind in HANDLES else self._user.GetClipboardData(kind)
                size = self._kernel.GlobalSize(memory) if memory else 0
                if size > left:
                    return FailureReason.CLIPBOARD_BIG
                if memory:
                    found[kind] = ctypes.string_at(self._kernel.GlobalLock(memory), size)
                    self._kernel.GlobalUnlock(memory)
                    left -= size
                kind = self._user.EnumClipboardFormats(kind)
        return FailureReason.NONE

    def promise_text(self, text: str, asked: Callable[[], None]) -> bool:
        """Offer a text with delayed rendering; call `asked` at its first read. Whether we own the clipboard."""
        self._text = text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-16-le") + b"\0\0"
        self._asked, self._rendered = asked, False
        self._close_window()
        self._window = self._user.CreateWindowExW(0, "STATIC", None, 0, 0, 0, 0, 0, _MESSAGE_ONLY, None, None, None)
        self._user.SetWindowLongPtrW(self._window, _WINDOW_PROCEDURE, ctypes.cast(self._procedure, _POINTER))
        with self._opened(self._window) as opened:
            if opened:
                self._user.EmptyClipboard()
                self._user.SetClipboardData(UNICODE_TEXT, None)
                for name in (_EXCLUDE, *_HISTORY):
                    self._set(self._user.RegisterClipboardFormatW(name), bytes(4))
        return opened

    def put(self, contents: Mapping[int, bytes]) -> bool:
        with self._opened(self._window) as opened:
            if opened:
                self._user.EmptyClipboard()
                for kind, data in contents.items():
                    self._set(kind, data)
        self._close_window()
        return opened

    def ours(self) -> bool:
        return self._window is not None and self._user.GetClipboardOwner() == self._window

    def seconds_since_input(self) -> float:
        last = _LastInput(ctypes.sizeof(_LastInput), 0)
        self._user.GetLastInputInfo(ctypes.byref(last))
        return float((self._kernel.GetTickCount() - last.time) & 0xFFFF_FFFF) / 1000

    def keep_text(self) -> None:
        if self._window is not None and self.ours() and not self._rendered:
            with self._opened(self._window) as opened:
                if opened:
                    self._set(UNICODE_TEXT, self._text)
                    self._rendered = True
        self._close_window()

    def pump(self, limit_s: float) -> None:
        message = wintypes.MSG()
        self._user.MsgWaitForMultipleObjectsEx(0, None, int(limit_s * 1000), _ALL_INPUT, _INPUT_AVAILABLE)
        while self._user.PeekMessageW(ctypes.byref(message), None, 0, 0, _REMOVE):
            self._user.DispatchMessageW(ctypes.byref(message))

    def press(self, keys: tuple[int, ...]) -> bool:
        return self._send([*((key, 0, 0) for key in keys), *((key, 0, _UP) for key in reversed(keys))])

    def type(self, text: str) -> bool:
        """Type the text by Unicode events; whether Windows took all of them."""
        events: list[tuple[int, int, int]] = []
        for char in text:
            if char in "\n\t":
                key = RETURN if char == "\n" else TAB
                events += [(key, 0, 0), (key, 0, _UP)]
                continue
            units = char.encode("utf-16-le")
            for at in range(0, len(units), 2):
                unit = int.from_bytes(units[at : at + 2], "little")
                events += [(0, unit, _UNICODE), (0, unit, _UNICODE | _UP)]
        return all(self._send(events[at : at + 100]) for at in range(0, len(events), 100))

    def _send(self, events: list[tuple[int, int, int]]) -> bool:
        inputs = (_Input * len(events))()
        for place, (key, scan, flags) in zip(inputs, events, strict=True):
            place.type = 1
            place.either.key = _Key(key, scan, flags | (_EXTENDED if key == INSERT else 0), 0, 0)
        return bool(self._user.SendInput(len(events), inputs, ctypes.sizeof(_Input)) == len(events))

    def _handle(self, window: int, message: int, word: int, long: int) -> int:
        """Render the promised text when Windows asks for it; the clipboard is already open then."""
        if message == _RENDER and word == UNICODE_TEXT:
            self._set(UNICODE_TEXT, self._text)
            self._rendered = True
            self._asked()
            return 0
        if message == _RENDER_ALL:
            return 0  # `keep_text` has rendered the text, or it is no longer needed
        return int(self._user.DefWindowProcW(window, message, word, long))

    def _set(self, kind: int, data: bytes) -> None:
        memory = self._kernel.GlobalAlloc(_MOVEABLE, max(len(data), 1))
        ctypes.memmove(self._kernel.GlobalLock(memory), data, len(data))
        self._kernel.GlobalUnlock(memory)
        if not self._user.SetClipboardData(kind, memory):
            self._kernel.GlobalFree(memory)

    @contextmanager
    def _opened(self, window: int | None) -> Iterator[bool]:
        """Open the clipboard for the body, and say whether no other program kept it open for too long."""
        opened = False
        for _ in range(_OPEN_TRIES):
            opened = bool(self._user.OpenClipboard(window))
            if opened:
                break
            time.sleep(_OPEN_PAUSE_S)
        try:
            yield opened
        finally:
            if opened:
                self._user.CloseClipboard()

    def _close_window(self) -> None:
        window, self._window = self._window, None
        if window is not None:
            self._user.DestroyWindow(window)


def _load(name: str, functions: _Functions) -> Any:
    """The library with its types declared.

    Loaded for this module alone: a declaration for a library of `ctypes.windll` would hold in every module.
    """
    library: Any = ctypes.WinDLL(name)  # type: ignore[attr-defined,unused-ignore]
    for function, (result, arguments) in functions.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


def _program(kernel: Any, pid: int) -> str:
    """The name of the file a process runs, "" if Windows does not say."""
    process = kernel.OpenProcess(_QUERY_LIMITED, False, pid)
    if not process:
        return ""
    name, size = ctypes.create_unicode_buffer(1024), wintypes.DWORD(1024)
    kernel.QueryFullProcessImageNameW(process, 0, name, ctypes.byref(size))
    kernel.CloseHandle(process)
    return PureWindowsPath(name.value).name


def _pid(user: Any, window: int) -> int:
    """The process that a window belongs to."""
    pid = wintypes.DWORD()
    user.GetWindowThreadProcessId(window, ctypes.byref(pid))
    return int(pid.value)


def _elevation(kernel: Any, advapi: Any, process: int | None) -> bool:
    """Whether a process, given by its handle, runs with an administrator's rights. Closes the handle."""
    if not process:
        return False
    token, elevated, size = ctypes.c_void_p(), wintypes.DWORD(), wintypes.DWORD()
    if advapi.OpenProcessToken(process, _TOKEN_QUERY, ctypes.byref(token)):
        advapi.GetTokenInformation(
            token, _TOKEN_ELEVATION, ctypes.byref(elevated), ctypes.sizeof(elevated), ctypes.byref(size)
        )
        kernel.CloseHandle(token)
    kernel.CloseHandle(process)
    return bool(elevated.value)
