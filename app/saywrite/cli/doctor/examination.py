"""`saywrite doctor`: what works, what does not, and the remedy. Looks only, changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from saywrite import __version__
from saywrite.audio.backend.devices import list_devices
from saywrite.cli.doctor.recognizer_checks import check_recognizer
from saywrite.cli.doctor.report import Check
from saywrite.dictation.assembly import find_account, source_of
from saywrite.foundation.catalog import AIOLA, KEY_VARIABLE
from saywrite.foundation.errors import AlsaMisconfigured, KeyMissing, PortAudioMissing, SaywriteError
from saywrite.foundation.files import is_missing, is_reachable, os_error_reason
from saywrite.foundation.formatting import size
from saywrite.foundation.paths import Paths
from saywrite.foundation.program import installation
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.net.error_mapping import host_of
from saywrite.storage.history.schema import check_database
from saywrite.storage.settings.file import load
from saywrite.storage.settings.keyring import Keychain, SecretsStatus
from saywrite.storage.settings.keyword_list import load_keywords
from saywrite.storage.settings.schema import Settings

LITTLE_DISK = 500_000_000
"""Bytes: four hours of recording; below that the doctor warns."""


def examine(paths: Paths, environ: Mapping[str, str], *, network: bool = True) -> Iterator[Check]:
    """All checks, each as soon as it is known. `network`: also try aiOla's service, where that is the engine."""
    yield _installation()
    yield from _sound()
    yield _display()
    loaded = load(paths.settings, repair=False)
    _keywords, bad_keywords = load_keywords(paths.keywords, repair=False)
    folder = _folder("settings", paths.config)
    yield _file("settings", loaded.problems) if folder.ok and loaded.problems else folder
    if bad_keywords:
        yield _file("keywords", bad_keywords)
    yield _folder("recordings", paths.recordings)
    yield _disk(paths.data)
    yield _history(paths.history)
    yield from check_recognizer(loaded.settings.local_model, paths.data)
    keychain = Keychain()
    status = keychain.status()
    yield _keyring(status)
    yield from _aiola(loaded.settings, keychain, status, environ, network)


def _installation() -> Check:
    return Check("installed", True, f"Saywrite {__version__}: {installation()}.")


def _sound() -> Iterator[Check]:
    try:
        devices = list_devices()
    except SaywriteError as error:
        # Without PortAudio there is nothing to list; without a device PortAudio at least answers.
        name = "PortAudio" if isinstance(error, (PortAudioMissing, AlsaMisconfigured)) else "microphone"
        yield Check(name, False, error.what, error.remedy)
        return
    yield Check("PortAudio", True, "The sound library answers.")
    if not devices:
        yield Check("microphone", False, "No microphone is connected.", "Connect one, then run this again.")
    else:
        default = next((device.label for device in devices if device.is_default), devices[0].label)
        yield Check("microphone", True, f"{len(devices)} found; the default is {default}.")


def _display() -> Check:
    if sys.platform in ("win32", "darwin"):
        return Check("display", True, "The desktop is there.")
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("DISPLAY", "")
    for name, answers in ((wayland, _wayland_answers), (x11, _x11_answers)):
        if name and answers(name):
            return Check("display", True, name)
    what = f"The display {wayland or x11} does not answer" if wayland or x11 else "There is no display"
    return Check(
        "display",
        None,
        f"{what}: the window cannot open.",
        "Use `saywrite listen` and `saywrite transcribe`, or start from a desktop.",
    )


def _wayland_answers(name: str) -> bool:
    return _listens(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere")) / name))


def _x11_answers(name: str) -> bool:
    """Whether a local display answers. One of another computer is taken for granted."""
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", name)
    return local is None or any(_listens(f"{start}/tmp/.X11-unix/X{local[1]}") for start in ("", "\0"))


def _listens(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(address)
        except OSError:
            return False
    return True


def _folder(name: str, folder: Path) -> Check:
    # A missing folder is not created: the nearest one above it tells whether Saywrite can create it.
    there = next((parent for parent in (folder, *folder.parents) if os.path.lexists(parent)), folder)
    probe = there / f".doctor-{uuid.uuid4().hex}"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        no_folder = isinstance(error, (FileNotFoundError, NotADirectoryError))  # a dangling link, a file
        first = f"Move {there} to another place" if no_folder else f"Make {there} writable for your user"
        return Check(
            name,
            False,
            f"{folder} cannot be written: {os_error_reason(error)}.",
            f"{first}, or name another folder with --config or --data.",
        )
    return Check(name, True, str(folder))


def _file(name: str, problems: Sequence[str]) -> Check:
    return Check(name, False, " ".join(problems), "Correct the file, or remove it to begin with the defaults.")


def _disk(folder: Path) -> Check:
    there = next((parent for parent in (folder, *folder.parents) if is_reachable(parent)), Path("/"))
    free = shutil.disk_usage(there).free
    hours = free / (16_000 * 2 * 3600)
    if free < LITTLE_DISK:
        return Check("disk", False, f"{size(free)} free: {hours:.1f} h of recording.", "Free some space.")
    return Check("disk", True, f"{size(free)} free.")


def _history(path: Path) -> Check:
    if is_missing(path):
        return Check("history", True, "None yet.")
    try:
        check_database(path)
    except SaywriteError as error:
        return Check("history", False, error.what, error.remedy)
    return Check("history", True, str(path))


def _keyring(status: SecretsStatus) -> Check:
    if status.usable:
        return Check("keyring", True, status.what)
    return Check("keyring", None, status.what, status.remedy)


def _aiola(
    settings: Settings, keychain: Keychain, status: SecretsStatus, environ: Mapping[str, str], network: bool
) -> Iterator[Check]:
    source = source_of(settings, environ)
    if "keyring" in source and not status.usable:
        yield Check("aiOla", None, status.what, f"{status.remedy} Or put an API key into {KEY_VARIABLE}.")
        return
    if "keyring" in source and status.locked:
        yield Check("aiOla", None, f"With {source}, which is locked.", "Unlock it to see more.")
        return
    try:
        account = find_account(settings, keychain, environ)
    except KeyMissing as error:
        yield Check("aiOla", None, error.what, error.remedy)
    except SaywriteError as error:
        yield Check("aiOla", False, error.what, error.remedy)
    else:
        yield Check("aiOla", True, f"With {source}, at {host_of(account.base_url)}.")
        if network and settings.engine == AIOLA:
            yield from _service(account, settings)


def _service(account: Account, settings: Settings) -> Iterator[Check]:
    from saywrite.speech.aiola.connection_check import check
    from saywrite.speech.network.network import Network

    for finding in check(lambda: account, Network(stay_offline=lambda: settings.stay_offline)):
        yield Check("aiOla", finding.ok, finding.words, finding.remedy)
