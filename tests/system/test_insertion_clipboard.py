"""The clipboard around an insertion under X11, for real: late and repeated reads, the user's own paste, slow owners."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.system.lab.desktop import LIMIT_S, Desktop, desktop, wait_for
from tests.system.lab.inserter import InserterBench
from tests.system.lab.keyboard import Keyboard
from tests.system.lab.targets import editor

from saywrite.desktop.insertion.base import PasteMethod
from saywrite.desktop.insertion.programs import ProgramRules
from saywrite.desktop.insertion.worker import Insertion
from saywrite.desktop.insertion.x11.backend import X11
from saywrite.foundation.events import Inserted, InsertionUncertain, NotInserted

OLD = "what was copied before"
BACK_S = 10.0


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
    def __init__(self, screen: Desktop, means: PasteMethod | None = None) -> None:
        super().__init__(lambda: X11(screen.env["DISPLAY"]), ProgramRules(means, continues=False))


@pytest.fixture
def bench(screen: Desktop) -> Iterator[Bench]:
    made = Bench(screen)
    yield made
    made.close()


class Page:
    """`tests/system/lab/busy_page.py`, and what its reads gave."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def next(self) -> str | None:
        return json.loads(self._lines.get(timeout=LIMIT_S))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(LIMIT_S)
        self._thread.join(LIMIT_S)
        self.process.stdout.close()


@contextmanager
def page(screen: Desktop, plan: str) -> Iterator[Page]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.system.lab.busy_page", "busy-page", plan],
        env={**os.environ, **screen.env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    made = Page(process)
    try:
        screen.window("busy-page")
        yield made
    finally:
        made.close()


@contextmanager
def copied(screen: Desktop, text: str) -> Iterator[subprocess.Popen[bytes]]:
    """`text` on the clipboard, offered by another program."""
    owner = subprocess.Popen(
        ["xclip", "-quiet", "-selection", "clipboard"],
        env={**os.environ, **screen.env},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert owner.stdin is not None
    with owner.stdin as pipe:
        pipe.write(text.encode())
    try:
        wait_for(lambda: screen.clipboard() == text, "nothing was copied")
        yield owner
    finally:
        owner.kill()
        owner.wait()


@pytest.mark.parametrize(
    "plan",
    [
        "TARGETS@0 TEXT@0 TEXT@1.5",
        "TEXT@0 TEXT@1.5",
        "TARGETS@0 TEXT@1.5 TEXT@1.6",
        "TEXT@0.8",
        "TEXT@0 TEXT@0.7 TEXT@1.4 TEXT@2.1",
        "!TEXT@0 TEXT@1.5",
    ],
)
def test_a_page_that_reads_late_and_again_gets_the_text_every_time(plan: str, screen: Desktop, bench: Bench) -> None:
    with copied(screen, OLD), page(screen, plan) as target:
        for number in range(3):
            assert isinstance(bench.insert(f"Words {number}"), Inserted)
            texts = [target.next() for _ in plan.split()]
            assert {each for each in texts if "formats" not in str(each)} == {f"Words {number}"}


def test_twenty_of_twenty_pages_that_are_busy_for_a_second_and_a_half_get_the_text(
    screen: Desktop, bench: Bench
) -> None:
    with copied(screen, OLD), page(screen, "TARGETS@0 TEXT@0 TEXT@1.5") as target:
        for number in range(20):
            assert isinstance(bench.insert(f"Words {number}"), Inserted)
            assert screen.clipboard() == OLD  # another program never sees more than it saw before
            assert [target.next() for _ in range(3)][1:] == [f"Words {number}"] * 2


def test_clipboard_is_restored_for_every_program_within_ten_seconds(screen: Desktop, bench: Bench) -> None:
    with copied(screen, OLD), page(screen, "TEXT@0 TEXT@1.5 TEXT@10") as target:
        began = time.monotonic()
        bench.insert("Words")
        assert [target.next(), target.next()] == ["Words", "Words"]
        assert target.next() == OLD
        assert time.monotonic() - began < BACK_S + 1


def test_a_key_of_the_user_does_not_bring_the_old_clipboard_to_a_page_that_is_still_busy(
    screen: Desktop, bench: Bench, fingers: Keyboard
) -> None:
    """They dictate and press Return at once, while the page has not pasted yet."""
    for plan in ("TEXT@0 TEXT@1.5", "!TEXT@0 TEXT@1.5"):
        with copied(screen, OLD), page(screen, plan) as target:
            bench.insert("Words")
            fingers.strike("Return")
            assert [target.next(), target.next()] == ["Words", "Words"]


@pytest.mark.parametrize("plan", ["!TEXT@0", "TEXT@0"])
def test_the_users_own_paste_soon_after_gives_what_was_copied_before(
    plan: str, screen: Desktop, bench: Bench, fingers: Keyboard
) -> None:
    with copied(screen, OLD), page(screen, plan) as target:
        bench.insert("Words")
        assert target.next() == "Words"
        if plan.startswith("!"):  # a program that says which key made it ask gets it at once
            wait_as_a_hand_does(0.3)
            fingers.strike("Control_L", "v")
            assert target.next() == OLD
        else:
            wait_as_a_hand_does(0.3)  # the server may take a key at once before the watch that was asked for first
            fingers.strike("Shift_L")
            wait_as_a_hand_does(3.0)
            fingers.strike("Control_L", "v")
            assert target.next() == OLD


def test_another_programs_paste_gives_what_was_copied_before(screen: Desktop, bench: Bench, fingers: Keyboard) -> None:
    with copied(screen, OLD):
        with page(screen, "TEXT@0") as target:
            bench.insert("Words")
            assert target.next() == "Words"
        with editor(screen) as other:
            fingers.strike("Control_L", "v")
            wait_for(lambda: other.text() == OLD, f"it has {other.text()!r}", 3.0)


def test_the_next_text_soon_after_leaves_the_old_clipboard_in_place(screen: Desktop, bench: Bench) -> None:
    with copied(screen, OLD), page(screen, "TEXT@0") as target:
        for text in ("One", "Two", "Three"):
            bench.insert(text)
            assert target.next() == text
        assert screen.clipboard() == OLD


def test_when_the_program_ends_the_old_clipboard_is_back_at_once(screen: Desktop) -> None:
    with copied(screen, OLD), page(screen, "TEXT@0 TEXT@1") as target:
        bench = Bench(screen)
        bench.insert("Words")
        assert target.next() == "Words"
        bench.close()
        assert target.next() is None  # nobody holds it any more: never our text


SLOW_OWNER = """
import sys, time
from Xlib import X, display
from Xlib.protocol.event import SelectionNotify
d = display.Display(); w = d.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent, X.InputOnly)
a = d.intern_atom; pause = float(sys.argv[1])
w.set_selection_owner(a("CLIPBOARD"), X.CurrentTime); d.sync()
print("ready", flush=True)
while True:
    e = d.next_event()
    if e.type == X.SelectionRequest:
        time.sleep(pause)
        if e.target == a("TARGETS"):
            e.requestor.change_property(e.property, a("ATOM"), 32, [a("TARGETS"), a("UTF8_STRING"), a("text/html")])
        else:
            e.requestor.change_property(e.property, e.target, 8, b"what a slow program holds")
        e.requestor.send_event(SelectionNotify(time=e.time, requestor=e.requestor, selection=e.selection,
                                               target=e.target, property=e.property))
        d.flush()
"""


@contextmanager
def slow_owner(screen: Desktop, pause_s: float) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_OWNER, str(pause_s)],
        env={**os.environ, **screen.env},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.alone
@pytest.mark.parametrize("pause_s", [0.3, 0.8])
def test_a_clipboard_that_is_read_too_slowly_is_left_alone_and_the_text_typed(
    pause_s: float, screen: Desktop, bench: Bench
) -> None:
    with slow_owner(screen, pause_s), editor(screen) as target:
        event = bench.insert("Typed instead")
        assert isinstance(event, InsertionUncertain)
        assert event.unusual
        assert event.took_s < 2.0
        assert event.what == (
            "What is on the clipboard comes too slowly from its program; it could not be saved, so it was left alone "
            "and the text typed into Test-editor."
        )
        wait_for(lambda: target.text() == "Typed instead", f"it has {target.text()!r}")
        assert screen.clipboard() == "what a slow program holds"


@pytest.mark.alone
def test_a_stopped_owner_keeps_the_text_waiting_no_longer_than_half_a_second(screen: Desktop, bench: Bench) -> None:
    with copied(screen, OLD) as owner, editor(screen) as target:
        owner.send_signal(signal.SIGSTOP)
        try:
            event = bench.insert("Typed")
            assert isinstance(event, InsertionUncertain)
            assert event.took_s < 2.0
            wait_for(lambda: target.text() == "Typed", f"it has {target.text()!r}")
        finally:
            owner.send_signal(signal.SIGCONT)
        wait_for(lambda: screen.clipboard() == OLD, "the clipboard is not what it was")


@pytest.mark.alone
@pytest.mark.parametrize("megabytes", [20, 80])
def test_a_large_clipboard_survives_an_insertion(megabytes: int, screen: Desktop, bench: Bench, tmp_path: Path) -> None:
    text = "0123456789abcdef" * (megabytes * 65_536)
    with copied(screen, text), editor(screen) as target:
        event = bench.insert("Words")
        assert isinstance(event, Inserted | InsertionUncertain)
        if megabytes == 80:
            assert isinstance(event, InsertionUncertain)
            assert "could not be saved" in event.what
        assert event.took_s < 2.5
        wait_for(lambda: target.text() == "Words", f"it has {target.text()!r}")
        wait_for(lambda: large_clipboard(screen) == text, "the clipboard is not what it was")


def large_clipboard(screen: Desktop) -> str:
    """xclip hangs while two programs read from it at once (seen with two of its own), so it is asked again."""
    command = ["xclip", "-selection", "clipboard", "-out"]
    try:
        done = subprocess.run(command, env={**os.environ, **screen.env}, capture_output=True, timeout=5, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode()


def test_what_takes_the_clipboard_before_it_is_read_is_reported(screen: Desktop, bench: Bench) -> None:
    with page(screen, "TEXT@3"), copied(screen, OLD):
        bench.inserter.insert(Insertion("d1", "Words"))
        wait_for(lambda: screen.clipboard() == "Words", "the text is not on the clipboard")
        with copied(screen, "newer"):
            event = bench.events.get(timeout=LIMIT_S)
            assert isinstance(event, InsertionUncertain)
            assert event.unusual
            assert (
                event.what
                == "Another program took the clipboard before it was certain that Busy-page had read the text."
            )
            assert event.remedy == "If it is not there, choose “Insert again”."
            bench.inserter.again()
            assert isinstance(bench.events.get(timeout=LIMIT_S), Inserted)


HOLDER = """
import sys
from Xlib import X, display
d = display.Display(); r = d.screen().root
print(r.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("means", [None, PasteMethod.TYPE])
def test_a_menu_or_dialog_that_holds_the_keyboard_gets_no_keys(means: PasteMethod | None, screen: Desktop) -> None:
    bench = Bench(screen, means)
    with editor(screen) as target:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER], env={**os.environ, **screen.env}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "0\n"
        try:
            event = bench.insert("Words")
        finally:
            holder.communicate()
        assert isinstance(event, NotInserted)
        assert event.what == "A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted."
        assert event.on_clipboard
        assert target.text() == ""
        bench.inserter.again()
        assert isinstance(bench.events.get(timeout=LIMIT_S), Inserted | InsertionUncertain)
        wait_for(lambda: target.text() == "Words", f"it has {target.text()!r}")
    bench.close()


def test_check_for_a_keyboard_grab_leaves_the_focus(screen: Desktop, bench: Bench) -> None:
    listing = subprocess.Popen(
        ["xev", "-event", "focus", "-event", "keyboard"], stdout=subprocess.PIPE, text=True,
        env={**os.environ, **screen.env},
    )  # fmt: skip
    try:
        screen.window("Event Tester")
        bench.insert("Words")  # xev reads nothing
        screen.xdotool("key", "F8")
        assert listing.stdout is not None
        seen = []
        for line in listing.stdout:
            seen.append(line)
            if ", F8)" in line:
                break
        assert not [line for line in seen if "NotifyGrab" in line or "FocusOut" in line]
    finally:
        listing.kill()
        listing.communicate()


def wait_as_a_hand_does(seconds: float) -> None:
    time.sleep(seconds)
