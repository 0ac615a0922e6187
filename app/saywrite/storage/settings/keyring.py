"""Secrets such as the API key: in the system's keyring or, without one, in memory. Not on the window's thread.

Asking for the status opens no dialog and creates no keyring. Reading a secret from a locked keyring opens the dialog
for its password and blocks meanwhile: call it on a pool thread, read once, and keep the value in memory. No secret is
written to a file. An entry is one short value: Windows permits 1,280 characters.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from saywrite.foundation.errors import SecretsUnavailable
from saywrite.foundation.messages import message

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

SERVICE = "saywrite"
API_KEY = "aiola-api-key"
ACCESS_TOKEN = "aiola-access-token"
"""The names of the entries."""

LOOK_LIMIT_S = 4.0
"""Seconds that a keyring has for an answer without the user; it usually takes 0.01."""

SILENT = message("The keyring does not answer.")

OPEN, LOCKED, MISSING = "open", "locked", "missing"
"""The states of a keyring. Saving into a missing one creates it, with a dialog."""

_T = TypeVar("_T")

_LIMIT = 1_280 if sys.platform == "win32" else 16_384
"""Characters of one entry. Windows permits 2,560 bytes of UTF-16 (https://github.com/jaraco/keyring/issues/355), less
than some access tokens have."""

_NO_SECRETS = ("keyring.backends.fail.", "keyring.backends.null.", "keyrings.alt.")
"""Backends that store nothing, or store secrets in a readable file."""

_REMEDY = {
    "win32": message("Check that the Credential Manager service is running."),
    "darwin": message("Unlock the login keychain in Keychain Access."),
}.get(sys.platform, message("Install and start a Secret Service, such as gnome-keyring or KWallet."))


@dataclass(frozen=True, slots=True)
class SecretsStatus:
    """Whether secrets can be stored, as a sentence (`what`) with its `remedy`.

    `usable`: a secret survives a restart. `locked`: reading asks the user for the password of the keyring. `silent`:
    there is a keyring and it does not answer.
    """

    usable: bool
    what: str
    remedy: str = ""
    locked: bool = False
    silent: bool = False


class Secrets(Protocol):
    """A storage of secrets by name."""

    def get(self, name: str) -> str | None: ...
    def set(self, name: str, secret: str) -> None: ...
    def delete(self, name: str) -> None: ...
    def status(self) -> SecretsStatus: ...


class Keychain:
    """The keyring of the system. All methods except `status` raise SecretsUnavailable."""

    def get(self, name: str) -> str | None:
        """Read a secret; None when there is none, without asking for the password of the keyring."""
        backend = _backend()
        try:
            if not _is_there(backend, name):
                return None
            return backend.get_password(SERVICE, name)
        except _failures() as error:
            raise _unavailable(error) from None

    def set(self, name: str, secret: str) -> None:
        """Store a secret, which may open a dialog of the keyring."""
        if not 0 < len(secret) <= _LIMIT:
            raise SecretsUnavailable(
                message("A key or token of {secret} characters cannot be saved.", secret=len(secret)),
                message("Copy it again, it is one line; this system keeps {limit} characters at most.", limit=_LIMIT),
            )
        backend = _backend()
        try:
            backend.set_password(SERVICE, name, secret)
        except _failures() as error:
            raise _unavailable(error) from None

    def delete(self, name: str) -> None:
        """Remove a secret. A missing one is no error."""
        backend = _backend()
        try:
            if _is_there(backend, name) and backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)
        except _failures() as error:
            raise _unavailable(error) from None

    def status(self) -> SecretsStatus:
        """Return the state of the keyring. The first call takes 0.2 s; it opens no dialog and raises nothing."""
        try:
            backend = _backend()
            state = _within_limit(lambda: _state(backend))
        except SecretsUnavailable as error:
            return SecretsStatus(False, error.what, error.remedy, silent=error.what == SILENT)
        name = getattr(backend, "name", "") or type(backend).__name__
        if state is LOCKED:
            what = message("{name} is locked; it asks for its password when the key is needed.", name=name)
            return SecretsStatus(True, what, locked=True)
        if state is MISSING:
            return SecretsStatus(
                True, message("{name} holds no keyring yet; it asks for a password when a key is saved.", name=name)
            )
        return SecretsStatus(True, message("Keys are kept in {name}.", name=name))


class SessionSecrets:
    """Secrets in memory, until the end of the program."""

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
        return SecretsStatus(False, message("The key is kept until Saywrite is closed."), self._remedy)


class LateSecrets:
    """The storage of secrets, chosen at its first use. One for the whole program; any thread."""

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
    """Return the keyring or, without one, a storage in memory; see `status().usable`.

    A keyring that does not answer is returned too, because it may answer later.
    """
    keychain = Keychain()
    status = keychain.status()
    return keychain if status.usable or status.silent else SessionSecrets(status.remedy)


def _backend() -> KeyringBackend:
    backend = _within_limit(_first_backend)
    parts = list(getattr(backend, "backends", ())) or [backend]  # a chain has several backends
    for part in parts:
        if not f"{type(part).__module__}.".startswith(_NO_SECRETS):
            return cast("KeyringBackend", part)  # the first one has the highest priority
    raise SecretsUnavailable(message("This system has no keyring to keep the key in."), _REMEDY)


def _first_backend() -> KeyringBackend:
    import keyring  # late: takes 0.1 to 0.2 s and connects to the session bus

    return keyring.get_keyring()


def _within_limit(look: Callable[[], _T]) -> _T:
    """Return the result of `look`. Raises SecretsUnavailable when the keyring refuses, or does not answer in time."""
    answers: queue.SimpleQueue[_T | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(look())
        except BaseException as error:  # noqa: BLE001 - raised below, on the caller's thread
            answers.put(error)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        answer = answers.get(timeout=LOOK_LIMIT_S)
    except queue.Empty:
        raise SecretsUnavailable(SILENT, message("Log out and in again, then try again.")) from None
    if isinstance(answer, BaseException):
        raise _unavailable(answer) if isinstance(answer, _failures()) else answer
    return answer


def _failures() -> tuple[type[Exception], ...]:
    """Return the exceptions of keyring's backends for a missing or locked keyring or a refusal."""
    import keyring.errors

    failures: list[type[Exception]] = [keyring.errors.KeyringError, OSError, RuntimeError]
    if sys.platform == "linux":
        import jeepney
        import secretstorage

        failures += [secretstorage.exceptions.SecretStorageException, jeepney.DBusErrorResponse]
    return tuple(failures)


def _unavailable(error: Exception) -> SecretsUnavailable:
    # Only the type: the message of a backend could contain the secret.
    log.warning("the keyring refused: %s", type(error).__name__)
    if type(error.__cause__ or error).__name__ in ("KeyringLocked", "LockedException", "PromptDismissedException"):
        if _has_screen():
            return SecretsUnavailable(
                message("The keyring's question for its password was cancelled; nothing was read or saved."),
                message("Try again and enter the password."),
            )
        return SecretsUnavailable(
            message("The keyring is locked."), message("Unlock it with its password, then try again.")
        )
    return SecretsUnavailable(
        message("The keyring did not answer as it should ({name}).", name=type(error).__name__), _REMEDY
    )


def _has_screen() -> bool:
    """Whether a dialog can be shown. Without a screen a Secret Service answers that it was dismissed."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _state(backend: KeyringBackend) -> str:
    """Return the state of the keyring without opening a dialog."""
    module = type(backend).__module__
    if sys.platform == "linux" and module.endswith(".SecretService"):
        return _in_collection(backend, lambda collection: LOCKED if collection.is_locked() else OPEN, MISSING)
    if module.endswith(".kwallet"):
        return LOCKED  # KWallet may open a dialog when it is asked whether it is open
    return OPEN


def _is_there(backend: KeyringBackend, name: str) -> bool:
    """Whether a Secret Service has the entry, locked or not. Other keyrings are read without a dialog."""
    if not (sys.platform == "linux" and type(backend).__module__.endswith(".SecretService")):
        return True
    query = {"service": SERVICE, "username": name}

    def look() -> bool:
        return _in_collection(backend, lambda collection: next(collection.search_items(query), None) is not None, False)

    return _within_limit(look)


def _in_collection(backend: KeyringBackend, ask: Callable[[Any], _T], missing: _T) -> _T:
    """Ask the keyring that the backend would use; return `missing` where it does not exist."""
    import secretstorage

    path = getattr(backend, "preferred_collection", "/org/freedesktop/secrets/aliases/default")
    with closing(secretstorage.dbus_init()) as connection:
        try:
            return ask(secretstorage.Collection(connection, path))
        except secretstorage.exceptions.ItemNotFoundException:
            return missing
