"""The window with the queue of sound files: add, follow, cancel, retry, save beside the file. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from saywrite.foundation.events import FileState, QueuedFile, SaveBeside
from saywrite.foundation.messages import message
from saywrite.ui.app.files.rows import FileRow, RowBlock
from saywrite.ui.app.files.saving import DEFAULT_PATTERN, PATTERN_HELP, check_pattern
from saywrite.ui.toolkit.clipboard import accept_as_copy, local_files
from saywrite.ui.toolkit.icons import IconPushButton
from saywrite.ui.toolkit.labels import NoteLabel, ThemedLabel
from saywrite.ui.toolkit.layouts.dialogs import center_on_parent, opening_size
from saywrite.ui.toolkit.layouts.flow_layout import FlowLayout
from saywrite.ui.toolkit.screen_reader import Role, has_role
from saywrite.ui.toolkit.theme.tokens import L, M, S
from saywrite.ui.toolkit.translation import set_text, tr, tr_count, worded

SIZE = QSize(620, 480)
AT_ONCE = 25
"""Rows that are added before the window takes other events, and that are arranged together."""
EMPTY = message("Drop sound files, videos or folders here, or choose them. They are transcribed one after the other.")


@has_role(Role.Window)
class FilesWindow(QWidget):
    """The rows of the queue; its controls only report what the user wants."""

    add_requested = Signal()
    """The user wants to choose files; likewise folders for the next signal."""
    add_folder_requested = Signal()
    dropped = Signal(object)
    """The user dropped files or folders: a tuple of `Path`."""
    cancel_requested = Signal(int)
    """The number of a file; likewise for the next signal."""
    retry_requested = Signal(int)
    text_requested = Signal(str)
    """The dictation of a file whose text the user wants to see."""
    save_beside_changed = Signal(object)
    """The user chose whether and how texts are saved: a `SaveBeside`, whose pattern is right if it is on."""
    clear_requested = Signal()
    """The user wants to remove the files that are done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.rows: dict[int, FileRow] = {}
        self.summary = ThemedLabel(strong=True)
        self.empty = NoteLabel(EMPTY)
        self.add = worded(IconPushButton("add"), tr("&Add files…"))
        self.add_folder = worded(IconPushButton("add"), tr("Add f&older…"))
        self.clear = worded(QPushButton(), tr("&Remove finished"))
        self.save_beside = worded(QCheckBox(), tr("&Save the text beside each file, as"))
        self.pattern = QLineEdit(DEFAULT_PATTERN)
        self.problem = NoteLabel("", "bad")
        self._list = QVBoxLayout()
        self._list.setSpacing(S)
        self._blocks: list[RowBlock] = []
        """The rows in the order of the queue, to which files are only appended."""
        self._missing: list[QueuedFile] = []
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._add_rows)
        set_text(self.setWindowTitle, tr("Files – Saywrite"))
        self.setAcceptDrops(True)
        self.resize(opening_size(self, SIZE))
        self._arrange()
        self._connect()
        self.show_files(())

    def show_save_beside(self, choice: SaveBeside) -> None:
        """Show what the user chose earlier."""
        with QSignalBlocker(self.save_beside), QSignalBlocker(self.pattern):
            self.save_beside.setChecked(choice.on)
            self.pattern.setText(choice.pattern or DEFAULT_PATTERN)
        self._check_pattern()

    def show_files(self, files: tuple[QueuedFile, ...]) -> None:
        """Show the queue; rows that exist are kept, so that the focus stays where it is."""
        numbers = {file.number for file in files}
        for number in [each for each in self.rows if each not in numbers]:
            self._remove_row(self.rows.pop(number))
        self._missing = [file for file in files if file.number not in self.rows]
        for file in files:
            known = self.rows.get(file.number)
            if known is not None and known.file != file:
                known.show_file(file)
        self._add_rows()
        set_text(self.summary.setText, describe_queue(files))
        self.empty.setVisible(not files)
        self.clear.setEnabled(any(file.state is FileState.DONE for file in files))

    def _add_rows(self) -> None:
        """Add the next rows that are missing. The event loop adds the others, so that a long queue freezes nothing."""
        added, self._missing = self._missing[:AT_ONCE], self._missing[AT_ONCE:]
        for file in added:
            row = self.rows[file.number] = FileRow(file)
            row.cancelled.connect(self.cancel_requested)
            row.retried.connect(self.retry_requested)
            row.text_wanted.connect(self.text_requested)
            if not self._blocks or self._blocks[-1].column.count() >= AT_ONCE:
                self._blocks.append(RowBlock())
                self._list.addWidget(self._blocks[-1])
            self._blocks[-1].column.addWidget(row)
        if self._missing:
            self._timer.start()

    def _remove_row(self, row: FileRow) -> None:
        block = next(each for each in self._blocks if each.column.indexOf(row) >= 0)
        block.column.removeWidget(row)
        row.hide()
        row.deleteLater()
        if not block.column.count():
            self._blocks.remove(block)
            block.deleteLater()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            accept_as_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        accept_as_copy(event)
        self.dropped.emit(local_files(event.mimeData()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        center_on_parent(self)

    def _arrange(self) -> None:
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(S)
        rows.addWidget(self.empty)
        rows.addLayout(self._list)
        rows.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_text(area.setAccessibleName, tr("Files"))
        set_text(self.pattern.setAccessibleName, tr("Name of the saved text"))
        set_text(self.pattern.setToolTip, PATTERN_HELP)
        saving = FlowLayout(spacing=S)
        policy = self.pattern.sizePolicy()
        policy.setHorizontalStretch(1)
        self.pattern.setSizePolicy(policy)
        saving.addWidget(self.save_beside)
        saving.addWidget(self.pattern)
        buttons = FlowLayout(spacing=S)
        for button in (self.clear, self.add, self.add_folder):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(self.summary)
        column.addLayout(buttons)
        column.addWidget(area, 1)
        column.addLayout(saving)
        column.addWidget(self.problem)
        self._check_pattern()

    def _connect(self) -> None:
        self.add.clicked.connect(self.add_requested)
        self.add_folder.clicked.connect(self.add_folder_requested)
        self.clear.clicked.connect(self.clear_requested)
        self.save_beside.toggled.connect(lambda _on: self._choose())
        self.pattern.textChanged.connect(lambda _text: self._choose())
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)

    def _choose(self) -> None:
        """Report the choice, unless its pattern is wrong: the last right one then stays in force."""
        self._check_pattern()
        if not self.problem.text():
            self.save_beside_changed.emit(SaveBeside(self.save_beside.isChecked(), self.pattern.text().strip()))

    def _check_pattern(self) -> None:
        self.pattern.setEnabled(self.save_beside.isChecked())
        wrong = check_pattern(self.pattern.text().strip()) if self.save_beside.isChecked() else ""
        set_text(self.problem.setText, wrong)
        self.problem.setVisible(bool(wrong))


def describe_queue(files: tuple[QueuedFile, ...]) -> str:
    """Say how far the queue is: "2 of 5 files done, 1 failed"."""
    if not files:
        return tr("No files")
    done = sum(file.state is FileState.DONE for file in files)
    failed = sum(file.state is FileState.FAILED for file in files)
    words = tr_count("{done} of {n:,} file done", "{done} of {n:,} files done", len(files), done=done)
    return tr("{words}, {failed} failed", words=words, failed=failed) if failed else words
