"""The few functions of macOS' Carbon that hot keys need, through ctypes. Main thread only."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

_SIGNATURE = int.from_bytes(b"Sywr", "big")
_KEYBOARD = int.from_bytes(b"keyb", "big")
_DIRECT_OBJECT = int.from_bytes(b"----", "big")
_HOTKEY_ID = int.from_bytes(b"hkid", "big")
_PRESSED, _RELEASED = 5, 6


class _EventType(ctypes.Structure):
    _fields_ = (("event_class", ctypes.c_uint32), ("event_kind", ctypes.c_uint32))


class _HotKeyID(ctypes.Structure):
    _fields_ = (("signature", ctypes.c_uint32), ("number", ctypes.c_uint32))


_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class Carbon:
    """The hot keys of the program's event target."""

    def __init__(self) -> None:
        library: Any = ctypes.CDLL("/System/Library/Frameworks/Carbon.framework/Carbon")
        pointer, number = ctypes.c_void_p, ctypes.c_uint32
        library.GetApplicationEventTarget.restype = pointer
        library.InstallEventHandler.argtypes = (pointer, _HANDLER, ctypes.c_ulong, pointer, pointer, pointer)
        library.RemoveEventHandler.argtypes = (pointer,)
        library.RegisterEventHotKey.argtypes = (number, number, _HotKeyID, pointer, number, pointer)
        library.UnregisterEventHotKey.argtypes = (pointer,)
        library.GetEventKind.argtypes = (pointer,)
        library.GetEventKind.restype = number
        library.GetEventParameter.argtypes = (pointer, number, number, pointer, ctypes.c_ulong, pointer, pointer)
        self._library = library
        self._keys: dict[int, ctypes.c_void_p] = {}
        self._handler: Any = None  # Carbon holds no reference to it, so we do
        self._installed = ctypes.c_void_p()

    def listen(self, heard: Callable[[int, bool], None]) -> None:
        def handle(_call: int, event: int, _data: int) -> int:
            key = _HotKeyID()
            size = ctypes.sizeof(key)
            self._library.GetEventParameter(event, _DIRECT_OBJECT, _HOTKEY_ID, None, size, None, ctypes.byref(key))
            if key.signature == _SIGNATURE:
                heard(key.number, self._library.GetEventKind(event) == _PRESSED)
            return 0

        self._handler = _HANDLER(handle)
        kinds = (_EventType * 2)(_EventType(_KEYBOARD, _PRESSED), _EventType(_KEYBOARD, _RELEASED))
        target = self._library.GetApplicationEventTarget()
        self._library.InstallEventHandler(target, self._handler, len(kinds), kinds, None, ctypes.byref(self._installed))

    def unlisten(self) -> None:
        self._library.RemoveEventHandler(self._installed)
        self._handler = None

    def register(self, number: int, modifiers: int, key: int) -> int:
        made = ctypes.c_void_p()
        target = self._library.GetApplicationEventTarget()
        error = self._library.RegisterEventHotKey(
            key, modifiers, _HotKeyID(_SIGNATURE, number), target, 0, ctypes.byref(made)
        )
        if not error:
            self._keys[number] = made
        return int(error)

    def unregister(self, number: int) -> None:
        self._library.UnregisterEventHotKey(self._keys.pop(number))
