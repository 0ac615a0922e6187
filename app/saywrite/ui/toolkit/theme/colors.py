"""Colors, and the light or dark scheme. GUI thread.

Every color is a role of the current palette or is computed from it here. No color is stored, so a change of the
system's scheme, contrast or accent is visible at the next paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from saywrite.ui.toolkit.theme.contrast import GRAPHIC_CONTRAST, blend, luminance, readable
from saywrite.ui.toolkit.theme.indicators import outline_indicators

RECORD_HUE, GOOD_HUE, WARN_HUE = 352, 142, 34
_SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}


@dataclass(frozen=True, slots=True)
class ThemeColors:
    """Colors for which the palette has no role, computed from it."""

    muted: QColor
    """Secondary text on the window."""
    hairline: QColor
    """Separating lines."""
    track: QColor
    """The background of a meter or gauge."""
    raised: QColor
    """The background of bars on the window: notices, rows of models."""
    record: QColor
    """The fill of the record button."""
    on_record: QColor
    record_text: QColor
    """The color of `record` as text or line on the window."""
    good: QColor
    warn: QColor
    bad: QColor


def apply_scheme(theme: str) -> None:
    """Apply the scheme of the settings: "light" or "dark"; anything else is the scheme of the system.

    A platform theme that knows schemes changes the palette itself. Without one (a plain X11 window manager) Qt ignores
    the request (Qt 6.11, seen with openbox), and the palette is set here.
    """
    wanted = _SCHEMES.get(theme, Qt.ColorScheme.Unknown)
    QGuiApplication.styleHints().setColorScheme(wanted)
    QGuiApplication.setPalette(QPalette())
    if wanted is not Qt.ColorScheme.Unknown and _scheme_of(QGuiApplication.palette()) is not wanted:
        QGuiApplication.setPalette(plain_palette(dark=wanted is Qt.ColorScheme.Dark))
    outline_indicators(QGuiApplication.palette())  # no event tells of a palette that is set without a change


def plain_palette(*, dark: bool) -> QPalette:
    """A complete palette for systems with only one: the grays of the Fusion style."""
    if not dark:
        return QPalette(QColor(239, 239, 239), QColor(239, 239, 239))
    roles = QPalette.ColorRole
    window, base, text = QColor(45, 46, 48), QColor(32, 33, 35), QColor(232, 232, 232)
    palette = QPalette(QColor(62, 63, 66), window)
    for role, color in {
        roles.Base: base,
        roles.AlternateBase: blend(base, window, 0.6),
        roles.Text: text,
        roles.WindowText: text,
        roles.ButtonText: text,
        roles.BrightText: QColor("white"),
        roles.ToolTipBase: blend(window, text, 0.08),
        roles.ToolTipText: text,
        roles.PlaceholderText: blend(base, text, 0.6),
        roles.Highlight: QColor(61, 126, 196),
        roles.HighlightedText: QColor("white"),
        roles.Accent: QColor(61, 126, 196),
        roles.Link: QColor(120, 175, 235),
        roles.LinkVisited: QColor(178, 150, 222),
    }.items():
        palette.setColor(role, color)
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, blend(window, text, 0.42))
    return palette


def _scheme_of(palette: QPalette) -> Qt.ColorScheme:
    window, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
    return Qt.ColorScheme.Dark if luminance(window) < luminance(text) else Qt.ColorScheme.Light


def theme_colors(palette: QPalette) -> ThemeColors:
    """The colors for a palette; computed once for each pair of background and text."""
    window, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
    return _theme_colors(window.rgb(), text.rgb())


@lru_cache(maxsize=16)
def _theme_colors(window_rgb: int, text_rgb: int) -> ThemeColors:
    window, text = QColor.fromRgb(window_rgb), QColor.fromRgb(text_rgb)
    dark = luminance(window) < luminance(text)
    raised = blend(window, text, 0.06 if dark else 0.04)
    white = QColor("white")
    record = readable(QColor.fromHsl(RECORD_HUE, 175, 140 if dark else 122), white)

    def hue(degrees: int, saturation: int) -> QColor:
        return readable(QColor.fromHsl(degrees, saturation, 150 if dark else 95), raised)

    return ThemeColors(
        muted=readable(blend(window, text, 0.62), raised),
        hairline=blend(window, text, 0.16),
        track=blend(window, text, 0.13),
        raised=raised,
        record=record,
        on_record=white,
        record_text=hue(RECORD_HUE, 190),
        good=hue(GOOD_HUE, 150),
        warn=hue(WARN_HUE, 220),
        bad=hue(RECORD_HUE, 190),
    )


@dataclass(frozen=True, slots=True)
class PageColors:
    """Colors on the page of the transcript and of the waveform, computed from its background and its text."""

    muted: QColor
    """Times, headings and notes."""
    uncertain: QColor
    """Words that may still change."""
    rule: QColor
    """The line behind a heading."""
    link: QColor
    """The accent color as text; the palette's link color is a pure blue where no theme sets it."""
    silent: QColor
    """The waveform outside of utterances."""
    spoken: QColor
    """The waveform of an utterance."""
    shade: QColor
    """The background of an utterance in the waveform."""
    highlight: QColor
    """The background of the utterance that is selected or waits for text."""


def page_colors(palette: QPalette) -> PageColors:
    """The colors on the background of pages; computed once for each background, text and accent."""
    roles = QPalette.ColorRole
    return _page_colors(*(palette.color(role).rgb() for role in (roles.Base, roles.Text, roles.Highlight)))


@lru_cache(maxsize=16)
def _page_colors(base_rgb: int, text_rgb: int, accent_rgb: int) -> PageColors:
    base, text, accent = QColor.fromRgb(base_rgb), QColor.fromRgb(text_rgb), QColor.fromRgb(accent_rgb)
    return PageColors(
        muted=readable(blend(base, text, 0.55), base),
        uncertain=readable(blend(base, text, 0.58), base),
        rule=blend(base, text, 0.16),
        link=readable(accent, base),
        silent=blend(base, text, 0.34),
        spoken=readable(blend(base, accent, 0.85), base, GRAPHIC_CONTRAST),
        shade=blend(base, accent, 0.12),
        highlight=blend(base, accent, 0.30),
    )
