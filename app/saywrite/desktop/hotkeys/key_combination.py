"""Key combinations in our own portable notation: "Ctrl+Alt+Space", "F9", "Right Ctrl". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from saywrite.desktop.hotkeys.key_names import KEYS
from saywrite.foundation.errors import SettingsError
from saywrite.foundation.messages import message


class Modifier(StrEnum):
    """The modifiers in the order in which they are written.

    Super is the Windows key, and Command on a Mac; Alt is Option there.
    """

    CTRL = "Ctrl"
    ALT = "Alt"
    SHIFT = "Shift"
    SUPER = "Super"


@dataclass(frozen=True, slots=True)
class KeyCombination:
    """Modifiers that are held and the key that is pressed, a name out of `KEYS`."""

    key: str
    modifiers: frozenset[Modifier] = frozenset()

    def __str__(self) -> str:
        return "+".join([*(each.value for each in Modifier if each in self.modifiers), self.key])


_MODIFIERS: Mapping[str, Modifier] = {
    **{each.value.casefold(): each for each in Modifier},
    "control": Modifier.CTRL,
    "option": Modifier.ALT,
    "win": Modifier.SUPER,
    "windows": Modifier.SUPER,
    "cmd": Modifier.SUPER,
    "command": Modifier.SUPER,
    "meta": Modifier.SUPER,
    "logo": Modifier.SUPER,
}

# Among them Qt's portable ones, so that a recorder can hand on `QKeySequence.toString(PortableText)` (on a Mac, Qt
# calls Command "Ctrl" and Control "Meta" there).
_OTHER_NAMES: Mapping[str, str] = {
    "esc": "Escape",
    "return": "Enter",
    "del": "Delete",
    "ins": "Insert",
    "pgup": "Page Up",
    "pgdown": "Page Down",
    "pgdn": "Page Down",
    "right control": "Right Ctrl",
    "left control": "Left Ctrl",
    "right option": "Right Alt",
    "left option": "Left Alt",
    "altgr": "Right Alt",
    "prtsc": "Print Screen",
    "print": "Print Screen",
    "caps": "Caps Lock",
    "capslock": "Caps Lock",
    "scrolllock": "Scroll Lock",
    "-": "Minus",
    "=": "Equal",
    ",": "Comma",
    ".": "Period",
    "/": "Slash",
    "\\": "Backslash",
    ";": "Semicolon",
    "'": "Apostrophe",
    "`": "Grave",
    "[": "Left Bracket",
    "]": "Right Bracket",
    "<": "Less",
    "iso level3 shift": "Right Alt",
}

_BY_NAME: Mapping[str, str] = {**{name.casefold(): name for name in KEYS}, **_OTHER_NAMES}


def parse(text: str) -> KeyCombination:
    """Parse a chord in any common spelling. Raises SettingsError, with words for the user."""
    *held, last = (" ".join(part.split()).casefold() for part in text.split("+"))
    modifiers = []
    for name in held:
        if name not in _MODIFIERS:
            raise SettingsError(
                message("“{name}” in “{text}” is not a modifier.", name=name, text=text),
                message("Use Ctrl, Alt, Shift or Super."),
            )
        modifiers.append(_MODIFIERS[name])
    if len(set(modifiers)) < len(modifiers):
        raise SettingsError(
            message("“{text}” names a modifier twice.", text=text), message("Write each modifier once.")
        )
    if last not in _BY_NAME:
        raise SettingsError(
            message("There is no key called “{last}”.", last=last),
            message("Write it like Ctrl+Alt+Space, F9 or Right Ctrl."),
        )
    return KeyCombination(_BY_NAME[last], frozenset(modifiers))
