"""Each recognizer is built when it is first asked for, and what a local dictation does not need is not loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from saywrite.dictation.engines.late_recognizers import LateRecognizers
from saywrite.speech.engine import Recognizer

NETWORK_ONLY = ("_hashlib", "ssl", "websocket", "httpx", "saywrite.speech.aiola.engine", "saywrite.speech.aiola.net")
ASSEMBLED = """
import sys
from pathlib import Path
from saywrite.dictation.assembly import RunOptions, ServiceContext, assemble
from saywrite.dictation.inbox import Inbox
from saywrite.foundation.paths import default_paths
from saywrite.speech.network.network import Network
from saywrite.storage.settings.keyring import SessionSecrets
from saywrite.storage.settings.schema import Settings
folder = Path.cwd()
options = RunOptions(lambda model: (sys.executable,), folder, on_main=lambda job: job())
context = ServiceContext(SessionSecrets(), Network(), {})
application = assemble(Inbox(), default_paths(folder, folder), Settings(), (), print, options, context)
commands = application.commands
commands.lacks_model(commands.loop.settings.engine)
print(*sorted(sys.modules))
"""


class Named:
    def __init__(self, name: str) -> None:
        self.name = name


def named(name: str) -> Recognizer:
    return cast("Recognizer", Named(name))


@pytest.fixture
def recognizers() -> LateRecognizers:
    return LateRecognizers({name: lambda name=name: named(name) for name in ("local", "aiola")})  # type: ignore[misc]


def test_only_what_was_asked_for_is_built(recognizers: LateRecognizers) -> None:
    assert ("aiola" in recognizers, list(recognizers)) == (True, [])
    built = recognizers["local"]
    assert recognizers["local"] is recognizers.get("local") is built
    assert list(recognizers.values()) == [built]
    assert "aiola" not in recognizers.built


def test_an_unknown_name_has_no_recognizer(recognizers: LateRecognizers) -> None:
    assert "other" not in recognizers
    assert recognizers.get("other") is None
    with pytest.raises(KeyError):
        recognizers["other"]


def test_one_may_be_built_while_the_others_are_visited(recognizers: LateRecognizers) -> None:
    first = recognizers["local"]
    visited = []
    for each in recognizers.values():
        visited.append(each)
        assert recognizers["aiola"] is not first
    assert visited == [first]
    assert len(recognizers) == 2


def test_a_local_dictation_loads_nothing_that_only_the_network_needs(tmp_path: Path) -> None:
    """OpenSSL and the client of the service were 7 MB of the window's memory."""
    result = subprocess.run(
        [sys.executable, "-P", "-c", ASSEMBLED], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr
    loaded = result.stdout.split()
    assert "saywrite.speech.local.engine" in loaded
    assert [name for name in NETWORK_ONLY if name in loaded] == []
