"""A running window has the threads of the README's table, and no other for longer than a task takes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.structure.test_threads import ROOT, brief, table
from tests.system.lab.desktop import wait_for
from tests.system.lab.program import run
from tests.system.lab.session_bus import session_bus
from tests.system.lab.window import Room, room, window

pytestmark = pytest.mark.system

PROBE = """
import os, sys, threading

def report():
    while True:
        with open(os.environ["PROBE_QUESTION"]) as question:
            question.read()
        names = [each.name for each in threading.enumerate()]
        with open(os.environ["PROBE_ANSWER"], "w") as answer:
            answer.write("\\n".join(names))

if "PROBE_QUESTION" in os.environ and "--worker" not in sys.orig_argv:
    threading.Thread(target=report, name="probe", daemon=True).start()
"""
"""Python runs it at its start as `sitecustomize`: the names of the program's threads, whenever they are asked for."""

QT_TASK = "Dummy-N"
"""A thread of Qt's pool, as Python calls it."""


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


class Probe:
    """Asks the program for the names of its threads."""

    def __init__(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(PROBE)
        self.question, self.answer = folder / "question", folder / "answer"
        for pipe in (self.question, self.answer):
            os.mkfifo(pipe)
        self.environment = {
            "PYTHONPATH": str(folder),
            "PROBE_QUESTION": str(self.question),
            "PROBE_ANSWER": str(self.answer),
        }

    def names(self) -> set[str]:
        self.question.write_text("?")
        return {re.sub(r"\d+", "N", name) for name in self.answer.read_text().splitlines()} - {"probe"}


def test_running_window_has_the_threads_of_the_readme(
    desk: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = table(readme)
    del rows["aiOla"]  # needs an account; its threads are in test_aiola_link.py
    with session_bus() as bus, monkeypatch.context() as around:
        probe = Probe(tmp_path)
        for name, value in {**probe.environment, "DBUS_SESSION_BUS_ADDRESS": bus}.items():
            around.setenv(name, value)
        with window(desk, tmp_path / "home") as saywrite:
            around.undo()
            assert run("start", at=tmp_path / "home").returncode == 0
            saywrite.wait_state("listening")
            named = {re.sub(r"_\w+", "_…", name) for name in probe.names()}
            for kind, names in rows.items():
                assert names & named, f"no thread of the row {kind} among {sorted(named)}"
            assert run("stop", at=tmp_path / "home").returncode == 0
            saywrite.wait_state("idle")
            lasting = set().union(*rows.values())
            assert named - lasting - brief(readme) <= {QT_TASK}
            wait_for(
                lambda: {re.sub(r"_\w+", "_…", name) for name in probe.names()} - {QT_TASK} <= lasting,
                "a thread stays that the table does not have",
            )
