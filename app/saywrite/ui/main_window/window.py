"""The main window: it arranges its parts, remembers its shape and forwards what is dropped on it. GUI thread."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from saywrite.foundation.events import State
from saywrite.ui.keywords.panel import KeywordsPanel
from saywrite.ui.main_window.actions import Actions
from saywrite.ui.main_window.control_bar import ControlBar
from saywrite.ui.main_window.empty_state import EmptyState
from saywrite.ui.main_window.status_bar import StatusBar
from saywrite.ui.main_window.unfinished_bar import UnfinishedBar
from saywrite.ui.models.bar import ModelBar
from saywrite.ui.toolkit.theme import shades
from saywrite.ui.transcript.view import TranscriptView
from saywrite.ui.waveform.panel import WaveformPanel
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.level_meter import LevelSource
from saywrite.ui.widgets.notices import Notices

if TYPE_CHECKING:
    from saywrite.ui.waveform.model import PeakSource

PREFERRED_SIZE = QSize(1040, 700)


class MainWindow(QMainWindow):
    files_dropped = Signal(object)
    """A tuple of `Path`."""
    painted = Signal()
    """The first picture is on the screen, or none is wanted yet: what is heavy and not needed for it may load now."""
    closing = Signal()
    shown = Signal()
    hidden = Signal()
    """Instead of being closed."""
    closed = Signal()

    def __init__(self, level: LevelSource, envelope: Callable[[], PeakSource], choices: EngineChoices) -> None:
        super().__init__()
        self.actions_ = Actions(self)
        self.control_bar = ControlBar(level, choices)
        self.notices = Notices()
        self.model_bar = ModelBar()
        self.unfinished = UnfinishedBar()
        self.transcript = TranscriptView()
        self.empty = EmptyState(choices)
        self.keywords = KeywordsPanel()
        self.waveform = WaveformPanel(envelope)
        acts = self.actions_
        self.status = StatusBar(acts.copy, acts.export, acts.export_menu, acts.clear, acts.open_file)
        self.stays: Callable[[], bool] = lambda: False
        """Closing only hides it? Asked each time."""
        self._painted = False
        self._pages = QStackedWidget()
        self._left = QSplitter(Qt.Orientation.Vertical)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._arrange()
        acts.fill(self.menuBar())
        self.setAcceptDrops(True)
        self.setWindowTitle("Saywrite")
        self.show_has_text(False)

    def show_state(self, state: State) -> None:
        self.control_bar.show_state(state)
        self.empty.show_state(state)
        self.actions_.show_state(state)
        self.setWindowTitle("● Saywrite" if state in (State.LISTENING, State.RECONNECTING) else "Saywrite")

    def show_has_text(self, has_text: bool) -> None:
        """The transcript when there is one, else what to do to get one."""
        self._pages.setCurrentWidget(self.transcript if has_text else self.empty)

    def show_panels(self, *, keywords: bool, waveform: bool) -> None:
        self.keywords.setVisible(keywords)
        self.waveform.setVisible(waveform)

    def state(self) -> dict[str, Any]:
        """Size, place and splitters, to be given to `restore()` at the next start."""
        return {
            "geometry": _packed(self.saveGeometry()),
            "split": _packed(self._split.saveState()),
            "left": _packed(self._left.saveState()),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take the shape of last time; what is missing or broken is left at its default."""
        self.resize(PREFERRED_SIZE.boundedTo(self.screen().availableGeometry().size() * 0.9))
        self.restoreGeometry(_unpacked(state.get("geometry")))
        self._split.restoreState(_unpacked(state.get("split")))
        self._left.restoreState(_unpacked(state.get("left")))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.load_now()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def load_now(self) -> None:
        """Tell `painted`, once: what is heavy may load."""
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files_dropped.emit(_files(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        if self.stays():
            event.ignore()
            self.hide()
            self.hidden.emit()
        else:
            super().closeEvent(event)
            self.closed.emit()

    def _arrange(self) -> None:
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.transcript)
        self.transcript.pane.setFrameShape(QFrame.Shape.NoFrame)  # it borders on the window's own lines
        self._left.addWidget(self.waveform)
        self._left.addWidget(self._pages)
        self._left.setStretchFactor(0, 0)
        self._left.setStretchFactor(1, 1)
        self._left.setChildrenCollapsible(False)
        self._split.addWidget(self._left)
        self._split.addWidget(self.keywords)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self._split.setCollapsible(0, False)
        self._split.setCollapsible(1, False)
        self._split.setSizes([740, 280])
        self._split.setContentsMargins(0, 0, 0, 0)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.control_bar, self.model_bar, self.notices, self.unfinished, Hairline()):
            column.addWidget(widget)
        column.addWidget(self._split, 1)
        column.addWidget(Hairline())
        column.addWidget(self.status)
        self.setCentralWidget(central)


class Hairline(QWidget):
    """A line that separates, one device-independent pixel high."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), shades(self.palette()).hairline)


def _files(data: QMimeData) -> tuple[Path, ...]:
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def _packed(state: QByteArray) -> str:
    return base64.b64encode(state.data()).decode("ascii")


def _unpacked(text: object) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text, validate=True)) if isinstance(text, str) else QByteArray()
    except binascii.Error:
        return QByteArray()
