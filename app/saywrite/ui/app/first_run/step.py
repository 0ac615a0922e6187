"""What the four steps share: a page that scrolls, with a headline and findings. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from saywrite.foundation.events import FrontEndEvent
from saywrite.ui.settings.account_access import AccessState
from saywrite.ui.settings.connection_test import FindingRow
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import XL, M, S
from saywrite.ui.toolkit.translation import set_text


class Findings(QWidget):
    """Shows the results of checks, each with a mark and, where it failed, its remedy."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[AccessState, ...] = ()
        self._rows: list[FindingRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(S)

    def show_findings(self, findings: Sequence[AccessState]) -> None:
        """Replace the results; new ones are announced to screen readers."""
        if tuple(findings) == self._shown:
            return
        before, self._shown = self._shown, tuple(findings)
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [FindingRow(finding) for finding in findings]
        for row, finding in zip(self._rows, findings, strict=True):
            self._column.addWidget(row)
            if finding not in before and self.isVisible():
                announce(self, row.accessibleName())

    def texts(self) -> list[str]:
        """The results with their remedies, as text."""
        return [row.accessibleName() for row in self._rows]


class Step(QScrollArea):
    """A step of the first run. `enter()` and `leave()` are called when it appears and disappears."""

    name = ""
    """The name of the step in the list of steps."""

    def __init__(self, headline: str, explanation: str) -> None:
        super().__init__()
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(XL, S, XL, S)
        self.column.setSpacing(M)
        self._headline = NoteLabel("", "", size=1.4)
        self.explanation = NoteLabel(explanation, size=1.0)
        self.column.addWidget(self._headline)
        self.column.addWidget(self.explanation)
        self.show_headline(headline)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_headline(self, headline: str) -> None:
        """Show another headline, which is also the name of the step for screen readers."""
        set_text(self._headline.setText, headline)
        set_text(self.setAccessibleName, headline)

    def enter(self) -> None:
        """Begin the checks of this step."""

    def leave(self) -> None:
        """End the checks, and give back what they use."""

    def receive(self, event: FrontEndEvent) -> None:
        """Take an event of the dictation; a step gets all of them, shown or not."""
