"""The waveform: what it paints, what mouse and keyboard do, and how much it costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QEnterEvent, QPaintEvent, QPalette, QWheelEvent
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
from saywrite.ui.toolkit.theme.motion import apply_motion
from saywrite.ui.waveform.panel import WaveformPanel
from saywrite.ui.waveform.picture import LIVE_S, gap_text
from saywrite.ui.waveform.strip import WaveformStrip
from saywrite.ui.widgets.frame_clock import frame_clock
from saywrite.ui.widgets.waveform_data import WaveformData, WaveformSpan

SECOND = 16_000


def sound(seconds_: float, amplitude: int = 8000) -> bytes:
    return np.full(int(seconds_ * SECOND), amplitude, dtype="<i2").tobytes()


def envelope_of(*blocks: bytes) -> Envelope:
    return Envelope.of(blocks)


@pytest.fixture
def envelope() -> Envelope:
    return Envelope()


STARTED = Started("d", "local", "en", "microphone", 0.0, datetime(2026, 11, 22, 10, 42))


@pytest.fixture
def looked_at(qtbot: Any, envelope: Envelope) -> WaveformPanel:
    """The panel while the user only looks at it, with the strip."""
    panel = WaveformPanel(lambda: envelope)
    qtbot.addWidget(panel)
    panel.resize(600, 100)
    panel.show()
    qtbot.waitUntil(lambda: panel.strip is not None, timeout=20_000)
    panel.receive(STARTED)
    return panel


@pytest.fixture
def panel(qtbot: Any, looked_at: WaveformPanel) -> WaveformPanel:
    """The panel after the user has reached for the waveform, with the plot."""
    looked_at.open_plot()
    qtbot.waitUntil(lambda: looked_at.plot is not None, timeout=20_000)
    return looked_at


def record(panel: WaveformPanel, envelope: Envelope, seconds_: float) -> None:
    """A recording with an utterance in seconds 1 to 2 of every four."""
    panel.receive(StateChanged("d", State.LISTENING))
    envelope.append(sound(seconds_))
    for number in range(int(seconds_ // 4)):
        start = (4 * number + 1) * SECOND
        panel.receive(SegmentAdded("d", Segment(number, "text", "text", start, start + SECOND)))
    panel.receive(StateChanged("d", State.IDLE))


def test_the_strip_is_loaded_when_it_is_first_shown_and_shows_what_came_before(qtbot: Any, envelope: Envelope) -> None:
    panel = WaveformPanel(lambda: envelope)
    qtbot.addWidget(panel)
    panel.receive(Started("early", "local", "en", "microphone", 0.0, datetime(2026, 11, 22, 10, 42)))
    panel.receive(SegmentAdded("early", Segment(0, "text", "text", 0, SECOND)))
    assert panel.strip is None
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
    panel.open_plot()
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


def test_text_that_comes_late_leaves_the_chosen_utterance_chosen(
    panel: WaveformPanel, envelope: Envelope, qtbot: Any
) -> None:
    record(panel, envelope, 20)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    panel.receive(SegmentAdded("d", Segment(9, "late", "late", 3 * SECOND, 4 * SECOND)))
    assert panel.plot.accessibleDescription() == "Utterance 3 of 6, 0:05 to 0:06. Enter plays it."
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


def test_tooltip_of_missing_sound_is_in_the_language_of_the_program(
    marked: None, in_language: Callable[[str], None]
) -> None:
    data = WaveformData()
    data.add_gap(Gap("d", 0, SECOND, ""))
    in_language("de")
    assert gap_text(data, 0.0, 1.0) == "1⟦ s⟧⟦ of sound missing⟧"


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


def test_utterance_of_long_ago_is_replaced() -> None:
    """The text of the service replaces, from the start on, what this computer wrote for an hour."""
    data = WaveformData()
    for number in range(100):
        data.add_utterance(WaveformSpan(number * 100, number * 100 + 50, number))
    data.remove_utterances((0,))
    data.add_utterance(WaveformSpan(100, 160, 1))
    assert data.utterances[:2] == [WaveformSpan(100, 160, 1), WaveformSpan(200, 250, 2)]


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


def listen(panel: WaveformPanel) -> None:
    panel.receive(StateChanged("d", State.LISTENING))


def test_dictation_that_is_only_looked_at_needs_no_plot(looked_at: WaveformPanel, envelope: Envelope) -> None:
    record(looked_at, envelope, 20)
    assert looked_at.plot is None
    assert looked_at.strip.isVisible()
    assert looked_at.strip.end_s == 20
    assert looked_at.strip.accessibleName() == "Waveform"
    assert looked_at.strip.accessibleDescription().startswith("20 s recorded, 5 utterances.")


@pytest.mark.parametrize("reach", ["click", "wheel", "key", "tab", "mouse after the recording"])
def test_the_plot_takes_its_place_when_the_user_reaches_for_it(
    looked_at: WaveformPanel, envelope: Envelope, qtbot: Any, reach: str
) -> None:
    listen(looked_at)
    envelope.append(sound(20))
    looked_at._poll()
    strip = looked_at.strip
    middle = QPointF(strip.rect().center())
    if reach.startswith("mouse"):
        QApplication.sendEvent(strip, QEnterEvent(middle, middle, middle))
        assert not looked_at._plot_load_started, "during a recording the mouse only crosses it"
        looked_at.receive(StateChanged("d", State.IDLE))
    if reach == "click":
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton)
    elif reach == "wheel":
        buttons, modifiers = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        wheel = (QPoint(), QPoint(0, 120), buttons, modifiers, Qt.ScrollPhase.NoScrollPhase, False)
        QApplication.sendEvent(strip, QWheelEvent(middle, middle, *wheel))
    elif reach == "key":
        qtbot.keyClick(strip, Qt.Key.Key_Left)
    elif reach == "tab":
        strip.setFocus(Qt.FocusReason.TabFocusReason)
    else:
        QApplication.sendEvent(strip, QEnterEvent(middle, middle, middle))
    qtbot.waitUntil(lambda: looked_at.plot is not None, timeout=20_000)
    assert looked_at.plot.isVisible()
    assert not strip.isVisible()


def test_click_on_the_strip_plays_the_utterance_there(looked_at: WaveformPanel, envelope: Envelope, qtbot: Any) -> None:
    record(looked_at, envelope, 20)
    strip = looked_at.strip
    x = next(x for x in range(strip.width()) if strip.seconds_at(x) > 5.5)
    with qtbot.waitSignal(looked_at.play_requested, timeout=20_000) as heard:
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(x, 40))
    assert heard.args == ["d", 5 * SECOND, 6 * SECOND]


def test_a_click_into_the_former_recording_plays_nothing_of_a_new_one(
    looked_at: WaveformPanel, envelope: Envelope, qtbot: Any
) -> None:
    """The recording begins while the plot is being loaded."""
    record(looked_at, envelope, 20)
    played: list[tuple[object, ...]] = []
    looked_at.play_requested.connect(lambda *heard: played.append(heard))
    looked_at.open_plot(5.5)
    listen(looked_at)
    qtbot.waitUntil(lambda: looked_at.plot is not None, timeout=20_000)
    looked_at.receive(StateChanged("d", State.IDLE))
    assert looked_at.plot.isVisible()
    assert played == []


def test_escape_returns_to_the_strip_during_a_recording(panel: WaveformPanel, qtbot: Any) -> None:
    listen(panel)
    assert panel.strip.isVisible()
    panel.open_plot()
    assert panel.plot.isVisible()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Escape)
    assert panel.strip.isVisible()
    assert not panel.plot.isVisible()
    panel.receive(StateChanged("d", State.IDLE))
    assert panel.plot.isVisible()


def test_strip_runs_only_while_sound_is_in_view_of_a_visible_recording(
    looked_at: WaveformPanel, envelope: Envelope
) -> None:
    listen(looked_at)
    looked_at._advance()
    assert not looked_at.is_polling, "nothing moves yet"
    envelope.append(sound(5))
    looked_at.wake()
    assert looked_at.is_polling
    looked_at.hide()
    assert not looked_at.is_polling
    looked_at.wake()
    assert not looked_at.is_polling
    looked_at.show()
    assert looked_at.is_polling
    envelope.append(sound(40, amplitude=20))
    looked_at._advance()
    assert not looked_at.is_polling, "only silence is in view"
    looked_at.receive(SegmentAdded("d", Segment(0, "text", "text", 20 * SECOND, 22 * SECOND)))
    assert looked_at.is_polling
    looked_at.receive(StateChanged("d", State.IDLE))
    assert not looked_at.is_polling


def test_the_strip_moves_from_the_first_sound_of_a_recording_that_begins_in_silence(
    looked_at: WaveformPanel, envelope: Envelope
) -> None:
    listen(looked_at)
    envelope.append(sound(1, amplitude=0))
    looked_at._advance()
    assert not looked_at.is_polling, "only silence is in view"
    looked_at.wake()
    looked_at._advance()
    assert not looked_at.is_polling, "the peak of the sound that woke it has not come yet"
    looked_at.wake()
    envelope.append(sound(0.1))
    looked_at._advance()
    assert looked_at.is_polling
    assert looked_at.strip is not None
    quiet = looked_at.strip.grab().toImage()
    envelope.append(sound(3))
    looked_at._advance()
    assert looked_at.is_polling
    assert looked_at.strip.grab().toImage() != quiet


class HandClock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def strip(qtbot: Any) -> WaveformStrip:
    """A strip of 40 s of sound, while it records."""
    data = WaveformData()
    data.pull(envelope_of(sound(40)))
    made = WaveformStrip(data, HandClock())
    qtbot.addWidget(made)
    made.resize(1020, 92)
    with qtbot.waitExposed(made):
        made.show()
    made.set_live(True)
    return made


def test_the_strip_glides_between_two_peaks_and_does_not_run_away(strip: WaveformStrip) -> None:
    ends = []
    for _ in range(6):
        strip._clock.now += 0.016
        strip.advance()
        ends.append(strip.end_s)
    assert ends[0] == pytest.approx(40.016)
    assert ends[1] == pytest.approx(40.032)
    assert ends[-1] == pytest.approx(40.05), "no sound has come: it waits"


def test_the_strip_with_reduced_motion_moves_in_steps(strip: WaveformStrip) -> None:
    apply_motion("reduced")
    frames = frame_clock()
    try:
        frames.start(strip.advance)
        assert frames.interval_ms == 125
        strip._clock.now += 0.016
        strip.advance()
        assert strip.end_s == 40
        strip._data.pull(envelope_of(sound(40.1)))
        strip.advance()
        assert strip.end_s == 40.25
    finally:
        frames.stop(strip.advance)
        apply_motion("system")


def test_new_bars_are_the_same_as_those_of_a_whole_picture(strip: WaveformStrip, qapp: QApplication) -> None:
    """The pixmap is painted in parts while sound comes."""
    rng = np.random.default_rng(5)
    peaks = [sound(0.05, amplitude=int(each)) for each in rng.integers(100, 30_000, size=60)]
    envelope = envelope_of(sound(40))
    strip.grab()
    for block in peaks:
        envelope.append(block)
        strip._data.pull(envelope)
        strip._clock.now += 0.05
        strip.advance()
        strip.grab()
    grown = strip.grab().toImage()
    start = strip._pixmap_start_s
    strip._pixmap.fill(Qt.GlobalColor.red)
    strip._paint_pixmap(strip._pixmap, start)
    assert strip.grab().toImage() == grown


class PaintedStrip(WaveformStrip):
    """Keeps the rectangle that was painted last."""

    painted = QRect()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted = event.rect()


@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize("at_s", [0, 5, 29.9, 31])
def test_every_new_bar_is_painted_on_the_screen(
    at_s: float, reduced: bool, qtbot: Any, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_clock(), "is_reduced", reduced)
    data, envelope, clock = WaveformData(), envelope_of(sound(at_s)), HandClock()
    data.pull(envelope)
    strip = PaintedStrip(data, clock)
    qtbot.addWidget(strip)
    strip.resize(1020, 92)
    with qtbot.waitExposed(strip):
        strip.show()
    strip.set_live(True)
    qapp.processEvents()
    for _ in range(20):
        for _ in range(3):  # pictures between two peaks
            clock.now += 0.016
            strip.advance()
            qapp.processEvents()
        strip.painted = QRect()
        envelope.append(sound(0.05))
        data.pull(envelope)
        strip.advance()
        qapp.processEvents()
        newest = round((data.length_s - 0.05 - (strip.end_s - LIVE_S)) * strip.width() / LIVE_S)
        assert strip.painted.contains(min(newest, strip.width() - 1), 46)


def test_step_of_the_strip_is_cheap(strip: WaveformStrip, qapp: QApplication) -> None:
    """60 pictures per second, each a copy of the pixmap: 1 % of a core is 167 µs for each."""
    strip.grab()
    began = time.process_time()
    for _ in range(300):
        strip._clock.now += 0.016
        strip.advance()
        strip.repaint()
    assert (time.process_time() - began) / 300 < 0.002
