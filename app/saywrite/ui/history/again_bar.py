"""Transcribes a dictation again, and chooses among its texts. GUI thread; the work runs on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QProgressBar, QPushButton, QWidget

from saywrite.dictation.models.retranscription import Retranscription
from saywrite.dictation.models.transcribing_child import Retranscriber, RetranscriptionStopped
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import moment
from saywrite.storage.history.records.versions import Origin, TextVersion
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.settings.schema import OPTIONS
from saywrite.ui.history.access import LoadedDictation
from saywrite.ui.history.dictation_list import local_time
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.icons import IconPushButton
from saywrite.ui.toolkit.labels import PlainLabel
from saywrite.ui.toolkit.layouts.flow_layout import FlowLayout
from saywrite.ui.toolkit.screen_reader import name_chooser
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import add_item, error_text, joined, set_text, tr, worded
from saywrite.ui.widgets.choosers import EngineChoices, NarrowComboBox, model_label

STEPS = 1_000
"""Of the progress bar."""
NAME_LENGTH, LONG_NAME = 10, 17
"""The widths of a chooser and of that of the texts, in letters; a longer name is whole only in its list."""


def name_of_origin(origin: Origin, choices: EngineChoices) -> str:
    """Name what made a text: "On this computer, Whisper small, German"."""
    model = model_label(origin.model) if origin.model else ""
    parts = (choices.engine_label(origin.engine), model, choices.language(origin.language))
    return joined(", ", *parts)


class AgainBar(QWidget):
    """The choosers and the button, and while it runs the progress and a button to stop it."""

    finished = Signal(str)
    """A dictation has another text."""
    failed = Signal(str)
    """Sentences for the user."""
    running_changed = Signal()
    """The transcription has begun or ended."""
    _progressed = Signal(object, float)

    def __init__(self, choices: EngineChoices, open_history: Callable[[], HistoryStore]) -> None:
        super().__init__()
        self._choices = choices
        self._open_history = open_history
        self._retranscriber: Retranscriber | None = None
        self._running: Retranscription | None = None
        self._length_s = 0.0
        self._dictation = ""
        self._shown: tuple[LoadedDictation | None, bool] = (None, False)
        self.engine, self.model, self.language = NarrowComboBox(), NarrowComboBox(), NarrowComboBox()
        self.start = worded(IconPushButton("refresh"), tr("&Transcribe again"))
        self.stop = worded(IconPushButton("stop"), tr("&Stop"))
        self.progress = QProgressBar()
        self._name = PlainLabel()
        self._arrange()
        self.start.clicked.connect(self.begin)
        self.stop.clicked.connect(self.cancel)
        self.engine.currentIndexChanged.connect(lambda _index: self._show_models())
        self._progressed.connect(self._show_progress)
        self._show_running(False)

    @property
    def running(self) -> bool:
        """Whether a dictation is transcribed now."""
        return self._running is not None

    def transcribes(self, dictation: str) -> bool:
        """Whether this dictation is transcribed now."""
        return self._running is not None and self._running.dictation == dictation

    def use(self, retranscriber: Retranscriber) -> None:
        """Transcribe with this program."""
        self._retranscriber = retranscriber

    def show_dictation(self, loaded: LoadedDictation | None, has_recording: bool) -> None:
        """Offer to transcribe this dictation again, with the recognizer and the language of its text chosen."""
        self._shown = loaded, has_recording
        summary = loaded.dictated.summary if loaded is not None else None
        usable = has_recording and self._retranscriber is not None
        usable = usable and summary is not None and summary.finished and summary.pending <= 0
        if summary is not None:
            self._dictation = summary.dictation
            if not self.running:
                self._length_s = seconds(summary.heard)
                _select(self.engine, summary.engine)
                _select(self.language, summary.language)
                self._show_models()
        self.setVisible(usable or self.running)
        self.start.setEnabled(usable)

    def begin(self) -> None:
        """Transcribe the shown dictation with what is chosen."""
        if self._retranscriber is None or self.running:
            return
        engine = str(self.engine.currentData())
        model = str(self.model.currentData()) if engine == LOCAL else ""
        attempt = Retranscription(
            self._retranscriber, self._dictation, Origin(engine, model, str(self.language.currentData()))
        )
        self._running = attempt
        self._show_running(True)
        self.running_changed.emit()
        progressed, history = self._progressed, self._open_history

        def work() -> None:
            with closing(history()) as store:
                attempt.run(store, lambda done_s: progressed.emit(attempt, done_s), lambda: datetime.now().astimezone())

        run_task(
            work, lambda _none: self._end(attempt), lambda error: self._end(attempt, error), owner=self, alone=True
        )

    def cancel(self) -> None:
        """Stop the transcription; the text stays as it is."""
        if self._running is not None:
            self._running.stop()

    def _end(self, attempt: Retranscription, error: Exception | None = None) -> None:
        self._running = None
        self._show_running(False)
        loaded, has_recording = self._shown
        if loaded is None or loaded.dictated.summary.dictation != attempt.dictation:
            self.show_dictation(loaded, has_recording)  # another one is shown than that which was transcribed
        self.running_changed.emit()
        if error is None:
            self.finished.emit(attempt.dictation)
        elif not isinstance(error, RetranscriptionStopped):
            self.failed.emit(error_text(error))

    @Slot(object, float)
    def _show_progress(self, attempt: Retranscription, done_s: float) -> None:
        if attempt is self._running and self._length_s:
            self.progress.setRange(0, STEPS)
            self.progress.setValue(round(STEPS * min(1.0, done_s / self._length_s)))

    def _show_running(self, running: bool) -> None:
        idle: tuple[QWidget, ...] = (self.engine, self.model, self.language, self.start)
        busy: tuple[QWidget, ...] = (self._name, self.progress, self.stop)
        for widget in idle + busy:
            widget.setVisible((widget in busy) is running)
        if running:
            self.progress.setRange(0, 0)
            set_text(
                self._name.setText,
                tr(
                    "Transcribing again: {recognizer}, {language}",
                    recognizer=self.engine.currentText(),
                    language=self.language.currentText(),
                ),
            )
        else:
            self._show_models()

    def _show_models(self) -> None:
        self.model.setVisible(not self.running and self.engine.currentData() == LOCAL)

    def _arrange(self) -> None:
        for choice in self._choices.engines:
            add_item(self.engine, choice.label, choice.name)
        for name, label in OPTIONS["local_model"].choices:
            add_item(self.model, label, name)
        for code, name in self._choices.language_names.items():
            add_item(self.language, name, code)
        named = ((self.engine, tr("Recognizer")), (self.model, tr("Model")), (self.language, tr("Language")))
        row = FlowLayout(self, spacing=S)
        for chooser, name in named:
            name_chooser(chooser, tr("{name} for transcribing again", name=name))
            set_text(chooser.setToolTip, name)
            chooser.setMinimumContentsLength(NAME_LENGTH)
            chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            row.addWidget(chooser)
        set_text(self.progress.setAccessibleName, tr("Progress of transcribing again"))
        self.progress.setTextVisible(False)
        self._name.setWordWrap(True)
        for widget in (self._name, self.progress, self.start, self.stop):
            row.addWidget(widget)


class VersionBar(QWidget):
    """Shows an earlier text instead of the present one, and makes it the present one."""

    shown = Signal(object)
    """The user wants to read a `TextVersion`, or None for the present text."""
    wanted = Signal(int)
    """The user wants the version with this number as the text."""

    def __init__(self, choices: EngineChoices, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._choices = choices
        self._now = now
        self.texts = NarrowComboBox()
        name_chooser(self.texts, tr("Texts of this dictation"))
        self.texts.setMinimumContentsLength(LONG_NAME)
        self.texts.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        policy = self.texts.sizePolicy()
        policy.setHorizontalStretch(1)
        self.texts.setSizePolicy(policy)
        self.use = worded(QPushButton(), tr("Use t&his text"))
        row = FlowLayout(self, spacing=S)
        row.addWidget(self.texts)
        row.addWidget(self.use)
        self.texts.currentIndexChanged.connect(lambda _index: self._choose())
        self.use.clicked.connect(lambda: self.wanted.emit(self.texts.currentData().number))

    @property
    def shows_present(self) -> bool:
        """Whether the present text is chosen."""
        return self.texts.currentData() is None

    def show_versions(self, present: Origin, versions: tuple[TextVersion, ...]) -> None:
        """Offer the present text and the earlier ones; hidden when there is only one text."""
        self.texts.blockSignals(True)
        self.texts.clear()
        add_item(self.texts, tr("Present text: {origin}", origin=name_of_origin(present, self._choices)), None)
        for version in versions:
            until = moment(local_time(version.kept), self._now())
            add_item(
                self.texts,
                tr(
                    "Text until {until}: {origin}",
                    until=until,
                    origin=name_of_origin(version.origin, self._choices),
                ),
                version,
            )
        self.texts.blockSignals(False)
        self.use.setEnabled(False)
        self.setVisible(bool(versions))

    def _choose(self) -> None:
        version = self.texts.currentData()
        self.use.setEnabled(version is not None)
        self.shown.emit(version)


def _select(chooser: QComboBox, data: str) -> None:
    if (row := chooser.findData(data)) >= 0:
        chooser.setCurrentIndex(row)
