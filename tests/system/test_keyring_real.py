"""The API key in a real Secret Service: GNOME's keyring daemon on a session bus of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jeepney import DBusAddress, HeaderFields, MatchRule, message_bus, new_method_call  # type: ignore[import-untyped]
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection  # type: ignore[import-untyped]
from tests.system.lab.program import folders

if sys.platform != "linux":
    pytest.skip("Only on Linux: the Secret Service is a D-Bus service", allow_module_level=True)

SERVICE = "org.freedesktop.secrets"
PASSWORD = "a password"  # an empty one makes no keyring

# No service files: nothing of the system's is started behind the test's back.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"""

USE = """
import sys
from saywrite.foundation.errors import SecretsUnavailable
from saywrite.storage.settings.keyring import API_KEY, Keychain, open_secrets
verb, *rest = sys.argv[1:]
keychain = Keychain()
try:
    if verb == "status":
        print(open_secrets().status())
    else:
        print(getattr(keychain, verb)(API_KEY, *rest))
except SecretsUnavailable as error:
    print(f"{error.what} | {error.remedy}")
"""


@pytest.fixture
def bus(private_home: Path) -> Iterator[str]:
    """The address of a session bus that knows nobody."""
    folder = private_home / "run"
    (folder / "bus.conf").write_text(BUS.format(folder=folder))
    command = ["dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        try:
            assert daemon.stdout is not None
            yield daemon.stdout.readline().strip()
        finally:
            daemon.terminate()


@contextmanager
def keyring_daemon(bus: str, data: Path, *options: str) -> Iterator[None]:
    """GNOME's keyring, on the bus when this begins."""
    env = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus, "XDG_DATA_HOME": str(data)}
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *options]
    with open_dbus_connection(bus) as connection:
        rule = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
        rule.add_arg_condition(0, SERVICE)
        Proxy(message_bus, connection).AddMatch(rule)
        with connection.filter(rule) as owners:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            with subprocess.Popen(command, env=env, text=True, **pipes) as daemon:  # type: ignore[call-overload]
                try:
                    daemon.stdin.write(PASSWORD if "--unlock" in options else "")
                    daemon.stdin.close()
                    wait_for_owner(connection, owners)
                    yield
                finally:
                    daemon.terminate()


def wait_for_owner(connection: DBusConnection, owners: object) -> None:
    while not connection.recv_until_filtered(owners, timeout=20).body[2]:
        pass


def lock_everything(bus: str) -> None:
    with open_dbus_connection(bus) as connection:
        service = DBusAddress("/org/freedesktop/secrets", SERVICE, "org.freedesktop.Secret.Service")
        locked = new_method_call(service, "Lock", "ao", (["/org/freedesktop/secrets/collection/login"],))
        assert connection.send_and_get_reply(locked, timeout=10).body[0]


def environment(bus: str, **more: str) -> dict[str, str]:
    env = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus, "PYTHONPATH": os.pathsep.join(sys.path), **more}
    env.pop("PYTHON_KEYRING_BACKEND", None)
    return env


def use(bus: str, *arguments: str, **more: str) -> str:
    """What another process of ours sees: nothing is cached between two calls."""
    env = environment(bus, **more)
    command = [sys.executable, "-W", "error", "-c", USE, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_key_is_kept_in_the_keyring_beyond_our_process_and_its_own(bus: str, tmp_path: Path):
    with keyring_daemon(bus, tmp_path, "--unlock"):
        assert use(bus, "get") == "None"
        assert use(bus, "set", "ak_geheim_ключ") == "None"
        assert use(bus, "get") == "ak_geheim_ключ"
        assert "usable=True" in use(bus, "status")
    with keyring_daemon(bus, tmp_path, "--unlock"):
        assert use(bus, "get") == "ak_geheim_ключ"
        use(bus, "delete")
        assert use(bus, "get") == "None"
        assert use(bus, "delete") == "None"
    assert not any("geheim" in path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file())


def test_a_locked_keyring_is_reported_as_locked_and_keeps_its_key(bus: str, tmp_path: Path):
    """There is no screen for its dialog here, so the keyring refuses at once."""
    with keyring_daemon(bus, tmp_path, "--unlock"):
        use(bus, "set", "ak_geheim")
        lock_everything(bus)
        assert "locked" in use(bus, "status")
        assert use(bus, "get").startswith("The keyring is locked. | Unlock it")
        assert use(bus, "set", "other").startswith("The keyring is locked.")
    with keyring_daemon(bus, tmp_path, "--unlock"):
        assert use(bus, "get") == "ak_geheim"


def test_a_bus_without_a_keyring_and_no_bus_at_all_have_a_remedy(bus: str):
    for address in (bus, "unix:path=/nonexistent"):
        assert "Install and start a Secret Service" in use(address, "get")
        status = use(address, "status")
        assert "usable=False" in status
        assert "until Saywrite is closed" in status


class Prompter:
    """Stands where GNOME's dialogs are asked for; it counts the questions and never answers one."""

    NAME = "org.gnome.keyring.SystemPrompter"

    def __init__(self, bus: str) -> None:
        self.asked = 0
        self._connection = open_dbus_connection(bus)
        Proxy(message_bus, self._connection).RequestName(self.NAME)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(ConnectionResetError, OSError, EOFError):
            while True:
                message = self._connection.receive()
                if message.header.fields.get(HeaderFields.member) == "BeginPrompting":
                    self.asked += 1

    def close(self) -> None:
        self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()


@pytest.fixture
def prompter(bus: str) -> Iterator[Prompter]:
    prompter = Prompter(bus)
    yield prompter
    prompter.close()


def saywrite(bus: str, at: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "saywrite", *arguments, *folders(at)]
    env = environment(bus, DISPLAY=":987")
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def has_keyring(bus: str) -> bool:
    with open_dbus_connection(bus) as connection:
        service = DBusAddress("/org/freedesktop/secrets", SERVICE, "org.freedesktop.Secret.Service")
        read = new_method_call(service, "ReadAlias", "s", ("default",))
        return bool(connection.send_and_get_reply(read, timeout=10).body[0] != "/")


def test_looking_opens_no_dialog_and_makes_no_keyring(bus: str, prompter: Prompter, tmp_path: Path):
    with keyring_daemon(bus, tmp_path / "keyrings"):
        assert not has_keyring(bus)
        assert "usable=True" in use(bus, "status", DISPLAY=":987")
        assert use(bus, "get", DISPLAY=":987") == "None"
        assert use(bus, "delete", DISPLAY=":987") == "None"
        done = saywrite(bus, tmp_path, "doctor")
        assert "holds no keyring yet" in done.stdout
        assert "There is no aiOla API key yet." in done.stdout
        (tmp_path / "x.pcm").write_bytes(bytes(32_000))
        done = saywrite(bus, tmp_path, "transcribe", "--engine", "aiola", str(tmp_path / "x.pcm"))
        assert done.returncode == 1
        assert "There is no aiOla API key yet." in done.stderr
        assert not has_keyring(bus)
    assert prompter.asked == 0
    assert not [path for path in (tmp_path / "keyrings").rglob("*") if path.is_file()]


def test_a_locked_keyring_is_asked_only_for_a_key_that_is_in_it(bus: str, prompter: Prompter, tmp_path: Path):
    with keyring_daemon(bus, tmp_path / "keyrings", "--unlock"):
        use(bus, "get")
        lock_everything(bus)
        assert use(bus, "get", DISPLAY=":987") == "None"
        assert "locked" in saywrite(bus, tmp_path, "doctor").stdout
    assert prompter.asked == 0


def test_a_dialog_that_was_cancelled_is_reported_as_cancelled(bus: str, tmp_path: Path):
    """Without a prompter the daemon answers as if the user had pressed Cancel."""
    with keyring_daemon(bus, tmp_path):
        assert "was cancelled; nothing was read or saved. | Try again" in use(bus, "set", "ak_x", DISPLAY=":987")
        assert not has_keyring(bus)
    with keyring_daemon(bus, tmp_path, "--unlock"):
        use(bus, "set", "ak_geheim")
        lock_everything(bus)
        assert "was cancelled" in use(bus, "get", DISPLAY=":987")


@pytest.mark.parametrize("verb", ["doctor", "transcribe"])
def test_a_keyring_that_does_not_answer_delays_no_caller(bus: str, verb: str, tmp_path: Path):
    with open_dbus_connection(bus) as connection:
        Proxy(message_bus, connection).RequestName(SERVICE)  # and never reads a message
        (tmp_path / "x.pcm").write_bytes(bytes(32_000))
        arguments = ["--engine", "aiola", str(tmp_path / "x.pcm")] if verb == "transcribe" else []
        began = time.monotonic()
        done = saywrite(bus, tmp_path, verb, *arguments)
        assert time.monotonic() - began < 15
    assert "The keyring does not answer." in done.stdout + done.stderr


def test_a_dialog_that_nobody_answers_ends_with_one_signal(bus: str, prompter: Prompter, tmp_path: Path):
    with keyring_daemon(bus, tmp_path / "keyrings", "--unlock"):
        use(bus, "set", "ak_geheim")
        lock_everything(bus)
        (tmp_path / "x.pcm").write_bytes(bytes(32_000))
        command = [sys.executable, "-m", "saywrite", "transcribe", "--engine", "aiola", str(tmp_path / "x.pcm")]
        with subprocess.Popen([*command, *folders(tmp_path)], env=environment(bus, DISPLAY=":987")) as process:
            deadline = time.monotonic() + 60
            while not prompter.asked:
                assert time.monotonic() < deadline
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 130
