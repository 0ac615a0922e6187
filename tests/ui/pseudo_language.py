"""A language in which every translated text stands in ⟦ ⟧, and a walk over all texts that a window shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QObject, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDialogButtonBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTabBar,
    QTabWidget,
    QWidget,
)

NAMES = re.compile(
    r"toggle|/\S+/python\S*|https?://\S*|dbfs|saywrite|aiola|whisper|ctrl|shift|alt|f\d+|esc|delete|del|space|return"
    r"|\.(?:md|srt|txt|vtt|json|csv)\b|\ben\b|\bde\b|\bfr\b|\bes\b|\bpt\b|\bit\b|\bzh\b|\bja\b"
    r"|\d+:\d+|[\d.,]+ ?(?:MB|GB|kB|ms|s)\b",
    re.I,
)
"""Words that are the same in every language: names, keys, codes, addresses, units."""


class Marked(QTranslator):
    """Marks the words of each template, in place of a language: "{name}⟦ is muted⟧". A value in it is not marked."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        parts = re.split(r"((?<!\{)\{[^{}]*\}(?!\}))", source)
        return "".join(part if re.fullmatch(r"\{[^{}]*\}", part) or not part else f"⟦{part}⟧" for part in parts)


def texts_of(each: QObject) -> Iterator[str]:
    """The words that a widget or an action shows, in tooltips and for screen readers too."""
    if isinstance(each, QLabel | QAbstractButton | QAction):
        yield each.text()
    if isinstance(each, QAction):
        yield from (each.toolTip(), each.statusTip())
    if isinstance(each, QLineEdit | QPlainTextEdit):
        yield each.placeholderText()
    if isinstance(each, QPlainTextEdit):
        yield from each.toPlainText().splitlines()
    if isinstance(each, QMenu | QGroupBox):
        yield each.title()
    if isinstance(each, QSpinBox):
        yield from (each.prefix(), each.suffix(), each.specialValueText())
    if isinstance(each, QProgressBar):
        yield each.format()
    if isinstance(each, QTabWidget):
        yield from (each.tabText(number) for number in range(each.count()))
    if isinstance(each, QComboBox):
        yield each.placeholderText()
        yield from _model_texts(each.model())
    if isinstance(each, QAbstractItemView):
        yield from _model_texts(each.model())
    if isinstance(each, QWidget):
        yield from (each.accessibleName(), each.accessibleDescription(), each.toolTip(), each.windowTitle())
        yield from (each.statusTip(), each.whatsThis())


def _model_texts(model: QAbstractItemModel | None) -> Iterator[str]:
    """The texts of a flat model: entries, tooltips, words for screen readers, and headers."""
    if model is None:
        return
    roles = Qt.ItemDataRole
    shown = (roles.DisplayRole, roles.ToolTipRole, roles.AccessibleTextRole, roles.AccessibleDescriptionRole)
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()  # private in a list model
    for column in range(columns):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(model.rowCount()):
            for role in (*shown, Qt.ItemDataRole.UserRole + 3):
                value = model.index(row, column).data(role)
                if isinstance(value, str):
                    yield value


def english_texts(root: QWidget, known: re.Pattern[str] | None = None) -> list[str]:
    """The texts below a widget that are not translated, except for names and the texts of `known`."""
    widgets = [each for each in [root, *root.findChildren(QObject)] if not is_private(each)]
    return untranslated((text for each in widgets for text in texts_of(each)), known)


def untranslated(texts: Iterable[str], known: re.Pattern[str] | None = None) -> list[str]:
    """Those of the texts that are not translated, without their marked parts."""
    found = {re.sub("⟦[^⟧]*(⟧|$)", " ", text) for text in texts}
    rest = {text: NAMES.sub("", known.sub("", text) if known else text) for text in found}
    return sorted(text for text, left in rest.items() if re.search("[A-Za-z]{2}", left))


def is_private(each: QObject) -> bool:
    """Whether Qt made it, in its own language, for a widget of Qt."""
    parent = each.parent()
    if isinstance(parent, QTabBar) or any(type(up).__module__.startswith("pyqtgraph") for up in _ancestors(each)):
        return True  # pyqtgraph's menus are switched off
    if isinstance(each, QAction | QLineEdit):
        return isinstance(parent, QAbstractSpinBox | QComboBox)
    if isinstance(each, QPushButton) and isinstance(parent, QDialogButtonBox):
        return parent.standardButton(each) is not QDialogButtonBox.StandardButton.NoButton
    return False


def _ancestors(each: QObject) -> Iterator[QObject]:
    parent = each.parent()
    while parent is not None:
        yield parent
        parent = parent.parent()
