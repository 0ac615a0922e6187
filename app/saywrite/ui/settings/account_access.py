"""What `main` gives the window to store and test the account of a service on the network.

Values and callables only. The callables may block, and are called on pool threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from saywrite.foundation.catalog import AUTH_VARIABLE, BASE_VARIABLE, KEY_VARIABLE, WORKFLOW_VARIABLE
from saywrite.storage.settings.keyring import ACCESS_TOKEN, API_KEY, Secrets
from saywrite.storage.settings.schema import Settings

SECRET_OF = {"key": API_KEY, "token": ACCESS_TOKEN}
"""The keyring entry of each way to sign in that has a secret."""


class AccessState(NamedTuple):
    """One result of a connection test.

    `ok` is None for a remark. Where it is False, `remedy` says what to do.
    """

    ok: bool | None
    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """The account of a service: its secrets, its test and its environment variables.

    `secrets` returns the one store of secrets. `test` tries settings with a secret (None: the stored one) and yields
    each result at once. `check_address` normalizes an address or raises AddressRefused; it runs on the GUI thread and
    is quick, except for an unencrypted address with a name below localhost, which is looked up. `environment` maps an
    option, or "key", to the environment variable that overrides it and its value ("" for the key).
    """

    secrets: Callable[[], Secrets]
    test: Callable[[Settings, str | None], Iterable[tuple[bool | None, str, str]]]
    check_address: Callable[[str], str]
    environment: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def host(self, settings: Settings) -> str:
        """The host that receives the sound, with its port if the address has one."""
        _, address = self.environment.get("aiola_base_url", ("", settings.aiola_base_url))
        return host_and_port(address)


VARIABLES = {
    "key": KEY_VARIABLE,
    "aiola_base_url": BASE_VARIABLE,
    "aiola_auth_url": AUTH_VARIABLE,
    "aiola_workflow": WORKFLOW_VARIABLE,
}


def environment_of(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """`AccountAccess.environment` for these variables, without the value of the key."""
    found = {name: (variable, environ.get(variable, "").strip()) for name, variable in VARIABLES.items()}
    return {name: (variable, "" if name == "key" else value) for name, (variable, value) in found.items() if value}


def host_and_port(address: str) -> str:
    """The host of an address with its port; "" when it is not an address."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return ""
