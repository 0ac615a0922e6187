"""Finds conflicts of a key combination with the system, with typing, and with our other keys. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from saywrite.desktop.hotkeys.key_combination import KeyCombination, Modifier, parse
from saywrite.desktop.hotkeys.key_names import KEYS
from saywrite.foundation.messages import message


@dataclass(frozen=True, slots=True)
class KeyConflict:
    """A conflict as a sentence. `refused`: the user cannot choose the combination; otherwise it is a warning."""

    text: str
    refused: bool


_LINUX = {
    "Ctrl+Space": "switches the input method (IBus, Fcitx)",
    "Super+Space": "switches the keyboard layout",
    "Alt+Space": "opens the menu of a window",
    "Alt+Tab": "switches between windows",
    "Alt+F2": "runs a command",
    "Alt+F4": "closes a window",
    "Super+L": "locks the screen",
    "Ctrl+Alt+L": "locks the screen",
    "Ctrl+Alt+T": "opens a terminal",
    "Ctrl+Alt+Delete": "ends the session",
    "Ctrl+Alt+Backspace": "ends the display",
    "Print Screen": "takes a picture of the screen",
    "F1": "opens help",
    "Mouse 8": "goes back in browsers and file managers",
    "Mouse 9": "goes forward in browsers and file managers",
}
_WINDOWS = {
    "Super+H": "is Windows' own dictation",
    "Super+L": "locks the screen",
    "Super+V": "opens the clipboard history",
    "Super+Space": "switches the keyboard layout",
    "Ctrl+Alt+Delete": "belongs to Windows",
    "Alt+Tab": "switches between windows",
    "Alt+F4": "closes a window",
    "Alt+Space": "opens the menu of a window",
    "Ctrl+Escape": "opens the start menu",
    "F12": "belongs to debuggers",
    "F1": "opens help",
}
_MAC = {
    "Super+Space": "opens Spotlight",
    "Ctrl+Space": "switches the input source",
    "Super+Tab": "switches between programs",
    "Super+Q": "quits a program",
    "Super+H": "hides a program",
    "Ctrl+Super+Q": "locks the screen",
    "Alt+Super+Escape": "forces a program to quit",
}
_EDITING = {"C": "copies", "X": "cuts", "V": "pastes", "Z": "undoes", "A": "selects all", "S": "saves"}


def _taken(edit: Modifier, own: Mapping[str, str]) -> Mapping[KeyCombination, str]:
    editing = {KeyCombination(key, frozenset({edit})): verb for key, verb in _EDITING.items()}
    return {**editing, **{parse(text): purpose for text, purpose in own.items()}}


_TAKEN = {
    "linux": _taken(Modifier.CTRL, _LINUX),
    "win32": _taken(Modifier.CTRL, _WINDOWS),
    "darwin": _taken(Modifier.SUPER, _MAC),
}


def objections(chord: KeyCombination, platform: str, others: Iterable[KeyCombination] = ()) -> tuple[KeyConflict, ...]:
    """What the user should know before choosing `chord` on `platform` (as in `sys.platform`). `others`: our own."""
    found = []
    key = KEYS[chord.key]
    code = {"win32": key.windows, "darwin": key.mac}.get(platform, 0)
    if chord.key == "Escape" and not chord.modifiers:
        found.append(KeyConflict(message("Escape cancels a dictation."), refused=True))
    if chord in others:
        found.append(KeyConflict(message("{chord} is already your other key.", chord=chord), refused=True))
    if key.types and not chord.modifiers - {Modifier.SHIFT}:
        found.append(
            KeyConflict(message("{chord} is needed for writing: add Ctrl, Alt or Super.", chord=chord), refused=True)
        )
    if key.modifier and chord.modifiers:
        found.append(KeyConflict(message("{key} can only be a key of its own.", key=chord.key), refused=True))
    elif code is None:
        found.append(
            KeyConflict(message("This system does not report {key} to other programs.", key=chord.key), refused=True)
        )
    elif key.modifier:
        found.append(
            KeyConflict(message("{key} no longer works in combinations with other keys.", key=chord.key), refused=False)
        )
    if chord.key == "Caps Lock" and platform == "linux":
        found.append(KeyConflict(message("Caps Lock goes on switching capitals on and off."), refused=False))
    if purpose := _TAKEN.get(platform, {}).get(chord):
        found.append(KeyConflict(message("{chord} usually {purpose}.", chord=chord, purpose=purpose), refused=False))
    return tuple(found)
