"""The latencies of dictations: steps, medians and percentiles, as a plot and as a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from window_fakes import CHOICES, windows_to_delete

from saywrite.storage.history.timings import Latency, TimedDictation
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.reports.timing_statistics import TimingSpread, describe_latency, percentile, speeds, steps_of
from saywrite.ui.history.reports.timing_window import EMPTY, SIZE, LatencyPlot, LatencyWindow
from saywrite.ui.toolkit.theme import contrast, plain_palette


def timed(number: int, engine: str = "local", microphone: str = "Desk", **steps: int) -> TimedDictation:
    return TimedDictation(str(number), engine, microphone, Latency(**steps))


MANY = (
    *(
        timed(n, first_audio=40 + n, first_partial=900 + n, released=3000, final=3400 + n, inserted=3450 + n)
        for n in range(21)
    ),
    timed(90, "aiola", "Headset", first_audio=70, released=2000, final=1500),
)


class StoredLatencies:
    """A history with these latencies and nothing else."""

    def __init__(self, rows: tuple[TimedDictation, ...]) -> None:
        self.rows = rows
        self.closed = 0

    def latencies(self, limit: int = 1000) -> tuple[TimedDictation, ...]:
        return self.rows[:limit]

    def close(self) -> None:
        self.closed += 1


def test_each_step_is_the_time_that_the_user_waited() -> None:
    assert steps_of(Latency(60, 920, 2020, 2420, 2480)) == (60, 860, 400, 60)


def test_text_complete_before_the_release_took_no_time() -> None:
    assert steps_of(Latency(60, 920, 2020, 1500, 2080)) == (60, 860, 0, 60)


def test_steps_without_measurement_are_left_out() -> None:
    assert steps_of(Latency(first_audio=60)) == (60, None, None, None)
    assert describe_latency(Latency(60, None, 2000, 3250)) == "Key to first sound: 60 ms\nRelease to text: 1.25 s"


def test_statistics_are_separate_by_engine_and_microphone() -> None:
    first, second = speeds(MANY)
    assert (first.engine, first.microphone) == ("local", "Desk")
    assert first.steps == (
        TimingSpread(50, 59),
        TimingSpread(860, 860),
        TimingSpread(410, 419),
        TimingSpread(50, 50),
    )
    assert (second.engine, second.microphone) == ("aiola", "Headset")
    assert second.steps == (TimingSpread(70, 70), None, TimingSpread(0, 0), None)


@given(st.lists(st.integers(0, 10_000), min_size=1), st.floats(0, 1))
def test_a_percentile_lies_among_its_values_and_grows_with_its_share(values: list[int], share: float) -> None:
    assert min(values) <= percentile(values, 0.5 * share) <= percentile(values, share) <= max(values)


def test_the_window_shows_a_row_for_every_engine_and_microphone(qtbot: Any) -> None:
    history = StoredLatencies(MANY)
    window = LatencyWindow(lambda: history, CHOICES)  # type: ignore[arg-type, return-value]
    qtbot.addWidget(window)
    window.reload()
    qtbot.waitUntil(lambda: window.table.rowCount() == 2)
    cells = [[window.table.item(row, column).text() for column in range(6)] for row in range(2)]
    assert cells[0] == [
        "On this computer, Desk",
        "21",
        "50 ms, 59 ms",
        "860 ms, 860 ms",
        "410 ms, 419 ms",
        "50 ms, 50 ms",
    ]
    assert cells[1] == ["aiOla, Headset", "1", "70 ms, 70 ms", "–", "0 ms, 0 ms", "–"]
    assert history.closed == 1
    assert isinstance(window.plot, LatencyPlot)
    assert len(window.plot.getPlotItem().items) == 2 * 4, "a bar and a line for each of the steps"


def test_an_empty_history_says_what_to_do(qtbot: Any) -> None:
    window = LatencyWindow(lambda: StoredLatencies(()), CHOICES)  # type: ignore[arg-type, return-value]
    qtbot.addWidget(window)
    window.reload()
    window.show()
    qtbot.waitUntil(lambda: window.note.text() == EMPTY)
    assert not window.plot.isVisible(), "an empty plot and an empty table say nothing"
    assert not window.table.isVisible()


def test_the_axis_is_named_in_the_language_of_the_program(qtbot: Any, in_language: Callable[[str], None]) -> None:
    window = LatencyWindow(lambda: StoredLatencies(MANY), CHOICES)  # type: ignore[arg-type, return-value]
    qtbot.addWidget(window)
    window.show_timed(MANY)
    assert isinstance(window.plot, LatencyPlot)
    axis = window.plot.getPlotItem().getAxis("bottom")
    assert axis.labelText == "milliseconds"
    in_language("de")
    assert axis.labelText == "Millisekunden"


def test_all_columns_fit_into_the_window(qtbot: Any) -> None:
    window = LatencyWindow(lambda: StoredLatencies(MANY), CHOICES)  # type: ignore[arg-type, return-value]
    qtbot.addWidget(window)
    window.show_timed(MANY)
    window.resize(SIZE)  # the screen of the tests is smaller
    with qtbot.waitExposed(window):
        window.show()
    assert window.table.horizontalHeader().length() <= window.table.viewport().width()


def test_the_table_has_the_colors_of_the_plot_in_another_theme(qtbot: Any) -> None:
    window = LatencyWindow(lambda: StoredLatencies(MANY), CHOICES)  # type: ignore[arg-type, return-value]
    qtbot.addWidget(window)
    window.show_timed(MANY)
    before = QApplication.palette()
    QApplication.setPalette(plain_palette(dark=True))
    QApplication.processEvents()
    assert isinstance(window.plot, LatencyPlot)
    swatches = [window.table.horizontalHeaderItem(column).icon().pixmap(12, 12).toImage() for column in range(2, 6)]
    colors = window.plot.colors()
    QApplication.setPalette(before)
    assert [swatch.pixelColor(6, 6).name() for swatch in swatches] == [color.name() for color in colors]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_step_stands_out_from_the_ground(dark: bool, qtbot: Any, artifacts: Path) -> None:
    palette = plain_palette(dark=dark)
    before = QApplication.palette()
    QApplication.setPalette(palette)
    window = LatencyWindow(lambda: StoredLatencies(MANY), CHOICES)  # type: ignore[arg-type, return-value]
    qtbot.addWidget(window)
    window.show_timed(MANY)
    with qtbot.waitExposed(window):
        window.show()
    assert isinstance(window.plot, LatencyPlot)
    ground = palette.color(QPalette.ColorRole.Base)
    assert all(contrast(color, ground) >= 3 for color in window.plot.colors())
    assert window.grab().save(str(artifacts / f"speed-{'dark' if dark else 'light'}.png"))
    QApplication.setPalette(before)


def test_the_menu_opens_it(make_front: Callable[..., FrontEnd], qtbot: Any) -> None:
    front = make_front(open_history=lambda: StoredLatencies(MANY))
    front.window.actions_.speed.trigger()
    window = front.window.findChild(LatencyWindow)
    assert window is not None
    qtbot.waitUntil(lambda: window.table.rowCount() == 2)
    assert window.isVisible()
    window.close()


def test_the_hidden_widget_of_a_plot_is_left_to_qt(qtbot: Any) -> None:
    plot = LatencyPlot(lambda speed: speed.engine)
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.show()
    parentless = {each for each in QApplication.topLevelWidgets() if each.parent() is None}
    hidden = parentless - set(windows_to_delete())
    assert plot not in hidden
    assert "QWidget" in {type(each).__name__ for each in hidden}, "Qt has it no more: `windows_to_delete` can go"
