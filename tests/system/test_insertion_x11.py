"""Text into other people's programs under X11, for real: it arrives exactly, and the clipboard comes back as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psutil
import pytest
from tests.system.lab.desktop import LIMIT_S, Desktop, desktop, wait_for
from tests.system.lab.inserter import InserterBench
from tests.system.lab.targets import Editor, Program, editor, mousepad, terminal
from tests.system.lab.texts import long_text
from tests.system.lab.threads import switches_in_a_second
from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import SelectionClear

from saywrite.desktop.insertion.base import PasteMethod, TargetWindow
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.worker import Insertion
from saywrite.desktop.insertion.x11.backend import X11
from saywrite.desktop.insertion.x11.connection import X11Connection
from saywrite.desktop.insertion.x11.focus import Focus
from saywrite.desktop.insertion.x11.selection_owner import SelectionOwner
from saywrite.desktop.insertion.x11.selection_reader import SelectionReader, of_text
from saywrite.foundation.events import (
    Inserted,
    InsertionUncertain,
    InsertionUndone,
    NotInserted,
    UndoFailed,
)

NO_CONTINUING = ProgramRules(continues=False, line_breaks="as is")
TYPING = ProgramRules(means=PasteMethod.TYPE, continues=False, line_breaks="as is")


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with desktop() as made:
        yield made


class Bench(InserterBench):
    def __init__(self, screen: Desktop, choices: ProgramRules) -> None:
        super().__init__(lambda: X11(screen.env["DISPLAY"]), choices)


@contextmanager
def inserting(screen: Desktop, choices: ProgramRules = NO_CONTINUING) -> Iterator[Bench]:
    bench = Bench(screen, choices)
    try:
        yield bench
    finally:
        bench.close()


def test_clipboard_managers_are_asked_not_to_keep_the_text(screen: Desktop) -> None:
    """CopyQ, Klipper, Clipman and others pass over what offers this with the value "secret"."""
    connection = X11Connection(screen.env["DISPLAY"])
    offers = SelectionOwner(connection)
    assert offers.own("CLIPBOARD", of_text("private words"))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            connection.wait(over.is_set, 0.05)

    server = threading.Thread(target=serve)
    server.start()
    try:
        assert "x-kde-passwordManagerHint" in xclip(screen, "-t", "TARGETS", "-o").decode().split()
        assert xclip(screen, "-t", "x-kde-passwordManagerHint", "-o") == b"secret"
        assert xclip(screen, "-o") == b"private words"
    finally:
        over.set()
        server.join()
        connection.close()


def xclip(screen: Desktop, *arguments: str, selection: str = "clipboard") -> bytes:
    done = subprocess.run(
        ["xclip", "-selection", selection, *arguments],
        env={**os.environ, **screen.env},
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )
    return done.stdout


@contextmanager
def copied(screen: Desktop, target: str, file: Path, selection: str = "clipboard") -> Iterator[None]:
    """`file` on the clipboard as one format, offered by a program of its own."""
    owner = subprocess.Popen(
        ["xclip", "-quiet", "-selection", selection, "-t", target, "-i", str(file)],
        env={**os.environ, **screen.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        content = file.read_bytes()
        wait_for(lambda: xclip(screen, "-t", target, "-o", selection=selection) == content, "nothing was copied")
        yield
    finally:
        owner.kill()
        owner.wait()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Larger than one request of the X protocol, so that it travels in pieces."""
    file = tmp_path_factory.mktemp("image") / "image.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1_400)
    return file


@contextmanager
def an_editor(screen: Desktop, folder: Path) -> Iterator[Program]:
    with editor(screen) as made:
        yield made


TARGETS: dict[str, Callable[[Desktop, Path], AbstractContextManager[Program]]] = {
    "qt": an_editor,
    "xterm": terminal,
    "gtk": mousepad,
}


@pytest.mark.parametrize("target", TARGETS)
def test_a_long_text_in_eight_languages_arrives_exactly_fifty_times_and_the_image_is_there_again(
    target: str, screen: Desktop, image: Path, tmp_path: Path
) -> None:
    text, before = long_text(2_000), image.read_bytes()
    opened = TARGETS[target](screen, tmp_path)
    with copied(screen, "image/png", image), inserting(screen) as bench, opened as program:
        for _ in range(50):
            event = bench.insert(text)
            assert isinstance(event, Inserted)
            assert (event.program, event.elsewhere) == (program.name, False)
            wait_for(lambda: program.text() == text, f"{target}: the text came wrong")
            wait_for(lambda: xclip(screen, "-t", "image/png", "-o") == before, "the image did not come back")
            program.clear()


@pytest.mark.parametrize("target", TARGETS)
def test_typing_is_exact_too(target: str, screen: Desktop, tmp_path: Path) -> None:
    text = long_text(700)
    opened = TARGETS[target](screen, tmp_path)
    with inserting(screen, TYPING) as bench, opened as program:
        for _ in range(2):
            event = bench.insert(text)
            assert isinstance(event, InsertionUncertain)
            wait_for(lambda: program.text() == text, f"{target}: the text came wrong")
            program.clear()


@pytest.mark.parametrize("target", ["qt", "xterm"])
def test_typing_is_exact_in_a_program_that_stands_still_for_a_second_and_a_half(
    target: str, screen: Desktop, tmp_path: Path
) -> None:
    """It translates the keys when it goes on, with the bindings of that moment; xterm does not answer the ping."""
    text = long_text(700)
    with inserting(screen, TYPING) as bench, TARGETS[target](screen, tmp_path) as program:
        program.process.send_signal(signal.SIGSTOP)
        timer = threading.Timer(1.5, program.process.send_signal, (signal.SIGCONT,))
        timer.start()
        event = bench.insert(text)
        timer.join()
        assert isinstance(event, InsertionUncertain)
        wait_for(lambda: program.text() == text, f"{target}: the text came wrong")


def test_a_program_that_never_sleeps_is_waited_for_three_seconds(screen: Desktop, tmp_path: Path) -> None:
    """One that is stopped looks the same, and takes the text when it goes on."""
    with inserting(screen, TYPING) as bench, terminal(screen, tmp_path) as program:
        program.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        event = bench.insert("Größe 漢字")
        took = time.monotonic() - began
        program.process.send_signal(signal.SIGCONT)
        assert isinstance(event, InsertionUncertain)
        assert 3.0 <= took < 10.0
        wait_for(lambda: program.text() == "Größe 漢字", "the text came wrong")


def test_typing_leaves_the_keyboard_as_it_was(screen: Desktop) -> None:
    before = keyboard(screen)
    with editor(screen) as target, inserting(screen, TYPING) as bench:
        screen.key("Caps_Lock")
        try:
            bench.insert("Größe 漢字 ok\n")
            wait_for(lambda: target.text() == "Größe 漢字 ok\n", "typed wrong with Caps Lock on")
        finally:
            screen.key("Caps_Lock")
    assert keyboard(screen) == before


def keyboard(screen: Desktop) -> list[list[int]]:
    display = Display(screen.env["DISPLAY"])
    try:
        return [list(row) for row in display.get_keyboard_mapping(8, 248)]
    finally:
        display.close()


def test_a_slow_program_still_gets_the_text_and_the_clipboard_comes_back_after_it(screen: Desktop, image: Path) -> None:
    with copied(screen, "image/png", image), inserting(screen) as bench, editor(screen) as target:
        target.ask("deaf 2")
        event = bench.insert("Late but whole.")
        assert isinstance(event, Inserted)
        assert event.took_s > 1
        wait_for(lambda: target.text() == "Late but whole.", "the old clipboard was pasted")
        wait_for(lambda: xclip(screen, "-t", "image/png", "-o") == image.read_bytes(), "the image did not come back")


def test_every_format_of_the_clipboard_comes_back(screen: Desktop) -> None:
    with editor(screen, "the-other-editor") as other, inserting(screen) as bench, editor(screen) as target:
        other.ask("copy")
        formats = (
            "text/plain",
            "UTF8_STRING",
            "text/html",
            "image/png",
            "application/x-made-up",
            "STRING",
        )
        before = {name: xclip(screen, "-t", name, "-o") for name in formats}
        assert all(before.values())
        assert isinstance(bench.insert("Words"), Inserted)
        wait_for(lambda: target.text() == "Words", "no text")
        wait_for(lambda: xclip(screen, "-o") == before["UTF8_STRING"], "the clipboard did not come back")
        assert {name: xclip(screen, "-t", name, "-o") for name in formats} == before
        offered = xclip(screen, "-t", "TARGETS", "-o").decode().split()
        assert set(formats) <= set(offered)
        assert "x-kde-passwordManagerHint" not in offered


def test_an_empty_clipboard_is_empty_again(screen: Desktop) -> None:
    with inserting(screen) as bench, editor(screen) as target:
        assert xclip(screen, "-o") == b""
        bench.insert("Words")
        wait_for(lambda: target.text() == "Words", "no text")
        wait_for(lambda: xclip(screen, "-o") == b"", "the text stayed on the clipboard")


def test_a_text_that_is_not_read_stays_on_the_clipboard_and_goes_in_again(screen: Desktop) -> None:
    with inserting(screen) as bench:
        with editor(screen) as target:
            target.ask("refuse")
            event = bench.insert("Nobody wants me.")
            assert event == NotInserted(
                "d1",
                "Test-editor",
                "Test-editor did not read the text.",
                "The text is on the clipboard: paste it where you want it, or choose “Insert again”.",
                on_clipboard=True,
            )
            assert xclip(screen, "-o").decode() == "Nobody wants me."
        with editor(screen) as target:
            bench.inserter.again()
            assert isinstance(bench.next(), Inserted)
            wait_for(lambda: target.text() == "Nobody wants me.", "“Insert again” did nothing")


def test_newer_contents_of_another_program_are_not_overwritten(screen: Desktop, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    newer.write_text("copied meanwhile")
    with inserting(screen) as bench, editor(screen) as target:
        target.ask("refuse")
        bench.inserter.insert(Insertion("d1", "Words"))
        wait_for(lambda: xclip(screen, "-o") == b"Words", "the text is not on the clipboard")
        with copied(screen, "UTF8_STRING", newer):
            event = bench.next()
            assert isinstance(event, InsertionUncertain)
            bench.inserter.take_back()  # behind the restoring
            bench.next()
            assert xclip(screen, "-t", "UTF8_STRING", "-o") == b"copied meanwhile"


class ClipboardHistory:
    """Reads whatever comes to the clipboard, as fast as it can; a program of its own to the X server."""

    def __init__(self, screen: Desktop) -> None:
        self.seen: list[bytes] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(screen.env["DISPLAY"],))
        self._thread.start()

    def _watch(self, display: str) -> None:
        connection = X11Connection(display)
        reader = SelectionReader(connection)
        while not self._end.wait(0.02):
            item = reader.read("CLIPBOARD")[0].get("UTF8_STRING")
            if item is not None and bytes(item.data) not in self.seen[-1:]:
                self.seen.append(bytes(item.data))
        connection.close()

    def close(self) -> None:
        self._end.set()
        self._thread.join()


def test_a_clipboard_manager_that_reads_is_not_mistaken_for_the_program(screen: Desktop) -> None:
    with inserting(screen) as bench, editor(screen) as target:
        manager = ClipboardHistory(screen)
        try:
            target.ask("refuse")
            event = bench.insert("For the program only")
            assert isinstance(event, NotInserted)
            assert manager.seen == [b"For the program only"]
        finally:
            manager.close()


def test_held_keys_are_waited_for_so_that_paste_stays_paste(screen: Desktop) -> None:
    with inserting(screen) as bench, editor(screen) as target:
        screen.xdotool("keydown", "alt")
        bench.inserter.insert(Insertion("d1", "After the keys"))
        wait_for(lambda: xclip(screen, "-o") == b"After the keys", "the text is not on the clipboard")
        assert target.text() == ""
        assert bench.events.empty()
        screen.xdotool("keyup", "alt")
        assert isinstance(bench.next(), Inserted)
        wait_for(lambda: target.text() == "After the keys", "no text")


def test_a_key_that_never_comes_up_is_reported(screen: Desktop) -> None:
    with inserting(screen) as bench, editor(screen) as target:
        screen.xdotool("keydown", "ctrl")
        try:
            event = bench.insert("Stuck")
        finally:
            screen.xdotool("keyup", "ctrl")
        assert isinstance(event, NotInserted)
        assert event.what == "A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted."
        assert target.text() == ""
        assert xclip(screen, "-o") == b"Stuck"


@pytest.mark.parametrize("choice", ["here", "back", "keep"])
def test_when_another_window_has_the_focus_the_user_decides(choice: str, screen: Desktop) -> None:
    choices = ProgramRules(other_window=choice, continues=False)
    with inserting(screen, choices) as bench, editor(screen, "began-here") as first:
        wait_for(lambda: bench.inserter.focus() is not None, "the inserter sees no focus")
        pressed_in = bench.inserter.focus()
        with editor(screen, "is-here-now") as second:
            event = bench.insert("Words", pressed_in=pressed_in)
            if choice == "keep":
                assert isinstance(event, NotInserted)
                assert event.on_clipboard
                assert (first.text(), second.text()) == ("", "")
                return
            assert isinstance(event, Inserted)
            assert event.elsewhere == (choice == "here")
            where: Editor = second if choice == "here" else first
            wait_for(lambda: where.text() == "Words", "no text")
            assert (first.text() + second.text()) == "Words"


def test_focus_can_be_asked_while_a_window_that_does_not_come_is_waited_for(screen: Desktop) -> None:
    with closing(Focus(screen.env["DISPLAY"])) as focus:
        waiting = threading.Thread(target=focus.give, args=(TargetWindow(1, "gone"),))
        waiting.start()
        answers = 0
        while waiting.is_alive():
            focus.current()
            answers += 1
    assert answers > 10


def test_late_notice_of_an_earlier_loss_leaves_the_clipboard_ours(screen: Desktop) -> None:
    with closing(X11Connection(screen.env["DISPLAY"])) as connection:
        owner = SelectionOwner(connection)
        assert owner.own("CLIPBOARD", of_text("Words"))
        late = SelectionClear(time=1, window=connection.window, atom=connection.atom("CLIPBOARD"))
        for handler in connection.handlers:
            handler(late)
        assert owner.held("CLIPBOARD") is not None


def test_the_next_text_continues_the_one_before_it(screen: Desktop) -> None:
    with inserting(screen, ProgramRules()) as bench, editor(screen) as target:
        bench.insert("We met")
        bench.insert("Yesterday.", added_capital=True)
        bench.insert("it rained")
        wait_for(lambda: target.text() == "We met yesterday. It rained", f"it reads {target.text()!r}")


def test_the_last_insertion_is_taken_back(screen: Desktop, tmp_path: Path) -> None:
    with inserting(screen) as bench, editor(screen) as target:
        bench.insert("Keep this. ")
        bench.insert("Not this")
        wait_for(lambda: target.text() == "Keep this. Not this", "no text")
        bench.inserter.take_back()
        assert bench.next() == InsertionUndone("d1", "Test-editor")
        wait_for(lambda: target.text() == "Keep this. ", "undo did nothing")
        bench.inserter.take_back()
        event = bench.next()
        assert isinstance(event, UndoFailed)
        assert event.what == "There is nothing to undo."
        with terminal(screen, tmp_path) as shell:
            bench.insert("größer")
            bench.inserter.take_back()
            assert isinstance(bench.next(), Inserted | InsertionUndone)
            wait_for(lambda: shell.text() in ("größer" + "\x7f" * 6, "größer" + "\b" * 6), f"it has {shell.text()!r}")


def test_the_display_going_away_is_reported_and_the_text_is_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    with desktop() as short_lived, editor(short_lived):
        bench = Bench(short_lived, NO_CONTINUING)
        wait_for(lambda: bench.inserter.focus() is not None, "the inserter sees no focus")
    try:
        event = bench.insert("Words")
        assert isinstance(event, NotInserted)
        assert "X display" in event.what
        assert event.remedy == "It is in the history and can be copied from there."
    finally:
        bench.close()
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


def test_idle_it_sleeps_and_closed_it_leaves_nothing_open(screen: Desktop) -> None:
    files = psutil.Process().num_fds()
    with inserting(screen) as bench, editor(screen) as target:
        bench.insert("Words")
        wait_for(lambda: target.text() == "Words", "no text")
        with closing(Display(screen.env["DISPLAY"])) as server:  # xclip sees the earlier contents from the beginning
            clipboard = server.intern_atom("CLIPBOARD")
            wait_for(lambda: server.get_selection_owner(clipboard) == X.NONE, "it still owns the clipboard")
        (worker,) = (each for each in threading.enumerate() if each.name == "insertion")
        wait_for(lambda: switches_in_a_second(worker) == 0, "the thread does not come to rest")
    assert psutil.Process().num_fds() == files
