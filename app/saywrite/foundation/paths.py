"""The folders of settings, recordings and logs, and the resources of the program. Any thread.

Resources are found in a checkout, in an installed wheel and in a frozen bundle.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import platformdirs

APP = "saywrite"


class Paths(NamedTuple):
    """The folders of one user. A module that writes into one creates it with `private_folder()`."""

    config: Path
    data: Path
    state: Path
    logs: Path

    @property
    def settings(self) -> Path:
        return self.config / "saywrite.toml"

    @property
    def keywords(self) -> Path:
        return self.config / "keywords.json"

    @property
    def recordings(self) -> Path:
        return self.data / "recordings"

    @property
    def history(self) -> Path:
        return self.data / "history.sqlite3"

    @property
    def file_queue(self) -> Path:
        return self.data / "files.json"

    @property
    def window_state(self) -> Path:
        return self.state / "window.json"

    @property
    def log(self) -> Path:
        return self.logs / "saywrite.log"


def default_paths(config: Path | None = None, data: Path | None = None) -> Paths:
    """Return the user's folders by the convention of the system, or `config` and `data` instead.

    With `data`, state and logs are below it too, so that such a run writes nowhere else.
    """
    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    return Paths(
        config=config or Path(dirs.user_config_dir),
        data=data or Path(dirs.user_data_dir),
        state=data / "state" if data else Path(dirs.user_state_dir),
        logs=data / "logs" if data else Path(dirs.user_log_dir),
    )


def private_folder(path: Path) -> Path:
    """Make `path` and the missing folders above it for this user only (0700); return `path`.

    Existing folders keep their mode. Raises OSError.
    """
    # `parents=True` would give the mode to the last folder only; all users could read the others.
    for folder in reversed((path, *path.parents)):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)  # raises FileExistsError where `path` is no folder
    return path


def display_path(path: Path | str) -> str:
    """Return `path` as text. Bytes that are not UTF-8 become U+FFFD, as in file managers."""
    return os.fsencode(path).decode("utf-8", "replace")


def expand_home(path: Path) -> Path:
    """Return `path` with the home folder for "~", unchanged where no user has the name behind it."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def resource(name: str) -> Path:
    """Return the path of `resources/<name>`: beside the package when installed, else in the checkout."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_resources" / name
    return shipped if shipped.exists() else package.parents[1] / "resources" / name
