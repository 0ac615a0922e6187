"""Instructions to bind a key to the command line, for desktops where no program can grab one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from saywrite.desktop.hotkeys.key_combination import KeyCombination, Modifier
from saywrite.desktop.hotkeys.key_names import KEYS, wayland_symbol
from saywrite.foundation.messages import message

_BTN_SIDE = 275
"""What the kernel calls the mouse button that X11 numbers 8; 9 follows."""


class DesktopKind(StrEnum):
    """Desktops with a mechanism of their own; `OTHER` for the rest."""

    SWAY = "Sway"
    HYPRLAND = "Hyprland"
    GNOME = "GNOME"
    KDE = "KDE Plasma"
    OTHER = "your desktop"


@dataclass(frozen=True, slots=True)
class Instructions:
    """Instructions for the user. `lines` are to be copied as they are."""

    where: str
    lines: tuple[str, ...]
    note: str = ""


def desktop_of(environ: Mapping[str, str]) -> DesktopKind:
    """The desktop of this session, by the variables that it sets."""
    if environ.get("SWAYSOCK"):
        return DesktopKind.SWAY
    if environ.get("HYPRLAND_INSTANCE_SIGNATURE"):
        return DesktopKind.HYPRLAND
    names = environ.get("XDG_CURRENT_DESKTOP", "").casefold().split(":")
    known = {
        "sway": DesktopKind.SWAY,
        "hyprland": DesktopKind.HYPRLAND,
        "gnome": DesktopKind.GNOME,
        "kde": DesktopKind.KDE,
    }
    return next((known[name] for name in names if name in known), DesktopKind.OTHER)


def instructions(desktop: DesktopKind, chord: KeyCombination, command: str = "saywrite") -> Instructions:
    """The instructions that bind `chord` to Saywrite on `desktop`. `command`: how our command line is started there."""
    button = KEYS[chord.key].button
    match desktop:
        case DesktopKind.SWAY:
            held = ["Mod4" if each is Modifier.SUPER else each.value for each in Modifier if each in chord.modifiers]
            keys = "+".join([*held, f"button{button}" if button else wayland_symbol(KEYS[chord.key])])
            press, release = ("--whole-window", "--whole-window --release") if button else ("--no-repeat", "--release")
            lines = (f"bindsym {press} {keys} exec {command} start", f"bindsym {release} {keys} exec {command} stop")
            return Instructions(message("Add to ~/.config/sway/config, then run: swaymsg reload"), lines)
        case DesktopKind.HYPRLAND:
            modifiers = " ".join(each.value.upper() for each in Modifier if each in chord.modifiers)
            keys = f"{modifiers}, {f'mouse:{_BTN_SIDE + button - 8}' if button else wayland_symbol(KEYS[chord.key])}"
            lines = (f"bind = {keys}, exec, {command} start", f"bindr = {keys}, exec, {command} stop")
            return Instructions(message("Add to ~/.config/hypr/hyprland.conf"), lines)
        case DesktopKind.GNOME:
            where = message(
                "Settings > Keyboard > View and Customize Shortcuts > Custom Shortcuts: add one with this command"
            )
        case DesktopKind.KDE:
            where = message("System Settings > Keyboard > Shortcuts > Add New > Command: enter this command")
        case DesktopKind.OTHER:
            where = message("In the desktop's keyboard settings, bind this command to a key")
    note = message("Choose {chord}, or any key you like. Press it to start and again to stop.", chord=chord)
    return Instructions(where, (f"{command} toggle",), note)
