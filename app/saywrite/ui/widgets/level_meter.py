"""The level meter of the microphone, −60…0 dBFS. GUI thread.

A timer polls the latest level while a dictation records and the meter is visible: at 60 Hz while the bar moves, at
20 Hz while it stands still. It stops when the bar has fallen to zero. To save processor time the meter is opaque and
paints only the parts that have changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from saywrite.audio.levels import FLOOR_DBFS, Meter, MeterReading
from saywrite.foundation.events import Level
from saywrite.ui.toolkit.theme import GRAPHIC_CONTRAST, blend, readable, theme_colors
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import set_text, tr

BOTTOM_DBFS = -60.0
POLL_MS, STILL_POLL_MS = 16, 50
"""The interval while the bar moves, 60 Hz, and while it stands still."""
STILL_AFTER = 15
"""The number of equal pictures after which the bar stands still."""
NUMBER_EVERY_S = 0.2
"""The number in the tooltip and for screen readers changes at most five times a second."""
SCALE_DBFS = (-48, -36, -24, -12, -6)


class MeterPicture(NamedTuple):
    """What the meter paints, in whole device-independent pixels; an equal picture is not painted again."""

    bar: int
    rms: int
    hold: int
    clip: bool


def share(dbfs: float) -> float:
    """The position of a level on the scale, 0…1."""
    return min(1.0, max(0.0, 1 - dbfs / BOTTOM_DBFS))


def spoken(dbfs: float) -> str:
    """The level as text: "−18 dBFS", "< −60 dBFS" below the scale."""
    if dbfs <= FLOOR_DBFS:
        return "– dBFS"
    if dbfs < BOTTOM_DBFS:
        return "< −60 dBFS"
    return f"{dbfs:.0f} dBFS".replace("-0 ", "0 ").replace("-", "−")


class LevelMeter(QWidget):
    """Shows peak (light), RMS (full) and held peak (tick), and a lamp that stays on after clipping.

    A click switches the lamp off.
    """

    sound_returned = Signal()
    """There is sound after digital silence, which a muted or disconnected microphone delivers."""

    def __init__(self, take_level: Callable[[], Level | None], clock: Callable[[], float] = time.monotonic) -> None:
        """`take_level` returns the newest level, None when there is none since the last call."""
        super().__init__()
        self._take_level = take_level
        self._clock = clock
        self._meter = Meter()
        self._recording = False
        self._silent = False
        self._still = 0
        self._number = spoken(FLOOR_DBFS)
        self._number_at = 0.0
        self._picture: MeterPicture | None = None
        self._measured: tuple[QSize, QRectF] | None = None
        self._timer = QTimer(self, interval=POLL_MS, timerType=Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.poll)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_text(self.setAccessibleName, tr("Microphone level"))
        self._describe(MeterReading())

    def set_recording(self, recording: bool) -> None:
        """Poll while `recording`; afterward the bar falls to zero and the timer stops."""
        if recording and not self._recording:
            self._meter.reset_clip()
            self._take_level()
        self._recording = recording
        self._resume()

    @property
    def is_polling(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    @property
    def is_clipped(self) -> bool:
        """Whether the lamp is on."""
        return self._meter.reading.clip

    def poll(self) -> None:
        """Take the newest level, and repaint if it changes the picture."""
        now = self._clock()
        level = self._take_level() if self._recording else None
        reading = self._meter.update(level, now)
        if level is not None:
            was_silent, self._silent = self._silent, level.peak_dbfs <= FLOOR_DBFS
            if was_silent and not self._silent:
                self.sound_returned.emit()
        if now - self._number_at >= NUMBER_EVERY_S:
            self._number_at = now
            self._number = spoken(reading.bar_dbfs)
            self._describe(reading)
        if not self._recording and reading.hold_dbfs < BOTTOM_DBFS and reading.bar_dbfs < BOTTOM_DBFS:
            self._timer.stop()
            self._number = spoken(FLOOR_DBFS)
        picture = self._drawn(reading)
        if self._picture is None or picture.clip != self._picture.clip:
            self.update()
        elif picture != self._picture:
            self.update(self._moving(picture, self._picture))
        self._set_pace(still=picture == self._picture)

    def _set_pace(self, *, still: bool) -> None:
        """Poll more rarely once the picture has not changed for some time."""
        self._still = self._still + 1 if still else 0
        pace = STILL_POLL_MS if self._still >= STILL_AFTER else POLL_MS
        if self._timer.interval() != pace:
            self._timer.setInterval(pace)

    def _moving(self, new: MeterPicture, old: MeterPicture) -> QRect:
        """The part of the groove in which two pictures differ."""
        groove = self._groove()
        pairs = ((new.bar, old.bar), (new.rms, old.rms), (new.hold, old.hold))
        ends = [end for one, other in pairs if one != other for end in (one, other)]
        cap = groove.height()  # the round end of a bar
        left, right = groove.left() + min(ends) - cap, groove.left() + max(ends) + cap
        if self.isRightToLeft():
            left, right = self.width() - right, self.width() - left
        return QRectF(left, 0, right - left, self.height()).toAlignedRect()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 44, metrics.height() + S)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 10, metrics.height() + S)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._picture = picture = self._drawn(self._meter.reading)
        palette, tones = self.palette(), theme_colors(self.palette())
        window = palette.color(QPalette.ColorRole.Window)
        full = readable(palette.color(QPalette.ColorRole.Highlight), window, GRAPHIC_CONTRAST)
        painter = QPainter(self)
        painter.fillRect(self.rect(), window)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isRightToLeft():
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = self._groove()
        painter.setBrush(tones.track)
        painter.drawRoundedRect(groove, groove.height() / 2, groove.height() / 2)
        for width, color in ((picture.bar, blend(tones.track, full, 0.45)), (picture.rms, full)):
            if width >= 2:
                painter.setBrush(color)
                filled = QRectF(groove.left(), groove.top(), max(float(width), groove.height()), groove.height())
                painter.drawRoundedRect(filled, groove.height() / 2, groove.height() / 2)
        painter.setBrush(window)
        for mark in SCALE_DBFS:
            painter.drawRect(QRectF(groove.left() + share(mark) * groove.width(), groove.top(), 1, groove.height()))
        if picture.hold >= 2:
            painter.setBrush(palette.color(QPalette.ColorRole.WindowText))
            painter.drawRoundedRect(
                QRectF(groove.left() + picture.hold - 2, groove.top() - 2, 2, groove.height() + 4), 1, 1
            )
        side = QRectF(groove.right(), 0, self.width() - groove.right(), self.height())
        if self.isRightToLeft():
            side.moveLeft(0)
        if side.intersects(QRectF(event.rect())):
            self._paint_lamp(painter, groove, picture.clip)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch the clip lamp off."""
        self._meter.reset_clip()
        self._describe(self._meter.reading)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._resume()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self._measured = None
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def _resume(self) -> None:
        if self.isVisible() and (self._recording or not self._meter.at_rest) and not self._timer.isActive():
            self._timer.start()

    def _drawn(self, reading: MeterReading) -> MeterPicture:
        width = self._groove().width()
        return MeterPicture(
            round(share(reading.bar_dbfs) * width),
            round(share(reading.rms_dbfs) * width),
            round(share(reading.hold_dbfs) * width),
            reading.clip,
        )

    def _groove(self) -> QRectF:
        """The rectangle of the bar, measured after a change of size or font: it is used 60 times a second."""
        if self._measured is None or self._measured[0] != self.size():
            height = max(8, round(self.fontMetrics().height() * 0.55))
            width = self.width() - 1 - (height + S)  # the lamp is beside it
            self._measured = (self.size(), QRectF(1, round((self.height() - height) / 2), width, height))
        return self._measured[1]

    def _paint_lamp(self, painter: QPainter, groove: QRectF, lit: bool) -> None:
        tones = theme_colors(self.palette())
        side = groove.height()
        lamp = QRectF(groove.right() + 5, groove.top(), side, side)
        if lit:
            painter.setBrush(tones.bad)
            painter.drawEllipse(lamp)
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(tones.hairline)
        painter.drawEllipse(lamp.adjusted(0.5, 0.5, -0.5, -0.5))

    def _describe(self, reading: MeterReading) -> None:
        """Update the description for screen readers and the tooltip."""
        words = self._number.replace("−", "minus ")
        if reading.clip:
            words += tr(", clipped: too loud. Move away from the microphone or lower its level. Click to reset.")
        if words != self.accessibleDescription():
            set_text(self.setAccessibleDescription, words)
            set_text(self.setToolTip, tr("Microphone level: {value}", value=words if reading.clip else self._number))
