"""The functions of macOS that insertion needs, through the Objective-C runtime and ctypes. The insertion worker.

Written against Apple's documentation; not run on hardware yet (see the README).
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saywrite.desktop.insertion.base import MOST_BYTES, READ_S, FailureReason, TargetWindow
from saywrite.desktop.insertion.macos.backend import Items
from saywrite.desktop.insertion.macos.layout import MacLayout

MARKS = ("org.nspasteboard.TransientType", "org.nspasteboard.ConcealedType")
"""Clipboard managers that know them keep nothing that carries them."""

_TEXT = "public.utf8-plain-text"
_HARDWARE = 1  # kCGEventSourceStateHIDSystemState: without the keys that we press ourselves
_HID_TAP = 0  # kCGHIDEventTap
_COMMAND = 0x100000  # kCGEventFlagMaskCommand
_MODIFIERS = 0x20000 | 0x40000 | 0x80000 | _COMMAND  # Shift, Control and Option
_IGNORING_OTHERS = 2  # NSApplicationActivateIgnoringOtherApps
_UNITS = 20
"""UTF-16 units that one key event carries."""

_INPUTS = (1, 3, 10, 25)
"""Left and right mouse button down, key down, other mouse button down."""

_ID, _UINT, _INT = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_long


class AppKit:
    """Implements `macos.MacDesktop`."""

    def __init__(self) -> None:
        frameworks = "/System/Library/Frameworks"
        ctypes.CDLL(f"{frameworks}/AppKit.framework/AppKit")
        self._services: Any = ctypes.CDLL(f"{frameworks}/ApplicationServices.framework/ApplicationServices")
        self._foundation: Any = ctypes.CDLL(f"{frameworks}/CoreFoundation.framework/CoreFoundation")
        self._objc: Any = ctypes.CDLL("/usr/lib/libobjc.dylib")
        self.key_of = MacLayout().key_of
        self._declare_types()

    def _declare_types(self) -> None:
        """Declare the types of each function; `_send` declares those of `objc_msgSend` per call."""
        objc, services, foundation = self._objc, self._services, self._foundation
        objc.objc_getClass.restype, objc.objc_getClass.argtypes = _ID, (ctypes.c_char_p,)
        objc.sel_registerName.restype, objc.sel_registerName.argtypes = _ID, (ctypes.c_char_p,)
        objc.objc_autoreleasePoolPush.restype, objc.objc_autoreleasePoolPush.argtypes = _ID, ()
        objc.objc_autoreleasePoolPop.restype, objc.objc_autoreleasePoolPop.argtypes = None, (_ID,)
        foundation.CFRelease.restype, foundation.CFRelease.argtypes = None, (_ID,)
        services.AXIsProcessTrusted.restype, services.AXIsProcessTrusted.argtypes = ctypes.c_bool, ()
        services.CGEventSourceFlagsState.restype = ctypes.c_uint64
        services.CGEventSourceFlagsState.argtypes = (ctypes.c_int32,)
        services.CGEventSourceSecondsSinceLastEventType.restype = ctypes.c_double
        services.CGEventSourceSecondsSinceLastEventType.argtypes = (ctypes.c_int32, ctypes.c_uint32)
        services.CGEventCreateKeyboardEvent.restype = _ID
        services.CGEventCreateKeyboardEvent.argtypes = (_ID, ctypes.c_uint16, ctypes.c_bool)
        services.CGEventSetFlags.restype, services.CGEventSetFlags.argtypes = None, (_ID, ctypes.c_uint64)
        services.CGEventPost.restype, services.CGEventPost.argtypes = None, (ctypes.c_uint32, _ID)
        services.CGEventKeyboardSetUnicodeString.restype = None
        services.CGEventKeyboardSetUnicodeString.argtypes = (_ID, _UINT, ctypes.c_void_p)

    def trusted(self) -> bool:
        return bool(self._services.AXIsProcessTrusted())

    def front(self) -> TargetWindow | None:
        with self._pool():
            workspace = self._send(self._class("NSWorkspace"), "sharedWorkspace")
            program = self._send(workspace, "frontmostApplication")
            if not program:
                return None
            pid = int(self._send(program, "processIdentifier", returns=ctypes.c_int))
            return TargetWindow(pid, self._text(self._send(program, "localizedName")), own=pid == os.getpid())

    def activate(self, window: int) -> bool:
        with self._pool():
            running = self._class("NSRunningApplication")
            program = self._send(running, "runningApplicationWithProcessIdentifier:", (ctypes.c_int, window))
            options = (_UINT, _IGNORING_OTHERS)
            return bool(program and self._send(program, "activateWithOptions:", options, returns=ctypes.c_bool))

    def modifiers_down(self) -> bool:
        return bool(self._services.CGEventSourceFlagsState(_HARDWARE) & _MODIFIERS)

    def seconds_since_input(self) -> float:
        since = self._services.CGEventSourceSecondsSinceLastEventType
        return min(float(since(_HARDWARE, kind)) for kind in _INPUTS)

    def read_all(self) -> tuple[Items, FailureReason]:
        """Read on a thread of its own, because an owner that promised its data may not answer."""
        found: list[dict[str, bytes]] = []
        troubles: list[FailureReason] = []
        reader = threading.Thread(
            target=lambda: troubles.append(self._read_items(found)), name="pasteboard reader", daemon=True
        )
        reader.start()
        reader.join(READ_S)
        return tuple(dict(each) for each in found), troubles[0] if troubles else FailureReason.CLIPBOARD_SLOW

    def _read_items(self, found: list[dict[str, bytes]]) -> FailureReason:
        """Read every item of the pasteboard into `found`."""
        left = MOST_BYTES
        with self._pool():
            for item in self._each(self._send(self._pasteboard(), "pasteboardItems")):
                values: dict[str, bytes] = {}
                for kind in self._each(self._send(item, "types")):
                    data = self._send(item, "dataForType:", (_ID, kind))
                    size = int(self._send(data, "length", returns=_UINT)) if data else 0
                    if size > left:
                        return FailureReason.CLIPBOARD_BIG
                    if data:
                        values[self._text(kind)] = ctypes.string_at(self._send(data, "bytes"), size) if size else b""
                        left -= size
                found.append(values)
        return FailureReason.NONE

    def put(self, items: Items) -> int:
        """Replace the contents of the pasteboard; its change count afterwards."""
        with self._pool():
            board = self._pasteboard()
            self._send(board, "clearContents", returns=_INT)
            objects = self._send(self._class("NSMutableArray"), "array")
            for values in items:
                item = self._send(
                    self._send(self._send(self._class("NSPasteboardItem"), "alloc"), "init"), "autorelease"
                )
                for kind, value in values.items():
                    data = self._send(
                        self._class("NSData"), "dataWithBytes:length:", (ctypes.c_char_p, value), (_UINT, len(value))
                    )
                    name = (ctypes.c_char_p, kind.encode("utf-8"))
                    text = self._send(self._class("NSString"), "stringWithUTF8String:", name)
                    self._send(item, "setData:forType:", (_ID, data), (_ID, text), returns=ctypes.c_bool)
                self._send(objects, "addObject:", (_ID, item), returns=None)
            if items:
                self._send(board, "writeObjects:", (_ID, objects), returns=ctypes.c_bool)
        return self.change_count()

    def put_text(self, text: str) -> int:
        return self.put(({_TEXT: text.encode("utf-8"), **dict.fromkeys(MARKS, b"")},))

    def change_count(self) -> int:
        with self._pool():
            return int(self._send(self._pasteboard(), "changeCount", returns=_INT))

    def press(self, key: int, command: bool) -> None:
        for down in (True, False):
            self._post(key, down, _COMMAND if command else 0)

    def type(self, text: str) -> None:
        """Type the text in pieces of UTF-16, by events that carry characters instead of keys."""
        units = text.replace("\n", "\r").encode("utf-16-le")
        start = 0
        while start < len(units):
            piece = units[start : start + 2 * _UNITS]
            if len(piece) == 2 * _UNITS and 0xD8 <= piece[-1] <= 0xDB:
                piece = piece[:-2]  # a pair stays together
            for down in (True, False):
                self._post(0, down, 0, piece)
            start += len(piece)

    def _post(self, key: int, down: bool, flags: int, units: bytes = b"") -> None:
        event = self._services.CGEventCreateKeyboardEvent(None, key, down)
        self._services.CGEventSetFlags(event, flags)
        if units:
            self._services.CGEventKeyboardSetUnicodeString(event, len(units) // 2, units)
        self._services.CGEventPost(_HID_TAP, event)
        self._foundation.CFRelease(event)

    def _pasteboard(self) -> Any:
        return self._send(self._class("NSPasteboard"), "generalPasteboard")

    def _each(self, array: Any) -> Iterator[Any]:
        for at in range(int(self._send(array, "count", returns=_UINT)) if array else 0):
            yield self._send(array, "objectAtIndex:", (_UINT, at))

    def _text(self, string: Any) -> str:
        data = self._send(string, "UTF8String", returns=ctypes.c_char_p) if string else b""
        return (data or b"").decode("utf-8")

    def _class(self, name: str) -> Any:
        return self._objc.objc_getClass(name.encode())

    def _send(self, receiver: Any, selector: str, *arguments: tuple[Any, Any], returns: Any = _ID) -> Any:
        """Send an Objective-C message. Each call declares its types, because the runtime's function has none."""
        kind = ctypes.CFUNCTYPE(returns, _ID, _ID, *(each for each, _ in arguments))
        call = kind(("objc_msgSend", self._objc))
        return call(receiver, self._objc.sel_registerName(selector.encode()), *(value for _, value in arguments))

    @contextmanager
    def _pool(self) -> Iterator[None]:
        """Free the objects that macOS creates within the body."""
        pool = self._objc.objc_autoreleasePoolPush()
        try:
            yield
        finally:
            self._objc.objc_autoreleasePoolPop(pool)
