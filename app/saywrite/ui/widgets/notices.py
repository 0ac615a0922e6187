"""Bars in the window that tell what happened and what to do about it. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from saywrite.foundation.messages import message
from saywrite.ui.toolkit.icons import icon_button, paint_icon
from saywrite.ui.toolkit.labels import PlainLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme import ThemeColors, blend, theme_colors
from saywrite.ui.toolkit.theme.tokens import BODY, RADIUS, TARGET, XS, L, M, S, sized
from saywrite.ui.toolkit.translation import joined, set_text, tr, worded

MOST_AT_ONCE = 4
"""Of the corners of bars and frames, device-independent pixels."""

NoticeActions = tuple[tuple[str, Callable[[], None]], ...]
"""The buttons of a notice: text, and what a click does."""


class Severity(StrEnum):
    """How serious a notice is; the value is also the name of its icon."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


SEVERITY_WORDS = {
    Severity.INFO: message("info"),
    Severity.WARNING: message("warning"),
    Severity.ERROR: message("error"),
}
"""What a screen reader says before a notice."""


class NoticeIcon(QWidget):
    """The icon of a notice in the color of its severity."""

    def __init__(self, name: str, severity: Severity) -> None:
        super().__init__()
        self._name, self._severity = name, severity
        side = self.fontMetrics().height() + 3
        self.setFixedSize(QSize(side, side))

    def set_severity(self, severity: Severity) -> None:
        """Show the icon and the color of another severity."""
        self._name, self._severity = severity.value, severity
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        color = severity_color(theme_colors(self.palette()), self._severity)
        paint_icon(QPainter(self), self._name, QRectF(self.rect()), color)


class RaisedFrame(QFrame):
    """A frame with round corners that stands out a little from the window."""

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = theme_colors(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tones.hairline)
        painter.setBrush(tones.raised)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


class NoticeBar(QFrame):
    """The background of a notice, with an edge in the color of its severity."""

    def __init__(self, severity: Severity) -> None:
        super().__init__()
        self._severity = severity
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def set_severity(self, severity: Severity) -> None:
        self._severity = severity
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tones, palette = theme_colors(self.palette()), self.palette()
        color = severity_color(tones, self._severity)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(blend(palette.color(QPalette.ColorRole.Window), color, 0.35))
        painter.setBrush(blend(tones.raised, color, 0.04))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


class Notice(NoticeBar):
    """What happened, what to do about it, and buttons for that."""

    def __init__(self, severity: Severity, what: str, remedy: str, actions: NoticeActions) -> None:
        super().__init__(severity)
        self.severity = severity
        self.times = 1
        self.message = what
        """What happened, without the number of times."""
        self.advice = remedy
        """What to do about it, in English if it is of a package below."""
        self._what = PlainLabel()
        self._remedy = PlainLabel(remedy)
        for label in (self._what, self._remedy):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._what.setFont(sized(self._what.font(), BODY, strong=True))
        if not remedy:
            self._remedy.hide()  # `setVisible(True)` would show a window of its own: it has no parent yet
        self.close_button = icon_button("close", tr("Dismiss this message"))
        words = QVBoxLayout()
        words.setSpacing(XS)
        words.addWidget(self._what)
        words.addWidget(self._remedy)
        row = QHBoxLayout(self)
        row.setContentsMargins(M, S, S, S)
        row.setSpacing(M)
        row.addWidget(NoticeIcon(severity.value, severity), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for text, act in actions:
            button = worded(QPushButton(), text)
            button.setMinimumHeight(TARGET)
            button.clicked.connect(lambda _checked=False, act=act: act())
            row.addWidget(button)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.set_what(what)

    @property
    def what(self) -> str:
        """What happened, as shown."""
        return self._what.text()

    @property
    def remedy(self) -> str:
        """What to do about it, as shown."""
        return self._remedy.text()

    def set_what(self, what: str, times: str = "") -> None:
        """Change what happened; `times` is appended to it."""
        self.message = what
        what = joined("", what, times)
        set_text(self._what.setText, what)
        set_text(self.setAccessibleName, joined(" ", joined(": ", SEVERITY_WORDS[self.severity], what), self.advice))

    def repeat(self, what: str) -> None:
        """Count that the same thing happened again."""
        self.times += 1
        self.set_what(what, tr(" ({times} times)", times=self.times))


class Notices(QWidget):
    """The visible notices, newest last; each `key` has at most one."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[str, Notice] = {}
        self._passing: set[str] = set()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(L, 0, L, S)
        self._rows.setSpacing(S)
        self.setVisible(False)

    def notify(
        self,
        severity: Severity,
        what: str,
        remedy: str = "",
        *,
        key: str = "",
        actions: NoticeActions = (),
        passing: bool = True,
        counted: bool = True,
    ) -> None:
        """Show a notice; a `passing` one is withdrawn when the next dictation starts.

        `key` (default: `what`) names the matter: a second notice about it replaces the first, which shows how often it
        happened if it is `counted`. The same words about two matters are one notice, of the higher severity.
        """
        same = self._key_of(what, remedy)
        if same:
            severity = max(severity, self._shown[same].severity, key=list(Severity).index)
            if key and key != same:
                self.withdraw(same)
        key = key or same or what
        existing = self._shown.get(key)
        if existing is not None and existing.severity is severity and existing.advice == remedy and not actions:
            if counted:
                existing.repeat(what)
            else:
                existing.set_what(what)
        else:
            self.withdraw(key)
            self._add(key, Notice(severity, what, remedy, actions))
        if passing:
            self._passing.add(key)
        announce(self, joined(" ", what, remedy), urgent=severity is Severity.ERROR)

    def _key_of(self, what: str, remedy: str) -> str:
        """The key of the notice with these words; "" when there is none."""
        words = (what, remedy)
        return next((key for key, notice in self._shown.items() if (notice.message, notice.advice) == words), "")

    def withdraw(self, key: str) -> None:
        """Remove the notice about this matter, if there is one."""
        notice = self._shown.pop(key, None)
        self._passing.discard(key)
        if notice is not None:
            self._rows.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
            self.setVisible(bool(self._shown))

    def withdraw_passing(self) -> None:
        """Remove the notices about the last dictation, when a new one starts."""
        for key in tuple(self._passing):
            self.withdraw(key)

    def texts(self) -> list[str]:
        """The texts of the visible notices."""
        return [joined(" ", notice.what, notice.remedy) for notice in self._shown.values()]

    def _add(self, key: str, notice: Notice) -> None:
        while len(self._shown) >= MOST_AT_ONCE:
            least = min(self._shown, key=lambda name: list(Severity).index(self._shown[name].severity))
            self.withdraw(least)
        self._shown[key] = notice
        notice.close_button.clicked.connect(lambda: self.withdraw(key))
        self._rows.addWidget(notice)
        notice.show()
        self.setVisible(True)


def severity_color(tones: ThemeColors, severity: Severity) -> QColor:
    """The color of a severity."""
    return {Severity.INFO: tones.muted, Severity.WARNING: tones.warn, Severity.ERROR: tones.bad}[severity]
