"""A calm bar in the window while the model in use is not here: its download, and what can be done. GUI thread.

Its texts change in place, so that nothing flickers and the keyboard's focus stays on its button.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from saywrite.foundation.events import ModelState
from saywrite.foundation.formatting import amount, size
from saywrite.ui.models import messages as model_words
from saywrite.ui.models.state import KnownModel
from saywrite.ui.toolkit.flow_layout import FlowLayout
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.widgets.notices import NoticeBar, NoticeIcon, Severity, close_button
from saywrite.ui.widgets.progress_line import ThinProgressBar

LEAST_LETTERS = 68
"""The buttons stand beside the words when a line of so many letters fits there, too."""


@dataclass(frozen=True, slots=True)
class BarWords:
    """`action`: what the first button does: "download", "pause" or "" (no such button), and its text."""

    what: str
    remedy: str
    kind: Severity = Severity.INFO
    action: str = ""
    button: str = ""
    folder: bool = False


def bar_words(known: KnownModel) -> BarWords:
    """What to say of a model that is not ready. Pure."""
    label, info, speak = known.info.label, known.info, model_words.ALREADY_SPEAK
    arrived = amount(known.done, known.total)
    if known.failure is not None:
        what, remedy = known.failure.what, f"{known.failure.remedy} {speak}".strip()
        return BarWords(what, remedy, Severity.WARNING, "download", "Try again", folder=True)
    match info.state:
        case ModelState.DOWNLOADING:
            rest = model_words.time_left(known.left_s).replace(" ", "\u00a0")  # a number stays with its unit
            what = f"{label} is being downloaded: {arrived}" + (f" · {rest}" if rest else "")
            return BarWords(what, speak, action="pause", button="Pause")
        case ModelState.CONVERTING:
            return BarWords(f"{label} is being prepared for this computer.", speak)
        case ModelState.PAUSED:
            what = f"The download of {label} is paused at {arrived}."
            return BarWords(what, speak, action="download", button="Resume")
        case ModelState.DAMAGED:
            what = f"{label} is damaged: its files are incomplete or were changed."
            return BarWords(what, speak, Severity.WARNING, "download", "Download again", folder=True)
        case _:
            download_size = size(info.download_bytes)
            what = f"{label} is not on this computer yet."
            return BarWords(what, speak, action="download", button=f"Download ({download_size})", folder=True)


class ModelBar(QWidget):
    action_wanted = Signal(str, str)
    """"download" or "pause", and the model."""
    settings_wanted = Signal(bool)
    """The settings of the models are wanted; true: the line that says where they come from."""

    def __init__(self) -> None:
        super().__init__()
        self._model = ""
        self._matter = ""
        self._dismissed = False
        self.frame = NoticeBar(Severity.INFO)
        self.mark = NoticeIcon(Severity.INFO.value, Severity.INFO)
        self.what = NoteLabel("", "", size=1.0)
        self.remedy = NoteLabel("", "", size=1.0)
        self.progress = ThinProgressBar("Download of the model")
        self.action = QPushButton("Download")
        self.settings = QPushButton("Models…")
        self.close_button = close_button("Dismiss this message")
        self._words = BarWords("", "")
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._arrange()
        self.setVisible(False)

    def show_model(self, known: KnownModel | None) -> None:
        """The model in use; None, or one that is ready, takes the bar away."""
        if known is None or known.is_ready:
            self._matter = ""
            self.setVisible(False)
            return
        words = bar_words(known)
        matter = f"{known.info.id} {known.info.state} {known.failure}"
        if matter != self._matter:
            self._matter, self._dismissed = matter, False
            announce(self, f"{words.what} {words.remedy}", urgent=words.kind is not Severity.INFO)
        self._model, self._words = known.info.id, words
        self._show(words)
        busy = known.info.state is ModelState.CONVERTING
        self.progress.setVisible(busy or known.info.state in (ModelState.DOWNLOADING, ModelState.PAUSED))
        self.progress.show_progress(None if busy else model_words.percent(known.done, known.total))
        self.progress.setAccessibleDescription(words.what)
        self.setVisible(not self._dismissed)

    def texts(self) -> tuple[str, str]:
        return self.what.text(), self.remedy.text()

    def _show(self, words: BarWords) -> None:
        self.what.setText(words.what)
        self.remedy.setText(words.remedy)
        self.frame.set_kind(words.kind)
        self.mark.set_kind(words.kind)
        self.action.setText(words.button)
        self.action.setAccessibleName(words.button)
        self.action.setVisible(bool(words.action))
        self.settings.setText("Choose a folder…" if words.folder else "Models…")
        self._place_buttons()
        self.setAccessibleName(f"{words.kind}: {words.what} {words.remedy}")

    def _arrange(self) -> None:
        font = QFont(self.what.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.what.setFont(font)
        self._buttons = QWidget()
        flow = FlowLayout(self._buttons)
        flow.addWidget(self.action)
        flow.addWidget(self.settings)
        self.action.clicked.connect(lambda: self.action_wanted.emit(self._words.action, self._model))
        self.settings.clicked.connect(lambda: self.settings_wanted.emit(self._words.folder))
        self.close_button.clicked.connect(self._dismiss)
        words = QVBoxLayout()
        words.setSpacing(3)
        for widget in (self.what, self.remedy, self.progress):
            words.addWidget(widget)
        self._middle.addLayout(words, 1)
        self._middle.addWidget(self._buttons)
        self._middle.setSpacing(10)
        row = QHBoxLayout(self.frame)
        row.setContentsMargins(10, 7, 6, 9)
        row.setSpacing(10)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._middle, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 0, 14, 8)
        outer.addWidget(self.frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def _place_buttons(self) -> None:
        """Beside the words where there is room for both, else below them."""
        wide = self.width() > self._buttons.sizeHint().width() + self.fontMetrics().averageCharWidth() * LEAST_LETTERS
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._middle.direction() != direction:
            self._middle.setDirection(direction)
            self._middle.setSpacing(10 if wide else 4)

    def _dismiss(self) -> None:
        """Until something else is to be said of the model."""
        self._dismissed = True
        self.setVisible(False)
