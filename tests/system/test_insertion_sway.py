"""Text into other people's programs under Wayland, for real: a headless Sway, data control and wtype."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil
import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.inserter import InserterBench
from tests.system.lab.targets import Editor, Program, editor, mousepad
from tests.system.lab.texts import long_text
from tests.system.lab.wayland import Compositor, sway

from saywrite.desktop.insertion.base import PasteMethod
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.wayland.backend import Wlroots
from saywrite.foundation.events import Inserted, InsertionUncertain, InsertionUndone, NotInserted

NO_CONTINUING = ProgramRules(continues=False)
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1_400


@pytest.fixture(scope="module")
def screen() -> Iterator[Compositor]:
    with sway() as made:
        yield made


@pytest.fixture(autouse=True)
def _variables(screen: Compositor, monkeypatch: pytest.MonkeyPatch) -> None:
    """wtype, which the inserter starts, finds the compositor as it would on a user's desktop."""
    for name, value in screen.env.items():
        monkeypatch.setenv(name, value)


class Bench(InserterBench):
    def __init__(self, screen: Compositor, choices: ProgramRules) -> None:
        super().__init__(lambda: Wlroots(screen.display), choices)


@contextmanager
def inserting(screen: Compositor, choices: ProgramRules = NO_CONTINUING) -> Iterator[Bench]:
    bench = Bench(screen, choices)
    try:
        yield bench
    finally:
        bench.close()


@contextmanager
def an_editor(screen: Compositor, folder: Path) -> Iterator[Program]:
    with editor(screen) as made:
        yield made


TARGETS: dict[str, Callable[[Compositor, Path], AbstractContextManager[Program]]] = {"qt": an_editor, "gtk": mousepad}


@pytest.mark.parametrize("target", TARGETS)
def test_a_long_text_in_eight_languages_arrives_exactly_every_time_and_the_image_is_there_again(
    target: str, screen: Compositor, tmp_path: Path
) -> None:
    text = long_text(2_000)
    opened = TARGETS[target](screen, tmp_path)
    with screen.copied("image/png", IMAGE), inserting(screen) as bench, opened as program:
        for _ in range(8):  # the clipboard comes back after seconds
            event = bench.insert(text)
            assert isinstance(event, Inserted)
            assert event.program.casefold() == program.name.casefold()
            wait_for(lambda: program.text() == text, f"{target}: the text came wrong")
            wait_for(lambda: screen.pasted("image/png") == IMAGE, "the image did not come back")
            program.clear()


@pytest.mark.parametrize("target", TARGETS)
def test_typing_is_exact_too(target: str, screen: Compositor, tmp_path: Path) -> None:
    text = long_text(400)
    opened = TARGETS[target](screen, tmp_path)
    with inserting(screen, ProgramRules(means=PasteMethod.TYPE, continues=False)) as bench, opened as program:
        for _ in range(3):
            event = bench.insert(text)
            assert isinstance(event, InsertionUncertain)
            wait_for(lambda: program.text() == text, f"{target}: the text came wrong")
            program.clear()


def test_a_slow_program_still_gets_the_text_and_the_clipboard_comes_back_after_it(screen: Compositor) -> None:
    with screen.copied("image/png", IMAGE), inserting(screen) as bench, editor(screen) as target:
        target.ask("deaf 2")
        event = bench.insert("Late but whole.")
        assert isinstance(event, Inserted)
        assert event.took_s > 1
        wait_for(lambda: target.text() == "Late but whole.", "the old clipboard was pasted")
        wait_for(lambda: screen.pasted("image/png") == IMAGE, "the image did not come back")


def test_every_format_of_the_clipboard_comes_back(screen: Compositor) -> None:
    formats = ("text/plain;charset=utf-8", "text/html", "image/png", "application/x-made-up")
    with editor(screen, "the-other-editor") as other, inserting(screen) as bench:

        def copied() -> bool:
            screen.key("F5")  # Wayland lets only a program that was just used set the clipboard
            other.ask("copy")
            return bool(screen.pasted("application/x-made-up"))

        wait_for(copied, "nothing was copied")
        before = {kind: screen.pasted(kind) for kind in formats}
        assert all(before.values())
        with editor(screen) as target:
            assert isinstance(bench.insert("Words"), Inserted)
            wait_for(lambda: target.text() == "Words", "no text")
            wait_for(lambda: {kind: screen.pasted(kind) for kind in formats} == before, "something is missing")
            assert b"x-kde-passwordManagerHint" not in screen.run("wl-paste", "--list-types")


def test_a_text_that_is_not_read_stays_on_the_clipboard_and_goes_in_again(screen: Compositor) -> None:
    with inserting(screen) as bench:
        with editor(screen) as target:
            target.ask("refuse")
            event = bench.insert("Nobody wants me.")
            assert isinstance(event, NotInserted)
            assert (event.program, event.on_clipboard) == ("Test-editor", True)
            assert screen.pasted() == b"Nobody wants me."
        with editor(screen) as target:
            bench.inserter.again()
            assert isinstance(bench.next(), Inserted)
            wait_for(lambda: target.text() == "Nobody wants me.", "“Insert again” did nothing")


def test_a_program_that_watches_the_clipboard_is_not_mistaken_for_the_target(
    screen: Compositor, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    watcher = subprocess.Popen(
        ["wl-paste", "--watch", "sh", "-c", f"cat >> {seen}; echo >> {seen}"],
        env={**os.environ, **screen.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with inserting(screen) as bench, editor(screen) as target, screen.copied("text/plain", b"before"):
            wait_for(lambda: seen.exists() and b"before" in seen.read_bytes(), "the watcher does not watch")
            target.ask("refuse")
            assert isinstance(bench.insert("For the program only"), NotInserted)
            assert b"For the program only" in seen.read_bytes()
    finally:
        for process in [*psutil.Process(watcher.pid).children(recursive=True), watcher]:
            process.kill()
        watcher.wait()


def test_clipboard_managers_are_asked_not_to_keep_the_text(screen: Compositor) -> None:
    def paste(*arguments: str) -> bytes:
        env = {**os.environ, **screen.env}
        return subprocess.run(["wl-paste", "--no-newline", *arguments], env=env, capture_output=True, check=True).stdout

    with inserting(screen) as bench, editor(screen) as target:
        target.ask("refuse")
        event = bench.insert("Private words")
        assert isinstance(event, NotInserted)
        assert event.on_clipboard
        assert "x-kde-passwordManagerHint" in paste("--list-types").decode().split()
        assert paste("--type", "x-kde-passwordManagerHint") == b"secret"


@pytest.mark.parametrize("choice", ["here", "back", "keep"])
def test_when_another_window_has_the_focus_the_user_decides(choice: str, screen: Compositor) -> None:
    choices = ProgramRules(other_window=choice, continues=False)
    with inserting(screen, choices) as bench, editor(screen, "began-here") as first:
        wait_for(lambda: bench.inserter.focus() is not None, "the inserter sees no focus")
        pressed_in = bench.inserter.focus()
        with editor(screen, "is-here-now") as second:
            wait_for(lambda: bench.inserter.focus() != pressed_in, "the change of focus was not seen")
            event = bench.insert("Words", pressed_in=pressed_in)
            if choice == "keep":
                assert isinstance(event, NotInserted)
                assert (first.text(), second.text(), screen.pasted()) == ("", "", b"Words")
                return
            assert isinstance(event, Inserted)
            assert event.elsewhere == (choice == "here")
            where: Editor = second if choice == "here" else first
            wait_for(lambda: where.text() == "Words", "no text")


def test_the_last_insertion_is_taken_back(screen: Compositor) -> None:
    with inserting(screen) as bench, editor(screen) as target:
        bench.insert("Keep this. ")
        bench.insert("Not this")
        wait_for(lambda: target.text() == "Keep this. Not this", "no text")
        bench.inserter.take_back()
        assert bench.next() == InsertionUndone("d1", "Test-editor")
        wait_for(lambda: target.text() == "Keep this. ", "undo did nothing")


def test_a_text_continues_the_one_before_it_until_the_user_does_something(screen: Compositor) -> None:
    with inserting(screen, ProgramRules()) as bench, editor(screen) as target:
        bench.insert("We met")
        wait_for(lambda: target.text() == "We met", "no text")
        bench.insert("Yesterday", added_capital=True)
        wait_for(lambda: target.text() == "We met yesterday", f"it has {target.text()!r}")
        activity = bench.inserter._backend.activity  # type: ignore[union-attr]
        assert activity.known

        def is_noticed_now() -> bool:
            """The compositor reports a key only after a moment without keys, and those of the text are some."""
            screen.key("F5")
            return bool(activity.acted)

        wait_for(is_noticed_now, "the key was not noticed")
        bench.insert("Later", added_capital=True)
        wait_for(lambda: target.text() == "We met yesterdayLater", f"it has {target.text()!r}")


def test_the_clipboard_stays_for_seconds_and_is_back_within_ten(screen: Compositor) -> None:
    with screen.copied("text/plain;charset=utf-8", b"before"), inserting(screen) as bench, editor(screen) as target:
        began = time.monotonic()
        bench.insert("Words")
        wait_for(lambda: target.text() == "Words", "no text")
        wait_for(lambda: time.monotonic() > began + 1.5, "time does not pass")
        assert screen.pasted() == b"Words"  # a busy page reads again by now
        wait_for(lambda: screen.pasted() == b"before", "the clipboard did not come back", 10.0)


def test_the_compositor_going_away_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    with sway() as short_lived:
        for name, value in short_lived.env.items():
            monkeypatch.setenv(name, value)
        with editor(short_lived):
            bench = Bench(short_lived, NO_CONTINUING)
            wait_for(lambda: bench.inserter.focus() is not None, "the inserter sees no focus")
    try:
        event = bench.insert("Words")
        assert isinstance(event, NotInserted)
        assert event.remedy == "It is in the history and can be copied from there."
    finally:
        bench.close()


def test_closed_it_leaves_nothing_open(screen: Compositor) -> None:
    with editor(screen) as target:
        files = psutil.Process().num_fds()
        with inserting(screen) as bench:
            bench.insert("Words")
            wait_for(lambda: target.text() == "Words", "no text")
        assert psutil.Process().num_fds() == files
