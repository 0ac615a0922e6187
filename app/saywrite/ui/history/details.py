"""What is known of a dictation besides its text, as lines of a table. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from saywrite.foundation.events import FrontEndEvent, ProgressChanged, Started, Traffic, seconds
from saywrite.foundation.formatting import clock, count, length, size
from saywrite.storage.history.store import Dictated
from saywrite.text.export import words
from saywrite.ui.history.timing_statistics import latency_in_words
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.labels import NoteLabel, ThemedLabel
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.ui.history.window import History


STAYED_HERE = "Nowhere: nothing left this computer"
GAPS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class RunningDictation:
    """What was told of a dictation and is not in the history yet."""

    gauge: ProgressChanged | None = None
    traffic: Mapping[str, Traffic] | None = None


def facts(dictated: Dictated, choices: EngineChoices, live: RunningDictation | None = None) -> list[tuple[str, str]]:
    """Labels and what stands beside them."""
    live = live or RunningDictation()
    summary, gauge = dictated.summary, live.gauge
    heard = max(summary.heard, gauge.heard if gauge else 0)
    pending = summary.pending if summary.finished or gauge is None else gauge.heard - gauge.confirmed
    traffic = {each.host: each for each in dictated.traffic} | dict(live.traffic or {})
    file = summary.source if summary.source != "microphone" else ""
    speed = latency_in_words(dictated.timed.latency) if dictated.timed else ""
    lines = [
        ("Began", f"{summary.began:%Y-%m-%d %H:%M:%S}"),
        ("Source", PurePath(file.replace("\\", "/")).name if file else "Microphone"),
        ("Engine", _engines(dictated, choices)),
        ("Language", choices.language(summary.language)),
        ("Recorded", length(seconds(heard))),
        ("Text", _text(dictated)),
        ("Without text yet", length(seconds(pending)) if pending > 0 else "Nothing"),
        ("Missing sound", _gaps(dictated)),
        ("Sent to", ", ".join(sorted(traffic)) or STAYED_HERE),
        ("Bytes sent", bytes_in_words(sum(each.sent for each in traffic.values()))),
        ("Bytes received", bytes_in_words(sum(each.received for each in traffic.values()))),
        ("Speed", speed),
    ]
    return [line for line in lines if line[1]]


def results_in_words(dictated: Dictated) -> str:
    """The structured results as indented JSON, one below the other; "" when there are none."""
    return "\n\n".join(json.dumps(dict(each), ensure_ascii=False, indent=2) for each in dictated.structured)


def as_text(lines: Iterable[tuple[str, str]], results: str) -> str:
    """For the clipboard."""
    table = "\n".join(f"{label}: {value}" for label, value in lines)
    return f"{table}\n\n{results}".rstrip() + "\n"


def bytes_in_words(number: int) -> str:
    """0 bytes, 4,321 bytes, 1,234,567 bytes (1.2 MB)."""
    exact = count(number, "byte")
    return exact if number < 1_000_000 else f"{exact} ({size(number)})"


def _engines(dictated: Dictated, choices: EngineChoices) -> str:
    own = choices.engine_label(dictated.summary.engine)
    others: dict[str, int] = {}
    for segment in dictated.segments:
        if segment.engine:
            others[segment.engine] = others.get(segment.engine, 0) + 1
    parts = [f"{choices.engine_label(name)} for {count(times, 'segment')}" for name, times in others.items()]
    return ", ".join([own, *parts])


def _text(dictated: Dictated) -> str:
    number = sum(words(segment.text) for segment in dictated.segments)
    return f"{count(number, 'word')} in {count(len(dictated.segments), 'segment')}"


def _gaps(dictated: Dictated) -> str:
    gaps = dictated.gaps
    lines = [f"{length(seconds(gap.length))} at {clock(seconds(gap.at))}: {gap.cause}" for gap in gaps[:GAPS_SHOWN]]
    if len(gaps) > GAPS_SHOWN:
        rest = sum(gap.length for gap in gaps[GAPS_SHOWN:])
        lines.append(f"{length(seconds(rest))} in {count(len(gaps) - GAPS_SHOWN, 'more place')}")
    return "\n".join(lines) or "Nothing"


class Details(QObject):
    """Remembers what is told of the newest dictation: the history has it a little later."""

    def __init__(self, window: MainWindow, choices: EngineChoices, open_history: Callable[[], History]) -> None:
        super().__init__(window)
        self._window = window
        self._choices = choices
        self._open_history = open_history
        self._dictation = ""
        self._gauge: ProgressChanged | None = None
        self._traffic: dict[str, Traffic] = {}
        window.actions_.details.triggered.connect(lambda: self.ask(self._dictation))
        window.transcript.details_asked.connect(self.ask)

    def receive(self, event: FrontEndEvent) -> None:
        match event:
            case Started():
                if event.dictation != self._dictation:
                    self._dictation, self._gauge, self._traffic = event.dictation, None, {}
                self._window.actions_.details.setEnabled(True)
            case ProgressChanged() if event.dictation == self._dictation:
                self._gauge = event
            case Traffic() if event.dictation == self._dictation:
                self._traffic[event.host] = event

    @Slot(str)
    def ask(self, dictation: str) -> None:
        """Look the dictation up and show what is known of it."""

        def load() -> Dictated | None:
            with closing(self._open_history()) as history:
                return history.load(dictation)

        def show(dictated: Dictated | None) -> None:
            if dictated is None:
                self._excuse("This dictation is not in the history.", "Details are kept with its text there.")
            else:
                self.show(dictated)

        run_task(load, show, lambda error: self._excuse(str(error), ""), owner=self, in_order=True)

    @Slot(object)
    def show(self, dictated: Dictated) -> None:
        pass  # SELF

        newest = dictated.summary.dictation == self._dictation
        live = RunningDictation(self._gauge, self._traffic) if newest else RunningDictation()
        DetailsWindow(facts(dictated, self._choices, live), results_in_words(dictated), self._window).show()

    def _excuse(self, what: str, remedy: str) -> None:
        self._window.notices.tell(Severity.INFO, what, remedy, key="details", counted=False)


class DetailsWindow(QDialog):
    """Not modal, and gone when it is closed."""

    def __init__(self, lines: list[tuple[str, str]], results: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = lines
        self.results = QPlainTextEdit(results)
        self.copy = QPushButton("&Copy")
        self.setWindowTitle("Details of the dictation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(7)
        for label, value in lines:
            form.addRow(ThemedLabel(label), _value(label, value))
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 12)
        column.setSpacing(14)
        column.addLayout(form)
        if results:
            self.results.setReadOnly(True)
            self.results.setAccessibleName("Structured results")
            column.addWidget(ThemedLabel("Structured results"))
            column.addWidget(self.results, 1)
        else:
            column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(lambda: copy_text(as_text(lines, results)))
        column.addWidget(buttons)
        self.resize(460, self.sizeHint().height())


def _value(label: str, text: str) -> QLabel:
    value = NoteLabel(text, "", size=1.0)
    value.setAccessibleName(f"{label}: {text}")
    value.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return value
