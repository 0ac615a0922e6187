"""The media keys of keyboards and remote controls: their names and keysyms. Pure data.

All that have a key code under X11's rules for evdev (xkeyboard-config 2.35, XF86keysym.h).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
