"""A private session bus: a dbus-daemon of its own, with nothing on it but what a test puts there."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LIMIT_S = 20.0


@contextmanager
def session_bus() -> Iterator[str]:
    """Its address, for DBUS_SESSION_BUS_ADDRESS."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is missing: apt-get install dbus")
    folder = Path(tempfile.mkdtemp(prefix="saywrite-bus-"))
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={folder}/bus"]
    daemon = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert daemon.stdout is not None
    try:
        address = daemon.stdout.readline().strip()
        assert address, "dbus-daemon did not start"
        yield address
    finally:
        daemon.terminate()
        daemon.wait(LIMIT_S)
        daemon.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)
