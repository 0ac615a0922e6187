"""Offers to transcribe, save or discard recordings on disk whose text is incomplete. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from saywrite.foundation.events import FrontEndEvent, IncompleteRecording, IncompleteRecordingsFound, seconds
from saywrite.foundation.formatting import length, moment
from saywrite.ui.toolkit.icons import IconButton
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import BODY, TARGET, XL, XS, L, M, S, sized
from saywrite.ui.toolkit.translation import bare, joined, set_text, tr, tr_count, worded
from saywrite.ui.widgets.notices import NoticeBar, NoticeIcon, Severity

MAX_ROWS = 5
"""Rows visible at once; more are scrolled."""


def summary(items: tuple[IncompleteRecording, ...], now: datetime) -> str:
    """Describe recordings: "1 unfinished dictation, 10:42, 2 min 31 s", or their number and total length."""
    head = tr_count("{n:,} unfinished dictation", "{n:,} unfinished dictations", len(items))
    if len(items) == 1:
        return joined(", ", head, describe(items[0], now))
    return tr(
        "{dictations}, {length} in all", dictations=head, length=length(seconds(sum(item.length for item in items)))
    )


def describe(item: IncompleteRecording, now: datetime) -> str:
    """When a recording began, its length, and its problem if it has one."""
    words = joined(", ", moment(item.began, now), length(seconds(item.length)))
    return joined(": ", words, item.problem)


class UnfinishedBar(QWidget):
    """One bar; several recordings are listed below it when the user opens it."""

    transcribe_requested = Signal(str)
    """A dictation; likewise for the next two signals."""
    save_requested = Signal(str)
    discard_requested = Signal(str)

    def __init__(self, now: Callable[[], datetime] = datetime.now) -> None:
        super().__init__()
        self._now = now
        self._items: tuple[IncompleteRecording, ...] = ()
        self._opened = False
        self._bar: NoticeBar | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(L, 0, L, S)
        self.setVisible(False)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show the recordings of an `IncompleteRecordingsFound`; other events are ignored."""
        if isinstance(event, IncompleteRecordingsFound):
            self.set_items(event.items)

    def set_items(self, items: tuple[IncompleteRecording, ...]) -> None:
        """Show the recordings that are on disk now; an empty tuple hides the bar."""
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
        set_text(bar.setAccessibleName, summary(self._items, now))
        column = QVBoxLayout(bar)
        column.setContentsMargins(M, S, S, S)
        column.setSpacing(XS)
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
        toggle = IconButton("up" if self._opened else "down")
        set_text(toggle.setText, tr("Hide") if self._opened else tr("Show"))
        toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        toggle.setAutoRaise(True)
        toggle.setMinimumHeight(TARGET)
        toggle.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        name = tr("Hide the unfinished dictations") if self._opened else tr("Show the unfinished dictations")
        set_text(toggle.setAccessibleName, name)
        toggle.clicked.connect(self._toggle)
        row.addWidget(toggle)
        return header

    def _list(self, now: datetime) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        for item in self._items:
            column.addWidget(self._row(item, describe(item, now), leading=False))
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        for background in (content, area.viewport()):
            background.setAutoFillBackground(False)  # the background of the bar shows through
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows = min(len(self._items), MAX_ROWS)
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
    """One recording with its three buttons; discarding asks first, in the same place.

    Only a single recording (`leading`) has mnemonics: with several rows Alt+T would be ambiguous.
    """

    def __init__(self, bar: UnfinishedBar, item: IncompleteRecording, text: str, *, leading: bool) -> None:
        super().__init__()
        self._id = item.dictation
        self._text = text
        row = _row_layout(self)
        if leading:
            row.addWidget(NoticeIcon("recover", Severity.WARNING))
        else:
            row.addSpacing(XL)
        self._label = _strong(text) if leading else NoteLabel(text, "", size=BODY)
        row.addWidget(self._label, 1)
        self._buttons = [
            self._button(
                tr("&Transcribe") if leading else tr("Transcribe"), lambda: bar.transcribe_requested.emit(self._id)
            ),
            self._button(
                tr("&Save audio…") if leading else tr("Save audio…"), lambda: bar.save_requested.emit(self._id)
            ),
            self._button(tr("Discard…"), lambda: self._ask(True)),
        ]
        if item.problem:
            self._buttons[0].hide()
        self._answers = [
            self._button(tr("Discard recording"), lambda: bar.discard_requested.emit(self._id)),
            self._button(tr("Keep"), lambda: self._ask(False)),
        ]
        for button in (*self._buttons, *self._answers):
            row.addWidget(button)
        for button in self._answers:
            button.hide()
        self._hidden_buttons = [button for button in self._buttons if item.problem and button is self._buttons[0]]

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = worded(QPushButton(), text)
        button.setMinimumHeight(TARGET)
        set_text(button.setAccessibleName, joined(": ", bare(text), self._text))
        button.clicked.connect(lambda _checked=False: act())
        return button

    def _ask(self, asking: bool) -> None:
        set_text(
            self._label.setText,
            tr("Discard this recording for good? Its words cannot be brought back.") if asking else self._text,
        )
        for button in self._buttons:
            button.setVisible(not asking and button not in self._hidden_buttons)
        for button in self._answers:
            button.setVisible(asking)
        (self._answers[1] if asking else self._buttons[2]).setFocus()
        if asking:
            announce(self, self._label.text())


def _row_layout(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(S)
    return row


def _strong(text: str) -> NoteLabel:
    label = NoteLabel("", "", size=BODY)
    label.setFont(sized(label.font(), BODY, strong=True))
    set_text(label.setText, text)
    return label
