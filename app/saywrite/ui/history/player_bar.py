"""Plays a kept recording: a button, the waveform with a cursor, and the time. GUI thread.

The sound is requested in parts of `PART`, so that an hour needs no more memory than a minute. The cursor moves with the
clock from the time at which the first sample is heard.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from saywrite.audio.levels import Envelope
from saywrite.foundation.events import SAMPLE_RATE, PlaybackChanged, seconds
from saywrite.foundation.formatting import clock
from saywrite.ui.toolkit.icons import icon, icon_button
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.screen_reader import Role, has_role
from saywrite.ui.toolkit.theme import blend, readable
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.widgets.waveform_data import WaveformData

PART = 60 * SAMPLE_RATE
"""Samples that are played at once: 2 MB."""
FRAME_MS = 33
HEIGHT = 56
PITCH = 3
"""Device-independent pixels from one bar to the next."""
STEP = 5 * SAMPLE_RATE
"""How far the arrow keys move, in samples."""


@has_role(Role.Slider)
class WaveformView(QWidget):
    """The peaks of a recording with a cursor. A click, and the arrow keys, ask for another position."""

    position_chosen = Signal(int)
    """A sample."""

    def __init__(self) -> None:
        super().__init__()
        self.data = WaveformData()
        self.position = 0
        self.length = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_text(self.setAccessibleName, tr("Waveform of the recording"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def show_recording(self, envelope: Envelope | None, length: int) -> None:
        """Show another recording of `length` samples; without its peaks, only a line."""
        self.data = WaveformData()
        if envelope is not None:
            self.data.pull(envelope)
        self.length = length
        self.move_to(0)

    def move_to(self, sample: int) -> None:
        """Move the cursor."""
        self.position = max(0, min(sample, self.length))
        set_text(
            self.setAccessibleDescription,
            tr("{position} of {length}", position=clock(seconds(self.position)), length=clock(seconds(self.length))),
        )
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}
        goals = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.length}
        key = Qt.Key(event.key())
        if key in steps or key in goals:
            goal = goals.get(key, self.position + steps.get(key, 0))
            self.position_chosen.emit(max(0, min(goal, self.length)))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.length:
            share = min(max(event.position().x() / max(1, self.width()), 0.0), 1.0)
            self.position_chosen.emit(int(share * self.length))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        base, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
        accent = palette.color(QPalette.ColorRole.Highlight)
        middle, share = self.height() / 2, self.position / self.length if self.length else 0.0
        played, ahead = readable(blend(base, accent, 0.9), base, 3.0), blend(base, text, 0.4)
        painter.fillRect(QRectF(0, middle, self.width(), 1), blend(base, text, 0.2))
        total_s = seconds(self.length)
        if total_s:
            start, width, heights = self.data.columns(0, total_s, max(1, self.width() // PITCH))
            for number, height in enumerate(heights.tolist()):
                at = (start + number * width) / total_s
                tall = max(1.0, height * (middle - 2))
                bar = QRectF(at * self.width(), middle - tall, PITCH - 1, 2 * tall)
                painter.fillRect(bar, played if at < share else ahead)
            painter.setPen(QPen(readable(accent, base, 3.0), 2))
            painter.drawLine(QPointF(share * self.width(), 0), QPointF(share * self.width(), self.height()))
        if self.hasFocus():
            painter.setPen(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class PlayerBar(QWidget):
    """Plays one dictation, and says where it is."""

    moved = Signal(object)
    """The sample that is heard now; None when nothing is played any more."""

    def __init__(
        self,
        play: Callable[[str, int, int], None],
        stop: Callable[[], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._play = play
        self._stop = stop
        self._now = now
        self._dictation = ""
        self._part: tuple[int, int] | None = None
        self._reports_due: list[tuple[int, int]] = []  # parts whose end was not reported yet
        self._began_at: float | None = None
        self.button = icon_button("play", tr("Play (Ctrl+P)"))
        self.wave = WaveformView()
        self.time = ThemedLabel()
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._advance)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        row.addWidget(self.wave, 1)
        row.addWidget(self.time)
        self.button.clicked.connect(self.toggle)
        self.wave.position_chosen.connect(self.play_from)

    @property
    def playing(self) -> bool:
        """Whether a part was requested that has not ended."""
        return self._part is not None

    def show_recording(self, dictation: str, envelope: Envelope | None, length: int) -> None:
        """Show the recording of a dictation; what is played of another one stops."""
        self.end()
        self._reports_due.clear()
        self._dictation = dictation
        self.wave.show_recording(envelope, length)
        self._show_time()
        self.setVisible(envelope is not None and length > 0)

    def toggle(self) -> None:
        """Stop, or play from the cursor on; from the beginning when it is at the end."""
        if self.playing:
            self.end()
        else:
            at = self.wave.position
            self.play_from(at if at < self.wave.length else 0)

    def play_from(self, start: int) -> None:
        """Play from a sample to the end of the recording. At its end there is nothing to play: stop there."""
        if start < self.wave.length:
            self._request(start)
            return
        self.end()
        self.wave.move_to(start)
        self._show_time()

    def end(self) -> None:
        """Stop; the cursor stays."""
        if self.playing:
            self._part = None
            self._stop()
            self._show_stopped()

    @Slot(object)
    def receive(self, event: object) -> None:
        """Follow what is heard; events of other dictations and other parts are ignored."""
        if not isinstance(event, PlaybackChanged) or event.dictation != self._dictation:
            return
        part = event.start, event.end
        if event.at is None and part in self._reports_due:
            self._reports_due.remove(part)
        if self._part != part or (event.at is None and part in self._reports_due):
            return  # it was stopped or replaced, perhaps by the same part
        if event.at is not None:
            self._began_at = event.at
            self._timer.start()
        elif event.end < self.wave.length and self._began_at is not None:
            self._request(event.end)
        else:
            self._part = None
            if self._began_at is not None:
                self.wave.move_to(event.end)
            self._show_stopped()

    def _request(self, start: int) -> None:
        end = min(start + PART, self.wave.length)
        self._part, self._began_at = (start, end), None
        self._reports_due.append(self._part)
        self.wave.move_to(start)
        self._show_time()
        self.button.setIcon(icon("stop"))
        set_text(self.button.setToolTip, tr("Stop (Ctrl+P)"))
        set_text(self.button.setAccessibleName, tr("Stop"))
        self._play(self._dictation, start, end)

    def _advance(self) -> None:
        if self._part is None or self._began_at is None:
            return
        start, end = self._part
        at = start + int(max(0.0, self._now() - self._began_at) * SAMPLE_RATE)
        self.wave.move_to(min(at, end))
        self._show_time()
        self.moved.emit(self.wave.position)

    def _show_stopped(self) -> None:
        self._timer.stop()
        self._began_at = None
        self._show_time()
        self.button.setIcon(icon("play"))
        set_text(self.button.setToolTip, tr("Play (Ctrl+P)"))
        set_text(self.button.setAccessibleName, tr("Play"))
        self.moved.emit(None)

    def _show_time(self) -> None:
        set_text(self.time.setText, f"{clock(seconds(self.wave.position))} / {clock(seconds(self.wave.length))}")
