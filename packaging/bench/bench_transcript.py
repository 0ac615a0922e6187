"""Appending a final to the window's transcript, painted: short, long, and very long; in paragraphs and in lines."""

from __future__ import annotations

import os
import time
from datetime import datetime

from table import Row, amount

RUNS = amount(200, 20, 1)
IN_LINES = amount(1_000, 1_000, 10)
LENGTHS = amount((10, 1_000, 100_000), (10, 1_000), (10,))


def measure() -> list[Row]:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from saywrite.foundation.events import Segment, SegmentAdded, Started
    from saywrite.ui.transcript.view import TranscriptView

    application = QApplication([])
    rows = []
    for length, pause_s in [*((length, 2) for length in LENGTHS), (IN_LINES, 0)]:
        view = TranscriptView()
        view.resize(900, 600)
        view.set_paragraph_pause(pause_s)
        view.show()
        view.receive(Started("d", "local", "en", "microphone", 0.0, datetime.now().astimezone()))

        def add(number: int, view: TranscriptView = view) -> None:
            text = f"This is segment {number}, of an ordinary length, said in about five seconds."
            view.receive(SegmentAdded("d", Segment(number, text, text, number * 80_000, number * 80_000 + 70_000)))

        for number in range(1, length + 1):
            add(number)
        application.processEvents()
        taken = []
        for number in range(length + 1, length + 1 + RUNS):
            start = time.perf_counter()
            add(number)
            application.processEvents()
            taken.append(1000 * (time.perf_counter() - start))
        shown = "" if pause_s else " in lines"
        rows.append(Row.of(f"append of a final to {length:,} segments{shown}, painted", taken, "ms", 8))
        view.close()
        view.deleteLater()
        application.processEvents()
    return rows
