"""One file of the queue in the window: its name, how far it is, and its buttons. GUI thread."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QProgressBar, QVBoxLayout, QWidget

from saywrite.foundation.events import FileState, QueuedFile, seconds
from saywrite.foundation.formatting import clock
from saywrite.foundation.messages import message
from saywrite.ui.models.messages import time_left
from saywrite.ui.toolkit.icons import IconPushButton
from saywrite.ui.toolkit.labels import NoteLabel, PlainLabel, plain_tooltip
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import joined, set_text, tr, worded

STEPS = 1_000
"""Of the progress bar."""
LEAST_LETTERS = 12
"""The letters of a name that are always visible."""

_STATES = {
    FileState.WAITING: message("Waiting"),
    FileState.READING: message("Reading the file…"),
    FileState.DONE: message("Done"),
}


def name_of(file: QueuedFile) -> str:
    """The name of a file without its folder."""
    return PurePath(file.path).name or file.path


def describe(file: QueuedFile) -> str:
    """Say how far a file is: "0:40 of 2:10 · 2 min left"; why it failed, and what to do."""
    problem = joined(" ", file.what, file.remedy)
    if file.state is FileState.FAILED:
        return problem
    if file.state is FileState.TRANSCRIBING:
        words = tr(
            "{confirmed} of {length}", confirmed=clock(seconds(file.confirmed)), length=clock(seconds(file.length))
        )
        return joined(" · ", words, time_left(file.left_s))
    words = _STATES[file.state]
    if file.state is FileState.WAITING and 0 < file.confirmed < file.length:
        words = tr("Waiting, continues at {confirmed}", confirmed=clock(seconds(file.confirmed)))
    if file.saved_as:
        words = tr("Saved as {name}", name=file.saved_as)
    return joined(". ", words, problem)


class NameLabel(PlainLabel):
    """A name on one line, with "…" in its middle where there is no room for all of it."""

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * LEAST_LETTERS, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, words)


class FileRow(QFrame):
    """Shows one file, and reports what the user wants with it."""

    cancelled = Signal(int)
    """The number of the file."""
    retried = Signal(int)
    text_wanted = Signal(str)
    """The dictation of the file."""

    def __init__(self, file: QueuedFile) -> None:
        super().__init__()
        self.file = file
        self.name = NameLabel()
        self.status = NoteLabel()
        self.bar = QProgressBar()
        self.retry = worded(IconPushButton("refresh"), tr("Retry"))
        self.show_text = worded(IconPushButton("history"), tr("Show text"))
        self.cancel = worded(IconPushButton("close"), tr("Cancel"))
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        grid = QGridLayout(self)
        grid.setContentsMargins(S, S, S, S)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(self.retry, 0, 1)
        grid.addWidget(self.show_text, 0, 2)
        grid.addWidget(self.cancel, 0, 3)
        grid.addWidget(self.bar, 1, 0, 1, 4)
        grid.addWidget(self.status, 2, 0, 1, 4)
        self.retry.clicked.connect(lambda: self.retried.emit(self.file.number))
        self.show_text.clicked.connect(lambda: self.text_wanted.emit(self.file.dictation))
        self.cancel.clicked.connect(lambda: self.cancelled.emit(self.file.number))
        self.show_file(file)

    def show_file(self, file: QueuedFile) -> None:
        """Show the present state of the file."""
        self.file = file
        name, status = name_of(file), describe(file)
        set_text(self.name.setText, name)
        set_text(self.name.setToolTip, plain_tooltip(file.path))
        if self.status.text() != status:
            set_text(self.status.setText, status)
            self.status.set_tone("bad" if file.state is FileState.FAILED else "muted")
        running = file.state in (FileState.TRANSCRIBING, FileState.READING)
        self.bar.setVisible(running)
        self.bar.setRange(0, STEPS if file.state is FileState.TRANSCRIBING else 0)
        self.bar.setValue(round(STEPS * file.confirmed / file.length) if file.length else 0)
        set_text(self.bar.setAccessibleName, tr("Progress of {name}", name=name))
        self.retry.setVisible(file.state is FileState.FAILED)
        set_text(self.retry.setAccessibleName, tr("Retry {name}", name=name))
        self.show_text.setVisible(file.state is FileState.DONE)
        set_text(self.show_text.setAccessibleName, tr("Show the text of {name}", name=name))
        word = tr("Cancel") if running or file.state is FileState.WAITING else tr("Remove")
        set_text(self.cancel.setText, word)
        set_text(self.cancel.setAccessibleName, joined(" ", word, name))


class RowBlock(QWidget):
    """Some rows below each other: a change of one of them arranges only its block anew."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(S)
