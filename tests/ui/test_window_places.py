"""Windows and dialogs open over the middle of the window that they belong to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

import saywrite.ui
from saywrite.foundation.events import ModelTried
from saywrite.ui.history.details import DetailsWindow
from saywrite.ui.keywords.add_dialog import AlwaysWriteDialog
from saywrite.ui.models.trial import ModelTrialDialog

SOURCES = sorted(Path(next(iter(saywrite.ui.__path__))).rglob("*.py"))
PLACING = {"center_on_parent", "fill_dialog"}


def unplaced(source: str) -> list[str]:
    """The windows and dialogs that a module defines and does not place."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        inside = ast.unparse(node)
        bases = {ast.unparse(base) for base in node.bases}
        if "QDialog" not in bases and "Qt.WindowType.Window)" not in inside:
            continue
        called = {ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
        if not PLACING & called:
            found.append(node.name)
    return found


def test_every_window_is_placed() -> None:
    windows = [name for path in SOURCES for name in unplaced(path.read_text("utf-8"))]
    assert windows == []


def test_a_window_that_is_not_placed_would_be_found() -> None:
    dialog = "class ADialog(QDialog):\n    def showEvent(self, event):\n        {0}\n"
    window = "class AWindow(QWidget):\n    def __init__(self, p):\n        super().__init__(p, Qt.WindowType.Window)\n"
    assert unplaced(dialog.format("pass") + window) == ["ADialog", "AWindow"]
    assert unplaced(dialog.format("center_on_parent(self)") + window) == ["AWindow"]


DIALOGS: dict[str, Callable[[QWidget], QDialog]] = {
    "details": lambda parent: DetailsWindow([("Began", "10:42")], "{}", parent),
    "always write as": lambda parent: AlwaysWriteDialog("k eight s", lambda _words: 0, parent),
    "trial of a model": lambda parent: ModelTrialDialog(
        ModelTried("whisper-base", "d1", "A text.", "Another text.", 1.0), "Base", in_use=False, parent=parent
    ),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_opens_over_the_window_that_has_its_parent(qtbot: Any, name: str) -> None:
    """The parent of a dialog may be a widget in the window: its own geometry is relative to that."""
    window = QWidget()
    inner = QWidget()
    QVBoxLayout(window).addWidget(inner)
    qtbot.addWidget(window)
    window.setGeometry(150, 160, 500, 420)
    window.show()
    dialog = DIALOGS[name](inner)
    dialog.resize(300, 200)
    dialog.show()
    away = dialog.frameGeometry().center() - window.frameGeometry().center()
    assert away.manhattanLength() <= 2
    dialog.close()
