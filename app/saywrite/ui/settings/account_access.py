"""What `main` hands the window so that it can keep and try the account of a service on the network.

Values and callables only; the callables may block and are called on threads that may wait.
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
"""The keyring's entry for each way to sign in that has a secret."""


class AccessState(NamedTuple):
    """One thing a test of the connection found. `ok`: None for what is worth knowing and stops nothing; False:
    `remedy` says what helps.
    """

    ok: bool | None
    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """`secrets`: the one object that keeps secrets, opened when it is first asked for; `test`: tries an account with
    these settings and this secret (None: the one that is kept), telling each finding as it comes; `check_address`:
    gives an address its plain form or raises AddressRefused (quick, called on the GUI thread); `environment`: option
    name, or "key", → the environment variable that is set and wins, with its value ("" for the key).
    """

    secrets: Callable[[], Secrets]
    test: Callable[[Settings, str | None], Iterable[tuple[bool | None, str, str]]]
    check_address: Callable[[str], str]
    environment: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def host(self, settings: Settings) -> str:
        """The host the sound goes to, with its port where that is not the usual one."""
        _, address = self.environment.get("aiola_base_url", ("", settings.aiola_base_url))
        return host_of(address)


VARIABLES = {
    "key": KEY_VARIABLE,
    "aiola_base_url": BASE_VARIABLE,
    "aiola_auth_url": AUTH_VARIABLE,
    "aiola_workflow": WORKFLOW_VARIABLE,
}


def environment_of(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """`AccountAccess.environment` of these variables; the key's value stays out of it."""
    found = {name: (variable, environ.get(variable, "").strip()) for name, variable in VARIABLES.items()}
    return {name: (variable, "" if name == "key" else value) for name, (variable, value) in found.items() if value}


def host_of(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return ""
