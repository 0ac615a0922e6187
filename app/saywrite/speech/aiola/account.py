"""The account that dictations use, and which addresses may receive sound and keys. Pure; safe on every thread."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import SplitResult, quote, urlsplit

from saywrite.foundation.catalog import AIOLA_AUTH_URL, AIOLA_BASE_URL, AIOLA_WORKFLOW
from saywrite.foundation.errors import AddressRefused
from saywrite.foundation.messages import message
from saywrite.speech.network.network import is_loopback

TOKEN_LIMIT = 16_384
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(%[a-z0-9._-]+)?")
_PATH = "/%:@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Account:
    """How to sign in, and where. `secret`: the API key, or the access token with "token"; "" with "url" or if none."""

    sign_in: Literal["key", "token", "url"]
    secret: str = field(repr=False)
    base_url: str = AIOLA_BASE_URL
    auth_url: str = AIOLA_AUTH_URL
    workflow: str = AIOLA_WORKFLOW
    token_url: str = ""

    @property
    def sign_in_url(self) -> str:
        """The address that gives out the access token; "" with "token", where nothing is asked."""
        return {"key": self.auth_url, "token": "", "url": self.token_url}[self.sign_in]


def check_address(url: str) -> str:
    """`url` normalized, without a trailing slash. Looks a name below localhost up, which may block.

    Raises `AddressRefused` unless it is the address of a web server, encrypted or on this computer.
    """
    address = url.strip()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        written = (host or "").encode("idna" if not (host or "").isascii() else "ascii").decode("ascii")
    except ValueError:
        raise _refused(message("The service's address is not a web address.")) from None
    scheme = parts.scheme.lower()
    if scheme not in ("https", "http") or not host or not _HOST.fullmatch(written) or re.search(r"\s", address):
        raise _refused(message("The service's address is not a web address."))
    if parts.username is not None or parts.password is not None or _has_rest(parts, address):
        raise _refused(message("The service's address contains more than a host and a path."))
    if scheme == "http" and not is_loopback(host):
        raise not_encrypted()
    place = f"[{written}]" if ":" in written else written
    place += f":{port}" if port is not None and port != {"https": 443, "http": 80}[scheme] else ""
    return f"{scheme}://{place}{quote(parts.path.rstrip('/'), safe=_PATH)}"


def _has_rest(parts: SplitResult, address: str) -> bool:
    return bool(parts.query or parts.fragment) or "?" in address or "#" in address


def not_encrypted() -> AddressRefused:
    return _refused(message("The service's address is not encrypted."))


def _refused(what: str) -> AddressRefused:
    return AddressRefused(
        what,
        message("Enter an address like https://apis.aiola.ai in the settings."),
    )


def claims(token: str) -> Mapping[str, Any]:
    """The claims of a JWT, unverified; empty for anything else."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > TOKEN_LIMIT:
        return {}
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        parsed = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
