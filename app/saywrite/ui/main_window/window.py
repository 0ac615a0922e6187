"""The main window: arranges its parts, saves its size, and forwards dropped files. GUI thread.

The transcript and the keywords are not visible at the start. They are created at their first use, after the first
paint, because they take as long as all other parts together.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMainWindow, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from saywrite.foundation.events import FrontEndEvent, State, StateChanged
from saywrite.ui.main_window.actions import Actions
from saywrite.ui.main_window.control_bar import ControlBar
from saywrite.ui.main_window.empty_state import EmptyState
from saywrite.ui.main_window.status_bar import StatusBar
from saywrite.ui.main_window.unfinished_bar import UnfinishedBar
from saywrite.ui.models.bar import ModelBar
from saywrite.ui.toolkit.clipboard import accept_as_copy, local_files
from saywrite.ui.toolkit.screen_reader import insert_tab_stops
from saywrite.ui.toolkit.theme import theme_colors
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.waveform.panel import WaveformPanel
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Notices

if TYPE_CHECKING:
    from saywrite.audio.levels import Envelope, LatestLevel
    from saywrite.ui.keywords.panel import KeywordsPanel
    from saywrite.ui.transcript.view import TranscriptView

log = logging.getLogger(__name__)

NARROW = 640
"""A narrower window has the keywords below the text; device-independent pixels."""
PREFERRED_SIZE = QSize(1040, 700)
SHARES = {Qt.Orientation.Horizontal: [740, 280], Qt.Orientation.Vertical: [700, 300]}
"""The shares of text and keywords beside each other, and below each other."""


class MainWindow(QMainWindow):
    """The window with its parts, which receive the events of the dictation themselves."""

    files_dropped = Signal(object)
    """The user dropped files: a tuple of `Path`."""
    painted = Signal()
    """The window was painted for the first time, or starts hidden: the rest may be loaded now."""
    closing = Signal()
    """The user closes the window; it is not hidden or closed yet."""
    shown = Signal()
    hidden = Signal()
    """The window was hidden instead of closed."""
    closed = Signal()

    def __init__(
        self, latest: Callable[[], LatestLevel], envelope: Callable[[], Envelope], choices: EngineChoices
    ) -> None:
        """`latest` and `envelope` give level and peaks of the newest dictation."""
        super().__init__()
        self.actions_ = Actions(self)
        self.control_bar = ControlBar(latest, choices)
        self.notices = Notices()
        self.model_bar = ModelBar()
        self.unfinished = UnfinishedBar()
        self.empty = EmptyState(choices)
        self._choices = choices
        self._transcript: TranscriptView | None = None
        self._keywords: KeywordsPanel | None = None
        self.waveform = WaveformPanel(envelope)
        self._waveform_wanted = True
        acts = self.actions_
        self.status = StatusBar(
            self.control_bar.gauge, acts.copy, acts.export, acts.export_menu, acts.clear, acts.open_file
        )
        self.hides_on_close: Callable[[], bool] = lambda: False
        """Whether closing only hides the window; called each time."""
        self._paint_seen = self._painted = False
        self._pages = QStackedWidget()
        self._left = QSplitter(Qt.Orientation.Vertical)
        self._split = Panels(Qt.Orientation.Horizontal)
        self._split_state = QByteArray()
        self._sizes = dict(SHARES)
        """The sizes that the user gave to text and keywords in this run, beside each other and below each other."""
        self._arrange()
        acts.fill(self.menuBar())
        self.setAcceptDrops(True)
        set_text(self.setWindowTitle, tr("Saywrite"))
        self.control_bar.meter.sound_shown.connect(self.waveform.wake)

    @property
    def transcript(self) -> TranscriptView:
        """The transcript, created at its first use."""
        if self._transcript is None:
            from saywrite.ui.transcript.view import TranscriptView

            self._transcript = made = TranscriptView()
            made.engine_label = self._choices.engine_label
            made.pane.setFrameShape(QFrame.Shape.NoFrame)  # hairlines of the window separate it
            made.changed.connect(self._show_text_state)
            made.content_changed.connect(self.show_content)
            self._pages.addWidget(made)
            insert_tab_stops(made, self._keywords or self.status)
        return self._transcript

    @property
    def keywords(self) -> KeywordsPanel:
        """The panel with the keywords, created at its first use."""
        if self._keywords is None:
            from saywrite.ui.keywords.panel import KeywordsPanel

            self._keywords = made = KeywordsPanel()
            made.hide()
            self._split.addWidget(made)
            self._split.setStretchFactor(1, 0)
            self._split.setCollapsible(1, False)
            self._split.setSizes(SHARES[Qt.Orientation.Horizontal])
            self._split.restoreState(self._split_state)
            self._turn_split()
            insert_tab_stops(made, self.status)
        return self._keywords

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show a new state of the dictation; the parts of the window receive the other events."""
        if isinstance(event, StateChanged):
            self._show_state(event.state)

    def _show_state(self, state: State) -> None:
        self.control_bar.show_state(state)
        self.empty.show_state(state)
        self.actions_.show_state(state)
        set_text(
            self.setWindowTitle, tr("● Saywrite") if state in (State.LISTENING, State.RECONNECTING) else tr("Saywrite")
        )

    @Slot(bool)
    def show_content(self, has_content: bool) -> None:
        """Show the transcript, or the empty state when there is nothing to show."""
        self._pages.setCurrentWidget(self.transcript if has_content else self.empty)

    @Slot()
    def _show_text_state(self) -> None:
        """Show the number of words, and enable what can be done with the text."""
        self.status.set_words(self.transcript.word_count)
        self.actions_.show_has_text(bool(self.transcript.document.rows))
        self.actions_.show_has_translations(self.transcript.translations.column.active)

    def show_panels(self, *, keywords: bool, waveform: bool) -> None:
        """Show or hide the keywords and the waveform."""
        if keywords or self._keywords is not None:
            self.keywords.setVisible(keywords)
        self._waveform_wanted = waveform
        self._fit_waveform()

    def state(self) -> dict[str, Any]:
        """Size, position and splitters for `restore()` at the next start."""
        return {
            "geometry": packed(self.saveGeometry()),
            "split": packed(self._split.saveState()),
            "left": packed(self._left.saveState()),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the size and the splitters of the last run; missing or broken values keep their defaults."""
        self.resize(PREFERRED_SIZE.boundedTo(self.screen().availableGeometry().size() * 0.9))
        self.restoreGeometry(unpacked(state.get("geometry")))
        self._split_state = unpacked(state.get("split"))
        self._split.restoreState(self._split_state)
        self._left.restoreState(unpacked(state.get("left")))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.load_now()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn_split()
        self.notices.fold()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def load_now(self) -> None:
        """Emit `painted`, once."""
        if not self._paint_seen:
            self._paint_seen = True
            QTimer.singleShot(0, self._report_painted)

    def when_painted(self, act: Callable[[], None]) -> None:
        """Call `act` once the window is painted; at once if it is."""
        if self._painted:
            act()
        else:
            self.painted.connect(act)

    @Slot()
    def _report_painted(self) -> None:
        log.info("window painted")
        self._painted = True
        self.painted.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            accept_as_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        accept_as_copy(event)
        self.files_dropped.emit(local_files(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        if self.hides_on_close():
            event.ignore()
            self.hide()
            self.hidden.emit()
        else:
            super().closeEvent(event)
            self.closed.emit()

    def _turn_split(self) -> None:
        """Place the keywords beside the text, or below it in a narrow window."""
        turned = Qt.Orientation.Vertical if self.width() < NARROW else Qt.Orientation.Horizontal
        if turned != self._split.orientation():
            self._split.setOrientation(turned)
            sizes = self._sizes[turned]
            room = self._split.height() if turned is Qt.Orientation.Vertical else self._split.width()
            self._split.setSizes([round(size * room / max(1, sum(sizes))) for size in sizes])

    @Slot()
    def _fit_waveform(self) -> None:
        """Show the waveform if the user wants it and the text has its least height beside it."""
        needed = self.waveform.minimumHeight() + self._left.handleWidth() + self._pages.minimumSizeHint().height()
        self.waveform.setVisible(self._waveform_wanted and self._split.height() >= needed)

    @Slot()
    def _remember_sizes(self) -> None:
        self._sizes[self._split.orientation()] = self._split.sizes()

    def _arrange(self) -> None:
        self._pages.addWidget(self.empty)
        self._left.addWidget(self.waveform)
        self._left.addWidget(self._pages)
        self._left.setStretchFactor(0, 0)
        self._left.setStretchFactor(1, 1)
        self._left.setChildrenCollapsible(False)
        self._split.addWidget(self._left)
        self._split.setStretchFactor(0, 1)
        self._split.setCollapsible(0, False)
        self._split.setContentsMargins(0, 0, 0, 0)
        self._split.splitterMoved.connect(self._remember_sizes)
        self._split.resized.connect(self._fit_waveform)
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


class Panels(QSplitter):
    """Text and keywords. Notices may leave them one line: the window need not become higher for a message."""

    resized = Signal()

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class Hairline(QWidget):
    """A separating line, one device-independent pixel high."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme_colors(self.palette()).hairline)


def packed(state: QByteArray) -> str:
    """Return a state of Qt as text for JSON."""
    return base64.b64encode(state.data()).decode("ascii")


def unpacked(text: object) -> QByteArray:
    """Return the state of Qt that a text holds; an empty one for anything else."""
    try:
        return QByteArray(base64.b64decode(text, validate=True)) if isinstance(text, str) else QByteArray()
    except ValueError:  # no base64
        return QByteArray()
