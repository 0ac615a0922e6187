"""Insertion through the desktop portal, on a real bus against a portal that does as its documentation says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.insertion_portal import MockInsertionPortal, PortalBehavior
from tests.system.lab.session_bus import session_bus
from tests.system.lab.texts import long_text

from saywrite.desktop.insertion.base import FailureReason, InsertionResult, PasteMethod, Receipt, Undo
from saywrite.desktop.insertion.portal import Portal
from saywrite.foundation.errors import InsertionUnavailable

IMAGE = {"image/png": bytes(range(256)) * 200, "text/html": b"<b>bold</b>"}


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture
def tokens() -> list[str]:
    return []


@contextmanager
def meeting(
    bus: str, keep: Callable[[str], None] = lambda _token: None, token: str = "", behavior: PortalBehavior | None = None
) -> Iterator[tuple[MockInsertionPortal, Portal]]:
    portal = MockInsertionPortal(behavior or PortalBehavior(), dict(IMAGE))
    way = Portal(token, keep)
    try:
        yield portal, way
    finally:
        way.close()
        portal.close()


def wait(way: Portal) -> None:
    """As the worker does, until nothing is due any more."""

    def done() -> bool:
        way.serve()
        return way.wake(time.monotonic()) is None

    wait_for(done, "something is still due")


def test_a_long_text_is_read_exactly_and_every_format_comes_back(bus: str) -> None:
    text = long_text(2_000)
    with meeting(bus) as (portal, way):
        for _ in range(2):
            portal.pasted.clear()
            assert way.deliver(text, None, PasteMethod.SHIFT_INSERT) == InsertionResult(Receipt.READ)
            wait_for(lambda: portal.pasted == [text.encode()], "the text came wrong")
            assert "x-kde-passwordManagerHint" in portal.offered
            wait(way)
            assert portal.offered == list(IMAGE)
        portal.read_back("image/png")

        def served() -> bool:
            way.serve()
            return portal.pasted[-1] == IMAGE["image/png"]

        wait_for(served, "the image did not come back")
        assert portal.calls.count("CreateSession") == 1
    assert portal.closed


def test_keys_go_down_in_order_and_up_in_the_other(bus: str) -> None:
    with meeting(bus) as (portal, way):
        way.deliver("Words", None, PasteMethod.CTRL_V)
        assert portal.keys == [(0xFFE3, 1), (0x76, 1), (0x76, 0), (0xFFE3, 0)]
        portal.keys.clear()
        assert way.take_back(Undo.BACKSPACE, 2)
        assert portal.keys == [(0xFF08, 1), (0xFF08, 0)] * 2


def test_a_token_works_once_and_the_next_one_is_kept(bus: str, tokens: list[str]) -> None:
    with meeting(bus, tokens.append, token="from last time") as (portal, way):
        way.deliver("Words", None, PasteMethod.CTRL_V)
        assert portal.tokens == ["from last time"]
        assert tokens == ["", "token 1"]


def test_a_slow_program_still_gets_the_text(bus: str) -> None:
    with meeting(bus, behavior=PortalBehavior(slow_s=2.0)) as (portal, way):
        assert way.deliver("Late but whole.", None, PasteMethod.CTRL_V) == InsertionResult(Receipt.READ)
        wait_for(lambda: portal.pasted == [b"Late but whole."], "the text came wrong")


def test_what_is_not_read_stays_on_the_clipboard(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saywrite.desktop.insertion.clipboard_paste.PATIENCE_S", 0.3)
    with meeting(bus, behavior=PortalBehavior(ignores=True)) as (portal, way):
        assert way.deliver("Words", None, PasteMethod.CTRL_V) == InsertionResult(Receipt.NOT_READ, on_clipboard=True)
        wait(way)
        assert "text/plain" in portal.offered


def test_newer_contents_of_another_program_are_not_overwritten(bus: str) -> None:
    with meeting(bus) as (portal, way):
        way.deliver("Words", None, PasteMethod.CTRL_V)
        portal.copy({"text/plain": b"newer"})
        portal.offered.clear()
        wait(way)
        assert portal.offered == []


def test_typing_is_not_tried(bus: str) -> None:
    with meeting(bus) as (portal, way):
        delivery = way.deliver("Words", None, PasteMethod.TYPE)
        assert delivery == InsertionResult(Receipt.NOT_READ, on_clipboard=True, trouble=FailureReason.KEYS_REFUSED)
        assert portal.keys == []


@pytest.mark.parametrize(
    ("behavior", "what"),
    [
        (
            PortalBehavior(start_response=1),
            "The desktop was not allowed to let Saywrite insert text into other programs.",
        ),
        (PortalBehavior(start_response=2), "The desktop could not let Saywrite insert text into other programs."),
        (PortalBehavior(clipboard_enabled=False), "The desktop gave Saywrite no keyboard or no clipboard"),
    ],
)
def test_a_refusal_is_said(bus: str, behavior: PortalBehavior, what: str) -> None:
    with meeting(bus, behavior=behavior) as (_portal, way):
        with pytest.raises(InsertionUnavailable) as caught:
            way.deliver("Words", None, PasteMethod.CTRL_V)
        assert caught.value.what.startswith(what)


def test_a_bus_without_a_portal_is_said(bus: str) -> None:
    way = Portal()
    with pytest.raises(InsertionUnavailable, match="does not let Saywrite insert"):
        way.deliver("Words", None, PasteMethod.CTRL_V)
    way.close()
