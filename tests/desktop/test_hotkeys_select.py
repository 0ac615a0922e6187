"""Which way keys are heard on which system, and what a person does where there is none."""

from __future__ import annotations

import pytest

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.hotkeys.manual_binding import DesktopKind, desktop_of, instructions
from saywrite.desktop.hotkeys.select import HotkeyBackend, choose, open_hotkeys

BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus"}


@pytest.mark.parametrize(
    ("platform", "environ", "way"),
    [
        ("win32", {}, HotkeyBackend.WINDOWS),
        ("darwin", {"DISPLAY": ":0"}, HotkeyBackend.MACOS),
        ("linux", {"DISPLAY": ":0"}, HotkeyBackend.X11),
        ("linux", {"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11", **BUS}, HotkeyBackend.X11),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", **BUS}, HotkeyBackend.PORTAL),
        ("linux", {"XDG_SESSION_TYPE": "wayland", "DISPLAY": ":0", **BUS}, HotkeyBackend.PORTAL),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, HotkeyBackend.COMMAND_LINE),
        ("linux", BUS, HotkeyBackend.COMMAND_LINE),
        ("freebsd14", {"DISPLAY": ":0"}, HotkeyBackend.X11),
    ],
)
def test_backend_follows_from_the_session(platform: str, environ: dict[str, str], way: HotkeyBackend) -> None:
    assert choose(platform, environ) is way


def test_command_line_has_no_backend() -> None:
    assert open_hotkeys(HotkeyBackend.COMMAND_LINE, print, float, "", DesktopThread(), print) is None


@pytest.mark.parametrize(
    ("environ", "desktop"),
    [
        ({"SWAYSOCK": "/run/sway.sock"}, DesktopKind.SWAY),
        ({"HYPRLAND_INSTANCE_SIGNATURE": "x", "XDG_CURRENT_DESKTOP": "Hyprland"}, DesktopKind.HYPRLAND),
        ({"XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}, DesktopKind.GNOME),
        ({"XDG_CURRENT_DESKTOP": "KDE"}, DesktopKind.KDE),
        ({"XDG_CURRENT_DESKTOP": "XFCE"}, DesktopKind.OTHER),
        ({}, DesktopKind.OTHER),
    ],
)
def test_the_desktop_is_known_by_its_variables(environ: dict[str, str], desktop: DesktopKind) -> None:
    assert desktop_of(environ) is desktop


@pytest.mark.parametrize(
    ("desktop", "chord", "lines"),
    [
        (
            DesktopKind.SWAY,
            "Ctrl+Super+Space",
            (
                "bindsym --no-repeat Ctrl+Mod4+space exec saywrite start",
                "bindsym --release Ctrl+Mod4+space exec saywrite stop",
            ),
        ),
        (
            DesktopKind.HYPRLAND,
            "Ctrl+Alt+Page Up",
            ("bind = CTRL ALT, Prior, exec, saywrite start", "bindr = CTRL ALT, Prior, exec, saywrite stop"),
        ),
        (DesktopKind.HYPRLAND, "F9", ("bind = , F9, exec, saywrite start", "bindr = , F9, exec, saywrite stop")),
        (DesktopKind.GNOME, "F9", ("saywrite toggle",)),
        (DesktopKind.KDE, "F9", ("saywrite toggle",)),
        (DesktopKind.OTHER, "F9", ("saywrite toggle",)),
    ],
)
def test_the_lines_can_be_copied_as_they_are(desktop: DesktopKind, chord: str, lines: tuple[str, ...]) -> None:
    what = instructions(desktop, parse(chord))
    assert what.lines == lines
    assert what.where


def test_our_command_may_be_called_otherwise() -> None:
    what = instructions(DesktopKind.GNOME, parse("F9"), "/opt/saywrite/bin/saywrite")
    assert what.lines == ("/opt/saywrite/bin/saywrite toggle",)
    assert what.note == "Choose F9, or any key you like. Press it to start and again to stop."
