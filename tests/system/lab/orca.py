"""Orca itself, which speaks into a file: speech-dispatcher with a module that writes words instead of sounds.

Not part of CI: it needs Debian's `orca speech-dispatcher`, with some 150 packages that they bring. Nothing is played;
speech-dispatcher only wants a sound server to be there. Orca reads the accessibility bus of `screen_reader()`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.session_bus import session_bus
from tests.system.lab.window import Room

LIMIT_S = 30.0
QUIET_S = 1.5
"""After so long without a word Orca has said what it had to say."""
DISPATCHER = """\
LogLevel 1
AudioOutputMethod "pulse"
DefaultModule file
AddModule "file" "sd_generic" "file.conf"
DefaultLanguage "en"
DefaultPunctuationMode "none"
"""
MODULE = """\
GenericExecuteSynth "printf '%s\\\\n' \\'$DATA\\' >> {spoken}"
GenericMaxChunkLength 3000
GenericDelimiters "\\n"
GenericStripPunctChars ""
AddVoice "en" "MALE1" "file"
DefaultVoice "file"
GenericLanguage "en" "en" "utf-8"
"""
CUSTOMIZATIONS = """\
import gi
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi
from orca import speech

listener = Atspi.EventListener.new(lambda event: speech.speak("ANNOUNCEMENT: " + str(event.any_data)))
listener.register("object:announcement")
"""
"""Orca's file for additions by its user. Orca speaks announcements from version 45 on; this does it for older ones."""


class Orca:
    """Use `orca()`."""

    def __init__(self, spoken: Path) -> None:
        self._spoken = spoken
        self._read = 0

    def words(self, limit_s: float = LIMIT_S) -> list[str]:
        """What it says from the last call on, once it is silent; one line for each utterance of Orca's."""
        deadline = time.monotonic() + limit_s
        size, since, pause = self._size(), time.monotonic(), threading.Event()
        while time.monotonic() < min(deadline, since + QUIET_S):
            pause.wait(0.05)
            if self._size() != size:
                size, since = self._size(), time.monotonic()
        text = self._spoken.read_bytes()[self._read : size].decode("utf-8", errors="replace")
        self._read = size
        return text.replace("\n ", " ").splitlines()  # speech-dispatcher gives a sentence in pieces

    def _size(self) -> int:
        return self._spoken.stat().st_size


@contextmanager
def orca(room: Room) -> Iterator[Orca]:
    """Orca in this room, once it has greeted; with its default settings."""
    for program in ("orca", "speech-dispatcher"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: apt-get install orca speech-dispatcher")
    folder = Path(tempfile.mkdtemp(prefix="saywrite-orca-"))
    spoken = folder / "spoken"
    spoken.touch()
    (folder / "modules").mkdir()
    (folder / "speechd.conf").write_text(DISPATCHER)
    (folder / "modules" / "file.conf").write_text(MODULE.format(spoken=shlex.quote(str(spoken))))
    additions = folder / "data" / "orca" / "orca-customizations.py"
    additions.parent.mkdir(parents=True)
    additions.write_text(CUSTOMIZATIONS)
    socket, log = folder / "speechd.sock", (folder / "log").open("wb")
    with session_bus() as bus:
        environment = {
            **os.environ,
            **room.screen.env,
            **room.reader.env,
            **room.sound.env,
            "DBUS_SESSION_BUS_ADDRESS": bus,
        }
        environment |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "LC_ALL": "C.UTF-8"}
        environment |= {"SPEECHD_ADDRESS": f"unix_socket:{socket}", "NO_AT_BRIDGE": "0"}
        running: list[subprocess.Popen[bytes]] = []

        def start(*command: str) -> None:
            running.append(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

        try:
            places = ("-C", str(folder), "-S", str(socket), "-L", str(folder), "-P", str(folder / "pid"))
            start("speech-dispatcher", "--run-single", "-c", "unix_socket", *places)
            wait_for(socket.exists, f"speech-dispatcher did not start: {(folder / 'log').read_text()}")
            start("orca", "--replace")
            wait_for(lambda: spoken.stat().st_size, f"Orca says nothing: {(folder / 'log').read_text()}")
            yield Orca(spoken)
        finally:
            for process in reversed(running):
                process.kill()  # at SIGTERM Orca waits for the accessibility bus of a desktop
            for process in running:
                process.wait(LIMIT_S)
            log.close()
            shutil.rmtree(folder, ignore_errors=True)
