"""The bar about the chosen model while it is not ready: download, problem and buttons. GUI thread.

Its texts change in place, so that nothing flickers and its button keeps the keyboard focus.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from saywrite.foundation.events import ModelState
from saywrite.foundation.formatting import amount, size
from saywrite.ui.models import messages
from saywrite.ui.models.state import KnownModel
from saywrite.ui.toolkit.icons import icon_button
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.layouts.flow_layout import FlowLayout
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import BODY, TARGET, XS, L, M, S
from saywrite.ui.toolkit.translation import changed, joined, set_text, tr, worded
from saywrite.ui.widgets.notices import SEVERITY_WORDS, NoticeBar, NoticeIcon, Severity
from saywrite.ui.widgets.progress_line import ThinProgressBar

MIN_LETTERS = 68
"""The buttons are beside the text where this many letters fit in a line, else below."""


@dataclass(frozen=True, slots=True)
class BarText:
    """The texts of the bar.

    `action` is what the first button does: "download", "pause", or "" for no button; `button` is its text.
    """

    what: str
    remedy: str
    severity: Severity = Severity.INFO
    action: str = ""
    button: str = ""
    folder: bool = False


def bar_text(known: KnownModel) -> BarText:
    """The texts about a model that is not ready. Pure."""
    label, info, speak = known.info.label, known.info, messages.ALREADY_SPEAK
    arrived = amount(known.done, known.total)
    if known.failure is not None:
        what, remedy = known.failure.what, joined(" ", known.failure.remedy, speak)
        return BarText(what, remedy, Severity.WARNING, "download", tr("Try again"), folder=True)
    match info.state:
        case ModelState.DOWNLOADING:
            # A number stays with its unit.
            rest = changed(messages.time_left(known.left_s), lambda words: words.replace(" ", "\u00a0"))
            what = joined(" · ", tr("{label} is being downloaded: {arrived}", label=label, arrived=arrived), rest)
            return BarText(what, speak, action="pause", button=tr("Pause"))
        case ModelState.CONVERTING:
            return BarText(tr("{label} is being prepared for this computer.", label=label), speak)
        case ModelState.PAUSED:
            what = tr("The download of {label} is paused at {arrived}.", label=label, arrived=arrived)
            return BarText(what, speak, action="download", button=tr("Resume"))
        case ModelState.DAMAGED:
            what = tr("{label} is damaged: its files are incomplete or were changed.", label=label)
            return BarText(what, speak, Severity.WARNING, "download", tr("Download again"), folder=True)
        case _:
            download_size = size(info.download_bytes)
            what = tr("{label} is not on this computer yet.", label=label)
            return BarText(
                what,
                speak,
                action="download",
                button=tr("Download ({size})", size=download_size),
                folder=True,
            )


class ModelBar(QWidget):
    """Text, progress and buttons; the user can dismiss it until something changes."""

    action_requested = Signal(str, str)
    """"download" or "pause", and the name of the model."""
    settings_requested = Signal(bool)
    """The user asked for the settings of the models; True: for the field with their source."""

    def __init__(self) -> None:
        super().__init__()
        self._model = ""
        self._matter = ""
        self._dismissed = False
        self.frame = NoticeBar(Severity.INFO)
        self.mark = NoticeIcon(Severity.INFO.value, Severity.INFO)
        self.what = NoteLabel("", "", size=BODY)
        self.remedy = NoteLabel("", "", size=BODY)
        self.progress = ThinProgressBar(tr("Download of the model"))
        self.action = worded(QPushButton(), tr("Download"))
        self.settings = worded(QPushButton(), tr("Models…"))
        for button in (self.action, self.settings):
            button.setMinimumHeight(TARGET)
        self.close_button = icon_button("close", tr("Dismiss this message"))
        self._words = BarText("", "")
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._arrange()
        self.setVisible(False)

    def show_model(self, known: KnownModel | None) -> None:
        """Show the chosen model; the bar is hidden for None and for a model that is ready."""
        if known is None or known.is_ready:
            self._matter = ""
            self.setVisible(False)
            return
        words = bar_text(known)
        matter = f"{known.info.id} {known.info.state} {known.failure}"
        if matter != self._matter:
            self._matter, self._dismissed = matter, False
            announce(self, joined(" ", words.what, words.remedy), urgent=words.severity is not Severity.INFO)
        self._model, self._words = known.info.id, words
        self._show(words)
        busy = known.info.state is ModelState.CONVERTING
        self.progress.setVisible(busy or known.info.state in (ModelState.DOWNLOADING, ModelState.PAUSED))
        self.progress.show_progress(None if busy else messages.percent(known.done, known.total))
        set_text(self.progress.setAccessibleDescription, words.what)
        self.setVisible(not self._dismissed)

    def texts(self) -> tuple[str, str]:
        """What happened, and what to do."""
        return self.what.text(), self.remedy.text()

    def _show(self, words: BarText) -> None:
        set_text(self.what.setText, words.what)
        set_text(self.remedy.setText, words.remedy)
        self.frame.set_severity(words.severity)
        self.mark.set_severity(words.severity)
        set_text(self.action.setText, words.button)
        set_text(self.action.setAccessibleName, words.button)
        self.action.setVisible(bool(words.action))
        set_text(self.settings.setText, tr("Choose a folder…") if words.folder else tr("Models…"))
        self._place_buttons()
        set_text(
            self.setAccessibleName, joined(" ", joined(": ", SEVERITY_WORDS[words.severity], words.what), words.remedy)
        )

    def _arrange(self) -> None:
        font = QFont(self.what.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.what.setFont(font)
        self._buttons = QWidget()
        flow = FlowLayout(self._buttons)
        flow.addWidget(self.action)
        flow.addWidget(self.settings)
        self.action.clicked.connect(lambda: self.action_requested.emit(self._words.action, self._model))
        self.settings.clicked.connect(lambda: self.settings_requested.emit(self._words.folder))
        self.close_button.clicked.connect(self._dismiss)
        words = QVBoxLayout()
        words.setSpacing(XS)
        for widget in (self.what, self.remedy, self.progress):
            words.addWidget(widget)
        self._middle.addLayout(words, 1)
        self._middle.addWidget(self._buttons)
        self._middle.setSpacing(M)
        row = QHBoxLayout(self.frame)
        row.setContentsMargins(M, S, S, S)
        row.setSpacing(M)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._middle, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(L, 0, L, S)
        outer.addWidget(self.frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def _place_buttons(self) -> None:
        """Place the buttons beside the text, or below it in a narrow window."""
        wide = self.width() > self._buttons.sizeHint().width() + self.fontMetrics().averageCharWidth() * MIN_LETTERS
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._middle.direction() != direction:
            self._middle.setDirection(direction)
            self._middle.setSpacing(M if wide else XS)

    def _dismiss(self) -> None:
        """Hide the bar until the state of the model changes."""
        self._dismissed = True
        self.setVisible(False)
