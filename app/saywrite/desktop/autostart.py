"""Starting with the session: whether the system does it for us, and switching that on and off. Any thread; short.

The system's own record is the only one: nothing is written at our start, so what a user switched off elsewhere stays
off. Linux: an entry of the desktop's autostart folder; Windows: a value of the user's Run key; macOS: a launch agent.
The last two are written against their documented interfaces.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import plistlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from saywrite.foundation.catalog import APP_ID
from saywrite.foundation.errors import SettingsError
from saywrite.foundation.files import os_error_reason, write_atomic
from saywrite.foundation.messages import message
from saywrite.foundation.paths import private_folder

NAME = "Saywrite"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
"""The key for entries that the user has switched off in the settings of Windows: their first byte is odd."""


class Autostart(Protocol):
    """Starts Saywrite with the session. Both methods raise SettingsError where the system refuses."""

    def is_on(self) -> bool: ...
    def switch(self, on: bool) -> None: ...


class Registry(Protocol):
    """The registry of the user: values by key and name. Every method raises OSError."""

    def read(self, key: str, name: str) -> object:
        """The value, or None if there is none."""

    def write(self, key: str, name: str, value: str) -> None: ...
    def delete(self, key: str, name: str) -> None:
        """Delete the value if there is one."""


def autostart_here(
    command: Sequence[str], platform: str = sys.platform, environ: Mapping[str, str] = os.environ
) -> Autostart:
    """The autostart of this system for `command`."""
    home = Path(environ.get("HOME") or Path.home())
    if platform == "win32":
        return RunKey(UserRegistry(), command)
    if platform == "darwin":
        return LaunchAgent(home / "Library" / "LaunchAgents" / f"{APP_ID}.plist", command)
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return DesktopEntry(config / "autostart" / "saywrite.desktop", command)


class DesktopEntry:
    """A desktop entry that the session starts (freedesktop.org, autostart-spec); a key disables it."""

    def __init__(self, path: Path, command: Sequence[str]) -> None:
        self._path = path
        self._command = command

    def is_on(self) -> bool:
        """Whether the file is there and no key in it switches it off."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _refused(self._path, error) from error
        said = {line.replace(" ", "").lower() for line in lines}
        return not said & {"hidden=true", "x-gnome-autostart-enabled=false"}

    def switch(self, on: bool) -> None:
        _put(self._path, desktop_entry(_as_text(self._command)).encode() if on else None)


class LaunchAgent:
    """A file that launchd reads at each login (launchd.plist(5))."""

    def __init__(self, path: Path, command: Sequence[str]) -> None:
        self._path = path
        self._command = command

    def is_on(self) -> bool:
        """Whether the file is there, runs at login and is not disabled."""
        try:
            said = plistlib.loads(self._path.read_bytes())
        except FileNotFoundError:
            return False
        except (OSError, plistlib.InvalidFileException, ValueError) as error:
            raise _refused(self._path, error) from error
        return bool(said.get("RunAtLoad")) and not said.get("Disabled")

    def switch(self, on: bool) -> None:
        _put(self._path, launch_agent(self._path.stem, _as_text(self._command)) if on else None)


class RunKey:
    """A value of the Run key (learn.microsoft.com/windows/win32/setupapi/run-and-runonce-registry-keys)."""

    def __init__(self, registry: Registry, command: Sequence[str]) -> None:
        self._registry = registry
        self._command = command

    def is_on(self) -> bool:
        with _describe_error():
            if not self._registry.read(RUN, NAME):
                return False
            approved = self._registry.read(APPROVED, NAME)
            return not (isinstance(approved, bytes) and approved[:1] and approved[0] % 2 == 1)

    def switch(self, on: bool) -> None:
        with _describe_error():
            if on:
                self._registry.write(RUN, NAME, subprocess.list2cmdline(self._command))
            else:
                self._registry.delete(RUN, NAME)
            self._registry.delete(APPROVED, NAME)


def desktop_entry(command: Sequence[str]) -> str:
    """The entry that starts `command`.

    GLib and systemd look for the program before they turn "%%" into "%" and find none: such a path is passed as an
    argument of the shell instead.
    """
    if "%" in command[0]:
        command = ("/bin/sh", "-c", 'exec "$0" "$@"', *command)
    return (
        "[Desktop Entry]\n"
        "Type=Application\n"
        f"Name={NAME}\n"
        "Comment=Speak, and it is written\n"
        f"Exec={' '.join(_quoted(word) for word in command)}\n"
        "Icon=saywrite\n"
        "Terminal=false\n"
        "StartupNotify=false\n"
        "X-GNOME-Autostart-enabled=true\n"
    )


def launch_agent(label: str, command: Sequence[str]) -> bytes:
    """The property list that starts `command` once at login."""
    return plistlib.dumps(
        {
            "Label": label,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
            "LimitLoadToSessionType": "Aqua",
            "AssociatedBundleIdentifiers": [label],
        }
    )


def _quoted(word: str) -> str:
    """A word of an Exec line: quoted by the rules of Exec, then by those of any string of the file."""
    if not word or set(word) & set(" \t\n\"'\\><~|&;$*?#()`="):
        for sign in '\\"`$':
            word = word.replace(sign, f"\\{sign}")
        word = f'"{word}"'
    return word.replace("%", "%%").replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _as_text(command: Sequence[str]) -> Sequence[str]:
    """`command`, which must be text: the files are read as UTF-8. Raises SettingsError."""
    for word in command:
        try:
            word.encode()
        except UnicodeEncodeError as error:
            path = word.encode("utf-8", "backslashreplace").decode()
            raise SettingsError(
                message("Saywrite cannot be started with the session: the name {path} is no valid text.", path=path),
                message("Rename the folder, then try again."),
            ) from error
    return command


def _put(path: Path, content: bytes | None) -> None:
    """Write the file whole, or remove it. Raises SettingsError."""
    try:
        if content is None:
            path.unlink(missing_ok=True)
            return
        private_folder(path.parent)
        write_atomic(path, content, private=False)
    except OSError as error:
        raise _refused(path, error) from error


@contextlib.contextmanager
def _describe_error() -> Any:
    try:
        yield
    except OSError as error:
        raise SettingsError(
            message("Windows refused it ({reason}).", reason=os_error_reason(error)),
            message("Use Settings > Apps > Startup instead."),
        ) from error


def _refused(path: Path, error: Exception) -> SettingsError:
    reason = os_error_reason(error)
    return SettingsError(
        message("{path} cannot be used ({reason}).", path=path, reason=reason),
        message("Make it writable for your user, then try again."),
    )


class UserRegistry:
    """Implements `autostart.Registry` on HKEY_CURRENT_USER."""

    def __init__(self) -> None:
        self._winreg: Any = importlib.import_module("winreg")

    def read(self, key: str, name: str) -> object:
        reg = self._winreg
        try:
            with reg.OpenKey(reg.HKEY_CURRENT_USER, key) as opened:
                return reg.QueryValueEx(opened, name)[0]
        except FileNotFoundError:
            return None

    def write(self, key: str, name: str, value: str) -> None:
        reg = self._winreg
        with reg.CreateKeyEx(reg.HKEY_CURRENT_USER, key, 0, reg.KEY_SET_VALUE) as opened:
            reg.SetValueEx(opened, name, 0, reg.REG_SZ, value)

    def delete(self, key: str, name: str) -> None:
        reg = self._winreg
        with (
            contextlib.suppress(FileNotFoundError),
            reg.OpenKey(reg.HKEY_CURRENT_USER, key, 0, reg.KEY_SET_VALUE) as opened,
        ):
            reg.DeleteValue(opened, name)
