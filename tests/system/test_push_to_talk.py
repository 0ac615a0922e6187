"""Push-to-talk as people have it: a key is held anywhere, they speak, and the words stand in the program in front.

The real program, a real window manager, XTEST fingers, speech through a virtual microphone, the local recognizer,
and other people's programs, which are asked what they have.
"""

from __future__ import annotations

import random
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest
from jeepney import DBusAddress, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from tests.system.lab.desktop import Desktop, wait_for
from tests.system.lab.hand import CHORD, Hand, choose_undo
from tests.system.lab.session_bus import session_bus
from tests.system.lab.targets import Program, editor, mousepad, terminal
from tests.system.lab.window import Room, Window, accessible_screen, recordings, room, window

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.base import CANCEL, Binding, GrabResult
from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.hotkeys.x11 import X11Hotkeys

pytestmark = pytest.mark.system

HOLD = 'hotkey_mode = "hold"\n'
CYCLES = 1_000


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return recordings(tmp_path_factory.mktemp("speech"))


@pytest.fixture
def hand(desk: Room, speech: dict[str, Path], saywrite: Window) -> Iterator[Hand]:
    made = Hand(desk, saywrite, speech)
    yield made
    made.close()


@pytest.fixture
def saywrite(desk: Room, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Window]:
    """The program, its keys grabbed, its way into other programs found. The parameter is its settings."""
    with window(desk, tmp_path / "home", getattr(request, "param", HOLD)) as shown:
        yield shown
        assert shown.troubles() == []


def wait_text(program: Program, words: str) -> str:
    """What the program has, once it has these words and gets no more: a text may come letter by letter."""
    seen = [""]

    def there() -> bool:
        before, seen[:] = seen[0], [program.text()]
        return before == seen[0] and bool(re.search(words, seen[0], re.IGNORECASE))

    wait_for(there, f"no “{words}” in {program.name}")
    return seen[0]


def written(saywrite: Window) -> str:
    """The words of the transcript, without its headings and times."""
    return " ".join(re.sub(r"^.*\d+:\d+.*$", "", saywrite.transcript(), flags=re.MULTILINE).split())


def image_on_the_clipboard(screen: Desktop, folder: Path) -> bytes:
    file = folder / "image.png"
    subprocess.run(["convert", "-size", "40x30", "gradient:", str(file)], check=True, timeout=30)
    xclip(screen, "-t", "image/png", "-i", str(file))
    wait_for(lambda: xclip(screen, "-t", "image/png", "-o") == file.read_bytes(), "nothing was copied")
    return file.read_bytes()


def xclip(screen: Desktop, *arguments: str) -> bytes:
    command = ["xclip", "-selection", "clipboard", *arguments]
    pipe = subprocess.DEVNULL if "-i" in arguments else subprocess.PIPE
    return subprocess.run(command, env=screen.env, stdout=pipe, timeout=30, check=False).stdout or b""


@pytest.mark.parametrize("target", ["editor", "xterm", "mousepad"])
def test_words_said_while_the_key_is_down_are_inserted_into_the_program_in_front(
    target: str, desk: Room, saywrite: Window, hand: Hand, tmp_path: Path
) -> None:
    before = image_on_the_clipboard(desk.screen, tmp_path)
    opened: AbstractContextManager[Program] = {
        "editor": lambda: editor(desk.screen),
        "xterm": lambda: terminal(desk.screen, tmp_path),
        "mousepad": lambda: mousepad(desk.screen, tmp_path),
    }[target]()
    with opened as program:
        hand.hold_and_say("two_sentences")
        text = wait_text(program, "people.*river")
        assert saywrite.states() == ["starting", "listening", "finishing", "idle"]  # the held key repeated meanwhile
        wait_for(lambda: written(saywrite).endswith(text.strip()[-20:]), "another text stands in the window")
        wait_for(lambda: xclip(desk.screen, "-t", "image/png", "-o") == before, "the image did not come back")


def test_the_next_text_continues_the_last_though_the_key_was_down_again_before_it_came(
    desk: Room, saywrite: Window, hand: Hand
) -> None:
    with editor(desk.screen) as program:
        hand.hold_and_say("two_sentences")
        saywrite.wait_state("finishing")
        hand.press()
        saywrite.wait_state("listening")
        hand.say("weather")
        assert program.text() == ""  # keys that are down would garble it
        hand.release()
        saywrite.wait_state("idle")
        text = wait_text(program, r"people.*river.*\w+ \w+")
        text = program.text()
        assert "  " not in text
        assert "\n" not in text


def test_a_bounce_is_no_release_and_a_release_before_the_first_sound_leaves_nothing_open(
    desk: Room, saywrite: Window, hand: Hand
) -> None:
    hand.press()
    hand.fingers.bounce("space")
    saywrite.wait_state("listening")
    assert saywrite.states() == ["starting", "listening"]
    hand.release()
    saywrite.wait_state("idle")
    hand.press()
    hand.release()
    wait_for(lambda: saywrite.states().count("idle") == 2, "the microphone stayed open")
    assert listeners(desk, saywrite) == 0


def test_escape_cancels_and_the_words_come_when_that_is_taken_back_and_go_where_they_were_said(
    desk: Room, saywrite: Window, hand: Hand
) -> None:
    with editor(desk.screen) as program:
        hand.press()
        saywrite.wait_state("listening")
        hand.say("weather")
        hand.fingers.strike("Escape")
        saywrite.wait_state("idle")
        hand.release()
        offer = saywrite.wait_for("push button", "Undo")
        desk.screen.window("^Saywrite$")
        saywrite.click(offer)
        saywrite.wait_transcript(r"\w+ \w+ \w+")
        saywrite.wait_state("idle")
        assert saywrite.see("push button", "Undo") is None
        assert program.text() == ""  # our own window had the focus by then
        saywrite.wait_label("Saywrite itself had the focus")
        saywrite.click(saywrite.wait_for("push button", "^Insert again"))
        wait_text(program, r"\w+ \w+ \w+")


def test_an_insertion_is_undone_in_its_program_from_our_own_menu(
    desk: Room, saywrite: Window, hand: Hand, artifacts: Path
) -> None:
    """A person clicks into the window of Saywrite, which takes the focus, and chooses the undo in its menu."""
    with editor(accessible_screen(desk)) as program:
        desk.screen.type("Dear Ann, ")
        hand.hold_and_say("weather")
        wait_text(program, r"Ann, \w+ \w+ \w+")
        desk.screen.window("^Saywrite$")
        choose_undo(saywrite)
        desk.screen.shot(artifacts / "undo-insertion.png")
        wait_for(lambda: program.text() == "Dear Ann, ", "the insertion was not undone")
        desk.screen.window("^Saywrite$")
        saywrite.click(saywrite.wait_for("menu item", "^Dictation$"))
        assert not saywrite.wait_for("menu item", "^Undo the last insertion$").enabled
        desk.screen.key("Escape")


@pytest.mark.parametrize(
    ("reports_text", "typed", "notice"),
    [
        (True, "abc", "The text in Test-editor was changed since then"),
        (False, "abc", "Test-editor does not report whether you have typed there since"),
        (False, "", "Test-editor does not report whether you have typed there since"),
    ],
)
def test_an_undo_from_our_own_menu_leaves_what_a_person_typed_since(
    desk: Room, saywrite: Window, hand: Hand, artifacts: Path, reports_text: bool, typed: str, notice: str
) -> None:
    with editor(accessible_screen(desk) if reports_text else desk.screen) as program:
        desk.screen.type("Dear Ann, ")
        hand.hold_and_say("weather")
        inserted = wait_text(program, r"Ann, \w+ \w+ \w+")
        desk.screen.type(typed)
        wait_for(lambda: program.text() == inserted + typed, "the letters were not typed")
        desk.screen.window("^Saywrite$")
        choose_undo(saywrite)
        saywrite.wait_for("label", notice)
        desk.screen.shot(artifacts / "undo-refused.png")
        assert program.text() == inserted + typed


def test_what_was_cancelled_and_not_taken_back_is_gone_from_the_disk(
    desk: Room, saywrite: Window, hand: Hand, tmp_path: Path
) -> None:
    hand.press()
    saywrite.wait_state("listening")
    hand.say("weather")
    hand.fingers.strike("Escape")
    hand.release()
    saywrite.wait_state("idle")
    recordings = tmp_path / "home" / "data" / "recordings"
    assert list(recordings.glob("*/audio.pcm"))
    wait_for(lambda: not list(recordings.glob("*")), "the recording stayed")
    assert saywrite.see("push button", "Transcribe$") is None


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


def test_a_locked_screen_closes_the_microphone(bus: str, desk: Room, saywrite: Window, hand: Hand) -> None:
    saver = open_dbus_connection(bus)
    saver.send_and_get_reply(message_bus.RequestName("org.freedesktop.ScreenSaver"))
    hand.press()
    saywrite.wait_state("listening")
    place = DBusAddress("/org/freedesktop/ScreenSaver", interface="org.freedesktop.ScreenSaver")
    saver.send(new_signal(place, "ActiveChanged", "b", (True,)))
    saywrite.wait_state("idle")
    saywrite.wait_label("closed when the screen was locked")
    hand.release()
    saver.close()
    assert listeners(desk, saywrite) == 0


@pytest.mark.parametrize("saywrite", [HOLD + "preroll_ms = 1500\n"], indirect=True)
def test_with_listening_ahead_words_from_before_the_key_are_heard(desk: Room, saywrite: Window, hand: Hand) -> None:
    saywrite.wait_label("Desk is open all the time, as you chose")
    assert listeners(desk, saywrite) == 1
    wait_as_a_hand_does(2.0)  # so that there is enough to keep
    hand.press()
    saywrite.wait_state("listening")
    hand.release()
    saywrite.wait_state("idle")
    wait_for(lambda: saywrite.heard_s() >= 1, "the recording begins with the key")  # without: a third of a second
    wait_for(lambda: listeners(desk, saywrite) == 1, "it does not listen again")


def test_choosing_the_key_that_is_grabbed_does_not_press_it(desk: Room, saywrite: Window, hand: Hand) -> None:
    desk.screen.window("^Saywrite$")
    saywrite.press("ctrl+comma")
    desk.screen.window("^Settings$")
    saywrite.click(saywrite.wait_for("list item", "^Push-to-talk$"))
    saywrite.click(saywrite.wait_for("check box", "^Advanced$"))
    saywrite.click(saywrite.wait_for("push button", "^Second key: none"))
    saywrite.wait_for("push button", "^Second key")
    hand.fingers.strike(*CHORD)
    saywrite.wait_label("already your other key")
    hand.fingers.strike("F8")
    saywrite.wait_for("push button", "^Second key: F8")
    assert saywrite.states() == []
    desk.screen.window("^Saywrite$")
    hand.press("F8")
    saywrite.wait_state("listening")
    hand.release("F8")
    saywrite.wait_state("idle")


WORKED_OFF_S = 150.0
"""Seconds for hundreds of dictations that wait for the recognizer; each keeps the files of its recording open."""


def listeners(desk: Room, saywrite: Window) -> int:
    """Streams from the microphone to our program now."""
    streams = desk.sound.pactl("list", "source-outputs")
    return streams.count(f'application.process.id = "{saywrite.process.pid}"')


def escape_is_free(desk: Room) -> bool:
    heard: list[object] = []
    thread = DesktopThread()
    other = X11Hotkeys(heard.append, time.monotonic, thread, desk.screen.env["DISPLAY"])
    other.grab((Binding(CANCEL, parse("Escape")),))
    wait_for(lambda: any(isinstance(each, GrabResult) for each in heard), "no answer from the X server")
    other.release()
    thread.close()
    return not next(each for each in heard if isinstance(each, GrabResult)).problems


def test_a_thousand_presses_at_any_time_leave_nothing_stuck(
    desk: Room, saywrite: Window, hand: Hand, tmp_path: Path
) -> None:
    process, chance = psutil.Process(saywrite.process.pid), random.Random(5)
    hand.press()
    saywrite.wait_state("listening")
    hand.release()
    saywrite.wait_state("idle")
    files, threads = process.num_fds(), process.num_threads()
    for name in CHORD[:2]:
        hand.fingers.down(name)
    for _ in range(CYCLES):
        hand.fingers.down("space")
        wait_as_a_hand_does(chance.choice([0.0, 0.005, 0.01, 0.02]))
        if chance.random() < 0.02:
            hand.fingers.strike("Escape")
        hand.fingers.up("space")
        wait_as_a_hand_does(chance.choice([0.005, 0.031, 0.032, 0.05]))
    for name in reversed(CHORD[:2]):
        hand.fingers.up(name)
    saywrite.wait_state("idle", WORKED_OFF_S)
    assert saywrite.states().count("starting") > CYCLES / 4
    wait_for(lambda: listeners(desk, saywrite) == 0, "a microphone stayed open")
    assert escape_is_free(desk)
    wait_for(lambda: process.num_fds() <= files + 3, f"more than {files} files stayed open", WORKED_OFF_S)
    wait_for(lambda: process.num_threads() <= threads + 1, f"more than {threads} threads stayed")
    with editor(desk.screen) as program:
        hand.hold_and_say("weather")
        wait_text(program, r"\w+ \w+ \w+")


def wait_as_a_hand_does(seconds: float) -> None:
    time.sleep(seconds)
