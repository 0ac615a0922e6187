"""Where things are: settings, recordings, logs, and the resources shipped with the program.

The resources are found in a checkout, in an installed wheel and in a frozen bundle alike.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import platformdirs

APP = "saywrite"


class Paths(NamedTuple):
    """The folders of one user. They are created by whoever writes into them, with `private_folder()`."""

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
    def window_state(self) -> Path:
        return self.state / "window.json"

    @property
    def log(self) -> Path:
        return self.logs / "saywrite.log"


def default_paths(config: Path | None = None, data: Path | None = None) -> Paths:
    """The user's folders by the system's convention; `config` and `data` override them (`--config`, `--data`).

    With `data` given, state and logs go below it too, so that such a run leaves no trace elsewhere.
    """
    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    return Paths(
        config=config or Path(dirs.user_config_dir),
        data=data or Path(dirs.user_data_dir),
        state=data / "state" if data else Path(dirs.user_state_dir),
        logs=data / "logs" if data else Path(dirs.user_log_dir),
    )


def private_folder(path: Path) -> Path:
    """Make `path` and every missing folder above it, for this user only (0700 where the system has modes).

    Folders that exist keep their mode. Raises OSError.
    """
    # `parents=True` would give the mode to the last folder only and leave the others open to everybody.
    for folder in reversed((path, *path.parents)):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)  # raises FileExistsError where `path` is no folder
    return path


def display_path(path: Path | str) -> str:
    """`path` as text that can be stored, sent and shown: what is not UTF-8 becomes U+FFFD, as in file managers."""
    return os.fsencode(path).decode("utf-8", "replace")


def resource(name: str) -> Path:
    """The file `resources/<name>`: in the wheel and the frozen bundle beside the package, else in the checkout."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_resources" / name
    return shipped if shipped.exists() else package.parents[1] / "resources" / name
