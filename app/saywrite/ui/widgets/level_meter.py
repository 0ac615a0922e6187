"""The level meter of the microphone, −60…0 dBFS. GUI thread.

While sound moves the meter, it asks for the latest level at every picture of the screen. In silence it sleeps until the
dictation thread reports the first sound; hidden, minimized or at rest it does not run at all. To save processor time
the meter is opaque and paints only the parts that have changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf, nextafter

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from saywrite.audio.levels import FLOOR_DBFS, Meter, MeterReading
from saywrite.foundation.events import Level
from saywrite.ui.toolkit.screen_reader import Role, has_role
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import joined, set_text, tr
from saywrite.ui.widgets.frame_clock import frame_clock
from saywrite.ui.widgets.meter_face import MeterFace, MeterPicture, groove_in, make_face

BOTTOM_DBFS = -60.0
STILL_POLL_MS = 50
"""The interval while the bar stands still and nobody can wake the meter."""
STILL_AFTER = 15
"""The number of equal pictures after which the bar stands still."""
RISE_S = 0.04
"""A louder level is reached within this time, two blocks of sound, so that the bar glides instead of jumping."""
NUMBER_EVERY_S = 0.2
"""The number in the tooltip and for screen readers changes at most five times a second."""
SCALE_DBFS = (-48, -36, -24, -12, -6)

WakeOutside = Callable[[float, float, Callable[[], None]], None]
"""`LatestLevel.wake_outside` of the newest dictation."""


def share(dbfs: float) -> float:
    """The position of a level on the scale, 0…1."""
    return 0.0 if dbfs <= BOTTOM_DBFS else 1.0 if dbfs >= 0 else 1 - dbfs / BOTTOM_DBFS


def spoken(dbfs: float) -> str:
    """The level as text: "−18 dBFS", "< −60 dBFS" below the scale."""
    if dbfs <= FLOOR_DBFS:
        return "– dBFS"
    if dbfs < BOTTOM_DBFS:
        return "< −60 dBFS"
    return f"{dbfs:.0f} dBFS".replace("-0 ", "0 ").replace("-", "−")


def glided(shown_dbfs: float, dbfs: float, part: float) -> float:
    """The level to show: this part (0…1) of the way to a louder one, and a quieter one at once."""
    low = max(shown_dbfs, BOTTOM_DBFS)  # nothing is seen below it
    return dbfs if dbfs - low < 0.1 else low + (dbfs - low) * part


def _bounds(peak_dbfs: float | None) -> tuple[float, float]:
    """The peaks between which a meter at rest stays as it is, after this one; none before the first one."""
    if peak_dbfs is None:
        return inf, -inf
    if peak_dbfs <= FLOOR_DBFS:
        return -inf, FLOOR_DBFS
    return nextafter(FLOOR_DBFS, 0.0), BOTTOM_DBFS


@has_role(Role.Graphic)
class LevelMeter(QWidget):
    """Shows peak (light), RMS (full) and held peak (tick), and a lamp that stays on after clipping.

    A click switches the lamp off.
    """

    sound_returned = Signal()
    """There is sound after digital silence, which a muted or disconnected microphone delivers."""
    sound_shown = Signal()
    """The bar is above its bottom; emitted at every poll that finds it there."""
    _woken = Signal()
    """There is another level than at rest; emitted on the thread that measures the sound."""

    def __init__(
        self,
        take_level: Callable[[], Level | None],
        clock: Callable[[], float] = time.monotonic,
        wake_outside: WakeOutside | None = None,
    ) -> None:
        """`take_level` returns the newest level, None when there is none since the last call.

        Without `wake_outside`, every level is taken: in silence less often.
        """
        super().__init__()
        self._take_level = take_level
        self._clock = clock
        self._wake_outside = wake_outside
        self._meter = Meter()
        self._bar_dbfs = self._rms_dbfs = FLOOR_DBFS
        """What is shown, which glides to louder levels."""
        self._recording = False
        self._in_view = self._runs = False
        self._peak_dbfs: float | None = None
        self._still = 0
        self._number = spoken(FLOOR_DBFS)
        self._number_at = self._polled_at = 0.0
        self._picture: MeterPicture | None = None
        self._groove: QRect | None = None
        self._face: MeterFace | None = None
        self._frames = frame_clock()
        self._slow = QTimer(self, interval=STILL_POLL_MS)
        self._slow.timeout.connect(self.poll)
        self._woken.connect(self._resume)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_text(self.setAccessibleName, tr("Microphone level"))
        self._describe(MeterReading())

    def set_recording(self, recording: bool) -> None:
        """Poll while `recording`; afterward the bar falls to zero and nothing runs any more."""
        if recording and not self._recording:
            self._meter.reset_clip()
            self._take_level()
            self._peak_dbfs = None
        self._recording = recording
        self._resume()

    @property
    def is_polling(self) -> bool:
        """Whether a timer runs."""
        return self._runs or self._slow.isActive()

    @property
    def interval_ms(self) -> int:
        """The time from one poll to the next; 0 while nothing runs."""
        if self._runs:
            return self._frames.interval_ms
        return STILL_POLL_MS if self._slow.isActive() else 0

    @property
    def is_clipped(self) -> bool:
        """Whether the lamp is on."""
        return self._meter.reading.clip

    @Slot()
    def poll(self) -> None:
        """Take the newest level, and repaint if it changes the picture."""
        now = self._clock()
        level = self._take_level() if self._recording else None
        reading = self._meter.update(level, now) if self._recording else self._meter.fall_closed(now)
        part = 1.0 if self._frames.is_reduced else min(1.0, (now - self._polled_at) / RISE_S)
        self._polled_at = now
        self._bar_dbfs = glided(self._bar_dbfs, reading.bar_dbfs, part)
        self._rms_dbfs = glided(self._rms_dbfs, reading.rms_dbfs, part)
        if level is not None:
            was_silent = self._peak_dbfs is not None and self._peak_dbfs <= FLOOR_DBFS
            self._peak_dbfs = level.peak_dbfs
            if was_silent and level.peak_dbfs > FLOOR_DBFS:
                self.sound_returned.emit()
        if now - self._number_at >= NUMBER_EVERY_S:
            self._number_at = now
            self._number = spoken(reading.bar_dbfs)
            self._describe(reading)
        picture, before = self._drawn(), self._picture
        if before is None or picture.clip != before.clip:
            self.update()
        elif picture != before:
            self.update(self._moving(picture, before))
        if picture.bar:
            self.sound_shown.emit()
        self._set_pace(picture, still=picture == before)

    def _set_pace(self, picture: MeterPicture, *, still: bool) -> None:
        """Sleep once the meter is at rest; poll more rarely where nobody can wake it."""
        self._still = self._still + 1 if still else 0
        at_rest = picture.bar == picture.rms == picture.hold == 0 and self._meter.reading.hold_dbfs < BOTTOM_DBFS
        if at_rest and not self._recording:
            self._rest()
            self._number = spoken(FLOOR_DBFS)
            self._describe(self._meter.reading)
        elif at_rest and self._wake_outside is not None and self._still >= STILL_AFTER:
            self._rest()
            self._wake_outside(*_bounds(self._peak_dbfs), self._woken.emit)
        elif self._still >= STILL_AFTER and self._wake_outside is None:
            self._rest()
            self._slow.start()
        elif self._in_view and not self._runs:
            self._run()

    def _run(self) -> None:
        self._runs = True
        self._slow.stop()
        self._frames.start(self.poll)

    def _rest(self) -> None:
        self._runs = False
        self._frames.stop(self.poll)
        self._slow.stop()

    def _moving(self, new: MeterPicture, old: MeterPicture) -> QRect:
        """The part of the meter in which two pictures differ."""
        pairs = ((new.bar, old.bar), (new.rms, old.rms), (new.hold, old.hold))
        ends = [end for one, other in pairs if one != other for end in (one, other)]
        start = 1 + min(ends) - 2  # the width of the tick
        length = max(ends) - min(ends) + 3
        if self.isRightToLeft():
            start = self.width() - start - length
        return QRect(start, 0, length, self.height())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 44, metrics.height() + S)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 10, metrics.height() + S)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._picture = self._drawn()
        painter = QPainter(self)
        if self.isRightToLeft():
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        self._current_face().paint(painter, self._picture)

    def _current_face(self) -> MeterFace:
        """The parts of the picture, painted anew after a change of size, palette, font or screen."""
        ratio = self.devicePixelRatioF()
        if self._face is None or self._face.empty.devicePixelRatio() != ratio:
            marks = [share(mark) for mark in SCALE_DBFS]
            self._face = make_face(self.size(), self._current_groove(), self.palette(), ratio, marks)
        return self._face

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch the clip lamp off."""
        self._meter.reset_clip()
        self._describe(self._meter.reading)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._in_view = True
        self._resume()

    def hideEvent(self, event: QHideEvent) -> None:
        self._in_view = False  # also where the window was minimized, while isVisible() stays true
        self._rest()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._groove = self._face = None

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self._groove = self._face = None
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    @Slot()
    def _resume(self) -> None:
        if self._in_view and (self._recording or not self._meter.at_rest):
            self._still = 0
            self._run()

    def _drawn(self) -> MeterPicture:
        width, reading = self._current_groove().width(), self._meter.reading
        return MeterPicture(
            round(share(self._bar_dbfs) * width),
            round(share(self._rms_dbfs) * width),
            round(share(reading.hold_dbfs) * width),
            reading.clip,
        )

    def _current_groove(self) -> QRect:
        """The rectangle of the bar, measured after a change of size or font: it is used 60 times a second."""
        if self._groove is None:
            self._groove = groove_in(self.size(), self.fontMetrics().height())
        return self._groove

    def _describe(self, reading: MeterReading) -> None:
        """Update the description for screen readers and the tooltip."""
        words = self._number
        before, sign, number = words.partition("−")
        if sign:  # screen readers skip the sign
            words = joined("", before, tr("minus {number}", number=number))
        if reading.clip:
            words = joined(
                "", words, tr(", clipped: too loud. Move away from the microphone or lower its level. Click to reset.")
            )
        if words != self.accessibleDescription():
            set_text(self.setAccessibleDescription, words)
            set_text(self.setToolTip, tr("Microphone level: {value}", value=words if reading.clip else self._number))
