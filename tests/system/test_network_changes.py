"""The network of this computer changes: whoever waits for it is told at once. In a network namespace of its own."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import subprocess, sys, threading
from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.session.network_events import NetworkChanges
changed = threading.Event()
watch = NetworkChanges(changed.set, DesktopThread())
watch.start()
watch.start()
print(threading.active_count(), flush=True)
for line in sys.stdin:
    print(changed.wait(float(line)), flush=True)
    changed.clear()
"""


def test_an_address_that_comes_is_reported_and_nothing_else() -> None:
    shell = ["unshare", "--net", sys.executable, "-c", PROGRAM]
    with subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def is_told_within(seconds: float) -> bool:
            process.stdin.write(f"{seconds}\n")
            process.stdin.flush()
            return process.stdout.readline().strip() == "True"

        assert process.stdout.readline().strip() == "2", "one thread, however often it is started"
        assert not is_told_within(0.5)
        inside = ["nsenter", "--net", f"--target={process.pid}"]
        subprocess.run([*inside, "ip", "link", "set", "lo", "up"], check=True)
        assert is_told_within(10)
        assert not is_told_within(0.5)
        subprocess.run([*inside, "ip", "addr", "add", "10.99.0.1/32", "dev", "lo"], check=True)
        assert is_told_within(10)
        process.stdin.close()
