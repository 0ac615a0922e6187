"""Where the aiOla account comes from: the environment before the settings, secrets from the keyring.

May wait for the user (a locked keyring asks for its password): for worker threads.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Literal, cast

from saywrite.errors import KeyMissing, SecretsUnavailable
from saywrite.settings.keychain import ACCESS_TOKEN, API_KEY, Secrets
from saywrite.settings.schema import Settings
from saywrite.speech.aiola.account import Account, check_address

KEY_VARIABLE = "AIOLA_API_KEY"
BASE_VARIABLE = "AIOLA_BASE_URL"
AUTH_VARIABLE = "AIOLA_AUTH_BASE_URL"
WORKFLOW_VARIABLE = "AIOLA_WORKFLOW_ID"


def take_environment(environ: MutableMapping[str, str]) -> dict[str, str]:
    """A copy for ourselves; what stays in `environ` is without the key, since every child process inherits it."""
    ours = dict(environ)
    environ.pop(KEY_VARIABLE, None)
    return ours


def find_account(settings: Settings, keychain: Secrets, environ: Mapping[str, str]) -> Account:
    """The account to dictate with. Raises KeyMissing where there is none, AddressRefused for an address that nothing
    private may be sent to.
    """
    base_url = check_address(_variable(environ, BASE_VARIABLE) or settings.aiola_base_url)
    auth_url = check_address(_variable(environ, AUTH_VARIABLE) or settings.aiola_auth_url)
    workflow = _variable(environ, WORKFLOW_VARIABLE) or settings.aiola_workflow
    key = _variable(environ, KEY_VARIABLE)
    sign_in = "key" if key else cast("Literal['key', 'token', 'url']", settings.aiola_sign_in)
    if sign_in == "url":
        secret = ""
        if not settings.aiola_token_url.strip():
            raise KeyMissing(
                "There is no token address yet.",
                f"Put your company's address into Settings → aiOla, or an API key into {KEY_VARIABLE}.",
            )
    else:
        secret = key or _kept(keychain, sign_in)
    return Account(sign_in, secret, base_url, auth_url, workflow, settings.aiola_token_url.strip())


def source_of(settings: Settings, environ: Mapping[str, str]) -> str:
    """Where the secret is looked for, in words; nothing is read."""
    if _variable(environ, KEY_VARIABLE):
        return f"the API key in {KEY_VARIABLE}"
    return {
        "key": "the API key in the keyring",
        "token": "the access token in the keyring",
        "url": "your company's token address",
    }[settings.aiola_sign_in]


def _kept(keychain: Secrets, sign_in: Literal["key", "token"]) -> str:
    name, what = (API_KEY, "API key") if sign_in == "key" else (ACCESS_TOKEN, "access token")
    try:
        secret = (keychain.get(name) or "").strip()
    except SecretsUnavailable as error:
        raise KeyMissing(error.what, f"{error.remedy} Or put an API key into {KEY_VARIABLE}.".strip()) from None
    if not secret:
        raise KeyMissing(
            f"There is no aiOla {what} yet.",
            f"Put it into Settings → aiOla, or an API key into the environment variable {KEY_VARIABLE}.",
        )
    return secret


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()
