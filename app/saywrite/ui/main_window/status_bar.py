"""The lower part of the window: the number of words, and buttons for the text. GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from saywrite.foundation.messages import message
from saywrite.ui.toolkit.icons import keys_in, without_keys
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import TARGET, XL, L, S
from saywrite.ui.toolkit.translation import follow_language, set_text, tr, tr_count

MESSAGE_MS = 2500
OFFLINE, OFFLINE_SHORT = message("Nothing leaves this computer"), message("Offline")
"""The state of the switch, in a wide and in a narrow window."""


class Badge(ThemedLabel):
    """A lasting state of the program as a few words, or fewer where there is no room for them."""

    def __init__(self) -> None:
        super().__init__("", "good")
        self._full = self._short = ""
        self.hide()

    def show_words(self, full: str, short: str) -> None:
        """Show these words from the next `fit` on; nothing where `full` is ""."""
        self._full, self._short = full, short
        set_text(self.setToolTip, full)
        self.setVisible(bool(full))

    def fit(self, room: int) -> int:
        """Show the words that fit into `room`; return the width that they take."""
        if not self._full:
            return 0
        fits = room > self.fontMetrics().horizontalAdvance(tr(self._full))
        set_text(self.setText, self._full if fits else self._short)
        return self.fontMetrics().horizontalAdvance(self.text()) + S


class StatusBar(QWidget):
    """The number of words and the progress on the left, buttons on the right.

    In a narrow window the buttons are icons; the progress is hidden where it does not fit.
    """

    def __init__(
        self, progress: QWidget, copy: QAction, export: QAction, export_menu: QMenu, clear: QAction, file: QAction
    ) -> None:
        super().__init__()
        self._words = ThemedLabel()
        self.offline = Badge()
        self.hands_free = Badge()
        self._progress = progress
        self._buttons = [_button(action) for action in (copy, export, clear, file)]
        self._buttons[1].setMenu(export_menu)
        self._buttons[1].setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(L, S, S, S)
        row.setSpacing(S)
        row.addWidget(self._words, 1)
        row.addWidget(self.hands_free)
        row.addWidget(self.offline)
        row.addWidget(progress)
        row.addSpacing(S)
        for button in self._buttons:
            row.addWidget(button)
        self._full_width = 0
        self._number = 0
        self._back = QTimer(self, singleShot=True, interval=MESSAGE_MS)
        self._back.timeout.connect(self._show_number)
        self._show_number()
        follow_language(self._measure)

    def show_offline(self, offline: bool) -> None:
        """Show that nothing leaves this computer."""
        self.offline.show_words(OFFLINE if offline else "", OFFLINE_SHORT)
        self.fit()

    def set_words(self, words: int) -> None:
        """Show the number of words."""
        self._number = words
        if not self._back.isActive():
            self._show_number()

    def text(self) -> str:
        """The text shown now."""
        return self._words.text()

    def show_message(self, text: str) -> None:
        """Show for `MESSAGE_MS` what was just done, instead of the number of words."""
        set_text(self._words.setText, text)
        announce(self, text)
        self._back.start()

    def clear_message(self) -> None:
        """Show the number of words again: what the message announced has ended in a notice."""
        self._back.stop()
        self._show_number()

    def _show_number(self) -> None:
        set_text(self._words.setText, tr_count("{n:,} word", "{n:,} words", self._number))

    def minimumSizeHint(self) -> QSize:
        """The minimum size of the narrow form, without the progress."""
        words = self._words.fontMetrics().horizontalAdvance("10,000 words")
        return QSize(words + XL + L + self._width_of_buttons(narrow=True), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._measure()
        super().changeEvent(event)

    def _measure(self) -> None:
        """Fit again: the buttons have other words or letters."""
        self._full_width = 0
        self.fit()

    def fit(self) -> None:
        """Give the parts the forms for which there is room."""
        if not self._full_width:
            side = max(16, self.fontMetrics().height())
            for button in self._buttons:
                button.setIconSize(QSize(side, side))
            self._set_style(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self._full_width = sum(button.sizeHint().width() + S for button in self._buttons)
        room = self.width() - self._words.fontMetrics().horizontalAdvance("10,000 words") - XL - L
        for badge in (self.hands_free, self.offline):
            room -= badge.fit(room - self._full_width)
        narrow = room < self._full_width
        self._progress.setVisible(room - self._progress.sizeHint().width() > self._width_of_buttons(narrow=narrow))
        self._set_style(
            Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )

    def _width_of_buttons(self, *, narrow: bool) -> int:
        side = self.fontMetrics().height() + XL
        return len(self._buttons) * (side + S) if narrow else self._full_width

    def _set_style(self, style: Qt.ToolButtonStyle) -> None:
        for button in self._buttons:
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    button.setMinimumHeight(TARGET)
    name = partial(_name_button, button, action)
    name()
    action.changed.connect(name)
    return button


def _name_button(button: QToolButton, action: QAction) -> None:
    name = action.iconText().rstrip("…")
    button.setAccessibleName(name)
    tip = action.toolTip()
    button.setAccessibleDescription(keys_in(tip) if without_keys(tip) == name else tip)
