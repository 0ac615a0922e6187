"""The API key in a real Secret Service: GNOME's keyring daemon on a session bus of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jeepney import DBusAddress, MatchRule, message_bus, new_method_call  # type: ignore[import-untyped]
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection  # type: ignore[import-untyped]

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
from saywrite.errors import SecretsUnavailable
from saywrite.settings.keychain import API_KEY, Keychain, open_secrets
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


def use(bus: str, *arguments: str) -> str:
    """What another process of ours sees: nothing is cached between two calls."""
    env = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus, "PYTHONPATH": os.pathsep.join(sys.path)}
    env.pop("PYTHON_KEYRING_BACKEND", None)
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


def test_a_locked_keyring_is_told_as_locked_and_keeps_its_key(bus: str, tmp_path: Path):
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
