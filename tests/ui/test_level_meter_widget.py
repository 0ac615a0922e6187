"""The meter runs only while sound moves it and it is visible, and paints only what has changed."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from saywrite.audio.levels import LatestLevel
from saywrite.foundation.events import Level
from saywrite.ui.toolkit.theme.motion import apply_motion
from saywrite.ui.widgets.level_meter import LevelMeter, share, spoken


class HandClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class CountingMeter(LevelMeter):
    paints = 0

    def paintEvent(self, event: Any) -> None:
        self.paints += 1
        super().paintEvent(event)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def latest() -> LatestLevel:
    return LatestLevel()


@pytest.fixture
def meter(qtbot: Any, latest: LatestLevel, clock: HandClock) -> CountingMeter:
    widget = CountingMeter(latest.take, clock)
    qtbot.addWidget(widget)
    widget.resize(400, 24)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def tick(meter: LevelMeter, clock: HandClock, times: int = 1) -> None:
    for _ in range(times):
        clock.now += 0.033
        meter.poll()


def heard(meter: LevelMeter) -> int:
    """The length of the bar for the level that was heard, to which the shown bar glides."""
    return round(share(meter._meter.reading.bar_dbfs) * meter._current_groove().width())


@pytest.mark.parametrize(("dbfs", "place"), [(-60, 0), (-30, 0.5), (0, 1), (-120, 0), (3, 1)])
def test_the_scale_runs_from_minus_60_to_0_dbfs(dbfs: float, place: float) -> None:
    assert share(dbfs) == pytest.approx(place)


@pytest.mark.parametrize(
    ("dbfs", "text"), [(-18.2, "−18 dBFS"), (-0.3, "0 dBFS"), (-70, "< −60 dBFS"), (-120, "– dBFS")]
)
def test_the_number_is_rounded_and_says_when_it_is_below_the_scale(dbfs: float, text: str) -> None:
    assert spoken(dbfs) == text


def test_it_polls_only_while_recording(meter: CountingMeter) -> None:
    assert not meter.is_polling
    meter.set_recording(True)
    assert meter.is_polling


def test_after_the_recording_the_bar_falls_and_the_timer_stops(
    meter: CountingMeter, latest: LatestLevel, clock: HandClock
) -> None:
    meter.set_recording(True)
    latest.put(Level(-10, -20, False))
    tick(meter, clock)
    meter.set_recording(False)
    assert meter.is_polling, "the bar would hang in the air"
    began = clock.now
    while meter.is_polling:
        tick(meter, clock)
    assert 0.05 < clock.now - began <= 0.3
    assert meter.accessibleDescription() == "– dBFS"


def test_hidden_meter_does_not_poll_until_shown(meter: CountingMeter) -> None:
    meter.set_recording(True)
    meter.hide()
    assert not meter.is_polling
    meter.show()
    assert meter.is_polling


def test_it_is_not_started_while_hidden(meter: CountingMeter) -> None:
    meter.hide()
    meter.set_recording(True)
    assert not meter.is_polling


def test_the_same_picture_is_not_painted_twice(
    qtbot: Any, qapp: Any, meter: CountingMeter, clock: HandClock, latest: LatestLevel
) -> None:
    meter.set_recording(True)
    tick(meter, clock)
    qapp.processEvents()
    before = meter.paints
    tick(meter, clock, 20)
    qapp.processEvents()
    assert meter.paints == before
    latest.put(Level(-10, -20, False))
    tick(meter, clock)
    qtbot.waitUntil(lambda: meter.paints == before + 1)


def test_it_is_polled_at_60_hz_only_while_the_bar_moves(
    qapp: Any, meter: CountingMeter, clock: HandClock, latest: LatestLevel
) -> None:
    meter.set_recording(True)
    tick(meter, clock)
    qapp.processEvents()
    tick(meter, clock, 20)
    assert meter.interval_ms == 50
    latest.put(Level(-10, -20, False))
    tick(meter, clock)
    assert meter.interval_ms == 16


@pytest.fixture
def sleeping(qtbot: Any, qapp: Any, latest: LatestLevel, clock: HandClock) -> CountingMeter:
    """A meter of a dictation that can wake it, asleep in digital silence."""
    widget = CountingMeter(latest.take, clock, latest.wake_outside)
    qtbot.addWidget(widget)
    widget.resize(400, 24)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_recording(True)
    latest.put(Level(-120, -120, False))
    tick(widget, clock)
    qapp.processEvents()
    tick(widget, clock, 30)
    assert not widget.is_polling
    return widget


def test_in_silence_nothing_runs_until_there_is_sound(sleeping: CountingMeter, latest: LatestLevel, qapp: Any) -> None:
    for _ in range(50):
        latest.put(Level(-120, -120, False))
    qapp.processEvents()
    assert not sleeping.is_polling
    latest.put(Level(-20, -30, False))
    qapp.processEvents()
    assert sleeping.is_polling
    assert sleeping.interval_ms == 16


def test_sound_below_the_scale_wakes_it_once_for_its_number(
    sleeping: CountingMeter, latest: LatestLevel, clock: HandClock, qapp: Any
) -> None:
    heard: list[None] = []
    sleeping.sound_returned.connect(lambda: heard.append(None))
    latest.put(Level(-70, -80, False))
    qapp.processEvents()
    clock.now += 1
    tick(sleeping, clock, 30)
    assert not sleeping.is_polling
    assert sleeping.accessibleDescription() == "< minus 60 dBFS"
    assert len(heard) == 1, "a muted microphone that is switched on delivers this in a quiet room"
    for _ in range(50):
        latest.put(Level(-72, -80, False))
    qapp.processEvents()
    assert not sleeping.is_polling


def test_sleeping_meter_that_is_hidden_is_not_woken(sleeping: CountingMeter, latest: LatestLevel, qapp: Any) -> None:
    sleeping.hide()
    latest.put(Level(-20, -30, False))
    qapp.processEvents()
    assert not sleeping.is_polling
    sleeping.show()
    assert sleeping.is_polling


def test_the_bar_glides_to_a_louder_level_within_two_blocks(
    meter: CountingMeter, latest: LatestLevel, clock: HandClock
) -> None:
    meter.set_recording(True)
    meter.poll()
    bars = []
    latest.put(Level(-20, -20, False))
    for _ in range(3):
        clock.now += 0.016
        meter.poll()
        bars.append(meter._drawn().bar)
    full = heard(meter)
    assert 0 < bars[0] < bars[1] < bars[2] <= full
    assert bars[2] > 0.7 * full
    clock.now += 0.04
    meter.poll()
    assert meter._drawn().bar == heard(meter)


def test_with_reduced_motion_it_shows_eight_pictures_per_second_and_does_not_glide(
    meter: CountingMeter, latest: LatestLevel, clock: HandClock
) -> None:
    apply_motion("reduced")
    try:
        meter.set_recording(True)
        assert meter.interval_ms == 125
        meter.poll()
        latest.put(Level(-20, -20, False))
        clock.now += 0.016
        meter.poll()
        assert meter._drawn().bar == heard(meter) > 0
    finally:
        apply_motion("system")


def test_the_clip_lamp_stays_lit_until_it_is_clicked(
    qtbot: Any, meter: CountingMeter, latest: LatestLevel, clock: HandClock
) -> None:
    meter.set_recording(True)
    latest.put(Level(0, -6, True))
    tick(meter, clock, 200)
    assert meter.is_clipped
    assert "too loud" in meter.accessibleDescription()
    qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert not meter.is_clipped
    assert "too loud" not in meter.accessibleDescription()


def test_a_screen_reader_can_read_the_level(meter: CountingMeter, latest: LatestLevel, clock: HandClock) -> None:
    meter.set_recording(True)
    clock.now += 1
    latest.put(Level(-18, -27, False))
    tick(meter, clock)
    assert meter.accessibleName() == "Microphone level"
    assert meter.accessibleDescription() == "minus 18 dBFS"


def test_new_recording_starts_with_lamp_off_and_no_old_level(
    meter: CountingMeter, latest: LatestLevel, clock: HandClock
) -> None:
    meter.set_recording(True)
    latest.put(Level(0, 0, True))
    tick(meter, clock)
    meter.set_recording(False)
    latest.put(Level(0, 0, True))
    meter.set_recording(True)
    tick(meter, clock)
    assert not meter.is_clipped


def test_sound_after_silence_is_reported_once(qtbot: Any) -> None:
    levels = [-120.0, -120.0, -30.0, -28.0, -120.0, -50.0]
    source = Script(levels)
    meter = LevelMeter(source.take, lambda: 0.0)
    qtbot.addWidget(meter)
    meter.set_recording(True)
    source.at = 0
    told: list[int] = []
    meter.sound_returned.connect(lambda: told.append(source.at))
    for _ in levels:
        meter.poll()
    assert told == [3, 6]


def test_every_poll_that_shows_sound_says_so(meter: CountingMeter, latest: LatestLevel, clock: HandClock) -> None:
    """Said once, it would be lost on a waveform that does not have that sound yet."""
    told: list[float] = []
    meter.sound_shown.connect(lambda: told.append(clock.now))
    meter.set_recording(True)
    latest.put(Level(-70, -80, False))
    tick(meter, clock, 3)
    assert not told, "nothing is shown"
    latest.put(Level(-10, -20, False))
    tick(meter, clock, 5)
    assert len(told) == 5


class Script:
    """Gives these peaks, one at each look."""

    def __init__(self, peaks: list[float]) -> None:
        self.peaks = peaks
        self.at = 0

    def take(self) -> Level | None:
        if self.at >= len(self.peaks):
            return None
        self.at += 1
        peak = self.peaks[self.at - 1]
        return Level(peak, peak, False)
