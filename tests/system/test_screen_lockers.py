"""Lockers that send no signal are seen within two seconds, and nothing else is taken for one, for real."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.system.lab.desktop import Desktop, desktop
from tests.system.lab.targets import editor
from tests.system.lab.wayland import sway

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.session.events import ScreenLocked, ScreenUnlocked, SessionWatch
from saywrite.desktop.session.screen_lockers import WaylandLockers, X11Lockers

WITHIN_S = 2.0


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with desktop() as made:
        yield made


@contextmanager
def running(screen: Desktop, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is missing: apt-get install i3lock suckless-tools swaylock")
    process = subprocess.Popen(
        command,
        env={**os.environ, **screen.env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def watching(screen: Desktop) -> Iterator[queue.SimpleQueue[object]]:
    heard: queue.SimpleQueue[object] = queue.SimpleQueue()
    thread = DesktopThread()
    watch = SessionWatch(heard.put, time.monotonic, thread, screen.env)
    watch.capture(True)
    try:
        yield heard
    finally:
        watch.close()
        thread.close()


LOCKER = """
import sys
from Xlib import X, display
d = display.Display(); r = d.screen().root; g = r.get_geometry()
kind, grabs = sys.argv[1], sys.argv[2] == "grabs"
size = (0, 0, g.width, g.height) if "full" in kind else (50, 50, 200, 200)
cls = X.InputOnly if "input only" in kind else X.InputOutput
w = r.create_window(*size, 0, X.CopyFromParent, cls, X.CopyFromParent, override_redirect="managed" not in kind)
w.map()
if "below" in kind: w.configure(stack_mode=X.Below)
if grabs:
    while w.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime) != X.GrabSuccess: pass
d.sync(); print("there", flush=True); sys.stdin.read()
"""


@pytest.mark.alone
@pytest.mark.parametrize("command", [("i3lock", "-n"), ("slock",)])
def test_a_locker_without_signals_is_seen_within_two_seconds(
    command: tuple[str, ...], screen: Desktop, tmp_path: Path
) -> None:
    found = shutil.which(command[0])
    if found is not None:  # slock has more rights than a sandbox may give
        command = (str(shutil.copyfile(found, tmp_path / command[0])), *command[1:])
        Path(command[0]).chmod(0o755)
    with editor(screen), watching(screen) as heard, running(screen, *command):
        began = time.monotonic()
        assert isinstance(heard.get(timeout=10), ScreenLocked)
        assert time.monotonic() - began < WITHIN_S + 1.0  # the locker itself has to start


@pytest.mark.alone
@pytest.mark.parametrize("kind", ["full", "full input only"])
def test_whatever_covers_the_screen_and_takes_the_keyboard_is_a_locker(kind: str, screen: Desktop) -> None:
    with editor(screen), watching(screen) as heard, running(screen, sys.executable, "-c", LOCKER, kind, "grabs") as it:
        assert it.stdout is not None
        assert it.stdout.readline() == b"there\n"
        began = time.monotonic()
        assert isinstance(heard.get(timeout=WITHIN_S), ScreenLocked)
        assert time.monotonic() - began < WITHIN_S
        it.kill()
        assert isinstance(heard.get(timeout=WITHIN_S), ScreenUnlocked)


@pytest.mark.parametrize(
    ("kind", "grabs"),
    [("small", "grabs"), ("full", "grabs not"), ("full below", "grabs"), ("full managed", "grabs")],
)
def test_menus_dialogs_games_and_guard_windows_are_none(kind: str, grabs: str, screen: Desktop) -> None:
    with editor(screen), running(screen, sys.executable, "-c", LOCKER, kind, grabs) as it:
        assert it.stdout is not None
        assert it.stdout.readline() == b"there\n"
        lockers = X11Lockers(screen.env["DISPLAY"])
        assert not lockers.is_locked()
        lockers.close()


def test_a_display_that_has_gone_is_no_locker() -> None:
    with desktop() as short_lived:
        lockers = X11Lockers(short_lived.env["DISPLAY"])
        assert not lockers.is_locked()
    assert not lockers.is_locked()
    lockers.close()


def test_swaylock_is_seen() -> None:
    with sway() as compositor:
        assert not WaylandLockers().is_locked()
        with running(compositor, "swaylock"):  # type: ignore[arg-type]
            end = time.monotonic() + WITHIN_S
            while not WaylandLockers().is_locked():
                assert time.monotonic() < end, "swaylock was not seen"


def test_a_process_whose_name_the_kernel_cut_within_a_letter_hides_no_locker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saywrite.desktop.session.screen_lockers._PROCESSES", tmp_path)
    (tmp_path / "sleep-ääääääää").symlink_to(shutil.which("sleep") or "")
    process = subprocess.Popen([tmp_path / "sleep-ääääääää", "60"])
    try:
        (tmp_path / str(process.pid)).symlink_to(f"/proc/{process.pid}")
        with pytest.raises(UnicodeDecodeError):
            (tmp_path / str(process.pid) / "comm").read_text("utf-8")
        assert not WaylandLockers().is_locked()
        (tmp_path / "9").mkdir()
        (tmp_path / "9" / "comm").write_text("swaylock\n")
        assert WaylandLockers().is_locked()
    finally:
        process.kill()
        process.wait()
