"""Asks whether there is a newer Saywrite, when the user wants to know; installs nothing. A thread that may wait.

One file is read. It holds the newest version and the page of it, signed with Ed25519, so that neither the host nor a
proxy can name another page. The request says no more than any download does.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING

from saywrite import __version__
from saywrite.foundation.errors import SaywriteError, UpdateUnknown
from saywrite.foundation.messages import message
from saywrite.foundation.program import Release

if TYPE_CHECKING:
    from saywrite.speech.network.network import Network

ADDRESS = "https://github.com/saywrite/saywrite/releases/latest/download/saywrite-latest.json"
PAGES = "https://github.com/saywrite/saywrite/"
"""Every page that is opened begins with this."""

PUBLIC_KEY = "pKZNNNrom95Ybtz7d/nebXDdcdev0oh/YeOjthNqePY="
"""The Ed25519 key of the releases: 32 bytes in base64. `packaging/installers/release.py` says how it is renewed."""

LARGEST = 16_384
"""Bytes of the file that are read."""

TIMEOUT_S = 15.0
MOST_REDIRECTS = 5
TRY_LATER = message("Try again later, or look at the page of Saywrite.")


def find_update(network: Network, address: str = ADDRESS, key: str = PUBLIC_KEY) -> Release | None:
    """Return the release that is newer than this program, None if there is none. Raises UpdateUnknown."""
    return newer_release(read_release(_download(network, address), key), __version__)


def read_release(content: bytes, key: str) -> Release:
    """Return what the signed file says. Raises UpdateUnknown where the signature or the content is wrong.

    `content`: JSON with `payload`, a string of JSON with `version` and `page`, and `signature` of its bytes in base64.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        outer = json.loads(content)
        payload = outer["payload"].encode()
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        public.verify(base64.b64decode(outer["signature"], validate=True), payload)
        said = json.loads(payload)
        release = Release(said["version"], said["page"])
        _parse_version(release.version)
        if not release.page.startswith(PAGES):
            raise ValueError("page of another site")
    except InvalidSignature:
        raise UpdateUnknown(message("The file about new versions is not signed by Saywrite."), TRY_LATER) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise UpdateUnknown(message("The file about new versions cannot be read."), TRY_LATER) from None
    return release


def newer_release(release: Release, installed: str) -> Release | None:
    """Return the release if it is newer than the installed version."""
    return release if _parse_version(release.version) > _parse_version(installed) else None


def _parse_version(version: str) -> tuple[int, ...]:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){2}", version):
        raise ValueError("not a version")
    return tuple(map(int, version.split(".")))


def _download(network: Network, address: str) -> bytes:
    import httpx

    from saywrite.speech.network.http_client import make_client, open_response

    try:
        with make_client(network) as client:
            request = client.build_request("GET", address, timeout=TIMEOUT_S)
            with open_response(client, request, _stays_encrypted, MOST_REDIRECTS) as response:
                if response.status_code != httpx.codes.OK:
                    raise UpdateUnknown(
                        message("The page of Saywrite answers with {status_code}.", status_code=response.status_code),
                        TRY_LATER,
                    )
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST:
                        raise UpdateUnknown(message("The file about new versions is too long."), TRY_LATER)
                return content
    except httpx.HTTPError:
        raise UpdateUnknown(
            message("The page of Saywrite cannot be reached."), message("Check the network, then try again.")
        ) from None
    except UpdateUnknown:
        raise
    except SaywriteError as error:
        raise UpdateUnknown(error.what, error.remedy) from error


def _stays_encrypted(before: object, after: object) -> bool:
    return not str(before).startswith("https:") or str(after).startswith("https:")
