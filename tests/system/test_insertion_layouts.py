"""Inserting under every keyboard layout and group, for real: exact, nothing around it touched, the group as it was.

The layouts are set after the inserter has started, as people switch theirs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.system.lab.desktop import LIMIT_S, Desktop, desktop, wait_for
from tests.system.lab.inserter import InserterBench
from tests.system.lab.targets import Editor, editor
from tests.system.lab.xkb_changes import ChangingXkb
from Xlib.display import Display

from saywrite.desktop.insertion.base import PasteMethod
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.x11.backend import X11
from saywrite.foundation.events import Inserted, InsertionEvent, InsertionUncertain, InsertionUndone

TEXT = "Vazy, zum Beispiel: “Größe” {@} #9 £3 — ça; да 漢字! "

LAYOUTS = {
    "us": (["us"], 1),
    "dvorak": (["us", "-variant", "dvorak"], 1),
    "de": (["de"], 1),
    "fr": (["fr"], 1),
    "ru": (["ru"], 1),
    "bepo": (["fr", "-variant", "bepo"], 1),
    "us+dvorak": (["us,us", "-variant", ",dvorak"], 2),
    "us+de": (["us,de", "-variant", ","], 2),
    "de+us": (["de,us", "-variant", ","], 2),
    "us+ru": (["us,ru", "-variant", ","], 2),
    "ru+us": (["ru,us", "-variant", ","], 2),
    "fr+bepo": (["fr,fr", "-variant", ",bepo"], 2),
    "us+gr+il": (["us,gr,il", "-variant", ",,"], 3),
    "us intl": (["us", "-variant", "intl"], 1),
    "ctrl and caps swapped": (["us", "-option", "ctrl:swapcaps"], 1),
}
CASES = [(name, group) for name, (_, groups) in LAYOUTS.items() for group in range(groups)]


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with desktop() as made:
        yield made


@pytest.fixture(scope="module")
def field(screen: Desktop) -> Iterator[Editor]:
    with editor(screen) as made:
        yield made


class Bench(InserterBench):
    def __init__(self, screen: Desktop) -> None:
        super().__init__(lambda: X11(screen.env["DISPLAY"]))
        wait_for(lambda: self.inserter.focus() is not None, "the inserter does not start")

    def insert_by(self, means: PasteMethod) -> InsertionEvent:
        self.inserter.choose(ProgramRules(means, continues=False))
        return self.insert(TEXT)


@pytest.fixture(scope="module")
def bench(screen: Desktop, field: Editor) -> Iterator[Bench]:
    made = Bench(screen)
    yield made
    made.close()


@contextmanager
def layout(screen: Desktop, name: str, group: int) -> Iterator[ChangingXkb]:
    def set_to(*arguments: str) -> None:
        subprocess.run(["setxkbmap", *arguments], env={**os.environ, **screen.env}, check=True, timeout=LIMIT_S)

    display = Display(screen.env["DISPLAY"])
    xkb = ChangingXkb(display)
    set_to("-option", "")
    set_to(*LAYOUTS[name][0])
    xkb.lock_group(group)
    try:
        yield xkb
    finally:
        xkb.lock_group(0)
        set_to("-option", "")
        set_to("us", "-variant", "")
        display.close()


@pytest.mark.parametrize(("name", "group"), CASES)
def test_text_is_pasted_and_taken_back_exactly(
    name: str, group: int, screen: Desktop, field: Editor, bench: Bench
) -> None:
    with layout(screen, name, group) as xkb:
        field.ask("around")
        assert isinstance(bench.insert_by(PasteMethod.CTRL_V), Inserted)
        wait_for(lambda: field.text() == f"head {TEXT}tail", f"it has {field.text()!r}", 5.0)
        assert isinstance(bench.take_back(), InsertionUndone)
        wait_for(lambda: field.text() == "head tail", f"taken back it has {field.text()!r}", 5.0)
        assert xkb.group == group


@pytest.mark.parametrize(("name", "group"), CASES)
def test_text_is_typed_and_taken_back_exactly(
    name: str, group: int, screen: Desktop, field: Editor, bench: Bench
) -> None:
    with layout(screen, name, group) as xkb:
        field.ask("around")
        assert isinstance(bench.insert_by(PasteMethod.TYPE), InsertionUncertain)
        wait_for(lambda: field.text() == f"head {TEXT}tail", f"it has {field.text()!r}", 5.0)
        assert isinstance(bench.take_back(), InsertionUndone)
        wait_for(lambda: field.text() == "head tail", f"taken back it has {field.text()!r}", 5.0)
        assert xkb.group == group


@pytest.mark.parametrize("means", [PasteMethod.CTRL_V, PasteMethod.TYPE])
def test_sticky_keys_stay_on_and_change_nothing(
    means: PasteMethod, screen: Desktop, field: Editor, bench: Bench
) -> None:
    with layout(screen, "us", 0) as xkb:
        xkb.set_sticky_keys(True)
        try:
            field.ask("around")
            bench.insert_by(means)
            wait_for(lambda: field.text() == f"head {TEXT}tail", f"it has {field.text()!r}", 5.0)
            assert isinstance(bench.take_back(), InsertionUndone)
            wait_for(lambda: field.text() == "head tail", f"taken back it has {field.text()!r}", 5.0)
            assert xkb.sticky_keys
        finally:
            xkb.set_sticky_keys(False)
