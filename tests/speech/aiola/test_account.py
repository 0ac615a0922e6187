"""The secret of an account stays hidden, and addresses must be encrypted or local."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.errors import AddressRefused
from saywrite.speech.aiola.account import Account, check_address
from saywrite.speech.network.network import is_loopback


def test_secret_of_an_account_is_not_in_its_repr() -> None:
    assert "s3cret" not in repr(Account("key", "s3cret"))


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://apis.aiola.ai", "https://apis.aiola.ai"),
        (" https://APIS.aiola.ai/ ", "https://apis.aiola.ai"),
        ("HTTPS://speech.example.com:443/aiola//", "https://speech.example.com/aiola"),
        ("https://speech.example.com:8443", "https://speech.example.com:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://127.0.0.2:80", "http://127.0.0.2"),
        ("http://[::1]:9000/x", "http://[::1]:9000/x"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_address_is_normalized(written: str, normal: str) -> None:
    assert check_address(written) == normal
    assert check_address(normal) == normal


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("http://apis.aiola.ai", "not encrypted"),
        ("http://localhost.example.com", "not encrypted"),
        ("http://nobody-resolves-this.localhost", "not encrypted"),
        ("http://192.168.1.2", "not encrypted"),
        ("http://0.0.0.0", "not encrypted"),
        ("https://user:s3cret@apis.aiola.ai", "more than a host"),
        ("https://user@apis.aiola.ai", "more than a host"),
        ("https://apis.aiola.ai/?key=s3cret", "more than a host"),
        ("https://apis.aiola.ai?", "more than a host"),
        ("https://apis.aiola.ai/#s3cret", "more than a host"),
        ("apis.aiola.ai", "not a web address"),
        ("wss://apis.aiola.ai", "not a web address"),
        ("ftp://apis.aiola.ai", "not a web address"),
        ("https://", "not a web address"),
        ("https://apis.aiola.ai:port", "not a web address"),
        ("https://apis.aiola.ai:99999", "not a web address"),
        ("https://[::1", "not a web address"),
        ("https://a b", "not a web address"),
        ("https://apis.aiola.ai\\.example.com", "not a web address"),
        ("https://" + "ü" * 70 + ".example", "not a web address"),
        ("", "not a web address"),
    ],
)
def test_other_addresses_are_refused_without_quoting_them(written: str, why: str) -> None:
    with pytest.raises(AddressRefused, match=why) as caught:
        check_address(written)
    assert caught.value.remedy
    assert "s3cret" not in str(caught.value)


@given(st.one_of(st.text(), st.text().map("https://".__add__), st.text().map("http://".__add__)))
def test_any_text_is_refused_or_normalized(written: str) -> None:
    try:
        normal = check_address(written)
    except AddressRefused:
        return
    assert normal.startswith(("https://", "http://"))
    assert check_address(normal) == normal
    if normal.startswith("http://"):
        assert is_loopback(urlsplit(normal).hostname or "")
