"""Starting with the session: the system's own record is what counts, and what a user switched off stays off."""

from __future__ import annotations

import plistlib
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saywrite.desktop.autostart import (
    APPROVED,
    NAME,
    RUN,
    Autostart,
    DesktopEntry,
    LaunchAgent,
    RunKey,
    autostart_here,
    desktop_entry,
)
from saywrite.foundation.errors import SettingsError

COMMAND = ("/opt/my apps/saywrite", "--data", '/home/zoë/50% "off" $x')


class HandMadeRegistry:
    def __init__(self) -> None:
        self.values: dict[tuple[str, str], object] = {}
        self.refuses = False

    def read(self, key: str, name: str) -> object:
        return self.values.get((key, name))

    def write(self, key: str, name: str, value: str) -> None:
        if self.refuses:
            raise PermissionError(13, "Access is denied")
        self.values[key, name] = value

    def delete(self, key: str, name: str) -> None:
        self.values.pop((key, name), None)


@pytest.fixture
def registry() -> HandMadeRegistry:
    return HandMadeRegistry()


@pytest.fixture(params=["linux", "darwin", "win32"])
def way(request: pytest.FixtureRequest, tmp_path: Path, registry: HandMadeRegistry) -> Autostart:
    if request.param == "win32":
        return RunKey(registry, COMMAND)
    return autostart_here(COMMAND, request.param, {"HOME": str(tmp_path)})


def test_it_is_off_until_it_is_switched_on_and_off_again(way: Autostart) -> None:
    states = [way.is_on()]
    for wish in (True, True, False, False, True):
        way.switch(wish)
        states.append(way.is_on())
    assert states == [False, True, True, False, False, True]


# Linux


def unquoted(line: str) -> list[str]:
    """The words of an Exec line, by the specification's two rules, one after the other."""
    for escaped, plain in (("\\\\", "\0"), ("\\n", "\n"), ("\\t", "\t"), ("\0", "\\")):
        line = line.replace(escaped, plain)
    words, word, quoted, escape = [], "", False, False
    for letter in line:
        if escape:
            word, escape = word + letter, False
        elif quoted and letter == "\\":
            escape = True
        elif letter == '"':
            quoted = not quoted
        elif letter == " " and not quoted:
            words, word = [*words, word], ""
        else:
            word += letter
    return [each.replace("%%", "%") for each in [*words, word]]


def exec_of(entry: str) -> str:
    return next(line for line in entry.split("\n") if line.startswith("Exec=")).removeprefix("Exec=")


LETTERS = st.sampled_from("\\\\\"$`% ab'") | st.characters(exclude_characters="\0\n\t\r", codec="utf-8")


@given(st.lists(st.text(LETTERS), min_size=1, max_size=4))
@example(["C:\\new", '50% "off"', "$HOME `x`", ""])
def test_any_command_comes_back_from_the_entry_as_it_was(command: list[str]) -> None:
    started = unquoted(exec_of(desktop_entry(command)))
    shell = ["/bin/sh", "-c", 'exec "$0" "$@"'] if "%" in command[0] else []
    assert started == [*shell, *command]


def test_the_entry_lies_where_desktops_look(tmp_path: Path) -> None:
    for environ, folder in (
        ({"HOME": str(tmp_path)}, tmp_path / ".config"),
        ({"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "other")}, tmp_path / "other"),
    ):
        autostart_here(COMMAND, "linux", environ).switch(True)
        entry = folder / "autostart" / "saywrite.desktop"
        assert "Type=Application" in entry.read_text()
        assert stat.S_IMODE(entry.stat().st_mode) == 0o644
        assert list(entry.parent.iterdir()) == [entry], "no temporary file stays"


@pytest.mark.parametrize("line", ["Hidden=true", "Hidden = true", "X-GNOME-Autostart-enabled=false"])
def test_what_the_desktop_switched_off_is_off(line: str, tmp_path: Path) -> None:
    entry = DesktopEntry(tmp_path / "saywrite.desktop", COMMAND)
    entry.switch(True)
    (tmp_path / "saywrite.desktop").write_text(desktop_entry(COMMAND).replace("X-GNOME-Autostart-enabled=true", line))
    assert not entry.is_on()
    entry.switch(True)
    assert entry.is_on()


def test_the_entry_starts_the_command(tmp_path: Path) -> None:
    mark = tmp_path / "with space"
    code = f"open({str(mark)!r}, 'w').write('$HOME')"
    words = unquoted(exec_of(desktop_entry((sys.executable, "-c", code))))
    subprocess.run(words, check=True)
    assert mark.read_text() == "$HOME"


def test_a_folder_that_refuses_is_reported_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "autostart").write_text("a file where a folder should be")
    with pytest.raises(SettingsError, match=r"autostart.*Make it writable"):
        DesktopEntry(tmp_path / "autostart" / "saywrite.desktop", COMMAND).switch(True)


# macOS


def test_the_agent_is_a_property_list_that_starts_at_login(tmp_path: Path) -> None:
    autostart_here(COMMAND, "darwin", {"HOME": str(tmp_path)}).switch(True)
    (path,) = (tmp_path / "Library" / "LaunchAgents").iterdir()
    agent = plistlib.loads(path.read_bytes())
    assert agent["ProgramArguments"] == list(COMMAND)
    assert agent["RunAtLoad"] is True
    assert f"{agent['Label']}.plist" == path.name


def test_an_agent_that_is_disabled_or_broken_is_not_on(tmp_path: Path) -> None:
    path = tmp_path / "agent.plist"
    agent = LaunchAgent(path, COMMAND)
    path.write_bytes(plistlib.dumps({"RunAtLoad": True, "Disabled": True}))
    assert not agent.is_on()
    path.write_text("no property list")
    with pytest.raises(SettingsError):
        agent.is_on()


# Windows


def test_the_run_key_holds_the_command_line(registry: HandMadeRegistry) -> None:
    RunKey(registry, (r"C:\Program Files\Saywrite\saywrite.exe", "--data", "D:\\my data")).switch(True)
    line = r'"C:\Program Files\Saywrite\saywrite.exe" --data "D:\my data"'
    assert registry.values == {(RUN, NAME): line}


@pytest.mark.parametrize(("first", "on"), [(2, True), (3, False), (6, True), (7, False)])
def test_what_windows_notes_as_switched_off_is_off(first: int, on: bool, registry: HandMadeRegistry) -> None:
    key = RunKey(registry, COMMAND)
    key.switch(True)
    registry.values[APPROVED, NAME] = bytes([first]) + bytes(11)
    assert key.is_on() == on
    key.switch(True)
    assert key.is_on(), "the user's new wish holds"


def test_a_registry_that_refuses_is_reported(registry: HandMadeRegistry) -> None:
    registry.refuses = True
    with pytest.raises(SettingsError, match=r"Access is denied.*Startup"):
        RunKey(registry, COMMAND).switch(True)


PERCENT = ("run", "--data", "/data/%f %% b", "$HOME `id`", "%h", "50%")


def prepared_program(folder: Path) -> Path:
    """A program in a folder whose name a desktop file cannot name as a program; it notes how it was started."""
    program = folder / "100% f" / PERCENT[0]
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{folder}/part'\nmv '{folder}/part' '{folder}/started'\n")
    program.chmod(0o755)
    return program


@pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: desktop files")
def test_glib_starts_a_program_in_a_folder_with_a_percent_sign(tmp_path: Path) -> None:
    program = prepared_program(tmp_path)
    entry = tmp_path / "saywrite.desktop"
    entry.write_text(desktop_entry((str(program), *PERCENT[1:])))
    subprocess.run(["gio", "launch", str(entry)], check=True, timeout=30)
    wait_for(tmp_path / "started")
    assert (tmp_path / "started").read_text().splitlines() == list(PERCENT[1:])


@pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: systemd starts a session's programs")
def test_systemd_takes_a_program_in_a_folder_with_a_percent_sign(tmp_path: Path) -> None:
    """The unit is what counts; a session to start it is not there."""
    program = prepared_program(tmp_path)
    folders = [tmp_path / name for name in ("normal", "early", "late")]
    for folder in folders:
        folder.mkdir()
    DesktopEntry(tmp_path / "config" / "autostart" / "x.desktop", (str(program), *PERCENT[1:])).switch(True)
    subprocess.run(
        ["/usr/lib/systemd/user-generators/systemd-xdg-autostart-generator", *map(str, folders)],
        env={"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CONFIG_DIRS": "/nonexistent", "HOME": str(tmp_path)},
        check=True,
        timeout=30,
    )
    (unit,) = [path for folder in folders for path in folder.glob("*.service")]
    (line,) = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    # A unit's own "%%" is one "%".
    assert f'"{str(program).replace("%", "%%")}" --data "/data/%%f %%%% b"' in line


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path}"
        time.sleep(0.02)


def test_path_that_is_no_text_is_refused_and_what_was_there_stays(tmp_path: Path) -> None:
    command = ("/opt/saywrite", "--data", "/home/z\udce9")  # the bytes of "zé" in Latin-1, as Python reads them
    for name, kind in (("saywrite.desktop", DesktopEntry), ("saywrite.plist", LaunchAgent)):
        path = tmp_path / name
        kind(path, COMMAND).switch(True)
        before = path.read_bytes()
        with pytest.raises(SettingsError, match=r"/home/z\\udce9 is no valid text"):
            kind(path, command).switch(True)
        assert path.read_bytes() == before
        kind(path, command).switch(False)
        assert not path.exists()
