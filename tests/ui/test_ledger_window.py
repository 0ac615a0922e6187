"""Where speech went: the sums by month in a window, the export, and the line in the history."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from test_visual_language import wrong_sizes, wrong_spaces
from test_window_reach import unnamed
from window_fakes import CHOICES, FakeDictation, front_end, ui_context

from saywrite.foundation.events import SAMPLE_RATE, Segment, Traffic
from saywrite.storage.history.ledger import LedgerEntry
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.reports.ledger_window import LedgerWindow, summarize
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.theme import plain_palette

TODAY = date(2026, 11, 27)
AT = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
HOST = "apis.aiola.ai"


def entry(month: str, host: str, heard_s: int, sent: int = 0) -> LedgerEntry:
    return LedgerEntry(month, "aiola" if host else "local", host, 1, heard_s * SAMPLE_RATE, sent, 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history with two dictations: one that stayed, one that was sent."""
    path = tmp_path / "data" / "history.sqlite3"
    store = HistoryStore(path)
    for dictation, engine, heard_s in (("stayed", "local", 90), ("left", "aiola", 60)):
        store.begin(Header(dictation, AT, "en", engine, "microphone"))
        store.add_segment(dictation, Segment(0, f"Speech that {dictation}.", "", 0, heard_s * SAMPLE_RATE))
        if engine == "aiola":
            store.set_traffic(Traffic(dictation, HOST, 2_100_000, 4_100))
        store.finish(dictation, heard_s * SAMPLE_RATE, heard_s * SAMPLE_RATE)
    store.close()
    return path


@pytest.fixture
def front(qtbot: Any, path: Path, tmp_path: Path, dictation: FakeDictation) -> Iterator[FrontEnd]:
    context = ui_context(tmp_path, open_history=lambda: HistoryStore(path))
    made = front_end(dictation, context)
    qtbot.addWidget(made.window)
    yield made
    assert wait_for_tasks(5000)


def opened(front: FrontEnd, qtbot: Any) -> LedgerWindow:
    front.window.actions_.ledger.trigger()
    window = front.window.findChild(LedgerWindow)
    qtbot.waitUntil(lambda: window.table.rowCount() == 2)
    return window


def test_the_summary_has_the_punctuation_of_the_language(in_language: Callable[[str], None]) -> None:
    in_language("ja")
    words = summarize((entry("2026-11", "", 90), entry("2026-11", HOST, 60, 2_100_000)), TODAY)
    assert "、" in words
    assert ", " not in words


def cells(window: LedgerWindow, row: int) -> list[str]:
    return [window.table.item(row, column).text() for column in range(window.table.columnCount())]


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        ((), "Nothing was dictated yet."),
        ((entry("2026-11", "", 90),), "Nothing you dictated has left this computer."),
        ((entry("2026-10", HOST, 90),), "Nothing was dictated this month yet."),
        (
            (entry("2026-11", "", 90), entry("2026-11", HOST, 60, 2_100_000), entry("2026-10", HOST, 9, 9)),
            "This month: 1 min 30 s of speech stayed on this computer, 1 min went to apis.aiola.ai (2.1 MB).",
        ),
        (
            (entry("2026-11", HOST, 60, 1_000), entry("2026-11", "b.example", 30, 2_000)),
            "This month: 0 s of speech stayed on this computer, 1 min went to apis.aiola.ai (1 kB), 30 s went to"
            " b.example (2 kB).",
        ),
    ],
)
def test_summary_says_in_a_sentence_where_speech_went(months: tuple[LedgerEntry, ...], expected: str) -> None:
    assert summarize(months, TODAY) == expected


def test_menu_opens_the_sums_by_month(front: FrontEnd, qtbot: Any) -> None:
    window = opened(front, qtbot)
    assert cells(window, 0) == ["November 2026", "On this computer", "On this computer", "1", "1 min 30 s", "–", "–"]
    assert cells(window, 1) == ["November 2026", HOST, "aiOla", "1", "1 min", "2.1 MB", "4.1 kB"]


def test_export_writes_csv_and_json(front: FrontEnd, qtbot: Any, tmp_path: Path) -> None:
    window = opened(front, qtbot)
    asked: list[object] = []
    window.export_requested.connect(asked.append)
    window.export.click()
    assert asked == [window.ledger]
    front.dialogs.exports.write_ledger(window.ledger, tmp_path / "ledger.csv")
    front.dialogs.exports.write_ledger(window.ledger, tmp_path / "ledger.json")
    qtbot.waitUntil(lambda: (tmp_path / "ledger.json").exists() and (tmp_path / "ledger.csv").exists())
    assert wait_for_tasks(5000)
    with (tmp_path / "ledger.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["host"] for row in csv.DictReader(file)) == [HOST, "this computer"]
    document = json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))
    assert [month["bytes_sent"] for month in document["months"]] == [0, 2_100_000]


def test_history_says_what_was_sent_and_opens_the_sums(front: FrontEnd, qtbot: Any) -> None:
    front.window.actions_.history.trigger()
    history = front.window.findChild(HistoryWindow)
    qtbot.waitUntil(lambda: history.list.count() == 2)
    seen = set()
    for row in range(2):
        history.list.setCurrentRow(row)
        text = history.list.item(row).text().split()[-1]
        qtbot.waitUntil(lambda text=text: history.text.toPlainText().endswith(text))
        seen.add((text, history.view.traffic.text()))
    assert seen == {
        ("stayed.", "Nothing left this computer"),
        ("left.", "2.1 MB sent to apis.aiola.ai, 4.1 kB received"),
    }
    history.view.by_month.click()
    assert front.window.findChild(LedgerWindow).isVisible()


def test_empty_history_has_nothing_to_export(qtbot: Any, tmp_path: Path) -> None:
    window = LedgerWindow(lambda: HistoryStore(tmp_path / "history.sqlite3"), CHOICES)
    qtbot.addWidget(window)
    window.reload()
    assert wait_for_tasks(5000)
    assert not window.export.isEnabled()
    assert window.summary.text() == "Nothing was dictated yet."


@pytest.mark.parametrize("dark", [False, True])
def test_window_is_built_of_tokens_and_named(front: FrontEnd, qtbot: Any, artifacts: Path, *, dark: bool) -> None:
    before = QApplication.palette()
    QApplication.setPalette(plain_palette(dark=dark))
    window = opened(front, qtbot)
    window.resize(640, 420)
    assert (window.width(), window.height()) == (640, 420)
    assert wrong_sizes(window) == wrong_spaces(window) == unnamed(window) == []
    assert window.grab().save(str(artifacts / f"ledger-{'dark' if dark else 'light'}.png"))
    QApplication.setPalette(before)


def outside(root: QWidget, widgets: list[QWidget]) -> list[str]:
    """Visible widgets that are not whole inside `root`."""
    found = []
    for widget in widgets:
        place = widget.mapTo(root, widget.rect().topLeft())
        if widget.isVisible() and not root.rect().contains(widget.rect().translated(place)):
            found.append(widget.accessibleName() or type(widget).__name__)
    return found


@pytest.fixture
def text_size(request: pytest.FixtureRequest) -> Iterator[float]:
    """The size of all text, as a factor."""
    before, large = QApplication.font(), QApplication.font()
    large.setPointSizeF(before.pointSizeF() * request.param)
    QApplication.setFont(large)
    yield request.param
    QApplication.setFont(before)


@pytest.mark.parametrize("text_size", [1.0, 2.0], indirect=True)
def test_history_fits_in_640_by_420(front: FrontEnd, qtbot: Any, artifacts: Path, text_size: float) -> None:
    front.window.actions_.history.trigger()
    history = front.window.findChild(HistoryWindow)
    qtbot.waitUntil(lambda: history.list.count() == 2 and history.text.toPlainText() != "")
    history.resize(640, 420)
    history.view.again.setVisible(True)
    history.view.versions.setVisible(True)
    qtbot.waitUntil(
        lambda: history.view.again.height() >= history.view.again.heightForWidth(history.view.again.width())
    )
    assert (history.width(), history.height()) == (640, 420)
    buttons: list[QWidget] = [history.copy, history.edit, history.export, history.details, history.delete]
    assert outside(history, [history.query, history.filters, history.list, history.text, *buttons]) == []
    overlaps = [
        (one.accessibleName(), other.accessibleName())
        for one in buttons
        for other in buttons
        if one is not other and one.geometry().intersects(other.geometry())
    ]
    assert overlaps == []
    assert all(button.width() >= button.sizeHint().width() for button in history.findChildren(type(history.copy)))
    view = history.view
    view.by_month.setFocus()
    assert outside(view, [view.text, view.traffic, view.by_month, view.again, view.versions]) == []
    assert history.grab().save(str(artifacts / f"history-640-{text_size:g}.png"))
