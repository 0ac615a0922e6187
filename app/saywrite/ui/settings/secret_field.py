"""A key that is kept in the keyring: entered once, then seen as dots, shown, replaced or removed. GUI thread.

The keyring is asked on a thread of its own (it may ask for its password in a dialog). The secret itself is in the
widget only while it is typed or shown.
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

DOTS = "•" * 16
"""What stands for a secret, whatever its length."""


class SecretState(Enum):
    UNKNOWN = auto()
    LOCKED = auto()
    MISSING = auto()
    KEPT = auto()
    REPLACING = auto()


class SecretField(QWidget):
    changed = Signal()
    """Another secret is kept now, or none."""

    def __init__(self, label: str, name: str, secrets: Callable[[], Secrets]) -> None:
        super().__init__()
        self._label = label
        self._name = name
        self._secrets = secrets
        self._secret_state = SecretState.UNKNOWN
        self._asked = 0
        self._where = ""
        self.line = QLineEdit()
        self.note = NoteLabel()
        self.save = QPushButton("&Save")
        self.keep = QPushButton("&Cancel")
        self.unlock = QPushButton("&Unlock…")
        self.show_ = QPushButton("Sho&w")
        self.replace = QPushButton("&Replace…")
        self.remove = QPushButton("Re&move")
        self._arrange()
        self._connect()
        self._stand(SecretState.UNKNOWN)

    @property
    def secret_state(self) -> SecretState:
        return self._secret_state

    def typed(self) -> str | None:
        """A secret that was entered and not saved yet."""
        editing = self._secret_state in (SecretState.MISSING, SecretState.REPLACING)
        return (self.line.text().strip() or None) if editing else None

    def look(self, *, even_if_locked: bool = False) -> None:
        """Find out whether a secret is kept."""

        def ask() -> tuple[SecretsStatus, bool | None]:
            secrets = self._secrets()
            status = secrets.status()
            if status.locked and not even_if_locked:
                return status, None
            return status, secrets.get(self._name) is not None

        def take(found: tuple[SecretsStatus, bool | None]) -> None:
            status, kept = found
            self._where = f"{status.what} {status.remedy}".strip()
            secret_state = {None: SecretState.LOCKED, True: SecretState.KEPT, False: SecretState.MISSING}[kept]
            if self.typed() is None or secret_state is SecretState.KEPT:
                self._stand(secret_state)

        self._ask(ask, take)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._secret_state is SecretState.KEPT:
            self._stand(SecretState.KEPT)

    def _ask(self, question: Callable[[], object], answer: Callable[..., None]) -> None:
        """Ask the keyring; an answer that another question has overtaken is passed over."""
        self._asked += 1
        asked = self._asked

        def fail(error: Exception) -> None:
            if not isinstance(error, SaywriteError):
                raise error
            if asked != self._asked:
                return
            if self._secret_state is SecretState.UNKNOWN:
                self._stand(SecretState.LOCKED)
            self._tell(str(error), "bad")

        run_task(question, lambda found: answer(found) if asked == self._asked else None, fail, owner=self, alone=True)

    def _keep_typed(self) -> None:
        secret = self.typed()
        if secret is None:
            return
        self._tell("Saving…")
        self._ask(lambda: self._secrets().set(self._name, secret), lambda _none: self._stored(SecretState.KEPT))

    def _forget(self) -> None:
        self._ask(lambda: self._secrets().delete(self._name), lambda _none: self._stored(SecretState.MISSING))

    def _stored(self, secret_state: SecretState) -> None:
        self._stand(secret_state)
        self.changed.emit()

    def _toggle_shown(self) -> None:
        if self.line.text() != DOTS:
            self._stand(SecretState.KEPT)
            return

        def show(secret: str | None) -> None:
            if secret is None:  # removed by another program meanwhile
                self._stand(SecretState.MISSING)
            elif self.isVisible():
                self.line.setText(secret)
                self.show_.setText("&Hide")

        self._ask(lambda: self._secrets().get(self._name), show)

    def _stand(self, secret_state: SecretState) -> None:
        self._secret_state = secret_state
        kept, editing = secret_state is SecretState.KEPT, secret_state in (SecretState.MISSING, SecretState.REPLACING)
        self.line.setEchoMode(QLineEdit.EchoMode.Password if editing else QLineEdit.EchoMode.Normal)
        self.line.setReadOnly(not editing)
        self.line.setText(DOTS if kept else "")
        self.line.setPlaceholderText(
            {SecretState.UNKNOWN: "Looking…", SecretState.LOCKED: "The keyring is not open"}.get(
                secret_state, f"Paste your {self._label} here" if editing else ""
            )
        )
        self.line.setAccessibleDescription("A key is saved" if kept else self.line.placeholderText())
        self.save.setVisible(editing)
        self.save.setEnabled(False)
        self.keep.setVisible(secret_state is SecretState.REPLACING)
        self.unlock.setVisible(secret_state is SecretState.LOCKED)
        self.show_.setText("Sho&w")
        for button in (self.show_, self.replace, self.remove):
            button.setVisible(kept)
        self._tell(self._where)

    def _tell(self, words: str, tone: str = "muted") -> None:
        self.note.set_tone(tone)
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def _arrange(self) -> None:
        self.line.setAccessibleName(self._label)
        self.line.setMinimumWidth(self.fontMetrics().horizontalAdvance(DOTS) + 24)
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        for button in (self.save, self.keep, self.unlock, self.show_, self.replace, self.remove):
            button.setAutoDefault(False)
            button.setAccessibleName(f"{button.text().replace('&', '').rstrip('…')} the {self._label}")
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.note)
        self.setFocusProxy(self.line)

    def _connect(self) -> None:
        self.line.textEdited.connect(lambda text: self.save.setEnabled(bool(text.strip())))
        self.line.returnPressed.connect(self._keep_typed)
        self.save.clicked.connect(self._keep_typed)
        self.keep.clicked.connect(lambda: self._stand(SecretState.KEPT))
        self.unlock.clicked.connect(lambda: self.look(even_if_locked=True))
        self.show_.clicked.connect(self._toggle_shown)
        self.replace.clicked.connect(self._begin_to_replace)
        self.remove.clicked.connect(self._forget)

    def _begin_to_replace(self) -> None:
        self._stand(SecretState.REPLACING)
        self.line.setFocus()
