"""Paints a part of a recording, with its times, and describes it for screen readers. GUI thread.

The strip and the plot share it, so that one can take the place of the other. All horizontal coordinates are seconds,
all vertical ones −1…1; the painter's transformation maps them to the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPalette, QPen

from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import clock, length, missing
from saywrite.ui.toolkit.theme import page_colors, theme_colors
from saywrite.ui.toolkit.theme.tokens import M
from saywrite.ui.toolkit.translation import joined, number_text, tr, tr_count
from saywrite.ui.widgets.waveform_data import FLAT, WaveformData, WaveformSpan

PITCH = 4
"""Device-independent pixels from one bar to the next."""
GAP_REACH = 5
"""The distance from the mark of a gap within which its tooltip is shown, in pixels."""
LIVE_S = 30.0
"""Seconds in view while recording."""
SCROLL_S = 0.25
"""During a recording the view moves in steps of this size where it does not glide."""
MIN_VIEW_S = 2.0
"""The minimum length of the view, in seconds."""
REACH_Y = 1.04
"""The picture is higher than its bars by this factor."""
TICKS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
TICK_WIDTH = 64
"""The minimum distance of two times on the axis, device-independent pixels."""


@dataclass(frozen=True, slots=True)
class WaveformColors:
    """Brushes and pens for a palette."""

    silent: QBrush
    spoken: QBrush
    shade: QBrush
    highlight: QBrush
    pending: QBrush
    gap: QPen
    line: QPen

    @classmethod
    def of(cls, palette: QPalette) -> WaveformColors:
        """The brushes and pens of a palette."""
        colors = page_colors(palette)
        gap = QPen(theme_colors(palette).warn, 2)
        gap.setCosmetic(True)
        return cls(
            QBrush(colors.silent),
            QBrush(colors.spoken),
            QBrush(colors.shade),
            QBrush(colors.highlight),
            QBrush(colors.highlight, Qt.BrushStyle.BDiagPattern),
            gap,
            QPen(colors.rule, 0),
        )


@dataclass(frozen=True, slots=True)
class View:
    """The visible part of a recording, in seconds; `scale`: device-independent pixels per second."""

    left: float
    right: float
    scale: float


def paint_waveform(
    painter: QPainter, data: WaveformData, view: View, colors: WaveformColors, chosen: int | None = None
) -> None:
    """Paint the part of the recording that is in view; `chosen` is the utterance to highlight."""
    left, right = view.left, view.right
    painter.setPen(Qt.PenStyle.NoPen)
    for index, span in spans_in_view(data.utterances, left, right):
        painter.fillRect(_rect(span), colors.highlight if index == chosen else colors.shade)
    _paint_pending(painter, data, view, colors)
    painter.setPen(colors.line)
    painter.drawLine(QPointF(left, 0), QPointF(right, 0))
    _paint_bars(painter, data, view, colors)
    marks = [at for gap in data.gaps if left <= (at := seconds(gap.at)) <= right]
    if marks:
        painter.setPen(colors.gap)
        painter.drawLines([QLineF(at, -1, at, 1) for at in marks])


def _paint_pending(painter: QPainter, data: WaveformData, view: View, colors: WaveformColors) -> None:
    """Hatch in pixels, because the units of the two axes differ in size."""
    spans = spans_in_view(data.pending, view.left, view.right)
    if not spans:
        return
    to_pixels = painter.worldTransform()
    painter.save()
    painter.resetTransform()
    for _, span in spans:
        painter.fillRect(to_pixels.mapRect(_rect(span)), colors.pending)
    painter.restore()


def _paint_bars(painter: QPainter, data: WaveformData, view: View, colors: WaveformColors) -> None:
    start, width, heights = data.bars(view.left, view.right, PITCH / view.scale)
    bar = min(width * 0.66, 2.4 / view.scale)
    spans = [span for _, span in spans_in_view(data.utterances, view.left, view.right)]
    quiet: list[QRectF] = []
    loud: list[QRectF] = []
    at = 0
    for number, height in enumerate(heights.tolist()):
        if height < FLAT:
            continue  # the line stands for silence, which then need not scroll
        x = start + number * width
        while at < len(spans) and seconds(spans[at].end) <= x:
            at += 1
        inside = at < len(spans) and seconds(spans[at].start) <= x + bar
        (loud if inside else quiet).append(QRectF(x, -height, bar, 2 * height))
    painter.setPen(Qt.PenStyle.NoPen)
    for brush, bars in ((colors.silent, quiet), (colors.spoken, loud)):
        painter.setBrush(brush)
        painter.drawRects(bars)


def spans_in_view(spans: list[WaveformSpan], left: float, right: float) -> list[tuple[int, WaveformSpan]]:
    """The visible spans with their indexes; spans are sorted, the first is found by bisection."""
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if seconds(spans[middle].end) < left:
            low = middle + 1
        else:
            high = middle
    found = []
    for index in range(low, len(spans)):
        if seconds(spans[index].start) > right:
            break
        found.append((index, spans[index]))
    return found


def tick_step(low: float, high: float, size: float) -> float:
    """The seconds from one time on the axis to the next, which is `size` pixels long."""
    least = (high - low) * TICK_WIDTH / max(1.0, size)
    return next((step for step in TICKS_S if step >= least), TICKS_S[-1])


def tick_text(at: float, step: float) -> str:
    """A time on the axis; all times with one step have the same format."""
    if step >= 1:
        return clock(round(at))
    tenths = number_text(round(at * 10) % 10 / 10)  # "0.7"
    return clock(round(at, 1)) + tenths[1:]


def place_times(middles: Sequence[float], widths: Sequence[float], low: float, high: float) -> list[float | None]:
    """Return where each time on the axis begins, in `low` to `high`; None where it would touch another."""
    lefts: list[float | None] = []
    free = low
    for middle, width in zip(middles, widths, strict=True):
        left = min(max(low, middle - width / 2), high - width)
        fits = left >= free
        lefts.append(left if fits else None)
        free = left + width + M if fits else free
    return lefts


def gap_text(data: WaveformData, at_s: float, scale: float) -> str:
    """The text of the gap near a time in a picture of this scale; "" without one."""
    gap = data.gap_near(at_s, GAP_REACH / scale)
    return tr(missing(gap)) if gap else ""


def describe(data: WaveformData, chosen: int | None) -> str:
    """What the picture shows, for screen readers: the selected utterance, or the whole recording."""
    total = len(data.utterances)
    if chosen is not None and chosen < total:
        span = data.utterances[chosen]
        return tr(
            "Utterance {index} of {total}, {start} to {end}. Enter plays it.",
            index=chosen + 1,
            total=total,
            start=clock(seconds(span.start)),
            end=clock(seconds(span.end)),
        )
    waiting = len(data.pending)
    return joined(
        " ",
        tr_count(
            "{length} recorded, {n:,} utterance.",
            "{length} recorded, {n:,} utterances.",
            total,
            length=length(data.length_s),
        ),
        *(tr("{missing}, at {at}.", missing=missing(gap), at=clock(seconds(gap.at))) for gap in data.gaps[:5]),
        tr_count("{n:,} utterance waiting for text.", "{n:,} utterances waiting for text.", waiting) if waiting else "",
        tr("Left and right walk through them."),
    )


def _rect(span: WaveformSpan) -> QRectF:
    return QRectF(seconds(span.start), -1, max(0.02, seconds(span.end - span.start)), 2)
