"""Shows version and licenses. GUI thread; loaded when it is opened."""

from __future__ import annotations

import platform

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from saywrite import __version__
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.icons import app_icon
from saywrite.ui.toolkit.labels import NoteLabel, PlainLabel, ThemedLabel
from saywrite.ui.toolkit.layouts.dialogs import center_on_parent, dialog_buttons, opening_size
from saywrite.ui.toolkit.licenses import Component, components, package_lines
from saywrite.ui.toolkit.screen_reader import name_chooser
from saywrite.ui.toolkit.theme.tokens import BODY, LARGE, L, M
from saywrite.ui.toolkit.translation import add_item, follow_language, joined, set_text, tr, worded
from saywrite.ui.widgets.choosers import NarrowComboBox

ICON_SIZE = 72


def versions() -> str:
    """The versions of program, Python, Qt and system in one line."""
    return tr(
        "Saywrite {version} · Python {python_version} · Qt {qVersion} · {platform}",
        version=__version__,
        python_version=platform.python_version(),
        qVersion=qVersion(),
        platform=platform.platform(),
    )


def overview() -> str:
    """The list of all parts with their licenses."""
    models = [describe(part) for part in components() if part.is_model]
    libraries = [describe(part) for part in components() if not part.is_model]
    return joined(
        "\n\n",
        tr("Saywrite is under the MIT license. Its parts have licenses of their own."),
        tr("Recognition models"),
        joined("\n", *models),
        tr("Native libraries and tables"),
        joined("\n", *libraries),
        tr("Python packages"),
        "\n".join(package_lines()),
    )


def describe(part: Component) -> str:
    """Return name, license and credits of a part."""
    return joined("\n    ", f"{part.name} – {part.license}", tr(part.about))


SIZE = QSize(620, 480)


class AboutDialog(QDialog):
    """The version, and the licenses as a list or as full texts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_text(self.setWindowTitle, tr("About Saywrite"))
        picture = PlainLabel()
        picture.setPixmap(app_icon().pixmap(QSize(ICON_SIZE, ICON_SIZE), self.devicePixelRatio()))
        words = QVBoxLayout()
        words.addWidget(ThemedLabel("Saywrite", "", size=LARGE, strong=True))
        words.addWidget(ThemedLabel(tr("Speak, and it is written."), ""))
        version = NoteLabel(versions(), size=BODY)
        version.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(version)
        words.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(L)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.chooser = NarrowComboBox()
        name_chooser(self.chooser, tr("Text to show"))
        add_item(self.chooser, tr("All parts and their licenses"))
        for path in dict.fromkeys(path for part in components() for path in part.texts):
            add_item(self.chooser, tr("Text: {stem}", stem=path.stem), path)
        self.chooser.currentIndexChanged.connect(self._show_text)
        self._show_text()
        follow_language(self._show_text)
        set_text(self.text.setAccessibleName, tr("Licenses"))
        buttons = dialog_buttons(self)
        copy = worded(QPushButton(), tr("&Copy"))
        copy.clicked.connect(lambda: copy_text(joined("\n", versions(), self.text.toPlainText())))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        column.setSpacing(M)
        column.addLayout(head)
        column.addWidget(self.chooser)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.resize(opening_size(self, SIZE))
        center_on_parent(self)

    def _show_text(self) -> None:
        path = self.chooser.currentData()
        self.text.setPlainText(path.read_text(encoding="utf-8") if path is not None else overview())
