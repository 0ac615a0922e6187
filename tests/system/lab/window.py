"""Saywrite's window as a process of its own, used as a person does: keys, mouse, and what can be seen and read.

It is started like a user starts it. What it shows is read by a screen reader (names, texts, places), its state from
its log on standard error (`-v`), its pictures from the screen.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from tests.sounds import speech, write_wav
from tests.system.lab.desktop import Desktop, desktop, wait_for
from tests.system.lab.program import folders
from tests.system.lab.screen_reader import Gone, ScreenReader, Widget, screen_reader
from tests.system.lab.sound import SoundLab, sound_lab

LIMIT_S = 30.0
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
"""Only this computer can be reached: nothing listens at the discard port."""
WITHOUT_MODEL = (
    "import site, sys; sys.prefix = '/nonexistent'; site.getuserbase = lambda: '/nonexistent'; "
    "from saywrite.main import main; sys.exit(main())"
)
"""The program, which looks for installed models where there are none."""
ROOT = Path(__file__).resolve().parents[3]
_STATE = re.compile(r": state (\w+)$")
_TROUBLE = re.compile(
    r"Traceback| (WARNING|ERROR|CRITICAL) +(?!MainThread qt: (qt\.accessibility\.atspi: |default: QSpiApplication))"
)
"""Qt warns of a question about a widget that has just gone, and of a key that a busy registry of the accessibility bus
did not confirm in time: those are the screen reader's."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where a person sits: a screen, a screen reader, and a sound server with microphones. Use `room()`."""

    screen: Desktop
    reader: ScreenReader
    sound: SoundLab


@contextmanager
def room(mics: Sequence[str]) -> Iterator[Room]:
    with sound_lab(mics) as sound, desktop() as screen, screen_reader() as reader:
        yield Room(screen, reader, sound)


def recordings(folder: Path) -> dict[str, Path]:
    """The speech of tests/data as WAV files, which paplay reads, by name."""
    for path in (ROOT / "tests" / "data").glob("*.flac"):
        write_wav(folder / f"{path.stem}.wav", speech(path.stem))
    return {path.stem: path for path in folder.glob("*.wav")}


def accessible_screen(desk: Room) -> Desktop:
    """The screen, on which programs report their text to assistive technology."""
    read = Desktop(desk.screen.env["DISPLAY"])
    read.env.update(desk.reader.env)
    return read


class Window:
    """Use `window()`. Names of widgets are regular expressions."""

    def __init__(self, process: subprocess.Popen[str], desktop: Desktop, reader: ScreenReader) -> None:
        self.process = process
        self.lines: list[str] = []
        """Its standard error so far."""
        self._desktop = desktop
        self._reader = reader
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    # What it says in its log

    def wait_log(self, words: str, limit_s: float = LIMIT_S, since: int = 0) -> str:
        """The first line with these words, of those from number `since` on."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [line for line in self.lines[since:] if words in line]
            return bool(found)

        with self._news:
            assert self._news.wait_for(there, limit_s), f"no “{words}” in:\n" + "\n".join(self.lines[-30:])
        return found[0]

    def states(self) -> list[str]:
        """All states so far, in order."""
        return [match[1] for line in list(self.lines) if (match := _STATE.search(line))]

    def wait_state(self, state: str, limit_s: float = LIMIT_S) -> None:
        """Until this is the present state."""
        with self._news:
            assert self._news.wait_for(lambda: self.states()[-1:] == [state], limit_s), (
                f"not {state}: {self.states()}\n" + "\n".join(self.lines[-30:])
            )

    def troubles(self) -> list[str]:
        """Lines of the log that a calm run does not have."""
        return [line for line in list(self.lines) if _TROUBLE.search(line)]

    # What it shows

    def see(self, role: str, name: str = "") -> Widget | None:
        """The last visible widget of this role whose name matches."""
        return next((w for w in reversed(self._widgets()) if w.role == role and re.search(name, w.name)), None)

    def wait_for(self, role: str, name: str = "", limit_s: float = LIMIT_S) -> Widget:
        found = self.until(lambda: self.see(role, name), f"no {role} called “{name}”", limit_s)
        assert found is not None
        return found

    def until(self, look: Callable[[], Widget | None], what: str, limit_s: float = LIMIT_S) -> Widget | None:
        """Look ten times a second until there is something."""
        deadline = time.monotonic() + limit_s
        pause = threading.Event()
        while (found := look()) is None:
            assert time.monotonic() < deadline, f"{what}; there is: {self._widgets()}"
            pause.wait(0.1)
        return found

    def wait_gone(self, role: str, name: str = "") -> None:
        wait_for(lambda: self.see(role, name) is None, f"{role} “{name}” stays")

    def heard_s(self) -> int:
        """Whole seconds of sound, by the gauge."""
        gauge = self.see("filler", "^Progress$")
        match = re.match(r"heard (\d+):(\d\d)", gauge.description if gauge else "")
        return int(match[1]) * 60 + int(match[2]) if match else 0

    def labels(self) -> str:
        """Every line that is written in the window outside of text fields, one below the other."""
        return "\n".join(w.name for w in self._widgets() if w.role == "label" and w.name)

    def wait_label(self, words: str, limit_s: float = LIMIT_S) -> str:
        """A line in the window that matches, such as a notice's."""
        return self.wait_for("label", words, limit_s).name

    def transcript(self) -> str:
        """What stands in the transcript, headings included; "" while it is empty."""
        editor = self.see("text", "^Transcript$")
        try:
            return editor.text if editor else ""
        except Gone:
            return ""

    def wait_transcript(self, words: str, limit_s: float = LIMIT_S) -> str:
        wait_for(lambda: re.search(words, self.transcript(), re.IGNORECASE), f"no “{words}” in the text", limit_s)
        return self.transcript()

    def title(self) -> str:
        """What the window manager writes above it."""
        names = self._desktop.xdotool("search", "--onlyvisible", "--name", "Saywrite$", check=False).split()
        return self._desktop.xdotool("getwindowname", names[-1], check=False) if names else ""

    def wait_active(self) -> None:
        """Wait until the main window has the keys again: they go to a dialog for a moment after it was closed."""

        def is_active() -> bool:
            title = self._desktop.xdotool("getactivewindow", "getwindowname", check=False)
            shown = self.see("frame", "^(● )?Saywrite$")
            return bool(re.fullmatch("(● )?Saywrite", title)) and shown is not None and shown.active

        wait_for(is_active, "the main window is not active")

    # What a person does

    def click(self, widget: Widget, times: int = 1, where: tuple[float, float] = (0.5, 0.5)) -> None:
        """With the mouse, at this part of its width and height."""
        x, y, width, height = widget.place
        at = (str(round(x + width * where[0])), str(round(y + height * where[1])))
        self._desktop.xdotool("mousemove", *at, "click", "--repeat", str(times), "--delay", "60", "1")

    def press(self, *keys: str) -> None:
        self._desktop.key(*keys)

    def dictating(self) -> None:
        """Press F9 and wait until it listens."""
        self.press("F9")
        self.wait_state("listening")

    # Its process

    def workers(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def kill(self) -> None:
        """kill -9, and wait until the recognizer's process has gone too."""
        left = self.workers()
        self.process.kill()
        self._ended(left)

    def terminate(self, limit_s: float) -> int:
        """SIGTERM; its exit code. Fails when it takes longer than `limit_s`, or a child stays."""
        left = self.workers()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(limit_s)
        return self._ended(left)

    def stacks(self, logs: Path) -> str:
        """Where each of its threads stands; ends it. `logs`: the folder of its crash.log, if it could make one."""
        self.process.send_signal(signal.SIGABRT)
        self.process.wait(LIMIT_S)
        self._thread.join(LIMIT_S)
        crash = logs / "crash.log"
        return crash.read_text() if crash.exists() else "\n".join(self.lines[-200:])

    def _ended(self, left: list[psutil.Process]) -> int:
        code = self.process.wait(LIMIT_S)
        _, alive = psutil.wait_procs(left, timeout=LIMIT_S)
        assert not alive, f"left behind: {alive}"
        self._thread.join(LIMIT_S)
        return code

    def _widgets(self) -> list[Widget]:
        return [widget for widget in self._reader.read() if widget.name or widget.role == "text"]

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self.lines.append(line.rstrip())
                self._news.notify_all()


@contextmanager
def window(
    room: Room,
    at: Path,
    settings: str = "",
    *,
    visible: bool = True,
    with_model: bool = True,
    program: Sequence[str] = (sys.executable, "-m", "saywrite"),
) -> Iterator[Window]:
    """The window, open and active, its recognizer ready; killed at the latest when the block ends. Not `visible`: it is
    started in the tray. Not `with_model`: as on a computer where no model was installed, without a network.
    `program`: the command of the program; that of this checkout if none is given.

    `settings`: lines for saywrite.toml, where the folder has none yet. A test that fails leaves the screen of that
    moment in artifacts/, and says where each thread of the program stood.
    """
    file = at / "config" / "saywrite.toml"
    if settings and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(settings)
    process = subprocess.Popen(
        [*(program if with_model else (sys.executable, "-c", WITHOUT_MODEL)), *folders(at), "-v"],
        env={**os.environ, **room.screen.env, **room.reader.env, **room.sound.env, **({} if with_model else OFFLINE)}
        | {"PYTHONFAULTHANDLER": "1"},  # for `stacks`, where the program can make no crash.log
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with _watched(process, room, at.name, at / "data" / "logs") as shown:
        if visible:
            room.screen.window("^Saywrite$")
        if with_model:
            shown.wait_log("engine local ready")
        yield shown


@contextmanager
def new_user(place: Room, home: Path) -> Iterator[Window]:
    """The program as a user starts it first from the menu: no arguments, and folders without any file.

    A test that fails leaves the screen of that moment in artifacts/.
    """
    places = {name: str(home / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    process = subprocess.Popen(
        [sys.executable, "-m", "saywrite"],
        env={**os.environ, **place.screen.env, **place.reader.env, **place.sound.env, **places},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with _watched(process, place, "first-run") as shown:
        yield shown


@contextmanager
def _watched(process: subprocess.Popen[str], room: Room, name: str, logs: Path | None = None) -> Iterator[Window]:
    """The window of a process, which is killed in the end.

    A failure leaves the screen in artifacts/failed-<name>.png; with `logs` the error says where each thread stood.
    """
    shown = Window(process, room.screen, room.reader)
    try:
        yield shown
    except BaseException as error:
        room.screen.shot(ROOT / "artifacts" / f"failed-{name}.png")
        if logs is not None and process.poll() is None:
            error.add_note(shown.stacks(logs))
        raise
    finally:
        if process.poll() is None:
            shown.kill()
        assert process.stderr is not None
        process.stderr.close()
