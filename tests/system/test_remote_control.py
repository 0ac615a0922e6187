"""The running window, driven by other processes: the command line, a second start, D-Bus; and by those who mean ill."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg
from tests.system.lab.desktop import Desktop, desktop, wait_for
from tests.system.lab.program import folders, run
from tests.system.lab.session_bus import session_bus
from tests.system.lab.window import LIMIT_S, Room, recordings, room, window
from Xlib import X
from Xlib.display import Display

from saywrite.cli.ending.exit_codes import FAILED, NO_INSTANCE
from saywrite.desktop.remote_control.dbus_service import NAME, PATH
from saywrite.desktop.remote_control.instance_record import read_record
from saywrite.desktop.window_activation import FROM_THE_USER

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:2"]) as made:
        yield made


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return recordings(tmp_path_factory.mktemp("speech"))


def told(*arguments: str, at: Path) -> dict[str, Any]:
    """What the window answers to a command."""
    done = run(*arguments, "--json", at=at)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def wait_told(at: Path, **wanted: object) -> dict[str, Any]:
    """Ask for the status until it is so."""
    last: dict[str, Any] = {}

    def so() -> bool:
        last.update(told("status", at=at))
        return all(last[name] == value for name, value in wanted.items())

    wait_for(so, f"not {wanted}")
    return last


def socket_of(at: Path) -> Path:
    record = read_record(at / "data")
    assert record is not None
    return Path(record.address)


def active(screen: Desktop) -> str:
    """The title of the window that has the focus."""
    return screen.xdotool("getactivewindow", "getwindowname", check=False)


@contextmanager
def another_program(screen: Desktop) -> Iterator[None]:
    """A window of somebody else that the user works in."""
    program = subprocess.Popen(
        ["xmessage", "-geometry", "900x600+0+0", "somebody else"],
        env={**os.environ, **screen.env},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        screen.window("^xmessage$")
        screen.key("a")
        yield
    finally:
        program.terminate()
        program.wait(LIMIT_S)


def test_start_speak_and_stop_from_the_command_line(desk: Room, speech: dict[str, Path], tmp_path: Path) -> None:
    with window(desk, tmp_path) as saywrite:
        idle = told("status", at=tmp_path)
        assert (idle["state"], idle["dictation"], idle["pid"]) == ("idle", None, saywrite.process.pid)
        started = told("start", "--language", "en", "--engine", "local", at=tmp_path)
        assert started["state"] in ("starting", "listening")
        assert started["dictation"]
        wait_told(tmp_path, state="listening")
        desk.sound.play("desk", speech["weather"])
        running = told("status", at=tmp_path)
        assert running["dictation"] == started["dictation"]
        assert running["heard_s"] > 2
        assert told("stop", at=tmp_path)["state"] in ("finishing", "idle")
        saywrite.wait_transcript("weather")
        wait_told(tmp_path, state="idle", dictation=None)

        assert told("toggle", at=tmp_path)["state"] in ("starting", "listening")
        saywrite.wait_state("listening")
        assert told("toggle", at=tmp_path)["state"] in ("finishing", "idle")
        saywrite.wait_state("idle")
        told("start", at=tmp_path)
        saywrite.wait_state("listening")
        told("cancel", at=tmp_path)
        saywrite.wait_state("idle")

        said = run("status", at=tmp_path)
        assert said.stdout == "idle · local · en\n"
        assert run("start", at=tmp_path).stdout == ""
        saywrite.wait_state("listening")
        done = run("quit", at=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert saywrite.process.poll() == 0 or saywrite.process.wait(1) == 0, "quit is over when the process is gone"
        assert run("status", at=tmp_path).returncode == NO_INSTANCE
    assert saywrite.troubles() == []


def test_a_second_start_brings_the_first_to_the_front_and_is_no_second(desk: Room, tmp_path: Path) -> None:
    screen = desk.screen
    with window(desk, tmp_path) as saywrite:
        with another_program(screen):
            assert active(screen) == "xmessage"
            done = run(at=tmp_path, env={**screen.env, **desk.sound.env})
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
            wait_for(lambda: active(screen) == "Saywrite", "it does not come to the front")
        screen.xdotool("windowminimize", screen.window("^Saywrite$"))
        wait_for(lambda: active(screen) != "Saywrite", "not minimized")
        assert run("show", at=tmp_path).returncode == 0
        wait_for(lambda: active(screen) == "Saywrite", "it stays minimized")
        with another_program(screen):
            assert run("show", at=tmp_path).returncode == 0
            wait_for(lambda: active(screen) == "Saywrite", "it does not come to the front")
        titles = screen.xdotool("search", "--onlyvisible", "--name", "^Saywrite$").split()
        assert len(titles) == 1
        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []


def test_a_second_start_on_another_display_says_where_the_first_one_runs(desk: Room, tmp_path: Path) -> None:
    with window(desk, tmp_path), desktop() as other:
        done = run(at=tmp_path, env={**other.env, **desk.sound.env})
        display = desk.screen.env["DISPLAY"]
        assert (done.returncode, done.stdout, done.stderr) == (
            0,
            "",
            f"saywrite: Saywrite is already running on the X display {display}; its window is there. "
            "Quit it there first to have it here, or start it with --data and another folder.\n",
        )


def test_show_is_asked_of_the_window_manager_in_the_users_name(desk: Room, tmp_path: Path) -> None:
    """Metacity, KWin and Mutter refuse an application that asks for itself while the user works elsewhere."""
    watcher = Display(desk.screen.env["DISPLAY"])
    with closing(watcher), window(desk, tmp_path) as saywrite:
        number = int(desk.screen.window("^Saywrite$"))  # xdotool asks in the user's name too
        asks = watcher.intern_atom("_NET_ACTIVE_WINDOW")
        watcher.screen().root.change_attributes(event_mask=X.SubstructureNotifyMask)
        watcher.sync()
        assert run("show", at=tmp_path).returncode == 0

        def asked() -> bool:
            events = [watcher.next_event() for _ in range(watcher.pending_events())]
            messages = [each for each in events if each.type == X.ClientMessage and each.client_type == asks]
            return any(each.window.id == number and each.data[1][0] == FROM_THE_USER for each in messages)

        wait_for(asked, "the window manager is not asked")
        assert saywrite.terminate(3) == 0


def test_after_kill_9_commands_say_that_nothing_runs_and_the_next_start_takes_its_place(
    desk: Room, tmp_path: Path
) -> None:
    with window(desk, tmp_path) as saywrite:
        place = socket_of(tmp_path)
        saywrite.kill()
    assert place.exists()
    done = run("toggle", at=tmp_path)
    assert (done.returncode, done.stderr) == (
        NO_INSTANCE,
        "saywrite: Saywrite is not running. Start it with: saywrite\n",
    )
    with window(desk, tmp_path) as saywrite:
        assert socket_of(tmp_path) == place
        assert told("status", at=tmp_path)["pid"] == saywrite.process.pid
        assert saywrite.terminate(3) == 0
    assert not place.exists()
    assert saywrite.troubles() == []


def test_another_data_folder_is_another_window(desk: Room, tmp_path: Path) -> None:
    with window(desk, tmp_path / "one") as one:
        assert run("status", at=tmp_path / "two").returncode == NO_INSTANCE
        with window(desk, tmp_path / "two") as two:
            assert told("status", at=tmp_path / "one")["pid"] == one.process.pid
            assert told("status", at=tmp_path / "two")["pid"] == two.process.pid
            assert run("quit", at=tmp_path / "two").returncode == 0
        assert told("status", at=tmp_path / "one")["pid"] == one.process.pid
        assert one.terminate(3) == 0


def test_a_command_that_comes_while_the_window_is_being_built_is_served(desk: Room, tmp_path: Path) -> None:
    environment = {**os.environ, **desk.screen.env, **desk.sound.env}
    process = subprocess.Popen(
        [sys.executable, "-m", "saywrite", *folders(tmp_path)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: read_record(tmp_path / "data"), "it does not become the instance")
        assert told("start", at=tmp_path)["pid"] == process.pid
        wait_told(tmp_path, state="listening")
        assert run("quit", at=tmp_path).returncode == 0
        assert process.wait(LIMIT_S) == 0
    finally:
        process.kill()
        process.wait(LIMIT_S)


def test_twenty_starts_at_once_are_one_window(desk: Room, tmp_path: Path) -> None:
    environment = {**os.environ, **desk.screen.env, **desk.sound.env}
    command = [sys.executable, "-m", "saywrite", *folders(tmp_path)]
    starts = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(20)]
    try:
        wait_for(lambda: [start.poll() for start in starts].count(0) == 19, "not nineteen have ended well", 120)
        (only,) = [start for start in starts if start.poll() is None]
        assert told("status", at=tmp_path)["pid"] == only.pid
        assert run("quit", at=tmp_path).returncode == 0
        assert only.wait(LIMIT_S) == 0
    finally:
        for start in starts:
            start.kill()
            start.wait(LIMIT_S)


def test_rubbish_half_lines_and_a_thousand_visitors_leave_the_window_as_it_was(desk: Room, tmp_path: Path) -> None:
    with window(desk, tmp_path) as saywrite:
        program, place = psutil.Process(saywrite.process.pid), socket_of(tmp_path)
        saywrite.press("ctrl+k")  # now the thread that saves settings is there as well
        saywrite.wait_for("table", "^Keywords$")
        files, threads = program.num_fds(), program.num_threads()
        for said in (b"", b"\n", b"\x00" * 10_000, b"x" * 100_000, b'{"saywrite": 1, "verb": "', b"[" * 4000 + b"\n"):
            for _ in range(160):
                visit(place, said)
        lingering = [visit(place, b'{"half') for _ in range(100)]
        saywrite.press("ctrl+k")
        saywrite.wait_gone("table", "^Keywords$")
        assert told("status", at=tmp_path)["state"] == "idle"
        for each in lingering:
            each.close()
        wait_for(lambda: program.num_fds() <= files, f"more than {files} files stayed open")
        assert program.num_threads() <= threads
        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []


def visit(place: Path, said: bytes) -> socket.socket:
    visitor = socket.socket(socket.AF_UNIX)
    visitor.connect(str(place))
    visitor.settimeout(LIMIT_S)
    try:
        visitor.sendall(said)
    except OSError:  # let go while it was still talking
        visitor.close()
    if not said.startswith(b'{"half'):
        visitor.close()
    return visitor


def test_an_unsafe_runtime_folder_opens_the_window_says_so_and_takes_no_commands(desk: Room, tmp_path: Path) -> None:
    folder = Path(os.environ["XDG_RUNTIME_DIR"]) / "saywrite"
    folder.mkdir()
    folder.chmod(0o777)
    with window(desk, tmp_path) as saywrite:
        saywrite.wait_label("is open to other users")
        done = run("status", at=tmp_path)
        assert done.returncode == FAILED
        assert "takes no commands" in done.stderr
        done = run(at=tmp_path, env={**desk.screen.env, **desk.sound.env})
        assert done.returncode == FAILED, "never two with the same folder"
        assert saywrite.terminate(3) == 0
    assert list(folder.iterdir()) == []


def test_the_verbs_on_the_session_bus_drive_the_window(
    desk: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session_bus() as address, open_dbus_connection(address) as connection:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)

        def call(method: str) -> dict[str, tuple[str, Any]]:
            message = new_method_call(DBusAddress(PATH, NAME, NAME), method)
            (status,) = unwrap_msg(connection.send_and_get_reply(message, timeout=LIMIT_S))
            assert isinstance(status, dict)
            return status

        with window(desk, tmp_path) as saywrite:
            saywrite.wait_log("commands are taken from the session bus")
            assert call("Status")["pid"] == ("x", saywrite.process.pid)
            assert call("Start")["state"][1] in ("starting", "listening")
            saywrite.wait_state("listening")
            call("Stop")
            saywrite.wait_state("idle")
            with another_program(desk.screen):
                call("Show")
                wait_for(lambda: active(desk.screen) == "Saywrite", "it does not come to the front")
            call("Quit")
            assert saywrite.process.wait(LIMIT_S) == 0
        assert saywrite.troubles() == []


def test_ten_at_a_time_are_answered_while_it_listens(desk: Room, speech: dict[str, Path], tmp_path: Path) -> None:
    with window(desk, tmp_path) as saywrite:
        saywrite.dictating()
        player = desk.sound.play("desk", speech["two_sentences"], wait=False)
        codes: list[int] = []

        def ask() -> None:
            codes.extend(run("status", "--json", at=tmp_path).returncode for _ in range(5))

        threads = [threading.Thread(target=ask) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        player.wait(30)
        assert codes == [0] * 50
        told("stop", at=tmp_path)
        saywrite.wait_transcript("people")
        saywrite.wait_state("idle")
        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []
