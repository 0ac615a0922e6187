"""The window with the details of a dictation: lines of a table, and structured results. GUI thread."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
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

from saywrite.foundation.events import ProgressChanged, Traffic, seconds
from saywrite.foundation.formatting import clock, full_date, length, size
from saywrite.foundation.messages import message
from saywrite.storage.history.store import Dictated
from saywrite.text.export import words
from saywrite.ui.history.dictation_list import local_time
from saywrite.ui.history.reports.timing_statistics import describe_latency
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.labels import NoteLabel, ThemedLabel
from saywrite.ui.toolkit.layouts.dialogs import center_on_parent, dialog_buttons, opening_size
from saywrite.ui.toolkit.layouts.scrolled_view import ScrolledView
from saywrite.ui.toolkit.theme.tokens import BODY, L, M, S
from saywrite.ui.toolkit.translation import joined, set_text, tr, tr_count, worded
from saywrite.ui.widgets.choosers import EngineChoices

STAYED_HERE = message("Nowhere: nothing left this computer")
GAPS_SHOWN = 10
WIDTH = 460


@dataclass(frozen=True, slots=True)
class RunningDictation:
    """What the events of a dictation reported and the history does not have yet."""

    gauge: ProgressChanged | None = None
    traffic: Mapping[str, Traffic] | None = None


def facts(dictated: Dictated, choices: EngineChoices, live: RunningDictation | None = None) -> list[tuple[str, str]]:
    """The lines of the table: label and value."""
    live = live or RunningDictation()
    summary, gauge = dictated.summary, live.gauge
    began = local_time(summary.began)
    time = f"{began:%H:%M:%S}"
    heard = max(summary.heard, gauge.heard if gauge else 0)
    pending = summary.pending if summary.finished or gauge is None else gauge.heard - gauge.confirmed
    traffic = {each.host: each for each in dictated.traffic} | dict(live.traffic or {})
    file = summary.source if summary.source != "microphone" else ""
    speed = describe_latency(dictated.timed.latency) if dictated.timed else ""
    lines = [
        (tr("Began"), joined(", ", full_date(began), time)),
        (tr("Source"), PurePath(file.replace("\\", "/")).name if file else tr("Microphone")),
        (tr("Recognizer"), _engines(dictated, choices)),
        (tr("Language"), choices.language(summary.language)),
        (tr("Length of the recording"), length(seconds(heard))),
        (tr("Text"), _text(dictated)),
        (tr("Without text yet"), length(seconds(pending)) if pending > 0 else tr("Nothing")),
        (tr("Missing sound"), _gaps(dictated)),
        (tr("Sent to"), joined(", ", *sorted(traffic)) or STAYED_HERE),
        (tr("Bytes sent"), format_bytes(sum(each.sent for each in traffic.values()))),
        (tr("Bytes received"), format_bytes(sum(each.received for each in traffic.values()))),
        (tr("Speed"), speed),
    ]
    return [line for line in lines if line[1]]


def format_results(dictated: Dictated) -> str:
    """The structured results as indented JSON, one below the other; "" when there are none."""
    return "\n\n".join(json.dumps(dict(each), ensure_ascii=False, indent=2) for each in dictated.structured)


def as_text(lines: Iterable[tuple[str, str]], results: str) -> str:
    """The table and the results as plain text for the clipboard."""
    table = joined("\n", *(joined(": ", label, value) for label, value in lines))
    return joined("\n\n", table, results).rstrip() + "\n"


def format_bytes(number: int) -> str:
    """A number of bytes: 0 bytes, 4,321 bytes, 1,234,567 bytes (1.2 MB)."""
    exact = tr_count("{n:,} byte", "{n:,} bytes", number)
    return exact if number < 1_000_000 else joined("", exact, " (", size(number), ")")


def _engines(dictated: Dictated, choices: EngineChoices) -> str:
    own = choices.engine_label(dictated.summary.engine)
    others: dict[str, int] = {}
    for segment in dictated.segments:
        if segment.engine:
            others[segment.engine] = others.get(segment.engine, 0) + 1
    parts = [
        tr(
            "{recognizer} for {segments}",
            recognizer=choices.engine_label(name),
            segments=tr_count("{n:,} segment", "{n:,} segments", times),
        )
        for name, times in others.items()
    ]
    return joined(", ", own, *parts)


def _text(dictated: Dictated) -> str:
    number = sum(words(segment.text) for segment in dictated.segments)
    return tr(
        "{words} in {segments}",
        words=tr_count("{n:,} word", "{n:,} words", number),
        segments=tr_count("{n:,} segment", "{n:,} segments", len(dictated.segments)),
    )


def _gaps(dictated: Dictated) -> str:
    gaps = dictated.gaps
    lines = [
        tr("{length} at {at}: {cause}", length=length(seconds(gap.length)), at=clock(seconds(gap.at)), cause=gap.cause)
        for gap in gaps[:GAPS_SHOWN]
    ]
    if len(gaps) > GAPS_SHOWN:
        rest = sum(gap.length for gap in gaps[GAPS_SHOWN:])
        lines.append(
            tr(
                "{rest} in {places}",
                rest=length(seconds(rest)),
                places=tr_count("{n:,} more place", "{n:,} more places", len(gaps) - GAPS_SHOWN),
            )
        )
    return joined("\n", *lines) or tr("Nothing")


class DetailsWindow(QDialog):
    """Shows the details of one dictation; not modal, deleted when it is closed."""

    def __init__(self, lines: list[tuple[str, str]], results: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = lines
        self.results = QPlainTextEdit(results)
        self.copy = worded(QPushButton(), tr("&Copy"))
        set_text(self.setWindowTitle, tr("Details of the dictation"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form = QFormLayout()
        form.setHorizontalSpacing(L)
        form.setVerticalSpacing(S)
        for label, value in lines:
            form.addRow(ThemedLabel(label), _value(label, value))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addLayout(form)
        if results:
            self.results.setReadOnly(True)
            set_text(self.results.setAccessibleName, tr("Structured results"))
            column.addWidget(ThemedLabel(tr("Structured results")))
            column.addWidget(self.results, 1)
        else:
            column.addStretch(1)
        buttons = dialog_buttons(self)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: copy_text(as_text(lines, results)))
        window = QVBoxLayout(self)
        window.setContentsMargins(L, L, L, M)
        window.setSpacing(M)
        window.addWidget(ScrolledView(content), 1)
        window.addWidget(buttons)
        self.resize(opening_size(self, QSize(WIDTH, 0)))
        height = content.sizeHint().height() + buttons.sizeHint().height() + L + 2 * M
        self.resize(self.width(), min(height, round(self.screen().availableGeometry().height() * 0.9)))

    def showEvent(self, event: QShowEvent) -> None:
        center_on_parent(self)
        super().showEvent(event)


def _value(label: str, text: str) -> QLabel:
    value = NoteLabel(text, "", size=BODY)
    set_text(value.setAccessibleName, joined(": ", label, text))
    value.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return value
