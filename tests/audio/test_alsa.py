"""A configuration of ALSA with which PortAudio would end the process, or not start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux: ALSA.")

LOAD = """
from saywrite.audio.backend.portaudio import PortAudio
from saywrite.foundation.errors import AlsaMisconfigured
try:
    PortAudio().devices()
except AlsaMisconfigured as error:
    print(error)
else:
    print("loaded")
"""


def load(home: Path, **variables: str) -> str:
    return run(LOAD, home, **variables)


def run(program: str, home: Path, **variables: str) -> str:
    """Run `program` in a process of its own, because it may abort; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALSA_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "HOME": str(home), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{done.returncode} {done.stderr[-400:]}"
    return done.stdout.strip()


@pytest.mark.parametrize("value", ["/nowhere/asound.conf", "relative.conf", " ", "/", "/dev/null"])
def test_a_path_without_a_configuration_is_an_error_that_names_the_variable(tmp_path, value):
    printed = load(tmp_path, ALSA_CONFIG_PATH=value)
    assert "missing or damaged" in printed
    assert "ALSA_CONFIG_PATH" in printed


def test_a_folder_without_a_configuration_is_an_error_that_names_the_variable(tmp_path):
    assert "ALSA_CONFIG_DIR" in load(tmp_path, ALSA_CONFIG_DIR=str(tmp_path))


@pytest.mark.parametrize("text", ["}}}{ pcm.!default {\n", "</nowhere/more.conf>\n"])
def test_a_broken_file_of_the_user_is_an_error_that_names_it(tmp_path, text):
    for name in (".asoundrc", ".config/alsa/asoundrc"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        assert f"~/{name}" in load(tmp_path, XDG_CONFIG_HOME=str(tmp_path / ".config"))
        file.unlink()


def test_a_configuration_without_a_default_device_is_an_error(tmp_path):
    """PortAudio aborts where every device can be opened and none of them is `default` or `dmix`."""
    file = tmp_path / "asound.conf"
    file.write_text("pcm.other { type null }\n")
    assert "missing or damaged" in load(tmp_path, ALSA_CONFIG_PATH=str(file))


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ALSA_CONFIG_PATH": ""},
        {"ALSA_CONFIG_PATH": "/nowhere/asound.conf:/usr/share/alsa/alsa.conf"},
        {"ALSA_CONFIG_DIR": "relative"},
        {"PULSE_SERVER": "{{{", "PULSE_CLIENTCONFIG": "/nowhere", "PULSE_COOKIE": "/nowhere"},
    ],
)
def test_what_the_sound_libraries_can_use_is_no_error(tmp_path, variables):
    assert load(tmp_path, **variables) == "loaded"


def test_a_file_that_goes_away_later_keeps_the_library_as_it_is_until_it_is_back(tmp_path):
    file = tmp_path / "asound.conf"
    file.write_text("</usr/share/alsa/alsa.conf>\n")
    away = tmp_path / "away"
    program = f"""
import os
{LOAD}
backend = PortAudio()
os.rename({str(file)!r}, {str(away)!r})
try:
    backend.refresh()
except AlsaMisconfigured as error:
    print(error.what)
print(backend.devices() == PortAudio().devices())
os.rename({str(away)!r}, {str(file)!r})
print(backend.refresh())
"""
    printed = run(program, tmp_path, ALSA_CONFIG_PATH=str(file)).splitlines()
    assert printed == ["loaded", "The configuration of the sound system ALSA is missing or damaged.", "True", "True"]
