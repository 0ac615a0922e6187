"""Colors, and the light or dark scheme. GUI thread.

Every color is a role of the current palette or is computed from it here. No color is stored, so a change of the
system's scheme, contrast or accent is visible at the next paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

TEXT_CONTRAST = 4.5
"""Least contrast of text with its ground (WCAG 2.2, 1.4.3, level AA)."""

GRAPHIC_CONTRAST = 3.0
"""Least contrast of shapes that carry meaning (WCAG 2.2, 1.4.11)."""

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


def luminance(color: QColor) -> float:
    """Relative luminance, 0…1 (WCAG 2.2)."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def contrast(one: QColor, other: QColor) -> float:
    """Contrast of two opaque colors, 1…21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def blend(one: QColor, other: QColor, share: float) -> QColor:
    """Mix `share` (0…1) of `other` into `one`."""
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )


def readable(color: QColor, ground: QColor, ratio: float = TEXT_CONTRAST) -> QColor:
    """`color`, moved toward black or white until its contrast with `ground` is `ratio`. Both opaque."""
    return QColor(_readable(color.rgb(), ground.rgb(), ratio))  # a copy: colors can be changed


@lru_cache(maxsize=256)
def _readable(color_rgb: int, ground_rgb: int, ratio: float) -> QColor:
    color, ground = QColor.fromRgb(color_rgb), QColor.fromRgb(ground_rgb)
    goal = max(QColor("black"), QColor("white"), key=lambda end: contrast(end, ground))
    for step in range(21):
        moved = blend(color, goal, step / 20)
        if contrast(moved, ground) >= ratio:
            return moved
    return goal


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
