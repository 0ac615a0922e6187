"""Where sockets live: a folder that only this user can enter and write to. Any thread.

The runtime folder of the session is taken where it is private. Where there is none (no login session, `su`, macOS)
or where it is open to others (WSL), a folder of our own below /tmp is; it is used only if it is really ours.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from saywrite.foundation.errors import ControlRefused
from saywrite.foundation.messages import message

FOR_ALL = Path("/tmp")
"""Everybody may write there, but only the owner of a folder may rename or remove it."""

PATH_LIMIT = 103
"""Bytes of a socket's path that every system takes (macOS: 104 with the final zero, Linux: 108)."""


def runtime_folder(environ: Mapping[str, str], uid: int, room: int) -> Path:
    """Our folder for sockets, made if need be (0700). `room`: bytes that the longest name in it takes.

    Raises ControlRefused when what is there is not safe to use, and OSError.
    """
    for folder in _candidates(environ, uid):
        if len(os.fsencode(folder)) + 1 + room <= PATH_LIMIT:
            folder.mkdir(mode=0o700, exist_ok=True)
            check_private(folder, uid)
            return folder
    raise ControlRefused(
        message("The folder for Saywrite's socket has too long a name."),
        message("Set XDG_RUNTIME_DIR to a folder with a shorter path."),
    )


def check_private(folder: Path, uid: int) -> None:
    """Raise ControlRefused unless `folder` is a folder (no link) of this user and closed to all others."""
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode):
        raise ControlRefused(
            message("{folder} is a link; commands from other programs are not taken.", folder=folder)
            if stat.S_ISLNK(about.st_mode)
            else message("{folder} is no folder; commands from other programs are not taken.", folder=folder),
            message("Remove {folder}.", folder=folder),
        )
    if about.st_uid != uid:
        raise ControlRefused(
            message("{folder} belongs to another user; commands from other programs are not taken.", folder=folder),
            message("Ask that user or an administrator to remove it, or set XDG_RUNTIME_DIR to a folder of your own."),
        )
    if mode := stat.S_IMODE(about.st_mode) & 0o077:
        raise ControlRefused(
            message(
                "{folder} is open to other users ({mode:03o}); commands from other programs are not taken.",
                folder=folder,
                mode=mode,
            ),
            message("Run: chmod 700 {folder}", folder=folder),
        )


def _candidates(environ: Mapping[str, str], uid: int) -> Iterator[Path]:
    """The same whether or not the caller has the session's variables: a cron job finds the window too."""
    for base in (Path(environ.get("XDG_RUNTIME_DIR", "")), Path(f"/run/user/{uid}")):
        if base.is_absolute() and _is_private(base, uid):
            yield base / "saywrite"
    yield FOR_ALL / f"saywrite-{uid}"


def _is_private(base: Path, uid: int) -> bool:
    try:
        check_private(base, uid)
    except (OSError, ControlRefused):
        return False
    return True
