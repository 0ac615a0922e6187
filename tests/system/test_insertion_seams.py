"""How texts follow one another in other programs under X11, for real: spaces, capitals, the user's keys between."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.lab.desktop import Desktop, desktop, wait_for
from tests.system.lab.inserter import InserterBench
from tests.system.lab.keyboard import Keyboard
from tests.system.lab.screen_reader import ScreenReader, screen_reader
from tests.system.lab.stopwatch import Stopwatch
from tests.system.lab.targets import editor

from saywrite.desktop.insertion.base import PasteMethod, TargetWindow
from saywrite.desktop.insertion.context import accessible_text
from saywrite.desktop.insertion.context.accessible_text import AccessibleText
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.x11.backend import X11


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with desktop() as made:
        yield made


@pytest.fixture
def fingers(screen: Desktop) -> Iterator[Keyboard]:
    made = Keyboard(screen)
    yield made
    made.close()


class Bench(InserterBench):
    """`reader`: it hears what programs tell assistive technology."""

    def __init__(self, screen: Desktop, reader: ScreenReader | None = None) -> None:
        told = AccessibleText(reader.env) if reader is not None else None
        super().__init__(lambda: X11(screen.env["DISPLAY"]), text_before=told)


@pytest.fixture
def bench(screen: Desktop) -> Iterator[Bench]:
    made = Bench(screen)
    yield made
    made.close()


def wait_as_a_person_does(seconds: float) -> None:
    time.sleep(seconds)


@pytest.mark.parametrize(
    ("meanwhile", "text"),
    [
        ("nothing", "We met yesterday"),
        ("the mouse moves", "We met yesterday"),
        ("the wheel turns", "We met yesterday"),
        ("Return", "We met\nYesterday"),
        ("Left", "We meYesterdayt"),
        ("a click", "We metYesterday"),
    ],
)
@pytest.mark.parametrize("means", [PasteMethod.CTRL_V, PasteMethod.TYPE])
def test_only_a_key_or_a_click_makes_the_next_text_start_afresh(
    means: PasteMethod, meanwhile: str, text: str, screen: Desktop, bench: Bench, fingers: Keyboard
) -> None:
    bench.inserter.choose(ProgramRules(means))
    with editor(screen) as target:
        bench.insert("We met")
        wait_for(lambda: target.text() == "We met", "no text")
        wait_as_a_person_does(0.2)
        if meanwhile == "the mouse moves":
            screen.xdotool("mousemove", "300", "200", "mousemove", "320", "240")
        elif meanwhile == "the wheel turns":
            screen.xdotool("mousemove", "300", "200", "click", "5", "click", "4")
        elif meanwhile == "a click":
            screen.xdotool("mousemove", "--window", target.window, "300", "200", "click", "1")
        elif meanwhile != "nothing":
            fingers.strike(meanwhile)
        wait_as_a_person_does(0.2)
        bench.insert("Yesterday", added_capital=True)
        wait_for(lambda: target.text() == text, f"it has {target.text()!r}", 5.0)


def test_our_own_hotkey_between_two_texts_is_no_key_of_the_user(
    screen: Desktop, bench: Bench, fingers: Keyboard
) -> None:
    with editor(screen) as target:
        bench.insert("We met")
        wait_as_a_person_does(0.2)
        fingers.down("Control_L")
        fingers.down("F9")
        bench.inserter.note_own_key(time.monotonic(), down=True)
        wait_as_a_person_does(1.5)  # the server repeats it
        fingers.up("F9")
        bench.inserter.note_own_key(time.monotonic(), down=False)
        fingers.up("Control_L")
        bench.insert("Yesterday", added_capital=True)
        wait_for(lambda: target.text() == "We met yesterday", f"it has {target.text()!r}", 5.0)


def test_without_a_key_of_the_user_the_worker_sleeps_once_the_clipboard_is_back(screen: Desktop, bench: Bench) -> None:
    with editor(screen):
        bench.insert("We met")
        way = bench.inserter._backend
        assert way is not None
        wait_for(lambda: way._paste._pending is None, "the clipboard does not come back")  # type: ignore[attr-defined]
        assert way.wake(time.monotonic()) is None


@pytest.fixture(scope="module")
def reader() -> Iterator[ScreenReader]:
    with screen_reader() as made:
        yield made


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["a", "b"], "ab yesterday"),
        (["a", "period"], "a. Yesterday"),
        (["a", "b", "Return"], "ab\nYesterday"),
        (["a", "b", "Home"], "Yesterdayab"),
        (["a", "space", "b", "Left"], "a yesterdayb"),
        (["a", "space", "b", "Shift_L+Left"], "a yesterday"),
        ([], "Yesterday"),
    ],
)
def test_what_the_program_reports_about_the_text_before_the_cursor_decides(
    keys: list[str], text: str, screen: Desktop, reader: ScreenReader, fingers: Keyboard
) -> None:
    bench = Bench(screen, reader)
    read = Desktop(screen.env["DISPLAY"])
    read.env.update(reader.env)
    with editor(read) as target:
        for key in keys:
            fingers.strike(*key.split("+"))
        before = len(target.text())
        wait_for(lambda: bench.inserter.focus() is not None, "the inserter sees no focus")
        wait_as_a_person_does(0.3)
        event = bench.insert("Yesterday", added_capital=True)
        wait_for(lambda: len(target.text()) != before, "no text")
        assert target.text() == text
        assert event.took_s < 0.5  # type: ignore[union-attr]
    bench.close()


def test_a_program_that_hangs_holds_no_text_up(screen: Desktop, reader: ScreenReader) -> None:
    told = AccessibleText(reader.env)
    read = Desktop(screen.env["DISPLAY"])
    read.env.update(reader.env)
    with editor(read) as target:
        target.ask("deaf 1")
        watch = Stopwatch()
        assert told.look(None) is None
        assert watch.seconds() < 0.3
    told.close()


def test_a_window_of_our_own_is_not_taken_for_the_program_that_got_the_focus(
    screen: Desktop, reader: ScreenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both can show the same text. The process id of the editor stands for ours."""
    reported = AccessibleText(reader.env)
    read = Desktop(screen.env["DISPLAY"])
    read.env.update(reader.env)
    with editor(read) as target:
        screen.type("Words")
        wait_for(lambda: reported.look(TargetWindow(1, "Kate"), 1.0) == "Words", "the editor reports no text")
        reported.close()
        monkeypatch.setattr(accessible_text.os, "getpid", lambda: target.process.pid)
        again = AccessibleText(reader.env)
        assert again.look(TargetWindow(1, "Kate"), 1.0) is None
        assert again.look(TargetWindow(1, "saywrite", own=True), 1.0) == "Words"
        again.close()


def test_line_breaks_into_a_shell_without_bracketed_paste_run_nothing(screen: Desktop, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    shell = subprocess.Popen(
        ["xterm", "-u8", "-title", "target-dash", "-e", "dash"],
        env={**screen.env, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ENV": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    bench = Bench(screen)
    try:
        screen.window("target-dash")
        for text in (f"touch {ran}\nls", f"touch {ran}\r", f"touch {ran}\x1b[201~\necho"):
            bench.insert(text)
        wait_as_a_person_does(1.0)
        assert not ran.exists()
        bench.inserter.choose(ProgramRules(continues=False, line_breaks="as is"))
        screen.xdotool("key", "ctrl+u")
        bench.insert(f"touch {ran}\n")
        wait_for(ran.exists, "as it is, the line break does nothing")
    finally:
        bench.close()
        shell.kill()
        shell.wait()
