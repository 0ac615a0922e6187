"""The aiOla page: a secret shown as dots, validated addresses, and a connection test that never blocks the window."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from window_fakes import CHOICES, FakeDictation

from saywrite.foundation.errors import AddressRefused, SecretsUnavailable
from saywrite.storage.settings.keyring import ACCESS_TOKEN, API_KEY, SecretsStatus, SessionSecrets
from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.settings.account_access import AccountAccess, environment_of, host_and_port
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.settings.secret_field import DOTS, SecretField, SecretState
from saywrite.ui.toolkit import background
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.preferences import Preferences

KEY = "canary-key-0123456789"


class Keyring:
    """A keyring in memory. `locked`: it asks for its password; `refuses`: and then does not give anything."""

    def __init__(self, **kept: str) -> None:
        self.kept = dict(kept)
        self.locked = False
        self.refuses = False
        self.asked_on: set[str] = set()

    def _ask(self) -> None:
        self.asked_on.add(threading.current_thread().name)
        if self.refuses:
            raise SecretsUnavailable("The keyring is locked.", "Unlock it with its password, then try again.")

    def get(self, name: str) -> str | None:
        self._ask()
        return self.kept.get(name)

    def set(self, name: str, secret: str) -> None:
        self._ask()
        self.kept[name] = secret

    def delete(self, name: str) -> None:
        self._ask()
        self.kept.pop(name, None)

    def status(self) -> SecretsStatus:
        return SecretsStatus(True, "Keys are kept in Test Keyring.", locked=self.locked)


class SlowKeyring(Keyring):
    """A keyring that writes when `goes_on` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.writes: list[str] = []
        self.refuses_writes = False

    def set(self, name: str, secret: str) -> None:
        assert self.goes_on.wait(5)
        if self.refuses_writes:
            raise SecretsUnavailable("The question for the password was cancelled.", "Try again.")
        super().set(name, secret)
        self.writes.append(secret)


def plain(url: str) -> str:
    """As `speech.aiola.account.check_address` does it, roughly."""
    if not url.startswith("https://"):
        raise AddressRefused("The service's address is not encrypted.", "Enter an address like https://apis.aiola.ai.")
    return url.rstrip("/")


def no_test(_settings: Settings, _secret: str | None) -> Iterator[tuple[bool | None, str, str]]:
    return iter(())


@pytest.fixture
def preferences(qapp: object) -> Iterator[Preferences]:
    yield Preferences(Settings(), lambda _settings: None)
    assert wait_for_tasks(5000)


@pytest.fixture
def open_page(qtbot: Any, preferences: Preferences) -> Callable[..., SettingsDialog]:
    def make(secrets: Any = None, **changes: Any) -> SettingsDialog:
        kept = secrets if secrets is not None else Keyring()
        access = AccountAccess(lambda: kept, no_test, plain)
        dialog = SettingsDialog(preferences, CHOICES, replace(access, **changes))
        qtbot.addWidget(dialog)
        dialog.show_account()
        with qtbot.waitExposed(dialog):
            dialog.show()
        qtbot.waitUntil(lambda: key_field(dialog).secret_state is not SecretState.UNKNOWN)
        return dialog

    return make


def key_field(dialog: SettingsDialog) -> SecretField:
    return dialog.account_page.secrets["key"]


def enter(qtbot: Any, field: SecretField, secret: str) -> None:
    field.line.clear()
    qtbot.keyClicks(field.line, secret)
    qtbot.mouseClick(field.save, Qt.MouseButton.LeftButton)


# The key


def test_without_a_key_the_field_accepts_one(open_page: Any) -> None:
    field = key_field(open_page())
    assert field.secret_state is SecretState.MISSING
    assert field.line.echoMode() is QLineEdit.EchoMode.Password
    assert not field.save.isEnabled()
    assert field.note.text() == "Keys are kept in Test Keyring."


def test_key_is_saved_without_blocking_the_window_and_shown_as_dots(qtbot: Any, open_page: Any) -> None:
    keyring = Keyring()
    dialog = open_page(keyring)
    field = key_field(dialog)
    with qtbot.waitSignal(dialog.account_changed):
        enter(qtbot, field, f" {KEY} ")
    assert keyring.kept == {API_KEY: KEY}
    assert field.secret_state is SecretState.KEPT
    assert field.line.text() == DOTS
    assert field.line.isReadOnly()
    assert keyring.asked_on == {"task"}


def test_key_that_is_saved_while_the_page_is_shown_anew_takes_hold(qtbot: Any, open_page: Any) -> None:
    """The keyring may take seconds; the dictation must learn of the new key all the same."""
    keyring = SlowKeyring()
    dialog = open_page(keyring)
    field = key_field(dialog)
    changes: list[None] = []
    field.changed.connect(lambda: changes.append(None))
    keyring.goes_on.clear()
    enter(qtbot, field, KEY)
    qtbot.keyClick(field.line, Qt.Key.Key_Return)  # once more: a second thread could overtake the first
    dialog.hide()
    dialog.show()
    keyring.goes_on.set()
    qtbot.waitUntil(lambda: bool(changes))
    qtbot.waitUntil(lambda: field.secret_state is SecretState.KEPT)
    assert keyring.writes == [KEY]


def test_refusal_is_shown_although_the_page_was_shown_anew(qtbot: Any, open_page: Any) -> None:
    """The user may look at another page while the keyring asks for its password."""
    keyring = SlowKeyring()
    dialog = open_page(keyring)
    field = key_field(dialog)
    keyring.goes_on.clear()
    enter(qtbot, field, KEY)
    dialog.hide()
    dialog.show()
    keyring.refuses_writes = True
    keyring.goes_on.set()
    qtbot.waitUntil(lambda: field.note.text().startswith("The question for the password was cancelled."))
    assert field.typed() == KEY


def test_saved_key_is_shown_on_demand_and_hidden_again(qtbot: Any, open_page: Any) -> None:
    dialog = open_page(Keyring(**{API_KEY: KEY}))
    field = key_field(dialog)
    assert field.line.text() == DOTS
    qtbot.mouseClick(field.show_, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: field.line.text() == KEY)
    qtbot.mouseClick(field.show_, Qt.MouseButton.LeftButton)
    assert field.line.text() == DOTS
    qtbot.mouseClick(field.show_, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: field.line.text() == KEY)
    dialog.hide()
    assert field.line.text() == DOTS


def test_key_can_be_replaced_and_cancelling_keeps_the_old_one(qtbot: Any, open_page: Any) -> None:
    keyring = Keyring(**{API_KEY: KEY})
    field = key_field(open_page(keyring))
    qtbot.mouseClick(field.replace, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(field.keep, Qt.MouseButton.LeftButton)
    assert (field.secret_state, field.line.text()) == (SecretState.KEPT, DOTS)
    qtbot.mouseClick(field.replace, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(field.changed):
        enter(qtbot, field, "another-key")
    assert keyring.kept == {API_KEY: "another-key"}


@pytest.mark.parametrize("first", ["nothing", "a look at the old key"])
def test_key_that_replaces_another_stays_in_its_line_until_it_is_saved(qtbot: Any, open_page: Any, first: str) -> None:
    """The keyring answers while the user types, or the user looks at another page in between."""
    dialog = open_page(Keyring(**{API_KEY: KEY}))
    field = key_field(dialog)
    if first != "nothing":
        qtbot.mouseClick(field.show_, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(field.replace, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field.line, "another-key")
    qtbot.waitUntil(lambda: not background._jobs)
    assert field.typed() == "another-key"
    dialog.hide()
    dialog.show()
    qtbot.waitUntil(lambda: not background._jobs)
    assert (field.secret_state, field.typed()) == (SecretState.REPLACING, "another-key")


def test_a_key_can_be_removed(qtbot: Any, open_page: Any) -> None:
    keyring = Keyring(**{API_KEY: KEY})
    field = key_field(open_page(keyring))
    with qtbot.waitSignal(field.changed):
        qtbot.mouseClick(field.remove, Qt.MouseButton.LeftButton)
    assert keyring.kept == {}
    assert field.secret_state is SecretState.MISSING


def test_refusal_of_the_keyring_is_shown_and_the_typed_key_stays(qtbot: Any, open_page: Any) -> None:
    keyring = Keyring()
    field = key_field(open_page(keyring))
    keyring.refuses = True
    enter(qtbot, field, KEY)
    qtbot.waitUntil(lambda: "locked" in field.note.text())
    assert field.note.text() == "The keyring is locked. Unlock it with its password, then try again."
    assert field.typed() == KEY


def test_locked_keyring_is_not_unlocked_without_a_request(qtbot: Any, open_page: Any) -> None:
    keyring = Keyring(**{API_KEY: KEY})
    keyring.locked = True
    field = key_field(open_page(keyring))
    assert field.secret_state is SecretState.LOCKED
    assert keyring.asked_on == set()
    qtbot.mouseClick(field.unlock, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: field.secret_state is SecretState.KEPT)


def test_without_a_keyring_the_page_says_how_long_the_key_is_kept(qtbot: Any, open_page: Any) -> None:
    secrets = SessionSecrets("Install and start a Secret Service.")
    field = key_field(open_page(secrets))
    with qtbot.waitSignal(field.changed):
        enter(qtbot, field, KEY)
    assert secrets.get(API_KEY) == KEY
    assert field.note.text() == "The key is kept until Saywrite is closed. Install and start a Secret Service."


def test_each_way_to_sign_in_has_its_own_field(open_page: Any, preferences: Preferences) -> None:
    dialog = open_page(Keyring(**{ACCESS_TOKEN: "token"}))
    page = dialog.account_page

    def seen() -> dict[str, bool]:
        fields = {**page.secrets, "url": dialog.editor("aiola_token_url")}
        return {way: not widget.isHidden() and widget.isVisible() for way, widget in fields.items()}

    assert seen() == {"key": True, "token": False, "url": False}
    preferences.update(aiola_sign_in="token")
    assert seen() == {"key": False, "token": True, "url": False}
    preferences.update(aiola_sign_in="url")
    assert seen() == {"key": False, "token": False, "url": True}


def test_key_in_the_environment_is_mentioned_but_never_shown(open_page: Any) -> None:
    environment = environment_of({"AIOLA_API_KEY": KEY, "AIOLA_BASE_URL": "http://127.0.0.1:9999", "HOME": "/"})
    dialog = open_page(environment=environment)
    texts = [label.text() for label in dialog.findChildren(type(key_field(dialog).note))]
    assert "AIOLA_API_KEY is set in the environment: that key is used, whatever is saved here." in texts
    assert "AIOLA_BASE_URL is set in the environment and wins: http://127.0.0.1:9999" in texts
    assert not any(KEY in text for text in texts)


# Addresses


def leave(qtbot: Any, line: Any, text: str) -> None:
    line.setText(text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_valid_address_is_normalized_and_saved(qtbot: Any, open_page: Any, preferences: Preferences) -> None:
    line = open_page().editor("aiola_base_url")
    leave(qtbot, line, " https://speech.example.com/aiola/ ")
    assert preferences.settings.aiola_base_url == "https://speech.example.com/aiola"
    assert line.text() == "https://speech.example.com/aiola"


def test_refused_address_shows_its_problem_and_is_not_saved(
    qtbot: Any, open_page: Any, preferences: Preferences
) -> None:
    dialog = open_page()
    line, problem = dialog.editor("aiola_base_url"), dialog.account_page.problems["aiola_base_url"]
    leave(qtbot, line, "http://speech.example.com")
    assert problem.isVisible()
    assert problem.text().startswith("The service's address is not encrypted.")
    assert line.accessibleDescription() == problem.text()
    preferences.update(theme="light")
    assert line.text() == "http://speech.example.com"
    assert preferences.settings.aiola_base_url == OPTIONS["aiola_base_url"].default
    leave(qtbot, line, "https://speech.example.com")
    assert problem.isHidden()
    assert preferences.settings.aiola_base_url == "https://speech.example.com"


def test_empty_address_means_the_default(qtbot: Any, open_page: Any, preferences: Preferences) -> None:
    preferences.update(aiola_auth_url="https://login.example.com")
    line = open_page().editor("aiola_auth_url")
    leave(qtbot, line, "")
    assert preferences.settings.aiola_auth_url == OPTIONS["aiola_auth_url"].default
    assert line.text() == OPTIONS["aiola_auth_url"].default


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://apis.aiola.ai", "apis.aiola.ai"),
        ("https://speech.example.com:8443/aiola", "speech.example.com:8443"),
        ("http://[::1]:80", "[::1]:80"),
        ("https://user:secret@host", "host"),
        ("https://[broken", ""),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_and_port(address) == host


def test_empty_workflow_means_the_default(qtbot: Any, open_page: Any, preferences: Preferences) -> None:
    line = open_page().editor("aiola_workflow")
    leave(qtbot, line, " mine ")
    assert preferences.settings.aiola_workflow == "mine"
    leave(qtbot, line, "")
    assert preferences.settings.aiola_workflow == OPTIONS["aiola_workflow"].default
    assert line.text() == OPTIONS["aiola_workflow"].default


@pytest.mark.parametrize("width", [460, 900])
def test_no_note_is_cut_at_any_width(qtbot: Any, open_page: Any, width: int) -> None:
    remedy = "Install and start a Secret Service, such as gnome-keyring or KWallet. " * 2
    dialog = open_page(SessionSecrets(remedy))
    dialog.resize(width, 600)
    note = key_field(dialog).note
    qtbot.waitUntil(lambda: note.height() >= note.heightForWidth(note.width()))


def test_numbers_are_under_advanced_with_their_unit(qtbot: Any, open_page: Any) -> None:
    dialog = open_page()
    box = dialog.editor("aiola_min_silence_ms")
    assert not box.isVisible()
    qtbot.mouseClick(dialog.account_page.fold.button, Qt.MouseButton.LeftButton)
    assert box.isVisible()
    assert box.text() == "0.5 seconds"
    assert dialog.editor("aiola_threshold").text() == "50 percent"


# The test of the connection


class Walk:
    """A test whose steps the test of the test allows one by one."""

    def __init__(self, *findings: tuple[bool | None, str, str]) -> None:
        self.findings = findings
        self.go = threading.Semaphore(0)
        self.given: list[tuple[Settings, str | None]] = []
        self.thread = ""
        self.steps = 0
        self.told = threading.Event()
        self.closed = threading.Event()

    def __call__(self, settings: Settings, secret: str | None) -> Iterator[tuple[bool | None, str, str]]:
        self.given.append((settings, secret))
        return self._steps()

    def _steps(self) -> Iterator[tuple[bool | None, str, str]]:
        self.thread = threading.current_thread().name
        try:
            for finding in self.findings:
                assert self.go.acquire(timeout=10)
                self.steps += 1
                yield finding
                self.told.set()
        finally:
            self.closed.set()


SIGNED_IN, DELAY = (True, "Signed in.", ""), (None, "The delay is 42 ms.", "")


def test_each_result_of_the_test_is_shown_at_once(qtbot: Any, open_page: Any, preferences: Preferences) -> None:
    walk = Walk(SIGNED_IN, (False, "No stream opens.", "Ask for access to streaming."))
    test = open_page(Keyring(**{API_KEY: KEY}), test=walk).account_page.test
    qtbot.mouseClick(test.button, Qt.MouseButton.LeftButton)
    assert test.running
    assert test.findings() == []
    walk.go.release()
    qtbot.waitUntil(lambda: test.findings() == ["Signed in."])
    assert test.running
    walk.go.release()
    qtbot.waitUntil(lambda: not test.running)
    assert test.findings() == ["Signed in.", "No stream opens. Ask for access to streaming."]
    assert walk.given == [(preferences.settings, None)]
    assert walk.thread == "task"


def test_newest_result_is_visible(qtbot: Any, open_page: Any) -> None:
    walk = Walk(*[SIGNED_IN] * 12)
    dialog = open_page(test=walk)
    dialog.resize(680, 420)
    page = dialog.account_page
    qtbot.mouseClick(page.test.button, Qt.MouseButton.LeftButton)
    for number in range(1, 12):
        walk.go.release()
        qtbot.waitUntil(lambda: len(page.test.findings()) == number)  # noqa: B023 - asked at once
    scroll = page.verticalScrollBar()
    qtbot.waitUntil(lambda: scroll.value() == scroll.maximum() > 0)
    walk.go.release()


def test_test_uses_a_typed_key(qtbot: Any, open_page: Any) -> None:
    walk = Walk()
    dialog = open_page(test=walk)
    qtbot.keyClicks(key_field(dialog).line, KEY)
    qtbot.mouseClick(dialog.account_page.test.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.account_page.test.running)
    assert walk.given[0][1] == KEY


@pytest.mark.parametrize("how", ["button", "leaving", "other settings"])
def test_stopped_test_shows_no_more_results(qtbot: Any, open_page: Any, preferences: Preferences, how: str) -> None:
    walk = Walk(SIGNED_IN, DELAY)
    dialog = open_page(test=walk)
    test = dialog.account_page.test
    qtbot.mouseClick(test.button, Qt.MouseButton.LeftButton)
    {
        "button": lambda: qtbot.mouseClick(test.button, Qt.MouseButton.LeftButton),
        "leaving": dialog.hide,
        "other settings": lambda: preferences.update(aiola_workflow="another"),
    }[how]()
    assert not test.running
    walk.go.release()
    qtbot.waitUntil(walk.closed.is_set)
    QApplication.processEvents()  # whatever was told after all would be delivered now
    assert test.findings() == []
    assert walk.steps == 1, "the errand ended with its next step"


def test_result_that_arrives_after_the_stop_is_not_shown(qtbot: Any, open_page: Any) -> None:
    walk = Walk(SIGNED_IN, DELAY)
    test = open_page(test=walk).account_page.test
    test.button.click()
    walk.go.release()
    assert walk.told.wait(10)
    test.abandon()
    QApplication.processEvents()
    assert test.findings() == []
    walk.go.release()
    qtbot.waitUntil(walk.closed.is_set)


def test_failing_test_shows_the_remedy(qtbot: Any, open_page: Any) -> None:
    def refuse(_settings: Settings, _secret: str | None) -> Iterator[tuple[bool | None, str, str]]:
        raise AddressRefused("The service's address is not encrypted.", "Enter another.")

    test = open_page(test=refuse).account_page.test
    qtbot.mouseClick(test.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not test.running)
    assert test.findings() == ["The service's address is not encrypted. Enter another."]


# In the window


def test_choosing_aiola_leads_to_the_key(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation
) -> None:
    keyring = Keyring()
    front = make_front(account=AccountAccess(lambda: keyring, no_test, plain))
    way = front.window.empty.account
    assert way.isHidden()
    front.preferences.update(engine="aiola")
    assert not way.isHidden()
    assert way.text() == "aiOla account…"
    way.click()
    dialog = front.window.findChild(SettingsDialog)
    field = key_field(dialog)
    qtbot.waitUntil(lambda: field.secret_state is SecretState.MISSING)
    enter(qtbot, field, KEY)
    qtbot.waitUntil(lambda: "renew_account" in dictation.names())
    assert keyring.kept == {API_KEY: KEY}
    dialog.close()


def test_options_are_shown_without_the_service(qtbot: Any, preferences: Preferences) -> None:
    dialog = SettingsDialog(preferences, CHOICES)
    qtbot.addWidget(dialog)
    assert dialog.account_page.test is None
    box = dialog.editor("aiola_translate_to")
    assert isinstance(box, QComboBox)
    assert box.currentText() == "No translation"
