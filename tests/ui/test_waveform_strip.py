"""The waveform: what it paints, what mouse and keyboard do, and how much it costs."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from saywrite.audio.levels import Envelope
from saywrite.foundation.events import (
    Finished,
    Gap,
    PendingUtterances,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    Started,
    State,
    StateChanged,
)
from saywrite.ui.waveform.panel import WaveformPanel
from saywrite.ui.widgets.waveform_data import WaveformData, WaveformSpan

SECOND = 16_000


def sound(seconds_: float, amplitude: int = 8000) -> bytes:
    return np.full(int(seconds_ * SECOND), amplitude, dtype="<i2").tobytes()


def envelope_of(*blocks: bytes) -> Envelope:
    return Envelope.of(blocks)


@pytest.fixture
def envelope() -> Envelope:
    return Envelope()


@pytest.fixture
def panel(qtbot: Any, envelope: Envelope) -> WaveformPanel:
    panel = WaveformPanel(lambda: envelope)
    qtbot.addWidget(panel)
    panel.resize(600, 100)
    panel.show()
    qtbot.waitUntil(lambda: panel.plot is not None, timeout=20_000)
    panel.receive(Started("d", "local", "en", "microphone", 0.0, datetime(2026, 11, 22, 10, 42)))
    return panel


def record(panel: WaveformPanel, envelope: Envelope, seconds_: float) -> None:
    """A recording with an utterance in seconds 1 to 2 of every four."""
    panel.receive(StateChanged("d", State.LISTENING))
    envelope.append(sound(seconds_))
    for number in range(int(seconds_ // 4)):
        start = (4 * number + 1) * SECOND
        panel.receive(SegmentAdded("d", Segment(number, "text", "text", start, start + SECOND)))
    panel.receive(StateChanged("d", State.IDLE))


def test_the_library_is_loaded_when_the_strip_is_first_shown(qtbot: Any, envelope: Envelope) -> None:
    panel = WaveformPanel(lambda: envelope)
    qtbot.addWidget(panel)
    panel.receive(Started("early", "local", "en", "microphone", 0.0, datetime(2026, 11, 22, 10, 42)))
    panel.receive(SegmentAdded("early", Segment(0, "text", "text", 0, SECOND)))
    assert panel.plot is None
    with qtbot.waitSignal(panel.loaded, timeout=20_000):
        panel.show()
    assert panel.data is not None
    assert panel.data.utterances == [WaveformSpan(0, SECOND, 0)]


def test_while_recording_the_last_half_minute_is_in_view_then_all_of_it(
    panel: WaveformPanel, envelope: Envelope
) -> None:
    panel.receive(StateChanged("d", State.LISTENING))
    envelope.append(sound(100))
    panel._poll()
    assert panel.plot._box.viewRange()[0] == pytest.approx([70, 100], abs=0.1)
    panel.receive(StateChanged("d", State.IDLE))
    assert panel.plot._box.viewRange()[0] == pytest.approx([0, 100], abs=0.1)


def test_it_polls_only_while_recording_and_in_view(panel: WaveformPanel) -> None:
    assert not panel._timer.isActive()
    panel.receive(StateChanged("d", State.LISTENING))
    assert panel._timer.isActive()
    panel.hide()
    assert not panel._timer.isActive()
    panel.show()
    assert panel._timer.isActive()
    panel.receive(StateChanged("d", State.IDLE))
    assert not panel._timer.isActive()


def place_of(panel: WaveformPanel, seconds_: float) -> QPoint:
    scene = panel.plot._box.mapViewToScene(panel.plot.plotItem.vb.viewRect().center())
    x = panel.plot._box.mapViewToScene(type(scene)(seconds_, 0)).x()
    return panel.plot.mapFromScene(type(scene)(x, scene.y()))


def test_click_on_an_utterance_requests_playback(panel: WaveformPanel, envelope: Envelope, qtbot: Any) -> None:
    record(panel, envelope, 20)
    with qtbot.waitSignal(panel.play_requested, timeout=3000) as heard:
        qtbot.mouseClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, pos=place_of(panel, 5.5))
    assert heard.args == ["d", 5 * SECOND, 6 * SECOND]


def test_click_beside_an_utterance_reports_the_position(panel: WaveformPanel, envelope: Envelope, qtbot: Any) -> None:
    record(panel, envelope, 20)
    with qtbot.waitSignal(panel.position_clicked, timeout=3000) as clicked:
        qtbot.mouseClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, pos=place_of(panel, 3.0))
    assert clicked.args[0] == pytest.approx(3 * SECOND, abs=SECOND * 0.1)


def test_the_arrow_keys_walk_over_utterances_and_enter_plays(
    panel: WaveformPanel, envelope: Envelope, qtbot: Any
) -> None:
    record(panel, envelope, 20)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(panel.plot, key)
    assert panel.plot.accessibleDescription() == "Utterance 2 of 5, 0:05 to 0:06. Enter plays it."
    with qtbot.waitSignal(panel.play_requested) as heard:
        qtbot.keyClick(panel.plot, Qt.Key.Key_Return)
    assert heard.args == ["d", 5 * SECOND, 6 * SECOND]


def test_zoom_stays_inside_the_recording_and_escape_shows_all(
    panel: WaveformPanel, envelope: Envelope, qtbot: Any
) -> None:
    record(panel, envelope, 20)
    for _ in range(30):
        qtbot.keyClick(panel.plot, Qt.Key.Key_Plus)
    low, high = panel.plot._box.viewRange()[0]
    assert 0 <= low < high <= 20
    assert high - low == pytest.approx(2.0, abs=0.01)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Escape)
    assert panel.plot._box.viewRange()[0] == pytest.approx([0, 20], abs=0.1)


def test_removed_utterances_are_not_painted(panel: WaveformPanel, envelope: Envelope) -> None:
    record(panel, envelope, 20)
    panel.receive(SegmentsRemoved("d", (4,)))
    assert [span.number for span in panel.data.utterances] == [0, 1, 2, 3]


def test_events_of_another_dictation_are_not_drawn(panel: WaveformPanel) -> None:
    panel.receive(SegmentAdded("old", Segment(0, "text", "text", 0, SECOND)))
    panel.receive(Gap("old", 0, 100, "cause"))
    assert (panel.data.utterances, panel.data.gaps) == ([], [])


def test_missing_sound_has_a_mark_with_a_tooltip(panel: WaveformPanel, envelope: Envelope) -> None:
    """A gap takes no room: the sample after it follows the one before it, and speech there stays as it is."""
    record(panel, envelope, 20)
    before = panel.plot.grab().toImage()
    panel.receive(Gap("d", 10 * SECOND, 5 * SECOND, "the microphone was unplugged"))
    after = panel.plot.grab().toImage()
    middle = 8
    changed = [x for x in range(before.width()) if before.pixel(x, middle) != after.pixel(x, middle)]
    assert changed
    assert abs(changed[0] - place_of(panel, 10).x()) <= 2
    assert len(changed) <= 4
    words = "5 s of sound missing: the microphone was unplugged"
    assert panel.plot._gap_text_at(place_of(panel, 10).x() + 3) == words
    assert panel.plot._gap_text_at(place_of(panel, 12).x()) == ""
    assert words in panel.plot.accessibleDescription()


@pytest.mark.parametrize("length", [2.0, 3.0, 7.5, 40.0, 300.0, 5000.0])
def test_times_below_the_picture_have_one_format_and_differ(panel: WaveformPanel, length: float) -> None:
    axis = panel.plot._axis
    ((step, _),) = axis.tickSpacing(0, length, 560)
    texts = axis.tickStrings([step * number for number in range(int(length / step) + 1)], 1, step)
    assert len({"." in text for text in texts}) == 1
    assert len(set(texts)) == len(texts) >= 2
    assert len(texts) <= 10


def test_the_colors_follow_the_palette(panel: WaveformPanel, envelope: Envelope) -> None:
    record(panel, envelope, 20)
    palette = QPalette(panel.palette())
    palette.setColor(QPalette.ColorRole.Base, QColor(20, 20, 24))
    palette.setColor(QPalette.ColorRole.Text, QColor(240, 240, 240))
    panel.setPalette(palette)
    QApplication.sendEvent(panel.plot, QEvent(QEvent.Type.PaletteChange))
    corner = panel.plot.grab().toImage().pixelColor(2, 2)
    assert corner == QColor(20, 20, 24)


def test_items_are_made_once_and_stay(panel: WaveformPanel, envelope: Envelope) -> None:
    """Clearing and plotting anew leaks in pyqtgraph on PySide6."""
    record(panel, envelope, 20)
    before = len(panel.plot.scene().items())
    for _ in range(20):
        envelope.append(sound(1))
        panel._poll()
    assert len(panel.plot.scene().items()) == before


def test_eight_hours_are_drawn_in_as_many_columns_as_fit() -> None:
    data = WaveformData()
    data.pull(_Hours())
    start, width, heights = data.columns(0, data.length_s, 300)
    assert start == 0
    assert len(heights) <= 301
    assert width * len(heights) == pytest.approx(8 * 3600, rel=0.01)
    before = time.process_time()
    for _ in range(20):
        data.columns(0, data.length_s, 300)
    assert (time.process_time() - before) / 20 < 0.02


class _Hours:
    """Peaks of eight hours, without making the sound."""

    window = 800

    def __len__(self) -> int:
        return 8 * 3600 * 20

    def slice(self, start: int, end: int) -> np.ndarray:
        return np.full(end - start, 5000, dtype=np.int16)


@given(
    values=st.lists(st.integers(0, 32767), min_size=1, max_size=200),
    most=st.integers(1, 50),
    first=st.floats(0, 10),
    length=st.floats(0.05, 10),
)
def test_no_peak_in_view_is_lost_by_drawing_fewer_columns(
    values: list[int], most: int, first: float, length: float
) -> None:
    class Values(_Hours):
        def __len__(self) -> int:
            return len(values)

        def slice(self, start: int, end: int) -> np.ndarray:
            return np.array(values[start:end], dtype=np.int16)

    data = WaveformData()
    data.pull(Values())
    _, _, heights = data.columns(first, first + length, most)
    inside = values[int(first * 20) : int((first + length) * 20)]
    if inside:
        assert heights.max() >= np.sqrt(np.float32(max(inside)) / 32768) - 1e-6


def test_utterances_are_found_by_their_place() -> None:
    data = WaveformData()
    for number, start in enumerate((0, 100, 300)):
        data.add_utterance(WaveformSpan(start, start + 50, number))
    assert [data.utterance_at(sample) for sample in (0, 49, 50, 120, 349, 350)] == [0, 0, None, 1, 2, None]


def inked(panel: WaveformPanel, from_s: float, to_s: float) -> int:
    """Pixels that are not ground at the upper edge of a stretch, where no bar reaches."""
    image = panel.grab().toImage()
    low, high = panel.plot._box.viewRange()[0]
    first, last = (round((at - low) / (high - low) * image.width()) for at in (from_s, to_s))
    ground = panel.palette().color(QPalette.ColorRole.Base)
    return sum(image.pixelColor(x, 12) != ground for x in range(first, last))


def test_utterance_without_text_is_hatched_until_its_text_arrives(
    panel: WaveformPanel, envelope: Envelope, qapp: QApplication
) -> None:
    panel.receive(StateChanged("d", State.LISTENING))
    envelope.append(sound(20, amplitude=10))
    panel.receive(PendingUtterances("d", ((4 * SECOND, 8 * SECOND), (12 * SECOND, 16 * SECOND))))
    panel._poll()
    qapp.processEvents()
    hatched = inked(panel, 5, 7)
    assert 0 < hatched < 2 / 30 * 600, "lines, not a ground"
    assert inked(panel, 9, 11) == 0
    assert "2 utterances waiting for text" in panel.plot.accessibleDescription()
    panel.receive(PendingUtterances("d", ()))
    qapp.processEvents()
    assert inked(panel, 5, 7) == 0


def test_pending_utterances_stay_hatched_after_the_end_and_dropped_ones_do_not(panel: WaveformPanel) -> None:
    panel.receive(PendingUtterances("d", ((4 * SECOND, 8 * SECOND),)))
    panel.receive(PendingUtterances("another", ()))
    panel.receive(Finished("d", 9 * SECOND, 4 * SECOND, 5 * SECOND, 9.0, ""))
    assert panel.data.pending == [WaveformSpan(4 * SECOND, 8 * SECOND)]
    panel.receive(Finished("d", 9 * SECOND, 9 * SECOND, 0, 9.0, ""))
    assert panel.data.pending == []
