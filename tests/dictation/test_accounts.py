"""Which account is used: the environment before the settings, the secret from the keyring."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywrite.dictation.assembly import find_account, source_of
from saywrite.foundation.catalog import AIOLA_AUTH_URL, AIOLA_BASE_URL, AIOLA_WORKFLOW
from saywrite.foundation.errors import AddressRefused, KeyMissing, SecretsUnavailable
from saywrite.speech.aiola.account import Account
from saywrite.storage.settings.keyring import ACCESS_TOKEN, API_KEY, SecretsStatus, SessionSecrets
from saywrite.storage.settings.schema import Settings

SETTINGS = Settings()


def keyring(**secrets: str) -> SessionSecrets:
    kept = SessionSecrets()
    for name, secret in secrets.items():
        kept.set({"key": API_KEY, "token": ACCESS_TOKEN}[name], secret)
    return kept


class LockedKeyring:
    def get(self, name: str) -> str | None:
        raise SecretsUnavailable("The keyring is locked.", "Unlock it.")

    def set(self, name: str, secret: str) -> None: ...

    def delete(self, name: str) -> None: ...

    def status(self) -> SecretsStatus:
        return SecretsStatus(True, "Locked.", locked=True)


def test_the_settings_and_the_key_in_the_keyring_make_the_account() -> None:
    account = find_account(SETTINGS, keyring(key=" k \n", token="t"), {})
    assert account == Account("key", "k", AIOLA_BASE_URL, AIOLA_AUTH_URL, AIOLA_WORKFLOW)


def test_access_token_has_its_own_place_in_the_keyring() -> None:
    account = find_account(replace(SETTINGS, aiola_sign_in="token"), keyring(key="k", token="t"), {})
    assert (account.sign_in, account.secret) == ("token", "t")


def test_token_address_needs_no_secret() -> None:
    settings = replace(SETTINGS, aiola_sign_in="url", aiola_token_url=" https://tokens.example/a?b=c ")
    account = find_account(settings, LockedKeyring(), {})
    assert (account.sign_in, account.secret, account.token_url) == ("url", "", "https://tokens.example/a?b=c")


@pytest.mark.parametrize("sign_in", ["key", "token", "url"])
def test_environment_overrides_the_settings_and_the_keyring_is_not_read(sign_in: str) -> None:
    environ = {
        "AIOLA_API_KEY": "from-environment",
        "AIOLA_BASE_URL": "https://apis.example/",
        "AIOLA_AUTH_BASE_URL": "https://auth.example/aiola/",
        "AIOLA_WORKFLOW_ID": "flow-2",
    }
    account = find_account(replace(SETTINGS, aiola_sign_in=sign_in), LockedKeyring(), environ)
    assert account == Account("key", "from-environment", "https://apis.example", "https://auth.example/aiola", "flow-2")


def test_empty_variable_counts_as_unset() -> None:
    environ = dict.fromkeys(("AIOLA_API_KEY", "AIOLA_BASE_URL", "AIOLA_AUTH_BASE_URL", "AIOLA_WORKFLOW_ID"), " ")
    assert find_account(SETTINGS, keyring(key="k"), environ) == find_account(SETTINGS, keyring(key="k"), {})


@pytest.mark.parametrize(("sign_in", "what"), [("key", "API key"), ("token", "access token"), ("url", "token address")])
def test_missing_key_is_reported_with_both_places_for_it(sign_in: str, what: str) -> None:
    with pytest.raises(KeyMissing) as raised:
        find_account(replace(SETTINGS, aiola_sign_in=sign_in), keyring(), {})
    assert raised.value.what.endswith(f"{what} yet.")
    assert "Settings → aiOla" in raised.value.remedy
    assert "AIOLA_API_KEY" in raised.value.remedy


def test_locked_keyring_is_reported_with_its_remedy_and_an_alternative() -> None:
    with pytest.raises(KeyMissing) as raised:
        find_account(SETTINGS, LockedKeyring(), {})
    assert raised.value.what == "The keyring is locked."
    assert raised.value.remedy.startswith("Unlock it.")
    assert "AIOLA_API_KEY" in raised.value.remedy


@pytest.mark.parametrize("name", ["AIOLA_BASE_URL", "AIOLA_AUTH_BASE_URL"])
def test_unsafe_address_is_refused(name: str) -> None:
    with pytest.raises(AddressRefused):
        find_account(SETTINGS, keyring(key="k"), {name: "http://apis.example"})


def test_source_of_the_secret_is_named_without_reading_it() -> None:
    assert source_of(SETTINGS, {"AIOLA_API_KEY": "x"}) == "the API key in AIOLA_API_KEY"
    told = {source_of(replace(SETTINGS, aiola_sign_in=way), {}) for way in ("key", "token", "url")}
    assert told == {"the API key in the keyring", "the access token in the keyring", "your company's token address"}
