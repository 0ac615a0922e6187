"""Shown while there is no transcript: what to press, and what the engine can do. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from saywrite.foundation.events import KeysChanged, State
from saywrite.foundation.messages import message
from saywrite.ui.toolkit.icons import paint_icon
from saywrite.ui.toolkit.labels import KeyCap, ThemedLabel
from saywrite.ui.toolkit.theme import theme_colors
from saywrite.ui.toolkit.theme.tokens import BODY, LARGE, SMALL, TARGET, L, M, S, sized
from saywrite.ui.toolkit.translation import follow_language, joined, key_text, set_text, tr, tr_count
from saywrite.ui.widgets.choosers import EngineChoices, model_label

HEADLINES: dict[State, tuple[str, str]] = {
    State.IDLE: (
        message("Press Start and speak"),
        message("Your words appear here as you say them. Press Stop when you are done."),
    ),
    State.STARTING: (message("One moment…"), message("The microphone is being opened.")),
    State.LISTENING: (message("Listening"), message("Speak. Your words appear here as you say them.")),
    State.RECONNECTING: (message("Listening"), message("Recording goes on while the connection is being restored.")),
    State.FINISHING: (message("Finishing…"), message("The last words are being written.")),
    State.FAILED: (message("That did not work"), message("The message above says why, and what helps.")),
}
WITHOUT_MODEL: dict[State, tuple[str, str]] = {
    State.IDLE: (
        message("Press Start and speak"),
        message("Your words are recorded. They are written as soon as the model is here."),
    ),
    State.LISTENING: (message("Recording"), message("Speak. Your words are written as soon as the model is here.")),
    State.FINISHING: (message("Recorded"), message("Your words are written as soon as the model is here.")),
}
"""The texts while there is no model on this computer."""
HOLD = (
    message("Hold {key} in any program"),
    message("Speak, then release the key: your words are inserted where you type."),
)
PRESS = (
    message("Press {key} in any program"),
    message("Speak, then press it again: your words are inserted where you type."),
)
"""The texts at rest when the key works, by `hotkey_mode`."""
DICTATE = "dictate"
"""The binding of the first key in `KeysChanged`."""
AT_REST = (State.IDLE, State.FAILED)
HINTS = (
    ("F9", message("starts and stops in this window")),
    ("Ctrl+O", message("transcribes an audio file; you can also drop one here")),
    ("Ctrl+K", message("shows your keywords: names and terms as you write them")),
    ("Ctrl+,", message("opens the settings")),
)


def describe_engine(choices: EngineChoices, engine: str, model: str) -> str:
    """Describe an engine: "Whisper base on this computer: English, German…", then its own note."""
    choice = choices.engine(engine)
    if choice is None:
        return ""
    label = choice.label if choice.needs_network else tr("{model} on this computer", model=model_label(model))
    names = [choices.language(code) for code in choice.languages]
    if all(name in choice.note for name in names):
        return joined(": ", label, choice.note)
    shown = joined(", ", *names[:5])
    if len(names) > 5:
        shown = tr_count("{names} and {n} more", "{names} and {n} more", len(names) - 5, names=shown)
    return joined(" ", tr("{recognizer}: {languages}.", recognizer=label, languages=shown), choice.note)


class EmptyState(QWidget):
    """Explains each state of the dictation until the first words appear."""

    account_requested = Signal()
    """The user asked for the settings of the engine's account."""

    def __init__(self, choices: EngineChoices) -> None:
        super().__init__()
        self._choices = choices
        self._state = State.IDLE
        self._needs_account = False
        self._hotkey, self._hotkey_mode = "", "both"
        self._keys: KeysChanged | None = None
        self._model_missing = False
        self.account = QPushButton()
        self.account.setMinimumHeight(TARGET)
        self.account.clicked.connect(self.account_requested)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._headline = ThemedLabel("", "", size=LARGE, strong=True)
        self._sentence = ThemedLabel()
        self._engine = ThemedLabel()
        for label in (self._headline, self._sentence, self._engine):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self._hints = _hints()
        self._emblem = _Emblem()
        column = QVBoxLayout(self)
        column.setContentsMargins(L, S, L, S)
        column.setSpacing(S)
        column.addStretch(3)
        column.addWidget(self._emblem, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._headline, self._sentence, self._engine):
            column.addWidget(label)
        column.addWidget(self.account, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._hints, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(4)
        self.show_state(State.IDLE)
        follow_language(self._fit)

    def show_state(self, state: State) -> None:
        """Explain a state of the dictation."""
        self._state = state
        headline, sentence = (WITHOUT_MODEL if self._model_missing else HEADLINES).get(state, HEADLINES[state])
        if state is State.IDLE:
            headline, sentence = self._with_key(headline, sentence)
        set_text(self._headline.setText, headline)
        set_text(self._sentence.setText, sentence)
        self._fit()
        set_text(self.setAccessibleName, joined(". ", headline, sentence))

    def show_hotkey(self, hotkey: str, mode: str) -> None:
        """Take over the key of the settings, and how it is pressed (`hotkey_mode`)."""
        self._hotkey, self._hotkey_mode = hotkey, mode
        self.show_state(self._state)

    def show_keys(self, event: KeysChanged) -> None:
        """Lead with the key if it works in other programs, else say what to do."""
        self._keys = event
        self.show_state(self._state)

    def _with_key(self, headline: str, sentence: str) -> tuple[str, str]:
        """The texts at rest: the key if it works, else why it does not."""
        if self._keys is None or not self._hotkey:
            return headline, sentence
        desktop_names = dict(self._keys.heard)
        if DICTATE in desktop_names:
            words, usual = PRESS if self._hotkey_mode == "toggle" else HOLD
            given = desktop_names[DICTATE]  # what the desktop calls the key, where it has bound it itself
            key = key_text(self._hotkey) if given in ("", self._hotkey) else given
            return tr(words.source, key=key), sentence if self._model_missing else usual
        why = next((each for each in self._keys.problems if each.binding in (DICTATE, "")), None)
        return headline, joined("\n", sentence, joined(" ", why.what, why.remedy)) if why else sentence

    def show_engine(self, engine: str, model: str, *, missing: bool) -> None:
        """Describe the chosen engine.

        `model` runs on this computer; `missing` means that the engine needs it and that it is not ready.
        """
        choice = self._choices.engine(engine)
        set_text(self._engine.setText, describe_engine(self._choices, engine, model))
        self._model_missing = missing
        self._needs_account = bool(choice and choice.needs_account)
        set_text(self.account.setText, tr("{label} account…", label=choice.label) if choice else "")
        self.show_state(self._state)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 16, self.fontMetrics().height() * 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Hide parts that do not fit: first the hints, then the emblem, the engine and the sentence."""
        width = max(1, self.width() - 2 * L)
        self._fit_headline(width)
        parts: list[tuple[QWidget, int, bool]] = [
            (label, label.heightForWidth(width), True) for label in (self._headline, self._sentence)
        ]
        at_rest = self._state in AT_REST
        parts.append((self.account, self.account.sizeHint().height(), self._needs_account and at_rest))
        parts.append((self._engine, self._engine.heightForWidth(width), True))
        parts.append((self._emblem, self._emblem.sizeHint().height(), True))
        hints = self._hints.sizeHint()
        parts.append((self._hints, hints.height(), at_rest and width >= hints.width()))
        room = self.height() - 2 * S
        for part, height, wanted in parts:
            room -= height + S if wanted else 0
            part.setVisible(wanted and (room >= -S or part is self._headline))

    def _fit_headline(self, width: int) -> None:
        """Show the headline in smaller letters where one of its words, such as a key, is too wide."""
        for size in (LARGE, BODY, SMALL):
            font = sized(self.font(), size, strong=True)
            box = QRect(0, 0, width, self.height())
            if QFontMetrics(font).boundingRect(box, Qt.TextFlag.TextWordWrap, self._headline.text()).width() <= width:
                break
        if font != self._headline.font():
            self._headline.setFont(font)

    def texts(self) -> tuple[str, str, str]:
        """Headline, sentence and description of the engine."""
        return self._headline.text(), self._sentence.text(), self._engine.text()


class _Emblem(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height() * 4
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = theme_colors(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tones.raised)
        box = QRectF(self.rect())
        painter.drawEllipse(box)
        inset = box.width() * 0.27
        paint_icon(painter, "microphone", box.adjusted(inset, inset, -inset, -inset), tones.muted)


def _hints() -> QWidget:
    hints = QWidget()
    grid = QGridLayout(hints)
    grid.setContentsMargins(0, M, 0, 0)
    grid.setHorizontalSpacing(M)
    grid.setVerticalSpacing(S)
    for row, (key, words) in enumerate(HINTS):
        cell = QHBoxLayout()
        cell.addStretch(1)
        cap = KeyCap()
        set_text(cap.show_keys, key_text(key))
        cell.addWidget(cap)
        grid.addLayout(cell, row, 0)
        grid.addWidget(ThemedLabel(words), row, 1)
    return hints
