"""The account a dictation is sent with: values only, and which addresses may be spoken to. Safe on every thread."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, quote, urlsplit

from saywrite.foundation.errors import AddressRefused

DEFAULT_BASE_URL = "https://apis.aiola.ai"
DEFAULT_AUTH_URL = "https://auth.aiola.ai"
DEFAULT_WORKFLOW = "2c78fcf1-9265-408f-b8c3-d9d7e7ebc1bc"

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(%[a-z0-9._-]+)?")
_PATH = "/%:@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Account:
    """`secret`: the API key, or with "token" the access token; "" with "url", or when there is none yet."""

    sign_in: Literal["key", "token", "url"]
    secret: str = field(repr=False)
    base_url: str = DEFAULT_BASE_URL
    auth_url: str = DEFAULT_AUTH_URL
    workflow: str = DEFAULT_WORKFLOW
    token_url: str = ""


def is_loopback(host: str) -> bool:
    """This computer itself, by name or by number.

    A name below localhost is looked up, which may block: many resolvers ask the network for it, where anybody may
    answer.
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    if name.endswith(".localhost"):
        return _resolves_to_loopback(name)
    return is_loopback_number(name)


def is_loopback_number(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _resolves_to_loopback(name: str) -> bool:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(is_loopback_number(str(address[0])) for *_, address in found)


def check_address(url: str) -> str:
    """`url` normalised, without a trailing slash; raises `AddressRefused` when nothing private may be sent to it."""
    address = url.strip()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        written = (host or "").encode("idna" if not (host or "").isascii() else "ascii").decode("ascii")
    except ValueError:
        raise _refused("is not a web address") from None
    scheme = parts.scheme.lower()
    if scheme not in ("https", "http") or not host or not _HOST.fullmatch(written) or re.search(r"\s", address):
        raise _refused("is not a web address")
    if parts.username is not None or parts.password is not None or _has_rest(parts, address):
        raise _refused("contains more than a host and a path")
    if scheme == "http" and not is_loopback(host):
        raise not_encrypted()
    place = f"[{written}]" if ":" in written else written
    place += f":{port}" if port is not None and port != {"https": 443, "http": 80}[scheme] else ""
    return f"{scheme}://{place}{quote(parts.path.rstrip('/'), safe=_PATH)}"


def _has_rest(parts: SplitResult, address: str) -> bool:
    return bool(parts.query or parts.fragment) or "?" in address or "#" in address


def not_encrypted() -> AddressRefused:
    return _refused("is not encrypted")


def _refused(why: str) -> AddressRefused:
    return AddressRefused(
        f"The service's address {why}.", "Enter an address like https://apis.aiola.ai in the settings."
    )
