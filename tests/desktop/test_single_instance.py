"""One Saywrite for each data folder: the second finds the first, what a killed one left is taken over safely."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.remote_control.client import ask
from saywrite.desktop.remote_control.instance_record import NAME, is_held, read_record
from saywrite.desktop.remote_control.request import Answer, ControlRequest
from saywrite.desktop.remote_control.server import ControlServer
from saywrite.desktop.single_instance import Instance, become_or_raise, claim, running_elsewhere
from saywrite.foundation.errors import AlreadyRunning, ControlRefused, NotRunning

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with Unix domain sockets")

HOLDER = """
import os, sys
from pathlib import Path
from saywrite.desktop.single_instance import claim
instance = claim(Path(sys.argv[1]), os.environ)
print(instance.server_socket.address, flush=True)
sys.stdin.read()
instance.release()
"""


@contextmanager
def claimed(data: Path) -> Iterator[Instance]:
    instance = claim(data, os.environ)
    yield instance
    instance.release()


@contextmanager
def another_process(data: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that is the instance until its standard input ends; its socket."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_the_first_holds_the_folder_until_it_lets_go(tmp_path: Path) -> None:
    with claimed(tmp_path) as instance:
        assert instance.problem == ""
        assert is_held(tmp_path)
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
            claim(tmp_path, os.environ)
    assert not is_held(tmp_path)
    with claimed(tmp_path) as instance:
        assert instance.server_socket is not None


def test_only_this_user_can_read_where_it_listens(tmp_path: Path) -> None:
    with claimed(tmp_path / "data") as instance:
        assert instance.server_socket is not None
        socket = Path(instance.server_socket.address)
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data" / NAME).stat().st_mode) == 0o600
    assert not socket.exists()


def test_another_data_folder_is_another_instance(tmp_path: Path) -> None:
    with claimed(tmp_path / "one") as one, claimed(tmp_path / "two") as two:
        assert one.server_socket is not None
        assert two.server_socket is not None
        assert one.server_socket.address != two.server_socket.address


def test_two_ways_to_one_folder_are_one_instance(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to("data")
    with claimed(tmp_path / "data"), pytest.raises(AlreadyRunning):
        claim(tmp_path / "link", os.environ)


def test_the_environment_makes_no_second_instance(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    with claimed(tmp_path / "data"), pytest.raises(AlreadyRunning):
        claim(tmp_path / "data", {"XDG_RUNTIME_DIR": str(other), "TMPDIR": str(other)})


def test_what_a_killed_one_left_is_replaced(tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, socket):
        with pytest.raises(AlreadyRunning, match=f"process {process.pid}"):
            claim(tmp_path, os.environ)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert socket.exists()
    with pytest.raises(NotRunning):
        ask(tmp_path, "status")
    with claimed(tmp_path) as instance:
        assert instance.server_socket is not None
        assert instance.server_socket.address == str(socket)
        record = read_record(tmp_path)
        assert record is not None
        assert record.pid == os.getpid()


@pytest.mark.parametrize("what", ["file", "link", "folder"])
def test_what_is_no_socket_stays_and_no_commands_are_taken(what: str, tmp_path: Path) -> None:
    with claimed(tmp_path / "data") as instance:
        assert instance.server_socket is not None
        place = Path(instance.server_socket.address)
    target = tmp_path / "precious"
    target.write_text("precious")
    if what == "file":
        place.write_text("precious")
    elif what == "link":
        place.symlink_to(target)
    else:
        place.mkdir()
    with claimed(tmp_path / "data") as instance:
        assert instance.server_socket is None
        assert f"Remove {place}" in instance.problem
        with pytest.raises(ControlRefused, match="takes no commands"):
            ask(tmp_path / "data", "status")
        with pytest.raises(AlreadyRunning):
            claim(tmp_path / "data", os.environ)
    assert place.is_dir() or target.read_text() == "precious"
    assert place.is_symlink() == (what == "link")


def test_a_runtime_folder_open_to_others_takes_no_commands_but_opens_a_window(tmp_path: Path) -> None:
    folder = Path(os.environ["XDG_RUNTIME_DIR"]) / "saywrite"
    folder.mkdir()
    folder.chmod(0o777)
    with claimed(tmp_path) as instance:
        assert instance.server_socket is None
        assert f"chmod 700 {folder}" in instance.problem


def test_a_data_folder_that_cannot_be_written_to_is_said_and_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with claimed(tmp_path / "file" / "data") as instance:
        assert instance.server_socket is None
        assert "cannot be written to" in instance.problem


@contextmanager
def full_disk() -> Iterator[None]:
    """Every byte written to a file is refused, as on a disk without space; files can still be created."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("has_socket", [True, False])
def test_a_full_disk_is_said_and_no_reason_to_stop(tmp_path: Path, has_socket: bool) -> None:
    if not has_socket:
        folder = Path(os.environ["XDG_RUNTIME_DIR"]) / "saywrite"
        folder.mkdir()
        folder.chmod(0o777)
    with full_disk():
        instance = claim(tmp_path, os.environ)
    assert ("cannot be written to" in instance.problem) == has_socket
    assert is_held(tmp_path)
    with pytest.raises(AlreadyRunning):
        claim(tmp_path, os.environ)
    instance.release()
    assert not is_held(tmp_path)


def test_a_link_in_place_of_the_instance_file_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / NAME).symlink_to(victim)
    with claimed(tmp_path / "data") as instance:
        assert instance.problem
    assert victim.read_text() == "precious"


def test_on_a_file_system_without_locks_the_socket_shows_that_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saywrite.desktop.remote_control.instance_record._lock", lambda fd: None)
    with claimed(tmp_path) as first:
        assert first.server_socket is not None
        open_files = len(list(Path("/dev/fd").iterdir()))
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
            claim(tmp_path, os.environ)
        assert Path(first.server_socket.address).exists()
        assert len(list(Path("/dev/fd").iterdir())) == open_files
        assert read_record(tmp_path) is not None, "the record of the first one stays"


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"pid": "x", "host": 1, "address": null}', "\xff", '{"pid": 1'])
def test_damaged_instance_file_is_ignored(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text, "latin-1")
    assert read_record(tmp_path) is None


# The second start


def test_the_second_start_shows_the_first_and_passes_on_the_right_to_do_so(tmp_path: Path) -> None:
    asked: list[ControlRequest] = []

    def answer(request: ControlRequest) -> Answer:
        asked.append(request)
        return {}

    instance = become_or_raise(tmp_path, os.environ)
    assert instance is not None
    assert instance.server_socket is not None
    thread = DesktopThread()
    listener = ControlServer(instance.server_socket, answer, thread)
    listener.start()
    assert become_or_raise(tmp_path, {**os.environ, "XDG_ACTIVATION_TOKEN": "token-1"}) is None
    assert asked == [ControlRequest("show", activation="token-1")]
    listener.stop()
    thread.close()
    instance.release()


def test_a_start_while_the_first_is_ending_waits_and_takes_its_place(tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, socket):
        socket.unlink()  # as one that is ending does first
        assert process.stdin is not None
        process.stdin.close()
        instance = become_or_raise(tmp_path, os.environ)
        assert instance is not None
        instance.release()


def test_one_that_never_reacts_is_named(tmp_path: Path) -> None:
    with another_process(tmp_path) as (process, socket):
        socket.unlink()
        with pytest.raises(AlreadyRunning, match=f"process {process.pid} on "):
            become_or_raise(tmp_path, os.environ, patience_s=0.2)


@pytest.mark.parametrize(
    ("first", "second", "where"),
    [
        ({"DISPLAY": ":0"}, {"DISPLAY": ":0.0"}, ""),
        ({"DISPLAY": ":0"}, {"DISPLAY": ":1"}, "the X display :0"),
        ({"DISPLAY": "localhost:10.0"}, {"DISPLAY": ":0"}, "the X display localhost:10"),
        ({"WAYLAND_DISPLAY": "wayland-1", "DISPLAY": ":0"}, {"DISPLAY": ":5"}, "the Wayland display wayland-1"),
        ({"WAYLAND_DISPLAY": "/run/user/1/wayland-1"}, {"WAYLAND_DISPLAY": "wayland-1", "DISPLAY": ":0"}, ""),
        ({}, {"DISPLAY": ":0"}, ""),
        ({"DISPLAY": ":0"}, {}, ""),
    ],
)
def test_a_second_start_on_another_display_knows_where_the_first_one_runs(
    first: dict[str, str], second: dict[str, str], where: str, tmp_path: Path
) -> None:
    instance = claim(tmp_path, first)
    try:
        words = running_elsewhere(tmp_path, second)
        assert words.startswith(f"Saywrite is already running on {where}; its window is there.") == bool(where)
        assert bool(words) == bool(where)
    finally:
        instance.release()
