"""“Test connection” against the test service: the words a person reads, and that it ends in time and leaves nothing."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.aiola_server.hosting import ServiceThread
from tests.aiola_server.script import API_KEY
from tests.speech.aiola.scripted_http import Reply, Seen, jwt, said, serving

from saywrite.dictation.assembly import find_account
from saywrite.foundation.errors import KeyMissing
from saywrite.speech.aiola import connection_check as check
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.connection_check import CheckResult
from saywrite.speech.network.network import Network
from saywrite.storage.settings.keyring import SessionSecrets
from saywrite.storage.settings.schema import Settings


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


@pytest.fixture
def account(service: ServiceThread) -> Account:
    return find_account(Settings(), SessionSecrets(), service.environment())


def findings(find: Callable[[], Account]) -> list[CheckResult]:
    return list(check.check(find, Network()))


def test_all_is_well(service: ServiceThread, account: Account) -> None:
    found = findings(lambda: account)
    assert [finding.words for finding in found[:2]] == [
        "Signed in at 127.0.0.1.",
        "A stream can be opened at 127.0.0.1.",
    ]
    assert re.fullmatch(r"The delay is \d+ ms\.", found[2].words)
    assert all(finding.ok for finding in found)
    assert len(found) == 3


def test_nothing_is_left_at_the_service(service: ServiceThread, account: Account) -> None:
    findings(lambda: account)
    service.wait_for_streams(0)
    assert [request.method for request in service.records().requests].count("DELETE") == 1
    assert service.stream().audio == b""


def test_a_token_of_ones_own(service: ServiceThread, account: Account) -> None:
    found = findings(lambda: replace(account, sign_in="token", secret=service.mint()))
    assert [finding.ok for finding in found] == [True, True, True]
    assert found[0].words == "The access token is there."


REFUSALS = [
    ({"where": "token", "status": 401, "code": "UNAUTHORIZED"}, [], "does not accept the API key"),
    ({"where": "session", "status": 403, "code": "FORBIDDEN"}, [], "no permission"),
    ({"where": "session", "status": 404, "code": "WORKFLOW_NOT_FOUND"}, [], "does not know this workflow"),
    ({"where": "session", "status": 429, "code": "MAX_CONCURRENCY_REACHED"}, [], "no dictation left"),
    ({"where": "token", "status": 200, "body": "<html>", "content_type": "text/html"}, [], "A web page answered"),
    ({"where": "stream", "status": 503, "code": "SERVICE_UNAVAILABLE"}, [True], "a problem of its own"),
    ({"where": "stream", "status": 401, "code": "TOKEN_EXPIRED"}, [True], "no longer accepts"),
]


@pytest.mark.parametrize(("refusal", "before", "words"), REFUSALS, ids=[str(case[2]) for case in REFUSALS])
def test_what_does_not_work_is_the_last_word_and_has_a_remedy(
    service: ServiceThread, account: Account, refusal: dict[str, object], before: list[bool], words: str
) -> None:
    service.refuse(**refusal)  # type: ignore[arg-type]
    found = findings(lambda: account)
    assert [finding.ok for finding in found] == [*before, False]
    assert words in found[-1].words
    assert found[-1].remedy


def test_a_clock_that_is_off_is_told_and_stops_nothing(service: ServiceThread, account: Account) -> None:
    service.set(clock_off_s=-3_600.0)
    found = findings(lambda: account)
    assert [finding.ok for finding in found] == [True, None, True, True]
    assert found[1].words == "This computer's clock is 60 min ahead."


def test_there_is_no_key_yet() -> None:
    found = findings(lambda: find_account(Settings(), SessionSecrets(), {}))
    assert [(finding.ok, finding.words) for finding in found] == [(False, "There is no aiOla API key yet.")]


def test_waiting_for_the_user_does_not_count(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "LIMIT_S", 5.0)
    waits = threading.Event()
    threading.Timer(0.2, waits.set).start()

    def find() -> Account:
        assert waits.wait(10)
        return account

    assert all(finding.ok for finding in findings(find))


@pytest.mark.parametrize("at", ["/voip-auth/apiKey2Token", "/voip-auth/session", "/api/voice-streaming/socket.io/"])
def test_it_ends_in_time_when_the_service_hangs(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "LIMIT_S", 0.5)
    monkeypatch.setattr(check, "CLOSING_S", 0.1)

    def answer(seen: Seen) -> Reply:
        if seen.path.startswith(at):
            return Reply(hangs=True)
        return said({"context": {"token": "t"}, "jwt": jwt(exp=time.time() + 3_600)})

    with serving(answer) as server:
        began = time.monotonic()
        found = findings(lambda: Account("key", API_KEY, server.url, server.url))
        assert time.monotonic() - began < 10.0
    assert (found[-1].ok, found[-1].words) == (False, "127.0.0.1 does not answer.")


def test_whoever_stops_listening_leaves_nothing_open(service: ServiceThread, account: Account) -> None:
    listening = check.check(lambda: account, Network())
    next(listening)
    listening.close()  # type: ignore[attr-defined]
    service.wait_until(lambda _now: any(r.method == "DELETE" for r in service.records().requests))


def test_no_secret_in_words_or_log(service: ServiceThread, account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = findings(lambda: account)
    found += findings(lambda: replace(account, secret=f"{API_KEY}-wrong"))  # the service echoes it
    assert not found[-1].ok
    assert API_KEY not in repr(found) + caplog.text


def test_the_keyring_s_own_words_are_passed_on() -> None:
    def find() -> Account:
        raise KeyMissing("The keyring is locked.", "Unlock it.")

    assert findings(find) == [CheckResult(False, "The keyring is locked.", "Unlock it.")]
