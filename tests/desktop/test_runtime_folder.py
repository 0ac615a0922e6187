"""A socket lives in a folder nobody else can enter; a folder that is not like that is refused with its remedy."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from saywrite.desktop.remote_control import runtime_folder as module
from saywrite.desktop.remote_control.runtime_folder import PATH_LIMIT, check_private, runtime_folder
from saywrite.foundation.errors import ControlRefused

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with Unix domain sockets")

ROOM = 21


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short name; pytest's own can be too long for the address of a socket."""
    with tempfile.TemporaryDirectory(prefix="saywrite-") as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for /tmp; there is no /run/user folder of this user."""
    folder = tmp_path / "tmp"
    folder.mkdir(mode=0o777)
    monkeypatch.setattr(module, "FOR_ALL", folder)
    return folder


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    folder.mkdir(mode=0o700)
    return folder


def found(environ: dict[str, str], uid: int = -1) -> Path:
    return runtime_folder(environ, os.geteuid() if uid == -1 else uid, ROOM)


def test_it_is_in_the_folder_of_the_session_and_closed_to_others(session: Path) -> None:
    folder = found({"XDG_RUNTIME_DIR": str(session)})
    assert folder == session / "saywrite"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert found({"XDG_RUNTIME_DIR": str(session)}) == folder


@pytest.mark.parametrize("given", ["", "relative/path", "/nowhere/at/all"])
def test_without_a_session_it_is_our_own_below_tmp(given: str, for_all: Path) -> None:
    if Path(f"/run/user/{os.geteuid()}").exists():
        pytest.skip("Only on a computer without a login session of this user")
    assert found({"XDG_RUNTIME_DIR": given}) == for_all / f"saywrite-{os.geteuid()}"


def test_a_session_folder_that_others_may_enter_is_not_used(session: Path, for_all: Path) -> None:
    session.chmod(0o755)
    assert found({"XDG_RUNTIME_DIR": str(session)}).parent != session


def test_a_session_folder_of_another_user_is_not_used(session: Path, for_all: Path) -> None:
    stranger = os.geteuid() + 1
    with pytest.raises(ControlRefused, match="belongs to another user"):  # of the one below /tmp, which we made
        found({"XDG_RUNTIME_DIR": str(session)}, stranger)
    assert not (session / "saywrite").exists()


def test_a_name_too_long_for_a_socket_leads_elsewhere(tmp_path: Path, for_all: Path) -> None:
    long = tmp_path / ("x" * PATH_LIMIT)
    long.mkdir(mode=0o700)
    assert found({"XDG_RUNTIME_DIR": str(long)}).parent != long


def test_a_name_too_long_everywhere_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOR_ALL", tmp_path / ("x" * PATH_LIMIT))
    if not Path(f"/run/user/{os.geteuid()}").exists():
        with pytest.raises(ControlRefused, match="XDG_RUNTIME_DIR"):
            found({})


def test_others_may_not_enter_ours(session: Path) -> None:
    (session / "saywrite").mkdir(mode=0o755)
    (session / "saywrite").chmod(0o750)
    with pytest.raises(ControlRefused, match=f"chmod 700 {session}/saywrite"):
        found({"XDG_RUNTIME_DIR": str(session)})


def test_a_link_in_our_place_is_refused_wherever_it_leads(session: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (session / "saywrite").symlink_to(elsewhere)
    with pytest.raises(ControlRefused, match=r"is a link.*Remove"):
        found({"XDG_RUNTIME_DIR": str(session)})


def test_a_file_in_our_place_is_no_folder(session: Path) -> None:
    (session / "saywrite").touch(mode=0o600)
    with pytest.raises((ControlRefused, FileExistsError)):
        found({"XDG_RUNTIME_DIR": str(session)})


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="Only on an account that may give away files"
)
def test_a_folder_given_to_another_user_is_refused(session: Path) -> None:
    folder = session / "saywrite"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    with pytest.raises(ControlRefused, match="belongs to another user"):
        check_private(folder, os.geteuid())
