"""The overlay on a real screen: over another program's window, which keeps the focus, the keys and the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.lab.desktop import Desktop, wait_for
from tests.system.lab.keyboard import Keyboard
from tests.system.lab.program import run
from tests.system.lab.targets import Editor
from tests.system.lab.window import LIMIT_S, Room, Window, recordings, room, window

pytestmark = pytest.mark.system

NAME = "^Saywrite overlay$"
TYPED = "typed meanwhile"


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


@pytest.fixture
def editor(desk: Room) -> Iterator[Editor]:
    made = Editor(desk.screen.env, "other program")
    yield made
    made.close()


def overlay(screen: Desktop) -> tuple[int, int, int, int] | None:
    """Its place on the screen, None while it cannot be seen."""
    found = screen.xdotool("search", "--onlyvisible", "--name", NAME, check=False).split()
    if not found:
        return None
    shape = screen.xdotool("getwindowgeometry", "--shell", found[-1], check=False)
    values = dict(line.split("=") for line in shape.splitlines() if "=" in line)
    return int(values["X"]), int(values["Y"]), int(values["WIDTH"]), int(values["HEIGHT"])


def wait_overlay(screen: Desktop) -> tuple[int, int, int, int]:
    wait_for(lambda: overlay(screen) is not None, "no overlay")
    place = overlay(screen)
    assert place is not None
    return place


def below_the_mouse(screen: Desktop, x: int, y: int) -> str:
    """The name of the window that gets a click here."""
    screen.xdotool("mousemove", str(x), str(y))
    place = screen.xdotool("getmouselocation", "--shell")
    number = dict(line.split("=") for line in place.splitlines())["WINDOW"]
    return screen.xdotool("getwindowname", number, check=False)


def dictate(desk: Room, at: Path, editor: Editor) -> str:
    """The editor has the focus, and a dictation begins; the focused window's number."""
    number = desk.screen.window("other program")
    # The window of Saywrite may have taken the focus as it opened, and over it there is no overlay.
    desk.screen.xdotool("windowactivate", number)
    wait_for(
        lambda: desk.screen.xdotool("getwindowfocus", check=False).strip() == number, "the editor was not activated"
    )
    wait_for(lambda: editor.ask("focused") == "True", "the editor has no focus")
    assert run("start", at=at).returncode == 0
    return number


def stop(at: Path, saywrite: Window, screen: Desktop) -> None:
    assert run("stop", at=at).returncode == 0
    saywrite.wait_state("idle")
    wait_for(lambda: overlay(screen) is None, "the overlay stays")


def test_overlay_opens_and_closes_without_taking_the_focus_or_a_key(
    desk: Room, editor: Editor, tmp_path: Path, artifacts: Path
) -> None:
    screen, speech = desk.screen, recordings(tmp_path)
    with window(desk, tmp_path, 'overlay = "on"\n') as saywrite:
        number = dictate(desk, tmp_path, editor)
        wait_overlay(screen)
        focused = [screen.xdotool("getwindowfocus")]
        keyboard = Keyboard(screen)
        desk.sound.play("desk", speech["two_sentences"], wait=False)
        for letter in TYPED:
            keyboard.strike({" ": "space"}.get(letter, letter))
        keyboard.close()
        wait_for(lambda: editor.text() == TYPED, "the keys did not reach the other program")
        focused.append(screen.xdotool("getwindowfocus"))
        saywrite.wait_transcript("people")
        screen.shot(artifacts / "overlay-screen.png")
        stop(tmp_path, saywrite, screen)
        focused.append(screen.xdotool("getwindowfocus"))
        assert focused == [number] * 3
        assert editor.ask("focused") == "True"
        assert saywrite.troubles() == []


def test_overlay_opens_when_another_program_becomes_active_in_mid_dictation(
    desk: Room, editor: Editor, tmp_path: Path
) -> None:
    screen = desk.screen
    with window(desk, tmp_path, 'overlay = "on"\n') as saywrite:
        screen.window("^Saywrite$")
        saywrite.wait_active()
        assert run("start", at=tmp_path).returncode == 0
        saywrite.wait_state("listening")
        assert overlay(screen) is None
        screen.xdotool("windowactivate", screen.window("other program"))
        wait_overlay(screen)
        stop(tmp_path, saywrite, screen)


def test_drag_moves_the_overlay_permanently_and_leaves_the_focus(desk: Room, editor: Editor, tmp_path: Path) -> None:
    screen = desk.screen
    with window(desk, tmp_path, 'overlay = "on"\n') as saywrite:
        number = dictate(desk, tmp_path, editor)
        x, y, width, height = wait_overlay(screen)
        assert below_the_mouse(screen, x + width // 2, y + height // 2).startswith("Saywrite overlay")
        screen.xdotool("mousedown", "1", "mousemove", str(x + width // 2), "300", "mouseup", "1")
        wait_for(lambda: abs((overlay(screen) or (0, 0, 0, 0))[1] - 300 + height // 2) <= 2, "it was not moved")
        assert screen.xdotool("getwindowfocus") == number
        stop(tmp_path, saywrite, screen)
        assert saywrite.terminate(LIMIT_S) == 0
    kept = json.loads((tmp_path / "data" / "state" / "window.json").read_text())["overlay"]
    assert 0.3 < kept["y"] < 0.45
    with window(desk, tmp_path) as saywrite:
        dictate(desk, tmp_path, editor)
        assert abs(wait_overlay(screen)[1] - 300 + height // 2) <= 2
        stop(tmp_path, saywrite, screen)


def test_clicks_pass_through_it_where_that_is_wished(desk: Room, editor: Editor, tmp_path: Path) -> None:
    screen = desk.screen
    with window(desk, tmp_path, 'overlay = "through"\n') as saywrite:
        dictate(desk, tmp_path, editor)
        x, y, width, height = wait_overlay(screen)
        assert not below_the_mouse(screen, x + width // 2, y + height // 2).startswith("Saywrite overlay")
        stop(tmp_path, saywrite, screen)
