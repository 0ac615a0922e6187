"""What this is, in which version, and under which licenses its parts are. GUI thread; loaded when it is opened."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from saywrite import __version__
from saywrite.ui.clipboard import copy_text
from saywrite.ui.icons import app_icon
from saywrite.ui.labels import ToneLabel

DISTRIBUTION = "saywrite"
ICON_SIZE = 72


def versions() -> str:
    """One line for a report: program, Python, Qt, system."""
    return f"Saywrite {__version__} · Python {platform.python_version()} · Qt {qVersion()} · {platform.platform()}"


def licenses() -> list[str]:
    """Name, version and license of every installed library the program is made from, in the order of names."""
    lines = []
    for name in sorted(_requirements(), key=str.lower):
        try:
            found = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # not needed on this system
        lines.append(f"{found['Name']} {found['Version']} – {_license(found)}")
    return lines


def _requirements() -> set[str]:
    try:
        required = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        required = []
    names = set()
    for line in required:
        name = line
        for mark in (";", "<", ">", "=", "!", "~", "[", " "):
            name = name.split(mark, 1)[0]
        names.add(name.strip())
    return names


def _license(found: metadata.PackageMetadata) -> str:
    if "License-Expression" in found:
        return str(found["License-Expression"])
    classified = [
        line.rsplit("::", 1)[-1].strip()
        for line in found.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    if classified:
        return ", ".join(classified)
    first = str(found["License"] or "").strip().splitlines()[:1] if "License" in found else []
    return first[0] if first else "see the package"


class AboutDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Saywrite")
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(QSize(ICON_SIZE, ICON_SIZE), self.devicePixelRatio()))
        words = QVBoxLayout()
        words.addWidget(ToneLabel("Saywrite", "", size=1.5, strong=True))
        words.addWidget(ToneLabel("Speak, and it is written.", ""))
        version = ToneLabel(versions())
        version.setWordWrap(True)
        version.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(version)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        self.text = QPlainTextEdit("\n".join(["Saywrite is under the MIT license. It is made with:", "", *licenses()]))
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Licenses")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = QPushButton("&Copy")
        copy.clicked.connect(lambda: copy_text(f"{versions()}\n{self.text.toPlainText()}"))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.resize(560, 420)
