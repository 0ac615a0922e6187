"""What a blind person's screen reader finds in a window: names, roles, states, text and places, over AT-SPI.

A private accessibility bus with its registry; a program that is started with `env` puts its widgets there. What is
read here is what another program is told, so a test that finds a button by its name proves that the name is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, MessageType, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from tests.system.lab.desktop import wait_for

LIMIT_S = 20.0
SERVICE = "org.a11y.atspi"
ROOT = "/org/a11y/atspi/accessible/root"
REGISTRIES = ("/usr/libexec/at-spi2-registryd", "/usr/lib/at-spi2-core/at-spi2-registryd")
ACTIVE, ENABLED, FOCUSED, SHOWING = 1, 8, 12, 25
"""Numbers of states, from atspi-constants.h."""


@dataclass(frozen=True, slots=True)
class Widget:
    """One thing on the screen. `place` in pixels of the screen, measured when it is asked for."""

    reader: ScreenReader
    owner: str
    path: str
    role: str
    name: str
    states: int

    @property
    def enabled(self) -> bool:
        return bool(self.states >> ENABLED & 1)

    @property
    def active(self) -> bool:
        """Whether this window gets the keys, as far as its program knows."""
        return bool(self.states >> ACTIVE & 1)

    @property
    def focused(self) -> bool:
        return bool(self.states >> FOCUSED & 1)

    @property
    def description(self) -> str:
        return str(self.reader.get(self.owner, self.path, "Accessible", "Description"))

    @property
    def text(self) -> str:
        """What is in a text field."""
        return str(self.reader.ask(self.owner, self.path, "Text", "GetText", "ii", 0, -1))

    @property
    def place(self) -> tuple[int, int, int, int]:
        """x, y, width, height."""
        x, y, width, height = self.reader.ask(self.owner, self.path, "Component", "GetExtents", "u", 0)
        return x, y, width, height

    def is_shown(self) -> bool:
        """Whether it can be seen now."""
        low, _ = self.reader.ask(self.owner, self.path, "Accessible", "GetState")
        return bool(low >> SHOWING & 1)

    def __repr__(self) -> str:
        return f"<{self.role} {self.name!r}>"


class Gone(Exception):
    """The widget was taken away between two questions."""


class ScreenReader:
    """Use `screen_reader()`. `env` holds the variables a program needs to be read."""

    def __init__(self, address: str, connection: DBusConnection) -> None:
        self.env = {"AT_SPI_BUS_ADDRESS": address, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        self._connection = connection

    def read(self) -> list[Widget]:
        """Every widget of every program that can be seen now, windows before what is in them."""
        found: list[Widget] = []
        for owner, path in self.ask("org.a11y.atspi.Registry", ROOT, "Accessible", "GetChildren"):
            try:
                for child_owner, child_path in self.ask(owner, path, "Accessible", "GetChildren"):
                    self._collect(child_owner, child_path, found)
            except Gone:
                continue  # a program that ended
        return found

    def ask(self, owner: str, path: str, interface: str, method: str, signature: str = "", *body: object) -> Any:
        """The only result of a method. Raises Gone when there is no such widget any more."""
        address = DBusAddress(path, owner, f"{SERVICE}.{interface}")
        reply = self._connection.send_and_get_reply(
            new_method_call(address, method, signature or None, body), timeout=LIMIT_S
        )
        if reply.header.message_type is MessageType.error:
            raise Gone(f"{path} {method}: {reply.body}")
        return reply.body[0] if len(reply.body) == 1 else reply.body

    def get(self, owner: str, path: str, interface: str, name: str) -> object:
        address = DBusAddress(path, owner, f"{SERVICE}.{interface}")
        reply = self._connection.send_and_get_reply(Properties(address).get(name), timeout=LIMIT_S)
        if reply.header.message_type is MessageType.error:
            raise Gone(f"{path} {name}: {reply.body}")
        return reply.body[0][1]

    def _collect(self, owner: str, path: str, found: list[Widget]) -> None:
        try:
            low, high = self.ask(owner, path, "Accessible", "GetState")
            states = low | high << 32
            if not states >> SHOWING & 1:
                return
            # A number and its unit stand in one line; a person reads the space between them as any other.
            name = str(self.get(owner, path, "Accessible", "Name")).replace("\xa0", " ")
            role = self.ask(owner, path, "Accessible", "GetRoleName")
            found.append(Widget(self, owner, path, role, name, states))
            children = self.ask(owner, path, "Accessible", "GetChildren")
        except Gone:
            return
        for child_owner, child_path in children:
            self._collect(child_owner, child_path, found)


@contextmanager
def screen_reader() -> Iterator[ScreenReader]:
    """A running accessibility bus. Skips the test where a program is missing, with the packages to install."""
    registry = next((path for path in REGISTRIES if Path(path).exists()), None)
    if registry is None or shutil.which("dbus-daemon") is None:
        pytest.skip("at-spi2-registryd or dbus-daemon is missing: apt-get install at-spi2-core dbus")
    folder = Path(tempfile.mkdtemp(prefix="saywrite-a11y-"))
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={folder}/bus"]
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    bus = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **quiet)
    running: list[subprocess.Popen[Any]] = [bus]
    try:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        assert address, "dbus-daemon did not start"
        environment = {**os.environ, "AT_SPI_BUS_ADDRESS": address, "HOME": str(folder)}
        running.append(subprocess.Popen([registry], env=environment, stdout=subprocess.DEVNULL, **quiet))
        with open_dbus_connection(address) as connection:
            reader = ScreenReader(address, connection)
            _wait_for_registry(reader)
            yield reader
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(LIMIT_S)
        if bus.stdout is not None:
            bus.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_registry(reader: ScreenReader) -> None:
    def answers() -> bool:
        try:
            reader.ask("org.a11y.atspi.Registry", ROOT, "Accessible", "GetChildren")
        except Gone:
            return False
        return True

    wait_for(answers, "the accessibility registry did not start")
