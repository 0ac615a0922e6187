"""Labels that show markup as plain text, colored by the theme, and the picture of a key. GUI thread.

Qt guesses whether the text of a label or tooltip is HTML, and names of devices, files and models may look like HTML.
So every label is a `PlainLabel`, and every tooltip with a foreign text is made by `plain_tooltip()`.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from saywrite.ui.toolkit.theme import theme_colors
from saywrite.ui.toolkit.theme.tokens import BODY, RADIUS_SMALL, SMALL, M, S, sized
from saywrite.ui.toolkit.translation import changed, set_text


def escaped(text: str) -> str:
    """`text` for a place that may read markup. The module `html` would load a table of 2,000 names with it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_tooltip(text: str) -> str:
    """`text` for `setToolTip()`, which shows it unchanged: markup is escaped."""
    return changed(text, _as_markup) if "<" in text else text


def _as_markup(text: str) -> str:
    return "<qt>" + escaped(text).replace("\n", "<br>") + "</qt>"


_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:ms|s|min|h|[kMG](?:B|o)|秒|分钟|小时)(?!\w))")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def with_units_kept(text: str) -> str:
    """`text` in which no line ends between a number and its unit: "2 min", "1.3 MB"."""
    return _BEFORE_UNIT.sub(NO_BREAK_SPACE, text)


class PlainLabel(QLabel):
    """A label that shows markup as plain text, and never parts a number from its unit."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        set_text(self.setText, text)

    def setText(self, text: str) -> None:
        super().setText(with_units_kept(text))

    def text(self) -> str:
        """The text with usual spaces, as it was set."""
        return super().text().replace(NO_BREAK_SPACE, " ")


class ThemedLabel(PlainLabel):
    """A label in a color of `ThemeColors`, by name; "" is the color of text. It follows the palette."""

    def __init__(self, text: str = "", tone: str = "muted", *, size: float = BODY, strong: bool = False) -> None:
        super().__init__(text)
        self._tone = tone
        self.setForegroundRole(QPalette.ColorRole.WindowText)  # on a Base ground it would be Text
        self.setFont(sized(self.font(), size, strong=strong))
        self._retint()

    def set_tone(self, tone: str) -> None:
        """Change the color; `tone` is as in the constructor."""
        self._tone = tone
        self._retint()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ParentChange):
            self._retint()
        super().changeEvent(event)

    def _retint(self) -> None:
        parent = self.parentWidget()
        ground = parent.palette() if parent is not None else QPalette()
        plain = ground.color(QPalette.ColorRole.WindowText)
        color: QColor = getattr(theme_colors(ground), self._tone) if self._tone else plain
        if self.palette().color(QPalette.ColorRole.WindowText) != color:
            palette = QPalette(self.palette())
            palette.setColor(QPalette.ColorRole.WindowText, color)
            self.setPalette(palette)


class NoteLabel(ThemedLabel):
    """A small text that wraps and is never cut off; forms do not ask a label for its height at a width."""

    def __init__(self, text: str = "", tone: str = "muted", *, size: float = SMALL) -> None:
        super().__init__(text, tone, size=size)
        self.setWordWrap(True)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._fit()

    def sizeHint(self) -> QSize:
        """The height at the current width; the hint of a wrapping QLabel is often a line higher."""
        hint = super().sizeHint()
        return QSize(hint.width(), self.minimumHeight() or hint.height())

    def minimumSizeHint(self) -> QSize:
        """The height at the current width; QLabel keeps an earlier minimum height in its hint."""
        hint = super().minimumSizeHint()
        return QSize(hint.width(), self.minimumHeight() or hint.height())

    def hasHeightForWidth(self) -> bool:
        """Say no: a form that asks for the height at a width asks for another width than it gives (Qt 6.11)."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        # QLabel.heightForWidth() is never below the minimum height, which would therefore never decrease.
        self.setMinimumHeight(0)
        line = self.fontMetrics().height() if self.text() else 0
        self.setMinimumHeight(max(line, self.heightForWidth(self.width())))


class KeyCap(QWidget):
    """The picture of a key of the keyboard."""

    def __init__(self) -> None:
        super().__init__()
        self._keys = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_keys(self, keys: str) -> None:
        """Show the name of a key, or of several that are pressed together."""
        self._keys = keys
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(max(metrics.horizontalAdvance(self._keys) + M, metrics.height() + S), metrics.height() + S)

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = theme_colors(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tones.hairline)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
        cap = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(cap, RADIUS_SMALL, RADIUS_SMALL)
        painter.setPen(tones.muted)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._keys)
