"""Secrets: the API key in the system's keyring, or in memory for this run where there is none. Never in a
file.

Every call may take seconds or wait for the user (a locked keyring asks for its password in a dialog), so call
from a worker, read once and keep the value in memory. One short value per entry: Windows holds 1,280
characters.
"""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from saywrite.errors import SecretsUnavailable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

SERVICE = "saywrite"
API_KEY = "aiola-api-key"
ACCESS_TOKEN = "aiola-access-token"
"""The names of what is kept."""

_LIMIT = 1_280 if sys.platform == "win32" else 16_384
"""Characters of one entry: 2,560 bytes of UTF-16 on Windows (https://github.com/jaraco/keyring/issues/355), fewer than
some access tokens have; elsewhere what a token may have at most."""

_NO_SECRETS = ("keyring.backends.fail.", "keyring.backends.null.", "keyrings.alt.")
"""Backends that keep nothing, or keep it readable in a file, which we never do unasked."""

_REMEDY = {
    "win32": "Check that the Credential Manager service is running.",
    "darwin": "Unlock the login keychain in Keychain Access.",
}.get(sys.platform, "Install and start a Secret Service, such as gnome-keyring or KWallet.")


@dataclass(frozen=True, slots=True)
class SecretsStatus:
    """`usable`: what is set is still there after a restart. `what`: a sentence; `remedy`: what would help.
    `locked`: reading would ask the user for the keyring's password.
    """

    usable: bool
    what: str
    remedy: str = ""
    locked: bool = False


class Secrets(Protocol):
    def get(self, name: str) -> str | None: ...
    def set(self, name: str, secret: str) -> None: ...
    def delete(self, name: str) -> None: ...
    def status(self) -> SecretsStatus: ...


class Keychain:
    """The system's keyring. Every method but `status` raises SecretsUnavailable."""

    def get(self, name: str) -> str | None:
        """The secret, None when none was set."""
        backend = _backend()
        try:
            return backend.get_password(SERVICE, name)
        except _failures() as error:
            raise _unavailable(error) from None

    def set(self, name: str, secret: str) -> None:
        if not 0 < len(secret) <= _LIMIT:
            raise SecretsUnavailable(
                f"A key or token of {len(secret)} characters cannot be saved.",
                f"Copy it again, it is one line; this system keeps {_LIMIT} characters at most.",
            )
        backend = _backend()
        try:
            backend.set_password(SERVICE, name, secret)
        except _failures() as error:
            raise _unavailable(error) from None

    def delete(self, name: str) -> None:
        """Remove the secret; one that is not there is no error."""
        backend = _backend()
        try:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)
        except _failures() as error:
            raise _unavailable(error) from None

    def status(self) -> SecretsStatus:
        """Is there a keyring? Takes about 0.2 s at first; never asks the user for anything, never raises."""
        try:
            backend = _backend()
        except SecretsUnavailable as error:
            return SecretsStatus(False, error.what, error.remedy)
        name = getattr(backend, "name", "") or type(backend).__name__
        if _is_locked(backend):
            what = f"{name} is locked; it asks for its password when the key is needed."
            return SecretsStatus(True, what, locked=True)
        return SecretsStatus(True, f"Keys are kept in {name}.")


class SessionSecrets:
    """Secrets for this run only: in memory, gone at the end."""

    def __init__(self, remedy: str = "") -> None:
        self._secrets: dict[str, str] = {}
        self._remedy = remedy

    def get(self, name: str) -> str | None:
        return self._secrets.get(name)

    def set(self, name: str, secret: str) -> None:
        self._secrets[name] = secret

    def delete(self, name: str) -> None:
        self._secrets.pop(name, None)

    def status(self) -> SecretsStatus:
        return SecretsStatus(False, "The key is kept until Saywrite is closed.", self._remedy)


class LateSecrets:
    """Where secrets are kept, found out when somebody first asks: one for the whole program, safe on every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: Secrets | None = None

    def get(self, name: str) -> str | None:
        return self._open().get(name)

    def set(self, name: str, secret: str) -> None:
        self._open().set(name, secret)

    def delete(self, name: str) -> None:
        self._open().delete(name)

    def status(self) -> SecretsStatus:
        return self._open().status()

    def _open(self) -> Secrets:
        with self._lock:
            if self._opened is None:
                self._opened = open_secrets()
            return self._opened


def open_secrets() -> Secrets:
    """The keyring where there is one, else memory; `status().usable` tells which, for the window to say."""
    keychain = Keychain()
    status = keychain.status()
    return keychain if status.usable else SessionSecrets(status.remedy)


def _backend() -> KeyringBackend:
    import keyring  # late: 0.1 to 0.2 s and a look at the session bus

    try:
        backend = keyring.get_keyring()
    except _failures() as error:
        raise _unavailable(error) from None
    parts = list(getattr(backend, "backends", ())) or [backend]  # a chain stands for several
    for part in parts:
        if not f"{type(part).__module__}.".startswith(_NO_SECRETS):
            return cast("KeyringBackend", part)  # the one with the highest priority is the first
    raise SecretsUnavailable("This system has no keyring to keep the key in.", _REMEDY)


def _failures() -> tuple[type[Exception], ...]:
    """What keyring's backends raise when the keyring is gone, locked or refuses."""
    import keyring.errors

    failures: list[type[Exception]] = [keyring.errors.KeyringError, OSError, RuntimeError]
    if sys.platform == "linux":
        import jeepney
        import secretstorage

        failures += [secretstorage.exceptions.SecretStorageException, jeepney.DBusErrorResponse]
    return tuple(failures)


def _unavailable(error: Exception) -> SecretsUnavailable:
    # Only the type: a backend's message could carry what it was given.
    log.warning("the keyring refused: %s", type(error).__name__)
    if type(error).__name__ in ("KeyringLocked", "LockedException", "PromptDismissedException"):
        return SecretsUnavailable("The keyring is locked.", "Unlock it with its password, then try again.")
    return SecretsUnavailable(f"The keyring did not answer as it should ({type(error).__name__}).", _REMEDY)


def _is_locked(backend: KeyringBackend) -> bool:
    """Ask a Secret Service without opening its dialog; other keyrings are taken to be open."""
    if sys.platform == "linux" and type(backend).__module__.endswith(".SecretService"):
        import secretstorage

        try:
            with closing(secretstorage.dbus_init()) as connection:
                collection = secretstorage.Collection(connection, "/org/freedesktop/secrets/aliases/default")
                return bool(collection.is_locked())
        except _failures():
            return False
    return False
