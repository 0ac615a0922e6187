"""Use without a mouse or a screen: announcements, roles, names of parts, the order of Tab. GUI thread."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface, QAction
from PySide6.QtWidgets import QAccessibleWidget, QComboBox, QLabel, QLineEdit, QToolButton, QWidget

from saywrite.ui.toolkit.labels import PlainLabel
from saywrite.ui.toolkit.translation import set_text, tr, translated

Role = QAccessible.Role
Painted = TypeVar("Painted", bound=QWidget)
_ROLE = "accessible_role"
"""The attribute of a class of widgets with their role."""
_HIDDEN_LABEL = "name of the chooser"
_CLEAR_ACTION = "_q_qlineeditclearaction"
"""The name that Qt gives to the action of the clear button."""


class HeldAnnouncements:
    """What is to be read once nothing listens to the loudspeakers any more; each text once, in order."""

    def __init__(self) -> None:
        self.active = False
        self._kept: dict[str, tuple[QWidget, bool]] = {}

    def hold(self) -> None:
        """Keep announcements from now on."""
        self.active = True

    def keep(self, widget: QWidget, text: str, *, urgent: bool) -> None:
        """Take an announcement that was made meanwhile."""
        self._kept.setdefault(text, (widget, urgent))

    def drop(self, text: str) -> None:
        """Forget an announcement whose matter is over, if it is kept."""
        self._kept.pop(text, None)

    def release(self) -> None:
        """Have what was kept read now; texts of widgets that are gone are dropped."""
        self.active = False
        kept, self._kept = self._kept, {}
        for text, (widget, urgent) in kept.items():
            if shiboken6.isValid(widget):
                announce(widget, text, urgent=urgent)


held_announcements = HeldAnnouncements()
"""Held by `ui/transcript/live/announcement_hold.py` while the microphone is open."""


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Have a screen reader read `text`, after its current text or at once when `urgent`.

    While announcements are held, it is read when they are released.
    """
    if not text:
        return
    if held_announcements.active:
        held_announcements.keep(widget, text, urgent=urgent)
        return
    event = QAccessibleAnnouncementEvent(widget, translated(text))
    if urgent:
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
    QAccessible.updateAccessibility(event)


def has_role(role: QAccessible.Role) -> Callable[[type[Painted]], type[Painted]]:
    """Tell screen readers what the widgets of a class are, which paint themselves.

    Without a role such a widget is a "filler", which screen readers pass over. The role belongs to the class, because
    Qt asks for it once, which may be while the constructor of a base class still runs.
    """

    def with_role(kind: type[Painted]) -> type[Painted]:
        _install_roles()
        setattr(kind, _ROLE, role)
        return kind

    return with_role


def name_chooser(chooser: QComboBox, name: str) -> None:
    """Name a drop-down that has no label beside it.

    On Linux Qt gives screen readers the chosen entry in the place of the name (complexwidgets.cpp, `Q_OS_UNIX`). A
    hidden label gives the name there.
    """
    set_text(chooser.setAccessibleName, name)
    if sys.platform.startswith("linux"):
        # Orca skips a description that is the name; without one it reads the tooltip, which has the value again.
        set_text(chooser.setAccessibleDescription, name)
        label = PlainLabel(name, chooser)
        label.setObjectName(_HIDDEN_LABEL)
        label.hide()
        label.setBuddy(chooser)


def set_label(label: QLabel, control: QWidget) -> None:
    """Make a visible label the name of a control; its mnemonic sets the focus there."""
    for hidden in control.findChildren(QLabel, _HIDDEN_LABEL):
        hidden.setBuddy(None)  # type: ignore[arg-type]  # the stub forbids None
        hidden.deleteLater()
    label.setBuddy(control)


def add_clear_button(line: QLineEdit, name: str) -> None:
    """Add the button that empties the field called `name`."""
    line.setClearButtonEnabled(True)
    action = line.findChild(QAction, _CLEAR_ACTION)
    if action is not None:
        name_field_button(line, action, tr("Clear: {name}", name=name))


def name_field_button(line: QLineEdit, action: QAction, name: str) -> None:
    """Name the button that shows an action inside a field; a text of the action would make it wider."""
    for button in line.findChildren(QToolButton):
        if button.defaultAction() is action:
            set_text(button.setAccessibleName, name)


def place_tab_stops(container: QWidget, *widgets: QWidget) -> None:
    """Give widgets that were created late the place of their container in the order of Tab.

    Qt appends them to the order. Call it when the container is in its window.
    """
    before = container.previousInFocusChain()
    while before is not None and before is not container and (before in widgets or not _is_tab_stop(before)):
        before = before.previousInFocusChain()
    if before is None:
        return
    for first, second in pairwise([before, *widgets]):
        QWidget.setTabOrder(first, second)


def insert_tab_stops(part: QWidget, following: QWidget) -> None:
    """Give all tab stops of a part that was created late their place before the part that follows it.

    The part may have no focus proxy: Tab would enter it where Qt has appended it.
    """
    place_tab_stops(next(iter(_tab_stops(following)), following), *_tab_stops(part))


def _tab_stops(part: QWidget) -> list[QWidget]:
    """The widgets in a part of a window that Tab reaches, in its order."""
    found = [part] if _is_tab_stop(part) else []
    widget = part.nextInFocusChain()
    while widget is not None and widget is not part:
        if part.isAncestorOf(widget) and _is_tab_stop(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def _is_tab_stop(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


@cache
def _install_roles() -> None:
    QAccessible.installFactory(_create_interface)


def _create_interface(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    """Called by Qt once for each class of a widget until an interface is returned."""
    role = getattr(thing, _ROLE, None)
    return QAccessibleWidget(thing, role) if isinstance(thing, QWidget) and role is not None else None
