"""“Test connection”: tries the account elsewhere and says what it finds, line by line, as it is found. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from saywrite.foundation.errors import SaywriteError
from saywrite.ui.settings.account_access import AccessState
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.icons import paint_icon
from saywrite.ui.toolkit.labels import NoteLabel, ThemedLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme import shades

START, STOP = "&Test connection", "S&top testing"


class _Found(QObject):
    """Carries a finding from the errand's thread to the window's."""

    told = Signal(int, object)


class ConnectionTest(QWidget):
    """`begin` gives what to walk through; called on the GUI thread, walked on another."""

    ended = Signal()

    def __init__(self, begin: Callable[[], Callable[[], Iterable[tuple[bool | None, str, str]]]]) -> None:
        super().__init__()
        self._begin = begin
        self._run = 0
        self._running = False
        self._found = _Found()
        self._found.told.connect(self._take)
        self.button = QPushButton(START)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._clicked)
        self.status = ThemedLabel()
        self._rows: list[QWidget] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.button)
        head.addWidget(self.status, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addLayout(self._lines)
        column.addStretch(1)
        self.setAccessibleName("Test of the connection")

    @property
    def running(self) -> bool:
        return self._running

    def findings(self) -> list[str]:
        return [row.accessibleName() for row in self._rows]

    def abandon(self) -> None:
        """Whatever the errand finds from now on is about something else: not shown, and it ends with its next step."""
        if self._running:
            self._run += 1
            self._end("Stopped.")

    def clear(self) -> None:
        """Findings about other settings than those of the moment go."""
        self.abandon()
        self.status.setText("")
        for row in self._rows:
            self._lines.removeWidget(row)
            row.deleteLater()
        self._rows.clear()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.abandon()

    def _clicked(self) -> None:
        if self._running:
            self.abandon()
            return
        self.clear()
        self._run += 1
        self._running = True
        self.button.setText(STOP)
        self.status.setText("Testing…")
        run, found, walk = self._run, self._found, self._begin()

        def background_job() -> None:
            for finding in walk():
                if run != self._run:  # abandoned
                    return
                found.told.emit(run, AccessState(*finding))

        def fail(error: Exception) -> None:
            if not isinstance(error, SaywriteError):
                self._finish(run, "The test broke off; the log says why.")
                raise error
            self._take(run, AccessState(False, error.what, error.remedy))
            self._finish(run, "")

        run_task(background_job, lambda _none: self._finish(run, ""), fail, owner=self, alone=True)

    def _take(self, run: int, finding: AccessState) -> None:
        if run != self._run:
            return
        row = _FindingRow(finding)
        self._rows.append(row)
        self._lines.addWidget(row)
        announce(self, row.accessibleName())

    def _finish(self, run: int, words: str) -> None:
        if run == self._run:
            self._end(words)

    def _end(self, words: str) -> None:
        self._running = False
        self.button.setText(START)
        self.status.setText(words)
        self.ended.emit()


class _FindingRow(QWidget):
    def __init__(self, finding: AccessState) -> None:
        super().__init__()
        words = QVBoxLayout()
        words.setSpacing(1)
        texts = [NoteLabel(finding.words, "", size=1.0)]
        if finding.remedy:
            texts.append(NoteLabel(finding.remedy))
        for label in texts:
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(_Mark(ok=finding.ok), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.setAccessibleName(f"{finding.words} {finding.remedy}".strip())


class _Mark(QWidget):
    def __init__(self, *, ok: bool | None) -> None:
        super().__init__()
        self._ok = ok
        side = self.fontMetrics().height()
        self.setFixedSize(QSize(side, side))

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = shades(self.palette())
        name, color = {
            True: ("check", tones.good),
            False: ("error", tones.bad),
            None: ("info", tones.muted),
        }[self._ok]
        paint_icon(QPainter(self), name, QRectF(self.rect()), color)
