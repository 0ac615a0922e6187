"""A text that is offered for a paste carries the hint that makes clipboard managers not store it."""

from __future__ import annotations

import sys

import pytest

from saywrite.desktop.insertion.base import PASSWORD_HINT

HINT, VALUE = "x-kde-passwordManagerHint", b"secret"


def test_hint_is_the_one_that_clipboard_managers_know() -> None:
    assert dict(PASSWORD_HINT) == {HINT: VALUE}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux there is X11 or Wayland")
def test_text_offered_under_x11_and_wayland_carries_the_hint() -> None:
    from saywrite.desktop.insertion.wayland import data_control
    from saywrite.desktop.insertion.x11 import selection_reader

    item = selection_reader.of_text("private words")[HINT]
    assert (item.type, item.width, item.data) == (HINT, 8, VALUE)
    assert data_control.of_text("private words")[HINT] == VALUE
