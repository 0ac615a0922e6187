"""`TokenProvider`: fetched in the background, kept, renewed, dropped, and closed within a time limit."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from tests.speech.aiola.scripted_http import KEY, Reply, ScriptedServer, Seen, jwt, refused, said, serving, wait_until

from saywrite.foundation.errors import (
    KeyMissing,
    KeyRefused,
    SecretsUnavailable,
    ServiceError,
    ServiceFailed,
    ServiceUnreachable,
)
from saywrite.speech.aiola import token_provider
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.token_provider import AccountFound, AuthFailed, Grant, TokenFetched, TokenProvider
from saywrite.speech.network.network import Network

START = 1_800_000_000.0
LIFE_S = 3_600.0


class Desk:
    """The dictation thread's side: a wall clock to turn, an inbox, an account, and a service that counts sessions."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.server.answer = self.serve
        self.now = START
        self.sessions = 0
        self.closed: list[str] = []
        self.posted: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.find: Callable[[], Account] = lambda: Account("key", KEY, auth_url=server.url)
        self.grants = TokenProvider(self.posted.put, lambda: self.find(), Network(), lambda: self.now)

    def serve(self, seen: Seen) -> Reply:
        if seen.method == "DELETE":
            self.closed.append(seen.headers["authorization"].removeprefix("Bearer "))
            return said({"status": "deleted"})
        if seen.path.endswith("apiKey2Token"):
            return said({"context": {"token": "t"}})
        self.sessions += 1
        token = jwt(number=self.sessions, exp=self.now + LIFE_S)
        return said({"jwt": token}, Date="-")  # no date: the test's clock is the only one

    def take(self) -> object:
        """Hand the next posted message on; returns it when it was news, else None."""
        message = self.posted.get(timeout=10)
        return message if self.grants.receive(message) else None

    def sign_in(self) -> object:
        self.grants.fetch()
        assert isinstance(self.take(), AccountFound)
        return self.take()


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(lambda _seen: Reply()) as server:
        yield Desk(server)


def test_fetch_posts_the_account_first_and_then_the_grant(desk: Desk) -> None:
    assert desk.grants.current() is None
    desk.grants.fetch()
    assert desk.grants.fetching
    found = desk.take()
    assert isinstance(found, AccountFound)
    assert desk.grants.account == found.account
    granted = desk.take()
    assert isinstance(granted, TokenFetched)
    assert desk.grants.current() == granted.grant
    assert not desk.grants.fetching


def test_only_one_fetch_runs(desk: Desk) -> None:
    for _ in range(5):
        desk.grants.fetch()
    desk.take()
    desk.take()
    assert desk.sessions == 1
    assert desk.posted.empty()


def test_grant_is_kept_until_five_minutes_before_it_expires(desk: Desk) -> None:
    desk.sign_in()
    desk.now = START + LIFE_S - 301
    assert desk.grants.current() is not None
    desk.now = START + LIFE_S - 299
    assert desk.grants.current() is None


def test_wanted_grant_is_renewed_before_it_expires(desk: Desk) -> None:
    desk.sign_in()
    first = desk.grants.current()
    desk.grants.wanted = True
    assert desk.grants.wake(100.0) == 160.0  # the wall clock is looked at again in a minute
    desk.now = START + LIFE_S - 310
    assert desk.grants.wake(200.0) == pytest.approx(210.0)
    desk.now = START + LIFE_S - 300
    desk.grants.wake(210.0)
    assert desk.grants.fetching
    assert isinstance(desk.take(), AccountFound)
    assert isinstance(desk.take(), TokenFetched)
    renewed = desk.grants.current()
    assert renewed is not None
    assert renewed != first
    assert not desk.closed  # somebody may still be streaming with the first


def test_unwanted_grant_is_not_renewed(desk: Desk) -> None:
    desk.sign_in()
    desk.now = START + LIFE_S
    assert desk.grants.wake(100.0) is None
    assert not desk.grants.fetching


def test_failed_renewal_of_a_valid_grant_is_retried_silently(desk: Desk) -> None:
    desk.sign_in()
    desk.grants.wanted = True
    desk.server.answer = lambda _seen: refused(503, "INTERNAL_ERROR")
    desk.now = START + LIFE_S - 300
    desk.grants.wake(100.0)
    assert isinstance(desk.take(), AccountFound)
    assert desk.take() is None
    assert desk.grants.wake(101.0) == 130.0
    desk.server.answer = desk.serve
    desk.grants.wake(130.0)
    assert isinstance(desk.take(), AccountFound)
    assert isinstance(desk.take(), TokenFetched)


def test_failed_renewal_of_an_expired_grant_is_reported(desk: Desk) -> None:
    desk.sign_in()
    desk.grants.wanted = True
    desk.server.answer = lambda _seen: refused(503, "INTERNAL_ERROR")
    desk.now = START + LIFE_S + 1
    desk.grants.wake(100.0)
    assert isinstance(desk.take(), AccountFound)
    failed = desk.take()
    assert isinstance(failed, AuthFailed)
    assert type(failed.error) is ServiceFailed


def test_forgotten_grant_is_not_used_and_its_session_stays_open(desk: Desk) -> None:
    desk.sign_in()
    desk.grants.forget()
    assert desk.grants.current() is None
    desk.sign_in()
    assert desk.sessions == 2
    assert not desk.closed


def test_revoked_grant_is_closed_in_the_background(desk: Desk) -> None:
    granted = desk.sign_in()
    assert isinstance(granted, TokenFetched)
    desk.grants.forget(revoke=True)
    wait_until(lambda: desk.closed == [granted.grant.access_token])


def test_grant_of_a_forgotten_fetch_is_ignored_and_closed(desk: Desk) -> None:
    waits = threading.Event()

    def slowly(seen: Seen) -> Reply:
        if seen.method == "POST":
            waits.wait(10)
        return desk.serve(seen)

    desk.server.answer = slowly
    desk.grants.fetch()
    old = desk.posted.get(timeout=10)
    desk.grants.forget()
    assert not desk.grants.receive(old)
    desk.server.answer = desk.serve
    assert isinstance(desk.sign_in(), TokenFetched)
    current = desk.grants.current()
    waits.set()
    wait_until(lambda: desk.closed)
    assert desk.posted.empty()
    assert desk.grants.current() == current
    assert desk.closed != [current.access_token if current else ""]


def test_grant_posted_before_it_was_forgotten_is_closed(desk: Desk) -> None:
    desk.grants.fetch()
    desk.take()
    granted = desk.posted.get(timeout=10)
    assert isinstance(granted, TokenFetched)
    desk.grants.forget()
    assert not desk.grants.receive(granted)
    assert desk.grants.current() is None
    wait_until(lambda: desk.closed == [granted.grant.access_token])


def test_messages_of_others_are_ignored(desk: Desk) -> None:
    desk.grants.fetch()
    for message in (None, "text", AccountFound(99, Account("key", KEY)), AuthFailed(0, KeyMissing("x"))):
        assert not desk.grants.receive(message)


# What goes wrong


@pytest.mark.parametrize(
    ("raised", "kind"),
    [(KeyMissing("None.", "Get one."), KeyMissing), (SecretsUnavailable("Locked.", "Unlock."), KeyMissing)],
)
def test_missing_account_is_reported(desk: Desk, raised: Exception, kind: type[ServiceError]) -> None:
    def find() -> Account:
        raise raised

    desk.find = find
    desk.grants.fetch()
    failed = desk.take()
    assert isinstance(failed, AuthFailed)
    assert type(failed.error) is kind
    assert str(failed.error) == str(raised)
    assert not desk.grants.fetching


def test_fetch_after_a_refused_key_tries_again(desk: Desk) -> None:
    desk.server.answer = lambda _seen: refused(401, "UNAUTHORIZED")
    failed = desk.sign_in()
    assert isinstance(failed, AuthFailed)
    assert type(failed.error) is KeyRefused
    desk.server.answer = desk.serve
    assert isinstance(desk.sign_in(), TokenFetched)


def test_unforeseen_error_is_reported_and_logged_without_secrets(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    def find() -> Account:
        raise LookupError(KEY)

    desk.find = find
    desk.grants.fetch()
    failed = desk.take()
    assert isinstance(failed, AuthFailed)
    assert "LookupError" in failed.error.what
    assert "LookupError" in caplog.text
    assert "in find" in caplog.text
    assert KEY not in caplog.text + repr(failed)


def test_hanging_sign_in_is_given_up_and_does_not_delay_the_next(desk: Desk) -> None:
    desk.server.answer = lambda _seen: Reply(hangs=True)
    desk.grants.fetch()
    assert isinstance(desk.take(), AccountFound)
    due = desk.grants.wake(time.monotonic())
    assert due is not None
    assert desk.posted.empty()
    desk.grants.wake(due)
    failed = desk.take()
    assert isinstance(failed, AuthFailed)
    assert type(failed.error) is ServiceUnreachable
    desk.server.answer = desk.serve
    assert isinstance(desk.sign_in(), TokenFetched)


def test_wait_for_a_locked_keyring_has_no_limit(desk: Desk) -> None:
    unlocked = threading.Event()
    account = desk.find()

    def find() -> Account:
        unlocked.wait(10)
        return account

    desk.find = find
    desk.grants.fetch()
    assert desk.grants.wake(time.monotonic() + 3_600) is None
    unlocked.set()
    assert isinstance(desk.take(), AccountFound)
    assert isinstance(desk.take(), TokenFetched)


# Quitting


def test_closing_closes_the_session(desk: Desk) -> None:
    granted = desk.sign_in()
    assert isinstance(granted, TokenFetched)
    desk.grants.close(10.0)
    assert desk.closed == [granted.grant.access_token]


def test_close_waits_a_limited_time_for_a_hanging_service(desk: Desk) -> None:
    desk.sign_in()
    desk.server.answer = lambda _seen: Reply(hangs=True)
    began = time.monotonic()
    desk.grants.close(0.2)
    assert time.monotonic() - began < 5.0


def test_close_during_a_sign_in_leaves_no_session_open(desk: Desk) -> None:
    inside, waits = threading.Event(), threading.Event()

    def slowly(seen: Seen) -> Reply:
        if seen.path.endswith("session") and seen.method == "POST":
            inside.set()
            waits.wait(10)
        return desk.serve(seen)

    desk.server.answer = slowly
    desk.grants.fetch()
    assert inside.wait(10)
    threading.Timer(0.1, waits.set).start()
    desk.grants.close(10.0)
    assert desk.sessions == len(desk.closed) == 1


def test_failure_to_close_the_session_does_not_delay_quitting(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    desk.sign_in()
    desk.server.answer = lambda _seen: Reply(breaks=True)
    desk.grants.close(10.0)
    assert "could not be closed: ServiceUnreachable" in caplog.text


def test_close_without_a_session_sends_nothing(desk: Desk) -> None:
    desk.grants.close(10.0)
    assert not desk.server.seen


@pytest.mark.parametrize(("sign_in", "logged"), [("key", ["auth.invalid"]), ("url", ["tokens.invalid"]), ("token", [])])
def test_the_log_names_the_host_that_was_asked_for_the_token(
    desk: Desk,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    sign_in: Literal["key", "token", "url"],
    logged: list[str],
) -> None:
    caplog.set_level(logging.INFO, token_provider.__name__)
    account = Account(sign_in, jwt(number=1), auth_url="https://auth.invalid", token_url="https://tokens.invalid")
    monkeypatch.setattr(token_provider, "sign_in", lambda account, _client, _wall: Grant("t", account))
    desk.find = lambda: account
    desk.sign_in()
    assert [host for host in ("auth.invalid", "tokens.invalid") if host in caplog.text] == logged


def test_neither_log_nor_message_holds_the_key_or_a_token(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk.grants.fetch()
    posted = [desk.posted.get(timeout=10), desk.posted.get(timeout=10)]
    for message in posted:
        desk.grants.receive(message)
    grant = desk.grants.current()
    assert grant is not None
    desk.grants.close(10.0)
    for secret in (KEY, grant.access_token):
        assert secret not in caplog.text + repr(posted)
