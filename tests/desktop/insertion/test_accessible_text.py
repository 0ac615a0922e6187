"""Text that programs report about themselves: what they send wrongly costs no insertion."""

from __future__ import annotations

import struct

import pytest

from saywrite.desktop.insertion.context import accessible_text
from saywrite.desktop.insertion.context.accessible_text import AccessibleText


class Connection:
    """A bus on which a program has sent a message that jeepney cannot read."""

    def __init__(self, problem: Exception) -> None:
        self._problem = problem
        self.closed = False

    def send_and_get_reply(self, question: object, *, timeout: float) -> object:
        raise self._problem

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    "problem", [struct.error("short"), AssertionError(), RecursionError(), LookupError(), ValueError(), OSError()]
)
def test_unreadable_message_means_no_text_and_a_new_connection(
    problem: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = Connection(problem)
    monkeypatch.setattr(accessible_text, "open_dbus_connection", lambda _address: connection)
    reader = AccessibleText({"AT_SPI_BUS_ADDRESS": "unix:path=/nowhere"})
    assert reader.look(None) is None
    assert connection.closed
