"""Hotkeys on a Mac by Carbon, which reports press and release and needs no permission.

It has no thread of its own: the system calls back in the main thread's event loop, which Qt runs, and every function of
Carbon is called there, too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from saywrite.desktop.hotkeys.base import Binding, Clock, GrabResult, KeyPressed, KeyReleased, Post
from saywrite.desktop.hotkeys.key_combination import Modifier
from saywrite.desktop.hotkeys.key_names import KEYS
from saywrite.foundation.events import KeyProblem
from saywrite.foundation.messages import message

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
        pointer, number, status = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int32
        library.GetApplicationEventTarget.restype, library.GetApplicationEventTarget.argtypes = pointer, ()
        library.InstallEventHandler.restype = status
        library.InstallEventHandler.argtypes = (pointer, _HANDLER, ctypes.c_ulong, pointer, pointer, pointer)
        library.RemoveEventHandler.restype, library.RemoveEventHandler.argtypes = status, (pointer,)
        library.RegisterEventHotKey.restype = status
        library.RegisterEventHotKey.argtypes = (number, number, _HotKeyID, pointer, number, pointer)
        library.UnregisterEventHotKey.restype, library.UnregisterEventHotKey.argtypes = status, (pointer,)
        library.GetEventKind.restype, library.GetEventKind.argtypes = number, (pointer,)
        library.GetEventParameter.restype = status
        library.GetEventParameter.argtypes = (pointer, number, number, pointer, ctypes.c_ulong, pointer, pointer)
        self._library = library
        self._keys: dict[int, ctypes.c_void_p] = {}
        self._handler: Any = None  # Carbon holds no reference to it, so we do
        self._installed = ctypes.c_void_p()

    def listen(self, heard: Callable[[int, bool], None]) -> None:
        """Call `heard` with the number of a key and whether it was pressed. Main thread."""

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
        """Register a key under a number; Carbon's error code, 0 for success."""
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


TAKEN = -9878
"""Carbon's eventHotKeyExistsErr."""

_MODIFIERS = {Modifier.SUPER: 0x0100, Modifier.SHIFT: 0x0200, Modifier.ALT: 0x0800, Modifier.CTRL: 0x1000}


OnMain = Callable[[Callable[[], None]], None]
"""Runs a job on the main thread soon, or at once when called there."""


class CarbonKeys(Protocol):
    """The parts of Carbon that hotkeys use."""

    def listen(self, heard: Callable[[int, bool], None]) -> None:
        """Call `heard(number, pressed)` on the main thread for every hot key, until `unlisten`."""

    def unlisten(self) -> None: ...

    def register(self, number: int, modifiers: int, key: int) -> int:
        """Register a key under a number; Carbon's error code, 0 for success."""

    def unregister(self, number: int) -> None: ...


class MacHotkeys:
    """The registered keys of this program. Every method is safe on any thread and only submits a job."""

    supports_temporary_grabs = True

    def __init__(self, post: Post, clock: Clock, carbon: Callable[[], CarbonKeys], on_main: OnMain) -> None:
        self._post = post
        self._clock = clock
        self._make = carbon
        self._on_main = on_main
        # From here on used on the main thread only.
        self._carbon: CarbonKeys | None = None
        self._registered: dict[int, Binding] = {}
        self._held: set[str] = set()
        self._numbers = count(1)

    def grab(self, bindings: tuple[Binding, ...]) -> None:
        self._on_main(lambda: self._regrab(bindings))

    def release(self) -> None:
        self._on_main(self._end)

    def _regrab(self, bindings: tuple[Binding, ...]) -> None:
        """Change only the keys that differ: Carbon would not report the release of a key that is held."""
        if self._carbon is None:
            self._carbon = self._make()
            self._carbon.listen(self._heard)
        self._unregister(self._carbon, except_for=bindings)
        problems = []
        for binding in bindings:
            if binding not in self._registered.values():
                problems += self._register(self._carbon, binding)
        heard = tuple((binding.id, str(binding.chord)) for binding in bindings if binding in self._registered.values())
        self._post(GrabResult(heard, tuple(problems)))

    def _end(self) -> None:
        if self._carbon is not None:
            self._unregister(self._carbon, except_for=())
            self._carbon.unlisten()
            self._carbon = None

    def _register(self, carbon: CarbonKeys, binding: Binding) -> list[KeyProblem]:
        key, number = KEYS[binding.chord.key].mac, next(self._numbers)
        choose = message("Choose another key in the settings.")
        if key is None:
            what = message("macOS does not report {chord} to other programs.", chord=binding.chord)
            return [KeyProblem(binding.id, what, choose)]
        error = carbon.register(number, sum(_MODIFIERS[each] for each in binding.chord.modifiers), key)
        if error == TAKEN:
            return [
                KeyProblem(
                    binding.id, message("Another program has already taken {chord}.", chord=binding.chord), choose
                )
            ]
        if error:  # macOS 15.0 and 15.1 refuse keys with Option or Shift alone
            what = message("macOS does not give {chord} to programs ({code}).", chord=binding.chord, code=str(error))
            return [KeyProblem(binding.id, what, choose)]
        self._registered[number] = binding
        return []

    def _unregister(self, carbon: CarbonKeys, except_for: tuple[Binding, ...]) -> None:
        for number, binding in list(self._registered.items()):
            if binding in except_for:
                continue
            carbon.unregister(number)
            del self._registered[number]
            if binding.id in self._held:
                self._held.remove(binding.id)
                self._post(KeyReleased(binding.id, self._clock()))

    def _heard(self, number: int, pressed: bool) -> None:
        binding = self._registered.get(number)
        if binding is None:
            return
        if pressed:
            self._held.add(binding.id)
            self._post(KeyPressed(binding.id, self._clock()))
        else:
            self._held.discard(binding.id)
            self._post(KeyReleased(binding.id, self._clock()))
