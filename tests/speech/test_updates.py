"""The check for updates: only what Saywrite signed is believed, and only a newer version is offered."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.errors import UpdateUnknown
from saywrite.foundation.program import Release
from saywrite.speech.network.network import Network
from saywrite.speech.network.updates import LARGEST, PAGES, PUBLIC_KEY, find_update, newer_release, read_release

PRIVATE = Ed25519PrivateKey.generate()
KEY = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
PAGE = f"{PAGES}releases/tag/v9.0.0"


def signed(version: object = "9.0.0", page: object = PAGE, by: Ed25519PrivateKey = PRIVATE) -> bytes:
    payload = json.dumps({"version": version, "page": page})
    signature = base64.b64encode(by.sign(payload.encode())).decode()
    return json.dumps({"payload": payload, "signature": signature}).encode()


def test_signed_release_is_read() -> None:
    assert read_release(signed(), KEY) == Release("9.0.0", PAGE)


def test_key_in_the_program_is_one() -> None:
    assert len(base64.b64decode(PUBLIC_KEY, validate=True)) == 32


def test_file_with_another_signature_is_refused() -> None:
    with pytest.raises(UpdateUnknown, match="not signed"):
        read_release(signed(by=Ed25519PrivateKey.generate()), KEY)


def test_changed_payload_is_refused() -> None:
    with pytest.raises(UpdateUnknown, match="not signed"):
        read_release(signed().replace(b"9.0.0", b"9.0.1"), KEY)


@pytest.mark.parametrize(
    "content",
    [
        signed(page="https://example.org/"),
        signed(page="file:///etc/passwd"),
        signed(version="9"),
        signed(version="9.0.0-beta"),
        signed(version=9),
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 10_000,
        json.dumps({"payload": "{}", "signature": "!"}).encode(),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(UpdateUnknown):
        read_release(content, KEY)


@given(st.binary(max_size=200))
def test_no_bytes_raise_another_error(content: bytes) -> None:
    with pytest.raises(UpdateUnknown):
        read_release(content, KEY)


@pytest.mark.parametrize(
    ("released", "installed", "newer"),
    [("0.2.0", "0.1.9", True), ("0.10.0", "0.9.0", True), ("1.0.0", "1.0.0", False), ("0.9.9", "1.0.0", False)],
)
def test_only_a_newer_version_is_offered(released: str, installed: str, newer: bool) -> None:
    release = Release(released, PAGE)
    assert newer_release(release, installed) == (release if newer else None)


class Page:
    """A web server with one file."""

    def __init__(self) -> None:
        self.content, self.status = signed(), 200
        self.asked: list[dict[str, str]] = []
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page.asked.append(dict(self.headers))
                self.send_response(page.status)
                self.end_headers()
                self.wfile.write(page.content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/saywrite-latest.json"


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_newer_release_is_found_with_a_request_that_has_no_data_of_the_user(page: Page) -> None:
    assert find_update(Network(), page.address, KEY) == Release("9.0.0", PAGE)
    (headers,) = page.asked
    assert set(headers) <= {"Host", "Accept", "Accept-Encoding", "Connection", "User-Agent"}


def test_missing_and_too_long_files_are_problems(page: Page) -> None:
    page.status = 404
    with pytest.raises(UpdateUnknown, match="404"):
        find_update(Network(), page.address, KEY)
    page.status, page.content = 200, b" " * (LARGEST + 1)
    with pytest.raises(UpdateUnknown, match="too long"):
        find_update(Network(), page.address, KEY)


def test_without_a_network_it_names_the_remedy(page: Page) -> None:
    with pytest.raises(UpdateUnknown, match="reached") as raised:
        find_update(Network(), "http://127.0.0.1:9/saywrite-latest.json", KEY)
    assert raised.value.remedy == "Check the network, then try again."
