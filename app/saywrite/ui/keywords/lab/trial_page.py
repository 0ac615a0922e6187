"""The page of the lab that tries the keywords and shows what they would change. GUI thread."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from saywrite.dictation.models.keyword_trial import NEWEST, TrialOutcome
from saywrite.ui.keywords.lab.comparison_view import ComparisonView, Shown, select_texts
from saywrite.ui.toolkit.icons import IconPushButton
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.layouts.flow_layout import FlowLayout
from saywrite.ui.toolkit.screen_reader import announce, name_chooser
from saywrite.ui.toolkit.theme.tokens import BODY, M, S
from saywrite.ui.toolkit.translation import add_item, joined, set_text, tr, tr_count
from saywrite.ui.widgets.choosers import NarrowComboBox

LETTERS = 14
"""The width of the list of what is shown; its entries are shown whole when it is open."""


class TrialPage(QWidget):
    """The button, the summary, and below it the texts before and after."""

    try_requested = Signal(bool)
    """The user wants to try the keywords; whether on the recordings, too."""
    stop_requested = Signal()

    def __init__(self, *, can_hear: bool, now: datetime) -> None:
        """`can_hear`: recordings can be recognized again."""
        super().__init__()
        self.outcome: TrialOutcome | None = None  # of the last trial
        self._spoken: tuple[str, ...] = ()
        self.try_button = IconPushButton("refresh")
        caption = tr_count("&Try on my last dictation", "&Try on my last {n} dictations", NEWEST)
        set_text(self.try_button.setText, caption)
        self.recordings = QCheckBox()
        set_text(self.recordings.setText, tr("Recognize the &recordings again"))
        self.recordings.setVisible(can_hear)
        self.stop = IconPushButton("stop")
        set_text(self.stop.setText, tr("&Stop"))
        self.progress = QProgressBar()
        self.summary = NoteLabel("", "", size=BODY)
        self.details = NoteLabel()
        self.shown = NarrowComboBox()
        self.view = ComparisonView(now)
        self._arrange()
        self.try_button.clicked.connect(lambda: self.try_requested.emit(can_hear and self.recordings.isChecked()))
        self.stop.clicked.connect(self.stop_requested)
        self.shown.currentIndexChanged.connect(lambda _row: self._show_texts())
        self.show_running(False)
        self._show_texts()

    def show_running(self, running: bool) -> None:
        """Offer to stop the trial while it runs."""
        had_focus = self.try_button.hasFocus() or self.stop.hasFocus()
        self.try_button.setVisible(not running)
        self.recordings.setEnabled(not running)
        for widget in (self.stop, self.progress):
            widget.setVisible(running)
        self.progress.setRange(0, 0)
        if had_focus:
            (self.stop if running else self.try_button).setFocus()

    def show_progress(self, done: int, number: int) -> None:
        """Show how many recordings were recognized."""
        self.progress.setRange(0, number)
        self.progress.setValue(done)
        self._say(tr("Recognizing recording {done} of {number}", done=done + 1, number=number))

    def show_outcome(self, outcome: TrialOutcome) -> None:
        """Show the result of a trial."""
        self.outcome = outcome
        summary = summarize(outcome)
        self._say(summary, describe_details(outcome))
        announce(self, summary)
        self._show_texts()

    def show_problem(self, words: str) -> None:
        """Say why there is no result."""
        self._say(words, tone="bad")
        announce(self, words, urgent=True)

    def mark_stale(self) -> None:
        """Say that the keywords were changed since the trial."""
        if self.outcome is not None:
            set_text(self.details.setText, tr("The keywords were changed since then: try them again."))
            self.details.show()

    def show_hits_of(self, spoken: tuple[str, ...]) -> None:
        """Show the hits of this keyword while the list shows those of the selected one."""
        self._spoken = spoken
        if self._mode is Shown.SELECTED:
            self._show_texts()

    @property
    def _mode(self) -> Shown:
        return Shown(self.shown.currentData())

    def _say(self, summary: str, details: str = "", tone: str = "") -> None:
        self.summary.set_tone(tone)
        set_text(self.summary.setText, summary)
        set_text(self.details.setText, details)
        self.details.setVisible(bool(details))

    def _show_texts(self) -> None:
        if self.outcome is None:
            empty = tr("Change the keywords, then try them. Here you see what your dictations would say.")
            self.view.show_texts((), empty)
            return
        found = select_texts(self.outcome.tried.texts, self._mode, self._spoken)
        nothing = {
            Shown.CHANGES: tr("These keywords change nothing in your last dictations."),
            Shown.HITS: tr("No keyword is in your last dictations."),
            Shown.SELECTED: tr("The selected keyword is not in your last dictations."),
        }
        self.view.show_texts(found, nothing[self._mode])

    def _arrange(self) -> None:
        for shown, words in (
            (Shown.CHANGES, tr("Changed texts")),
            (Shown.HITS, tr("Texts with hits")),
            (Shown.SELECTED, tr("Hits of the selected keyword")),
        ):
            add_item(self.shown, words, shown.value)
        self.shown.setSizeAdjustPolicy(NarrowComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.shown.setMinimumContentsLength(LETTERS)
        name_chooser(self.shown, tr("Which texts are shown"))
        set_text(self.view.setAccessibleName, tr("Before and after"))
        set_text(self.progress.setAccessibleName, tr("Progress of the trial"))
        self.progress.setTextVisible(False)
        self.try_button.setDefault(True)
        self.details.hide()
        buttons = FlowLayout(spacing=S)
        for widget in (self.try_button, self.stop, self.recordings):
            buttons.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.summary, 1)
        row.addWidget(self.shown)
        column = QVBoxLayout(self)
        column.setContentsMargins(S, M, S, S)
        column.setSpacing(S)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addLayout(row)
        column.addWidget(self.details)
        column.addWidget(self.view, 1)


def summarize(outcome: TrialOutcome) -> str:
    """Say in a line how much changes: "3 of 50 dictations change. 12 hits. 1 keyword to check."."""
    tried = outcome.tried
    if not tried.texts:
        return tr("There are no dictations yet to try the keywords on.")
    parts = [
        tr_count(
            "{n} of {all} dictations changes.", "{n} of {all} dictations change.", tried.changed, all=len(tried.texts)
        ),
        tr_count("{n} hit.", "{n} hits.", tried.hits),
    ]
    if tried.warned:
        parts.append(tr_count("{n} keyword to check.", "{n} keywords to check.", tried.warned))
    return joined(" ", *parts)


def describe_details(outcome: TrialOutcome) -> str:
    """Say what became of the recordings; "" when only texts were tried."""
    parts = []
    if outcome.heard_again:
        parts.append(
            tr_count(
                "{n} recording was recognized again.", "{n} recordings were recognized again.", outcome.heard_again
            )
        )
    if outcome.missing:
        parts.append(
            tr_count(
                "{n} dictation has no recording: its text was used.",
                "{n} dictations have no recording: their texts were used.",
                outcome.missing,
            )
        )
    if outcome.left_out:
        parts.append(
            tr_count(
                "You stopped before {n} recording: its text was used.",
                "You stopped before {n} recordings: their texts were used.",
                outcome.left_out,
            )
        )
    if outcome.failed:
        parts.append(tr("A recording was not recognized: {reason}", reason=outcome.failed))
    return joined(" ", *parts)
