"""Allows one Saywrite for each data folder; a second start raises the window of the first. Main thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from saywrite.desktop.remote_control.client import ask
from saywrite.desktop.remote_control.instance_record import InstanceFile, read_record
from saywrite.desktop.remote_control.protocol import TEXT_LIMIT
from saywrite.desktop.remote_control.server_socket import ServerSocket, open_server_socket
from saywrite.foundation.errors import AlreadyRunning, ControlRefused, NotRunning
from saywrite.foundation.files import os_error_reason
from saywrite.foundation.messages import message
from saywrite.foundation.paths import private_folder

log = logging.getLogger(__name__)

PATIENCE_S = 15.0
"""Seconds that a start waits for an instance that is just ending or starting."""

_PAUSE_S = 0.05


class Instance:
    """The claim of this process. `server_socket`: where it takes commands; None, with the reason in `problem`."""

    def __init__(self, file: InstanceFile | None, server_socket: ServerSocket | None, problem: str = "") -> None:
        self.server_socket = server_socket
        self.problem = problem
        self._file = file

    def release(self) -> None:
        """Give the claim up, at the very end of the process."""
        if self.server_socket is not None:
            self.server_socket.close()
        if self._file is not None:
            self._file.release()


def claim(data: Path, environ: Mapping[str, str]) -> Instance:
    """Become the instance of this data folder. Raises AlreadyRunning.

    The window opens with a folder that cannot be written to as well; `problem` says so then.
    """
    try:
        private_folder(data)
        file = InstanceFile(data)
    except BlockingIOError as error:
        raise _already_running(data) from error
    except OSError as error:
        return Instance(None, None, _not_written(data, error))
    try:
        server_socket = open_server_socket(data, environ)
    except BlockingIOError as error:
        file.close()
        raise _already_running(data) from error
    except (ControlRefused, OSError) as error:
        said = (
            str(error)
            if isinstance(error, ControlRefused)
            else message("The socket cannot be made: {reason}.", reason=os_error_reason(error))
        )
        log.info("no remote control: %s", type(error).__name__)
        with suppress(OSError):  # then others do not learn where the window is; that it takes no commands is said
            file.write("", "", display_of(environ))
        return Instance(file, None, said)
    try:
        file.write(server_socket.address, server_socket.token, display_of(environ))
    except OSError as error:
        # The socket stays: without locks on the file system, only it shows another start that there is an instance.
        return Instance(file, server_socket, _not_written(data, error))
    return Instance(file, server_socket)


def _not_written(data: Path, error: OSError) -> str:
    log.info("the instance file was not written: %s", os_error_reason(error))
    return message("Commands from other programs are not taken: {data} cannot be written to.", data=data)


def become_or_raise(data: Path, environ: Mapping[str, str], patience_s: float = PATIENCE_S) -> Instance | None:
    """Become the instance; None when there is one already, whose window is in front now.

    Waits for an instance that is just ending. Raises AlreadyRunning when the other one does not react, and
    ControlRefused.
    """
    deadline = time.monotonic() + patience_s
    activation = environ.get("XDG_ACTIVATION_TOKEN") or environ.get("DESKTOP_STARTUP_ID") or ""
    while True:
        try:
            return claim(data, environ)
        except AlreadyRunning:
            if time.monotonic() > deadline:
                raise
        try:
            ask(data, "show", activation=activation[:TEXT_LIMIT])
        except NotRunning:
            time.sleep(_PAUSE_S)  # it has the folder but no socket: it is just starting or ending
        else:
            return None


def display_of(environ: Mapping[str, str]) -> str:
    """The display of this process, as words for the user; "" without one."""
    wayland, x11 = environ.get("WAYLAND_DISPLAY", ""), environ.get("DISPLAY", "")
    if wayland:
        return f"the Wayland display {wayland.rsplit('/', 1)[-1]}"
    name, dot, screen = x11.rpartition(".")
    return f"the X display {name if dot and screen.isdigit() else x11}" if x11 else ""


def no_display(platform: str, environ: Mapping[str, str]) -> str:
    """The message for a user who opens a window without a display; "" where there is one."""
    if not platform.startswith("linux") or display_of(environ):
        return ""
    if environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal", "vnc"):
        return ""
    return (
        "there is no display to open a window on. Start it from a desktop, or use the terminal: "
        "`saywrite listen` dictates from the microphone, `saywrite transcribe FILE` reads audio files."
    )


def running_elsewhere(data: Path, environ: Mapping[str, str]) -> str:
    """The message for a user whose Saywrite runs on another display; "" if it does not, or is unknown."""
    record = read_record(data)
    here = display_of(environ)
    if record is None or not here or record.display in ("", here):
        return ""
    return message(
        "Saywrite is already running on {display}; its window is there. Quit it there first to have it "
        "here, or start it with --data and another folder.",
        display=record.display,
    )


def _already_running(data: Path) -> AlreadyRunning:
    record = read_record(data)
    if record is None:
        return AlreadyRunning(
            message("Saywrite is already running with this data folder."), message("End it first, or use --data.")
        )
    what = message(
        "Saywrite is already running with this data folder (process {pid} on {host}).",
        pid=str(record.pid),
        host=record.host,
    )
    return AlreadyRunning(what, message("End it first."))
