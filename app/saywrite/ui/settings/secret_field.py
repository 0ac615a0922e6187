"""A field for a secret in the keyring: enter, show, replace or remove it. GUI thread.

The keyring is used on a separate thread, because it may ask for its password. The widget contains the secret only
while the user types it or has it shown.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from saywrite.foundation.errors import SaywriteError
from saywrite.storage.settings.keyring import Secrets, SecretsStatus
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.theme.tokens import XS
from saywrite.ui.toolkit.translation import bare, error_text, joined, set_text, tr

DOTS = "•" * 16
"""Shown instead of a secret, whatever its length."""


class SecretState(Enum):
    """What is known of the secret, or what the user does with it."""

    UNKNOWN = auto()
    LOCKED = auto()
    MISSING = auto()
    KEPT = auto()
    REPLACING = auto()


class SecretField(QWidget):
    """A line with buttons that depend on the state of the secret."""

    changed = Signal()
    """The secret was saved or removed."""

    def __init__(self, label: str, name: str, secrets: Callable[[], Secrets]) -> None:
        super().__init__()
        self._label = label
        self._name = name
        self._secrets = secrets
        self._secret_state = SecretState.UNKNOWN
        self._asked = 0
        self._writing = False
        self._where = ""
        self.line = QLineEdit()
        self.note = NoteLabel()
        self.save = QPushButton()
        self.keep = QPushButton()
        self.unlock = QPushButton()
        self.show_ = QPushButton()
        self.replace = QPushButton()
        self.remove = QPushButton()
        self._arrange()
        self._connect()
        self._show_secret_state(SecretState.UNKNOWN)

    @property
    def secret_state(self) -> SecretState:
        """The state that the field shows."""
        return self._secret_state

    def typed(self) -> str | None:
        """A secret that was entered but not saved; None without one."""
        editing = self._secret_state in (SecretState.MISSING, SecretState.REPLACING)
        return (self.line.text().strip() or None) if editing else None

    def refresh(self, *, unlock: bool = False) -> None:
        """Ask the keyring whether it has the secret; a locked keyring is asked only with `unlock`."""

        def ask() -> tuple[SecretsStatus, bool | None]:
            secrets = self._secrets()
            status = secrets.status()
            if status.locked and not unlock:
                return status, None
            return status, secrets.get(self._name) is not None

        def take(found: tuple[SecretsStatus, bool | None]) -> None:
            status, kept = found
            self._where = joined(" ", status.what, status.remedy)
            secret_state = {None: SecretState.LOCKED, True: SecretState.KEPT, False: SecretState.MISSING}[kept]
            is_replaced = self._secret_state is SecretState.REPLACING and secret_state is SecretState.KEPT
            if self.typed() is None and not is_replaced:
                self._show_secret_state(secret_state)

        self._ask(ask, take)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._secret_state is SecretState.KEPT:
            self._show_secret_state(SecretState.KEPT)

    def _ask(self, question: Callable[[], object], answer: Callable[..., None]) -> None:
        """Run a query of the keyring; its answer is ignored when a newer query has started."""
        self._asked += 1
        asked = self._asked

        def take(found: object) -> None:
            if asked == self._asked:
                answer(found)

        def fail(error: Exception) -> None:
            if asked == self._asked or not isinstance(error, SaywriteError):
                self._fail(error)

        run_task(question, take, fail, owner=self, alone=True)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, SaywriteError):
            raise error
        if self._secret_state is SecretState.UNKNOWN:
            self._show_secret_state(SecretState.LOCKED)
        self._show_note(error_text(error), "bad")

    def _save_typed(self) -> None:
        secret = self.typed()
        if secret is None or self._writing:
            return
        self._show_note(tr("Saving…"))
        self._write(lambda: self._secrets().set(self._name, secret), SecretState.KEPT)

    def _remove(self) -> None:
        if not self._writing:
            self._write(lambda: self._secrets().delete(self._name), SecretState.MISSING)

    def _write(self, write: Callable[[], None], secret_state: SecretState) -> None:
        """Change the secret; its end is reported although the field was shown anew meanwhile."""
        self._asked += 1
        asked, self._writing = self._asked, True

        def done(_none: object) -> None:
            self._writing = False
            if asked == self._asked:
                self._show_secret_state(secret_state)
            else:
                self._show_secret_state(SecretState.UNKNOWN)
                self.refresh()
            self.changed.emit()

        def fail(error: Exception) -> None:
            self._writing = False
            self._fail(error)

        run_task(write, done, fail, owner=self, alone=True)

    def _toggle_shown(self) -> None:
        if self.line.text() != DOTS:
            self._show_secret_state(SecretState.KEPT)
            return

        def show(secret: str | None) -> None:
            if secret is None:  # removed by another program meanwhile
                self._show_secret_state(SecretState.MISSING)
            elif self.isVisible():
                set_text(self.line.setText, secret)
                set_text(self.show_.setText, tr("&Hide"))

        self._ask(lambda: self._secrets().get(self._name), show)

    def _show_secret_state(self, secret_state: SecretState) -> None:
        self._secret_state = secret_state
        kept, editing = secret_state is SecretState.KEPT, secret_state in (SecretState.MISSING, SecretState.REPLACING)
        self.line.setEchoMode(QLineEdit.EchoMode.Password if editing else QLineEdit.EchoMode.Normal)
        self.line.setReadOnly(not editing)
        set_text(self.line.setText, DOTS if kept else "")
        states = {SecretState.UNKNOWN: tr("Looking…"), SecretState.LOCKED: tr("The keyring is not open")}
        hint = states.get(secret_state, tr("Paste your {label} here", label=self._label) if editing else "")
        set_text(self.line.setPlaceholderText, hint)
        set_text(self.line.setAccessibleDescription, tr("A key is saved") if kept else hint)
        self.save.setVisible(editing)
        self.save.setEnabled(False)
        self.keep.setVisible(secret_state is SecretState.REPLACING)
        self.unlock.setVisible(secret_state is SecretState.LOCKED)
        set_text(self.show_.setText, tr("Sho&w"))
        for button in (self.show_, self.replace, self.remove):
            button.setVisible(kept)
        self._show_note(self._where)

    def _show_note(self, text: str, tone: str = "muted") -> None:
        self.note.set_tone(tone)
        set_text(self.note.setText, text)
        self.note.setVisible(bool(text))

    def _arrange(self) -> None:
        set_text(self.line.setAccessibleName, self._label)
        self.line.setMinimumWidth(self.fontMetrics().horizontalAdvance(DOTS) + 24)
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        words = {
            self.save: tr("&Save"),
            self.keep: tr("&Cancel"),
            self.unlock: tr("&Unlock…"),
            self.show_: tr("Sho&w"),
            self.replace: tr("&Replace…"),
            self.remove: tr("Re&move"),
        }
        for button, text in words.items():
            button.setAutoDefault(False)
            set_text(button.setText, text)
            set_text(button.setAccessibleName, joined(": ", self._label, bare(text)))
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addLayout(row)
        column.addWidget(self.note)
        self.setFocusProxy(self.line)

    def _connect(self) -> None:
        self.line.textEdited.connect(lambda text: self.save.setEnabled(bool(text.strip())))
        self.line.returnPressed.connect(self._save_typed)
        self.save.clicked.connect(self._save_typed)
        self.keep.clicked.connect(lambda: self._show_secret_state(SecretState.KEPT))
        self.unlock.clicked.connect(lambda: self.refresh(unlock=True))
        self.show_.clicked.connect(self._toggle_shown)
        self.replace.clicked.connect(self._start_replacing)
        self.remove.clicked.connect(self._remove)

    def _start_replacing(self) -> None:
        if self._writing:
            return
        self._asked += 1  # an answer about the old secret comes too late
        self._show_secret_state(SecretState.REPLACING)
        self.line.setFocus()
