"""Recordings without their whole text, found on disk: transcribe, save or discard them. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from saywrite.foundation.events import IncompleteRecording, seconds
from saywrite.foundation.formatting import count, length, moment
from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.labels import PlainLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.widgets.notices import NoticeBar, NoticeIcon, Severity

MOST_ROWS_HEIGHT = 5


def summary(items: tuple[IncompleteRecording, ...], now: datetime) -> str:
    """ "1 unfinished dictation, 10:42, 2 min 31 s", or their number and whole length."""
    head = count(len(items), "unfinished dictation")
    if len(items) == 1:
        return f"{head}, {describe(items[0], now)}"
    return f"{head}, {length(seconds(sum(item.length for item in items)))} in all"


def describe(item: IncompleteRecording, now: datetime) -> str:
    words = f"{moment(item.began, now)}, {length(seconds(item.length))}"
    return f"{words}: {item.problem}" if item.problem else words


class UnfinishedBar(QWidget):
    """One bar; several dictations are listed below it when it is opened."""

    transcribe_wanted = Signal(str)
    save_wanted = Signal(str)
    discard_wanted = Signal(str)

    def __init__(self, now: Callable[[], datetime] = datetime.now) -> None:
        super().__init__()
        self._now = now
        self._items: tuple[IncompleteRecording, ...] = ()
        self._opened = False
        self._bar: NoticeBar | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(14, 0, 14, 8)
        self.setVisible(False)

    def set_items(self, items: tuple[IncompleteRecording, ...]) -> None:
        """All that is on disk now; an empty tuple takes the bar away."""
        if items == self._items:
            return
        grown = len(items) > len(self._items)
        self._items = items
        self._rebuild()
        if items and grown:
            announce(self, summary(items, self._now()))

    def _rebuild(self) -> None:
        if self._bar is not None:
            self._outer.removeWidget(self._bar)
            self._bar.hide()
            self._bar.deleteLater()
            self._bar = None
        self.setVisible(bool(self._items))
        if not self._items:
            return
        now = self._now()
        bar = self._bar = NoticeBar(Severity.WARNING)
        bar.setAccessibleName(summary(self._items, now))
        column = QVBoxLayout(bar)
        column.setContentsMargins(10, 6, 8, 6)
        column.setSpacing(4)
        if len(self._items) == 1:
            column.addWidget(self._row(self._items[0], summary(self._items, now), leading=True))
        else:
            column.addWidget(self._header(summary(self._items, now)))
            if self._opened:
                column.addWidget(self._list(now))
        self._outer.addWidget(bar)
        bar.show()

    def _header(self, text: str) -> QWidget:
        header = QWidget()
        row = _row_layout(header)
        row.addWidget(NoticeIcon("recover", Severity.WARNING))
        row.addWidget(_strong(text), 1)
        toggle = QToolButton()
        toggle.setText("Hide" if self._opened else "Show")
        toggle.setIcon(icon("up" if self._opened else "down"))
        toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        toggle.setAutoRaise(True)
        toggle.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        toggle.setAccessibleName(f"{toggle.text()} the unfinished dictations")
        toggle.clicked.connect(self._toggle)
        row.addWidget(toggle)
        return header

    def _list(self, now: datetime) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for item in self._items:
            column.addWidget(self._row(item, describe(item, now), leading=False))
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        for ground in (content, area.viewport()):
            ground.setAutoFillBackground(False)  # the bar's own ground shows through
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows = min(len(self._items), MOST_ROWS_HEIGHT)
        height = content.sizeHint().height() // len(self._items) * rows + 4
        area.setFixedHeight(height)
        return area

    def _row(self, item: IncompleteRecording, text: str, *, leading: bool) -> QWidget:
        return _Row(self, item, text, leading=leading)

    def _toggle(self) -> None:
        self._opened = not self._opened
        self._rebuild()
        toggle = self.findChild(QToolButton)
        if toggle is not None:
            toggle.setFocus()


class _Row(QWidget):
    """One dictation with its three verbs; discarding asks once, in the same place. Only where it is alone (`leading`)
    do its verbs have mnemonics: of several rows Alt+T could mean any."""

    def __init__(self, bar: UnfinishedBar, item: IncompleteRecording, text: str, *, leading: bool) -> None:
        super().__init__()
        self._bar = bar
        self._id = item.dictation
        self._text = text
        self._leading = leading
        row = _row_layout(self)
        if leading:
            row.addWidget(NoticeIcon("recover", Severity.WARNING))
        else:
            row.addSpacing(QSize(24, 0).width())
        self._label = _strong(text) if leading else PlainLabel(text)
        self._label.setWordWrap(True)
        row.addWidget(self._label, 1)
        self._verbs = [
            self._button("&Transcribe" if leading else "Transcribe", lambda: bar.transcribe_wanted.emit(self._id)),
            self._button("&Save audio…" if leading else "Save audio…", lambda: bar.save_wanted.emit(self._id)),
            self._button("Discard…", lambda: self._ask(True)),
        ]
        self._verbs[0].setVisible(not item.problem)
        self._answers = [
            self._button("Discard recording", lambda: bar.discard_wanted.emit(self._id)),
            self._button("Keep", lambda: self._ask(False)),
        ]
        for button in (*self._verbs, *self._answers):
            row.addWidget(button)
        for button in self._answers:
            button.hide()
        self._hidden_verbs = [button for button in self._verbs if item.problem and button is self._verbs[0]]

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(f"{text.replace('&', '').rstrip('…')}: {self._text}")
        button.clicked.connect(lambda _checked=False: act())
        return button

    def _ask(self, asking: bool) -> None:
        self._label.setText(
            "Discard this recording for good? Its words cannot be brought back." if asking else self._text
        )
        for button in self._verbs:
            button.setVisible(not asking and button not in self._hidden_verbs)
        for button in self._answers:
            button.setVisible(asking)
        (self._answers[1] if asking else self._verbs[2]).setFocus()
        if asking:
            announce(self, self._label.text())


def _row_layout(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    return row


def _strong(text: str) -> QLabel:
    label = PlainLabel(text)
    font = QFont(label.font())
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label
