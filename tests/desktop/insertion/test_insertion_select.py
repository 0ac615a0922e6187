"""Which way into other programs is taken where; where there is none, the remedy is said."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from saywrite.desktop.insertion.portal import Portal
from saywrite.desktop.insertion.select import PortalToken, choose, open_backend
from saywrite.foundation.errors import InsertionUnavailable


@pytest.mark.parametrize(
    ("platform", "environ", "ways"),
    [
        ("win32", {}, ["windows"]),
        ("darwin", {"DISPLAY": ":0"}, ["macos"]),
        ("linux", {"DISPLAY": ":0"}, ["x11"]),
        ("linux", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["wlroots"]),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DBUS_SESSION_BUS_ADDRESS": "unix:"}, ["wlroots", "portal"]),
        ("linux", {"XDG_SESSION_TYPE": "wayland", "DBUS_SESSION_BUS_ADDRESS": "unix:"}, ["wlroots", "portal"]),
        ("linux", {"DBUS_SESSION_BUS_ADDRESS": "unix:"}, []),
    ],
)
def test_the_ways_of_a_system_in_order(platform: str, environ: Mapping[str, str], ways: list[str]) -> None:
    assert list(choose(platform, environ)) == ways


@pytest.mark.parametrize(
    ("environ", "what"),
    [
        ({}, "There is no display, so text cannot be put into other programs."),
        ({"DISPLAY": ":0"}, "The X display cannot be reached, so text cannot be put into other programs."),
        ({"WAYLAND_DISPLAY": "x"}, "The Wayland compositor cannot be reached"),
        ({"WAYLAND_DISPLAY": "x", "DBUS_SESSION_BUS_ADDRESS": "x"}, "There is no session bus"),
    ],
)
def test_where_none_works_that_is_said(environ: Mapping[str, str], what: str) -> None:
    with pytest.raises(InsertionUnavailable) as caught:
        open_backend(PortalToken(), "saywrite", "linux", environ)
    assert caught.value.what.startswith(what)
    assert "history" in caught.value.remedy


@pytest.mark.parametrize("address", ["disabled:", "autolaunch:"])
def test_portal_is_unavailable_without_a_bus_of_a_known_kind(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    with pytest.raises(InsertionUnavailable, match="no session bus"):
        Portal()
