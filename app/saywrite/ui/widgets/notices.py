"""Calm bars in the window for what went wrong, was lost or changed: never a dialog. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from saywrite.ui.toolkit.icons import icon, paint_icon
from saywrite.ui.toolkit.labels import PlainLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme import ThemeColors, blend, shades

MOST_AT_ONCE = 4


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class NoticeIcon(QWidget):
    """A notice's icon in the color of its kind."""

    def __init__(self, name: str, kind: Severity) -> None:
        super().__init__()
        self._name, self._kind = name, kind
        side = self.fontMetrics().height() + 3
        self.setFixedSize(QSize(side, side))

    def set_kind(self, kind: Severity) -> None:
        """Another kind, with its own icon."""
        self._name, self._kind = kind.value, kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, self._name, QRectF(self.rect()), kind_color(shades(self.palette()), self._kind))


class NoticeBar(QFrame):
    """The ground of a notice: raised a little, with an edge in the color of its kind."""

    def __init__(self, kind: Severity) -> None:
        super().__init__()
        self._kind = kind
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def set_kind(self, kind: Severity) -> None:
        self._kind = kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tones, palette = shades(self.palette()), self.palette()
        color = kind_color(tones, self._kind)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(blend(palette.color(QPalette.ColorRole.Window), color, 0.35))
        painter.setBrush(blend(tones.raised, color, 0.04))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


class Notice(NoticeBar):
    """What happened, what to do about it, and buttons that do it."""

    def __init__(
        self, kind: Severity, what: str, remedy: str, actions: tuple[tuple[str, Callable[[], None]], ...]
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.times = 1
        self.told = what
        """Without the number of times."""
        self._what = PlainLabel()
        self._remedy = PlainLabel(remedy)
        for label in (self._what, self._remedy):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = QFont(self._what.font())
        font.setWeight(QFont.Weight.DemiBold)
        self._what.setFont(font)
        self._remedy.setVisible(bool(remedy))
        self.close_button = close_button("Dismiss this message")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._what)
        words.addWidget(self._remedy)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 7, 6, 7)
        row.setSpacing(10)
        row.addWidget(NoticeIcon(kind.value, kind), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for text, act in actions:
            button = QPushButton(text)
            button.clicked.connect(lambda _checked=False, act=act: act())
            row.addWidget(button)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.set_what(what)

    @property
    def what(self) -> str:
        return self._what.text()

    @property
    def remedy(self) -> str:
        return self._remedy.text()

    def set_what(self, what: str, times: str = "") -> None:
        self.told = what
        what += times
        self._what.setText(what)
        self.setAccessibleName(f"{self.kind}: {what} {self.remedy}".strip())

    def repeat(self, what: str) -> None:
        """The same thing happened again."""
        self.times += 1
        self.set_what(what, f" ({self.times} times)")


class Notices(QWidget):
    """The notices on show, newest last. The same `key` never stands there twice."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[str, Notice] = {}
        self._passing: set[str] = set()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(14, 0, 14, 8)
        self._rows.setSpacing(6)
        self.setVisible(False)

    def tell(
        self,
        kind: Severity,
        what: str,
        remedy: str = "",
        *,
        key: str = "",
        actions: tuple[tuple[str, Callable[[], None]], ...] = (),
        passing: bool = True,
        counted: bool = True,
    ) -> None:
        """Show a notice. A `passing` one goes when the next dictation starts.

        `key` (default: `what`) names the matter: told again, the standing notice is renewed, and `counted` if so.
        The same words about two matters are one notice, of the more serious kind.
        """
        twin = self._with_words(what, remedy)
        if twin:
            kind = max(kind, self._shown[twin].kind, key=list(Severity).index)
            if key and key != twin:
                self.withdraw(twin)
        key = key or twin or what
        standing = self._shown.get(key)
        if standing is not None and standing.kind is kind and standing.remedy == remedy and not actions:
            if counted:
                standing.repeat(what)
            else:
                standing.set_what(what)
        else:
            self.withdraw(key)
            self._add(key, Notice(kind, what, remedy, actions))
        if passing:
            self._passing.add(key)
        announce(self, f"{what} {remedy}".strip(), urgent=kind is Severity.ERROR)

    def _with_words(self, what: str, remedy: str) -> str:
        """The key of the notice that says just this already; "" when there is none."""
        words = (what, remedy)
        return next((key for key, notice in self._shown.items() if (notice.told, notice.remedy) == words), "")

    def withdraw(self, key: str) -> None:
        """Take the notice of this matter away, if it is there."""
        notice = self._shown.pop(key, None)
        self._passing.discard(key)
        if notice is not None:
            self._rows.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
            self.setVisible(bool(self._shown))

    def withdraw_passing(self) -> None:
        """A new dictation starts: what was told of the last one is over."""
        for key in tuple(self._passing):
            self.withdraw(key)

    def texts(self) -> list[str]:
        return [f"{notice.what} {notice.remedy}".strip() for notice in self._shown.values()]

    def _add(self, key: str, notice: Notice) -> None:
        while len(self._shown) >= MOST_AT_ONCE:
            least = min(self._shown, key=lambda name: list(Severity).index(self._shown[name].kind))
            self.withdraw(least)
        self._shown[key] = notice
        notice.close_button.clicked.connect(lambda: self.withdraw(key))
        self._rows.addWidget(notice)
        notice.show()
        self.setVisible(True)


def close_button(name: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon("close"))
    button.setAutoRaise(True)
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def kind_color(tones: ThemeColors, kind: Severity) -> QColor:
    return {Severity.INFO: tones.muted, Severity.WARNING: tones.warn, Severity.ERROR: tones.bad}[kind]
