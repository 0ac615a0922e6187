"""Saywrite lives in a real tray: the icon comes with its host, the window goes and comes back, nothing gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.program import run
from tests.system.lab.sound import label
from tests.system.lab.targets import editor
from tests.system.lab.tray import Panel, panel
from tests.system.lab.window import LIMIT_S, Room, accessible_screen, recordings, room, window
from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage

from saywrite.storage.history.store import HistoryStore

pytestmark = pytest.mark.system

PAUSE_S = 20.0
"""How long the window may stay away without an icon: ten seconds by design, twice that here."""

INSERT_AGAIN, COPY = 1, 2
"""The entries of a text in the menu of the icon."""


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


@pytest.fixture
def tray(desk: Room, tmp_path: Path) -> Iterator[Panel]:
    folder = tmp_path / "panel"
    folder.mkdir()
    with panel(desk.screen, folder) as made:
        yield made


def is_shown(room: Room) -> bool:
    return bool(room.screen.xdotool("search", "--onlyvisible", "--name", "Saywrite$", check=False))


def wait_shown(room: Room, shown: bool, limit_s: float = LIMIT_S) -> None:
    wait_for(lambda: is_shown(room) == shown, f"the window is {'not ' if shown else ''}to be seen", limit_s)


def close_window(room: Room) -> None:
    """As the window manager's button does. Its key may be lost while Saywrite prepares the keyboard at its start."""
    shown = int(room.screen.window("^Saywrite$"))
    with closing(Display(room.screen.env["DISPLAY"])) as server:
        asked_by_pager = (32, [X.CurrentTime, 2, 0, 0, 0])
        window = server.create_resource_object("window", shown)
        close = ClientMessage(window=window, client_type=server.intern_atom("_NET_CLOSE_WINDOW"), data=asked_by_pager)
        server.screen().root.send_event(close, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        server.sync()


def choose(tray: Panel, room: Room, *keys: str) -> None:
    """Open the icon's menu and choose with the keyboard."""
    tray.open_menu()
    room.screen.key(*keys)


def test_the_icon_takes_the_window_away_and_brings_it_back(
    desk: Room, tray: Panel, tmp_path: Path, artifacts: Path
) -> None:
    tray.start()
    with window(desk, tmp_path) as saywrite:
        saywrite.wait_log("tray icon shown")
        tray.wait_icon()
        close_window(desk)
        wait_shown(desk, False)
        desk.screen.shot(artifacts / "tray-closed.png")
        assert saywrite.process.poll() is None
        tray.click()
        wait_shown(desk, True)
        wait_for(lambda: saywrite.title() == "Saywrite", "the window has no title")
        desk.screen.window("^Saywrite$")
        desk.screen.xdotool("mousemove", "500", "600", "click", "1")  # in the window: two clicks on the icon are one
        tray.click()
        wait_shown(desk, False)
        assert run("show", at=tmp_path).returncode == 0
        wait_shown(desk, True)
        tray.open_menu()
        desk.screen.shot(artifacts / "tray-menu.png")
        desk.screen.key("q")
        assert saywrite.process.wait(LIMIT_S) == 0
        wait_for(lambda: tray.icon() is None, "the icon stays behind")
        assert saywrite.troubles() == []


def test_quit_from_the_tray_while_the_window_is_hidden_ends_everything(desk: Room, tray: Panel, tmp_path: Path) -> None:
    state = tmp_path / "data" / "state" / "window.json"
    state.parent.mkdir(parents=True)
    state.write_text('{"tray_explained": true}')
    tray.start()
    with window(desk, tmp_path) as saywrite:
        tray.wait_icon()
        close_window(desk)
        wait_shown(desk, False)
        choose(tray, desk, "q")
        assert saywrite.process.wait(LIMIT_S) == 0
        assert saywrite.troubles() == []


def test_the_command_line_ends_a_program_that_lives_in_the_tray(desk: Room, tray: Panel, tmp_path: Path) -> None:
    tray.start()
    with window(desk, tmp_path) as saywrite:
        tray.wait_icon()
        close_window(desk)
        wait_shown(desk, False)
        assert run("quit", at=tmp_path).returncode == 0
        assert saywrite.process.wait(LIMIT_S) == 0


def test_a_tray_that_comes_later_or_starts_anew_gets_the_icon(desk: Room, tray: Panel, tmp_path: Path) -> None:
    with window(desk, tmp_path) as saywrite:
        saywrite.wait_log("tray host: none")
        tray.start()
        tray.wait_icon()
        close_window(desk)
        wait_shown(desk, False)
        for _ in range(2):
            tray.kill()
            saywrite.wait_log("tray host: none")
            tray.start()
            tray.wait_icon()
        assert not is_shown(desk), "a panel that starts anew brings no window"
        tray.click()
        wait_shown(desk, True)
        assert saywrite.troubles() == []


def test_when_the_tray_dies_for_good_the_window_comes_back(desk: Room, tray: Panel, tmp_path: Path) -> None:
    tray.start()
    with window(desk, tmp_path) as saywrite:
        tray.wait_icon()
        close_window(desk)
        wait_shown(desk, False)
        tray.kill()
        wait_shown(desk, True, PAUSE_S + LIMIT_S)
        close_window(desk)
        assert saywrite.process.wait(LIMIT_S) == 0, "without a tray, closing quits"


def test_without_a_tray_closing_quits(desk: Room, tmp_path: Path) -> None:
    with window(desk, tmp_path) as saywrite:
        saywrite.wait_log("tray host: none")
        close_window(desk)
        assert saywrite.process.wait(LIMIT_S) == 0
        assert saywrite.troubles() == []


def test_started_in_the_tray_there_is_an_icon_and_no_window(desk: Room, tray: Panel, tmp_path: Path) -> None:
    tray.start()
    with window(desk, tmp_path, "start_hidden = true\n", visible=False) as saywrite:
        tray.wait_icon()
        assert not is_shown(desk)
        assert run(at=tmp_path).returncode == 0, "started once more"
        wait_shown(desk, True)
        assert saywrite.troubles() == []


def test_started_in_the_tray_where_there_is_none_the_window_comes(desk: Room, tmp_path: Path) -> None:
    with window(desk, tmp_path, "start_hidden = true\n", visible=False) as saywrite:
        saywrite.wait_log("no tray icon: the window is shown", PAUSE_S + LIMIT_S)
        wait_shown(desk, True)


def test_a_dictation_from_the_tray_shows_in_the_icon_and_its_text_can_be_used_again(
    desk: Room, tray: Panel, tmp_path: Path, artifacts: Path
) -> None:
    speech = recordings(tmp_path)
    tray.start()
    with (
        window(desk, tmp_path, "start_hidden = true\nsounds = true\nstart_sound = true\n", visible=False) as saywrite,
        editor(accessible_screen(desk), "A letter") as letter,
    ):
        saywrite.wait_log("insertion: by way of")
        tray.wait_icon()
        desk.screen.shot(artifacts / "tray-idle.png")
        choose(tray, desk, "s")
        saywrite.wait_state("listening")
        wait_for(lambda: tray.reds() > 100, "the icon does not say that it listens")
        desk.screen.shot(artifacts / "tray-listening.png")
        desk.sound.play("desk", speech["two_sentences"])
        choose(tray, desk, "s")
        saywrite.wait_state("idle")
        wait_for(lambda: tray.reds() == 0, "the icon still listens")
        wait_for(lambda: letter.text().count("river") == 1, "the text was not inserted")
        wait_for(lambda: desk.screen.clipboard() == "", "the clipboard did not come back")
        tray.open_menu()
        desk.screen.shot(artifacts / "tray-texts.png")
        desk.screen.key("Escape")
        tray.choose_text(COPY)
        wait_for(lambda: "river" in desk.screen.clipboard(), "the text was not copied whole")
        for times in (2, 3):
            tray.choose_text(INSERT_AGAIN)
            wait_for(lambda times=times: letter.text().count("river") == times, "the text was not inserted again")
        choose(tray, desk, "i")  # "Undo the last insertion"
        wait_for(lambda: letter.text().count("river") == 2, "the last insertion was not undone")
        assert not is_shown(desk)
        assert saywrite.troubles() == []
        assert saywrite.terminate(LIMIT_S) == 0
    store = HistoryStore(tmp_path / "data" / "history.sqlite3")
    (timed,) = store.latencies()
    store.close()
    steps = timed.latency
    assert label("desk") in timed.microphone
    assert None not in (steps.first_audio, steps.first_partial, steps.released, steps.final)
    assert 0 < steps.first_audio < steps.first_partial < steps.final


def test_a_text_that_no_program_took_is_inserted_from_the_icon(desk: Room, tray: Panel, tmp_path: Path) -> None:
    speech = recordings(tmp_path)
    tray.start()
    with window(desk, tmp_path, "start_hidden = true\n", visible=False) as saywrite:
        saywrite.wait_log("insertion: by way of")
        tray.wait_icon()
        assert run("start", at=tmp_path).returncode == 0
        saywrite.wait_state("listening")
        desk.sound.play("desk", speech["two_sentences"])
        assert run("stop", at=tmp_path).returncode == 0
        saywrite.wait_log("insertion NOT_READ")
        with editor(desk.screen, "A letter") as letter:
            choose(tray, desk, "a")  # "Insert the last text again"
            wait_for(lambda: letter.text().count("river") == 1, "the text was not inserted")
        assert not is_shown(desk)
        assert saywrite.troubles() == []


def test_a_message_that_comes_while_the_menu_is_open_leaves_the_menu_open(
    desk: Room, tray: Panel, tmp_path: Path
) -> None:
    speech = recordings(tmp_path)
    tray.start()
    with (
        window(desk, tmp_path, "start_hidden = true\n", visible=False) as saywrite,
        editor(desk.screen, "A letter") as letter,
    ):
        saywrite.wait_log("insertion: by way of")
        assert run("start", at=tmp_path).returncode == 0
        saywrite.wait_state("listening")
        desk.sound.play("desk", speech["two_sentences"])
        tray.open_menu()
        assert run("stop", at=tmp_path).returncode == 0
        saywrite.wait_log("insertion NOT_READ")  # the menu has the keyboard
        assert run("status", at=tmp_path).returncode == 0  # the window answers, so it has heard of that
        desk.screen.key("a")  # "Insert the last text again"
        wait_for(lambda: letter.text(), "nothing was inserted")
        assert letter.text().startswith("Many people")
        assert saywrite.troubles() == []
