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
    "Ctrl+Space": message("switches the input method (IBus, Fcitx)"),
    "Super+Space": message("switches the keyboard layout"),
    "Alt+Space": message("opens the menu of a window"),
    "Alt+Tab": message("switches between windows"),
    "Alt+F2": message("runs a command"),
    "Alt+F4": message("closes a window"),
    "Super+L": message("locks the screen"),
    "Ctrl+Alt+L": message("locks the screen"),
    "Ctrl+Alt+T": message("opens a terminal"),
    "Ctrl+Alt+Delete": message("ends the session"),
    "Ctrl+Alt+Backspace": message("ends the display"),
    "Print Screen": message("takes a picture of the screen"),
    "F1": message("opens help"),
    "Mouse 8": message("goes back in browsers and file managers"),
    "Mouse 9": message("goes forward in browsers and file managers"),
}
_WINDOWS = {
    "Super+H": message("is Windows' own dictation"),
    "Super+L": message("locks the screen"),
    "Super+V": message("opens the clipboard history"),
    "Super+Space": message("switches the keyboard layout"),
    "Ctrl+Alt+Delete": message("belongs to Windows"),
    "Alt+Tab": message("switches between windows"),
    "Alt+F4": message("closes a window"),
    "Alt+Space": message("opens the menu of a window"),
    "Ctrl+Escape": message("opens the start menu"),
    "F12": message("belongs to debuggers"),
    "F1": message("opens help"),
}
_MAC = {
    "Super+Space": message("opens Spotlight"),
    "Ctrl+Space": message("switches the input source"),
    "Super+Tab": message("switches between programs"),
    "Super+Q": message("quits a program"),
    "Super+H": message("hides a program"),
    "Ctrl+Super+Q": message("locks the screen"),
    "Alt+Super+Escape": message("forces a program to quit"),
}
_EDITING = {
    "C": message("copies"),
    "X": message("cuts"),
    "V": message("pastes"),
    "Z": message("undoes"),
    "A": message("selects all"),
    "S": message("saves"),
}


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
        found.append(
            KeyConflict(
                message("{key} can only be used alone, not with other keys.", key=KeyCombination(chord.key)),
                refused=True,
            )
        )
    elif code is None:
        found.append(
            KeyConflict(
                message("This system does not report {key} to other programs.", key=KeyCombination(chord.key)),
                refused=True,
            )
        )
    elif key.modifier:
        found.append(
            KeyConflict(
                message("{key} no longer works in combinations with other keys.", key=KeyCombination(chord.key)),
                refused=False,
            )
        )
    if chord.key == "Caps Lock" and platform == "linux":
        found.append(KeyConflict(message("Caps Lock goes on switching capitals on and off."), refused=False))
    if purpose := _TAKEN.get(platform, {}).get(chord):
        found.append(KeyConflict(message("{chord} usually {purpose}.", chord=chord, purpose=purpose), refused=False))
    return tuple(found)
