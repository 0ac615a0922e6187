"""Roles, names and the order of Tab, as Qt gives them to screen readers."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget
from shiboken6 import Shiboken

from saywrite.ui.toolkit.screen_reader import (
    Role,
    add_clear_button,
    has_role,
    name_chooser,
    place_tab_stops,
    set_label,
)

NAME = QAccessible.Text.Name


class Asked(QWidget):
    """Is asked for its role while its constructor runs."""

    def __init__(self) -> None:
        super().__init__()
        QAccessible.queryAccessibleInterface(self)


@has_role(Role.Chart)
class Painted(Asked):
    """A widget that paints itself."""


def labels_of(widget: QWidget) -> list[str]:
    """The texts of the labels that a screen reader finds for a control."""
    relations = QAccessible.queryAccessibleInterface(widget).relations()
    return [str(other.text(NAME)) for other, kind in relations if kind & QAccessible.RelationFlag.Label]


def test_a_role_holds_from_the_constructor_of_the_base_on(qtbot: Any) -> None:
    widget = Painted()
    qtbot.addWidget(widget)
    widget.setAccessibleName("Levels")
    interface = QAccessible.queryAccessibleInterface(widget)
    assert (interface.role(), interface.text(NAME)) == (Role.Chart, "Levels")
    assert QAccessible.queryAccessibleInterface(Asked()).role() == Role.Client


def test_roles_end_with_their_widgets(qtbot: Any) -> None:
    for _ in range(3):
        widgets = [Painted() for _ in range(200)]
        for widget in widgets[:100]:
            Shiboken.delete(widget)
        del widgets, widget
        gc.collect()
    assert QAccessible.queryAccessibleInterface(Painted()).role() == Role.Chart


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux is the value in the place of the name")
def test_a_drop_down_has_its_name_from_one_label(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    chooser, label = QComboBox(window), QLabel("Model", window)
    name_chooser(chooser, "Choose a model")
    assert labels_of(chooser) == ["Choose a model"]
    set_label(label, chooser)
    assert labels_of(chooser) == ["Model"]


def test_the_button_that_empties_a_field_has_a_name(qtbot: Any) -> None:
    line = QLineEdit()
    qtbot.addWidget(line)
    add_clear_button(line, "Search")
    assert [button.accessibleName() for button in line.findChildren(QToolButton)] == ["Clear: Search"]


def test_late_widgets_get_the_place_of_their_container(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    first, container, last = QPushButton("first"), QWidget(), QPushButton("last")
    for widget in (first, container, last):
        column.addWidget(widget)
    late = [QPushButton("late 1", container), QPushButton("late 2", container)]
    place_tab_stops(container, *late)
    order, widget = [], first
    for _ in range(8):
        if isinstance(widget, QPushButton) and widget.text() not in order:
            order.append(widget.text())
        widget = widget.nextInFocusChain()
    assert order == ["first", "late 1", "late 2", "last"]
