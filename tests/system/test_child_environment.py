"""No child process, ours or the desktop's, inherits the API key."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from tests import sounds
from tests.system.lab.program import running

from saywrite.dictation.assembly import find_account
from saywrite.foundation.program import take_environment
from saywrite.storage.settings.keyring import SessionSecrets
from saywrite.storage.settings.schema import Settings

KEY = "ak_canary_5a1e"

pytestmark = pytest.mark.system


def test_the_key_stays_with_us_and_leaves_the_environment_of_children() -> None:
    environ = {"AIOLA_API_KEY": KEY, "AIOLA_BASE_URL": "https://speech.example", "PATH": "/bin"}
    ours = take_environment(environ)
    assert environ == {"AIOLA_BASE_URL": "https://speech.example", "PATH": "/bin"}
    assert find_account(Settings(), SessionSecrets(), ours).secret == KEY


@pytest.mark.skipif(not hasattr(psutil.Process, "environ"), reason="Only on systems with readable environments")
def test_the_recognizer_s_process_has_no_key(tmp_path: Path) -> None:
    sounds.write_wav(tmp_path / "x.wav", np.full(160_000, 3_277, np.int16))
    arguments = ("transcribe", "--realtime", str(tmp_path / "x.wav"))
    with running(*arguments, at=tmp_path, env={"AIOLA_API_KEY": KEY}) as saywrite:
        saywrite.wait("state", state="listening")
        (child,) = psutil.Process(saywrite.process.pid).children(recursive=True)
        assert "AIOLA_API_KEY" not in child.environ()
        assert KEY not in str(child.environ())


def test_what_any_library_starts_has_no_key(tmp_path: Path) -> None:
    """Also what C code starts: Qt's links, a sound server, a bus."""
    code = (
        "import ctypes, os, sys; sys.argv = ['saywrite', 'devices', '--data', sys.argv[1]];"
        "from saywrite.main import main; main(); sys.stdout.flush(); ctypes.CDLL(None).system(b'env')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "AIOLA_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "XDG_DATA_HOME=" in done.stdout
    assert KEY not in done.stdout
