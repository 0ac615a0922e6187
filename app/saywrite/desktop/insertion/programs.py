"""Facts about programs: which keys paste in them, how they undo, and what people call them. Pure.

Programs are recognized by the name they give their windows (X11 class, Wayland app id, executable), without case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from saywrite.desktop.insertion.base import FRONT_WINDOW, PasteMethod, Undo

_TERMINALS = frozenset(
    (
        "xterm", "uxterm", "urxvt", "rxvt", "st", "st-256color", "alacritty", "kitty", "foot", "footclient",
        "konsole", "yakuake", "gnome-terminal", "gnome-terminal-server", "org.gnome.terminal", "kgx",
        "org.gnome.console", "ptyxis", "org.gnome.ptyxis", "xfce4-terminal", "mate-terminal", "lxterminal",
        "qterminal", "terminator", "tilix", "com.gexperts.tilix", "terminology", "deepin-terminal", "guake",
        "tilda", "sakura", "roxterm", "termite", "cool-retro-term", "wezterm", "org.wezfurlong.wezterm",
        "com.mitchellh.ghostty", "ghostty", "com.raggesilver.blackbox", "contour", "rio", "wayst", "havoc",
        "termit",
    )
)  # fmt: skip
_ONLY_CTRL_SHIFT_V = frozenset(("foot", "footclient", "kgx", "org.gnome.console", "ghostty", "com.mitchellh.ghostty"))
"""Terminals in which Shift+Insert does nothing, or pastes a selection that is empty."""

_SHIFT_INSERT = frozenset(("emacs", "gvim", "vim", "nvim-qt", "neovide"))
"""Editors in which Ctrl+V means something else."""

_NAMES = {
    "org.gnome.terminal": "Terminal",
    "gnome-terminal": "Terminal",
    "gnome-terminal-server": "Terminal",
    "xfce4-terminal": "Terminal",
    "code": "Visual Studio Code",
    "google-chrome": "Chrome",
    "chromium-browser": "Chromium",
    "navigator": "Firefox",
    "libreoffice-writer": "LibreOffice Writer",
}


@dataclass(frozen=True, slots=True)
class ProgramRules:
    """The user's settings for insertion.

    `other_window`: "here", "back" or "keep", when another window has the focus than at the key press. `continues`: a
    text continues the one before it. `line_breaks`: "space" or "as is", in terminals. `own_window`: a window of this
    program takes text, too.
    """

    means: PasteMethod | None = None
    other_window: str = "here"
    continues: bool = True
    line_breaks: str = "space"
    programs: Mapping[str, PasteMethod] = field(default_factory=lambda: MappingProxyType({}))
    own_window: bool = False


def means_for(program: str, choices: ProgramRules) -> PasteMethod:
    """How to insert: the setting for this program, then the one for all programs, then the known default."""
    name = program.casefold()
    if name in choices.programs:
        return choices.programs[name]
    if choices.means is not None:
        return choices.means
    if name in _ONLY_CTRL_SHIFT_V:
        return PasteMethod.CTRL_SHIFT_V
    if not name or name in _TERMINALS or name in _SHIFT_INSERT:
        return PasteMethod.SHIFT_INSERT
    return PasteMethod.CTRL_V


def is_terminal(program: str) -> bool:
    return program.casefold() in _TERMINALS


def undo_for(program: str, means: PasteMethod) -> Undo:
    """Ctrl+Z for a paste, which is one step; Backspace for typed letters and in terminals."""
    return Undo.BACKSPACE if means is PasteMethod.TYPE or is_terminal(program) else Undo.CTRL_Z


def called(program: str) -> str:
    """The program's name for people."""
    name = program.casefold()
    if not name:
        return FRONT_WINDOW
    if name in _NAMES:
        return _NAMES[name]
    last = program.rsplit(".", 1)[-1] if program.count(".") >= 2 else program
    last = last.removesuffix(".exe").removesuffix(".EXE")
    return last[:1].upper() + last[1:] or program


def parse(text: str) -> tuple[dict[str, PasteMethod], tuple[str, ...]]:
    """The programs and methods in "xterm = type, code = ctrl+v", and the parts that make no sense."""
    found: dict[str, PasteMethod] = {}
    bad: list[str] = []
    for part in (part.strip() for part in text.replace(";", ",").split(",")):
        program, sign, means = (piece.strip().casefold() for piece in part.rpartition("="))
        means = means.replace(" ", "")
        if sign and program and means in {each.value for each in PasteMethod}:
            found[program] = PasteMethod(means)
        elif part:
            bad.append(part)
    return found, tuple(bad)
