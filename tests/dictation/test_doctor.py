"""What the doctor says of the aiOla account: which secret, at which host; the service is tried only if used."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from tests.aiola_server.hosting import ServiceThread
from tests.closed_folder import closed

from saywrite.cli.doctor import examination as doctor
from saywrite.cli.doctor.examination import examine
from saywrite.cli.doctor.report import Check
from saywrite.foundation.paths import Paths, default_paths
from saywrite.storage.settings.keyring import API_KEY, SERVICE, SecretsStatus

SECRET = "sk-canary-5a1e"


class MemoryKeyring(KeyringBackend):
    priority = 5  # type: ignore[assignment]
    name = "Memory"
    kept: dict[tuple[str, str], str]

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def kept() -> Iterator[dict[tuple[str, str], str]]:
    """What a usable keyring holds; it is there for this test only."""
    before = keyring.get_keyring()
    memory = MemoryKeyring()
    memory.kept = {}
    keyring.set_keyring(memory)
    yield memory.kept
    keyring.set_keyring(before)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return default_paths(tmp_path / "config", tmp_path / "data")


def with_settings(paths: Paths, text: str) -> Paths:
    paths.config.mkdir(parents=True, exist_ok=True)
    paths.settings.write_text(text)
    return paths


def of_aiola(paths: Paths, *, network: bool = True) -> list[Check]:
    return [check for check in examine(paths, os.environ, network=network) if check.name == "aiOla"]


def test_no_key_is_merely_missing(paths: Paths, kept: dict[tuple[str, str], str]) -> None:
    (check,) = of_aiola(paths)
    assert (check.ok, check.what) == (None, "There is no aiOla API key yet.")
    assert "AIOLA_API_KEY" in check.remedy


def test_source_of_the_key_and_host_are_shown_and_the_key_is_not(
    paths: Paths, kept: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept[SERVICE, API_KEY] = SECRET
    assert of_aiola(paths) == [Check("aiOla", True, "With the API key in the keyring, at apis.aiola.ai.")]
    monkeypatch.setenv("AIOLA_API_KEY", SECRET)
    monkeypatch.setenv("AIOLA_BASE_URL", "https://speech.example/v1")
    assert of_aiola(paths) == [Check("aiOla", True, "With the API key in AIOLA_API_KEY, at speech.example.")]
    assert SECRET not in repr(list(examine(paths, os.environ)))


class LockedKeychain:
    def get(self, name: str) -> str | None:
        raise AssertionError("the user would be asked for a password")

    def status(self) -> SecretsStatus:
        return SecretsStatus(True, "The keyring is locked.", locked=True)


def test_a_locked_keyring_is_not_opened_to_look(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "Keychain", LockedKeychain)
    (check,) = of_aiola(paths)
    assert (check.ok, check.what) == (None, "With the API key in the keyring, which is locked.")


def test_an_address_that_may_not_be_used_stops_dictation(
    paths: Paths, kept: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIOLA_BASE_URL", "http://speech.example")
    (check,) = of_aiola(paths)
    assert (check.ok, check.what) == (False, "The service's address is not encrypted.")


def test_the_service_is_tried_where_it_is_the_engine(
    paths: Paths, kept: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ServiceThread() as service:
        for name, value in service.environment().items():
            monkeypatch.setenv(name, value)
        assert len(of_aiola(paths)) == 1
        assert not service.records().requests
        with_settings(paths, 'engine = "aiola"\n')
        assert len(of_aiola(paths, network=False)) == 1
        assert not service.records().requests
        checks = of_aiola(paths)
    assert [check.what.rpartition(" is ")[0] or check.what for check in checks] == [
        "With the API key in AIOLA_API_KEY, at 127.0.0.1.",
        "Signed in at 127.0.0.1.",
        "A stream can be opened at 127.0.0.1.",
        "The delay",
    ]
    assert all(check.ok for check in checks)


def test_a_broken_settings_file_stays_where_it_is(paths: Paths, kept: dict[tuple[str, str], str]) -> None:
    with_settings(paths, "engine = [")
    paths.keywords.write_text("[")
    checks = {check.name: check for check in examine(paths, os.environ)}
    assert "aiOla" in checks
    assert checks["settings"].ok is checks["keywords"].ok is False
    assert "is not a settings file" in checks["settings"].what
    assert sorted(path.name for path in paths.config.iterdir()) == [paths.keywords.name, "saywrite.toml"]


def test_a_bad_value_in_the_settings_is_said(paths: Paths, kept: dict[tuple[str, str], str]) -> None:
    with_settings(paths, 'theme = "purple"\n')
    check = next(check for check in examine(paths, os.environ) if check.name == "settings")
    assert check.ok is False
    assert "theme" in check.what


def test_a_folder_that_may_not_be_read_is_said(
    paths: Paths, kept: dict[tuple[str, str], str], caplog: pytest.LogCaptureFixture
) -> None:
    paths.data.mkdir(parents=True, exist_ok=True)
    with closed(paths.data):
        checks = {check.name: check for check in examine(paths, {})}
    assert checks["disk"].ok
    assert checks["history"].ok is False
    assert "Make the folder" in checks["history"].remedy


def test_missing_folders_are_not_created(paths: Paths, kept: dict[tuple[str, str], str], tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    checks = {check.name: check for check in examine(paths, {})}
    assert checks["settings"].ok
    assert checks["recordings"].ok
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("dangling", [False, True])
def test_what_is_no_folder_is_to_be_moved(paths: Paths, kept: dict[tuple[str, str], str], dangling: bool) -> None:
    paths.data.parent.mkdir(parents=True, exist_ok=True)
    if dangling:
        paths.data.symlink_to(paths.data.parent / "gone")
    else:
        paths.data.write_bytes(b"")
    check = next(check for check in examine(paths, {}) if check.name == "recordings")
    assert check.ok is False
    assert check.remedy.startswith(f"Move {paths.data} ")


def test_every_check_can_be_printed(paths: Paths, kept: dict[tuple[str, str], str]) -> None:
    for check in examine(paths, os.environ):
        assert check.as_line().startswith(("✓", "–", "✗"))
        json.dumps(check.as_json())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux: displays by name")
def test_display_that_is_named_has_to_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def finding(**names: str) -> tuple[bool | None, str]:
        for name in ("WAYLAND_DISPLAY", "DISPLAY"):
            monkeypatch.setenv(name, names.get(name, ""))
        check = doctor._display()
        return check.ok, check.what

    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-5"))
        server.listen()
        assert finding(WAYLAND_DISPLAY="wayland-5", DISPLAY=":987654") == (True, "wayland-5")
    gone = "does not answer: the window cannot open."
    assert finding(WAYLAND_DISPLAY="wayland-5") == (None, f"The display wayland-5 {gone}")
    assert finding(DISPLAY=":987654.0") == (None, f"The display :987654.0 {gone}")
    assert finding(DISPLAY="far.example:0") == (True, "far.example:0")
    assert finding() == (None, "There is no display: the window cannot open.")
