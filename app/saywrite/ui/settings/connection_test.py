"""The button “Test connection”, and its results one by one. GUI thread; the test runs on its own thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.messages import message
from saywrite.ui.settings.account_access import AccessState
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.icons import paint_icon
from saywrite.ui.toolkit.labels import NoteLabel, ThemedLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme import theme_colors
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import joined, set_text, tr, worded

START, STOP = message("&Test connection"), message("S&top testing")


class _ResultSignal(QObject):
    """Carries results from the thread of the test to the GUI thread."""

    result_found = Signal(int, object)
    """The number of the test, and an `AccessState`."""


class ConnectionTest(QWidget):
    """Runs the test that `begin` returns and shows its results; only one test at a time.

    `begin` is called on the GUI thread; the results are iterated on another.
    """

    def __init__(self, begin: Callable[[], Callable[[], Iterable[tuple[bool | None, str, str]]]]) -> None:
        super().__init__()
        self._begin = begin
        self._run = 0
        self._running = False
        self._signal = _ResultSignal()
        self._signal.result_found.connect(self._add_result)
        self.button = worded(QPushButton(), START)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._clicked)
        self.status = ThemedLabel()
        self._rows: list[QWidget] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(S)
        head = QHBoxLayout()
        head.addWidget(self.button)
        head.addWidget(self.status, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addLayout(self._lines)
        column.addStretch(1)
        set_text(self.setAccessibleName, tr("Test of the connection"))

    @property
    def running(self) -> bool:
        """Whether a test runs."""
        return self._running

    def findings(self) -> list[str]:
        """The results shown, as text."""
        return [row.accessibleName() for row in self._rows]

    def abandon(self) -> None:
        """Stop the test: later results are not shown, and its thread ends with the next one."""
        if self._running:
            self._run += 1
            self._end(tr("Stopped."))

    def clear(self) -> None:
        """Stop the test and remove its results, which do not apply to the current settings."""
        self.abandon()
        set_text(self.status.setText, "")
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
        set_text(self.button.setText, STOP)
        set_text(self.status.setText, tr("Testing…"))
        run, signal, walk = self._run, self._signal, self._begin()

        def background_job() -> None:
            for finding in walk():
                if run != self._run:  # stopped
                    return
                signal.result_found.emit(run, AccessState(*finding))

        def fail(error: Exception) -> None:
            if not isinstance(error, SaywriteError):
                self._finish(run, tr("The test broke off; the log says why."))
                raise error
            self._add_result(run, AccessState(False, error.what, error.remedy))
            self._finish(run, "")

        run_task(background_job, lambda _none: self._finish(run, ""), fail, owner=self, alone=True)

    def _add_result(self, run: int, finding: AccessState) -> None:
        if run != self._run:
            return
        row = FindingRow(finding)
        self._rows.append(row)
        self._lines.addWidget(row)
        announce(self, row.accessibleName())

    def _finish(self, run: int, words: str) -> None:
        if run == self._run:
            self._end(words)

    def _end(self, words: str) -> None:
        self._running = False
        set_text(self.button.setText, START)
        set_text(self.status.setText, words)


class FindingRow(QWidget):
    """One result with its mark, and its remedy below it."""

    def __init__(self, finding: AccessState) -> None:
        super().__init__()
        words = QVBoxLayout()
        words.setSpacing(0)
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
        set_text(self.setAccessibleName, joined(" ", finding.words, finding.remedy))


class _Mark(QWidget):
    def __init__(self, *, ok: bool | None) -> None:
        super().__init__()
        self._ok = ok
        side = self.fontMetrics().height()
        self.setFixedSize(QSize(side, side))

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = theme_colors(self.palette())
        name, color = {
            True: ("check", tones.good),
            False: ("error", tones.bad),
            None: ("info", tones.muted),
        }[self._ok]
        paint_icon(QPainter(self), name, QRectF(self.rect()), color)
