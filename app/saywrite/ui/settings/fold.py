"""A part of a page of settings that is folded until the user asks for it. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from saywrite.foundation.messages import message
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import set_text

NAME = message("Advanced")


class Fold(QWidget):
    """A button with an arrow, and `content` below it while it is unfolded."""

    def __init__(self) -> None:
        super().__init__()
        self.button = QToolButton()
        set_text(self.button.setText, NAME)
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.content = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, S, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self.content)
        self.button.toggled.connect(self._show)
        self._show(False)

    def open(self) -> None:
        """Unfold it."""
        self.button.setChecked(True)

    def _show(self, shown: bool) -> None:
        arrow = Qt.ArrowType.LeftArrow if self.isRightToLeft() else Qt.ArrowType.RightArrow
        self.button.setArrowType(Qt.ArrowType.DownArrow if shown else arrow)
        self.content.setVisible(shown)
