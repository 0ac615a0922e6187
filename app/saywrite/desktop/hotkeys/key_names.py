"""The keys that can be chosen, with their names on each system. Pure data.

X11 (and XKB, hence Sway, Hyprland and the portal) names a key by its keysym, Windows by its virtual key, the Mac by its
place on the keyboard. The media keys are all that have a key code under X11's rules for evdev (xkeyboard-config 2.35,
XF86keysym.h).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_NUMBERS = """
AudioForward:1008FF97 AudioLowerVolume:1008FF11 AudioMedia:1008FF32 AudioMicMute:1008FFB2 AudioMute:1008FF12
AudioNext:1008FF17 AudioPause:1008FF31 AudioPlay:1008FF14 AudioPreset:1008FFB6 AudioPrev:1008FF16
AudioRaiseVolume:1008FF13 AudioRecord:1008FF1C AudioRewind:1008FF3E AudioStop:1008FF15 Back:1008FF26
Battery:1008FF93 Bluetooth:1008FF94 BrightnessAuto:100810F4 Calculator:1008FF1D Close:1008FF56 Copy:1008FF57
Cut:1008FF58 DOS:1008FF5A Display:1008FF59 DisplayOff:100810F5 Documents:1008FF5B Eject:1008FF2C
Explorer:1008FF5D Favorites:1008FF30 Finance:1008FF3C Forward:1008FF27 Game:1008FF5E Go:1008FF5F
HomePage:1008FF18 KbdBrightnessDown:1008FF06 KbdBrightnessUp:1008FF05 KbdLightOnOff:1008FF04
Launch1:1008FF41 Launch2:1008FF42 Launch3:1008FF43 Launch4:1008FF44 Launch5:1008FF45 Launch6:1008FF46
Launch7:1008FF47 Launch8:1008FF48 Launch9:1008FF49 LaunchA:1008FF4A LaunchB:1008FF4B Mail:1008FF19
MailForward:1008FF90 MenuKB:1008FF65 Messenger:1008FF8E MonBrightnessCycle:1008FF07
MonBrightnessDown:1008FF03 MonBrightnessUp:1008FF02 MyComputer:1008FF33 New:1008FF68 Next_VMode:1008FE22
Open:1008FF6B Paste:1008FF6D Phone:1008FF6E PowerOff:1008FF2A Prev_VMode:1008FE23 RFKill:1008FFB5
Reload:1008FF73 Reply:1008FF72 RotateWindows:1008FF74 Save:1008FF77 ScreenSaver:1008FF2D ScrollDown:1008FF79
ScrollUp:1008FF78 Search:1008FF1B Send:1008FF7B Shop:1008FF36 Sleep:1008FF2F Suspend:1008FFA7
TaskPane:1008FF7F Tools:1008FF81 TouchpadOff:1008FFB1 TouchpadOn:1008FFB0 TouchpadToggle:1008FFA9
UWB:1008FF96 WLAN:1008FF95 WWAN:1008FFB4 WWW:1008FF2E WakeUp:1008FF2B WebCam:1008FF8F Xfer:1008FF8A
"""

MEDIA_KEYSYMS: Mapping[str, int] = MappingProxyType(
    {f"XF86{name}": int(number, 16) for name, number in (entry.split(":") for entry in _NUMBERS.split())}
)
"""Keysyms by name."""

_OWN_NAMES = {
    "XF86AudioPlay": "Media Play",
    "XF86AudioStop": "Media Stop",
    "XF86AudioMicMute": "Microphone Mute",
    "XF86AudioRaiseVolume": "Volume Up",
    "XF86AudioLowerVolume": "Volume Down",
    "XF86AudioMute": "Mute",
    "XF86AudioNext": "Media Next",
    "XF86AudioPrev": "Media Previous",
}


def _words(keysym: str) -> str:
    """XF86KbdLightOnOff as "Kbd Light On Off"."""
    name = keysym.removeprefix("XF86").replace("_", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)


MEDIA_NAMES: Mapping[str, str] = MappingProxyType(
    {keysym: _OWN_NAMES.get(keysym) or _words(keysym) for keysym in MEDIA_KEYSYMS}
)
"""The names that the user reads, by keysym name."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `windows`, `mac`: its code there, None where it cannot be a hotkey. `modifier`: it is a modifier.
    `types`: alone it writes a character or moves in a text, so it is no hot key without a modifier. `also`: other
    keysyms that the same key carries in some layouts. `code`: where it is under evdev. `button`: it is a mouse button.
    """

    keysym: str
    windows: int | None
    mac: int | None
    types: bool = False
    modifier: bool = False
    also: tuple[str, ...] = ()
    code: int = 0
    button: int = 0


_MAC_LETTERS = "A00 B0B C08 D02 E0E F03 G05 H04 I22 J26 K28 L25 M2E N2D O1F P23 Q0C R0F S01 T11 U20 V09 W0D X07 Y10 Z06"
_MAC_DIGITS = "01D 112 213 314 415 517 616 71A 81C 919"
_MAC_FUNCTION_KEYS = "7A 78 63 76 60 61 62 64 65 6D 67 6F 69 6B 71 6A 40 4F 50 5A"
_MAC_NUMPAD = "52 53 54 55 56 57 58 59 5B 5C"


EVDEV_F13 = 191
"""The key code of F13 under evdev; those up to F24 follow."""

_FUNCTION_KEYS = {
    13: "XF86Tools", 14: "XF86Launch5", 15: "XF86Launch6", 16: "XF86Launch7", 17: "XF86Launch8", 18: "XF86Launch9",
    20: "XF86AudioMicMute", 21: "XF86TouchpadToggle", 22: "XF86TouchpadOn", 23: "XF86TouchpadOff",
}  # fmt: skip
"""What the function keys beyond F12 give under evdev."""


def _table() -> dict[str, Key]:
    keys = {}
    for entry in _MAC_LETTERS.split():
        keys[entry[0]] = Key(entry[0].lower(), ord(entry[0]), int(entry[1:], 16), types=True)
    for entry in _MAC_DIGITS.split():
        keys[entry[0]] = Key(entry[0], ord(entry[0]), int(entry[1:], 16), types=True)
    mac = _MAC_FUNCTION_KEYS.split()
    for number in range(1, 25):
        on_mac = int(mac[number - 1], 16) if number <= len(mac) else None
        also = (_FUNCTION_KEYS[number],) if number in _FUNCTION_KEYS else ()
        place = EVDEV_F13 + number - 13 if number >= 13 else 0
        keys[f"F{number}"] = Key(f"F{number}", 0x6F + number, on_mac, also=also, code=place)
    for number, code in enumerate(_MAC_NUMPAD.split()):
        keys[f"Num {number}"] = Key(f"KP_{number}", 0x60 + number, int(code, 16), types=True)
    return keys


_WINDOWS_MEDIA = {
    "XF86Back": 0xA6, "XF86Forward": 0xA7, "XF86Reload": 0xA8, "XF86Search": 0xAA, "XF86Favorites": 0xAB,
    "XF86HomePage": 0xAC, "XF86AudioMute": 0xAD, "XF86AudioLowerVolume": 0xAE, "XF86AudioRaiseVolume": 0xAF,
    "XF86AudioNext": 0xB0, "XF86AudioPrev": 0xB1, "XF86AudioStop": 0xB2, "XF86AudioPlay": 0xB3, "XF86Mail": 0xB4,
    "XF86AudioMedia": 0xB5, "XF86Sleep": 0x5F,
}  # fmt: skip

KEYS: Mapping[str, Key] = MappingProxyType(
    {
        **_table(),
        "Space": Key("space", 0x20, 0x31, types=True),
        "Tab": Key("Tab", 0x09, 0x30, types=True),
        "Enter": Key("Return", 0x0D, 0x24, types=True),
        "Backspace": Key("BackSpace", 0x08, 0x33, types=True),
        "Delete": Key("Delete", 0x2E, 0x75, types=True),
        "Escape": Key("Escape", 0x1B, 0x35),
        "Insert": Key("Insert", 0x2D, 0x72),
        "Home": Key("Home", 0x24, 0x73, types=True),
        "End": Key("End", 0x23, 0x77, types=True),
        "Page Up": Key("Prior", 0x21, 0x74, types=True),
        "Page Down": Key("Next", 0x22, 0x79, types=True),
        "Left": Key("Left", 0x25, 0x7B, types=True),
        "Up": Key("Up", 0x26, 0x7E, types=True),
        "Right": Key("Right", 0x27, 0x7C, types=True),
        "Down": Key("Down", 0x28, 0x7D, types=True),
        "Pause": Key("Pause", 0x13, None),
        "Scroll Lock": Key("Scroll_Lock", 0x91, None),
        "Print Screen": Key("Print", 0x2C, None),
        "Menu": Key("Menu", 0x5D, None),
        "Caps Lock": Key("Caps_Lock", None, None),
        "Minus": Key("minus", 0xBD, 0x1B, types=True),
        "Equal": Key("equal", 0xBB, 0x18, types=True),
        "Comma": Key("comma", 0xBC, 0x2B, types=True),
        "Period": Key("period", 0xBE, 0x2F, types=True),
        "Slash": Key("slash", 0xBF, 0x2C, types=True),
        "Backslash": Key("backslash", 0xDC, 0x2A, types=True),
        "Semicolon": Key("semicolon", 0xBA, 0x29, types=True),
        "Apostrophe": Key("apostrophe", 0xDE, 0x27, types=True),
        "Grave": Key("grave", 0xC0, 0x32, types=True),
        "Left Bracket": Key("bracketleft", 0xDB, 0x21, types=True),
        "Right Bracket": Key("bracketright", 0xDD, 0x1E, types=True),
        "Less": Key("less", 0xE2, 0x0A, types=True, code=94),
        "Henkan": Key("Henkan_Mode", 0x1C, None),
        "Muhenkan": Key("Muhenkan", 0x1D, None),
        "Hiragana Katakana": Key("Hiragana_Katakana", None, None),
        "Hangul": Key("Hangul", 0x15, None),
        "Hanja": Key("Hangul_Hanja", 0x19, None),
        "Help": Key("Help", 0x2F, None),
        "Undo": Key("Undo", None, None),
        "Redo": Key("Redo", None, None),
        "Find": Key("Find", None, None),
        "Cancel": Key("Cancel", None, None),
        "Mouse 8": Key("", None, None, button=8),
        "Mouse 9": Key("", None, None, button=9),
        **{MEDIA_NAMES[keysym]: Key(keysym, _WINDOWS_MEDIA.get(keysym), None) for keysym in MEDIA_KEYSYMS},
        "Num Enter": Key("KP_Enter", None, 0x4C, types=True),
        "Num Plus": Key("KP_Add", 0x6B, 0x45, types=True),
        "Num Minus": Key("KP_Subtract", 0x6D, 0x4E, types=True),
        "Num Times": Key("KP_Multiply", 0x6A, 0x43, types=True),
        "Num Divide": Key("KP_Divide", 0x6F, 0x4B, types=True),
        "Num Decimal": Key("KP_Decimal", 0x6E, 0x41, types=True, also=("KP_Separator", "KP_Delete")),
        "Num Equal": Key("KP_Equal", None, 0x51, types=True),
        "Left Ctrl": Key("Control_L", None, None, modifier=True),
        "Right Ctrl": Key("Control_R", None, None, modifier=True),
        "Left Alt": Key("Alt_L", None, None, modifier=True),
        "Right Alt": Key("Alt_R", None, None, modifier=True, also=("ISO_Level3_Shift",), code=108),
        "Left Shift": Key("Shift_L", None, None, modifier=True),
        "Right Shift": Key("Shift_R", None, None, modifier=True),
        "Left Super": Key("Super_L", None, None, modifier=True),
        "Right Super": Key("Super_R", None, None, modifier=True),
    }
)
"""All keys by the name that the user reads. No name holds a "+"."""


def wayland_symbol(key: Key) -> str:
    """The keysym by which a Wayland compositor knows the key: what evdev gives, also beyond F12."""
    return key.also[0] if key.also and key.code and not key.modifier else key.keysym
