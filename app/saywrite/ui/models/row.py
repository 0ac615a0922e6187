"""One recognition model in the settings: description, state, download and buttons. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from saywrite.foundation.events import ModelState
from saywrite.foundation.formatting import size
from saywrite.foundation.messages import message
from saywrite.ui.models import messages
from saywrite.ui.models.state import KnownModel, Task
from saywrite.ui.toolkit.labels import NoteLabel, ThemedLabel
from saywrite.ui.toolkit.layouts.flow_layout import FlowLayout
from saywrite.ui.toolkit.theme.tokens import BODY, XS, L, M, S
from saywrite.ui.toolkit.translation import bare, changed, joined, set_text, tr, worded
from saywrite.ui.widgets.notices import NoticeIcon, RaisedFrame, Severity
from saywrite.ui.widgets.progress_line import ThinProgressBar

TASKS = {
    Task.TRIAL: message("Recognizing your last dictation…"),
    Task.CHECK: message("Comparing the files with their checksums…"),
}
BUTTONS = {
    "download": message("Download"),
    "resume": message("Resume"),
    "pause": message("Pause"),
    "cancel": message("Cancel"),
    "repair": message("Download again"),
    "try": message("Try on my last dictation"),
    "check": message("Verify"),
    "remove": message("Remove…"),
}
OFFERED = {
    ModelState.ABSENT: ("download",),
    ModelState.PAUSED: ("resume", "cancel"),
    ModelState.DOWNLOADING: ("pause", "cancel"),
    ModelState.CONVERTING: (),
    ModelState.READY: ("try", "check", "remove"),
    ModelState.DAMAGED: ("repair", "remove"),
}


class ModelRow(RaisedFrame):
    """Shows a model; its signals report what the user asked for."""

    use_requested = Signal()
    download_requested = Signal()
    """Start or continue the download, or download a damaged model again."""
    pause_requested = Signal()
    cancel_requested = Signal()
    remove_requested = Signal()
    """The user has confirmed the removal."""
    check_requested = Signal()
    try_requested = Signal()

    def __init__(self, known: KnownModel, language_name: Callable[[str], str]) -> None:
        super().__init__()
        info = known.info
        self.known = known
        self.radio = _Choice(info.label)
        self.state = ThemedLabel()
        self.judgement = NoteLabel(info.judgement, "", size=BODY)
        self.facts = NoteLabel(messages.describe_sizes(info))
        self.languages = NoteLabel(messages.languages(info.languages, language_name))
        self.bar = ThinProgressBar(tr("Progress of {label}", label=info.label))
        self.progress = NoteLabel()
        self.failure = NoteLabel("", "bad", size=BODY)
        self._failure_mark = NoticeIcon("error", Severity.ERROR)
        self.question = _Question(tr("Remove {label} from this computer?", label=info.label))
        self.buttons = {name: _button(text, joined(": ", bare(text), info.label)) for name, text in BUTTONS.items()}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._arrange()
        self._connect()
        self.show_model(known, used=False)

    def show_model(self, known: KnownModel, *, used: bool) -> None:
        """Show the state of the model; `used` means that it is the model of the settings."""
        focused = self._has_focus()
        self.known = known
        self.radio.setChecked(used)
        self.radio.setEnabled(used or known.is_ready)
        set_text(self.radio.setAccessibleDescription, self._description())
        self._show_state(used=used)
        self._show_progress()
        if known.info.state not in (ModelState.READY, ModelState.DAMAGED):
            self.question.hide()
        self._show_buttons()
        failure = known.failure
        set_text(self.failure.setText, joined(" ", failure.what, failure.remedy) if failure else "")
        self.failure.setVisible(failure is not None)
        self._failure_mark.setVisible(failure is not None)
        if focused and not self._has_focus():
            self._focus_first()

    def _show_state(self, *, used: bool) -> None:
        known = self.known
        words = messages.describe_state(known.info, known.done, known.total)
        tone = {ModelState.READY: "good", ModelState.DAMAGED: "bad"}.get(known.info.state, "muted")
        if known.is_ready:
            words = tr("In use") if used else words
            words = joined("", words, tr(", files verified") if known.checked else "")
        set_text(self.state.setText, words)
        self.state.set_tone(tone)

    def _show_progress(self) -> None:
        known, state = self.known, self.known.info.state
        loading = state is ModelState.DOWNLOADING
        busy = known.task is not Task.NONE or state is ModelState.CONVERTING
        self.bar.setVisible(busy or loading or state is ModelState.PAUSED)
        self.bar.show_progress(None if busy else messages.percent(known.done, known.total))
        words = TASKS.get(known.task, "")
        if loading:
            words = messages.progress(known.done, known.total, known.left_s)
        set_text(self.progress.setText, words)
        self.progress.setVisible(bool(words))
        set_text(self.bar.setAccessibleDescription, words or self.state.text())

    def _show_buttons(self) -> None:
        known = self.known
        offered = OFFERED[known.info.state]
        for name, button in self.buttons.items():
            button.setVisible(name in offered and not self.question.isVisibleTo(self))
            button.setEnabled(known.task is Task.NONE)
        if not known.info.removable:
            self.buttons["remove"].hide()

    def _description(self) -> str:
        """The description for screen readers, which do not read the labels of the row by themselves."""
        known = self.known
        parts = [messages.describe_state(known.info, known.done, known.total), known.info.judgement]
        return joined(". ", *(changed(part, lambda words: words.rstrip(".。")) for part in parts if part))

    def _ask_before_removing(self) -> None:
        freed = size(self.known.info.disk_bytes)
        words = tr("{freed} of disk space become free. It can be downloaded again at any time.", freed=freed)
        if self.radio.isChecked():
            words = joined(
                "", words, tr(" It is in use: until a model is here again, your words are recorded and written later.")
            )
        set_text(self.question.note.setText, words)
        self.question.show()
        self._show_buttons()
        self.question.keep.setFocus()

    def _end_question(self, *, remove: bool) -> None:
        self.question.hide()
        self._show_buttons()
        self._focus_first()
        if remove:
            self.remove_requested.emit()

    def _has_focus(self) -> bool:
        """Whether a visible part of the row has the focus; `QWidget.focusWidget()` may be out of date."""
        widget = self.window().focusWidget()
        return widget is not None and self.isAncestorOf(widget) and widget.isVisibleTo(self)

    def _focus_first(self) -> None:
        shown = [button for button in self.buttons.values() if button.isVisibleTo(self) and button.isEnabled()]
        (shown[0] if shown else self.radio).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape answers the question with no instead of closing the window."""
        if event.key() == Qt.Key.Key_Escape and self.question.isVisibleTo(self):
            self._end_question(remove=False)
        else:
            super().keyPressEvent(event)

    def _arrange(self) -> None:
        head = QWidget()
        first = FlowLayout(head, spacing=M)
        first.addWidget(self.radio)
        first.addWidget(self.state)
        failure_line = QHBoxLayout()
        failure_line.addWidget(self._failure_mark, 0, Qt.AlignmentFlag.AlignTop)
        failure_line.addWidget(self.failure, 1)
        actions = QWidget()
        flow = FlowLayout(actions)
        for button in self.buttons.values():
            flow.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, M, L, M)
        column.setSpacing(XS)
        column.addWidget(head)
        for label in (self.judgement, self.facts, self.languages):
            column.addWidget(label)
        column.addWidget(self.bar)
        column.addWidget(self.progress)
        column.addLayout(failure_line)
        column.addWidget(self.question)
        column.addSpacing(XS)
        column.addWidget(actions)

    def _connect(self) -> None:
        self.radio.clicked.connect(self.use_requested)
        for name, wanted in {
            "download": self.download_requested,
            "resume": self.download_requested,
            "repair": self.download_requested,
            "pause": self.pause_requested,
            "cancel": self.cancel_requested,
            "check": self.check_requested,
            "try": self.try_requested,
        }.items():
            self.buttons[name].clicked.connect(wanted)
        self.buttons["remove"].clicked.connect(self._ask_before_removing)
        self.question.keep.clicked.connect(lambda: self._end_question(remove=False))
        self.question.remove.clicked.connect(lambda: self._end_question(remove=True))
        self.question.hide()


class _Choice(QRadioButton):
    """The name of the model as a radio button; readable also while it is disabled."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        set_text(self.setAccessibleName, tr("Use {label}", label=label))
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
        self._color()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ParentChange):
            self._color()
        super().changeEvent(event)

    def _color(self) -> None:
        roles, disabled = QPalette.ColorRole, QPalette.ColorGroup.Disabled
        text = self.palette().color(QPalette.ColorGroup.Active, roles.WindowText)
        if self.palette().color(disabled, roles.WindowText) != text:
            palette = QPalette(self.palette())
            palette.setColor(disabled, roles.WindowText, text)
            self.setPalette(palette)


class _Question(QWidget):
    """The question before a model is removed, shown in its row."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.note = NoteLabel()
        self.keep = _button(tr("Keep it"), tr("Keep it"))
        self.remove = _button(tr("Remove"), words)
        answers = QWidget()
        flow = FlowLayout(answers)
        flow.addWidget(self.remove)
        flow.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, S, 0, 0)
        column.setSpacing(XS)
        column.addWidget(NoteLabel(words, "", size=BODY))
        column.addWidget(self.note)
        column.addSpacing(XS)
        column.addWidget(answers)


def _button(text: str, name: str) -> QPushButton:
    button = worded(QPushButton(), text)
    button.setAutoDefault(False)  # Enter in a line edit of this window must not press it
    set_text(button.setAccessibleName, name)
    return button
