"""Secrets are in the keyring or in memory, not in a file or log; every error has a remedy."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator

import keyring
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from saywrite.foundation.errors import SecretsUnavailable
from saywrite.storage.settings.keyring import ACCESS_TOKEN, API_KEY, Keychain, SessionSecrets, open_secrets

SECRET = "ak_0123456789"


class MemoryKeyring(KeyringBackend):
    """A keyring that can fail in the ways of real ones."""

    priority = 5  # type: ignore[assignment]
    name = "Memory"

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.failure = failure

    def get_password(self, service: str, username: str) -> str | None:
        if self.failure:
            raise self.failure
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.failure:
            raise self.failure
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError("No such password!")
        del self.kept[service, username]


class PlaintextKeyring(MemoryKeyring):
    priority = 0.5  # type: ignore[assignment]


PlaintextKeyring.__module__ = "keyrings.alt.file"


class Chain(KeyringBackend):
    """Several keyrings behind one, as keyring's own chainer makes them."""

    priority = 10  # type: ignore[assignment]

    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()
        self.backends = backends

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError("each keyring is asked by itself")

    set_password = delete_password = get_password  # type: ignore[assignment]


@pytest.fixture
def use() -> Iterator[Callable[[KeyringBackend], KeyringBackend]]:
    before = keyring.get_keyring()

    def choose(backend: KeyringBackend) -> KeyringBackend:
        keyring.set_keyring(backend)
        return backend

    yield choose
    keyring.set_keyring(before)


Use = Callable[[KeyringBackend], KeyringBackend]


def test_a_key_is_kept_under_our_name_and_can_be_removed(use: Use):
    backend = MemoryKeyring()
    use(backend)
    secrets = open_secrets()
    assert secrets.get(API_KEY) is None
    secrets.set(API_KEY, SECRET)
    assert backend.kept == {("saywrite", "aiola-api-key"): SECRET}
    assert open_secrets().get(API_KEY) == SECRET
    secrets.delete(API_KEY)
    secrets.delete(API_KEY)
    assert backend.kept == {}
    status = secrets.status()
    assert (status.usable, status.what, status.remedy) == (True, "Keys are kept in Memory.", "")


@pytest.mark.parametrize(
    "backend",
    [keyring.backends.fail.Keyring(), keyring.backends.null.Keyring(), PlaintextKeyring(), Chain(PlaintextKeyring())],
)
def test_without_a_keyring_the_key_lasts_for_this_run_and_that_is_said(use: Use, backend: KeyringBackend):
    """A keyring that is a readable file is not used."""
    use(backend)
    with pytest.raises(SecretsUnavailable, match="no keyring") as raised:
        Keychain().set(API_KEY, SECRET)
    assert raised.value.remedy
    secrets = open_secrets()
    secrets.set(API_KEY, SECRET)
    assert secrets.get(API_KEY) == SECRET
    status = secrets.status()
    assert not status.usable
    assert "until Saywrite is closed" in status.what
    assert status.remedy == Keychain().status().remedy == raised.value.remedy
    secrets.delete(API_KEY)
    assert secrets.get(API_KEY) is None
    assert getattr(backend, "kept", {}) == {}


def test_in_a_chain_a_keyring_that_is_a_file_is_passed_over(use: Use):
    plain, good = PlaintextKeyring(), MemoryKeyring()
    use(Chain(plain, good))
    Keychain().set(API_KEY, SECRET)
    assert (plain.kept, list(good.kept.values())) == ({}, [SECRET])


@pytest.mark.parametrize(
    ("failure", "what", "remedy"),
    [
        (keyring.errors.KeyringLocked(SECRET), "keyring is locked", "Unlock it"),
        (keyring.errors.InitError(SECRET), "did not answer", ""),
        (keyring.errors.PasswordSetError(SECRET), "did not answer", ""),
        (ConnectionRefusedError(SECRET), "did not answer", ""),
    ],
)
def test_refusal_has_a_remedy_and_the_key_is_not_in_message_or_log(
    use: Use, failure: Exception, what: str, remedy: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    use(MemoryKeyring(failure))
    chain = Keychain()
    for ask in (lambda: chain.get(API_KEY), lambda: chain.set(API_KEY, SECRET), lambda: chain.delete(API_KEY)):
        with pytest.raises(SecretsUnavailable, match=what) as raised:
            ask()
        assert remedy in raised.value.remedy
        assert raised.value.remedy
        assert SECRET not in str(raised.value)
        assert raised.value.__cause__ is None
    assert SECRET not in caplog.text
    assert caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: a Secret Service")
def test_a_secret_service_that_refuses_to_say_its_state_is_reported_and_not_used(
    use: Use, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """For example because the bus has ended meanwhile."""
    import secretstorage

    def refuse() -> None:
        raise secretstorage.exceptions.SecretServiceNotAvailableException("the bus has ended")

    monkeypatch.setattr(secretstorage, "dbus_init", refuse)
    monkeypatch.setattr(MemoryKeyring, "__module__", "keyring.backends.SecretService")
    use(MemoryKeyring())
    status = Keychain().status()
    assert not status.usable
    assert "did not answer" in status.what
    assert status.remedy
    assert isinstance(open_secrets(), SessionSecrets)


@pytest.mark.parametrize("wrong", ["", "x" * 16_385])
def test_secret_too_long_for_a_keyring_is_refused_before_saving(use: Use, wrong: str):
    backend = MemoryKeyring()
    use(backend)
    with pytest.raises(SecretsUnavailable, match=f"{len(wrong)} characters"):
        Keychain().set(API_KEY, wrong)
    assert backend.kept == {}


@pytest.mark.skipif(sys.platform == "win32", reason="Only on Windows an entry holds 1,280 characters")
def test_an_access_token_may_be_longer_than_a_key(use: Use):
    use(MemoryKeyring())
    Keychain().set(ACCESS_TOKEN, "x" * 2_000)
    assert Keychain().get(ACCESS_TOKEN) == "x" * 2_000


def test_secrets_in_memory_are_not_shown_by_accident():
    secrets = SessionSecrets()
    secrets.set(API_KEY, SECRET)
    assert SECRET not in repr(secrets)
