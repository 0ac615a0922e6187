"""Names of devices, files and models, transcripts and keywords are shown unchanged, never as markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from window_fakes import CHOICES, model, script

from saywrite.foundation import events
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.settings.schema import Settings
from saywrite.text.export import Document, TranscriptLine
from saywrite.text.keywords import Keyword
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.export.dialog import ExportFlow
from saywrite.ui.toolkit.labels import PlainLabel, plain_tooltip

MARKUP = ["<b>x</b>", '<img src="file:///etc/hostname">', "<a href='http://example.com'>y</a>", "<h1>big", "a<br>b"]
UI = Path(__file__).resolve().parents[2] / "app" / "saywrite" / "ui"


def is_markup(text: str) -> bool:
    """Whether Qt would take `text` for HTML: an element in it that is not escaped."""
    inner = text.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "") if text.startswith("<qt>") else text
    return re.search(r"<\s*/?\s*\w", inner) is not None


def tooltips(widget: QWidget) -> list[str]:
    """Those of a widget, its actions and the rows it shows."""
    found = [widget.toolTip()]
    if (isinstance(widget, QMenu) and widget.toolTipsVisible()) or not isinstance(widget, QMenu):
        found += [action.toolTip() for action in widget.actions()]
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        found += row_tooltips(widget.model())
    return found


def columns(rows: QAbstractItemModel) -> int:
    return 1 if isinstance(rows, QAbstractListModel) else rows.columnCount(QModelIndex())


def row_tooltips(rows: QAbstractItemModel) -> list[str]:
    every = [
        rows.index(row, column, QModelIndex())
        for row in range(min(rows.rowCount(), 200))
        for column in range(columns(rows))
    ]
    return [str(index.data(Qt.ItemDataRole.ToolTipRole) or "") for index in every]


def rendered(widgets: list[QWidget]) -> list[str]:
    """What of these widgets would show text as markup."""
    found = []
    for widget in widgets:
        if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText and is_markup(widget.text()):
            found.append(f"label: {widget.text()}")
        is_ours = widget.objectName() == "changelog"  # a file that is part of Saywrite
        if (
            isinstance(widget, QTextEdit)
            and not is_ours
            and any(kind in widget.toHtml() for kind in ("<img ", "<a href", "<h1"))
        ):
            found.append(f"text: {widget.toPlainText()}")
        found += [f"tooltip of {type(widget).__name__}: {tip}" for tip in tooltips(widget) if is_markup(tip)]
    return found


def shown_texts(widgets: list[QWidget]) -> str:
    """Everything the widgets show, to be sure that the names reached them."""
    parts = []
    for widget in widgets:
        if isinstance(widget, QLabel | QLineEdit):
            parts.append(widget.text())
        elif isinstance(widget, QTextEdit | QPlainTextEdit):
            parts.append(widget.toPlainText())
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            rows = widget.model()
            parts += [
                str(rows.index(row, column, QModelIndex()).data() or "")
                for row in range(min(rows.rowCount(), 200))
                for column in range(columns(rows))
            ]
        parts.append(widget.toolTip())
        if isinstance(widget, QMenu):
            parts += [action.text() for action in widget.actions()]
    return "\n".join(parts)


def dictate(dictation: Any, name: str) -> None:
    """A dictation in which every foreign text is `name`."""
    tell = dictation.tell
    device = events.Device("PulseAudio", name, name, is_default=True)
    tell(events.DevicesChanged((device, replace(device, key="other", is_default=False))))
    script(dictation)
    tell(events.DevicesChanged((device,), name))
    tell(events.SourceChanged("d1", name, f"{name} was unplugged."))
    tell(events.SegmentAdded("d1", events.Segment(9, name, name, 900_000, 910_000, name)))
    tell(events.Partial("d1", name))
    tell(events.Gap("d1", 920_000, 13_000, name))
    tell(events.EngineChanged("local", events.EngineState.UNAVAILABLE, name, name))
    tell(events.ConnectionChanged("d1", "lost", reason=name, retry_in_s=4.0))
    tell(events.Failed("d1", name, name))
    tell(events.Traffic("d1", name, 1, 2))
    tell(events.IncompleteRecordingsFound((events.IncompleteRecording("a", datetime.now(), 16_000, 0, name),)))
    hostile = model("whisper-small", events.ModelState.READY, label=name, license=name, judgement=name)
    tell(events.ModelsChanged((model(), hostile)))
    tell(events.ModelFailed("whisper-small", name, name))
    tell(events.ModelTried("whisper-small", "d1", name, f"{name} {name}", 1.0))


def history_with(folder: Path, name: str) -> HistoryStore:
    store = HistoryStore(folder / "history.sqlite3")
    began = datetime.now().astimezone()
    store.begin(SimpleNamespace(dictation="h1", began=began, language="en", engine="local", source=name))
    store.add_segment("h1", events.Segment(1, name, name, 0, 16_000, name))
    store.add_gap("h1", 8_000, 1_000, name)
    store.add_structured("h1", {name: name})
    store.set_traffic(events.Traffic("h1", name, 1, 2))
    store.finish("h1", 16_000, 16_000)
    return store


def ask_to_replace(window: QWidget, target: Path) -> None:
    """The question before an export replaces a file."""
    target.write_text("old")
    document = Document("", datetime.now(), "", "en", "", 1.0, (TranscriptLine(0.0, 1.0, datetime.now(), "text"),))
    ExportFlow(window, lambda: document).save(document, target, "txt")


@pytest.mark.parametrize("name", MARKUP)
def test_no_window_renders_markup(make_front: Any, dictation: Any, qtbot: Any, tmp_path: Path, name: str) -> None:
    store = history_with(tmp_path, name)
    front: FrontEnd = make_front(
        settings=replace(Settings(), microphone_host_api="x", microphone_name=name, export_folder=f"/tmp/{name}"),
        keywords=(Keyword(name, f"{name} and more than twenty letters"), Keyword(name, name)),
        open_history=lambda: store,
        choices=replace(CHOICES, language_names={**CHOICES.language_names, "en": name}),
    )
    front.show()
    dictate(dictation, name)
    front.dialogs.show_settings()
    front.dialogs.show_models()
    front.dialogs.show_history()
    front.dialogs.show_about()
    front.dialogs.ask_always_write_as(name)
    front.details.ask("h1")
    front.window.transcript.find_bar.open(name)
    ask_to_replace(front.window, tmp_path / (name.replace("/", "") + ".txt"))
    qtbot.waitUntil(lambda: shown_texts(QApplication.allWidgets()).count(name) > 20)
    widgets = QApplication.allWidgets()
    assert len(widgets) > 200
    assert rendered(widgets) == []
    for window in QApplication.topLevelWidgets():
        window.close()
    store.close()


@pytest.mark.parametrize("name", MARKUP)
def test_a_tooltip_shows_markup_as_it_is(name: str) -> None:
    assert not is_markup(plain_tooltip(f"{name}\nsecond & third"))
    assert plain_tooltip("plain & simple") == "plain & simple"


def test_check_finds_labels_and_tooltips_that_show_markup(qtbot: Any) -> None:
    label = QLabel("<b>x</b>")
    label.setToolTip("<i>y</i>")
    qtbot.addWidget(label)
    assert rendered([label]) == ["label: <b>x</b>", "tooltip of QLabel: <i>y</i>"]
    plain = PlainLabel("<b>x</b>")
    qtbot.addWidget(plain)
    assert rendered([plain]) == []


def guessing_message_boxes(source: str) -> int:
    """Message boxes in a module that do not set plain text: they would guess whether their text is markup."""
    without_enums = re.sub(r"QMessageBox\.(Icon|ButtonRole|StandardButton)\b", "", source)
    boxes = re.findall(r"\bQMessageBox[.(]", without_enums)
    return len(boxes) - len(re.findall(r"\.setTextFormat\(Qt\.TextFormat\.PlainText\)", source))


def test_every_message_box_shows_plain_text() -> None:
    found = {path.name: guessing_message_boxes(path.read_text("utf-8")) for path in sorted(UI.glob("**/*.py"))}
    assert [name for name, number in found.items() if number > 0] == []
    assert guessing_message_boxes('box = QMessageBox(QMessageBox.Icon.Information, "a", text)') == 1
    assert guessing_message_boxes('QMessageBox.warning(self, "a", text)') == 1


def test_every_label_of_the_program_is_a_plain_one() -> None:
    found = [path.name for path in sorted(UI.glob("**/*.py")) if re.search(r"\bQLabel\(", path.read_text("utf-8"))]
    assert found == []
