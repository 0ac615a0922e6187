"""Bars in the window that tell what happened and what to do about it. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from saywrite.foundation.messages import message
from saywrite.ui.toolkit.icons import IconButton, icon, icon_button, paint_icon
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.screen_reader import announce, held_announcements
from saywrite.ui.toolkit.theme import ThemeColors, blend, theme_colors
from saywrite.ui.toolkit.theme.tokens import BODY, RADIUS, TARGET, XS, L, M, S, sized
from saywrite.ui.toolkit.translation import joined, set_text, tr, tr_count, worded

MOST_AT_ONCE = 4
"""The number of notices that are kept."""
SHARE, OTHER_LINES = 0.4, 16
"""The part that notices may take of what so many lines of other parts leave of the window's height."""

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
        self._what = NoteLabel("", "", size=BODY)
        self._remedy = NoteLabel(remedy, "", size=BODY)
        for label in (self._what, self._remedy):
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
        row.addWidget(NoticeIcon(severity.value, severity), 0, Qt.AlignmentFlag.AlignVCenter)
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


class MoreButton(IconButton):
    """Counts the notices that have no room, and shows or folds them."""

    def __init__(self) -> None:
        super().__init__("down")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(TARGET)
        self.hide()

    def show_folded(self, number: int) -> None:
        """Offer to show this number of notices; with 0, to fold them again."""
        more = tr_count("{n:,} more message", "{n:,} more messages", number)
        set_text(self.setText, more if number else tr("Show fewer messages"))
        self.setIcon(icon("down" if number else "up"))


class Notices(QWidget):
    """The visible notices, newest last; each `key` has at most one."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[str, Notice] = {}
        self._passing: set[str] = set()
        self._opened = False
        self._more = MoreButton()
        self._more.clicked.connect(self._open_or_close)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(L, 0, L, S)
        self._rows.setSpacing(S)
        self._rows.addWidget(self._more)
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
            held_announcements.drop(joined(" ", notice.message, notice.advice))
            self._rows.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
            self.fold()
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
        self._rows.insertWidget(self._rows.count() - 1, notice)
        notice.show()
        self.fold()
        self.setVisible(True)

    def fold(self) -> None:
        """Show the most serious and newest notices for which there is room; a line counts the others.

        The window calls it when its height changes.
        """
        notices = list(self._shown.values())
        line = self.fontMetrics().height()
        free = SHARE * (self.window().height() - OTHER_LINES * line)
        room = len(notices) if self.isWindow() else max(1, int(free / (2 * line + XS + 3 * S)))
        folded = len(notices) - room
        self._opened = self._opened and folded > 0
        order = sorted(range(len(notices)), key=lambda at: (list(Severity).index(notices[at].severity), at))
        hidden = set(order[: max(0, folded)]) if not self._opened else set()
        for at, notice in enumerate(notices):
            notice.setVisible(at not in hidden)
        self._more.show_folded(len(hidden))
        self._more.setVisible(folded > 0)

    def _open_or_close(self) -> None:
        self._opened = not self._opened
        self.fold()


def severity_color(tones: ThemeColors, severity: Severity) -> QColor:
    """The color of a severity."""
    return {Severity.INFO: tones.muted, Severity.WARNING: tones.warn, Severity.ERROR: tones.bad}[severity]
