"""The window with all keyboard shortcuts, read from the menus and the settings when it is opened. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QMenuBar,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import Settings
from saywrite.ui.settings.placement import fill_dialog
from saywrite.ui.toolkit.translation import bare, set_text, tr

PREFERRED_SIZE = QSize(520, 560)
IN_EVERY_PROGRAM = message("In every program")

Section = tuple[str, tuple[tuple[str, str], ...]]
"""A heading, and pairs of what a shortcut does and its keys."""


def sections(bar: QMenuBar, settings: Settings) -> list[Section]:
    """Return the shortcuts of every menu, and the keys of push-to-talk."""
    keys = [
        (tr("Dictate into the program in front"), settings.hotkey),
        (tr("The same, second key"), settings.second_hotkey),
    ]
    found: list[Section] = [(IN_EVERY_PROGRAM, tuple((words, key) for words, key in keys if key))]
    for top in bar.actions():
        menu = top.menu()
        if menu is not None:
            found.append((bare(top.text()), tuple(_pairs(menu.actions()))))  # type: ignore[attr-defined]
    return [section for section in found if section[1]]


def _pairs(actions: Iterable[QAction]) -> Iterable[tuple[str, str]]:
    for action in actions:
        if not action.shortcut().isEmpty():
            yield bare(action.text()), action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


class ShortcutsWindow(QDialog):
    """A table with a heading for each menu."""

    def __init__(self, bar: QMenuBar, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_text(self.setWindowTitle, tr("Keyboard shortcuts"))
        self.table = QTreeWidget()
        set_text(self.table.setAccessibleName, tr("Keyboard shortcuts"))
        set_text(self.table.setHeaderLabels, [tr("What it does"), tr("Keys")])
        self.table.setRootIsDecorated(False)
        self.table.setItemsExpandable(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for heading, pairs in sections(bar, settings):
            top = QTreeWidgetItem([heading])
            font = top.font(0)
            font.setBold(True)
            top.setFont(0, font)
            top.addChildren([QTreeWidgetItem([words, keys]) for words, keys in pairs])
            self.table.addTopLevelItem(top)
        self.table.expandAll()
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.header().setStretchLastSection(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        fill_dialog(self, self.table, PREFERRED_SIZE)
