"""The whole program with “Nothing leaves this computer”: the interpreter's audit sees no connection to another one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests import sounds
from tests.system.lab.program import LIMIT_S, folders

from saywrite.foundation.catalog import KEY_VARIABLE
from saywrite.speech.network.network import SWITCH

pytestmark = pytest.mark.system

AUDITED = """
import sys

def note(event, arguments):
    if event == "socket.getaddrinfo" or (event == "socket.connect" and isinstance(arguments[1], tuple)):
        sys.stderr.write(f"audit: {arguments[:2]}\\n")

sys.addaudithook(note)
from saywrite.main import main
sys.exit(main())
"""
"""The program, which reports every look-up of a name and every connection but those to sockets of files."""


def start(*arguments: str, at: Path, offline: bool, more: str = "") -> subprocess.Popen[str]:
    config = at / "config" / "saywrite.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    address = 'aiola_base_url = "https://aiola.invalid"\naiola_auth_url = "https://aiola.invalid"\n'
    config.write_text(f"stay_offline = {str(offline).lower()}\n{address}{more}")
    return subprocess.Popen(
        [sys.executable, "-c", AUDITED, *arguments, *folders(at)],
        env={**os.environ, KEY_VARIABLE: "a-key"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: str, at: Path, offline: bool, more: str = "") -> subprocess.CompletedProcess[str]:
    with start(*arguments, at=at, offline=offline, more=more) as program:
        stdout, stderr = program.communicate(timeout=LIMIT_S)
    return subprocess.CompletedProcess(program.args, program.returncode, stdout, stderr)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    sounds.write_wav(tmp_path / "weather.wav", sounds.speech("weather"))
    return tmp_path / "weather.wav"


def test_file_for_the_service_is_refused_with_the_remedy(wav: Path, tmp_path: Path) -> None:
    done = run("transcribe", str(wav), "--engine", "aiola", at=tmp_path, offline=True)
    assert done.returncode == 1, done.stderr
    assert SWITCH in done.stderr
    assert "audit:" not in done.stderr


@pytest.mark.parametrize("more", ["", 'engine = "aiola"\n'])
def test_file_is_transcribed_on_this_computer(more: str, wav: Path, tmp_path: Path) -> None:
    done = run("transcribe", str(wav), at=tmp_path, offline=True, more=more)
    assert done.returncode == 0, done.stderr
    assert "weather" in done.stdout.lower()
    assert "audit:" not in done.stderr


def test_model_is_not_downloaded(tmp_path: Path) -> None:
    done = run("models", "download", "whisper-small", at=tmp_path, offline=True)
    assert done.returncode == 1, done.stderr
    assert SWITCH in done.stderr
    assert "audit:" not in done.stderr


def test_audit_sees_the_service_when_the_network_is_permitted(wav: Path, tmp_path: Path) -> None:
    with start("transcribe", str(wav), "--engine", "aiola", at=tmp_path, offline=False) as program:
        assert program.stderr is not None
        found = next((line for line in program.stderr if line.startswith("audit:")), "no connection")
        program.kill()  # it would try for a minute
    assert found.replace("b'", "'").startswith("audit: ('aiola.invalid'")
