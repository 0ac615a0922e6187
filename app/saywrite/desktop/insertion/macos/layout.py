"""Which key of a Mac gives a character in the keyboard layout in force, through ctypes. Any thread.

macOS allows these functions on the main thread only, so the question is put to its queue, which Qt's event loop serves.
Written against Apple's documentation (Text Input Sources, Unicode Utilities); not run on hardware yet.
"""

from __future__ import annotations

import ctypes
import logging
import threading
from typing import Any

log = logging.getLogger(__name__)

ANSWER_S = 0.5
_CODES = range(128)
_KEY_DOWN, _COMMAND, _NO_DEAD_KEYS = 0, 1, 1
_POINTER = ctypes.c_void_p
_JOB = ctypes.CFUNCTYPE(None, _POINTER)


class MacLayout:
    """The layout that the user types with, looked at anew for each question."""

    def __init__(self) -> None:
        carbon: Any = ctypes.CDLL("/System/Library/Frameworks/Carbon.framework/Carbon")
        foundation: Any = ctypes.CDLL("/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation")
        system: Any = ctypes.CDLL("/usr/lib/libSystem.dylib")
        self._sources = (
            carbon.TISCopyCurrentKeyboardLayoutInputSource,
            carbon.TISCopyCurrentASCIICapableKeyboardLayoutInputSource,
        )
        carbon.TISCopyCurrentKeyboardLayoutInputSource.restype = _POINTER
        carbon.TISCopyCurrentKeyboardLayoutInputSource.argtypes = ()
        carbon.TISCopyCurrentASCIICapableKeyboardLayoutInputSource.restype = _POINTER
        carbon.TISCopyCurrentASCIICapableKeyboardLayoutInputSource.argtypes = ()
        carbon.LMGetKbdType.restype, carbon.LMGetKbdType.argtypes = ctypes.c_uint8, ()
        carbon.TISGetInputSourceProperty.restype = _POINTER
        carbon.TISGetInputSourceProperty.argtypes = (_POINTER, _POINTER)
        carbon.UCKeyTranslate.restype = ctypes.c_int32
        carbon.UCKeyTranslate.argtypes = (
            _POINTER, ctypes.c_uint16, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint32,
            _POINTER, ctypes.c_ulong, _POINTER, _POINTER,
        )  # fmt: skip
        foundation.CFDataGetBytePtr.restype = _POINTER
        foundation.CFDataGetBytePtr.argtypes = (_POINTER,)
        foundation.CFRelease.restype, foundation.CFRelease.argtypes = None, (_POINTER,)
        system.dispatch_async_f.restype, system.dispatch_async_f.argtypes = None, (_POINTER, _POINTER, _JOB)
        self._carbon, self._foundation, self._system = carbon, foundation, system
        self._layout_data = _POINTER.in_dll(carbon, "kTISPropertyUnicodeKeyLayoutData")
        self._main_queue = ctypes.addressof(ctypes.c_char.in_dll(system, "_dispatch_main_q"))
        self._jobs: list[Any] = []

    def key_of(self, character: str) -> int | None:
        """As `macos.MacDesktop.key_of`."""
        found: list[int | None] = []
        there = threading.Event()

        def look(_context: int | None) -> None:
            try:
                found.append(self._find(character))
            finally:
                there.set()

        job = _JOB(look)
        self._jobs = [*self._jobs[-8:], job]  # the queue holds no reference to it
        self._system.dispatch_async_f(self._main_queue, None, job)
        if not there.wait(ANSWER_S):
            log.info("the main thread does not tell the keyboard layout")
        return found[0] if found else None

    def _find(self, character: str) -> int | None:
        for copy in self._sources:
            source = copy()
            if not source:
                continue
            try:
                data = self._carbon.TISGetInputSourceProperty(source, self._layout_data)
                layout = self._foundation.CFDataGetBytePtr(data) if data else None
                for code in _CODES if layout else ():
                    if self._character(layout, code) == character:
                        return code
            finally:
                self._foundation.CFRelease(source)
        return None

    def _character(self, layout: int | None, code: int) -> str:
        """The character of the key while Command is held, which changes some layouts."""
        dead, length, units = ctypes.c_uint32(), ctypes.c_ulong(), (ctypes.c_uint16 * 4)()
        self._carbon.UCKeyTranslate(
            layout, code, _KEY_DOWN, _COMMAND, self._carbon.LMGetKbdType(), _NO_DEAD_KEYS,
            ctypes.byref(dead), len(units), ctypes.byref(length), units,
        )  # fmt: skip
        return bytes(units)[: 2 * length.value].decode("utf-16-le", "replace").lower()
