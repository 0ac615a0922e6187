"""Every window as a screen reader finds it: names, roles, states, and all of it by keyboard. One start of the program.

The windows are opened by their keys, read over AT-SPI, and walked through with Tab.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest
from tests.system.lab.accessible_rules import controls, out_of_order, unreached, violations
from tests.system.lab.accessible_tree import ENABLED, FOCUSABLE, AccessibleTree, accessible_tree
from tests.system.lab.desktop import wait_for
from tests.system.lab.window import Room, Window, recordings, room, window

pytestmark = pytest.mark.system

MAIN = "Saywrite"
FOCUS_S = 1.0
MOST_STOPS = 80


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


@pytest.fixture(scope="module")
def tree(desk: Room) -> Iterator[AccessibleTree]:
    with accessible_tree(desk.reader) as made:
        yield made


@pytest.fixture(scope="module")
def saywrite(desk: Room, tree: AccessibleTree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """The program after a dictation, so that everything has something to show."""
    at = tmp_path_factory.mktemp("windows")
    with window(desk, at, 'theme = "light"\n') as shown:
        shown.dictating()
        desk.sound.play("desk", recordings(at)["weather"])
        shown.press("F9")
        shown.wait_state("idle")
        shown.wait_transcript("weather")
        yield shown
        assert shown.troubles() == []


def tab_stops(saywrite: Window, tree: AccessibleTree, alone: str) -> list[str]:
    """Press Tab until the focus is back where it was first; the paths of what had it.

    `alone`: the path of the only control, which keeps the focus; "" when there are more.
    """
    stops: list[str] = []
    tree.forget_focus()
    while len(stops) < MOST_STOPS:
        saywrite.press("Tab")
        path = tree.next_focus(FOCUS_S)
        assert path or alone, f"Tab does not leave {stops[-1:]}"
        if not path:
            return [alone]
        if path in stops:
            return stops
        stops.append(path)
    raise AssertionError("Tab has no end")


def check(saywrite: Window, tree: AccessibleTree, title: str, order: Sequence[str] = ()) -> list[str]:
    """All that is wrong with a window that is open and active. `order`: names in the order in which Tab has them."""
    nodes = tree.window(title)
    assert controls(nodes), f"nothing to operate in {title}"
    found = violations(nodes)
    enabled = [node.path for node in controls(nodes) if node.has(ENABLED) and node.has(FOCUSABLE)]
    stops = tab_stops(saywrite, tree, alone=enabled[0] if len(enabled) == 1 else "")
    nodes = tree.window(title)
    names = {node.path: node.name for node in nodes}
    found += out_of_order([names.get(stop, "") for stop in stops], order)
    found += [f"Tab does not reach {line}" for line in unreached(nodes, stops)]
    found += [f"the focus is at {stop}, which is not in the window" for stop in stops if stop not in names]
    return found


def close(saywrite: Window, tree: AccessibleTree, title: str) -> None:
    saywrite.press("Escape")
    deadline = time.monotonic() + 10
    while any(nodes[0].name == title for nodes in tree.windows()):
        assert time.monotonic() < deadline, f"Escape does not close {title}"
    saywrite.wait_active()


def open_menu(saywrite: Window, key: str) -> None:
    """Press its key, again where a late change of the focus behind a dialog has closed the menu."""
    deadline = time.monotonic() + 30
    while saywrite.see("popup menu") is None:
        assert time.monotonic() < deadline, f"{key} opens no menu"
        saywrite.press(key)
        with suppress(AssertionError):
            saywrite.wait_for("popup menu", limit_s=7)


def waveform_path(tree: AccessibleTree) -> str:
    """The path of what shows the waveform in the main window; "" while there is none."""
    return next((node.path for node in tree.window(MAIN) if node.name == "Waveform"), "")


WINDOWS = [
    (["ctrl+h"], "History – Saywrite"),
    (["ctrl+shift+o"], "Files – Saywrite"),
    (["F1"], "Keyboard shortcuts — Saywrite"),
    (["alt+h", "a"], "About Saywrite"),
    (["alt+h", "w"], "What's new — Saywrite"),
    (["alt+h", "f"], "Welcome to Saywrite"),
    (["alt+e", "k"], "Keyword lab — Saywrite"),
    (["alt+v", "m"], "Where my speech went – Saywrite"),
    (["alt+v", "p"], "Speed – Saywrite"),
    (["ctrl+s"], "Export the transcript — Saywrite"),
    (["ctrl+shift+k"], "Always write as — Saywrite"),
    (["ctrl+i"], "Details of the dictation — Saywrite"),
]
ORDER = {
    "Keyword lab — Saywrite": ("Keywords", "Add", "Try on my last 50 dictations", "Cancel", "Apply"),
    "History – Saywrite": ("Search the history", "Dictations", "Play", "Text of the dictation", "Copy", "Delete"),
}
PAGES = {"Recognition": ("Use Whisper base", "Download: Whisper small", "Show words while you speak", "Close")}


def test_the_main_window(saywrite: Window, tree: AccessibleTree) -> None:
    strip = waveform_path(tree)
    tab_stops(saywrite, tree, alone="")
    # The first focus puts the plot in the place of the strip, after an import that takes seconds on a busy machine.
    wait_for(lambda: waveform_path(tree) != strip, "no plot in the place of the waveform's strip", 30)
    assert check(saywrite, tree, MAIN, ("Start dictation", "Waveform", "Transcript", "Copy")) == []


@pytest.mark.parametrize(
    ("keys", "title"), WINDOWS, ids=[title.split(" — ")[0].split(" – ")[0] for _, title in WINDOWS]
)
def test_a_window_opened_and_left_by_keyboard(
    saywrite: Window, tree: AccessibleTree, keys: Sequence[str], title: str
) -> None:
    for key in keys:
        if key.startswith("alt+"):
            open_menu(saywrite, key)  # on a busy machine the next key would come before it
        else:
            saywrite.press(key)
    tree.window(title)
    assert check(saywrite, tree, title, ORDER.get(title, ())) == []
    close(saywrite, tree, title)


def test_the_editor_of_a_keyword(saywrite: Window, tree: AccessibleTree) -> None:
    saywrite.press("ctrl+k")
    saywrite.wait_for("table", "^Keywords$")
    saywrite.press("Insert")
    editor = saywrite.wait_for("text", "^When I say, keyword 1$")
    assert editor.focused
    saywrite.press("Escape")
    saywrite.wait_gone("text", "^When I say, keyword 1$")
    assert check(saywrite, tree, MAIN, ("Transcript", "Keywords", "Add", "Copy")) == []
    saywrite.press("ctrl+k")
    saywrite.wait_gone("table", "^Keywords$")


def test_every_page_of_the_settings(saywrite: Window, tree: AccessibleTree) -> None:
    title = "Settings — Saywrite"
    saywrite.press("ctrl+comma")
    pages = [node.name for node in tree.window(title) if node.role == "list item"]
    assert len(pages) >= 8
    found: dict[str, list[str]] = {}
    saywrite.press("Tab")  # from the search to the list of pages
    for page in pages:
        found[page] = check(saywrite, tree, title, PAGES.get(page, ()))
        saywrite.press("shift+Tab", "Down")
    assert {page: lines for page, lines in found.items() if lines} == {}
    close(saywrite, tree, title)
