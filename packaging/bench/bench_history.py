"""The history window over 10,000 dictations: until its list is there, and until a search shows its hits."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from table import Row, amount

RUNS = amount(15, 5, 2)
DICTATIONS = 10_000
SEGMENTS = 3
OPEN_MS, SEARCH_MS = 150, 100


def measure() -> list[Row]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QEventLoop

    from saywrite.ui.app.application import create_application

    application = create_application([""], "light")
    waiting = QEventLoop.ProcessEventsFlag.WaitForMoreEvents  # without it this loop would take the worker's turns
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite3"
        fill(path)
        opened, found = [], []
        for run in range(RUNS):
            open_ms, search_ms = _times(path, lambda: application.processEvents(waiting), run)
            opened.append(open_ms)
            found.append(search_ms)
    return [
        Row.of("the history with 10,000 dictations, open", opened, "ms", OPEN_MS),
        Row.of("a search in 10,000 dictations, typed word to hits", found, "ms", SEARCH_MS),
    ]


def fill(path: Path) -> None:
    """Write the dictations in one transaction: a commit for each would take minutes."""
    from saywrite.storage.history.store import HistoryStore, microseconds

    rng = random.Random(7)
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(3, 9))) for _ in range(5_000)]
    began = datetime(2026, 11, 26, tzinfo=UTC)
    dictations, segments, receipts = [], [], []
    for number in range(DICTATIONS):
        at = began - timedelta(minutes=37 * number)
        texts = [" ".join(rng.choices(words, k=18)) for _ in range(SEGMENTS)]
        row = (str(number), at.isoformat(), microseconds(at), rng.choice(("en", "de")), "local", "microphone")
        dictations.append((*row, 480_000, 480_000, " ".join(texts)))
        segments += [(str(number), place, place * 160_000, text, text) for place, text in enumerate(texts)]
        receipts.append((str(number), rng.choice(("Writer", "Firefox", "Terminal")), row[2]))
    store = HistoryStore(path)

    def write(connection: object) -> None:
        assert hasattr(connection, "executemany")
        connection.executemany(
            "INSERT INTO dictations (id, began, at, language, engine, source, heard, confirmed, finished, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
            dictations,
        )
        connection.executemany(
            "INSERT INTO segments (dictation, number, start, end, text, raw) VALUES (?, ?, ?, 0, ?, ?)", segments
        )
        connection.executemany(
            "INSERT INTO receipts (dictation, program, outcome, at) VALUES (?, ?, 'inserted', ?)", receipts
        )

    store.in_transaction(write)
    word = words[17]
    assert len(store.search(word)) > 10
    store.close()
    path.with_name("word").write_text(" ".join(words[17 : 17 + 50]))


def _times(path: Path, process: Callable[[], None], run: int) -> tuple[float, float]:
    """Milliseconds from the command to the painted list, and from the typed word to the painted hits."""
    from saywrite.storage.history.store import HistoryStore
    from saywrite.ui.history.dictation_list import HIT
    from saywrite.ui.history.window import HistoryWindow
    from saywrite.ui.toolkit.background import wait_for_tasks

    start = time.perf_counter()
    window = HistoryWindow(lambda: HistoryStore(path))
    window.reload()
    window.show()
    _until(process, lambda: window.list.count() == 100)
    opened = 1000 * (time.perf_counter() - start)
    wait_for_tasks(5_000)
    word = path.with_name("word").read_text().split()[run]
    start = time.perf_counter()
    window.query.setText(word)
    _until(process, lambda: window.list.count() > 0 and window.list.item(0).data(HIT) is not None)
    found = 1000 * (time.perf_counter() - start)
    window.close()
    wait_for_tasks(5_000)
    return opened, found


def _until(process: Callable[[], None], there: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + 20
    while not there():
        process()
        if time.perf_counter() > deadline:
            raise TimeoutError
    process()
