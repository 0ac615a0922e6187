"""Two windows of the Help menu: the keyboard shortcuts, and the changelog. GUI thread; loaded when one is opened."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelectionModel, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QMenuBar,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from saywrite.foundation.catalog import EN
from saywrite.foundation.messages import message
from saywrite.foundation.paths import resource
from saywrite.storage.settings.schema import Settings
from saywrite.ui.toolkit.layouts.dialogs import fill_dialog
from saywrite.ui.toolkit.translation import bare, current_language, follow_language, joined, key_text, set_text, tr

SHORTCUTS_SIZE = QSize(520, 560)
IN_EVERY_PROGRAM = message("In every program")

Section = tuple[str, tuple[tuple[str, str], ...]]
"""A heading, and pairs of what a shortcut does and its keys."""


def sections(bar: QMenuBar, settings: Settings) -> list[Section]:
    """Return the shortcuts of every menu, and the keys of push-to-talk."""
    keys = [
        (tr("Dictate into the program in front"), settings.hotkey),
        (tr("Dictate with the second key"), settings.second_hotkey),
        (tr("Switch the hands-free mode on and off"), settings.hands_free_hotkey),
    ]
    found: list[Section] = [(IN_EVERY_PROGRAM, tuple((words, key_text(key)) for words, key in keys if key))]
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
        self._bar, self._settings = bar, settings
        self._fill()
        follow_language(self._fill)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.header().setStretchLastSection(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        fill_dialog(self, self.table, SHORTCUTS_SIZE)

    def _fill(self) -> None:
        self.table.clear()
        for heading, pairs in sections(self._bar, self._settings):
            top = QTreeWidgetItem([str(tr(heading))])
            font = top.font(0)
            font.setBold(True)
            top.setFont(0, font)
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            top.addChildren([QTreeWidgetItem([words, keys]) for words, keys in pairs])
            self.table.addTopLevelItem(top)
            top.setFirstColumnSpanned(True)
        self.table.expandAll()
        first = self.table.model().index(0, 0, self.table.model().index(0, 0))
        # Otherwise the table marks its first heading when it gets the focus.
        self.table.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)


CHANGELOG_SIZE = QSize(560, 460)
CHANGELOG = "changelog.md"


def changelog() -> str:
    """Return the changelog as Markdown. Raises OSError without the file."""
    return resource(CHANGELOG).read_text(encoding="utf-8")


class WhatsNewWindow(QDialog):
    """Shows the changelog, and says in other languages that it is in English; keys scroll, Escape closes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_text(self.setWindowTitle, tr("What's new"))
        self.text = QTextBrowser()
        self.text.setObjectName("changelog")
        set_text(self.text.setAccessibleName, tr("What is new"))
        self._write()
        follow_language(self._write)
        fill_dialog(self, self.text, CHANGELOG_SIZE)

    def _write(self) -> None:
        note = "" if current_language() == EN else tr("These notes are in English.")
        self.text.setMarkdown(joined("\n\n", note, changelog()))
